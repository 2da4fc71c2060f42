/*
 * xlsx over libxlsxwriter, row by row in constant memory: a frozen heading with a filter, real numbers and dates,
 * numbers of meters, accounts and phones as text, sums as formulas that the filter changes. Sheets go on in "(2)".
 */
#include "xlsx_part.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "text.h"

#define SHEETS_MAX 64

struct xlsx {
    lxw_workbook *book;
    lxw_worksheet *sheet[SHEETS_MAX];
    char name[SHEETS_MAX][XLSX_NAME_MAX * 4 + 1];
    lxw_row_t last[SHEETS_MAX]; /* the last row with data */
    int sheets;
    lxw_row_t next; /* row of the sheet that is written */
    lxw_format *head, *sum_word, *format[EXPORT_KINDS], *sum[EXPORT_KINDS];
};

/* What a column of each kind looks like. Widths in characters. */
static const struct {
    const char *format;
    int width;
} looks[EXPORT_KINDS] = {
    [EXPORT_TEXT] = {"@", 18},
    [EXPORT_ID] = {"@", 10},
    [EXPORT_INTEGER] = {"0", 10},
    [EXPORT_MONEY] = {"#,##0.00;[Red]-#,##0.00", 14},
    [EXPORT_PRICE] = {"0.0000", 10},
    [EXPORT_ENERGY] = {"#,##0.00", 14},
    [EXPORT_TIME] = {"yyyy-mm-dd hh:mm:ss", 20},
};

/* The unit that the format of a cell does not show, as the spreadsheet counts. */
static double value_of(enum export_kind kind, int64_t number)
{
    switch (kind) {
    case EXPORT_MONEY: return (double)number / 100;
    case EXPORT_PRICE: return (double)number / 10000;
    case EXPORT_ENERGY: return (double)number / 1000;
    default: return (double)number;
    }
}

/* The title, and " (2)" behind it. */
static void sheet_name(const struct export *x, int n, char *buf, size_t size)
{
    char tail[16] = "";

    if (n > 1)
        snprintf(tail, sizeof tail, " (%d)", n);
    xlsx_sheet_name(buf, size - sizeof tail, x->options.title, XLSX_NAME_MAX - (int)strlen(tail));
    const size_t used = strlen(buf);
    text_copy(buf + used, size - used, tail);
}

static void formats_make(struct xlsx *s)
{
    s->head = workbook_add_format(s->book);
    format_set_bold(s->head);
    format_set_text_wrap(s->head);
    format_set_bottom(s->head, LXW_BORDER_THIN);
    s->sum_word = workbook_add_format(s->book);
    format_set_bold(s->sum_word);
    for (int kind = 0; kind < EXPORT_KINDS; kind++) {
        s->format[kind] = workbook_add_format(s->book);
        format_set_num_format(s->format[kind], looks[kind].format);
        s->sum[kind] = workbook_add_format(s->book);
        format_set_num_format(s->sum[kind], looks[kind].format);
        format_set_bold(s->sum[kind]);
        format_set_top(s->sum[kind], LXW_BORDER_THIN);
    }
}

static int sheet_begin(struct export *x, struct err *e)
{
    struct xlsx *s = x->state;

    if (s->sheets == SHEETS_MAX)
        return err_set(e, MSG_SHEET_EXPORT_ROWS, (int64_t)SHEETS_MAX * x->options.sheet_rows);
    const int n = s->sheets;
    sheet_name(x, n + 1, s->name[n], sizeof s->name[n]);
    errno = 0;
    lxw_worksheet *sheet = workbook_add_worksheet(s->book, s->name[n]);
    if (sheet == NULL)
        return xlsx_fail(x, LXW_ERROR_CREATING_TMPFILE, e);
    s->sheet[s->sheets++] = sheet;
    for (int i = 0; i < x->columns; i++) {
        const struct export_column *c = &x->column[i];
        const int title = text_width(c->title) + 4; /* the filter's button takes room */
        const int width = looks[c->kind].width > title ? looks[c->kind].width : title;
        worksheet_set_column(sheet, (lxw_col_t)i, (lxw_col_t)i, width, s->format[c->kind]);
    }
    worksheet_freeze_panes(sheet, 1, 0);
    /* digits that are text are meant so */
    worksheet_ignore_errors(sheet, LXW_IGNORE_NUMBER_STORED_AS_TEXT, "A1:BL1048576");
    xlsx_print(x, sheet);
    for (int i = 0; i < x->columns; i++)
        worksheet_write_string(sheet, 0, (lxw_col_t)i, x->column[i].title, s->head);
    s->next = 1;
    return 0;
}

