/*
 * Templates of notices. A line of a file is
 *     # a comment              @subject TEXT            @title KIND = TEXT
 *     @text MESSAGE = TEXT     @word WORD = TEXT        anything else: a line of the body
 * TEXT holds fields: {site} {kind} {title} {severity} {object} {sentence} {meter} {place} {tenant} {phone} {channel} {time}
 * {cleared} {alarm}, {now} and {was}: the sentence while the alarm lasts, and after it; {open}: the alarm's number while it
 * lasts; and in @text the sentence's figures {1} {2} ... A line of the body whose fields are all empty is left out.
 */
#include "notice_text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "message.h"
#include "money.h"
#include "text.h"

#define FIELD_MAX 32

enum line_kind { LINE_SUBJECT, LINE_TITLE, LINE_TEXT, LINE_WORD, LINE_BODY };

struct template_line {
    enum line_kind kind;
    char *key, *text;
};

struct notice_template {
    struct template_line *lines;
    size_t count;
};

static const char *const fields[] = {
    "site",  "kind",    "title", "severity", "object", "sentence", "meter", "place", "tenant",
    "phone", "channel", "time",  "cleared",  "alarm",  "now",      "was",   "open",  NULL};

static const char *line_find(const struct notice_template *t, enum line_kind kind, const char *key)
{
    for (size_t i = 0; i < t->count; i++) {
        if (t->lines[i].kind == kind && strcmp(t->lines[i].key, key) == 0)
            return t->lines[i].text;
    }
    return NULL;
}

/* The next field of a text: its name, where it begins, where it ends. NULL: there is none any more. */
static const char *field_next(const char *text, char *name, const char **end)
{
    const char *open = strchr(text, '{'), *close = open ? strchr(open, '}') : NULL;

    if (!close || close - open - 1 >= FIELD_MAX)
        return NULL;
    memcpy(name, open + 1, (size_t)(close - open - 1));
    name[close - open - 1] = '\0';
    *end = close + 1;
    return open;
}

/* ---- words of a notice */

static const char *word_of(const struct notice_template *t, const char *word)
{
    const char *own = line_find(t, LINE_WORD, word);
    return own ? own : word;
}

static char *figure(const struct notice_template *t, const struct err *why, const char *name)
{
    const char *types = message_get(why->msg)->types;
    size_t n = (size_t)(name[0] - '1');
    char buf[MONEY_TEXT_MAX + CLOCK_TEXT_MAX];

    if (name[0] < '1' || name[1] != '\0' || n >= strlen(types))
        return mem_text("");
    const struct err_arg *a = &why->arg[n];
    switch (types[n]) {
    case 's': return mem_text(a->text);
    case 'k': return mem_text(word_of(t, a->text));
    case 'm': return mem_text(money_text(a->number, buf));
    case 'p': return mem_text(price_text(a->number, buf));
    case 't': return mem_text(clock_text(a->number, buf));
    default: return mem_format("%" PRId64, a->number);
    }
}

char *notice_sentence(const struct notice_template *t, const struct notice_facts *f)
{
    const char *text = f->why.code ? line_find(t, LINE_TEXT, message_get(f->why.msg)->name) : NULL;
    char name[FIELD_MAX], english[1024], *out = NULL;
    const char *end = NULL, *open;
    size_t size = 0;

    if (!f->why.code)
        return mem_text("");
    if (!text)
        return mem_text(message_english(&f->why, english, sizeof english));
    FILE *to = open_memstream(&out, &size);
    if (!to)
        die("no memory for a notice");
    for (; (open = field_next(text, name, &end)); text = end) {
        char *value = figure(t, &f->why, name);
        fprintf(to, "%.*s%s", (int)(open - text), text, value);
        free(value);
    }
    fputs(text, to);
    fclose(to);
    return out;
}

