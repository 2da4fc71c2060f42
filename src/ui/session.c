/*
 * Who is logged in: login, lock, language, the engine lost and back, the counts of the status line. The
 * work of an operator stays on the stack behind the login screen and is there again when the same one
 * comes back.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <string.h>

#include "clock.h"
#include "console_state.h"
#include "message.h"
#include "rows.h"
#include "show.h"
#include "text.h"

#define STATUS_MS             30000
#define STATUS_AFTER_EVENT_MS 300
#define PAPER_ROWS            50 /* enough to find why papers wait */

static void show_screen(struct console *c, const char *name)
{
    struct err e = {0};
    char text[CONSOLE_TEXT_MAX];
    const struct screen *screen = views_find(name);
    const int code = screen ? views_push(c, screen, NULL, &e) : err_set(&e, MSG_UI_NO_SCREEN, name);
    if (code)
        console_say(c, STYLE_BOLD, message_text(&e, text, sizeof text));
}

static void member_set(json_t **kept, const json_t *value)
{
    json_t *copy = json_is_object(value) ? json_deep_copy(value) : NULL;
    json_decref(*kept);
    *kept = copy;
}

/* "auto": what the environment says, else what the site speaks. */
static const char *language_before_login(const struct console *c)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    const char *wanted = c->options.language ? c->options.language : "auto";
    if (strcmp(wanted, "auto") != 0)
        return wanted;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (value && value[0])
            return strncmp(value, "zh", 2) == 0 ? "zh_CN"
                   : value[0] == 'C'            ? rows_member_text(c->hello, "language")
                                                : "en";
    }
    return rows_member_text(c->hello, "language");
}

static void language_told(void *ctx, const json_t *result, const struct err *e)
{
    (void)ctx;
    (void)result;
    (void)e; /* it holds for this session anyway */
}

void session_language(struct console *c, const char *language, bool tell)
{
    const char *known = strcmp(language, "zh_CN") == 0 ? "zh_CN" : "en";
    text_copy(c->language, sizeof c->language, known);
    message_language(known, c->options.locale_dir);
    c->message[0] = '\0';
    if (tell && c->operator)
        link_send(c->link, "session.language", json_pack("{s:s}", "language", known), NULL,
                  language_told, c);
}

/* Why the papers wait: that a person is asked, else what the newest one's printer says. */
static void papers_came(void *ctx, const json_t *result, const struct err *e)
{
    struct console *c = ctx;
    struct rows rows = {0};
    c->status_request = 0;
    if (e)
        return;
    rows_set(&rows, result);
    c->counts.paper_reason[0] = '\0';
    for (int i = 0; i < rows_count(&rows); i++) {
        const bool asked = strcmp(rows_text(&rows, i, "state"), "unconfirmed") == 0;
        if (asked || !c->counts.paper_reason[0])
            text_copy(c->counts.paper_reason, sizeof c->counts.paper_reason,
                      asked ? N_("did it come out?") : rows_text(&rows, i, "reasons"));
        if (asked)
            break;
    }
    rows_clear(&rows);
}

static void status_came(void *ctx, const json_t *result, const struct err *e)
{
    struct console *c = ctx;
    struct rows rows = {0};
    c->status_request = 0;
    if (e)
        return;
    rows_set(&rows, result);
    char reason[sizeof c->counts.paper_reason];
    text_copy(reason, sizeof reason, c->counts.paper_reason); /* until the next is known */
    c->counts = (struct console_counts){
        .came = rows_count(&rows) > 0,
        .in_doubt = rows_number(&rows, 0, "in_doubt", 0),
        .papers = rows_number(&rows, 0, "papers_waiting", 0),
        .alarms = rows_number(&rows, 0, "alarms", 0),
        .meters = rows_number(&rows, 0, "meters", 0),
        .lost = rows_number(&rows, 0, "meters_lost", 0),
    };
    rows_clear(&rows);
    if (c->counts.papers == 0 || !c->operator)
        return;
    text_copy(c->counts.paper_reason, sizeof c->counts.paper_reason, reason);
    c->status_request = link_send(
        c->link, "papers", json_pack("{s:s,s:{s:i}}", "state", "open", "page", "limit", PAPER_ROWS),
        NULL, papers_came, c);
}

