/*
 * What an operator had half typed when Esc, a lost line or a restart came between: kept by key, only for
 * that operator, and never acted upon. A sale's draft goes with the sale that was made of it.
 */
#include "draft.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "db.h"
#include "message.h"

#define DRAFTS_MAX   30          /* of one operator; the oldest goes */
#define DRAFT_LIFE_S (7 * 86400) /* nobody goes on with an older one */
#define BODY_MAX     4000

static int body_write(const json_t *body, char **text, struct err *e)
{
    *text = json_dumps(body, JSON_COMPACT | JSON_SORT_KEYS);
    if (*text != NULL && strlen(*text) <= BODY_MAX)
        return 0;
    free(*text);
    *text = NULL;
    return err_set(e, MSG_DRAFT_BODY, (int64_t)BODY_MAX);
}

static int draft_set(struct books *b, const struct actor *who, const json_t *args, json_t **result,
                     struct effects *fx, struct err *e)
{
    const char *key = json_string_value(json_object_get(args, "key"));
    const char *title = json_string_value(json_object_get(args, "title"));
    int64_t now = clock_utc();
    char *body = NULL;

    (void)fx;
    (void)result;
    if (key[0] == '\0')
        return err_set(e, MSG_DRAFT_KEY);
    int rc = body_write(json_object_get(args, "body"), &body, e);
    if (rc == 0)
        rc =
            db_run(books_db(b), SQL_draft_put, e, "isssi", who->operator_id, key, title, body, now);
    if (rc == 0)
        rc = db_run(books_db(b), SQL_draft_trim, e, "iii", who->operator_id, now - DRAFT_LIFE_S,
                    (int64_t)DRAFTS_MAX);
    free(body);
    return rc;
}

int draft_forget(struct books *b, int64_t operator_id, const char *key, struct err *e)
{
    return db_run(books_db(b), SQL_draft_drop, e, "is", operator_id, key);
}

static int draft_drop(struct books *b, const struct actor *who, const json_t *args, json_t **result,
                      struct effects *fx, struct err *e)
{
    (void)fx;
    (void)result;
    return draft_forget(b, who->operator_id, json_string_value(json_object_get(args, "key")), e);
}

int draft_sold(struct books *b, int64_t operator_id, const char *meter, struct err *e)
{
    char *key = mem_format("sale %s", meter);
    int rc = draft_forget(b, operator_id, key, e);

    free(key);
    return rc;
}

void draft_sold_tell(struct effects *fx, int64_t operator_id, const char *meter)
{
    char *key = mem_format("sale %s", meter);

    effects_event(
        fx, "draft",
        json_pack("{s:s,s:I,s:b}", "key", key, "operator", (json_int_t)operator_id, "over", 1));
    free(key);
}

static const struct param set_params[] = {
    {.name = "key", .kind = PARAM_TEXT, .required = true, .max = 80},
    {.name = "title", .kind = PARAM_TEXT, .required = true, .max = 400},
    {.name = "body", .kind = PARAM_OBJECT, .required = true},
    {0},
};
static const struct param drop_params[] = {
    {.name = "key", .kind = PARAM_TEXT, .required = true, .max = 80},
    {0},
};
static const struct request requests[] = {
    {.name = "draft.set",
     .title = N_("Keep what is half typed"),
     .roles = ROLE_ALL,
     .params = set_params,
     .quiet = true,
     .run = draft_set},
    {.name = "draft.drop",
     .title = N_("Throw away what was half typed"),
     .roles = ROLE_ALL,
     .params = drop_params,
     .quiet = true,
     .run = draft_drop},
};
const struct request_table draft_requests = {
    .requests = requests,
    .count = sizeof requests / sizeof requests[0],
};
