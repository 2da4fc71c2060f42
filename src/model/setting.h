/*
 * Settings of the site: a const table of every key with its built-in default, kind and range. What a
 * process needs before the books are open is configuration (base/config.h) instead.
 */
#ifndef SETTING_H
#define SETTING_H

#include "books.h"

enum setting_kind {
    SETTING_TEXT,
    SETTING_NUMBER,
    SETTING_AMOUNT,
    SETTING_WORD,
    SETTING_YES, /* "0" or "1": no, yes */
    SETTING_ZONE,
    SETTING_HOUR,  /* "03:10" of the site's day, or "" */
    SETTING_KINDS, /* kinds of alarm between commas (alarm.h) */
    SETTING_MAIL   /* addresses that are told of alarms (notice.h) */
};

struct setting {
    const char *key;
    enum setting_kind kind;
    const char *value;   /* built-in */
    int64_t min, max;    /* number, amount (minor units); text: bytes */
    const char *words;   /* word, yes: "en|zh_CN" */
    const char *unit;    /* number: "s", "kW"; NULL: a bare number */
    const char *meaning; /* N_() */
    bool once;           /* set by "metertill init" and never again */
};

/* By key, NULL when there is none; by place, NULL behind the last. */
const struct setting *setting_find(const char *key);
const struct setting *setting_at(size_t i);

/* The whole table as JSON, for query "settings": rows of key, kind ("number"), built-in value, min, max, words, unit,
 * meaning, once. The kinds of alarm are the words of what is a list of them. The caller's. */
char *setting_table(void);

/* Checks a value and writes it; inside a transaction of the writer. */
int setting_write(struct books *b, const char *key, const char *value, struct err *e);

#endif
