/*
 * barexlsx FILE ROWS: so many rows of the operation log's shape (a number, a date, seven texts) by libxlsxwriter alone, in
 * constant memory: what an export is measured against.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <xlsxwriter.h>

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    uint32_t rows = (uint32_t)strtoul(argv[2], NULL, 10);
    lxw_workbook_options options = {.constant_memory = LXW_TRUE};
    lxw_workbook *book = workbook_new_opt(argv[1], &options);
    lxw_worksheet *sheet = workbook_add_worksheet(book, NULL);
    lxw_format *date = workbook_add_format(book);
    format_set_num_format(date, "yyyy-mm-dd hh:mm:ss");
    for (uint32_t r = 0; r < rows; r++) {
        char text[64];
        worksheet_write_number(sheet, r, 0, r + 1, NULL);
        worksheet_write_number(sheet, r, 1, 45000 + r / 1e4, date);
        for (lxw_col_t c = 2; c < 9; c++) {
            snprintf(text, sizeof text, "text %u of column %u", r, (unsigned)c);
            worksheet_write_string(sheet, r, c, text, NULL);
        }
    }
    return workbook_close(book) == LXW_NO_ERROR ? 0 : 1;
}
