/*
 * The rows of a query as they came from the engine, looked up by column name. Values only; how a value
 * is written stands in show.h.
 */
#ifndef ROWS_H
#define ROWS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct rows {
    json_t *result; /* {"columns":[...],"rows":[...],"more":bool}; NULL: nothing came yet */
};

/* Keeps a reference to result (NULL: empties). */
void rows_set(struct rows *r, const json_t *result);
void rows_clear(struct rows *r);

bool rows_came(const struct rows *r);
int rows_count(const struct rows *r);
bool rows_more(const struct rows *r);
/* Place of a column by its name, or -1. */
int rows_column(const struct rows *r, const char *name);
/* NULL: no such row or column, or the value is null. Borrowed. */
const json_t *rows_value(const struct rows *r, int row, const char *name);
int64_t rows_number(const struct rows *r, int row, const char *name, int64_t none);
/* "" where there is none. Borrowed. */
const char *rows_text(const struct rows *r, int row, const char *name);
/* The row as an object {"column": value}; the caller's. */
json_t *rows_object(const struct rows *r, int row);

/* The same for objects: number or text of a member. */
int64_t rows_member(const json_t *object, const char *name, int64_t none);
const char *rows_member_text(const json_t *object, const char *name);

#endif
