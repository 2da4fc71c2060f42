/*
 * Looking into the kinds of papers (kind_fields.c has their tables) and checking data against them. How a
 * value is written is template_fill.c, where it stands on the paper is the template's.
 */
#include <string.h>

#include "kind.h"
#include "money.h"
#include "text.h"

const struct paper_kind *kind_find(const char *name)
{
    for (const struct paper_kind *k = paper_kinds; k->name; k++) {
        if (strcmp(k->name, name) == 0) {
            return k;
        }
    }
    return NULL;
}

const struct paper_field *kind_field(const struct paper_kind *kind, const char *name)
{
    for (const struct paper_field *f = kind->fields; f->name; f++) {
        if (strcmp(f->name, name) == 0) {
            return f;
        }
    }
    return NULL;
}

const char *kind_nearest(const struct paper_kind *kind, const char *name)
{
    const struct paper_field *best = kind->fields;
    int distance = text_distance(best->name, name);
    for (const struct paper_field *f = best + 1; f->name; f++) {
        int d = text_distance(f->name, name);
        if (d < distance) {
            distance = d;
            best = f;
        }
    }
    return best->name;
}

bool field_has_word(const struct paper_field *field, const char *word)
{
    size_t n = strlen(word);
    for (const char *at = field->words; at; at = strchr(at, '|')) {
        at += *at == '|';
        if (strncmp(at, word, n) == 0 && (at[n] == '|' || at[n] == '\0')) {
            return true;
        }
    }
    return !field->words;
}

const json_t *field_value(const struct paper_field *field, const json_t *data)
{
    const json_t *value = json_object_get(data, field->name);
    if (!value || json_is_null(value) || (json_is_string(value) && !*json_string_value(value))) {
        return NULL;
    }
    return value;
}

static bool value_fits(const struct paper_field *field, const json_t *value)
{
    if (field->kind == FIELD_TEXT) {
        return json_is_string(value) && field_has_word(field, json_string_value(value));
    }
    if (!json_is_integer(value)) {
        return false;
    }
    json_int_t n = json_integer_value(value);
    return field->kind != FIELD_MONEY || (n <= MONEY_MAX_MINOR && n >= -MONEY_MAX_MINOR);
}

int kind_check(const struct paper_kind *kind, const json_t *data, struct err *e)
{
    if (!json_is_object(data)) {
        return err_set(e, MSG_PAPER_DATA_VALUE, kind->name, "*");
    }
    const char *name;
    json_t *any;
    json_object_foreach((json_t *)data, name, any)
    {
        if (!kind_field(kind, name)) {
            return err_set(e, MSG_PAPER_DATA_FIELD, kind->name, name);
        }
    }
    for (const struct paper_field *f = kind->fields; f->name; f++) {
        const json_t *value = field_value(f, data);
        if (!value && f->required) {
            return err_set(e, MSG_PAPER_DATA_MISSING, kind->name, f->name);
        }
        if (value && !value_fits(f, value)) {
            return err_set(e, MSG_PAPER_DATA_VALUE, kind->name, f->name);
        }
    }
    return 0;
}
