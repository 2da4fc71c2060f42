/*
 * From a template and data to a document: values written as their kinds are, conditions, copies.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capital.h"
#include "clock.h"
#include "glyph.h"
#include "money.h"
#include "template_tree.h"

#define SHORT_CHARACTERS 16

struct fill {
    const struct template *t;
    const json_t *data;
    const struct copy *copy; /* of this ticket; NULL: the template has none */
    struct doc *doc;
};

/* The raw text of a text field: the ticket's own for "copy". NULL: absent. */
static const char *fill_text(const struct fill *f, const struct paper_field *field)
{
    if (f->copy && strcmp(field->name, "copy") == 0) {
        return f->copy->key;
    }
    return json_string_value(field_value(field, f->data));
}

static bool fill_has(const struct fill *f, const struct paper_field *field)
{
    return field->kind == FIELD_TEXT ? fill_text(f, field) != NULL
                                     : field_value(field, f->data) != NULL;
}

static const char *fill_word(const struct fill *f, const struct paper_field *field)
{
    const char *text = fill_text(f, field);
    if (f->copy && strcmp(field->name, "copy") == 0) {
        return f->copy->title;
    }
    for (size_t i = 0; i < f->t->words_count; i++) {
        const struct word *w = &f->t->words[i];
        if (w->field == field && strcmp(w->key, text) == 0) {
            return w->text;
        }
    }
    return text;
}

/* The first 16 characters of a text: enough of a hash to compare by eye. */
static void write_short(const char *text, FILE *out)
{
    size_t n = strlen(text);
    size_t at = 0;
    uint32_t code;
    for (int i = 0; i < SHORT_CHARACTERS && at < n; i++) {
        size_t step = glyph_next(text + at, n - at, &code);
        at += step ? step : 1;
    }
    fwrite(text, 1, at, out);
}

/* S-2026-000012 as a scanner shall type it: 2026000012. */
static void write_digits(const char *text, FILE *out)
{
    for (; *text; text++) {
        if (*text >= '0' && *text <= '9') {
            fputc(*text, out);
        }
    }
}

static enum part_format format_of(const struct part *part)
{
    static const enum part_format by_kind[] = {
        [FIELD_TEXT] = FORMAT_PLAIN,    [FIELD_MONEY] = FORMAT_MONEY,
        [FIELD_PRICE] = FORMAT_PRICE,   [FIELD_ENERGY] = FORMAT_ENERGY,
        [FIELD_INTEGER] = FORMAT_PLAIN, [FIELD_TIME] = FORMAT_TIME,
        [FIELD_COUNT] = FORMAT_PLAIN,
    };
    return part->format == FORMAT_PLAIN ? by_kind[part->field->kind] : part->format;
}

static void write_part(const struct fill *f, const struct part *part, FILE *out)
{
    char buf[CAPITAL_TEXT_MAX];
    int64_t number = json_integer_value(field_value(part->field, f->data));
    switch (format_of(part)) {
    case FORMAT_MONEY: fputs(money_text(number, buf), out); break;
    case FORMAT_PRICE: fputs(price_text(number, buf), out); break;
    case FORMAT_ENERGY: fputs(energy_text(number, buf), out); break;
    case FORMAT_TIME: fputs(clock_text(number, buf), out); break;
    case FORMAT_DAY: fputs(clock_day(number, buf), out); break;
    case FORMAT_MINUTE: fputs(clock_minute(number, buf), out); break;
    case FORMAT_CAPITAL:
        if (capital_text(number, buf)) { /* kind_check() keeps the amount in range */
            fputs(buf, out);
        }
        break;
    case FORMAT_SHORT: write_short(fill_word(f, part->field), out); break;
    case FORMAT_DIGITS: write_digits(fill_text(f, part->field), out); break;
    case FORMAT_PLAIN:
        if (part->field->kind == FIELD_TEXT) {
            fputs(fill_word(f, part->field), out);
        } else {
            fprintf(out, "%lld", (long long)number);
        }
        break;
    }
}

/* The text of a cell; counts its fields and those with a value. The caller frees it. */
static char *cell_text(const struct fill *f, const struct cell *cell, int *fields, int *present)
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    if (!out) {
        die("paper: no memory for a line");
    }
    for (size_t i = 0; i < cell->count; i++) {
        const struct part *part = &cell->parts[i];
        if (!part->field) {
            fputs(part->text, out);
            continue;
        }
        ++*fields;
        if (fill_has(f, part->field)) {
            ++*present;
            write_part(f, part, out);
        }
    }
    if (fclose(out) != 0) {
        die("paper: no memory for a line");
    }
    return text;
}

static void fill_row(const struct fill *f, const struct node *node)
{
    char *text[DOC_CELLS_MAX] = {NULL};
    int fields = 0;
    int present = 0;
    for (size_t i = 0; i < node->cells; i++) {
        text[i] = cell_text(f, &node->cell[i], &fields, &present);
    }
    if (fields == 0 || present > 0) {
        struct doc_row *row = doc_row_add(f->doc, node->kind == NODE_QR ? DOC_QR : DOC_TEXT);
        row->bold = node->bold;
        row->big = node->big;
        for (size_t i = 0; i < node->cells; i++) {
            doc_cell_add(row, text[i], i ? DOC_RIGHT : node->align);
        }
    }
    for (size_t i = 0; i < node->cells; i++) {
        free(text[i]);
    }
}

static bool test_holds(const struct fill *f, const struct node *node)
{
    bool holds = fill_has(f, node->test);
    if (holds && node->value) {
        holds = strcmp(fill_text(f, node->test), node->value) == 0;
    }
    return holds != node->negate;
}

static void fill_ticket(const struct fill *f)
{
    for (size_t i = 0; i < f->t->count; i++) {
        const struct node *node = &f->t->nodes[i];
        switch (node->kind) {
        case NODE_ROW:
        case NODE_QR: fill_row(f, node); break;
        case NODE_RULE: doc_row_add(f->doc, DOC_RULE)->rule = node->rule; break;
        case NODE_SPACE: doc_row_add(f->doc, DOC_SPACE); break;
        case NODE_CUT: doc_row_add(f->doc, DOC_CUT); break;
        case NODE_IF:
            if (!test_holds(f, node)) {
                i = node->jump - 1;
            }
            break;
        case NODE_ELSE: i = node->jump - 1; break;
        case NODE_END: break;
        }
    }
    size_t count = doc_count(f->doc);
    if (count > 0 && doc_row_get(f->doc, count - 1)->kind != DOC_CUT) {
        doc_row_add(f->doc, DOC_CUT);
    }
}

int template_fill(const struct template *t, const json_t *data, int copies, struct doc **out,
                  struct err *e)
{
    int rc = kind_check(t->kind, data, e);
    if (rc) {
        return rc;
    }
    struct fill f = {.t = t, .data = data, .doc = doc_new()};
    const char *only = json_string_value(json_object_get(data, "copy"));
    for (size_t i = 0; i < t->copies_count; i++) {
        f.copy = &t->copies[i];
        if (only && *only ? strcmp(only, f.copy->key) == 0 : copies <= 0 || i < (size_t)copies) {
            fill_ticket(&f);
        }
    }
    if (doc_count(f.doc) == 0) {
        f.copy = NULL; /* no copies in the template, or not the one asked for: one plain ticket */
        fill_ticket(&f);
    }
    *out = f.doc;
    return 0;
}
