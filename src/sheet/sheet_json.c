/*
 * From a sheet to JSON. What the columns mean is the engine's business.
 */
#include "sheet_json.h"

json_t *sheet_json(const struct sheet *sheet)
{
    json_t *columns = json_array(), *rows = json_array();

    for (size_t k = 0; k < sheet->columns; k++)
        json_array_append_new(columns, json_string(sheet->column[k]));
    for (size_t i = 0; i < sheet->rows; i++) {
        json_t *fields = json_object();
        for (size_t k = 0; k < sheet->columns; k++)
            json_object_set_new(fields, sheet->column[k], json_string(sheet->row[i].field[k]));
        json_array_append_new(
            rows, json_pack("{s:I,s:o}", "line", (json_int_t)sheet->row[i].line, "fields", fields));
    }
    return json_pack("{s:s,s:I,s:o,s:o}", "name", sheet->name, "line",
                     (json_int_t)sheet->header_line, "columns", columns, "rows", rows);
}
