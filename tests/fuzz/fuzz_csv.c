/*
 * Fuzz target: any bytes as a CSV file. What is read must be rectangular and clean; what is refused must
 * say why.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sheet s;
    struct err e = {0};

    if (sheet_parse(&s, "fuzz.csv", (const char *)data, size, &e) != 0) {
        if (e.code == 0 || s.row != NULL)
            abort();
        return 0;
    }
    if (s.columns == 0 || s.header_line < 1)
        abort();
    int64_t line = s.header_line;
    for (size_t i = 0; i < s.rows; i++) {
        if (s.row[i].line <= line)
            abort();
        line = s.row[i].line;
        for (size_t k = 0; k < s.columns; k++) {
            if (strlen(s.row[i].field[k]) > SHEET_FIELD_MAX)
                abort();
        }
    }
    sheet_clear(&s);
    return 0;
}
