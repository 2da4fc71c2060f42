/*
 * Cells of a return file, one table for reading and writing; the seal over all of them.
 */
#include "handover_file.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "db.h"
#include "lock_out.h"
#include "message.h"
#include "text.h"

#define SEAL_BYTES 32
#define TIME_TEXT  24

enum column {
    WHAT,
    LINE,
    HANDOVER,
    AT,
    METER,
    LOGIN,
    NAME,
    REASON,
    VERIFIED,
    CLEARED,
    CLEARED_LOGIN,
    CLEARED_NAME,
    CLEARED_REASON,
    TAG,
    SEAL,
    COLUMNS
};

enum cell { CELL_TEXT, CELL_TIME, CELL_NUMBER };

/* Rows in which a column must be filled. */
enum { ROW_STOPPED = 1, ROW_TAG = 2, ROW_END = 4 };

static const struct {
    const char *name;
    enum cell kind;
    int max; /* bytes of a text */
    int must;
} columns[COLUMNS] = {
    [WHAT] = {"what", CELL_TEXT, 16, ROW_STOPPED | ROW_TAG | ROW_END},
    [LINE] = {"line", CELL_TEXT, 63, ROW_STOPPED | ROW_TAG | ROW_END},
    [HANDOVER] = {"handover", CELL_TEXT, 32, ROW_STOPPED | ROW_TAG | ROW_END},
    [AT] = {"at", CELL_TIME, 0, ROW_STOPPED | ROW_TAG},
    [METER] = {"meter", CELL_TEXT, 32, ROW_TAG},
    [LOGIN] = {"login", CELL_TEXT, 63, 0},
    [NAME] = {"name", CELL_TEXT, 127, ROW_TAG},
    [REASON] = {"reason", CELL_TEXT, LOCK_OUT_REASON_MAX, ROW_TAG},
    [VERIFIED] = {"verified_at", CELL_TIME, 0, 0},
    [CLEARED] = {"cleared_at", CELL_TIME, 0, 0},
    [CLEARED_LOGIN] = {"cleared_login", CELL_TEXT, 63, 0},
    [CLEARED_NAME] = {"cleared_name", CELL_TEXT, 127, 0},
    [CLEARED_REASON] = {"cleared_reason", CELL_TEXT, LOCK_OUT_REASON_MAX, 0},
    [TAG] = {"tag", CELL_NUMBER, 0, ROW_END},
    [SEAL] = {"seal", CELL_TEXT, 2 * SEAL_BYTES, ROW_END},
};

static const struct {
    const char *word;
    int row;
} rows[] = {{"stopped", ROW_STOPPED}, {"tag", ROW_TAG}, {"end", ROW_END}};

static const char reason_time[] = N_("is no time like 2026-11-23T05:00:00Z");
static const char reason_dirty[] = N_("has characters that no text has");
static const char reason_place[] = N_("does not belong here");

/* ---- times */

static const char *time_text(int64_t at_utc, char buf[TIME_TEXT])
{
    time_t at = (time_t)at_utc;
    struct tm tm;

    buf[0] = '\0';
    if (at_utc > 0 && gmtime_r(&at, &tm))
        strftime(buf, TIME_TEXT, "%Y-%m-%dT%H:%M:%SZ", &tm);
    return buf;
}

/* -1: it is none. */
static int64_t time_of(const char *text)
{
    char again[TIME_TEXT];
    struct tm tm = {0};
    const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);
    int64_t at = end && *end == '\0' ? (int64_t)timegm(&tm) : -1;

    return at > 0 && strcmp(time_text(at, again), text) == 0 ? at : -1;
}

/* -1: it is none. */
static int64_t number_of(const char *text)
{
    int64_t value = 0;

    if (!text[0] || strlen(text) > 15 || text[strspn(text, "0123456789")])
        return -1;
    for (; *text; text++)
        value = 10 * value + (*text - '0');
    return value;
}

/* ---- the seal */

static void seal_begin(crypto_generichash_state *state, const char *key)
{
    crypto_generichash_init(state, (const unsigned char *)key, strlen(key), SEAL_BYTES);
}

