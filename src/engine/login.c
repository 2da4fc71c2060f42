/*
 * Who is at the other end: the handshake, login and logout, what a session wants to be told. Passwords
 * are hashed on a reader, what they prove is written by the writer.
 */
#include <string.h>

#include "core.h"
#include "message.h"
#include "text.h"

/* One task for all of these; what is not needed stays empty. */
struct entry {
    struct work work;
    struct reply_to to;
    bool hello;
    struct login login;
    int64_t uid;
    char client[16], token[33], password[256], language[8];
    json_t *site, *described;
};

static void entry_free(struct entry *n)
{
    explicit_bzero(n->password, sizeof n->password);
    json_decref(n->site);
    json_decref(n->described);
    work_free(n);
}

static struct entry *entry_new(const struct session *s, int64_t id, work_fn *run,
                               work_done_fn *done)
{
    struct entry *n = work_new(sizeof *n, run, done);
    n->to = (struct reply_to){s->serial, id};
    n->login = s->login;
    n->uid = (int64_t)s->uid;
    text_copy(n->client, sizeof n->client, s->client);
    text_copy(n->token, sizeof n->token, s->token);
    return n;
}

static int entry_push(struct engine *engine, struct entry *n, bool writer, struct err *e)
{
    if (writer ? writer_push(engine, n, e) : reader_push(engine, n, e))
        return 0;
    entry_free(n);
    return e->code;
}

/* The session is the operator's from now on. */
static void enter(struct session *s, const struct entry *n)
{
    s->in = true;
    s->login = n->login;
    text_copy(s->login.who.client, sizeof s->login.who.client, s->client);
    text_copy(s->token, sizeof s->token, n->token);
    wire_limit(s->wire, WIRE_MESSAGE_MAX);
}

static void leave(struct engine *engine, struct session *s)
{
    presence_end(engine, s);
    s->in = false;
    s->events = 0;
    s->login = (struct login){0};
    s->token[0] = '\0';
    text_copy(s->login.who.client, sizeof s->login.who.client, s->client);
    wire_limit(s->wire, WIRE_STRANGER_MAX);
}

static json_t *part(const json_t *object, const char *name)
{
    json_t *value = json_object_get(object, name);
    return value ? json_incref(value) : json_null();
}

/* ---- the handshake */

static void hello_run(struct engine *engine, struct books *books, struct work *work)
{
    struct entry *n = (struct entry *)work;
    struct err over = {0};
    work->code = books_site(books, &n->site, &work->err);
    if (work->code || !n->token[0] || engine->inside)
        return;
    if (operators_resume(books, n->token, &n->login, &over) != 0 ||
        operators_describe(books, &n->login, &n->described, &over) != 0)
        n->token[0] = '\0'; /* over: the client logs in anew */
}

static void hello_done(struct engine *engine, struct work *work)
{
    struct entry *n = (struct entry *)work;
    struct session *s = session_find(engine, n->to.session);
    if (s && work->code) {
        session_say(engine, s, json_pack("{s:o}", "error", wire_error(&work->err)));
        s->closing = true;
    } else if (s) {
        json_t *hello = json_deep_copy(n->site);
        json_object_set_new(hello, "protocol", json_integer(WIRE_PROTOCOL));
        json_object_set_new(hello, "version", json_string(METERTILL_VERSION));
        json_object_set_new(hello, "operator", part(n->described, "operator"));
        json_object_set_new(hello, "shift", part(n->described, "shift"));
        json_object_set_new(hello, "idle_lock_s", part(n->described, "idle_lock_s"));
        json_object_set_new(hello, "limits", part(n->described, "limits"));
        s->greeting = false;
        s->greeted = true;
        if (n->described)
            enter(s, n);
        session_say(engine, s, json_pack("{s:o}", "hello", hello));
    }
    entry_free(n);
}

void session_hello(struct engine *engine, struct session *s, const json_t *hello)
{
    struct err e = {0};
    const char *token = json_string_value(json_object_get(hello, "session"));
    if (!engine->inside)
        text_copy(s->client, sizeof s->client, json_string_value(json_object_get(hello, "client")));
    text_copy(s->login.who.client, sizeof s->login.who.client, s->client);
    struct entry *n = entry_new(s, 0, hello_run, hello_done);
    n->token[0] = '\0';
    if (token && strlen(token) == 32)
        text_copy(n->token, sizeof n->token, token);
    s->greeting = true;
    if (entry_push(engine, n, false, &e) != 0) {
        session_say(engine, s, json_pack("{s:o}", "error", wire_error(&e)));
        s->closing = true;
    }
}

/* ---- login */

