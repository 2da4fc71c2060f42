/*
 * Numbers noted, told, read.
 */
#include "numbers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db.h"
#include "journal.h"
#include "text.h"

#define NUMBER_MOST 999999999

void numbers_note(json_t *numbers, const char *kind, int64_t year, int64_t n)
{
    char key[48];

    snprintf(key, sizeof key, "%s %lld", kind, (long long)year);
    if (n > json_integer_value(json_object_get(numbers, key)))
        json_object_set_new(numbers, key, json_integer(n));
}

int64_t numbers_get(const json_t *numbers, const char *kind, int64_t year)
{
    char key[48];

    snprintf(key, sizeof key, "%s %lld", kind, (long long)year);
    return json_integer_value(json_object_get(numbers, key));
}

void numbers_merge(json_t *into, const json_t *from)
{
    const char *key;
    json_t *n;

    json_object_foreach((json_t *)from, key, n)
    {
        if (json_integer_value(n) > json_integer_value(json_object_get(into, key)))
            json_object_set(into, key, n);
    }
}

static int note_rows(struct books *b, enum sql_id id, int64_t since, json_t *numbers, struct err *e)
{
    struct db_row *row = NULL;
    int rc = db_find(books_db(b), id, &row, e, "i", since);

    for (bool more = rc == 0 && row; more; more = rc == 1) {
        numbers_note(numbers, db_text(row, 0), db_int(row, 1), db_int(row, 2));
        rc = db_next(row, e);
    }
    db_done(row);
    return rc < 0 ? rc : 0;
}

int numbers_books(struct books *b, int64_t since, int64_t *last, json_t *numbers, struct err *e)
{
    int rc = note_rows(b, since > 0 ? SQL_numbers_since : SQL_numbers_all, since, numbers, e);

    return rc != 0 ? rc : db_get(books_db(b), SQL_numbers_last, 0, last, e, "");
}

bool numbers_line(json_t *numbers, const char *line)
{
    char kind[16];
    long long year, n;
    int end = 0;

    if (sscanf(line, "%15[a-z] %4lld %9lld%n", kind, &year, &n, &end) != 3 || line[end] != '\0' ||
        n < 1)
        return false;
    numbers_note(numbers, kind, year, n);
    return true;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

char *numbers_lines(const json_t *numbers)
{
    size_t count = json_object_size(numbers), i = 0;
    const char **keys = mem_new((count + 1) * sizeof *keys), *key;
    char *text = mem_text("");
    json_t *n;

    json_object_foreach((json_t *)numbers, key, n) keys[i++] = key;
    qsort(keys, count, sizeof *keys, by_text);
    for (i = 0; i < count; i++) {
        char *more = mem_format("%s%s %lld\n", text, keys[i],
                                (long long)json_integer_value(json_object_get(numbers, keys[i])));
        free(text);
        text = more;
    }
    free(keys);
    return text;
}

static bool slip_note(json_t *numbers, const char *slip)
{
    char letter[2];
    long long year, n;
    int end = 0;

    if (sscanf(slip, "%1[A-Z]-%4lld-%9lld%n", letter, &year, &n, &end) != 3 || slip[end] != '\0' ||
        n < 1 || n > NUMBER_MOST || year < 2000)
        return false;
    for (size_t i = 0; document_kind(i) != NULL; i++) {
        if (strcmp(document_letter(i), letter) == 0) {
            numbers_note(numbers, document_kind(i), year, n);
            return true;
        }
    }
    return false;
}

bool numbers_slip(json_t *numbers, const char *text)
{
    char *copy = mem_text(text), *rest = copy, *slip;
    bool good = true;

    while (good && (slip = strsep(&rest, ",")) != NULL)
        good = slip_note(numbers, slip);
    free(copy);
    return good;
}
