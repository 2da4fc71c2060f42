/*
 * Exports behind export.h: columns and cells out of JSON, sums, the end on a thread of its own. The formats stand
 * in export_xlsx.c and export_csv.c, the place of the file in export_place.c.
 */
#include "export_format.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "money.h"
#include "text.h"

#define CELL_TEXT_MAX 512

static const struct {
    const char *word;
    enum export_kind kind;
    bool translated;
} kinds[] = {
    {"text", EXPORT_TEXT, false},
    {"sentence", EXPORT_TEXT, false}, /* in words by who gives it */
    {"course", EXPORT_TEXT, false},
    {"state", EXPORT_TEXT, true},
    {"id", EXPORT_ID, false},
    {"integer", EXPORT_INTEGER, false},
    {"money", EXPORT_MONEY, false},
    {"price", EXPORT_PRICE, false},
    {"energy", EXPORT_ENERGY, false},
    {"time", EXPORT_TIME, false},
    {"age", EXPORT_TIME, false}, /* when it was, not how long ago: the file is read later */
};

const char *export_suffix(enum export_format format)
{
    return format == EXPORT_CSV ? "csv" : "xlsx";
}

static bool is_plain(unsigned char c)
{
    const unsigned char small = c | 0x20;
    return c >= 0x80 || (c >= '0' && c <= '9') || (small >= 'a' && small <= 'z') || c == '-' ||
           c == '_';
}

const char *export_plain_name(char *buf, size_t size, const char *text)
{
    size_t used = 0, length;

    for (const char *at = text; *at != '\0'; at += length) {
        length = 1; /* whole characters */
        while (((unsigned char)at[length] & 0xc0) == 0x80)
            length++;
        if (used + length >= size)
            break;
        if (is_plain((unsigned char)*at)) {
            memcpy(buf + used, at, length);
            used += length;
        } else if (used > 0 && buf[used - 1] != '-') {
            buf[used++] = '-';
        }
    }
    while (used > 0 && buf[used - 1] == '-')
        used--;
    buf[used] = '\0';
    return buf;
}

/* ---- columns and cells */

static const char *member(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL ? text : "";
}

static void column_take(struct export *x, const json_t *declared)
{
    struct export_column *c = &x->column[x->columns++];
    const char *kind = member(declared, "kind");

    *c = (struct export_column){.name = mem_text(member(declared, "name")),
                                .title = mem_text(member(declared, "title")),
                                .kind = EXPORT_TEXT};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(kinds[i].word, kind) == 0) {
            c->kind = kinds[i].kind;
            c->word = kinds[i].translated;
        }
    }
    c->summed = c->kind == EXPORT_MONEY || c->kind == EXPORT_ENERGY;
}

static struct export_cell cell_of(struct export_column *c, const json_t *value, char *buf)
{
    struct export_cell cell = {.what = EXPORT_NOTHING};

    if (json_is_integer(value)) {
        cell.what = EXPORT_NUMBER;
        cell.number = json_integer_value(value);
        if (c->summed && !money_add(c->sum_minor, cell.number, &c->sum_minor))
            c->summed = false;
        if (c->kind == EXPORT_TIME && cell.number <= 0)
            cell.what = EXPORT_NOTHING;
        if (c->kind == EXPORT_TEXT || c->kind == EXPORT_ID) {
            snprintf(buf, CELL_TEXT_MAX, "%lld", (long long)cell.number);
            cell = (struct export_cell){.what = EXPORT_WORDS, .text = buf};
        }
    } else if (json_is_boolean(value)) {
        cell = (struct export_cell){.what = EXPORT_NUMBER, .number = json_is_true(value)};
    } else if (json_is_string(value) && json_string_length(value) > 0) {
        const char *text = json_string_value(value);
        cell = (struct export_cell){.what = EXPORT_WORDS,
                                    .text = c->word ? message_gettext(text) : text};
    }
    return cell;
}

/* Place of a column in the rows of a page; -1: it is not there. */
static int column_place(const json_t *page, const char *name)
{
    const json_t *columns = json_object_get(page, "columns");

    for (size_t k = 0; k < json_array_size(columns); k++) {
        if (strcmp(member(json_array_get(columns, k), "name"), name) == 0)
            return (int)k;
    }
    return -1;
}

static void places_find(const struct export *x, const json_t *page, int *place)
{
    for (int i = 0; i < x->columns; i++)
        place[i] = column_place(page, x->column[i].name);
}

/* Notes the row's id in `now`; was it on the page before? */
static bool row_again(const struct export *x, const json_t *row, int id, json_t *now)
{
    char *key = id < 0 ? NULL : json_dumps(json_array_get(row, (size_t)id), JSON_ENCODE_ANY);
    if (key == NULL)
        return false;
    const bool again = json_object_get(x->seen, key) != NULL;
    json_object_set_new(now, key, json_true());
    free(key);
    return again;
}

