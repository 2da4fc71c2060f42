/*
 * CSV reading and writing over libcsv. The file is fed to libcsv line by line, so that the line of every
 * row is known; csv_fini() is never called, because it emits a row even after an error: an open quote at
 * the end is found by the row that does not end. No meaning of columns here.
 */
#include <csv.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "csv.h"
#include "message.h"
#include "text.h"

struct reader {
    struct sheet *sheet;
    struct csv_parser parser;
    int64_t line;     /* line being fed */
    int64_t row_line; /* line where the row began */
    size_t fields;    /* fields of the row so far */
    char *field[SHEET_COLUMNS_MAX];
    bool ended; /* libcsv has ended a row since the last feed */
    struct err *e;
};

static const char reason_utf16[] = N_("this is UTF-16, not UTF-8; save the file as \"CSV UTF-8\"");
static const char reason_large[] = N_("the file is too large");
static const char reason_no_header[] = N_("the file is empty; its first row names the columns");
static const char reason_rows[] = N_("the file has too many rows");
static const char reason_long_line[] = N_("the line is too long");
static const char reason_open[] =
    N_("the row that begins here has a quotation mark that is never closed");
static const char reason_many[] = N_("the row has too many columns");
static const char reason_quote[] =
    N_("a quotation mark stands where none may: a field is quoted as a whole or not at all, and a "
       "quotation mark inside it is doubled");
static const char reason_utf8[] = N_("the text is not UTF-8; save the file as \"CSV UTF-8\"");
static const char reason_control[] = N_("the text has a control character in it");
static const char reason_long_field[] = N_("the text is too long");

static const char *column_name(const struct reader *r, size_t column, char *buf, size_t size)
{
    if (r->sheet->header_line != 0 && column < r->sheet->columns)
        return r->sheet->column[column];
    snprintf(buf, size, "%zu", column + 1);
    return buf;
}

static int fail_cell(struct reader *r, size_t column, const char *reason)
{
    char number[24];

    return err_set(r->e, MSG_SHEET_CELL, r->sheet->name, r->row_line,
                   column_name(r, column, number, sizeof number), reason);
}

static int fail_line(struct reader *r, int64_t line, const char *reason)
{
    return err_set(r->e, MSG_SHEET_LINE, r->sheet->name, line, reason);
}

static bool reader_failed(const struct reader *r)
{
    return r->e->code != 0;
}

static void row_forget(struct reader *r)
{
    for (size_t i = 0; i < r->fields; i++)
        free(r->field[i]);
    r->fields = 0;
}

/* Is there a character that is not seen? That is said by its place and name. */
static bool fail_unseen(struct reader *r, size_t column, const char *text)
{
    char number[24], name[16];
    int64_t place;

    if (!text_unseen(text, &place, name))
        return false;
    err_set(r->e, MSG_SHEET_UNSEEN, r->sheet->name, r->row_line,
            column_name(r, column, number, sizeof number), place, name);
    return true;
}

/* Is the text clean but for the line breaks that quotes allow, and for what is not seen? Turns CRLF and CR into LF. */
static const char *field_wrong(char *text, size_t size)
{
    size_t kept = 0;
    int64_t place;
    char name[16];
    bool control = false;

    if (memchr(text, '\0', size) != NULL)
        return reason_control;
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '\r' && i + 1 < size && text[i + 1] == '\n')
            continue;
        text[kept++] = text[i] == '\r' ? '\n' : text[i];
    }
    text[kept] = '\0';

    char *copy = mem_text(text);
    for (char *c = copy; *c != '\0'; c++) {
        if (*c == '\n')
            *c = ' ';
        else if ((unsigned char)*c < 0x20 || *c == 0x7f) {
            *c = ' ';
            control = true;
        }
    }
    bool clean = text_is_clean(copy) || text_unseen(copy, &place, name);
    free(copy);
    if (!clean)
        return reason_utf8;
    return control ? reason_control : NULL;
}

