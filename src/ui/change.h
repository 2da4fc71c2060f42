/*
 * One change that a screen asks the engine for. It goes under one id until an answer proves what became of it, so that asking
 * once more does nothing twice. Not here: what is asked and what is said after it; that is the screen's.
 */
#ifndef CHANGE_H
#define CHANGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "form.h"
#include "screen.h"

struct change {
    char once[33]; /* its id; "": the next one asked for is a new change */
    bool asked;    /* and not answered */
};

/* Asks for it: under its id where it has one, else under a new one. args taken; wait: what is waited for (N_). */
void change_ask(struct view *v, struct change *c, const char *name, json_t *args, const char *wait,
                view_reply_fn *reply);
/* Takes the answer in. false: it failed, which is said; the id stays unless the error proves that nothing was done. */
bool change_answered(struct view *v, struct change *c, const struct err *e);
/* Why it cannot be asked for now (N_), or NULL. */
const char *change_why_not(const struct change *c);
/* The line is new or the view was away: no answer comes any more, and asked again it is the same change. */
void change_lost(struct change *c);
/* A key for the form that says what is asked: what is typed anew is another change. As text() of a screen. */
bool change_typed(struct view *v, struct change *c, struct form *form, uint32_t key);

#endif
