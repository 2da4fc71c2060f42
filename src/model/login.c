/*
 * Coming in and going out: passwords tried, the growing lock after failures, sessions kept by the hash
 * of their token, unix accounts. Who is on the list is operators.c.
 */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "operator_row.h"
#include "text.h"

#define FREE_FAILURES  3
#define LOCK_FIRST_S   5
#define LOCK_MAX_S     900
#define SESSION_LIFE_S (7 * 86400)

/* A hash of no password at the same cost: an unknown login takes as long as a known one. */
static const char nobody_hash[] = "$argon2id$v=19$m=65536,t=2,p=1$mUxO5+xzo5DJTO1PQjlXQg$0"
                                  "EkTP9rBmeuWQxccQkF5xxW9xa56szsc7vvRwxHaCyg";

static int64_t lock_seconds(int64_t failures)
{
    int64_t s = LOCK_FIRST_S;

    if (failures <= FREE_FAILURES)
        return 0;
    for (int64_t i = FREE_FAILURES + 1; i < failures && s < LOCK_MAX_S; i++)
        s *= 2;
    return s < LOCK_MAX_S ? s : LOCK_MAX_S;
}

static void token_hash(const char *token, unsigned char hash[32])
{
    crypto_generichash(hash, 32, (const unsigned char *)token, strlen(token), NULL, 0);
}

static void login_fill(struct login *login, const struct operator_row *o, const char *client)
{
    text_copy(login->login, sizeof login->login, o->login);
    text_copy(login->language, sizeof login->language, o->language);
    login->must_change = o->must_change;
    login->who = (struct actor){.operator_id = o->id, .role = o->role};
    text_copy(login->who.login, sizeof login->who.login, o->login);
    text_copy(login->who.name, sizeof login->who.name, o->name);
    text_copy(login->who.client, sizeof login->who.client, client);
}

int operators_verify(struct books *reader, const char *login, const char *password,
                     struct login *out, struct err *e)
{
    struct operator_row o;
    int rc = operator_row_find(reader, login, &o, e);

    *out = (struct login){0};
    if (rc != 0)
        return rc;
    text_copy(out->login, sizeof out->login, o.id != 0 ? o.login : login);
    bool right = password_right(o.id != 0 ? o.hash : nobody_hash, password);
    out->right = right && o.id != 0;
    sodium_memzero(o.hash, sizeof o.hash);
    return 0;
}

/* The work of one login inside the writer's transaction. What denies it does not roll back: the count
 * of failures is to stay. */
struct attempt {
    struct login *login;
    const char *client;
    char *token;
    int64_t uid; /* unix login where >= 0 */
    struct err denied;
};

static int session_open(struct books *b, struct attempt *a, const struct operator_row *o,
                        struct err *e)
{
    unsigned char bytes[16], hash[32];

    if (sodium_init() < 0)
        die("libsodium does not start");
    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2hex(a->token, OPERATOR_TOKEN_SIZE, bytes, sizeof bytes);
    token_hash(a->token, hash);
    int rc = db_run(books_db(b), SQL_session_insert, e, "ibsi", o->id, (const void *)hash,
                    sizeof hash, a->client, clock_utc());
    if (rc != 0)
        return rc;
    login_fill(a->login, o, a->client);
    a->login->right = true;
    a->login->who.session_id = db_last_id(books_db(b));
    return 0;
}

static int failure_count(struct books *b, struct attempt *a, const struct operator_row *o,
                         struct err *e)
{
    int64_t failures = o->failures + 1, wait_s = lock_seconds(failures);
    int rc = db_run(books_db(b), SQL_operator_failures, e, "iii", o->id, failures,
                    wait_s > 0 ? clock_utc() + wait_s : 0);

    if (rc == 0 && wait_s > 0)
        err_set(&a->denied, MSG_LOGIN_WRONG_WAIT, wait_s);
    else if (rc == 0)
        err_set(&a->denied, MSG_LOGIN_WRONG);
    return rc;
}

static int password_work(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    struct attempt *a = ctx;
    struct operator_row o;
    int64_t now = clock_utc();
    int rc = operator_row_find(b, a->login->login, &o, e);

    (void)fx;
    if (rc != 0)
        return rc;
    if (o.id == 0) {
        err_set(&a->denied, MSG_LOGIN_WRONG);
        return 0;
    }
    /* While the lock holds, the right password opens nothing either: else it would be no lock. */
    if (o.locked_until_utc > now) {
        int64_t wait_s = o.locked_until_utc - now;
        err_set(&a->denied, MSG_LOGIN_LOCKED, wait_s < LOCK_MAX_S ? wait_s : LOCK_MAX_S);
        return 0;
    }
    if (!a->login->right)
        return failure_count(b, a, &o, e);
    if (o.disabled) {
        err_set(&a->denied, MSG_LOGIN_DISABLED);
        return 0;
    }
    rc = db_run(books_db(b), SQL_operator_failures, e, "iii", o.id, (int64_t)0, (int64_t)0);
    return rc != 0 ? rc : session_open(b, a, &o, e);
}

static int unix_work(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    struct attempt *a = ctx;
    struct operator_row o = {0};
    struct db_row *row = NULL;
    int rc = db_find(books_db(b), SQL_operator_by_uid, &row, e, "i", a->uid);

    (void)fx;
    if (rc == 0 && row != NULL)
        operator_row_read(row, &o);
    db_done(row);
    if (rc != 0)
        return rc;
    if (o.id == 0 || o.disabled) {
        err_set(&a->denied, MSG_LOGIN_UNIX);
        return 0;
    }
    return session_open(b, a, &o, e);
}

