/*
 * CSV for spreadsheets: a BOM, because Excel in China takes a file without one for GBK; CRLF; numbers plain; times
 * as ISO; and text that a spreadsheet would run as a formula kept text by an apostrophe before it.
 */
#include "export_format.h"

#include <csv.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "message.h"
#include "money.h"

static int fail(const struct export *x, struct err *e)
{
    return err_set(e, MSG_SHEET_EXPORT_CLOSE, x->options.name, strerror(errno));
}

/* Quoted where it has to be. */
static void field_put(FILE *file, int i, const char *text)
{
    if (i > 0)
        putc(',', file);
    if (text[strcspn(text, ",\"\r\n")] == '\0' && text[0] != ' ')
        fputs(text, file);
    else
        csv_fwrite(file, text, strlen(text));
}

static void text_put(FILE *file, int i, const char *text)
{
    /* "+86 25..." and "-" begin formulas too; so do a tab and a line break before one */
    if (text[0] != '\0' && strchr("=+-@\t\r\n", text[0]) != NULL) {
        char *kept = mem_format("'%s", text);
        field_put(file, i, kept);
        free(kept);
    } else {
        field_put(file, i, text);
    }
}

static int begin(struct export *x, struct err *e)
{
    int fd = open(x->tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    FILE *file = fd >= 0 ? fdopen(fd, "wb") : NULL;

    if (file == NULL) {
        if (fd >= 0)
            close(fd);
        return err_set(e, MSG_FILE_OPEN, x->tmp, strerror(errno));
    }
    x->state = file;
    fputs("\xef\xbb\xbf", file);
    for (int i = 0; i < x->columns; i++)
        text_put(file, i, x->column[i].title);
    fputs("\r\n", file);
    return ferror(file) ? fail(x, e) : 0;
}

static const char *number_text(enum export_kind kind, int64_t number, char *buf)
{
    switch (kind) {
    case EXPORT_MONEY: return money_text(number, buf);
    case EXPORT_PRICE: return price_text(number, buf);
    case EXPORT_ENERGY: return energy_text(number, buf);
    case EXPORT_TIME: return clock_text(number, buf);
    default: snprintf(buf, MONEY_TEXT_MAX, "%lld", (long long)number); return buf;
    }
}

static int row(struct export *x, const struct export_cell *cells, struct err *e)
{
    FILE *file = x->state;
    char number[MONEY_TEXT_MAX];

    for (int i = 0; i < x->columns; i++) {
        if (cells[i].what == EXPORT_NUMBER)
            field_put(file, i, number_text(x->column[i].kind, cells[i].number, number));
        else
            text_put(file, i, cells[i].what == EXPORT_WORDS ? cells[i].text : "");
    }
    fputs("\r\n", file);
    return ferror(file) ? fail(x, e) : 0;
}

static int end(struct export *x, struct err *e)
{
    FILE *file = x->state;
    const bool broken = ferror(file) != 0;

    x->state = NULL;
    if (fclose(file) != 0 || broken)
        return fail(x, e);
    return 0;
}

const struct export_writer export_csv = {.begin = begin, .row = row, .end = end};