static void seal_cell(crypto_generichash_state *state, const char *text)
{
    crypto_generichash_update(state, (const unsigned char *)text, strlen(text) + 1);
}

static void seal_end(crypto_generichash_state *state, char hex[2 * SEAL_BYTES + 1])
{
    unsigned char bytes[SEAL_BYTES];

    crypto_generichash_final(state, bytes, sizeof bytes);
    sodium_bin2hex(hex, 2 * SEAL_BYTES + 1, bytes, sizeof bytes);
}

/* ---- reading */

static const char *cell_of(const json_t *row, enum column column)
{
    const char *text =
        json_string_value(json_object_get(json_object_get(row, "fields"), columns[column].name));
    return text ? text : "";
}

static int64_t line_of(const json_t *row)
{
    return json_integer_value(json_object_get(row, "line"));
}

static int wrong(const struct handover_file *f, const json_t *row, enum column column,
                 const char *reason, struct err *e)
{
    const char *text = cell_of(row, column);
    char shown[64] = "";

    if (text_is_clean(text))
        text_fit(shown, sizeof shown, text, 40);
    return err_set(e, MSG_IMPORT_VALUE, f->name, line_of(row), columns[column].name, shown, reason);
}

static int cell_check(const struct handover_file *f, const json_t *row, enum column column,
                      int kind_of_row, struct err *e)
{
    const json_t *value = json_object_get(json_object_get(row, "fields"), columns[column].name);
    const char *text = cell_of(row, column);

    if (value && (!json_is_string(value) || strlen(text) != json_string_length(value)))
        return err_set(e, MSG_IMPORT_FORM, f->name);
    if (!text[0])
        return columns[column].must & kind_of_row
                   ? err_set(e, MSG_IMPORT_EMPTY, f->name, line_of(row), columns[column].name)
                   : 0;
    if (!text_is_clean(text))
        return wrong(f, row, column, reason_dirty, e);
    switch (columns[column].kind) {
    case CELL_TEXT:
        if (strlen(text) > (size_t)columns[column].max)
            return err_set(e, MSG_IMPORT_LONG, f->name, line_of(row), columns[column].name,
                           (int64_t)columns[column].max);
        break;
    case CELL_TIME:
        if (time_of(text) < 0)
            return wrong(f, row, column, reason_time, e);
        break;
    case CELL_NUMBER:
        if (number_of(text) < 0)
            return err_set(e, MSG_IMPORT_RANGE, f->name, line_of(row), columns[column].name, "",
                           (int64_t)0, INT64_C(999999999999999));
        break;
    }
    return 0;
}

/* What kind of row; 0: none, with *e. */
static int row_kind(const struct handover_file *f, const json_t *row, struct err *e)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(cell_of(row, WHAT), rows[i].word) == 0)
            return rows[i].row;
    }
    if (cell_check(f, row, WHAT, ROW_TAG, e) == 0)
        err_set(e, MSG_IMPORT_WORD, f->name, line_of(row), columns[WHAT].name, cell_of(row, WHAT),
                "stopped, tag, end");
    return 0;
}

static int64_t stamp(const json_t *row, enum column column)
{
    const char *text = cell_of(row, column);
    return text[0] ? time_of(text) : 0;
}

static void tag_take(struct handover_file *f, const json_t *row)
{
    const int64_t id = number_of(cell_of(row, TAG));

    f->tag = mem_grow(f->tag, (f->count + 1) * sizeof *f->tag);
    f->tag[f->count++] = (struct handover_tag){.line = line_of(row),
                                               .at_utc = stamp(row, AT),
                                               .verified_utc = stamp(row, VERIFIED),
                                               .cleared_utc = stamp(row, CLEARED),
                                               .site_id = id > 0 ? id : 0,
                                               .meter = cell_of(row, METER),
                                               .login = cell_of(row, LOGIN),
                                               .name = cell_of(row, NAME),
                                               .reason = cell_of(row, REASON),
                                               .cleared_login = cell_of(row, CLEARED_LOGIN),
                                               .cleared_name = cell_of(row, CLEARED_NAME),
                                               .cleared_reason = cell_of(row, CLEARED_REASON)};
}

