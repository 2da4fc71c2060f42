/*
 * Operators: who may come in. Passwords are argon2id hashes (libsodium); a growing lock after failures;
 * sessions that survive an engine's restart; one unix account may be bound to one operator. Each function
 * that writes is a transaction of its own with its line in the operation log: never inside another.
 */
#ifndef OPERATORS_H
#define OPERATORS_H

#include "books.h"

#define OPERATOR_TOKEN_SIZE 33

struct login {
    char login[64];
    bool right; /* the password is */
    struct actor who;
    char language[8];
    bool must_change;
};

/* Slow by design (hash): with a reader, outside the writer. Sets out->right, and takes the same time for a
 * login that does not exist; only a failure of the books is an error. What follows from it is decided by
 * operators_login_note() on the writer, which has to be called in either case. */
int operators_verify(struct books *reader, const char *login, const char *password,
                     struct login *out, struct err *e);

/* Writer: a right password opens a session, gives its token (OPERATOR_TOKEN_SIZE bytes) and fills login->who;
 * a wrong one counts. ERR_DENIED: wrong, disabled, or locked after failures; the message says for how long. */
int operators_login_note(struct books *b, struct login *login, const char *client, char *token,
                         struct err *e);

/* Writer: the operator that the unix account is bound to. ERR_DENIED: none. */
int operators_login_unix(struct books *b, int64_t uid, const char *client, struct login *out,
                         char *token, struct err *e);

/* Reader: a session goes on. ERR_DENIED: it is over. */
int operators_resume(struct books *b, const char *token, struct login *out, struct err *e);

/* Writer. */
int operators_logout(struct books *b, const struct actor *who, const char *token, struct err *e);
int operators_language(struct books *b, const struct actor *who, const char *language,
                       struct err *e);

/* {"operator":{"id","login","name","role","language"},"must_change","shift":{"id","number","till","till_id"}|null};
 * the operator is null where the program itself is the actor. */
int operators_describe(struct books *b, const struct login *login, json_t **out, struct err *e);

/* For requests that make operators (inside their transaction): checks login, name, password and inserts.
 * unix_uid NULL: not bound. Returns the id or a negative code. */
struct operator_new {
    const char *login, *name, *password, *language;
    unsigned role;
    const int64_t *unix_uid;
    bool must_change;
};
int64_t operator_insert(struct books *b, const struct operator_new *o, struct err *e);

#endif
