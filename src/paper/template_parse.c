/*
 * Reading templates: lines, directives, and what must fit together. What cannot be printed is refused
 * here with file, line, column and reason, so that no paper fails at the counter.
 */
#include <stdlib.h>
#include <string.h>

#include "glyph.h"
#include "message.h"
#include "template_scan.h"
#include "text.h"

struct parse {
    struct scan s;
    struct node row;                 /* the prefixes read so far */
    size_t open[TEMPLATE_DEPTH_MAX]; /* the @if nodes that wait for their @end */
    int64_t open_line[TEMPLATE_DEPTH_MAX];
    int64_t open_column[TEMPLATE_DEPTH_MAX];
    bool open_else[TEMPLATE_DEPTH_MAX];
    size_t depth;
};

struct directive {
    const char *name;
    bool prefix; /* a text follows on the line */
    bool head;   /* stands before everything that prints */
    int (*run)(struct parse *p, const struct directive *d, const char *place);
};

static void cell_clear(struct cell *cell)
{
    for (size_t i = 0; i < cell->count; i++) {
        free(cell->parts[i].text);
    }
    free(cell->parts);
}

static void node_clear(struct node *node)
{
    for (size_t i = 0; i < node->cells; i++) {
        cell_clear(&node->cell[i]);
    }
    free(node->value);
}

void template_free(struct template *t)
{
    if (!t) {
        return;
    }
    for (size_t i = 0; i < t->count; i++) {
        node_clear(&t->nodes[i]);
    }
    for (size_t i = 0; i < t->words_count; i++) {
        free(t->words[i].key);
        free(t->words[i].text);
    }
    for (size_t i = 0; i < t->copies_count; i++) {
        free(t->copies[i].key);
        free(t->copies[i].title);
    }
    free(t->nodes);
    free(t);
}

/* Appends a node, taking what it owns, success or not. */
static int node_add(struct parse *p, struct node node)
{
    struct template *t = p->s.t;
    if (t->count == TEMPLATE_NODES_MAX) {
        node_clear(&node);
        return err_set(p->s.e, MSG_PAPER_TOO_MANY, SCAN_AT(&p->s, p->s.line),
                       (int64_t)TEMPLATE_NODES_MAX);
    }
    if (t->count == t->room) {
        t->room = t->room ? t->room * 2 : 64;
        t->nodes = mem_grow(t->nodes, t->room * sizeof(*t->nodes));
    }
    t->nodes[t->count++] = node;
    return 0;
}

static int run_prefix(struct parse *p, const struct directive *d, const char *place)
{
    bool twice = false;
    switch (d->name[0] == 'b' ? d->name[1] : d->name[0]) {
    case 'c':
    case 'r':
        twice = p->row.align != DOC_LEFT;
        p->row.align = d->name[0] == 'c' ? DOC_CENTER : DOC_RIGHT;
        break;
    case 'o':
        twice = p->row.bold;
        p->row.bold = true;
        break;
    default:
        twice = p->row.big;
        p->row.big = true;
        break;
    }
    return twice ? err_set(p->s.e, MSG_PAPER_TWICE, SCAN_AT(&p->s, place), d->name) : 0;
}

static int run_rule(struct parse *p, const struct directive *d, const char *place)
{
    (void)place;
    struct node node = {.kind = NODE_RULE, .rule = '-'};
    if (p->s.at < p->s.end) {
        if (*p->s.at < '!' || *p->s.at > '~') {
            return err_set(p->s.e, MSG_PAPER_NEEDS, SCAN_AT(&p->s, p->s.at), d->name,
                           N_("one ASCII sign, or nothing"));
        }
        node.rule = *p->s.at++;
    }
    return node_add(p, node);
}

/* The rest of the line is the code: digits, and fields written as digits. */
static int run_qr(struct parse *p, const struct directive *d, const char *place)
{
    (void)d;
    (void)place;
    p->row.kind = NODE_QR;
    p->row.align = DOC_CENTER;
    return 0;
}

static bool qr_of_digits(const struct node *node)
{
    for (size_t i = 0; i < node->cell[0].count; i++) {
        const struct part *part = &node->cell[0].parts[i];
        if (part->field ? part->format != FORMAT_DIGITS
                        : part->text[strspn(part->text, "0123456789")] != '\0') {
            return false;
        }
    }
    return node->cell[0].count > 0;
}

