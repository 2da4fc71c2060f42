/*
 * Parameters checked against their declaration, roles and their words, effects collected.
 */
#include "request.h"

#include <stdio.h>
#include <string.h>

#include "message.h"
#include "money.h"
#include "text.h"

#define TEXT_MAX_DEFAULT 200

static const struct {
    unsigned role;
    const char *word;
} roles[] = {
    {ROLE_CASHIER, N_("cashier")}, {ROLE_ELECTRICIAN, N_("electrician")},
    {ROLE_MANAGER, N_("manager")}, {ROLE_ADMINISTRATOR, N_("administrator")},
    {ROLE_AUDITOR, N_("auditor")},
};

const char *role_word(unsigned role)
{
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
        if (roles[i].role == role)
            return roles[i].word;
    }
    return "nobody";
}

unsigned role_find(const char *word)
{
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
        if (strcmp(roles[i].word, word) == 0)
            return roles[i].role;
    }
    return 0;
}

const char *role_words(unsigned mask, char *buf, size_t size)
{
    size_t used = 0;

    buf[0] = '\0';
    for (size_t i = 0; i < sizeof roles / sizeof *roles && used < size; i++) {
        if (mask & roles[i].role)
            used +=
                (size_t)snprintf(buf + used, size - used, "%s%s", used ? ", " : "", roles[i].word);
    }
    return buf;
}

static const struct param *param_named(const struct param *params, const char *name)
{
    for (; params && params->name; params++) {
        if (strcmp(params->name, name) == 0)
            return params;
    }
    return NULL;
}

/* Is text one of "a|b|c"? */
static bool word_among(const char *words, const char *text)
{
    size_t n = strlen(text);

    for (const char *w = words; n > 0 && w; w = strchr(w, '|')) {
        w += *w == '|';
        if (strncmp(w, text, n) == 0 && (w[n] == '|' || w[n] == '\0'))
            return true;
    }
    return false;
}

#define WORD_PARTS 3

/* All the words there are, over several texts of the error because one is short. */
static int word_refused(const char *call, const struct param *p, struct err *e)
{
    char part[WORD_PARTS][ERR_TEXT_MAX] = {""};
    size_t at = 0;

    for (const char *w = p->words; *w; w += strcspn(w, "|"), w += *w == '|') {
        const int n = (int)strcspn(w, "|");
        at += strlen(part[at]) + (size_t)n + sizeof ", " > ERR_TEXT_MAX && at + 1 < WORD_PARTS;
        const size_t used = strlen(part[at]);
        snprintf(part[at] + used, ERR_TEXT_MAX - used, "%.*s%s", n, w, w[n] ? ", " : "");
    }
    return err_set(e, MSG_PARAM_WORD, call, p->name, part[0], part[1], part[2]);
}

static int check_text(const char *call, const struct param *p, const json_t *value, struct err *e)
{
    const char *text = json_string_value(value);
    int64_t max = p->max > 0 ? p->max : TEXT_MAX_DEFAULT, place;
    char name[16];

    if (text_unseen(text, &place, name))
        return err_set(e, MSG_PARAM_UNSEEN, call, p->name, place, name);
    if (strlen(text) != json_string_length(value) || !text_is_clean(text))
        return err_set(e, MSG_PARAM_DIRTY, call, p->name);
    if ((int64_t)strlen(text) > max)
        return err_set(e, MSG_PARAM_LONG, call, p->name, max);
    if (p->words && !word_among(p->words, text))
        return word_refused(call, p, e);
    return 0;
}

/* Without a range of its own: as far as the largest amount, so that two such numbers can be added and taken from each other. */
static int check_int(const char *call, const struct param *p, int64_t number, struct err *e)
{
    const bool ranged = p->min < p->max;
    const int64_t min = ranged || p->min > 0 ? p->min : -MONEY_MAX_MINOR;
    const int64_t max = ranged ? p->max : MONEY_MAX_MINOR;

    return number >= min && number <= max ? 0
                                          : err_set(e, MSG_PARAM_RANGE, call, p->name, min, max);
}

static int check_one(const char *call, const struct param *p, const json_t *value, struct err *e)
{
    static const struct {
        json_type type;
        const char *words;
    } kinds[] = {
        [PARAM_TEXT] = {JSON_STRING, N_("a text")},
        [PARAM_INT] = {JSON_INTEGER, N_("a whole number")},
        [PARAM_BOOL] = {JSON_TRUE, N_("true or false")},
        [PARAM_ARRAY] = {JSON_ARRAY, N_("a list")},
        [PARAM_OBJECT] = {JSON_OBJECT, N_("an object")},
    };
    json_type type = json_typeof(value) == JSON_FALSE ? JSON_TRUE : json_typeof(value);

    if (type != kinds[p->kind].type)
        return err_set(e, MSG_PARAM_KIND, call, p->name, kinds[p->kind].words);
    if (p->kind == PARAM_TEXT)
        return check_text(call, p, value, e);
    return p->kind == PARAM_INT ? check_int(call, p, json_integer_value(value), e) : 0;
}

int param_check(const char *call, const struct param *params, const json_t *args, struct err *e)
{
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)args, name, value)
    {
        const struct param *p = param_named(params, name);
        if (!p)
            return err_set(e, MSG_PARAM_UNKNOWN, call, name);
        int rc = check_one(call, p, value, e);
        if (rc != 0)
            return rc;
    }
    for (const struct param *p = params; p && p->name; p++) {
        if (p->required && !json_object_get(args, p->name))
            return err_set(e, MSG_PARAM_MISSING, call, p->name);
    }
    return 0;
}

char *err_packed(const struct err *e)
{
    if (!e || e->code == 0)
        return mem_text("");
    const struct message *m = message_get(e->msg);
    json_t *args = json_array();
    for (size_t i = 0; m->types[i]; i++) {
        bool text = m->types[i] == 's' || m->types[i] == 'k';
        json_t *arg = text ? json_string(e->arg[i].text) : json_integer(e->arg[i].number);
        json_array_append_new(args, arg ? arg : json_string("?")); /* no UTF-8 */
    }
    json_t *packed =
        json_pack("{s:s,s:s,s:o}", "code", err_word(e->code), "msg", m->name, "args", args);
    char *text = json_dumps(packed, JSON_COMPACT);
    json_decref(packed);
    return text ? text : mem_text("");
}

void effects_init(struct effects *fx)
{
    memset(fx, 0, sizeof *fx);
    fx->events = json_array();
}

void effects_clear(struct effects *fx)
{
    json_decref(fx->events);
    fx->events = NULL;
}

void effects_event(struct effects *fx, const char *event, json_t *data)
{
    json_array_append_new(fx->events, json_pack("{s:s,s:o}", "event", event, "data", data));
}

const struct request *request_find(const char *name)
{
    for (size_t t = 0; request_registry[t]; t++) {
        for (size_t i = 0; i < request_registry[t]->count; i++) {
            if (strcmp(request_registry[t]->requests[i].name, name) == 0)
                return &request_registry[t]->requests[i];
        }
    }
    return NULL;
}