int export_rows(struct export *x, const json_t *page, struct err *e)
{
    const json_t *rows = json_object_get(page, "rows");
    struct export_cell cells[EXPORT_COLUMNS_MAX];
    char(*text)[CELL_TEXT_MAX] = mem_new(sizeof *text * EXPORT_COLUMNS_MAX);
    int place[EXPORT_COLUMNS_MAX], rc = 0;
    size_t r;
    json_t *row, *now = json_object();
    const bool keyed = json_object_get(page, "next") != NULL; /* no row comes twice */
    const int id = x->options.id == NULL ? -1 : column_place(page, x->options.id);

    places_find(x, page, place);
    json_array_foreach((json_t *)(uintptr_t)rows, r, row)
    {
        if (!keyed && row_again(x, row, id, now))
            continue;
        for (int i = 0; i < x->columns; i++) {
            const json_t *value = place[i] < 0 ? NULL : json_array_get(row, (size_t)place[i]);
            cells[i] = cell_of(&x->column[i], value, text[i]);
        }
        rc = x->writer->row(x, cells, e);
        if (rc != 0)
            break;
        x->rows++;
    }
    json_decref(x->seen);
    x->seen = now;
    free(text);
    return rc;
}

int64_t export_count(const struct export *x)
{
    return x->rows;
}

/* ---- life */

static void export_free(struct export *x)
{
    place_leave(x);
    for (int i = 0; i < x->columns; i++) {
        free(x->column[i].name);
        free(x->column[i].title);
    }
    free((char *)x->options.folder);
    free((char *)x->options.name);
    free((char *)x->options.title);
    free((char *)x->options.site);
    free((char *)x->options.total);
    free((char *)x->options.id);
    free((char *)x->options.who);
    free((char *)x->options.selection);
    json_decref(x->seen);
    free(x);
}

int export_new(struct export **out, const struct export_options *options, struct err *e)
{
    struct export *x = mem_new(sizeof *x);
    size_t i;
    json_t *column;

    *out = NULL;
    x->options = (struct export_options){
        .folder = mem_text(options->folder),
        .name = mem_text(options->name),
        .format = options->format,
        .title = mem_text(options->title ? options->title : ""),
        .site = mem_text(options->site ? options->site : ""),
        .total = mem_text(options->total ? options->total : ""),
        .id = options->id ? mem_text(options->id) : NULL,
        .who = mem_text(options->who ? options->who : ""),
        .selection = mem_text(options->selection ? options->selection : ""),
        .at_utc = options->at_utc,
        .sheet_rows = options->sheet_rows > 0 ? options->sheet_rows : EXPORT_SHEET_ROWS};
    x->writer = options->format == EXPORT_STATE ? &export_state
                : options->format == EXPORT_CSV ? &export_csv
                                                : &export_xlsx;
    json_array_foreach((json_t *)(uintptr_t)options->columns, i, column)
    {
        if (x->columns < EXPORT_COLUMNS_MAX)
            column_take(x, column);
    }
    atomic_init(&x->pack, PACK_NOT);
    int rc = place_take(x, e);
    if (rc == 0)
        rc = x->writer->begin(x, e);
    if (rc != 0) {
        export_drop(x);
        return rc;
    }
    *out = x;
    return 0;
}

/* The file is closed and on the disk; what went wrong stays in x. */
static void pack(struct export *x)
{
    if (x->writer->end(x, &x->failed) == 0)
        place_sync(x, &x->failed);
}

static void *pack_main(void *arg)
{
    struct export *x = arg;

    pack(x);
    if (atomic_exchange(&x->pack, PACK_DONE) == PACK_LEFT) /* nobody waits for it any more */
        export_free(x);
    return NULL;
}

int export_pack(struct export *x, struct err *e)
{
    atomic_store(&x->pack, PACK_RUNS);
    const int why = pthread_create(&x->packer, NULL, pack_main, x);
    if (why == 0)
        return 0;
    atomic_store(&x->pack, PACK_NOT);
    return err_set(e, MSG_SHEET_EXPORT_CLOSE, x->options.name, strerror(why));
}

bool export_packed(struct export *x, struct err *e)
{
    if (atomic_load(&x->pack) != PACK_DONE)
        return false;
    *e = x->failed;
    return true;
}

int export_finish(struct export *x, char **path, struct err *e)
{
    if (atomic_load(&x->pack) == PACK_NOT)
        pack(x);
    else
        pthread_join(x->packer, NULL);
    int rc = x->failed.code;
    if (rc != 0)
        *e = x->failed;
    else
        rc = place_name(x, e);
    if (rc == 0 && path != NULL)
        *path = mem_text(x->path);
    export_free(x);
    return rc;
}

void export_drop(struct export *x)
{
    struct err none = {0};

    if (x == NULL)
        return;
    if (atomic_load(&x->pack) == PACK_NOT) {
        if (x->state != NULL)
            x->writer->end(x, &none);
        export_free(x);
        return;
    }
    /* The library cannot be stopped: its files lose their names now, its thread ends by itself and frees x. */
    const pthread_t packer = x->packer;
    place_empty(x);
    if (atomic_exchange(&x->pack, PACK_LEFT) == PACK_DONE) {
        pthread_join(packer, NULL);
        export_free(x);
    } else {
        pthread_detach(packer);
    }
}
