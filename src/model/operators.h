/*
 * Operators: who may come in. Passwords are argon2id hashes (libsodium); a growing lock after failures;
 * sessions that survive an engine's restart; one unix account may be bound to one operator.
 */
#ifndef OPERATORS_H
#define OPERATORS_H

#include "books.h"

/* Slow by design (hash): run outside the writer. Gets the stored hash with a reader, verifies, returns 0 and *who,
 * or ERR_DENIED. Then operators_login_note() on the writer counts the failure or opens the session. */
struct login {
    char login[64];
    bool right;
    struct actor who;
    char language[8];
    bool must_change;
};
int operators_verify(struct books *reader, const char *login, const char *password,
                     struct login *out, struct err *e);
/* Writer: a right password opens a session and gives its token (33 bytes); a wrong one counts, may lock, ERR_DENIED. */
int operators_login_note(struct books *b, struct login *login, const char *client, char *token,
                         struct err *e);
int operators_login_unix(struct books *b, int64_t uid, const char *client, struct login *out,
                         char *token, struct err *e);
int operators_resume(struct books *b, const char *token, struct login *out,
                     struct err *e); /* ERR_DENIED: over */
int operators_logout(struct books *b, const struct actor *who, const char *token, struct err *e);
int operators_language(struct books *b, const struct actor *who, const char *language,
                       struct err *e);
/* {"operator":{...},"shift":{...}|null} */
int operators_describe(struct books *b, const struct login *login, json_t **out, struct err *e);

#endif
