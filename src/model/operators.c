/*
 * The list of operators and the requests that change it: add, new password, disable, enable. How they
 * come in is login.c.
 */
#include <sodium.h>
#include <string.h>

#include "clock.h"
#include "message.h"
#include "operator_row.h"
#include "text.h"

#define PASSWORD_MIN 8

void operator_row_read(struct db_row *row, struct operator_row *out)
{
    *out = (struct operator_row){.id = db_int(row, 0)};
    text_copy(out->login, sizeof out->login, db_text(row, 1));
    text_copy(out->name, sizeof out->name, db_text(row, 2));
    out->role = role_find(db_text(row, 3));
    text_copy(out->hash, sizeof out->hash, db_text(row, 4));
    text_copy(out->language, sizeof out->language, db_text(row, 5));
    out->must_change = db_int(row, 6) != 0;
    out->failures = db_int(row, 7);
    out->locked_until_utc = db_int(row, 8);
    out->disabled = db_int(row, 9) != 0;
}

static int row_take(int rc, struct db_row *row, struct operator_row *out)
{
    *out = (struct operator_row){0};
    if (rc == 0 && row != NULL)
        operator_row_read(row, out);
    db_done(row);
    return rc;
}

int operator_row_find(struct books *b, const char *login, struct operator_row *out, struct err *e)
{
    struct db_row *row = NULL;
    int rc = db_find(books_db(b), SQL_operator_by_login, &row, e, "s", login);

    return row_take(rc, row, out);
}

int operator_row_get(struct books *b, int64_t id, struct operator_row *out, struct err *e)
{
    struct db_row *row = NULL;
    int rc = db_find(books_db(b), SQL_operator_by_id, &row, e, "i", id);

    return row_take(rc, row, out);
}

int password_check(const char *password, const char *login, struct err *e)
{
    if (strlen(password) < PASSWORD_MIN)
        return err_set(e, MSG_PASSWORD_SHORT, (int64_t)PASSWORD_MIN);
    if (strcasecmp(password, login) == 0)
        return err_set(e, MSG_PASSWORD_LOGIN);
    return 0;
}

_Static_assert(crypto_pwhash_STRBYTES <= OPERATOR_HASH_SIZE, "hash fits");

void password_hash(const char *password, char *hash)
{
    if (sodium_init() < 0 ||
        crypto_pwhash_str(hash, password, strlen(password), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                          crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0)
        die("no memory to hash a password");
}

bool password_right(const char *hash, const char *password)
{
    return sodium_init() >= 0 && crypto_pwhash_str_verify(hash, password, strlen(password)) == 0;
}

/* Letters, digits and . _ - , beginning with a letter: what can be typed anywhere and quoted nowhere. */
static bool login_clean(const char *login)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

    if (login[0] == '\0' || strlen(login) > 32 || strchr(letters, login[0]) == NULL)
        return false;
    for (const char *c = login; *c != '\0'; c++) {
        if (strchr(letters, *c) == NULL && strchr("0123456789._-", *c) == NULL)
            return false;
    }
    return true;
}

int64_t operator_insert(struct books *b, const struct operator_new *o, struct err *e)
{
    struct operator_row old;
    struct db_row *row = NULL;
    char hash[OPERATOR_HASH_SIZE], taken[64] = "";

    if (!login_clean(o->login))
        return err_set(e, MSG_OPERATOR_LOGIN_FORM, o->login);
    if (o->name[0] == '\0' || strlen(o->name) >= sizeof old.name)
        return err_set(e, MSG_OPERATOR_NAME);
    int rc = password_check(o->password, o->login, e);
    if (rc == 0)
        rc = operator_row_find(b, o->login, &old, e);
    if (rc != 0)
        return rc;
    if (old.id != 0)
        return err_set(e, MSG_OPERATOR_EXISTS, old.login);
    if (o->unix_uid != NULL) {
        rc = db_find(books_db(b), SQL_operator_by_uid, &row, e, "i", *o->unix_uid);
        if (rc == 0 && row != NULL)
            text_copy(taken, sizeof taken, db_text(row, 1));
        db_done(row);
        if (rc != 0)
            return rc;
        if (taken[0] != '\0')
            return err_set(e, MSG_OPERATOR_UID_TAKEN, *o->unix_uid, taken);
    }
    password_hash(o->password, hash);
    rc = db_run(books_db(b), SQL_operator_insert, e, "sssssIii", o->login, o->name,
                role_word(o->role), hash, o->language, o->unix_uid, (int64_t)o->must_change,
                clock_utc());
    sodium_memzero(hash, sizeof hash);
    return rc != 0 ? rc : db_last_id(books_db(b));
}

