/*
 * The loop behind query_export.h: pages from the engine into the file, the record of it before the file has its name.
 */
#include "query_export.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "link.h"
#include "message.h"

#define PAGE_ROWS 5000 /* as many as the engine gives at once */

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

static int begin(struct cli *cli, struct export **x, const char *call, const char *path,
                 enum export_format format, const json_t *answer, struct err *e)
{
    struct link *link = NULL;
    const char *slash = strrchr(path, '/');
    char *folder = slash == path ? mem_text("/")
                   : slash       ? mem_format("%.*s", (int)(slash - path), path)
                                 : mem_text(".");
    json_t *columns = titles(answer);
    int code = cli_connect(cli, &link, e);
    if (code == 0) {
        const struct export_options options = {
            .folder = folder,
            .name = slash ? slash + 1 : path,
            .format = format,
            .title = call,
            .site = json_string_value(json_object_get(link_hello(link), "site")),
            .total = _("Total"),
            .columns = columns,
            .id = id_of(columns),
        };
        code = export_new(x, &options, e);
    }
    json_decref(columns);
    free(folder);
    return code;
}

/* The rows behind `after`, where the list has a key; else behind the first `offset`. */
static int page_ask(struct cli *cli, const char *call, const json_t *args, const json_t *page,
                    int64_t offset, const json_t *after, json_t **answer, struct err *e)
{
    json_t *whole = json_deep_copy(args), *cut = json_deep_copy(page);
    json_object_set_new(cut, "limit", json_integer(PAGE_ROWS));
    json_object_set_new(cut, "offset", json_integer(after ? 0 : offset));
    json_object_set(cut, "after", (json_t *)(uintptr_t)after);
    json_object_set_new(whole, "page", cut);
    int code = cli_call(cli, call, whole, NULL, 0, answer, e);
    if (code == 0 && !json_object_get(*answer, "columns"))
        code = err_set(e, MSG_CLI_NO_CALL, call);
    return code;
}

static int note(struct cli *cli, const char *call, const json_t *args, const json_t *page,
                const char *path, int64_t rows, struct err *e)
{
    char once[33];
    json_t *done = NULL;
    const char *slash = strrchr(path, '/');
    int code = cli_call(cli, "export.note",
                        json_pack("{s:s,s:I,s:s,s:o,s:o}", "what", call, "rows", (json_int_t)rows,
                                  "file", slash ? slash + 1 : path, "args", json_deep_copy(args),
                                  "page", json_deep_copy(page)),
                        link_once(once), 0, &done, e);
    json_decref(done);
    return code;
}

int query_export(struct cli *cli, const char *call, const json_t *args, const json_t *page,
                 const char *path, enum export_format format, struct err *e)
{
    struct export *x = NULL;
    json_t *after = NULL;
    int64_t offset = 0, rows = 0;
    bool more = true;
    int code = 0;
    while (code == 0 && more) {
        json_t *answer = NULL;
        code = page_ask(cli, call, args, page, offset, after, &answer, e);
        if (code == 0 && !x)
            code = begin(cli, &x, call, path, format, answer, e);
        if (code == 0)
            code = export_rows(x, answer, e);
        more = json_is_true(json_object_get(answer, "more"));
        json_decref(after);
        after = json_incref(json_object_get(answer, "next"));
        offset += (int64_t)json_array_size(json_object_get(answer, "rows"));
        json_decref(answer);
    }
    json_decref(after);
    if (code == 0) {
        rows = export_count(x);
        code = note(cli, call, args, page, path, rows, e);
    }
    if (code) {
        export_drop(x);
        return code;
    }
    code = export_finish(x, NULL, e);
    if (code == 0)
        printf(_("%lld rows in %s\n"), (long long)rows, path);
    return code;
}