/* The reply of every way in. */
static void entered(struct engine *engine, struct entry *n)
{
    struct session *s = session_find(engine, n->to.session);
    if (s) {
        enter(s, n);
        log_line(engine->log, LOG_LEVEL_INFO, "session.login", "session=%llu login=%s client=%s",
                 (unsigned long long)s->serial, s->login.who.login, s->client);
    }
    json_t *result = json_pack(
        "{s:s,s:o,s:o,s:b,s:o,s:o}", "token", n->token, "operator", part(n->described, "operator"),
        "shift", part(n->described, "shift"), "must_change", n->login.must_change, "idle_lock_s",
        part(n->described, "idle_lock_s"), "limits", part(n->described, "limits"));
    session_reply(engine, n->to, result, NULL);
}

static void login_done(struct engine *engine, struct work *work)
{
    struct entry *n = (struct entry *)work;
    if (work->code) {
        log_err(engine->log, "session.login", &work->err);
        session_reply(engine, n->to, NULL, &work->err);
    } else {
        entered(engine, n);
    }
    entry_free(n);
}

static void login_note(struct engine *engine, struct books *books, struct work *work)
{
    struct entry *n = (struct entry *)work;
    (void)engine;
    work->code = operators_login_note(books, &n->login, n->client, n->token, &work->err);
    if (work->code == 0)
        work->code = operators_describe(books, &n->login, &n->described, &work->err);
}

static void login_verify(struct engine *engine, struct books *books, struct work *work)
{
    struct entry *n = (struct entry *)work;
    (void)engine;
    char login[sizeof n->login.login];
    text_copy(login, sizeof login, n->login.login);
    work->code = operators_verify(books, login, n->password, &n->login, &work->err);
    explicit_bzero(n->password, sizeof n->password);
}

/* The hash is compared; now the writer opens the session or counts the failure. */
static void login_verified(struct engine *engine, struct work *work)
{
    struct entry *n = (struct entry *)work;
    struct err e = {0};
    if (work->code) {
        login_done(engine, work);
        return;
    }
    work->run = login_note;
    work->done = login_done;
    if (!writer_push(engine, n, &e)) {
        session_reply(engine, n->to, NULL, &e);
        entry_free(n);
    }
}

static int run_login(struct engine *engine, struct session *s, int64_t id, const json_t *args,
                     struct err *e)
{
    if (s->in)
        return err_set(e, MSG_ENGINE_LOGGED_IN, s->login.who.login);
    struct entry *n = entry_new(s, id, login_verify, login_verified);
    n->login = (struct login){0};
    text_copy(n->login.login, sizeof n->login.login,
              json_string_value(json_object_get(args, "login")));
    text_copy(n->password, sizeof n->password,
              json_string_value(json_object_get(args, "password")));
    return entry_push(engine, n, false, e);
}

static void unix_run(struct engine *engine, struct books *books, struct work *work)
{
    struct entry *n = (struct entry *)work;
    (void)engine;
    work->code = operators_login_unix(books, n->uid, n->client, &n->login, n->token, &work->err);
    if (work->code == 0)
        work->code = operators_describe(books, &n->login, &n->described, &work->err);
}

static int run_unix(struct engine *engine, struct session *s, int64_t id, const json_t *args,
                    struct err *e)
{
    (void)args;
    if (strcmp(s->client, "cli") != 0)
        return err_set(e, MSG_ENGINE_UNIX_CLIENT);
    if (s->in)
        return err_set(e, MSG_ENGINE_LOGGED_IN, s->login.who.login);
    return entry_push(engine, entry_new(s, id, unix_run, login_done), true, e);
}

/* ---- logout, language, who */

static void logout_run(struct engine *engine, struct books *books, struct work *work)
{
    struct entry *n = (struct entry *)work;
    (void)engine;
    work->code = operators_logout(books, &n->login.who, n->token, &work->err);
}

static void logout_done(struct engine *engine, struct work *work)
{
    struct entry *n = (struct entry *)work;
    struct session *s = session_find(engine, n->to.session);
    if (s && work->code == 0)
        leave(engine, s);
    session_reply(engine, n->to, work->code ? NULL : json_object(), &work->err);
    entry_free(n);
}

static int run_logout(struct engine *engine, struct session *s, int64_t id, const json_t *args,
                      struct err *e)
{
    (void)args;
    if (!s->in) {
        session_reply(engine, (struct reply_to){s->serial, id}, json_object(), NULL);
        return 0;
    }
    return entry_push(engine, entry_new(s, id, logout_run, logout_done), true, e);
}