/* Runs the attempt, then writes its line into the operation log. */
static int attempt_run(struct books *b, struct attempt *a, const char *action,
                       int (*work)(struct books *, void *, struct effects *, struct err *),
                       struct err *e)
{
    struct effects fx;
    struct actor who = {0};

    effects_init(&fx);
    int rc = books_within(b, work, a, &fx, e);
    effects_clear(&fx);
    if (rc != 0)
        return rc;
    if (a->denied.code == 0) {
        who = a->login->who;
    } else {
        text_copy(who.login, sizeof who.login, a->login->login);
        text_copy(who.client, sizeof who.client, a->client);
        *a->login = (struct login){0};
        text_copy(a->login->login, sizeof a->login->login, who.login);
    }
    rc = books_log(b, &who, action, "", NULL, a->denied.code != 0 ? &a->denied : NULL, e);
    if (rc != 0)
        return rc;
    if (a->denied.code != 0)
        *e = a->denied;
    return a->denied.code;
}

int operators_login_note(struct books *b, struct login *login, const char *client, char *token,
                         struct err *e)
{
    struct attempt a = {.login = login, .client = client, .token = token, .uid = -1};

    return attempt_run(b, &a, "session.login", password_work, e);
}

int operators_login_unix(struct books *b, int64_t uid, const char *client, struct login *out,
                         char *token, struct err *e)
{
    struct attempt a = {.login = out, .client = client, .token = token, .uid = uid};

    *out = (struct login){0};
    snprintf(out->login, sizeof out->login, "uid %lld", (long long)uid);
    return attempt_run(b, &a, "session.unix", unix_work, e);
}

int operators_resume(struct books *b, const char *token, struct login *out, struct err *e)
{
    struct db_row *row = NULL;
    unsigned char hash[32];

    *out = (struct login){0};
    token_hash(token, hash);
    int rc = db_find(books_db(b), SQL_operator_by_token, &row, e, "bi", (const void *)hash,
                     sizeof hash, clock_utc() - SESSION_LIFE_S);
    if (rc == 0 && row != NULL) {
        struct operator_row o;
        operator_row_read(row, &o);
        login_fill(out, &o, db_text(row, 11));
        out->who.session_id = db_int(row, 10);
        out->right = !o.disabled;
    }
    db_done(row);
    if (rc != 0)
        return rc;
    return out->right ? 0 : err_set(e, MSG_LOGIN_SESSION_OVER);
}

struct logout {
    const struct actor *who;
    const char *token;
    const char *language;
};

static int logout_work(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    const struct logout *l = ctx;
    unsigned char hash[32];

    (void)fx;
    token_hash(l->token, hash);
    return db_run(books_db(b), SQL_session_close, e, "ibi", l->who->operator_id, (const void *)hash,
                  sizeof hash, clock_utc());
}

static int language_work(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    const struct logout *l = ctx;

    (void)fx;
    return db_run(books_db(b), SQL_operator_language, e, "is", l->who->operator_id, l->language);
}

static int plain_run(struct books *b, struct logout *l, const char *action,
                     int (*work)(struct books *, void *, struct effects *, struct err *),
                     struct err *e)
{
    struct effects fx;

    effects_init(&fx);
    int rc = books_within(b, work, l, &fx, e);
    effects_clear(&fx);
    return rc != 0 ? rc : books_log(b, l->who, action, "", NULL, NULL, e);
}

int operators_logout(struct books *b, const struct actor *who, const char *token, struct err *e)
{
    struct logout l = {.who = who, .token = token};

    return plain_run(b, &l, "session.logout", logout_work, e);
}

int operators_language(struct books *b, const struct actor *who, const char *language,
                       struct err *e)
{
    struct logout l = {.who = who, .language = language};

    if (strcmp(language, "en") != 0 && strcmp(language, "zh_CN") != 0)
        return err_set(e, MSG_LOGIN_LANGUAGE, language);
    return plain_run(b, &l, "session.language", language_work, e);
}

int operators_describe(struct books *b, const struct login *login, json_t **out, struct err *e)
{
    const struct actor *who = &login->who;
    struct db_row *row = NULL;
    int rc = db_find(books_db(b), SQL_operator_shift, &row, e, "i", who->operator_id);

    if (rc != 0)
        return rc;
    json_t *shift = json_null(), *person = json_null();
    if (row != NULL)
        shift = json_pack("{s:I,s:I,s:s,s:I}", "id", (json_int_t)db_int(row, 0), "number",
                          (json_int_t)db_int(row, 0), "till", db_text(row, 2), "till_id",
                          (json_int_t)db_int(row, 1));
    db_done(row);
    if (who->operator_id != 0)
        person = json_pack("{s:I,s:s,s:s,s:s,s:s}", "id", (json_int_t)who->operator_id, "login",
                           who->login, "name", who->name, "role", role_word(who->role), "language",
                           login->language);
    json_t *limits =
        json_pack("{s:I,s:I}", "sale_min_minor", (json_int_t)setting_number(b, "sale.min_minor"),
                  "sale_max_minor", (json_int_t)setting_number(b, "sale.max_minor"));
    *out = json_pack("{s:o,s:b,s:o,s:I,s:o}", "operator", person, "must_change",
                     (int)login->must_change, "shift", shift, "idle_lock_s",
                     (json_int_t)setting_number(b, "session.idle_lock_s"), "limits", limits);
    return 0;
}