static const char *text_of(const json_t *args, const char *key, const char *fallback)
{
    const char *text = json_string_value(json_object_get(args, key));

    return text != NULL ? text : fallback;
}

static int operator_add(struct books *b, const struct actor *who, const json_t *args,
                        json_t **result, struct effects *fx, struct err *e)
{
    const json_t *uid = json_object_get(args, "unix_uid");
    int64_t unix_uid = json_integer_value(uid);
    struct operator_new o = {
        .login = text_of(args, "login", ""),
        .name = text_of(args, "name", ""),
        .password = text_of(args, "password", ""),
        .language = text_of(args, "language", ""),
        .role = role_find(text_of(args, "role", "")),
        .unix_uid = uid != NULL ? &unix_uid : NULL,
        .must_change = json_is_true(json_object_get(args, "must_change")),
    };

    (void)who;
    (void)fx;
    int64_t id = operator_insert(b, &o, e);
    if (id < 0)
        return (int)id;
    *result = json_pack("{s:I}", "operator", (json_int_t)id);
    return 0;
}

/* The operator whom args name; ERR_NOT_FOUND with the login. */
static int operator_named(struct books *b, const json_t *args, struct operator_row *out,
                          struct err *e)
{
    const char *login = text_of(args, "login", "");
    int rc = operator_row_find(b, login, out, e);

    if (rc == 0 && out->id == 0)
        return err_set(e, MSG_OPERATOR_UNKNOWN, login);
    return rc;
}

/* Other sessions of the operator end: the engine drops live ones by the event. */
static int sessions_end(struct books *b, const struct operator_row *o, int64_t but,
                        struct effects *fx, struct err *e)
{
    int rc = db_run(books_db(b), SQL_session_close_others, e, "iii", o->id, but, clock_utc());

    if (rc == 0)
        effects_event(fx, "operator",
                      json_pack("{s:I,s:I,s:b}", "operator", (json_int_t)o->id, "but_session",
                                (json_int_t)but, "over", 1));
    return rc;
}

static int operator_passwd(struct books *b, const struct actor *who, const json_t *args,
                           json_t **result, struct effects *fx, struct err *e)
{
    const char *password = text_of(args, "password", ""), *old = text_of(args, "old", "");
    struct operator_row o;
    char hash[OPERATOR_HASH_SIZE];
    int rc = json_object_get(args, "login") != NULL ? operator_named(b, args, &o, e)
                                                    : operator_row_get(b, who->operator_id, &o, e);

    if (rc != 0)
        return rc;
    if (o.id == 0)
        return err_set(e, MSG_OPERATOR_UNKNOWN, who->login);
    bool own = o.id == who->operator_id;
    if (!own && who->operator_id != 0 && who->role != ROLE_ADMINISTRATOR)
        return err_set(e, MSG_OPERATOR_OTHERS, o.login);
    if (own && !password_right(o.hash, old))
        return err_set(e, MSG_PASSWORD_OLD);
    rc = password_check(password, o.login, e);
    if (rc != 0)
        return rc;
    if (own && strcmp(old, password) == 0)
        return err_set(e, MSG_PASSWORD_SAME);
    password_hash(password, hash);
    /* A password that somebody else has set is changed by its owner at the next login. */
    rc = db_run(books_db(b), SQL_operator_password, e, "isi", o.id, hash, (int64_t)!own);
    sodium_memzero(hash, sizeof hash);
    if (rc == 0)
        rc = sessions_end(b, &o, own ? who->session_id : 0, fx, e);
    if (rc == 0)
        *result = json_pack("{s:s}", "login", o.login);
    return rc;
}

