/*
 * What is written down about accounts and tenants after they were opened: notes, the phone, the name, and
 * "do not sell, see the manager". Money and meters are not here.
 */
#include <string.h>

#include "db.h"
#include "message.h"
#include "request.h"
#include "books.h"
#include "tenant.h"
#include "text.h"

#define NAME_MAX_BYTES 120
#define NOTE_MAX_BYTES 400

/* Who may lift or lay the ban on sales, and who may rename a payer: more than the counter. */
#define ROLE_OVERSEES (ROLE_MANAGER | ROLE_ADMINISTRATOR)
#define ROLE_NOTES    (ROLE_COUNTER | ROLE_ADMINISTRATOR)

static int denied(const struct actor *who, struct err *e)
{
    char those[ERR_TEXT_MAX];

    return err_set(e, MSG_REQUEST_DENIED, who->login, role_word(who->role),
                   role_words(ROLE_OVERSEES, those, sizeof those));
}

static int account_set(struct books *b, const struct actor *who, const json_t *args,
                       json_t **result, struct effects *fx, struct err *e)
{
    const char *number = json_string_value(json_object_get(args, "account"));
    const json_t *no_sale = json_object_get(args, "no_sale");
    const char *note = json_string_value(json_object_get(args, "note"));
    int64_t ban = json_is_true(no_sale), id = 0;
    struct db_row *row = NULL;

    if (!no_sale && !note)
        return err_set(e, MSG_ACCOUNT_NOTHING);
    int rc = db_find(books_db(b), SQL_account_find, &row, e, "s", number);
    if (rc == 0 && !row)
        return err_set(e, MSG_ACCOUNT_UNKNOWN, number);
    if (rc == 0) {
        id = db_int(row, 0);
        /* the same flag again is no change of it */
        if (no_sale && (db_int(row, 2) != 0) != (ban != 0) && !(who->role & ROLE_OVERSEES))
            rc = denied(who, e);
    }
    db_done(row);
    if (rc == 0)
        rc = db_run(books_db(b), SQL_account_change, e, "iIs", id, no_sale ? &ban : NULL, note);
    if (rc != 0)
        return rc;
    effects_event(fx, "books", json_pack("{s:I}", "account", (json_int_t)id));
    *result = json_pack("{s:I}", "account_id", (json_int_t)id);
    return 0;
}

struct tenant_now {
    int64_t id;
    char name[NAME_MAX_BYTES + 1], alias[NAME_MAX_BYTES + 1];
};

static int tenant_get(struct books *b, const char *code, struct tenant_now *t, struct err *e)
{
    struct db_row *row = NULL;
    int rc = db_find(books_db(b), SQL_tenant_find, &row, e, "s", code);

    if (rc == 0 && !row)
        return err_set(e, MSG_TENANT_UNKNOWN, code);
    if (rc == 0) {
        t->id = db_int(row, 0);
        text_copy(t->name, sizeof t->name, db_text(row, 1));
        text_copy(t->alias, sizeof t->alias, db_text(row, 2));
    }
    db_done(row);
    return rc;
}

static int tenant_set(struct books *b, const struct actor *who, const json_t *args, json_t **result,
                      struct effects *fx, struct err *e)
{
    const char *name = json_string_value(json_object_get(args, "name"));
    const char *alias = json_string_value(json_object_get(args, "alias"));
    const char *phone = json_string_value(json_object_get(args, "phone"));
    const char *note = json_string_value(json_object_get(args, "note"));
    char search[600];
    struct tenant_now t;

    if (!name && !alias && !phone && !note)
        return err_set(e, MSG_ACCOUNT_NOTHING);
    if (name && name[strspn(name, " ")] == '\0')
        return err_set(e, MSG_TENANT_NAME);
    int rc = tenant_get(b, json_string_value(json_object_get(args, "tenant")), &t, e);
    if (rc != 0)
        return rc;
    const bool renamed =
        (name && strcmp(name, t.name) != 0) || (alias && strcmp(alias, t.alias) != 0);
    if (renamed && !(who->role & ROLE_OVERSEES))
        return denied(who, e);
    name = name ? name : t.name;
    alias = alias ? alias : t.alias;
    tenant_search(name, alias, search, sizeof search);
    rc =
        db_run(books_db(b), SQL_tenant_change, e, "isssss", t.id, name, alias, phone, note, search);
    if (rc != 0)
        return rc;
    effects_event(fx, "books", json_pack("{s:I}", "tenant", (json_int_t)t.id));
    *result = json_pack("{s:I}", "tenant_id", (json_int_t)t.id);
    return 0;
}

static const struct param account_params[] = {
    {.name = "account", .kind = PARAM_TEXT, .required = true, .max = 40},
    {.name = "no_sale", .kind = PARAM_BOOL},
    {.name = "note", .kind = PARAM_TEXT, .max = NOTE_MAX_BYTES},
    {0},
};
static const struct param tenant_params[] = {
    {.name = "tenant", .kind = PARAM_TEXT, .required = true, .max = 64}, /* its code */
    {.name = "name", .kind = PARAM_TEXT, .max = NAME_MAX_BYTES},
    {.name = "alias", .kind = PARAM_TEXT, .max = NAME_MAX_BYTES},
    {.name = "phone", .kind = PARAM_TEXT, .max = 60},
    {.name = "note", .kind = PARAM_TEXT, .max = NOTE_MAX_BYTES},
    {0},
};
static const struct request requests[] = {
    {.name = "account.set",
     .title = N_("Change an account's note or its ban on sales"),
     .roles = ROLE_NOTES,
     .params = account_params,
     .run = account_set},
    {.name = "tenant.set",
     .title = N_("Change a tenant's name, phone or note"),
     .roles = ROLE_NOTES,
     .params = tenant_params,
     .run = tenant_set},
};
const struct request_table account_requests = {
    .requests = requests,
    .count = sizeof requests / sizeof requests[0],
};
