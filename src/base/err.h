/*
 * Errors: a message id with typed arguments, and one detail for the log.
 *
 * Every function that can fail returns 0 or a negative code and takes `struct err *` as its last
 * parameter (never NULL), untouched on success. The engine speaks no language: the sentence is made
 * by the client from the id (base/message.h). A message is declared in a messages.def of the folder
 * that raises it: MSG(NAME, CODE, "types", "English text with %1 %2").
 */
#ifndef ERR_H
#define ERR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The kinds of failure: what went wrong for the caller. X(name, exit code of sysexits.h, word). */
#define ERR_CODES(X)                                                                               \
    X(USAGE, 64, "usage")             /* the command line or the call is wrong */                  \
    X(DATA, 65, "data")               /* the data given is wrong */                                \
    X(NOT_FOUND, 66, "not-found")     /* what was named does not exist */                          \
    X(REFUSED, 69, "refused")         /* the state of things forbids it; nothing was done */       \
    X(UNAVAILABLE, 69, "unavailable") /* engine, line, meter or printer cannot be reached */       \
    X(INTERNAL, 70, "internal")       /* a bug or a broken invariant */                            \
    X(SYSTEM, 71, "system")           /* the operating system said no */                           \
    X(IO, 74, "io")                   /* reading or writing failed */                              \
    X(AGAIN, 75, "again")             /* not now, or not yet proved; ask again */                  \
    X(PROTOCOL, 76, "protocol")       /* the other side speaks something else */                   \
    X(DENIED, 77, "denied")           /* who asks may not */                                       \
    X(CONFIG, 78, "config")           /* the configuration is wrong */

enum err_code {
    ERR_OK = 0,
#define X(name, exit_code, word) ERR_PLACE_##name,
    ERR_CODES(X)
#undef X
#define X(name, exit_code, word) ERR_##name = -ERR_PLACE_##name,
        ERR_CODES(X)
#undef X
};

enum msg_id {
#define MSG(name, code, types, text) MSG_##name,
#include "messages_all.def"
#undef MSG
    MSG_COUNT
};

#define ERR_ARGS_MAX 6
#define ERR_TEXT_MAX 200

/* One argument: text for 's' and 'k', a number for 'i' (integer), 'm' (minor units), 'p' (1/10000), 't' (UTC seconds). */
struct err_arg {
    int64_t number;
    char text[ERR_TEXT_MAX];
};

struct err {
    int code; /* enum err_code, negative; 0 before the first failure */
    enum msg_id msg;
    struct err_arg arg[ERR_ARGS_MAX];
    char detail[ERR_TEXT_MAX]; /* for the log, never translated */
};

/* Fills *e with message id and its arguments and returns the id's code. Arguments follow the types
 * declared for the id: 's' const char * (cut at ERR_TEXT_MAX), 'k' const char * (an English word that
 * the client translates, marked N_() where it stands), 'i' 'm' 'p' 't' int64_t (cast!). */
int err_set(struct err *e, enum msg_id id, ...);

/* The same with a detail for the log (printf format first, then the message arguments cannot follow:
 * call err_set() first, then this). Returns e->code. */
int err_detail(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* errno put into words for a detail: "write: No space left on device". Returns e->code. */
int err_errno(struct err *e, const char *what);

/* Word of a code for the wire ("data"), and back (0 when unknown). */
const char *err_word(int code);
int err_from_word(const char *word);

/* Exit code of sysexits.h for a code; 0 for 0. */
int err_exit(int code);

/* A broken invariant or no memory: restores the terminal through the hook, says it, aborts. */
_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The hook die() calls first (the console restores the terminal); NULL takes it off. */
void die_hook(void (*restore)(void));

/* malloc family that dies instead of returning NULL. */
void *mem_new(size_t size); /* zeroed */
void *mem_grow(void *old, size_t size);
char *mem_text(const char *text);
char *mem_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
