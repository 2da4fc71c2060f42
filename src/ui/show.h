/*
 * Values put into words for the screen: ages, times, kinds of columns, states with their sign and
 * colour. Everything that depends on the language goes through here or gettext.
 */
#ifndef SHOW_H
#define SHOW_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#define SHOW_TEXT_MAX 160
#define SHOW_STALE_S  3600 /* older than this a value from a meter is dimmed and marked '~' */

/* What a column holds: the kinds of the protocol. */
enum show_kind {
    SHOW_TEXT,
    SHOW_INTEGER,
    SHOW_MONEY,
    SHOW_PRICE,
    SHOW_ENERGY,
    SHOW_TIME,  /* "11-02 14:03", with the year where it is another */
    SHOW_DAY,   /* "11-02", "2025-11" */
    SHOW_AGE,   /* "2 min" */
    SHOW_UNTIL, /* a time to come: "in 20 s" */
    SHOW_STATE, /* an English word, translated, with its sign and colour */
    SHOW_WORD   /* an English word, translated */
};

/* "text", "money", "time", ...: for what leaves the screen. */
const char *show_kind_word(enum show_kind kind);
/* State words that contain this text in the language of the screen, at most `most`; returns how many. */
int show_words(const char *text, const char **words, int most);

/* Is the kind written to the right end of its column? */
bool show_is_number(enum show_kind kind);

/* "40 s", "2 min", "3 h", "5 d"; "" where at_utc is 0 or less. Returns buf (SHOW_TEXT_MAX). */
const char *show_age(int64_t now_utc, int64_t at_utc, char *buf);
/* "in 20 s", "now". */
const char *show_until(int64_t now_utc, int64_t at_utc, char *buf);
/* "14:03" today, "11-02 14:03" this year, "2025-11-02" before. */
const char *show_time(int64_t now_utc, int64_t at_utc, char *buf);
/* A cell by its kind; "" for null. buf has SHOW_TEXT_MAX. */
const char *show_value(enum show_kind kind, const json_t *value, int64_t now_utc, char *buf);

/* The sign of a state ("?" in doubt, "x" lost, ...; " " where all is well) and its style. */
char show_sign(const char *state);
unsigned show_style(const char *state);

/* "Sold %1 to %2." with %1 .. %9 replaced by the texts that follow (as many as the format names). Translators may
 * change their order. Returns buf. */
const char *show_format(char *buf, size_t size, const char *format, const char *const *args);
#define SHOW_ARGS(...) ((const char *const[]){__VA_ARGS__, NULL})

#endif
