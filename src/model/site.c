/*
 * The site itself: what the handshake says of it, and the one request that begins the books with name,
 * time zone and the first administrator.
 */
#include <string.h>

#include "db.h"
#include "message.h"
#include "operators.h"
#include "setting.h"

int books_site(struct books *b, json_t **site, struct err *e)
{
    char name[128], zone[64], language[16], currency[8], demo[8];

    (void)e;
    *site = json_pack("{s:s,s:b,s:b,s:s,s:s,s:s}", "site",
                      setting_text(b, "site.name", name, sizeof name), "demo",
                      strcmp(setting_text(b, "site.demo", demo, sizeof demo), "1") == 0, "laptop",
                      (int)books_are_structure(b), "timezone",
                      setting_text(b, "site.timezone", zone, sizeof zone), "language",
                      setting_text(b, "site.language", language, sizeof language), "currency",
                      setting_text(b, "site.currency", currency, sizeof currency));
    return 0;
}

/* Every setting stands in the books from the first day on, so that a later default changes no site. */
static int settings_begin(struct books *b, const json_t *args, struct err *e)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && setting_at(i) != NULL; i++) {
        const struct setting *s = setting_at(i);
        const char *value = NULL;
        if (strncmp(s->key, "site.", 5) == 0)
            value = json_string_value(json_object_get(args, s->key + 5));
        rc = setting_write(b, s->key, value != NULL ? value : s->value, e);
    }
    return rc;
}

static int site_init(struct books *b, const struct actor *who, const json_t *args, json_t **result,
                     struct effects *fx, struct err *e)
{
    const json_t *uid = json_object_get(args, "unix_uid");
    int64_t unix_uid = json_integer_value(uid), operators = 0;
    struct operator_new first = {
        .login = json_string_value(json_object_get(args, "login")),
        .name = json_string_value(json_object_get(args, "operator_name")),
        .password = json_string_value(json_object_get(args, "password")),
        .language = "",
        .role = ROLE_ADMINISTRATOR,
        .unix_uid = uid != NULL ? &unix_uid : NULL,
    };

    (void)who;
    (void)fx;
    if (first.name == NULL)
        first.name = first.login;
    int rc = db_get(books_db(b), SQL_operator_count, 0, &operators, e, "");
    if (rc == 0 && operators > 0)
        rc = err_set(e, MSG_SITE_BEGUN);
    if (rc == 0)
        rc = settings_begin(b, args, e);
    if (rc != 0)
        return rc;
    int64_t id = operator_insert(b, &first, e);
    if (id < 0)
        return (int)id;
    *result = json_pack("{s:I}", "operator", (json_int_t)id);
    return 0;
}

static const struct param init_params[] = {
    {.name = "name", .kind = PARAM_TEXT, .required = true, .max = 60},
    {.name = "timezone", .kind = PARAM_TEXT, .max = 60},
    {.name = "language", .kind = PARAM_TEXT, .words = "en|zh_CN"},
    {.name = "currency", .kind = PARAM_TEXT, .max = 3},
    {.name = "demo", .kind = PARAM_TEXT, .words = "0|1"},
    {.name = "login", .kind = PARAM_TEXT, .required = true, .max = 32},
    {.name = "operator_name", .kind = PARAM_TEXT, .max = 63},
    {.name = "password", .kind = PARAM_TEXT, .required = true, .max = 128},
    {.name = "unix_uid", .kind = PARAM_INT, .min = 0, .max = 4294967294},
    {0},
};
static const struct request requests[] = {
    {.name = "site.init",
     .title = N_("Begin the books of a site"),
     .roles = ROLE_ADMINISTRATOR,
     .params = init_params,
     .run = site_init},
};
const struct request_table site_requests = {
    .requests = requests,
    .count = sizeof requests / sizeof requests[0],
};
