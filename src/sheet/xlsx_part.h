/*
 * What every xlsx file of ours needs of libxlsxwriter, whatever stands in it: times, the page to print, errors, the end.
 */
#ifndef XLSX_PART_H
#define XLSX_PART_H

#include <xlsxwriter.h>

#include "export_format.h"

#define XLSX_NAME_MAX 31 /* characters of a sheet's name, says the format */

/* The reason is errno, where it is set, else the library's. Returns the code. */
int xlsx_fail(const struct export *x, lxw_error code, struct err *e);
/* A workbook in constant memory with the list's title and the site in its properties, or NULL. */
lxw_workbook *xlsx_book(const struct export *x);
/* In the time zone of the process. */
lxw_datetime xlsx_time(int64_t at_utc);
/* A title without what a sheet's name may not have, at most `most` characters. Returns buf. */
const char *xlsx_sheet_name(char *buf, size_t size, const char *title, int most);
/* Landscape A4, the first row on every page, site and title above. */
void xlsx_print(const struct export *x, lxw_worksheet *sheet);
/* Writes the file: here a full disk shows. */
int xlsx_close(const struct export *x, lxw_workbook *book, struct err *e);

#endif
