/*
 * Channels in other hands: an electrician's laptop works on the line, the site's engine is silent on it and holds what
 * it would send (hold.h). And channels that go for good. What the engine does with its line then is engine/lines.c's.
 */
#include "batch.h"
#include "books.h"
#include "clock.h"
#include "db.h"
#include "message.h"
#include "text.h"

struct held {
    int64_t id, meters, queued, unproved, proofs; /* proofs: that a top-up passes the line */
    char to[ERR_TEXT_MAX];
};

static int channel_look(struct books *b, const char *name, struct held *out, struct err *e)
{
    struct db_row *row = NULL;
    int rc = db_find(books_db(b), SQL_handover_find, &row, e, "s", name);

    if (rc == 0 && row) {
        *out = (struct held){.id = db_int(row, 0),
                             .meters = db_int(row, 2),
                             .queued = db_int(row, 3),
                             .unproved = db_int(row, 4),
                             .proofs = db_int(row, 5)};
        text_copy(out->to, sizeof out->to, db_text(row, 1));
    } else if (rc == 0) {
        rc = err_set(e, MSG_CHANNEL_UNKNOWN, name);
    }
    db_done(row);
    return rc;
}

static void tell(struct effects *fx, const char *channel)
{
    effects_event(fx, "books", json_pack("{s:s,s:s}", "changed", "channel", "channel", channel));
}

/* A frame that left and was not proved is proved first: whoever has the line next could change what proves it. */
static int handover_set(struct books *b, const struct actor *who, const json_t *args,
                        json_t **result, struct effects *fx, struct err *e)
{
    const char *name = json_string_value(json_object_get(args, "channel"));
    const char *to = json_string_value(json_object_get(args, "to"));
    const bool laptop = books_are_structure(b); /* nothing is sold there */
    struct held c;
    int rc = channel_look(b, name, &c, e);

    if (rc == 0 && c.to[0])
        rc = err_set(e, MSG_HANDOVER_TWICE, name, c.to);
    if (rc == 0 && c.unproved > 0 && !json_is_true(json_object_get(args, "force")))
        rc = err_set(e, MSG_HANDOVER_UNPROVED, name, c.unproved);
    if (rc == 0)
        rc = db_run(books_db(b), SQL_handover_set, e, "isii", c.id, to, who->operator_id,
                    clock_utc());
    if (rc == 0) {
        struct err why = {0};
        err_set(&why, MSG_HOLD_HANDED_OVER, name, to);
        rc = batch_channel_gone(b, c.id, &why, fx, e);
    }
    if (rc == 0)
        rc = channel_look(b, name, &c, e);
    if (rc != 0)
        return rc;
    tell(fx, name);
    *result = json_pack("{s:s,s:s,s:I,s:I,s:I,s:b,s:b}", "channel", name, "to", to, "meters",
                        (json_int_t)c.meters, "held", (json_int_t)c.queued, "unproved",
                        (json_int_t)c.unproved, "sells", (int)(c.proofs > 0 && !laptop), "laptop",
                        (int)laptop);
    return 0;
}

static int handover_back(struct books *b, const struct actor *who, const json_t *args,
                         json_t **result, struct effects *fx, struct err *e)
{
    const char *name = json_string_value(json_object_get(args, "channel"));
    struct held c;
    int rc = channel_look(b, name, &c, e);

    (void)who;
    if (rc == 0 && !c.to[0])
        rc = err_set(e, MSG_HANDOVER_OURS, name);
    if (rc == 0 && books_are_structure(b) && !json_is_true(json_object_get(args, "force")))
        rc = err_set(e, MSG_HANDOVER_NOT_GIVEN, name, c.to);
    if (rc == 0)
        rc = db_run(books_db(b), SQL_handover_back, e, "i", c.id);
    if (rc == 0)
        rc = db_run(books_db(b), SQL_handover_back_mark, e, "isi", c.id, c.to, clock_utc());
    if (rc != 0)
        return rc;
    fx->orders = true;
    tell(fx, name);
    *result = json_pack("{s:s,s:s,s:I,s:I}", "channel", name, "from", c.to, "meters",
                        (json_int_t)c.meters, "held", (json_int_t)c.queued);
    return 0;
}

static int channel_drop(struct books *b, const struct actor *who, const json_t *args,
                        json_t **result, struct effects *fx, struct err *e)
{
    static const enum sql_id steps[] = {SQL_channel_drop_rounds, SQL_channel_drop_hours,
                                        SQL_channel_drop_vendor, SQL_channel_drop_alarms,
                                        SQL_channel_drop};
    const char *name = json_string_value(json_object_get(args, "channel"));
    struct held c;
    int rc = channel_look(b, name, &c, e);

    (void)who;
    if (rc == 0 && c.meters > 0)
        rc = err_set(e, MSG_CHANNEL_METERS, name, c.meters);
    for (size_t i = 0; rc == 0 && i < sizeof steps / sizeof *steps; i++)
        rc = db_run(books_db(b), steps[i], e, "i", c.id);
    if (rc != 0)
        return rc;
    tell(fx, name);
    *result = json_pack("{s:s}", "channel", name);
    return 0;
}

static const struct param set_params[] = {
    {.name = "channel", .kind = PARAM_TEXT, .required = true, .max = 63},
    {.name = "to", .kind = PARAM_TEXT, .required = true, .max = 60},
    {.name = "force", .kind = PARAM_BOOL},
    {0},
};
static const struct param back_params[] = {
    {.name = "channel", .kind = PARAM_TEXT, .required = true, .max = 63},
    {.name = "force", .kind = PARAM_BOOL},
    {0},
};
static const struct param channel_params[] = {
    {.name = "channel", .kind = PARAM_TEXT, .required = true, .max = 63},
    {0},
};
static const struct request requests[] = {
    {.name = "handover.set",
     .title = N_("Hand a line over"),
     .roles = ROLE_FIELD | ROLE_ADMINISTRATOR,
     .params = set_params,
     .run = handover_set},
    {.name = "handover.back",
     .title = N_("Take a line back"),
     .roles = ROLE_FIELD | ROLE_ADMINISTRATOR,
     .params = back_params,
     .run = handover_back},
    {.name = "channel.drop",
     .title = N_("Remove a line without meters"),
     .roles = ROLE_ADMINISTRATOR,
     .params = channel_params,
     .run = channel_drop},
};
const struct request_table handover_requests = {
    .requests = requests,
    .count = sizeof requests / sizeof requests[0],
};
