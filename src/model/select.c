/*
 * The selection language (select.h): read into terms, and asked of one meter after the other. Nothing of it becomes SQL.
 */
#include "select.h"

#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "text.h"

enum select_key {
    KEY_ALL,
    KEY_STATE,
    KEY_BUILDING,
    KEY_PATH,
    KEY_CHANNEL,
    KEY_ROOM,
    KEY_METER,
    KEY_TENANT,
    KEY_MODEL,
    KEY_TARIFF,
    KEY_ACCOUNT,
    KEY_ROLE,
    KEY_COUNT
};

static const char *const keys[KEY_COUNT] = {
    [KEY_ALL] = "all",       [KEY_STATE] = "state",     [KEY_BUILDING] = "building",
    [KEY_PATH] = "path",     [KEY_CHANNEL] = "channel", [KEY_ROOM] = "room",
    [KEY_METER] = "meter",   [KEY_TENANT] = "tenant",   [KEY_MODEL] = "model",
    [KEY_TARIFF] = "tariff", [KEY_ACCOUNT] = "account", [KEY_ROLE] = "role",
};

static const char *const states[] = {N_("on"),          N_("alarm 1"),
                                     N_("alarm 2"),     N_("arrears"),
                                     N_("alarm 2 off"), N_("cut"),
                                     N_("forced on"),   N_("forced off"),
                                     N_("not opened"),  N_("in doubt"),
                                     N_("lost"),        N_("unread"),
                                     N_("locked out"),  NULL};
static const char *const roles[] = {"tenant", "main", NULL};

struct term {
    enum select_key key;
    bool not ;
    char **values; /* folded; sorted, so that one of twenty thousand is found at once */
    bool *met;     /* beside values: a meter has it */
    size_t count;
};

struct selection {
    struct term *terms;
    size_t count, values;
};

/* ---- reading */

struct reader {
    const char *text, *at;
};

/* The character that stands at `at`, counted from 1. */
static int64_t place_of(const struct reader *r, const char *at)
{
    int64_t n = 1;
    for (const char *c = r->text; c < at; c++)
        n += ((unsigned char)*c & 0xC0) != 0x80;
    return n;
}

static const char *nearest(const char *const *words, size_t count, const char *word)
{
    const char *best = words[0];
    for (size_t i = 1; i < count && words[i]; i++) {
        if (text_distance(words[i], word) < text_distance(best, word))
            best = words[i];
    }
    return best;
}

/* A piece of the expression for a sentence: never more than it holds, and whole characters. */
static char *piece(const char *from, size_t size)
{
    size_t n = size > 40 ? 40 : size;
    while (n < size && n > 0 && ((unsigned char)from[n] & 0xC0) == 0x80)
        n--;
    return mem_format("%.*s", (int)n, from);
}

static int key_read(struct reader *r, struct term *t, struct err *e)
{
    size_t size = strcspn(r->at, ":, \"");
    char *word = piece(r->at, size);
    int64_t place = place_of(r, r->at);
    int code = 0;

    for (t->key = 0; t->key < KEY_COUNT; t->key++) {
        if (strlen(keys[t->key]) == size && strncmp(keys[t->key], r->at, size) == 0)
            break;
    }
    if (t->key == KEY_COUNT)
        code = err_set(e, MSG_SELECT_KEY, place, word, nearest(keys, KEY_COUNT, word));
    else if (t->key != KEY_ALL && r->at[size] != ':')
        code = err_set(e, MSG_SELECT_VALUE, place, keys[t->key]);
    else if (t->key == KEY_ALL && r->at[size] != ' ' && r->at[size] != '\0')
        code = err_set(e, MSG_SELECT_ALL, place);
    r->at += size;
    free(word);
    return code;
}

