/*
 * A list of meters out of a file: its words, what the books know of them, the meters that are meant.
 */
#include "batch_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "text.h"

#define LIST_BYTES 300000 /* of all its words, as the engine takes them */
#define PAGE_ROWS  5000
#define CALL_MS    60000

struct list {
    json_t *words, *lines; /* each word, and the line it stands in */
    size_t bytes;
};

/* What parts a list on the console: blanks, commas and semicolons, narrow or wide, and the comma between items. */
static size_t gap_length(const char *at)
{
    static const char *const gaps[] = {" ",  ",",  ";",  "\t", "\r", "\n",
                                       "\"", "、", "，", "；", "　", "\xef\xbb\xbf"};
    for (size_t i = 0; i < sizeof gaps / sizeof *gaps; i++) {
        const size_t length = strlen(gaps[i]);
        if (strncmp(at, gaps[i], length) == 0)
            return length;
    }
    return 0;
}

static int line_take(struct list *l, const char *path, const char *line, int64_t n, struct err *e)
{
    for (const char *at = line; *at;) {
        size_t length = 0;
        while (at[length] && gap_length(at + length) == 0)
            length++;
        if (length > 0) {
            char *word = mem_format("%.*s", (int)length, at);
            text_fold_width(word);
            json_t *one = json_string(word);
            free(word);
            if (!one)
                return err_set(e, MSG_CLI_BATCH_LIST_TEXT, path, n);
            json_array_append_new(l->words, one);
            json_array_append_new(l->lines, json_integer((json_int_t)n));
            l->bytes += length + 4;
        }
        if (l->bytes > LIST_BYTES)
            return err_set(e, MSG_CLI_BATCH_LONG, path);
        at += length + gap_length(at + length);
    }
    return 0;
}

static int words_read(struct list *l, const char *path, struct err *e)
{
    const bool pipe = strcmp(path, "-") == 0;
    FILE *f = pipe ? stdin : fopen(path, "re");
    char *line = NULL;
    size_t room = 0;
    int64_t n = 0;
    int code = f ? 0 : err_set(e, MSG_CLI_BATCH_LIST, path);

    while (code == 0 && getline(&line, &room, f) >= 0)
        code = line_take(l, path, line, ++n, e);
    free(line);
    if (f && !pipe)
        fclose(f);
    return code == 0 && json_array_size(l->words) == 0 ? err_set(e, MSG_CLI_BATCH_LIST, path)
                                                       : code;
}

/* The first word of the file that is in no book is told with its line. */
static int known_check(struct cli *cli, const struct list *l, const char *path, const char *packed,
                       struct err *e)
{
    json_t *answer = NULL, *word;
    size_t i;
    int code =
        cli_call(cli, "names_unknown",
                 json_pack("{s:s,s:{s:i,s:b}}", "list", packed, "page", "limit", 1, "count", 1),
                 NULL, CALL_MS, &answer, e);
    const json_t *first = json_array_get(json_array_get(json_object_get(answer, "rows"), 0), 0);

    json_array_foreach(l->words, i, word)
    {
        if (code == 0 && first && json_equal(word, first))
            code = err_set(e, MSG_CLI_BATCH_LIST_WORD, path,
                           (int64_t)json_integer_value(json_array_get(l->lines, i)),
                           json_string_value(word),
                           (int64_t)json_integer_value(json_object_get(answer, "total")));
    }
    json_decref(answer);
    return code;
}

/* The meters that have these numbers or these rooms, page by page. */
static int meters_ask(struct cli *cli, const char *packed, char **select, struct err *e)
{
    char *said = mem_text("meter:");
    size_t used = strlen(said);
    int64_t offset = 0;
    bool more = true;
    int code = 0;

    while (code == 0 && more) {
        json_t *answer = NULL, *row;
        size_t i;
        code = cli_call(cli, "meters_state",
                        json_pack("{s:s,s:{s:i,s:I}}", "list", packed, "page", "limit", PAGE_ROWS,
                                  "offset", (json_int_t)offset),
                        NULL, CALL_MS, &answer, e);
        const size_t column = cli_column(answer, "meter");
        json_array_foreach(json_object_get(answer, "rows"), i, row)
        {
            const char *meter = json_string_value(json_array_get(row, column));
            const size_t length = meter ? strlen(meter) : 0;
            said = mem_grow(said, used + length + 2);
            if (offset++ > 0)
                said[used++] = ',';
            memcpy(said + used, meter ? meter : "", length + 1);
            used += length;
        }
        more = json_is_true(json_object_get(answer, "more"));
        json_decref(answer);
    }
    if (code == 0)
        *select = said;
    else
        free(said);
    return code;
}

int batch_list_read(struct cli *cli, const char *path, char **select, struct err *e)
{
    struct list l = {.words = json_array(), .lines = json_array()};
    int code = words_read(&l, path, e);
    char *packed = code == 0 ? json_dumps(l.words, JSON_COMPACT) : NULL;

    if (code == 0)
        code = known_check(cli, &l, path, packed, e);
    if (code == 0)
        code = meters_ask(cli, packed, select, e);
    free(packed);
    json_decref(l.words);
    json_decref(l.lines);
    return code;
}