static int run_alone(struct parse *p, const struct directive *d, const char *place)
{
    (void)place;
    return node_add(p, (struct node){.kind = d->name[0] == 'c' ? NODE_CUT : NODE_SPACE});
}

/* A word that the field can be, or an error at its place. */
static int word_check(struct parse *p, const struct paper_field *field, const char *word,
                      const char *place)
{
    if (field->kind != FIELD_TEXT) {
        return err_set(p->s.e, MSG_PAPER_WORDS_TEXT, SCAN_AT(&p->s, place), field->name);
    }
    if (!field_has_word(field, word)) {
        return err_set(p->s.e, MSG_PAPER_WORD, SCAN_AT(&p->s, place), field->name, word,
                       field->words);
    }
    return 0;
}

static int run_if(struct parse *p, const struct directive *d, const char *place)
{
    struct node node = {.kind = NODE_IF};
    struct scan *s = &p->s;
    if (s->end - s->at > 4 && strncmp(s->at, "not ", 4) == 0) {
        node.negate = true;
        s->at += 4;
        scan_spaces(s);
    }
    int rc = scan_field(s, &node.test, d->name, N_("a field's name"));
    if (rc) {
        return rc;
    }
    if (s->at < s->end && *s->at == '=') {
        const char *value = ++s->at;
        rc = scan_text(s, &node.value, d->name, N_("a word behind the ="));
        rc = rc ? rc : word_check(p, node.test, node.value, value);
    }
    if (rc == 0 && p->depth == TEMPLATE_DEPTH_MAX) {
        rc = err_set(s->e, MSG_PAPER_TOO_MANY, SCAN_AT(s, place), (int64_t)TEMPLATE_DEPTH_MAX);
    }
    if (rc) {
        free(node.value);
        return rc;
    }
    p->open[p->depth] = s->t->count;
    p->open_line[p->depth] = s->number;
    p->open_column[p->depth] = scan_column(s, place);
    p->open_else[p->depth] = false;
    rc = node_add(p, node);
    p->depth += rc == 0;
    return rc;
}

static int run_else(struct parse *p, const struct directive *d, const char *place)
{
    if (p->depth == 0) {
        return err_set(p->s.e, MSG_PAPER_IF_NONE, SCAN_AT(&p->s, place), d->name);
    }
    if (p->open_else[p->depth - 1]) {
        return err_set(p->s.e, MSG_PAPER_TWICE, SCAN_AT(&p->s, place), d->name);
    }
    int rc = node_add(p, (struct node){.kind = NODE_ELSE});
    if (rc == 0) {
        p->s.t->nodes[p->open[p->depth - 1]].jump = p->s.t->count;
        p->open[p->depth - 1] = p->s.t->count - 1;
        p->open_else[p->depth - 1] = true;
    }
    return rc;
}

static int run_end(struct parse *p, const struct directive *d, const char *place)
{
    if (p->depth == 0) {
        return err_set(p->s.e, MSG_PAPER_IF_NONE, SCAN_AT(&p->s, place), d->name);
    }
    int rc = node_add(p, (struct node){.kind = NODE_END});
    if (rc == 0) {
        p->depth--;
        p->s.t->nodes[p->open[p->depth]].jump = p->s.t->count;
    }
    return rc;
}

static int run_copy(struct parse *p, const struct directive *d, const char *place)
{
    struct template *t = p->s.t;
    const struct paper_field *field = kind_field(t->kind, "copy");
    char key[SCAN_NAME_MAX];
    const char *word = p->s.at;
    if (!field || !scan_name(&p->s, key)) {
        return err_set(p->s.e, MSG_PAPER_NEEDS, SCAN_AT(&p->s, p->s.at), d->name,
                       N_("the name of a copy and its title"));
    }
    int rc = word_check(p, field, key, word);
    if (rc) {
        return rc;
    }
    for (size_t i = 0; i < t->copies_count; i++) {
        if (strcmp(t->copies[i].key, key) == 0) {
            return err_set(p->s.e, MSG_PAPER_TWICE, SCAN_AT(&p->s, word), key);
        }
    }
    if (t->copies_count == TEMPLATE_COPIES_MAX) {
        return err_set(p->s.e, MSG_PAPER_TOO_MANY, SCAN_AT(&p->s, place),
                       (int64_t)TEMPLATE_COPIES_MAX);
    }
    char *title = NULL;
    scan_spaces(&p->s);
    rc = scan_text(&p->s, &title, d->name, N_("the name of a copy and its title"));
    if (rc == 0) {
        t->copies[t->copies_count++] = (struct copy){.key = mem_text(key), .title = title};
    }
    return rc;
}