static int operator_disable(struct books *b, const struct actor *who, const json_t *args,
                            json_t **result, struct effects *fx, struct err *e)
{
    struct operator_row o;
    int64_t others = 0;
    int rc = operator_named(b, args, &o, e);

    (void)who;
    if (rc == 0 && o.role == ROLE_ADMINISTRATOR && !o.disabled) {
        rc = db_get(books_db(b), SQL_operator_other_administrators, 0, &others, e, "i", o.id);
        if (rc == 0 && others == 0)
            rc = err_set(e, MSG_OPERATOR_LAST_ADMINISTRATOR, o.login);
    }
    if (rc == 0 && !o.disabled)
        rc = db_run(books_db(b), SQL_operator_disable, e, "ii", o.id, clock_utc());
    if (rc == 0)
        rc = sessions_end(b, &o, 0, fx, e);
    if (rc == 0)
        *result = json_pack("{s:s}", "login", o.login);
    return rc;
}

static int operator_enable(struct books *b, const struct actor *who, const json_t *args,
                           json_t **result, struct effects *fx, struct err *e)
{
    struct operator_row o;
    int rc = operator_named(b, args, &o, e);

    (void)who;
    (void)fx;
    if (rc == 0)
        rc = db_run(books_db(b), SQL_operator_enable, e, "i", o.id);
    if (rc == 0)
        *result = json_pack("{s:s}", "login", o.login);
    return rc;
}

#define ROLE_WORDS "cashier|electrician|manager|administrator|auditor"

static const struct param add_params[] = {
    {.name = "login", .kind = PARAM_TEXT, .required = true, .max = 32},
    {.name = "name", .kind = PARAM_TEXT, .required = true, .max = 63},
    {.name = "role", .kind = PARAM_TEXT, .required = true, .words = ROLE_WORDS},
    {.name = "password", .kind = PARAM_TEXT, .required = true, .max = 128},
    {.name = "language", .kind = PARAM_TEXT, .words = "en|zh_CN"},
    {.name = "unix_uid", .kind = PARAM_INT, .min = 0, .max = 4294967294},
    {.name = "must_change", .kind = PARAM_BOOL},
    {0},
};
static const struct param passwd_params[] = {
    {.name = "login", .kind = PARAM_TEXT, .max = 32},
    {.name = "password", .kind = PARAM_TEXT, .required = true, .max = 128},
    {.name = "old", .kind = PARAM_TEXT, .max = 128},
    {0},
};
static const struct param login_params[] = {
    {.name = "login", .kind = PARAM_TEXT, .required = true, .max = 32},
    {0},
};
static const struct request requests[] = {
    {.name = "operator.add",
     .title = N_("Add an operator"),
     .roles = ROLE_ADMINISTRATOR,
     .params = add_params,
     .run = operator_add},
    {.name = "operator.passwd",
     .title = N_("Set a password"),
     .roles = ROLE_ALL,
     .params = passwd_params,
     .run = operator_passwd},
    {.name = "operator.disable",
     .title = N_("Disable an operator"),
     .roles = ROLE_ADMINISTRATOR,
     .params = login_params,
     .run = operator_disable},
    {.name = "operator.enable",
     .title = N_("Enable an operator"),
     .roles = ROLE_ADMINISTRATOR,
     .params = login_params,
     .run = operator_enable},
};
const struct request_table operator_requests = {
    .requests = requests,
    .count = sizeof requests / sizeof requests[0],
};
