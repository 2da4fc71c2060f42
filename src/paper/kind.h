/*
 * The kinds of papers and their fields: what a template may name and what the engine must give. A new
 * paper is a new table in kind.c and its templates.
 */
#ifndef KIND_H
#define KIND_H

#include <jansson.h>

#include "err.h"

enum field_kind {
    FIELD_TEXT,
    FIELD_MONEY,  /* minor units */
    FIELD_PRICE,  /* 1/10000 per kWh */
    FIELD_ENERGY, /* Wh */
    FIELD_INTEGER,
    FIELD_TIME,  /* UTC seconds */
    FIELD_COUNT, /* a meter's purchase count */
};

struct paper_field {
    const char *name;
    enum field_kind kind;
    const char *words; /* texts only: "on|pending|held", the only values there are; NULL: any */
    bool required;
};

struct paper_kind {
    const char *name;
    const struct paper_field *fields; /* ends with a NULL name */
};

/* Every kind; ends with a NULL name. */
extern const struct paper_kind paper_kinds[];

/* By name; NULL where there is none. */
const struct paper_kind *kind_find(const char *name);
const struct paper_field *kind_field(const struct paper_kind *kind, const char *name);

/* The field whose name is nearest to a mistyped one, for messages. */
const char *kind_nearest(const struct paper_kind *kind, const char *name);

/* Is word one of the field's own? True for every word where the field has no list. */
bool field_has_word(const struct paper_field *field, const char *word);

/* The field's value in data, or NULL where it is absent, null or an empty text. Borrowed. */
const json_t *field_value(const struct paper_field *field, const json_t *data);

/* Checks data against the kind: unknown names, wrong types, unknown words, missing fields. */
int kind_check(const struct paper_kind *kind, const json_t *data, struct err *e);

#endif
