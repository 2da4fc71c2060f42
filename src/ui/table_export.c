/*
 * What a table gives to the export screen: the question behind it and its columns, so that the file has what is
 * in view. Writing it is that screen's.
 */
#include <stdio.h>
#include <string.h>

#include "console_state.h"
#include "message.h"
#include "table_source.h"

const struct table_source *table_source_below(const struct view *v)
{
    const struct view *top = console_top(v->console);
    return top && top != v ? top->table : NULL;
}

json_t *table_source_described(const struct table_source *t)
{
    struct view *v = t->view;
    const char *title = v->screen->heading ? v->screen->heading(v) : NULL;
    return json_pack(
        "{s:s,s:s,s:o,s:o,s:s?,s:I}", "title", title ? title : message_gettext(v->screen->title),
        "call", t->def->call, "args", t->args ? json_deep_copy(t->args) : json_object(), "page",
        table_source_question(t), "id", t->def->id, "rows", (json_int_t)table_source_total(t));
}

json_t *table_source_columns(const struct table_column *columns)
{
    json_t *list = json_array();
    char name[16];
    for (int i = 0; columns[i].name; i++) {
        snprintf(name, sizeof name, "%d", i);
        json_array_append_new(
            list,
            json_pack("{s:s,s:s,s:s}", "name", name, "title", message_gettext(columns[i].title),
                      "kind", columns[i].words ? "text" : show_kind_word(columns[i].kind)));
    }
    return list;
}

static json_t *cell(const struct rows *rows, int row, const struct table_column *column)
{
    char text[SHOW_TEXT_MAX];
    if (column->words)
        return json_string(column->words(rows, row, text));
    const json_t *value = rows_value(rows, row, column->name);
    return value ? json_incref((json_t *)(uintptr_t)value) : json_null();
}

json_t *table_source_page(const struct table_def *def, const json_t *result)
{
    struct rows rows = {0};
    json_t *list = json_array(), *columns = table_source_columns(def->columns);
    json_array_append_new(columns, json_pack("{s:s}", "name", def->id));
    rows_set(&rows, result);
    for (int r = 0; r < rows_count(&rows); r++) {
        json_t *cells = json_array();
        for (const struct table_column *c = def->columns; c->name; c++)
            json_array_append_new(cells, cell(&rows, r, c));
        const json_t *id = rows_value(&rows, r, def->id);
        json_array_append_new(cells, id ? json_incref((json_t *)(uintptr_t)id) : json_null());
        json_array_append_new(list, cells);
    }
    rows_clear(&rows);
    json_t *page = json_pack("{s:o,s:o}", "columns", columns, "rows", list);
    json_object_set(page, "next", json_object_get(result, "next"));
    return page;
}
