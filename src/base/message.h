/*
 * Messages put into words: the client's half of err.h. Text comes from gettext in the language that
 * is set now; the engine uses message_english() for its log only.
 */
#ifndef MESSAGE_H
#define MESSAGE_H

#include "err.h"

/* Marks text for translation where it stands in a table; _() translates where it is shown. */
#define N_(text) text
#define _(text)  message_gettext(text)

/* gettext() with the empty string kept empty. */
const char *message_gettext(const char *text) __attribute__((format_arg(1)));

/* The declaration of an id: its name ("SALE_TOO_LARGE"), code, argument types, English text. */
struct message {
    const char *name;
    int code;
    const char *types;
    const char *text;
};
const struct message *message_get(enum msg_id id);

/* The id of a name from the wire, or -1. */
int message_find(const char *name);

/* The operator's sentence of an error in the language set now; buf is always terminated. Returns buf. */
const char *message_text(const struct err *e, char *buf, size_t size);

/* The same in English whatever the language, for logs. Returns buf. */
const char *message_english(const struct err *e, char *buf, size_t size);

/* Language "en" or "zh_CN", live; the catalogue is looked for in dir (NULL: the built-in place). Calls
 * setlocale once; where the codeset is not UTF-8 it falls back to C.UTF-8 (facts.md, Terminal). */
void message_language(const char *language, const char *dir);

#endif
