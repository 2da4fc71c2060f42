/*
 * One mail by SMTP: put together here, handed to the server by libcurl. What it says is notice_text.h's, when it goes and
 * what became of it is the engine's.
 */
#ifndef MAIL_H
#define MAIL_H

#include <stdatomic.h>

#include "err.h"

struct mail_way {
    const char *url;      /* "smtp://mail.example.cn", "smtps://mail.example.cn:465" */
    const char *user;     /* "": no login; with one the connection must be encrypted */
    const char *password; /* file whose first line it is */
    const char *from;
    const char *ca; /* file of certificates; "": those of the machine */
    int64_t limit_s;
};

struct mail {
    const char *to, *subject, *body;
    const char *id; /* tells a mail that came twice: letters, digits, '.', '-' */
    int64_t at_utc;
};

/* Once in a process, before there are threads. */
int mail_start(struct err *e);

/* The whole message with its headers; the caller's. Whatever stands in the texts, it makes no header. */
char *mail_text(const char *from, const struct mail *mail);

/* Sends it; ends when *stop becomes true. Not 0: *e with the last line of the server; *for_good: it would say so again. */
int mail_send(const struct mail_way *way, const struct mail *mail, const atomic_bool *stop,
              bool *for_good, struct err *e);

#endif