static void sheet_end(const struct export *x, struct xlsx *s)
{
    const int n = s->sheets - 1;

    s->last[n] = s->next - 1;
    if (x->columns > 0)
        worksheet_autofilter(s->sheet[n], 0, 0, s->last[n], (lxw_col_t)(x->columns - 1));
}

static int begin(struct export *x, struct err *e)
{
    struct xlsx *s = mem_new(sizeof *s);

    x->state = s;
    s->book = xlsx_book(x);
    if (s->book == NULL)
        return xlsx_fail(x, LXW_ERROR_MEMORY_MALLOC_FAILED, e);
    formats_make(s);
    return sheet_begin(x, e);
}

static lxw_error cell_write(const struct xlsx *s, lxw_row_t row, lxw_col_t col,
                            enum export_kind kind, const struct export_cell *cell)
{
    lxw_worksheet *sheet = s->sheet[s->sheets - 1];
    lxw_datetime at;

    if (cell->what == EXPORT_NOTHING)
        return LXW_NO_ERROR;
    if (cell->what == EXPORT_WORDS) /* never write_formula: text that begins with '=' stays text */
        return worksheet_write_string(sheet, row, col, cell->text, s->format[EXPORT_TEXT]);
    if (kind != EXPORT_TIME)
        return worksheet_write_number(sheet, row, col, value_of(kind, cell->number),
                                      s->format[kind]);
    at = xlsx_time(cell->number);
    return worksheet_write_datetime(sheet, row, col, &at, s->format[kind]);
}

static int row(struct export *x, const struct export_cell *cells, struct err *e)
{
    struct xlsx *s = x->state;

    if (s->next + 1 >= (lxw_row_t)x->options.sheet_rows) { /* the last one is the sums' */
        sheet_end(x, s);
        int rc = sheet_begin(x, e);
        if (rc != 0)
            return rc;
    }
    errno = 0;
    for (int i = 0; i < x->columns; i++) {
        lxw_error code = cell_write(s, s->next, (lxw_col_t)i, x->column[i].kind, &cells[i]);
        if (code == LXW_ERROR_MAX_STRING_LENGTH_EXCEEDED)
            code = LXW_NO_ERROR; /* 32,767 characters: no text of the books is that long */
        if (code != LXW_NO_ERROR)
            return xlsx_fail(x, code, e);
    }
    s->next++;
    return 0;
}

/* =SUBTOTAL(109,'Sales'!D2:D99)+SUBTOTAL(109,'Sales (2)'!D2:D40): what the filter leaves. The caller's. */
static char *sum_formula(const struct xlsx *s, lxw_col_t col)
{
    char *formula = mem_text("=");
    char name[LXW_MAX_COL_NAME_LENGTH];

    lxw_col_to_name(name, col, LXW_FALSE);
    for (int n = 0; n < s->sheets; n++) {
        char *longer = mem_format("%s%sSUBTOTAL(109,'%s'!%s2:%s%u)", formula, n > 0 ? "+" : "",
                                  s->name[n], name, name, s->last[n] + 1);
        free(formula);
        formula = longer;
    }
    return formula;
}

static void sums_write(const struct export *x, struct xlsx *s)
{
    lxw_worksheet *sheet = s->sheet[s->sheets - 1];
    bool any = false;

    for (int i = 0; i < x->columns; i++)
        any = any || x->column[i].summed;
    if (!any || x->rows == 0)
        return;
    for (int i = 0; i < x->columns; i++) {
        const struct export_column *c = &x->column[i];
        if (c->summed) {
            char *formula = sum_formula(s, (lxw_col_t)i);
            worksheet_write_formula_num(sheet, s->next, (lxw_col_t)i, formula, s->sum[c->kind],
                                        value_of(c->kind, c->sum_minor));
            free(formula);
        } else if (i == 0) {
            worksheet_write_string(sheet, s->next, 0, x->options.total, s->sum_word);
        }
    }
}

static int end(struct export *x, struct err *e)
{
    struct xlsx *s = x->state;
    int rc = 0;

    x->state = NULL;
    if (s->book != NULL) {
        if (s->sheets > 0) {
            sheet_end(x, s);
            sums_write(x, s);
        }
        rc = xlsx_close(x, s->book, e);
    }
    free(s);
    return rc;
}

const struct export_writer export_xlsx = {.begin = begin, .row = row, .end = end};
