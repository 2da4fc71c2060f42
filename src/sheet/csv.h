/*
 * CSV in and out. Reading goes through libcsv, with what that lacks: line numbers, the BOM, comment
 * lines that begin with '#', limits, clean UTF-8, and an error that says file, line and column. What the
 * columns mean is known by who asked.
 */
#ifndef SHEET_CSV_H
#define SHEET_CSV_H

#include <stdio.h>

#include "err.h"

#define SHEET_FILE_MAX    (16 * 1024 * 1024)
#define SHEET_LINE_MAX    16384 /* bytes of one line of the file */
#define SHEET_FIELD_MAX   2000  /* bytes of one field */
#define SHEET_COLUMNS_MAX 64
#define SHEET_ROWS_MAX    100000

struct sheet_row {
    int64_t line; /* where the row begins in the file, from 1 */
    char **field; /* one a column of the header, never NULL; inside quotes a line break is '\n' */
};

struct sheet {
    char *name;          /* as errors call the file */
    int64_t header_line; /* 0: the file has no header */
    size_t columns;
    char **column; /* names as the header spells them */
    size_t rows;
    struct sheet_row *row;
};

/* Reads a file: the first row that is no comment is the header. Empty lines, rows of empty fields and
 * empty columns at the right end (what a spreadsheet leaves) are skipped. On failure *out is cleared. */
int sheet_read(struct sheet *out, const char *path, const char *name, struct err *e);

/* The same from memory. */
int sheet_parse(struct sheet *out, const char *name, const char *data, size_t size, struct err *e);

void sheet_clear(struct sheet *sheet);

/* Writes one row, quoted where needed. */
int sheet_write(FILE *file, const char *name, const char *const *fields, size_t count,
                struct err *e);

#endif