static void on_field(void *data, size_t size, void *ctx)
{
    struct reader *r = ctx;

    if (reader_failed(r))
        return;
    if (r->fields == SHEET_COLUMNS_MAX) {
        fail_line(r, r->row_line, reason_many);
        return;
    }
    if (size > SHEET_FIELD_MAX) {
        fail_cell(r, r->fields, reason_long_field);
        return;
    }
    char *text = mem_new(size + 1);
    if (size > 0)
        memcpy(text, data, size);
    const char *wrong = field_wrong(text, size);
    if (wrong != NULL)
        fail_cell(r, r->fields, wrong);
    if (wrong != NULL || fail_unseen(r, r->fields, text)) {
        free(text);
        return;
    }
    r->field[r->fields++] = text;
}

static void header_take(struct reader *r)
{
    struct sheet *s = r->sheet;

    for (size_t i = 0; i < r->fields; i++) {
        if (r->field[i][0] == '\0') {
            err_set(r->e, MSG_SHEET_COLUMN_EMPTY, s->name, r->row_line, (int64_t)i + 1);
            return;
        }
        for (size_t k = 0; k < i; k++) {
            if (strcmp(r->field[i], r->field[k]) == 0) {
                err_set(r->e, MSG_SHEET_COLUMN_TWICE, s->name, r->row_line, r->field[i]);
                return;
            }
        }
    }
    s->header_line = r->row_line;
    s->columns = r->fields;
    s->column = mem_new(r->fields * sizeof *s->column);
    memcpy(s->column, r->field, r->fields * sizeof *s->column);
    r->fields = 0;
}

static void row_take(struct reader *r)
{
    struct sheet *s = r->sheet;

    if (r->fields != s->columns) {
        err_set(r->e, MSG_SHEET_COUNT, s->name, r->row_line, (int64_t)r->fields,
                (int64_t)s->columns);
        return;
    }
    if (s->rows == SHEET_ROWS_MAX) {
        err_set(r->e, MSG_SHEET_FILE, s->name, reason_rows);
        return;
    }
    if ((s->rows & (s->rows - 1)) == 0) /* grows at 0, 1, 2, 4, 8 ... */
        s->row = mem_grow(s->row, (s->rows == 0 ? 1 : s->rows * 2) * sizeof *s->row);
    struct sheet_row *row = &s->row[s->rows++];
    row->line = r->row_line;
    row->field = mem_new(r->fields * sizeof *row->field);
    memcpy(row->field, r->field, r->fields * sizeof *row->field);
    r->fields = 0;
}

static void on_row(int terminator, void *ctx)
{
    struct reader *r = ctx;
    size_t want = r->sheet->columns; /* 0 while the header is awaited */

    (void)terminator;
    r->ended = true;
    if (reader_failed(r))
        return;
    while (r->fields > want && r->field[r->fields - 1][0] == '\0')
        free(r->field[--r->fields]);

    bool comment = r->fields > 0 && r->field[0][0] == '#';
    bool empty = true;
    for (size_t i = 0; i < r->fields; i++)
        empty = empty && r->field[i][0] == '\0';
    if (comment || empty) {
        row_forget(r);
        return;
    }
    if (r->sheet->header_line == 0)
        header_take(r);
    else
        row_take(r);
}

static bool line_blank(const char *line, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (strchr(" \t\r\n", line[i]) == NULL || line[i] == '\0')
            return false;
    }
    return true;
}

/* Feeds one line with its end; *inside tells whether a quoted field goes on in the next one. */
static void line_feed(struct reader *r, const char *line, size_t size, bool *inside)
{
    if (size > SHEET_LINE_MAX) {
        fail_line(r, r->line, reason_long_line);
        return;
    }
    if (!*inside) {
        if (line[0] == '#' || line_blank(line, size))
            return;
        r->row_line = r->line;
    }
    r->ended = false;
    size_t eaten = csv_parse(&r->parser, line, size, on_field, on_row, r);
    if (eaten < size && !reader_failed(r))
        fail_cell(r, r->fields, reason_quote);
    *inside = !r->ended;
}

/* Bytes up to and with the next line end: LF, CRLF or a lone CR; at the end of the data what is left. */
static size_t line_size(const char *data, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (data[i] == '\n')
            return i + 1;
        if (data[i] == '\r')
            return i + 1 < size && data[i + 1] == '\n' ? i + 2 : i + 1;
    }
    return size;
}