static void language_run(struct engine *engine, struct books *books, struct work *work)
{
    struct entry *n = (struct entry *)work;
    (void)engine;
    work->code = operators_language(books, &n->login.who, n->language, &work->err);
}

static void language_done(struct engine *engine, struct work *work)
{
    struct entry *n = (struct entry *)work;
    struct session *s = session_find(engine, n->to.session);
    if (s && work->code == 0)
        text_copy(s->login.language, sizeof s->login.language, n->language);
    session_reply(engine, n->to, work->code ? NULL : json_object(), &work->err);
    entry_free(n);
}

static int run_language(struct engine *engine, struct session *s, int64_t id, const json_t *args,
                        struct err *e)
{
    struct entry *n = entry_new(s, id, language_run, language_done);
    text_copy(n->language, sizeof n->language,
              json_string_value(json_object_get(args, "language")));
    return entry_push(engine, n, true, e);
}

static void who_run(struct engine *engine, struct books *books, struct work *work)
{
    struct entry *n = (struct entry *)work;
    (void)engine;
    work->code = operators_describe(books, &n->login, &n->described, &work->err);
}

static void who_done(struct engine *engine, struct work *work)
{
    struct entry *n = (struct entry *)work;
    session_reply(engine, n->to, work->code ? NULL : json_incref(n->described), &work->err);
    entry_free(n);
}

static int run_who(struct engine *engine, struct session *s, int64_t id, const json_t *args,
                   struct err *e)
{
    (void)args;
    if (!s->in) {
        json_t *nobody = json_pack("{s:n,s:n}", "operator", "shift");
        session_reply(engine, (struct reply_to){s->serial, id}, nobody, NULL);
        return 0;
    }
    return entry_push(engine, entry_new(s, id, who_run, who_done), false, e);
}

static int run_subscribe(struct engine *engine, struct session *s, int64_t id, const json_t *args,
                         struct err *e)
{
    unsigned events = 0;
    size_t i;
    json_t *value;
    json_array_foreach(json_object_get(args, "events"), i, value)
    {
        const char *name = json_string_value(value);
        unsigned bit = name ? session_event_bit(name) : 0;
        if (!bit)
            return err_set(e, MSG_ENGINE_EVENT_UNKNOWN, name ? name : "?");
        events |= bit;
    }
    s->events = events;
    session_reply(engine, (struct reply_to){s->serial, id}, json_object(), NULL);
    return 0;
}

static const struct param no_params[] = {{0}};
static const struct param login_params[] = {
    {.name = "login", .kind = PARAM_TEXT, .required = true, .max = 63},
    {.name = "password", .kind = PARAM_TEXT, .required = true, .max = 255},
    {0},
};
static const struct param language_params[] = {
    {.name = "language", .kind = PARAM_TEXT, .required = true, .words = "en|zh_CN"},
    {0},
};
static const struct param subscribe_params[] = {
    {.name = "events", .kind = PARAM_ARRAY, .required = true},
    {0},
};

static const struct live calls[] = {
    {.name = "session.login",
     .title = N_("Log in"),
     .roles = ROLE_NOBODY,
     .params = login_params,
     .run = run_login},
    {.name = "session.unix",
     .title = N_("Log in by unix account"),
     .roles = ROLE_NOBODY,
     .params = no_params,
     .run = run_unix},
    {.name = "session.logout",
     .title = N_("Log out"),
     .roles = ROLE_NOBODY,
     .params = no_params,
     .run = run_logout},
    {.name = "session.who",
     .title = N_("Who is logged in"),
     .roles = ROLE_NOBODY,
     .params = no_params,
     .run = run_who},
    {.name = "session.language",
     .title = N_("Change the language"),
     .roles = ROLE_ALL,
     .params = language_params,
     .run = run_language},
    {.name = "subscribe",
     .title = N_("Be told of events"),
     .roles = ROLE_ALL,
     .params = subscribe_params,
     .run = run_subscribe},
};
const struct live_table login_calls = {calls, sizeof calls / sizeof *calls};

/* The operator's other sessions after a change of the list: a disabled one is out at once, and who has a new
 * password need not change it any more. */
void login_changed(struct engine *engine, const char *call, const json_t *args,
                   const struct actor *who)
{
    const char *login = json_string_value(json_object_get(args, "login"));
    if (!login)
        login = who->login;
    for (struct session *s = engine->sessions; s; s = s->next) {
        if (!s->in || strcasecmp(s->login.who.login, login) != 0)
            continue;
        if (strcmp(call, "operator.disable") == 0)
            leave(engine, s);
        else if (strcmp(call, "operator.passwd") == 0 && strcasecmp(who->login, login) == 0)
            s->login.must_change = false;
    }
}
