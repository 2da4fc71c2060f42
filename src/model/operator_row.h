/*
 * One operator as the statements operator_by_* give it, and what passwords are made of: shared by
 * login.c (who comes in) and operators.c (who is on the list), by nobody else.
 */
#ifndef OPERATOR_ROW_H
#define OPERATOR_ROW_H

#include "db.h"
#include "operators.h"

#define OPERATOR_HASH_SIZE 128 /* crypto_pwhash_STRBYTES */

struct operator_row {
    int64_t id, failures, locked_until_utc;
    char login[64], name[64], hash[OPERATOR_HASH_SIZE], language[8];
    unsigned role;
    bool must_change, disabled;
};

void operator_row_read(struct db_row *row, struct operator_row *out);

/* Finds by login; out->id 0 when there is none. */
int operator_row_find(struct books *b, const char *login, struct operator_row *out, struct err *e);
int operator_row_get(struct books *b, int64_t id, struct operator_row *out, struct err *e);

/* Rules of passwords, then the hash of it (OPERATOR_HASH_SIZE bytes). */
int password_check(const char *password, const char *login, struct err *e);
void password_hash(const char *password, char *hash);
bool password_right(const char *hash, const char *password);

#endif