static char *field_value(const struct notice_template *t, const struct notice_facts *f,
                         const char *name)
{
    const struct {
        const char *name, *value;
    } texts[] = {{"site", f->site},      {"kind", f->kind},     {"meter", f->meter},
                 {"place", f->place},    {"tenant", f->tenant}, {"phone", f->phone},
                 {"channel", f->channel}};
    char buf[CLOCK_TEXT_MAX];

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (strcmp(texts[i].name, name) == 0)
            return mem_text(texts[i].value ? texts[i].value : "");
    }
    if (strcmp(name, "title") == 0) {
        const char *title = line_find(t, LINE_TITLE, f->kind);
        return mem_text(title ? title : f->kind);
    }
    if (strcmp(name, "severity") == 0)
        return mem_text(word_of(t, f->severity));
    if (strcmp(name, "object") == 0)
        return mem_format("%s%s%s", word_of(t, f->about), f->object[0] ? " " : "", f->object);
    if (strcmp(name, "cleared") == 0)
        return mem_text(f->cleared_utc ? clock_text(f->cleared_utc, buf) : "");
    if (strcmp(name, f->cleared_utc ? "now" : "was") == 0 ||
        (f->cleared_utc && strcmp(name, "open") == 0))
        return mem_text("");
    if (strcmp(name, "sentence") == 0 || strcmp(name, "now") == 0 || strcmp(name, "was") == 0)
        return notice_sentence(t, f);
    if (strcmp(name, "time") == 0)
        return mem_text(clock_text(f->at_utc, buf));
    return mem_format("%" PRId64, f->alarm);
}

/* A line with its fields filled in; NULL: it has fields, and all are empty. */
static char *filled(const struct notice_template *t, const struct notice_facts *f, const char *text)
{
    char name[FIELD_MAX], *out = NULL;
    const char *end = NULL, *open;
    size_t size = 0;
    bool any = false, some = false;
    FILE *to = open_memstream(&out, &size);

    if (!to)
        die("no memory for a notice");
    for (; (open = field_next(text, name, &end)); text = end) {
        char *value = field_value(t, f, name);
        fprintf(to, "%.*s%s", (int)(open - text), text, value);
        any = true;
        some = some || value[0];
        free(value);
    }
    fputs(text, to);
    fclose(to);
    if (any && !some) {
        free(out);
        out = NULL;
    }
    return out;
}

char *notice_subject(const struct notice_template *t, const struct notice_facts *f)
{
    char *subject = filled(t, f, line_find(t, LINE_SUBJECT, ""));
    return subject ? subject : mem_text("Metertill");
}

char *notice_body(const struct notice_template *t, const struct notice_facts *f)
{
    char *out = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&out, &size);

    if (!to)
        die("no memory for a notice");
    for (size_t i = 0; i < t->count; i++) {
        char *line = t->lines[i].kind == LINE_BODY ? filled(t, f, t->lines[i].text) : NULL;
        if (line)
            fprintf(to, "%s\r\n", line);
        free(line);
    }
    fclose(to);
    return out;
}

/* ---- loading */

struct load {
    struct notice_template *t;
    const char *path;
    int line;
    struct err *e;
};

static bool field_known(const char *name)
{
    for (size_t i = 0; fields[i]; i++) {
        if (strcmp(fields[i], name) == 0)
            return true;
    }
    return false;
}

static int fields_check(const struct load *l, const struct template_line *line)
{
    const int msg = line->kind == LINE_TEXT ? message_find(line->key) : -1;
    const size_t figures = msg >= 0 ? strlen(message_get((enum msg_id)msg)->types) : 0;
    char name[FIELD_MAX];
    const char *at = line->text, *end = NULL;

    if (line->kind == LINE_TEXT && msg < 0)
        return err_set(l->e, MSG_NOTICE_MESSAGE, l->path, (int64_t)l->line, line->key);
    for (; field_next(at, name, &end); at = end) {
        if (line->kind == LINE_TEXT &&
            (name[0] < '1' || name[1] != '\0' || (size_t)(name[0] - '1') >= figures))
            return err_set(l->e, MSG_NOTICE_MESSAGE, l->path, (int64_t)l->line, line->key);
        if (line->kind != LINE_TEXT && !field_known(name))
            return err_set(l->e, MSG_NOTICE_FIELD, l->path, (int64_t)l->line, name);
    }
    return strpbrk(at, "{}") ? err_set(l->e, MSG_NOTICE_LINE, l->path, (int64_t)l->line,
                                       N_("a brace without its other half"))
                             : 0;
}

