/*
 * Errors filled in, codes and words, and the end of the program on a broken invariant. The sentences
 * are message.c's business.
 */
#include "err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "text.h"

int err_set(struct err *e, enum msg_id id, ...)
{
    const struct message *m = message_get(id);
    va_list ap;

    memset(e, 0, sizeof *e);
    e->code = m->code;
    e->msg = id;
    va_start(ap, id);
    for (size_t i = 0; i < ERR_ARGS_MAX && m->types[i] != '\0'; i++) {
        if (m->types[i] == 's' || m->types[i] == 'k') {
            const char *text = va_arg(ap, const char *);
            text_copy(e->arg[i].text, sizeof e->arg[i].text, text ? text : "");
        } else {
            e->arg[i].number = va_arg(ap, int64_t);
        }
    }
    va_end(ap);
    return e->code;
}

int err_detail(struct err *e, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    vsnprintf(e->detail, sizeof e->detail, format, ap);
    va_end(ap);
    return e->code;
}

int err_errno(struct err *e, const char *what)
{
    int saved = errno;
    char reason[ERR_TEXT_MAX];

    /* The GNU form may answer with a text of its own instead of the buffer. */
    const char *text = strerror_r(saved, reason, sizeof reason);
    return err_set(e, MSG_SYSTEM_CALL, what, text);
}

struct code {
    int code, exit_code;
    const char *word;
};

static const struct code codes[] = {
#define X(name, exit_code, word) {ERR_##name, exit_code, word},
    ERR_CODES(X)
#undef X
};

static const struct code *code_find(int code)
{
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        if (codes[i].code == code)
            return &codes[i];
    }
    return NULL;
}

const char *err_word(int code)
{
    const struct code *c = code_find(code);
    return c ? c->word : "internal";
}

int err_from_word(const char *word)
{
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        if (strcmp(codes[i].word, word) == 0)
            return codes[i].code;
    }
    return 0;
}

int err_exit(int code)
{
    if (code == 0)
        return 0;
    const struct code *c = code_find(code);
    return c ? c->exit_code : 70;
}

/* The one piece of state that outlives a call: die() must reach the terminal from anywhere. */
static void (*die_restore)(void);

void die_hook(void (*restore)(void))
{
    die_restore = restore;
}

void die(const char *format, ...)
{
    va_list ap;

    if (die_restore)
        die_restore();
    fputs("metertill: ", stderr);
    va_start(ap, format);
    vfprintf(stderr, format, ap);
    va_end(ap);
    fputc('\n', stderr);
    abort();
}