/* One key=text of @words. */
static int word_add(struct parse *p, const struct directive *d, const struct paper_field *field)
{
    struct template *t = p->s.t;
    char key[SCAN_NAME_MAX];
    const char *place = p->s.at;
    if (!scan_name(&p->s, key) || p->s.at == p->s.end || *p->s.at != '=') {
        return err_set(p->s.e, MSG_PAPER_NEEDS, SCAN_AT(&p->s, place), d->name,
                       N_("a field's name and word=text for each of its words"));
    }
    p->s.at++;
    int rc = word_check(p, field, key, place);
    if (rc) {
        return rc;
    }
    for (size_t i = 0; i < t->words_count; i++) {
        if (t->words[i].field == field && strcmp(t->words[i].key, key) == 0) {
            return err_set(p->s.e, MSG_PAPER_TWICE, SCAN_AT(&p->s, place), key);
        }
    }
    if (t->words_count == TEMPLATE_WORDS_MAX) {
        return err_set(p->s.e, MSG_PAPER_TOO_MANY, SCAN_AT(&p->s, place),
                       (int64_t)TEMPLATE_WORDS_MAX);
    }
    char *text = NULL;
    rc = scan_text(&p->s, &text, d->name, N_("a text behind the ="));
    if (rc == 0) {
        t->words[t->words_count++] =
            (struct word){.field = field, .key = mem_text(key), .text = text};
    }
    return rc;
}

static int run_words(struct parse *p, const struct directive *d, const char *place)
{
    static const char needs[] = "a field's name and word=text for each of its words";
    const struct paper_field *field;
    int rc = scan_field(&p->s, &field, d->name, needs);
    if (rc) {
        return rc;
    }
    if (field->kind != FIELD_TEXT) {
        return err_set(p->s.e, MSG_PAPER_WORDS_TEXT, SCAN_AT(&p->s, place), field->name);
    }
    scan_spaces(&p->s);
    do {
        rc = word_add(p, d, field);
        scan_spaces(&p->s);
    } while (rc == 0 && p->s.at < p->s.end);
    return rc;
}

static const struct directive directives[] = {
    {.name = "center", .prefix = true, .run = run_prefix},
    {.name = "right", .prefix = true, .run = run_prefix},
    {.name = "bold", .prefix = true, .run = run_prefix},
    {.name = "big", .prefix = true, .run = run_prefix},
    {.name = "rule", .run = run_rule},
    {.name = "space", .run = run_alone},
    {.name = "cut", .run = run_alone},
    {.name = "qr", .prefix = true, .run = run_qr},
    {.name = "if", .run = run_if},
    {.name = "else", .run = run_else},
    {.name = "end", .run = run_end},
    {.name = "copy", .head = true, .run = run_copy},
    {.name = "words", .head = true, .run = run_words},
};

#define DIRECTIVES (sizeof(directives) / sizeof(directives[0]))

static const char *directive_nearest(const char *name)
{
    size_t best = 0;
    for (size_t i = 1; i < DIRECTIVES; i++) {
        if (text_distance(directives[i].name, name) < text_distance(directives[best].name, name)) {
            best = i;
        }
    }
    return directives[best].name;
}

/* One @name at this place; *done: the line is used up. */
static int parse_directive(struct parse *p, bool *done)
{
    struct scan *s = &p->s;
    const char *place = s->at++;
    char name[SCAN_NAME_MAX];
    scan_name(s, name);
    const struct directive *d = NULL;
    for (size_t i = 0; i < DIRECTIVES; i++) {
        if (strcmp(directives[i].name, name) == 0) {
            d = &directives[i];
        }
    }
    if (!d) {
        return err_set(s->e, MSG_PAPER_DIRECTIVE, SCAN_AT(s, place), name, directive_nearest(name));
    }
    if (s->at < s->end && *s->at != ' ') {
        return err_set(s->e, MSG_PAPER_TAIL, SCAN_AT(s, s->at), name);
    }
    scan_spaces(s);
    bool prefixed = p->row.align != DOC_LEFT || p->row.bold || p->row.big;
    if ((prefixed && (!d->prefix || d->run == run_qr || p->row.kind == NODE_QR)) ||
        (d->prefix && s->at == s->end)) {
        return err_set(s->e, MSG_PAPER_PREFIX, SCAN_AT(s, place), name);
    }
    if (d->head && s->t->count > 0) {
        return err_set(s->e, MSG_PAPER_EARLY, SCAN_AT(s, place), name);
    }
    int rc = d->run(p, d, place);
    scan_spaces(s);
    if (rc == 0 && !d->prefix && s->at < s->end) {
        rc = err_set(s->e, MSG_PAPER_TAIL, SCAN_AT(s, s->at), name);
    }
    *done = !d->prefix;
    return rc;
}

