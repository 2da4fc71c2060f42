/*
 * What came back, on standard output: rows as a table by display width, cells by their kind, or JSON.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "clock.h"
#include "held.h"
#include "message.h"
#include "money.h"
#include "text.h"
#include "wire.h"

#define CELL_MAX 1024

static const char *age_text(int64_t at_utc, char *buf, size_t size)
{
    int64_t s = clock_utc() - at_utc;
    if (s < 60)
        snprintf(buf, size, "%lld %s", (long long)(s < 0 ? 0 : s), _("s"));
    else if (s < 3600)
        snprintf(buf, size, "%lld %s", (long long)(s / 60), _("min"));
    else if (s < 2 * 86400)
        snprintf(buf, size, "%lld %s", (long long)(s / 3600), _("h"));
    else
        snprintf(buf, size, "%lld %s", (long long)(s / 86400), _("days"));
    return buf;
}

const char *cli_sentence(const char *packed, char *buf, size_t size)
{
    struct err why = {0};
    json_t *error = packed[0] == '{' ? json_loads(packed, 0, NULL) : NULL;
    text_copy(buf, size, packed);
    if (json_object_get(error, "msg")) {
        wire_error_read(error, &why);
        message_text(&why, buf, size);
    }
    json_decref(error);
    return buf;
}

const char *cli_cell(const char *kind, const json_t *value, char *buf, size_t size)
{
    char number[MONEY_TEXT_MAX];
    int64_t n = json_integer_value(value);
    buf[0] = '\0';
    if (!value || json_is_null(value))
        return buf;
    if (json_is_string(value) && strcmp(kind, "held") == 0) {
        char *said = held_packed_say(json_string_value(value));
        text_copy(buf, size, said);
        free(said);
        return buf;
    }
    if (json_is_string(value)) {
        const char *text = json_string_value(value);
        if (strcmp(kind, "sentence") == 0)
            return cli_sentence(text, buf, size);
        text_copy(buf, size, strcmp(kind, "state") == 0 ? _(text) : text);
        return buf;
    }
    if (json_is_boolean(value)) {
        text_copy(buf, size, json_is_true(value) ? _("yes") : _("no"));
        return buf;
    }
    if (strcmp(kind, "money") == 0)
        text_copy(buf, size, money_text(n, number));
    else if (strcmp(kind, "price") == 0)
        text_copy(buf, size, price_text(n, number));
    else if (strcmp(kind, "energy") == 0)
        text_copy(buf, size, energy_text(n, number));
    else if (strcmp(kind, "time") == 0 && n > 0)
        text_copy(buf, size, clock_text(n, number));
    else if (strcmp(kind, "age") == 0 && n > 0)
        age_text(n, buf, size);
    else if (json_is_integer(value))
        snprintf(buf, size, "%lld", (long long)n);
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
