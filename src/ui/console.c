/*
 * The console put together: start and end. The parts stand in the other files of this folder.
 */
#include "console.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "console_state.h"
#include "message.h"

#define WIDTH_MS 1000 /* so long the terminal may take to say how wide it draws */

static void console_end(struct console *c)
{
    if (c->term && c->link)
        drafts_end(c);
    views_close_above(c, 0);
    overlay_close(c);
    presence_forget(c);
    link_free(c->link);
    term_free(c->term);
    canvas_clear(&c->canvas);
    json_decref(c->operator);
    json_decref(c->shift);
    json_decref(c->hello);
    json_decref(c->limits);
    if (c->signal_fd >= 0)
        close(c->signal_fd);
    free(c);
}

/* An engine that is started from here must not inherit the signals that the loop takes as bytes. */
static int start_engine(void *ctx, struct err *e)
{
    struct console *c = ctx;
    sigset_t none, before;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, &before);
    const int code = c->options.start_engine(c->options.ctx, e);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return code;
}

int console_run(const struct console_options *options, struct err *e)
{
    struct console *c = mem_new(sizeof *c);
    c->options = *options;
    c->signal_fd = -1;
    c->begun_ms = clock_mono_ms();
    keys_init(&c->keys, options->esc_delay_ms);
    /* The locale first: newterm() looks at it. */
    message_language(options->language && strcmp(options->language, "zh_CN") == 0 ? "zh_CN" : "en",
                     options->locale_dir);
    const struct link_options to = {
        .socket_path = options->socket_path,
        .client = "console",
        .start_engine = options->start_engine ? start_engine : NULL,
        .ctx = c,
        .fd = options->fd,
    };
    c->wide_signs = options->ambiguous_width != 1; /* plain signs until the terminal has answered */
    const struct term_options term = {
        .theme = options->theme ? options->theme : "auto",
        .ask_width = options->ambiguous_width == 0,
    };
    int code = link_new(&c->link, &to, e);
    if (code == 0)
        code = term_new(&c->term, &term, e);
    if (code == 0) {
        link_on_state(c->link, session_state, c);
        link_on_event(c->link, session_event, c);
        c->now_utc = clock_utc();
        c->last_key_ms = clock_mono_ms();
        if (term.ask_width)
            c->width_until_ms = c->last_key_ms + WIDTH_MS;
        keys_expect_report(&c->keys, c->width_until_ms);
        session_begin(c);
        code = loop_run(c, e);
    }
    console_end(c);
    return code;
}