/* Bytes that no paper can take: found before anything else looks at the line. */
static int check_line(const struct scan *s)
{
    if (s->end - s->line > TEMPLATE_LINE_MAX) {
        return err_set(s->e, MSG_PAPER_LINE_LONG, SCAN_AT(s, s->line + TEMPLATE_LINE_MAX),
                       (int64_t)TEMPLATE_LINE_MAX);
    }
    for (const char *at = s->line; at < s->end;) {
        uint32_t code = 0;
        size_t step = glyph_next(at, (size_t)(s->end - at), &code);
        if (step == 0) {
            return err_set(s->e, MSG_PAPER_UTF8, SCAN_AT(s, at));
        }
        if (code < 0x20 || (code >= 0x7f && code < 0xa0)) {
            return err_set(s->e, MSG_PAPER_CONTROL, SCAN_AT(s, at));
        }
        at += step;
    }
    return 0;
}

static int parse_line(struct parse *p)
{
    struct scan *s = &p->s;
    int rc = check_line(s);
    if (rc) {
        return rc;
    }
    while (s->end > s->line && s->end[-1] == ' ') {
        s->end--;
    }
    s->at = s->line;
    scan_spaces(s);
    if (s->at == s->end || *s->at == '#') {
        return 0;
    }
    p->row = (struct node){.kind = NODE_ROW};
    bool done = false;
    while (rc == 0 && !done && s->at < s->end && *s->at == '@') {
        rc = parse_directive(p, &done);
    }
    if (rc || done) {
        return rc;
    }
    const char *from = s->at;
    rc = scan_cells(s, &p->row);
    if (rc == 0 && p->row.kind == NODE_QR && !qr_of_digits(&p->row)) {
        rc = err_set(s->e, MSG_PAPER_QR, SCAN_AT(s, from));
    }
    if (rc) {
        node_clear(&p->row);
        return rc;
    }
    return node_add(p, p->row);
}

static bool prints(const struct template *t)
{
    for (size_t i = 0; i < t->count; i++) {
        if (t->nodes[i].kind == NODE_ROW) {
            return true;
        }
    }
    return false;
}

static int parse_end(struct parse *p)
{
    if (p->depth > 0) {
        return err_set(p->s.e, MSG_PAPER_IF_OPEN, p->s.file, p->open_line[p->depth - 1],
                       p->open_column[p->depth - 1]);
    }
    if (!prints(p->s.t)) {
        return err_set(p->s.e, MSG_PAPER_EMPTY, p->s.file);
    }
    return 0;
}

int template_parse(struct template **out, const char *file, const struct paper_kind *kind,
                   const char *text, size_t n, struct err *e)
{
    struct parse p = {.s = {.file = file, .e = e}};
    const char *end = text + n;
    int rc = 0;
    if (n > TEMPLATE_BYTES_MAX) {
        return err_set(e, MSG_PAPER_TOO_BIG, file, (int64_t)TEMPLATE_BYTES_MAX);
    }
    p.s.t = mem_new(sizeof(*p.s.t));
    p.s.t->kind = kind;
    if (n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        text += 3; /* the mark some editors put in front */
    }
    while (rc == 0 && text < end) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        const char *next = stop ? stop + 1 : end;
        stop = stop ? stop : end;
        p.s.number++;
        p.s.line = text;
        p.s.end = stop > text && stop[-1] == '\r' ? stop - 1 : stop;
        rc = parse_line(&p);
        text = next;
    }
    rc = rc ? rc : parse_end(&p);
    if (rc) {
        template_free(p.s.t);
        return rc;
    }
    *out = p.s.t;
    return 0;
}