void session_status(struct console *c)
{
    c->next_status_ms = clock_mono_ms() + STATUS_MS;
    if (c->operator&& !c->status_request)
        c->status_request = link_send(c->link, "status_line", NULL, NULL, status_came, c);
}

static void subscribed(void *ctx, const json_t *result, const struct err *e)
{
    (void)ctx;
    (void)result;
    (void)e; /* without events the polling of the screens carries on */
}

static void subscribe(struct console *c)
{
    link_send(c->link, "subscribe",
              json_pack("{s:[s,s,s,s,s,s,s,s,s,s,s,s,s]}", "events", "batch", "order", "reading",
                        "paper", "line", "shift", "books", "presence", "opening", "draft",
                        "lock_out", "alarm", "wanted"),
              NULL, subscribed, c);
    presence_ask(c);
    session_status(c);
}

/* The first screens of an operator who has none yet. */
static void begin_work(struct console *c)
{
    views_discard(c); /* nobody saw yet where it would go */
    views_close_above(c, 0);
    show_screen(c, "find");
    show_screen(c, "start");
    if (session_role(c) == SCREEN_CASHIER && !c->shift)
        show_screen(c, "shift_open");
}

void view_login(struct view *v, const json_t *result)
{
    struct console *c = v->console;
    const int64_t id = rows_member(json_object_get(result, "operator"), "id", 0);
    member_set(&c->operator, json_object_get(result, "operator"));
    member_set(&c->shift, json_object_get(result, "shift"));
    c->idle_lock_ms = rows_member(result, "idle_lock_s", 0) * 1000;
    member_set(&c->limits, json_object_get(result, "limits"));
    c->last_key_ms = clock_mono_ms();
    c->options.login = NULL; /* the next one says who it is */
    link_session(c->link, json_string_value(json_object_get(result, "token")));
    const char *language = rows_member_text(c->operator, "language");
    if (language[0])
        session_language(c, language, false);
    c->message[0] = '\0';
    views_discard(c); /* nobody saw yet where it would go */
    if (json_is_true(json_object_get(result, "must_change"))) {
        if (c->waiting_for == id)
            views_close(c, v);
        else
            views_close_above(c, 0);
        show_screen(c, "password");
        return;
    }
    subscribe(c);
    if (c->waiting_for && c->waiting_for == id && c->depth > 1) {
        c->waiting_for = 0;
        views_close(c, v); /* back to where the work was left */
        views_update(c, SCREEN_RESUMED, NULL, NULL);
        return;
    }
    c->waiting_for = 0;
    begin_work(c);
}

void view_password_changed(struct view *v)
{
    struct console *c = v->console;
    const char *done = _("The new password holds from now on.");
    subscribe(c);
    if (c->depth > 1) { /* from the menu, or over work that waited */
        c->waiting_for = 0;
        views_close(c, v);
        views_update(c, SCREEN_RESUMED, NULL, NULL);
    } else {
        begin_work(c);
    }
    console_say(c, STYLE_PLAIN, done);
}

bool view_locked(const struct view *v)
{
    return v->console->waiting_for != 0;
}

/* The login screen over whatever is open. */
static void ask_login(struct console *c)
{
    if (c->operator&& c->depth> 0)
        c->waiting_for = rows_member(c->operator, "id", 0);
    member_set(&c->operator, NULL);
    member_set(&c->shift, NULL);
    c->counts.came = false;
    link_session(c->link, NULL);
    views_discard(c); /* what was meant for the work is no login */
    if (!views_opened(c, "login"))
        show_screen(c, "login");
}

static void logged_out(void *ctx, const json_t *result, const struct err *e)
{
    (void)ctx;
    (void)result;
    (void)e; /* whatever the engine says, this terminal is locked */
}

