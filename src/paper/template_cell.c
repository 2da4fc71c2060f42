/*
 * Reading templates, the smaller things: names, texts, fields with their formats, the cells of a row.
 * The directives are template_parse.c.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "glyph.h"
#include "template_scan.h"

/* Which format goes with which kind of field: a bit for each enum field_kind. */
static const struct format {
    const char *name;
    enum part_format format;
    unsigned kinds;
} formats[] = {
    {"money", FORMAT_MONEY, 1U << FIELD_MONEY},
    {"capital", FORMAT_CAPITAL, 1U << FIELD_MONEY},
    {"price", FORMAT_PRICE, 1U << FIELD_PRICE},
    {"energy", FORMAT_ENERGY, 1U << FIELD_ENERGY},
    {"time", FORMAT_TIME, 1U << FIELD_TIME},
    {"day", FORMAT_DAY, 1U << FIELD_TIME},
    {"minute", FORMAT_MINUTE, 1U << FIELD_TIME},
    {"short", FORMAT_SHORT, 1U << FIELD_TEXT},
    {"digits", FORMAT_DIGITS, 1U << FIELD_TEXT},
    {"text", FORMAT_PLAIN, 1U << FIELD_TEXT},
    {"integer", FORMAT_PLAIN, 1U << FIELD_INTEGER | 1U << FIELD_COUNT},
    {"count", FORMAT_PLAIN, 1U << FIELD_INTEGER | 1U << FIELD_COUNT},
};

int64_t scan_column(const struct scan *s, const char *place)
{
    int64_t column = 1;
    const char *at = s->line;
    while (at < place) {
        uint32_t code;
        size_t step = glyph_next(at, (size_t)(place - at), &code);
        at += step ? step : 1;
        column++;
    }
    return column;
}

void scan_spaces(struct scan *s)
{
    while (s->at < s->end && *s->at == ' ') {
        s->at++;
    }
}

static bool name_sign(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '-';
}

bool scan_name(struct scan *s, char *name)
{
    size_t n = 0;
    const char *from = s->at;
    while (s->at < s->end && (unsigned char)*s->at < 0x80 && name_sign(*s->at)) {
        if (n + 1 < SCAN_NAME_MAX) {
            name[n++] = *s->at;
        }
        s->at++;
    }
    name[n] = '\0';
    return s->at > from;
}

static char *text_cut(const char *from, const char *to)
{
    size_t n = (size_t)(to - from);
    char *text = mem_new(n + 1);
    memcpy(text, from, n);
    return text;
}

int scan_text(struct scan *s, char **text, const char *directive, const char *needs)
{
    const char *from = s->at;
    if (from < s->end && *from == '"') {
        const char *to = memchr(from + 1, '"', (size_t)(s->end - from - 1));
        if (!to) {
            return err_set(s->e, MSG_PAPER_QUOTE, SCAN_AT(s, from));
        }
        *text = text_cut(from + 1, to);
        s->at = to + 1;
        return 0;
    }
    while (s->at < s->end && *s->at != ' ') {
        s->at++;
    }
    if (s->at == from) {
        return err_set(s->e, MSG_PAPER_NEEDS, SCAN_AT(s, from), directive, needs);
    }
    *text = text_cut(from, s->at);
    return 0;
}

int scan_field(struct scan *s, const struct paper_field **field, const char *directive,
               const char *needs)
{
    char name[SCAN_NAME_MAX];
    const char *from = s->at;
    if (!scan_name(s, name)) {
        return err_set(s->e, MSG_PAPER_NEEDS, SCAN_AT(s, from), directive, needs);
    }
    *field = kind_field(s->t->kind, name);
    if (!*field) {
        return err_set(s->e, MSG_PAPER_FIELD, SCAN_AT(s, from), s->t->kind->name, name,
                       kind_nearest(s->t->kind, name));
    }
    return 0;
}

static int part_add(struct scan *s, struct cell *cell, struct part part)
{
    if (cell->count == TEMPLATE_PARTS_MAX) {
        free(part.text);
        return err_set(s->e, MSG_PAPER_TOO_MANY, SCAN_AT(s, s->at), (int64_t)TEMPLATE_PARTS_MAX);
    }
    cell->parts = mem_grow(cell->parts, (cell->count + 1) * sizeof(*cell->parts));
    cell->parts[cell->count++] = part;
    return 0;
}

/* {field} or {field:format}; s->at stands on the brace. */
static int scan_part(struct scan *s, struct cell *cell)
{
    const char *brace = s->at++;
    char name[SCAN_NAME_MAX];
    struct part part = {.format = FORMAT_PLAIN};
    if (!memchr(s->at, '}', (size_t)(s->end - s->at))) {
        return err_set(s->e, MSG_PAPER_BRACE, SCAN_AT(s, brace));
    }
    if (s->at < s->end && !name_sign(*s->at)) {
        return err_set(s->e, MSG_PAPER_NO_NAME, SCAN_AT(s, s->at));
    }
    int rc = scan_field(s, &part.field, "", "");
    if (rc) {
        return rc;
    }
    if (*s->at == ':') {
        s->at++;
        const char *place = s->at;
        size_t i = 0;
        size_t count = sizeof(formats) / sizeof(formats[0]);
        scan_name(s, name);
        while (i < count && strcmp(formats[i].name, name) != 0) {
            i++;
        }
        if (i == count || !(formats[i].kinds >> part.field->kind & 1U)) {
            return err_set(s->e, MSG_PAPER_FORMAT, SCAN_AT(s, place), part.field->name, name);
        }
        part.format = formats[i].format;
    }
    if (*s->at != '}') {
        return err_set(s->e, MSG_PAPER_BRACE, SCAN_AT(s, brace));
    }
    s->at++;
    return part_add(s, cell, part);
}

/* Text up to the next field, column or end, with its backslashes taken off. */
static int scan_literal(struct scan *s, struct cell *cell)
{
    char *text = mem_new((size_t)(s->end - s->at) + 1);
    size_t n = 0;
    while (s->at < s->end && *s->at != '{' && *s->at != '|') {
        if (*s->at == '}') {
            free(text);
            return err_set(s->e, MSG_PAPER_BRACE_ALONE, SCAN_AT(s, s->at));
        }
        if (*s->at == '\\') {
            if (s->at + 1 == s->end || !strchr("|{}@#\\", s->at[1])) {
                free(text);
                return err_set(s->e, MSG_PAPER_ESCAPE, SCAN_AT(s, s->at));
            }
            s->at++;
        }
        text[n++] = *s->at++;
    }
    if (s->at < s->end && *s->at == '|') {
        while (n > 0 && text[n - 1] == ' ') {
            n--;
        }
    }
    text[n] = '\0';
    return part_add(s, cell, (struct part){.text = text});
}

int scan_cells(struct scan *s, struct node *node)
{
    struct cell *cell = &node->cell[node->cells++];
    while (s->at < s->end) {
        int rc = 0;
        if (*s->at == '{') {
            rc = scan_part(s, cell);
        } else if (*s->at == '|') {
            if (node->cells == DOC_CELLS_MAX || node->align != DOC_LEFT) {
                return err_set(s->e, MSG_PAPER_COLUMNS, SCAN_AT(s, s->at));
            }
            s->at++;
            scan_spaces(s);
            cell = &node->cell[node->cells++];
        } else {
            rc = scan_literal(s, cell);
        }
        if (rc) {
            return rc;
        }
    }
    return 0;
}