static int row_take(struct handover_file *f, const json_t *row, size_t i, size_t last,
                    struct err *e)
{
    const int kind = row_kind(f, row, e);
    int rc = kind ? 0 : e->code;

    for (int c = 0; rc == 0 && c < COLUMNS; c++)
        rc = cell_check(f, row, (enum column)c, kind, e);
    if (rc == 0 && ((kind == ROW_STOPPED) != (i == 0) || (kind == ROW_END) != (i == last)))
        rc = wrong(f, row, WHAT, reason_place, e);
    if (rc != 0)
        return rc;
    if (kind == ROW_STOPPED) {
        f->code_line = line_of(row);
        f->channel = cell_of(row, LINE);
        f->code = cell_of(row, HANDOVER);
        f->stopped_utc = stamp(row, AT);
    }
    if (strcmp(cell_of(row, LINE), f->channel) != 0)
        return wrong(f, row, LINE, reason_place, e);
    if (strcmp(cell_of(row, HANDOVER), f->code) != 0)
        return wrong(f, row, HANDOVER, reason_place, e);
    if (kind == ROW_TAG)
        tag_take(f, row);
    if (kind == ROW_END) {
        f->seal_line = line_of(row);
        f->seal = cell_of(row, SEAL);
        if (number_of(cell_of(row, TAG)) != (int64_t)f->count)
            return wrong(f, row, TAG, N_("is not the number of its tags: rows are missing"), e);
    }
    return 0;
}

static int columns_check(const struct handover_file *f, const json_t *given, struct err *e)
{
    const json_t *names = json_object_get(given, "columns");
    const int64_t line = json_integer_value(json_object_get(given, "line"));

    for (int c = 0; c < COLUMNS; c++) {
        bool there = false;
        for (size_t i = 0; i < json_array_size(names); i++) {
            const char *name = json_string_value(json_array_get(names, i));
            there = there || (name && strcmp(name, columns[c].name) == 0);
        }
        if (!there)
            return err_set(e, MSG_IMPORT_COLUMN_MISSING, f->name, line, columns[c].name);
    }
    return 0;
}

int handover_file_read(const json_t *files, struct handover_file *out, struct err *e)
{
    const json_t *given = json_array_get(files, 0), *name = json_object_get(given, "name");
    json_t *list = json_object_get(given, "rows");
    const size_t count = json_array_size(list);
    int rc = 0;

    *out = (struct handover_file){.name = json_string_value(name), .rows = list};
    if (json_array_size(files) != 1 || !out->name || !text_is_clean(out->name) ||
        !json_is_array(list))
        return err_set(e, MSG_IMPORT_FORM, "files");
    rc = columns_check(out, given, e);
    if (rc == 0 && (count < 2 || count > HANDOVER_TAGS_MAX + 2))
        rc = err_set(e, MSG_HANDOVER_FILE_ROWS, out->name);
    for (size_t i = 0; rc == 0 && i < count; i++)
        rc = row_take(out, json_array_get(list, i), i, count - 1, e);
    if (rc != 0)
        handover_file_clear(out);
    return rc;
}

void handover_file_clear(struct handover_file *file)
{
    free(file->tag);
    *file = (struct handover_file){0};
}

int handover_file_sealed(const struct handover_file *file, const char *key, struct err *e)
{
    char hex[2 * SEAL_BYTES + 1];
    crypto_generichash_state state;
    json_t *row;
    size_t i;

    seal_begin(&state, key);
    json_array_foreach(file->rows, i, row)
    {
        for (int c = 0; c < SEAL; c++)
            seal_cell(&state, cell_of(row, (enum column)c));
    }
    seal_end(&state, hex);
    return strcmp(hex, file->seal) == 0 ? 0
                                        : err_set(e, MSG_HANDOVER_FILE_SEAL, file->name,
                                                  file->seal_line, columns[SEAL].name);
}

/* ---- writing */

