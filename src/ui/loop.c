/*
 * The event loop: terminal, engine, signals, the clock. Everything that came is handled before one
 * picture is painted; nothing came, nothing is written, and it wakes at most once a second.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "clock.h"
#include "console_state.h"

#define TICK_MS 1000

/* Signals come as bytes of a descriptor: no handler, nothing asynchronous. */
static int signals_open(struct console *c, sigset_t *before, struct err *e)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGWINCH);
    sigaddset(&set, SIGCONT);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGQUIT);
    if (sigprocmask(SIG_BLOCK, &set, before) != 0)
        return err_set(e, MSG_UI_SIGNALS);
    c->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return c->signal_fd < 0 ? err_set(e, MSG_UI_SIGNALS) : 0;
}

static void signals_take(struct console *c)
{
    struct signalfd_siginfo info;
    while (read(c->signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGWINCH)
            term_resize(c->term);
        else if (info.ssi_signo == SIGCONT)
            term_resume(c->term);
        else
            c->leaving = true;
    }
}

static void terminal_take(struct console *c)
{
    char buf[1024];
    int got;
    while ((got = term_read(c->term, buf, sizeof buf)) > 0) {
        c->last_key_ms = clock_mono_ms();
        keys_feed(&c->keys, buf, (size_t)got, c->last_key_ms);
        if (keys_room(&c->keys) < sizeof buf)
            views_flow(c); /* a long paste: its end mark must not be lost */
    }
    if (got < 0)
        c->leaving = true; /* the terminal is gone */
}

static int shorter(int a, int b)
{
    return a < 0 ? b : b < 0 ? a : a < b ? a : b;
}

/* What the terminal said of its ambiguous characters; without a word from it they are taken for narrow ones. */
static void width_take(struct console *c, int64_t now_ms)
{
    const int col = keys_report(&c->keys);
    if (!col && (!c->width_until_ms || now_ms < c->width_until_ms))
        return;
    c->width_until_ms = 0;
    c->wide_signs = col > TERM_WIDTH_COL;
    keys_expect_report(&c->keys, 0);
}

static int until(int ms, int64_t at_ms, int64_t now_ms)
{
    return at_ms ? shorter(ms, (int)(at_ms > now_ms ? at_ms - now_ms : 0)) : ms;
}

/* Milliseconds that poll() may sleep. */
static int sleep_ms(const struct console *c, int64_t now_ms)
{
    int64_t said_ms;
    const struct view_wait *waiting = views_wait(c, now_ms, &said_ms);
    (void)waiting;
    int ms = (int)(c->next_tick_ms > now_ms ? c->next_tick_ms - now_ms : 0);
    ms = shorter(ms, keys_wait_ms(&c->keys, now_ms));
    ms = shorter(ms, link_poll_timeout(c->link));
    ms = until(ms, said_ms, now_ms);
    ms = until(ms, drafts_due_ms(c), now_ms);
    ms = until(ms, c->width_until_ms, now_ms);
    return c->operator? until(ms, c->next_status_ms, now_ms) : ms;
}

static void timers(struct console *c)
{
    const int64_t now_ms = clock_mono_ms();
    if (now_ms >= c->next_tick_ms) {
        c->next_tick_ms = now_ms + TICK_MS;
        views_update(c, SCREEN_TICK, NULL, NULL);
    }
    if (c->operator&& now_ms >= c->next_status_ms)
        session_status(c);
    drafts_tick(c, now_ms);
    width_take(c, now_ms);
}

static void turn(struct console *c)
{
    struct pollfd fds[3] = {
        {.fd = term_fd(c->term), .events = POLLIN},
        {.fd = c->signal_fd, .events = POLLIN},
        {.fd = link_fd(c->link), .events = link_poll_events(c->link)},
    };
    if (poll(fds, 3, sleep_ms(c, clock_mono_ms())) < 0 && errno != EINTR)
        die("poll: %s", strerror(errno));
    c->now_utc = clock_utc();
    if (fds[1].revents)
        signals_take(c);
    session_idle(c, clock_mono_ms()); /* first: what is typed after an hour is typed at the lock */
    if (fds[0].revents)
        terminal_take(c);
    views_flow(c);
    link_pump(c->link);
    timers(c);
    views_flow(c); /* an answer may have let keys go that waited */
    if (!c->leaving)
        console_paint(c);
}

int loop_run(struct console *c, struct err *e)
{
    sigset_t before;
    const int code = signals_open(c, &before, e);
    if (code)
        return code;
    console_paint(c);
    while (!c->leaving)
        turn(c);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return 0;
}
