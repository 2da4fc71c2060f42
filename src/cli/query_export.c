/*
 * The loop behind query_export.h: pages from the engine into the file, the record of it before the file has its name.
 */
#include "query_export.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "held.h"
#include "link.h"
#include "message.h"
#include "text.h"

#define PAGE_ROWS   5000 /* as many as the engine gives at once */
#define PAGE_MS     60000
#define NOTED_BYTES 1600
#define NOTED_CELLS 400 /* of an expression, on record */

/* The columns of an answer with their titles in the language of who asks; the caller's. */
static json_t *titles(const json_t *page)
{
    json_t *list = json_deep_copy(json_object_get(page, "columns")), *column;
    size_t i;
    json_array_foreach(list, i, column)
    {
        const char *title = json_string_value(json_object_get(column, "title"));
        json_object_set_new(column, "title", json_string(title ? _(title) : ""));
    }
    return list;
}

/* The column that tells rows apart: the first that is an id. */
static const char *id_of(const json_t *columns)
{
    size_t i;
    json_t *column;
    json_array_foreach((json_t *)(uintptr_t)columns, i, column)
    {
        const char *kind = json_string_value(json_object_get(column, "kind"));
        if (kind && strcmp(kind, "id") == 0)
            return json_string_value(json_object_get(column, "name"));
    }
    return NULL;
}

/* Who takes it out; the caller's, "" where nobody is known. */
static char *who_asks(struct cli *cli)
{
    struct err none = {0};
    json_t *r = NULL;
    const char *name = NULL;
    if (cli_call(cli, "session.who", NULL, NULL, 0, &r, &none) == 0)
        name = json_string_value(json_object_get(json_object_get(r, "operator"), "name"));
    char *copy = mem_text(name ? name : "");
    json_decref(r);
    return copy;
}

static int begin(struct cli *cli, struct export **x, const struct query_export *q,
                 const json_t *answer, const char *who, struct err *e)
{
    struct link *link = NULL;
    const char *slash = strrchr(q->path, '/');
    char *folder = slash == q->path ? mem_text("/")
                   : slash          ? mem_format("%.*s", (int)(slash - q->path), q->path)
                                    : mem_text(".");
    json_t *columns = q->format == EXPORT_STATE ? export_state_columns() : titles(answer);
    int code = cli_connect(cli, &link, e);
    if (code == 0) {
        const struct export_options options = {
            .folder = folder,
            .name = slash ? slash + 1 : q->path,
            .format = q->format,
            .title = q->title ? q->title : q->call,
            .site = json_string_value(json_object_get(link_hello(link), "site")),
            .total = _("Total"),
            .columns = columns,
            .id = id_of(columns),
            .who = who,
            .selection = q->selection,
            .at_utc = clock_utc(),
        };
        code = export_new(x, &options, e);
    }
    json_decref(columns);
    free(folder);
    return code;
}

/* Sentences in the language of who asks. */
static void sentences_say(json_t *page)
{
    size_t c, r;
    json_t *column, *row;
    char text[1024];
    json_array_foreach(json_object_get(page, "columns"), c, column)
    {
        const char *kind = json_string_value(json_object_get(column, "kind"));
        const bool course = kind && strcmp(kind, "course") == 0;
        if (!course && (!kind || strcmp(kind, "sentence") != 0))
            continue;
        json_array_foreach(json_object_get(page, "rows"), r, row)
        {
            const char *packed = json_string_value(json_array_get(row, c));
            if (packed)
                json_array_set_new(row, c,
                                   json_string(course ? cli_course(packed)
                                                      : cli_sentence(packed, text, sizeof text)));
        }
    }
}

/* An export under way: the page that was asked for, while the one before is written. */
struct pages {
    struct link *link;
    const char *call;
    const json_t *args, *page;
    struct link_pending *pending; /* NULL: there is none */
    json_t *after;                /* key of the last row that came; NULL: the list has none */
    int64_t offset;               /* rows that came */
};

/* The rows behind `after`; where there is no key, behind as many as came. */
static void page_ask(struct pages *p)
{
    json_t *whole = json_deep_copy(p->args), *cut = json_deep_copy(p->page);
    json_object_set_new(cut, "limit", json_integer(PAGE_ROWS));
    json_object_set_new(cut, "offset", json_integer(p->after ? 0 : p->offset));
    json_object_set(cut, "after", p->after);
    json_object_set_new(whole, "page", cut);
    p->pending = link_begin(p->link, p->call, whole, NULL);
}

/* Takes the page that was asked for, and asks for the one behind it. */
static int page_take(struct pages *p, json_t **answer, struct err *e)
{
    struct link_pending *pending = p->pending;
    p->pending = NULL;
    int code = link_end(p->link, pending, PAGE_MS, answer, e);
    if (code == 0 && !json_object_get(*answer, "columns"))
        code = err_set(e, MSG_CLI_NO_CALL, p->call);
    if (code)
        return code;
    json_decref(p->after);
    p->after = json_incref(json_object_get(*answer, "next"));
    p->offset += (int64_t)json_array_size(json_object_get(*answer, "rows"));
    if (json_is_true(json_object_get(*answer, "more")))
        page_ask(p);
    return 0;
}

static void pages_end(struct pages *p)
{
    struct err none = {0};
    json_t *answer = NULL;
    if (p->pending)
        link_end(p->link, p->pending, 0, &answer, &none);
    json_decref(answer);
    json_decref(p->after);
}

/* On record: what was asked, or which meters, as they were chosen. */
static int note(struct cli *cli, const struct query_export *q, int64_t rows, struct err *e)
{
    char once[33];
    json_t *done = NULL;
    const char *slash = strrchr(q->path, '/');
    char selected[NOTED_BYTES];
    text_fit(selected, sizeof selected, q->selection ? q->selection : "", NOTED_CELLS);
    json_t *args = q->selection ? json_pack("{s:s}", "select", selected) : json_deep_copy(q->args);
    int code = cli_call(cli, "export.note",
                        json_pack("{s:s,s:I,s:s,s:o,s:o}", "what", q->call, "rows",
                                  (json_int_t)rows, "file", slash ? slash + 1 : q->path, "args",
                                  args, "page", json_deep_copy(q->page)),
                        link_once(once), 0, &done, e);
    json_decref(done);
    return code;
}

int query_export(struct cli *cli, const struct query_export *q, struct err *e)
{
    struct export *x = NULL;
    struct pages pages = {.call = q->call, .args = q->args, .page = q->page};
    int64_t rows = 0;
    int code = cli_link(cli, &pages.link, e);
    if (code)
        return code;
    char *who = q->format == EXPORT_STATE ? who_asks(cli) : NULL;
    page_ask(&pages);
    while (code == 0 && pages.pending) {
        json_t *answer = NULL;
        code = page_take(&pages, &answer, e);
        if (code == 0 && !x)
            code = begin(cli, &x, q, answer, who, e);
        if (code == 0)
            sentences_say(answer);
        held_rows_say(answer);
        if (code == 0)
            code = export_rows(x, answer, e);
        json_decref(answer);
    }
    pages_end(&pages);
    free(who);
    if (code == 0) {
        rows = export_count(x);
        code = note(cli, q, rows, e);
    }
    if (code) {
        export_drop(x);
        return code;
    }
    code = export_finish(x, NULL, e);
    if (code == 0)
        printf(_("%lld rows in %s\n"), (long long)rows, q->path);
    return code;
}
