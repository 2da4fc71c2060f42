/*
 * Settings of the site as people read and type them: 1800 is "30 min", 100 minor units are "1.00", 1 is "yes". The same
 * words on the screen and on the command line; which settings there are the engine tells (query settings).
 */
#ifndef SETTING_WORDS_H
#define SETTING_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

#define SETTING_VALUE_MAX 256
#define SETTING_RANGE_MAX 1024

/* What a row of query "settings" says of its value; texts are never NULL. */
struct setting_form {
    const char *key;
    const char
        *kind; /* "text", "number", "amount", "word", "yes", "zone", "hour", "kinds", "mail" */
    const char *unit;  /* of a number: "s", "kW", "" */
    const char *words; /* "en|zh_CN" */
    int64_t min, max;
};

/* A value as it is shown: "30 min", "1.00", "yes", "200 kW", "none". Returns buf (SETTING_VALUE_MAX). */
const char *setting_shown(const struct setting_form *f, const char *value, char *buf);
/* The same as it stands in a field to be changed: no unit but a time's, nothing for none. */
const char *setting_filled(const struct setting_form *f, const char *value, char *buf);
/* What it can be: "1 min to 24 h". Returns buf (SETTING_RANGE_MAX). */
const char *setting_range(const struct setting_form *f, char *buf);
/* The label of a word ("ask"), marked N_(); the word itself where it has none. */
const char *setting_label(const char *word);

/* What was typed ("30 min", "1800", "1.00", "yes"), as the books keep it (SETTING_VALUE_MAX). Only what the words need is
 * checked here, and the range of a number; the engine checks the rest. Errors SETTING_SPAN, SETTING_RANGE, AMOUNT_*. */
int setting_typed(const struct setting_form *f, const char *typed, char *value, struct err *e);

#endif