static void text_feed(struct reader *r, const char *data, size_t size)
{
    bool inside = false;

    for (r->line = 1; size > 0 && !reader_failed(r); r->line++) {
        size_t length = line_size(data, size);
        line_feed(r, data, length, &inside);
        data += length;
        size -= length;
    }
    if (reader_failed(r) || !inside)
        return;
    /* The last line may lack its end; a row that this does not end has an open quote. */
    r->ended = false;
    if (csv_parse(&r->parser, "\n", 1, on_field, on_row, r) != 1 && !reader_failed(r))
        fail_cell(r, r->fields, reason_quote);
    if (!reader_failed(r) && !r->ended)
        fail_line(r, r->row_line, reason_open);
}

int sheet_parse(struct sheet *out, const char *name, const char *data, size_t size, struct err *e)
{
    struct err failure = {0};
    struct reader r = {.sheet = out, .e = &failure};

    *out = (struct sheet){.name = mem_text(name)};
    if (size >= 2 && (memcmp(data, "\xff\xfe", 2) == 0 || memcmp(data, "\xfe\xff", 2) == 0)) {
        err_set(&failure, MSG_SHEET_FILE, name, reason_utf16);
        goto out;
    }
    if (size > SHEET_FILE_MAX) {
        err_set(&failure, MSG_SHEET_FILE, name, reason_large);
        goto out;
    }
    if (size >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0) {
        data += 3;
        size -= 3;
    }
    if (csv_init(&r.parser, CSV_STRICT | CSV_APPEND_NULL) != 0)
        die("libcsv does not start");
    text_feed(&r, data, size);
    csv_free(&r.parser);
    row_forget(&r);
    if (!reader_failed(&r) && out->header_line == 0)
        err_set(&failure, MSG_SHEET_FILE, name, reason_no_header);
out:
    if (failure.code != 0) {
        sheet_clear(out);
        *e = failure;
        return e->code;
    }
    return 0;
}

int sheet_read(struct sheet *out, const char *path, const char *name, struct err *e)
{
    FILE *file = fopen(path, "rbe");
    char *data = NULL;
    size_t size = 0, room = 0;
    int rc = 0;

    *out = (struct sheet){0};
    if (file == NULL)
        return err_set(e, MSG_FILE_OPEN, path, strerror(errno));
    while (size <= SHEET_FILE_MAX) { /* one byte more than allowed is enough to refuse it */
        if (size == room) {
            room = room == 0 ? 65536 : room * 2;
            data = mem_grow(data, room);
        }
        size_t got = fread(data + size, 1, room - size, file);
        if (got == 0)
            break;
        size += got;
    }
    if (ferror(file))
        rc = err_set(e, MSG_FILE_READ, path, strerror(errno));
    else
        rc = sheet_parse(out, name, data, size, e);
    free(data);
    fclose(file);
    return rc;
}

void sheet_clear(struct sheet *sheet)
{
    for (size_t i = 0; i < sheet->rows; i++) {
        for (size_t k = 0; k < sheet->columns; k++)
            free(sheet->row[i].field[k]);
        free(sheet->row[i].field);
    }
    for (size_t k = 0; k < sheet->columns; k++)
        free(sheet->column[k]);
    free(sheet->row);
    free(sheet->column);
    free(sheet->name);
    *sheet = (struct sheet){0};
}

int sheet_write(FILE *file, const char *name, const char *const *fields, size_t count,
                struct err *e)
{
    for (size_t i = 0; i < count; i++) {
        bool plain = fields[i][strcspn(fields[i], ",\"\r\n#")] == '\0' && fields[i][0] != ' ';
        if (i > 0)
            putc(',', file);
        if (plain)
            fputs(fields[i], file);
        else
            csv_fwrite(file, fields[i], strlen(fields[i]));
    }
    putc('\n', file);
    return ferror(file) ? err_set(e, MSG_FILE_WRITE, name, strerror(errno)) : 0;
}