static void row_write(FILE *f, crypto_generichash_state *state, const char *const cells[COLUMNS])
{
    for (int c = 0; c < SEAL; c++)
        seal_cell(state, cells[c] ? cells[c] : "");
    for (int c = 0; c < COLUMNS; c++) {
        const char *text = cells[c] ? cells[c] : "";
        bool quoted = text[strcspn(text, ",\"# ")] != '\0';
        fputs(c ? "," : "", f);
        fputs(quoted ? "\"" : "", f);
        for (; *text; text++) {
            if (*text == '"')
                putc('"', f);
            putc(*text, f);
        }
        fputs(quoted ? "\"" : "", f);
    }
    putc('\n', f);
}

static void tag_write(FILE *f, crypto_generichash_state *state, struct db_row *row,
                      const char *channel, const char *code, struct handover_told *out)
{
    char at[TIME_TEXT], verified[TIME_TEXT], cleared[TIME_TEXT], id[24] = "";
    const char *cells[COLUMNS] = {[WHAT] = "tag",
                                  [LINE] = channel,
                                  [HANDOVER] = code,
                                  [METER] = db_text(row, 0),
                                  [LOGIN] = db_text(row, 1),
                                  [NAME] = db_text(row, 2),
                                  [REASON] = db_text(row, 3),
                                  [CLEARED_LOGIN] = db_text(row, 7),
                                  [CLEARED_NAME] = db_text(row, 8),
                                  [CLEARED_REASON] = db_text(row, 9),
                                  [TAG] = id};

    cells[AT] = time_text(db_int(row, 4), at);
    cells[VERIFIED] = time_text(db_int(row, 5), verified);
    cells[CLEARED] = time_text(db_int(row, 6), cleared);
    if (db_int(row, 10) > 0)
        snprintf(id, sizeof id, "%lld", (long long)db_int(row, 10));
    row_write(f, state, cells);
    out->hung += db_null(row, 6);
    out->cleared += !db_null(row, 6);
}

static int tags_write(struct books *b, int64_t channel_id, FILE *f, crypto_generichash_state *state,
                      const char *channel, const char *code, struct handover_told *out,
                      struct err *e)
{
    struct db_row *row;
    int rc = db_find(books_db(b), SQL_handover_tags, &row, e, "i", channel_id);

    if (rc == 0 && row) {
        do
            tag_write(f, state, row, channel, code, out);
        while ((rc = db_next(row, e)) == 1);
    }
    db_done(row);
    return rc;
}

int handover_file_write(struct books *b, int64_t channel_id, const char *channel, const char *code,
                        const char *key, int64_t stopped_utc, struct handover_told *out,
                        struct err *e)
{
    char at[TIME_TEXT], count[24], hex[2 * SEAL_BYTES + 1];
    const char *heads[COLUMNS];
    crypto_generichash_state state, unsealed;
    size_t size;

    *out = (struct handover_told){0};
    FILE *f = open_memstream(&out->text, &size);
    if (!f)
        return err_errno(e, "open_memstream");
    for (int c = 0; c < COLUMNS; c++)
        heads[c] = columns[c].name;
    seal_begin(&unsealed, key);
    seal_begin(&state, key);
    fprintf(
        f,
        "# Metertill: line %s given back. For \"metertill handover %s --back FILE\" at the site.\n",
        channel, channel);
    row_write(f, &unsealed, heads);
    row_write(f, &state,
              (const char *[COLUMNS]){[WHAT] = "stopped",
                                      [LINE] = channel,
                                      [HANDOVER] = code,
                                      [AT] = time_text(stopped_utc, at)});
    int rc = tags_write(b, channel_id, f, &state, channel, code, out, e);
    snprintf(count, sizeof count, "%lld", (long long)(out->hung + out->cleared));
    const char *end[COLUMNS] = {[WHAT] = "end", [LINE] = channel, [HANDOVER] = code, [TAG] = count};
    unsealed = state;
    for (int c = 0; c < SEAL; c++)
        seal_cell(&unsealed, end[c] ? end[c] : "");
    seal_end(&unsealed, hex);
    end[SEAL] = hex;
    row_write(f, &state, end);
    fclose(f);
    if (rc != 0) {
        free(out->text);
        out->text = NULL;
    }
    return rc;
}
