/*
 * The console as main.c sees it: one call that owns the terminal until the operator leaves.
 */
#ifndef CONSOLE_H
#define CONSOLE_H

#include "err.h"

struct console_options {
    const char *socket_path;
    const char *language; /* "auto", "en", "zh_CN": before login */
    const char *theme;    /* "auto", "colour", "mono" */
    int ambiguous_width; /* cells in which the terminal draws ambiguous characters, 1 or 2; 0: it is asked */
    int esc_delay_ms;
    const char *login;       /* stands in the first login screen; NULL: nothing */
    const char *demo_logins; /* shown at the login of a demo; NULL: nothing */
    const char *export_dir;  /* the trays; NULL: nothing is exported */
    const char *locale_dir;  /* where the translations are; NULL: the built-in place */
    int (*start_engine)(void *ctx, struct err *e); /* link.h; NULL: never */
    void *ctx;
    int fd; /* -1; tests: a connected socket instead of socket_path */
};

/* Runs until the operator leaves or the terminal goes away (both 0). */
int console_run(const struct console_options *options, struct err *e);

#endif