void session_lock(struct console *c)
{
    if (!c->operator)
        return;
    drafts_keep(c);
    for (int i = 0; i < c->depth; i++)
        view_presence_set(c->views[i], NULL, "", "");
    link_send(c->link, "session.logout", NULL, NULL, logged_out, c);
    overlay_close(c);
    c->dialog.view = NULL; /* a question over somebody's work is no part of the lock */
    ask_login(c);
}

void view_language(struct view *v, const char *language)
{
    session_language(v->console, language, true);
}

void view_lock(struct view *v)
{
    session_lock(v->console);
}

bool session_idle(struct console *c, int64_t now_ms)
{
    char text[CONSOLE_TEXT_MAX], minutes[24];
    if (!c->operator|| !c->idle_lock_ms || now_ms - c->last_key_ms<c->idle_lock_ms)
        return false;
    if (c->held_by)
        views_leave(c); /* what it waited for is asked again after the login */
    session_lock(c);
    const long long idle_s = (long long)(c->idle_lock_ms / 1000);
    snprintf(minutes, sizeof minutes, "%lld", idle_s < 120 ? idle_s : idle_s / 60);
    show_format(text, sizeof text,
                idle_s < 120 ? _("Locked: no key for %1 s. Your work is kept.")
                             : _("Locked: no key for %1 minutes. Your work is kept."),
                SHOW_ARGS(minutes));
    console_say(c, STYLE_PLAIN, text);
    return true;
}

void session_begin(struct console *c)
{
    const char *language = language_before_login(c);
    session_language(c, language[0] ? language : "en", false);
    show_screen(c, "login");
}

/* Connected: for the first time, or again after a loss. */
static void connected(struct console *c)
{
    const bool again = c->was_ready;
    c->was_ready = true;
    c->lost = false;
    member_set(&c->hello, link_hello(c->link));
    const char *zone = rows_member_text(c->hello, "timezone");
    if (zone[0]) { /* times are shown in the site's zone, as on its papers */
        setenv("TZ", zone, 1);
        tzset();
    }
    if (!again && !c->operator) {
        const char *language = language_before_login(c);
        if (language[0])
            session_language(c, language, false);
    }
    if (!c->operator)
        return;
    const json_t *who = json_object_get(c->hello, "operator");
    if (!json_is_object(who)) {
        ask_login(c);
        console_say(
            c, STYLE_BOLD,
            _("The engine is back and asks who you are. Your work waits behind this login."));
        return;
    }
    session_status(c);
    presence_ask(c);
    for (int i = 0; i < c->depth; i++)
        c->views[i]->present = false; /* this engine was not told; the next key tells it */
    views_update(c, SCREEN_RESUMED, NULL, NULL);
    console_say(c, STYLE_PLAIN, _("The engine is back. Nothing was lost."));
}

void session_state(void *ctx, enum link_state state, const struct err *e)
{
    struct console *c = ctx;
    switch (state) {
    case LINK_READY: connected(c); break;
    case LINK_FOREIGN:
        c->foreign = true;
        c->lost = true;
        if (e)
            message_text(e, c->lost_why, sizeof c->lost_why);
        break;
    case LINK_LOST:
        c->lost = true;
        text_copy(c->lost_why, sizeof c->lost_why,
                  _("No connection to the engine. Your work is kept; trying again by itself."));
        break;
    default: break;
    }
}

void session_event(void *ctx, const char *event, const json_t *data)
{
    struct console *c = ctx;
    const int64_t soon_ms = clock_mono_ms() + STATUS_AFTER_EVENT_MS; /* many events, one question */
    if (c->next_status_ms > soon_ms)
        c->next_status_ms = soon_ms;
    if (strcmp(event, "presence") == 0)
        presence_event(c, data);
    if (strcmp(event, "alarm") == 0 && c->operator&& json_is_true(json_object_get(data, "bell")))
        c->beep = true; /* once for all that came together */
    views_update(c, SCREEN_EVENT, event, data);
}