/* "Tower A" with its marks, or up to a comma or space; a doubled mark inside is one. The caller's, NULL: *e. */
static char *value_read(struct reader *r, struct err *e)
{
    const char *start = r->at;
    char *value = mem_new(strlen(start) + 1);
    size_t used = 0;

    if (*r->at != '"') {
        used = strcspn(start, ", \"");
        memcpy(value, start, used);
        r->at += used;
        return value;
    }
    for (r->at++; *r->at && (*r->at != '"' || r->at[1] == '"'); r->at++) {
        r->at += *r->at == '"';
        value[used++] = *r->at;
    }
    if (*r->at == '"') {
        r->at++;
        return value;
    }
    err_set(e, MSG_SELECT_QUOTE, place_of(r, start));
    free(value);
    return NULL;
}

static bool word_known(const char *const *words, const char *word)
{
    for (; *words; words++) {
        if (strcmp(*words, word) == 0)
            return true;
    }
    return false;
}

/* A state or a role is one of few words. */
static int value_check(const struct reader *r, const char *at, enum select_key key,
                       const char *value, struct err *e)
{
    const char *const *words = key == KEY_STATE ? states : key == KEY_ROLE ? roles : NULL;

    if (!words || word_known(words, value))
        return 0;
    char *shown = piece(value, strlen(value));
    int code =
        err_set(e, MSG_SELECT_WORD, place_of(r, at), keys[key], shown, nearest(words, 32, shown));
    free(shown);
    return code;
}

static int value_add(struct reader *r, struct selection *s, struct term *t, struct err *e)
{
    const char *at = r->at;
    char *value = value_read(r, e);

    if (!value)
        return e->code;
    if (!value[0]) {
        free(value);
        return err_set(e, MSG_SELECT_VALUE, place_of(r, at), keys[t->key]);
    }
    size_t size = strlen(value) + 1;
    char *folded = mem_new(size);
    text_fold_search(folded, size, value);
    if (t->key == KEY_STATE) { /* forced_off is easier to type in a shell */
        for (char *c = folded; *c; c++)
            *c = *c == '_' ? ' ' : *c;
    }
    free(value);
    if (s->values == SELECT_VALUES_MAX) {
        free(folded);
        return err_set(e, MSG_SELECT_MANY, (int64_t)SELECT_VALUES_MAX);
    }
    /* Room grows by doubling: twenty thousand values are no twenty thousand copies. */
    if ((t->count & (t->count - 1)) == 0)
        t->values = mem_grow(t->values, (t->count ? 2 * t->count : 1) * sizeof *t->values);
    t->values[t->count++] = folded;
    s->values++;
    return value_check(r, at, t->key, folded, e);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int term_read(struct reader *r, struct selection *s, struct err *e)
{
    struct term *t = &s->terms[s->count++];

    while (strncmp(r->at, "not:", 4) == 0) {
        t->not = !t->not ;
        r->at += 4;
        if (*r->at == ' ' || *r->at == '\0')
            return err_set(e, MSG_SELECT_NOT, place_of(r, r->at - 4));
    }
    int code = key_read(r, t, e);
    if (code != 0 || t->key == KEY_ALL)
        return code;
    do {
        r->at++; /* the colon, or a comma */
        code = value_add(r, s, t, e);
    } while (code == 0 && *r->at == ',');
    if (code == 0 && *r->at != ' ' && *r->at != '\0')
        code = err_set(e, MSG_SELECT_END, place_of(r, r->at));
    if (code == 0)
        qsort(t->values, t->count, sizeof *t->values, by_text);
    return code;
}

int selection_parse(const char *text, struct selection **out, struct err *e)
{
    struct reader r = {text, text};
    int code = 0;

    *out = NULL;
    if (strlen(text) > SELECT_BYTES_MAX)
        return err_set(e, MSG_SELECT_LONG, (int64_t)SELECT_BYTES_MAX);
    if (!text_is_clean(text))
        return err_set(e, MSG_SELECT_DIRTY);
    struct selection *s = mem_new(sizeof *s);
    s->terms = mem_new(SELECT_TERMS_MAX * sizeof *s->terms);
    for (r.at += strspn(r.at, " "); *r.at && code == 0; r.at += strspn(r.at, " ")) {
        if (s->count == SELECT_TERMS_MAX)
            code = err_set(e, MSG_SELECT_TERMS, place_of(&r, r.at), (int64_t)SELECT_TERMS_MAX);
        else
            code = term_read(&r, s, e);
    }
    if (code == 0 && s->count == 0)
        code = err_set(e, MSG_SELECT_EMPTY);
    for (size_t i = 0; i < s->count && code == 0; i++)
        s->terms[i].met = mem_new((s->terms[i].count + 1) * sizeof *s->terms[i].met);
    if (code == 0)
        *out = s;
    else
        selection_free(s);
    return code;
}

void selection_free(struct selection *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->count; i++) {
        for (size_t k = 0; k < s->terms[i].count; k++)
            free(s->terms[i].values[k]);
        free(s->terms[i].values);
        free(s->terms[i].met);
    }
    free(s->terms);
    free(s);
}

