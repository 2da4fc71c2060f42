/*
 * The parts behind xlsx_part.h. Which cells there are is the business of the formats.
 */
#include "xlsx_part.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "message.h"
#include "text.h"

int xlsx_fail(const struct export *x, lxw_error code, struct err *e)
{
    const int why = errno;

    err_set(e, MSG_SHEET_EXPORT_CLOSE, x->options.name,
            why != 0 ? strerror(why) : lxw_strerror(code));
    return err_detail(e, "libxlsxwriter: %s", lxw_strerror(code));
}

lxw_workbook *xlsx_book(const struct export *x)
{
    lxw_workbook_options options = {.constant_memory = LXW_TRUE, .tmpdir = x->room};
    lxw_doc_properties about = {.title = (char *)(uintptr_t)x->options.title,
                                .company = (char *)(uintptr_t)x->options.site};
    lxw_workbook *book = workbook_new_opt(x->tmp, &options);

    if (book != NULL)
        workbook_set_properties(book, &about);
    return book;
}

lxw_datetime xlsx_time(int64_t at_utc)
{
    const time_t at = (time_t)at_utc;
    struct tm tm;

    localtime_r(&at, &tm);
    return (lxw_datetime){tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
                          tm.tm_hour,        tm.tm_min,     (double)tm.tm_sec};
}

const char *xlsx_sheet_name(char *buf, size_t size, const char *title, int most)
{
    size_t used = 0;
    int characters = 0;

    for (const char *at = title; *at != '\0' && used + 5 < size; at++) {
        const bool begins = ((unsigned char)*at & 0xc0) != 0x80;
        if (begins && characters == most)
            break;
        characters += begins;
        buf[used++] = strchr("[]:*?/\\'", *at) != NULL ? ' ' : *at;
    }
    while (used > 0 && buf[used - 1] == ' ')
        used--;
    text_copy(buf + used, size - used, used == 0 ? "Sheet" : "");
    return buf;
}

void xlsx_print(const struct export *x, lxw_worksheet *sheet)
{
    char text[400];

    worksheet_set_landscape(sheet);
    worksheet_set_paper(sheet, 9); /* A4 */
    worksheet_repeat_rows(sheet, 0, 0);
    worksheet_fit_to_pages(sheet, 1, 0);
    snprintf(text, sizeof text, "&L%.80s&C%.80s&R&D", x->options.site, x->options.title);
    worksheet_set_header(sheet, text);
    worksheet_set_footer(sheet, "&C&P / &N");
}

/* libxlsxwriter says its errors on standard error, which is the operator's terminal: not there. */
static int quiet_begin(void)
{
    const int kept = dup(STDERR_FILENO), nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);

    fflush(stderr);
    if (kept >= 0 && nowhere >= 0)
        dup2(nowhere, STDERR_FILENO);
    if (nowhere >= 0)
        close(nowhere);
    return kept;
}

static void quiet_end(int kept)
{
    fflush(stderr);
    if (kept >= 0) {
        dup2(kept, STDERR_FILENO);
        close(kept);
    }
}

/* Did every row reach its temporary file? The library does not look; a file cut short would still be closed well. */
static bool rows_whole(const lxw_workbook *book)
{
    const lxw_worksheet *sheet;

    STAILQ_FOREACH(sheet, book->worksheets, list_pointers)
    {
        if (sheet->file != NULL && (fflush(sheet->file) != 0 || ferror(sheet->file)))
            return false;
    }
    return true;
}

int xlsx_close(const struct export *x, lxw_workbook *book, struct err *e)
{
    int rc = 0;

    errno = 0;
    if (!rows_whole(book))
        rc = xlsx_fail(x, LXW_ERROR_CREATING_TMPFILE, e);
    const int kept = quiet_begin();
    errno = 0;
    lxw_error code = workbook_close(book);
    const int why = errno;
    quiet_end(kept);
    errno = why;
    if (code != LXW_NO_ERROR && rc == 0)
        rc = xlsx_fail(x, code, e);
    return rc;
}
