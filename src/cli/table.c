/*
 * What came back, on standard output: rows as a table by display width, cells by their kind, or JSON.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "held.h"
#include "message.h"
#include "text.h"

#define CELL_MAX 1024

const char *cli_cell(const char *kind, const json_t *value, char *buf, size_t size)
{
    if (!json_is_string(value) || strcmp(kind, "held") != 0)
        return cli_value(kind, value, buf, size);
    char *said = held_packed_say(json_string_value(value));
    text_copy(buf, size, said);
    free(said);
    return buf;
}

static const char *column_text(const json_t *columns, size_t i, const char *key)
{
    const char *text = json_string_value(json_object_get(json_array_get(columns, i), key));
    return text ? text : "";
}

static bool is_number(const char *kind)
{
    static const char *const kinds[] = {"integer", "money", "price", "energy", "id", "age"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(kinds[i], kind) == 0)
            return true;
    }
    return false;
}

static void cell_print(const char *text, int width, bool right, bool last)
{
    int pad = width - text_width(text);
    if (pad < 0)
        pad = 0;
    if (right)
        printf("%*s%s", pad, "", text);
    else
        printf("%s%*s", text, last ? 0 : pad, "");
    fputs(last ? "\n" : "  ", stdout);
}

size_t cli_column(const json_t *rows, const char *name)
{
    const json_t *columns = json_object_get(rows, "columns");
    size_t i = 0;
    while (i < json_array_size(columns)) {
        const char *is = json_string_value(json_object_get(json_array_get(columns, i), "name"));
        if (is && strcmp(is, name) == 0)
            break;
        i++;
    }
    return i;
}

json_t *cli_row_value(const json_t *rows, size_t row, const char *column)
{
    return json_array_get(json_array_get(json_object_get(rows, "rows"), row),
                          cli_column(rows, column));
}

const char *cli_row_text(const json_t *rows, size_t row, const char *column)
{
    const char *text = json_string_value(cli_row_value(rows, row, column));
    return text ? text : "";
}

void cli_table(const json_t *rows)
{
    const json_t *columns = json_object_get(rows, "columns"), *list = json_object_get(rows, "rows");
    size_t n = json_array_size(columns), r;
    int *width = mem_new((n + 1) * sizeof *width);
    char text[CELL_MAX];
    json_t *row;
    for (size_t i = 0; i < n; i++)
        width[i] = text_width(_(column_text(columns, i, "title")));
    json_array_foreach(list, r, row)
    {
        for (size_t i = 0; i < n; i++) {
            int w = text_width(cli_cell(column_text(columns, i, "kind"), json_array_get(row, i),
                                        text, sizeof text));
            if (w > width[i])
                width[i] = w;
        }
    }
    for (size_t i = 0; i < n; i++)
        cell_print(_(column_text(columns, i, "title")), width[i],
                   is_number(column_text(columns, i, "kind")), i + 1 == n);
    json_array_foreach(list, r, row)
    {
        for (size_t i = 0; i < n; i++) {
            const char *kind = column_text(columns, i, "kind");
            cell_print(cli_cell(kind, json_array_get(row, i), text, sizeof text), width[i],
                       is_number(kind), i + 1 == n);
        }
    }
    if (json_is_true(json_object_get(rows, "more")))
        fprintf(stderr, "%s\n", _("(there are more rows: --limit, --offset)"));
    free(width);
}

void cli_json(const json_t *value)
{
    json_dumpf(value, stdout, JSON_COMPACT | JSON_ENCODE_ANY);
    putchar('\n');
    fflush(stdout);
}
