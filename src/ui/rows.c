/*
 * Access to a query's result behind rows.h. A missing column is a missing value, never an error: a
 * newer engine may have more of them, an older one fewer.
 */
#include "rows.h"

#include <string.h>

void rows_set(struct rows *r, const json_t *result)
{
    json_t *kept = result ? json_incref((json_t *)(uintptr_t)result) : NULL;
    json_decref(r->result);
    r->result = kept;
}

void rows_clear(struct rows *r)
{
    rows_set(r, NULL);
}

bool rows_came(const struct rows *r)
{
    return r->result != NULL;
}

int rows_count(const struct rows *r)
{
    return (int)json_array_size(json_object_get(r->result, "rows"));
}

bool rows_more(const struct rows *r)
{
    return json_is_true(json_object_get(r->result, "more"));
}

int rows_column(const struct rows *r, const char *name)
{
    const json_t *columns = json_object_get(r->result, "columns");
    for (size_t i = 0; i < json_array_size(columns); i++) {
        const char *found = json_string_value(json_object_get(json_array_get(columns, i), "name"));
        if (found && strcmp(found, name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

const json_t *rows_value(const struct rows *r, int row, const char *name)
{
    const int column = rows_column(r, name);
    if (column < 0 || row < 0) {
        return NULL;
    }
    const json_t *rows = json_object_get(r->result, "rows");
    const json_t *value = json_array_get(json_array_get(rows, (size_t)row), (size_t)column);
    return json_is_null(value) ? NULL : value;
}

int64_t rows_number(const struct rows *r, int row, const char *name, int64_t none)
{
    const json_t *value = rows_value(r, row, name);
    return json_is_integer(value) ? json_integer_value(value) : none;
}

const char *rows_text(const struct rows *r, int row, const char *name)
{
    const char *text = json_string_value(rows_value(r, row, name));
    return text ? text : "";
}

json_t *rows_object(const struct rows *r, int row)
{
    json_t *object = json_object();
    const json_t *columns = json_object_get(r->result, "columns");
    const json_t *cells = json_array_get(json_object_get(r->result, "rows"), (size_t)row);
    for (size_t i = 0; i < json_array_size(columns); i++) {
        const char *name = json_string_value(json_object_get(json_array_get(columns, i), "name"));
        if (name && json_array_get(cells, i)) {
            json_object_set(object, name, json_array_get(cells, i));
        }
    }
    return object;
}

int64_t rows_member(const json_t *object, const char *name, int64_t none)
{
    const json_t *value = json_object_get(object, name);
    return json_is_integer(value) ? json_integer_value(value) : none;
}

const char *rows_member_text(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}