static char *trimmed(const char *text, size_t n)
{
    while (n > 0 && *text == ' ') {
        text++;
        n--;
    }
    while (n > 0 && text[n - 1] == ' ')
        n--;
    return mem_format("%.*s", (int)n, text);
}

static int directive(struct load *l, const char *text, struct template_line *line)
{
    static const struct {
        const char *word;
        enum line_kind kind;
    } words[] = {{"@subject ", LINE_SUBJECT},
                 {"@title ", LINE_TITLE},
                 {"@text ", LINE_TEXT},
                 {"@word ", LINE_WORD}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t n = strlen(words[i].word);
        if (strncmp(text, words[i].word, n) != 0)
            continue;
        const char *rest = text + n, *is = strchr(rest, '=');
        line->kind = words[i].kind;
        if (line->kind == LINE_SUBJECT)
            is = rest - 1;
        if (!is)
            return err_set(l->e, MSG_NOTICE_LINE, l->path, (int64_t)l->line,
                           N_("there is no = in it"));
        line->key = line->kind == LINE_SUBJECT ? mem_text("") : trimmed(rest, (size_t)(is - rest));
        line->text = trimmed(is + 1, strlen(is + 1));
        return 0;
    }
    return err_set(
        l->e, MSG_NOTICE_LINE, l->path, (int64_t)l->line,
        N_("a line begins with @subject, @title, @text, @word or is a line of the body"));
}

static int line_add(struct load *l, const char *text)
{
    struct template_line line = {.kind = LINE_BODY};
    int rc = 0;

    if (text[0] == '#')
        return 0;
    if (!text_is_clean(text))
        return err_set(l->e, MSG_NOTICE_LINE, l->path, (int64_t)l->line,
                       N_("it is no UTF-8, or has control characters"));
    if (text[0] == '@') {
        rc = directive(l, text, &line);
    } else {
        line.key = mem_text("");
        line.text = mem_text(text);
    }
    if (rc == 0)
        rc = fields_check(l, &line);
    if (rc != 0) {
        free(line.key);
        free(line.text);
        return rc;
    }
    l->t->lines = mem_grow(l->t->lines, (l->t->count + 1) * sizeof line);
    l->t->lines[l->t->count++] = line;
    return 0;
}

static int whole_check(const struct load *l, const char *const *kinds)
{
    for (size_t i = 0; kinds[i]; i++) {
        if (!line_find(l->t, LINE_TITLE, kinds[i]))
            return err_set(l->e, MSG_NOTICE_KIND, l->path, kinds[i]);
    }
    return line_find(l->t, LINE_SUBJECT, "") && line_find(l->t, LINE_BODY, "")
               ? 0
               : err_set(l->e, MSG_NOTICE_NO_TEXT, l->path);
}

int notice_template_load(struct notice_template **out, const char *path, const char *const *kinds,
                         struct err *e)
{
    struct load l = {.t = mem_new(sizeof *l.t), .path = path, .e = e};
    char *text = NULL;
    size_t room = 0;
    FILE *file = fopen(path, "re");
    int rc = file ? 0 : err_set(e, MSG_FILE_OPEN, path, strerror(errno));

    while (rc == 0 && getline(&text, &room, file) >= 0) {
        text[strcspn(text, "\r\n")] = '\0';
        l.line++;
        rc = line_add(&l, text);
    }
    if (file)
        fclose(file);
    free(text);
    if (rc == 0)
        rc = whole_check(&l, kinds);
    if (rc == 0)
        *out = l.t;
    else
        notice_template_free(l.t);
    return rc;
}

void notice_template_free(struct notice_template *t)
{
    if (!t)
        return;
    for (size_t i = 0; i < t->count; i++) {
        free(t->lines[i].key);
        free(t->lines[i].text);
    }
    free(t->lines);
    free(t);
}
