/*
 * The words of a notice: a template a language, with the titles of kinds, the sentences of alarms and the frame around
 * them. Checked whole when it is loaded. Nothing here sends.
 */
#ifndef NOTICE_TEXT_H
#define NOTICE_TEXT_H

#include "err.h"

/* What a notice tells; all texts are data, whatever stands in them. */
struct notice_facts {
    const char *kind, *severity; /* English words of the books; severity "cleared": it is over */
    const char *about, *object;  /* "Meter", "190301527" */
    const char *site, *meter, *place, *tenant, *phone, *channel;
    int64_t alarm, at_utc, cleared_utc; /* 0: it is open */
    struct err why;                     /* the sentence with its figures */
};

struct notice_template;

/* kinds: every kind that must have a title; ends with NULL. */
int notice_template_load(struct notice_template **out, const char *path, const char *const *kinds,
                         struct err *e);
void notice_template_free(struct notice_template *t);

/* Each is the caller's. */
char *notice_subject(const struct notice_template *t, const struct notice_facts *f);
char *notice_body(const struct notice_template *t, const struct notice_facts *f);
/* The alarm's sentence alone. */
char *notice_sentence(const struct notice_template *t, const struct notice_facts *f);

#endif