/* ---- asking */

static bool among(const struct term *t, const char *text)
{
    char **value =
        t->count > 0 ? bsearch(&text, t->values, t->count, sizeof *t->values, by_text) : NULL;
    if (value)
        t->met[value - t->values] = true;
    return value != NULL;
}

/* Is the path one of these, or below one? "Tower A/1F" is not above "Tower A/12F". */
static bool below(const struct term *t, const char *path)
{
    for (size_t i = 0; i < t->count; i++) {
        size_t n = strlen(t->values[i]);
        while (n > 0 && t->values[i][n - 1] == '/')
            n--;
        if (strncmp(path, t->values[i], n) == 0 && (path[n] == '/' || path[n] == '\0'))
            return true;
    }
    return false;
}

static bool part_of(const struct term *t, const char *text)
{
    for (size_t i = 0; i < t->count; i++) {
        if (strstr(text, t->values[i]))
            return true;
    }
    return false;
}

static bool term_holds(const struct term *t, const struct select_meter *m)
{
    const char *const texts[KEY_COUNT] = {
        [KEY_ALL] = "",           [KEY_STATE] = m->state,     [KEY_BUILDING] = m->path,
        [KEY_PATH] = m->path,     [KEY_CHANNEL] = m->channel, [KEY_ROOM] = m->room,
        [KEY_METER] = m->number,  [KEY_TENANT] = m->tenant,   [KEY_MODEL] = m->model,
        [KEY_TARIFF] = m->tariff, [KEY_ACCOUNT] = m->account, [KEY_ROLE] = m->role,
    };
    char folded[512];

    if (t->key == KEY_ALL)
        return true;
    text_fold_search(folded, sizeof folded, texts[t->key] ? texts[t->key] : "");
    if (t->key == KEY_BUILDING)
        folded[strcspn(folded, "/")] = '\0';
    if (t->key == KEY_PATH)
        return below(t, folded);
    if (t->key == KEY_TENANT)
        return part_of(t, folded);
    return among(t, folded);
}

bool selection_takes(const struct selection *s, const struct select_meter *m)
{
    bool takes = true; /* every term is asked: which of its values there are is told, too */
    for (size_t i = 0; i < s->count; i++)
        takes &= term_holds(&s->terms[i], m) != s->terms[i].not ;
    return takes;
}

char *selection_unmet(const struct selection *s, size_t most, size_t *count)
{
    char *all = mem_text("");
    *count = 0;
    for (size_t i = 0; i < s->count; i++) {
        const struct term *t = &s->terms[i];
        bool named = t->key == KEY_METER || t->key == KEY_ROOM || t->key == KEY_CHANNEL ||
                     t->key == KEY_ACCOUNT || t->key == KEY_TARIFF || t->key == KEY_BUILDING;
        for (size_t k = 0; named && k < t->count; k++) {
            if (t->met[k] || (k > 0 && strcmp(t->values[k], t->values[k - 1]) == 0) ||
                ++*count > most)
                continue;
            char *more = mem_format("%s%s%s", all, all[0] ? ", " : "", t->values[k]);
            free(all);
            all = more;
        }
    }
    return all;
}
