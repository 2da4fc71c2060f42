/*
 * An order in doubt that a manager decides, because its meter cannot prove it (exchanged, burnt, its count moved by
 * somebody else). The journal, the attempts and the operation log say who decided and why. The books then
 * expect of the meter what was decided: a later reading that contradicts is booked as a difference, as ever.
 */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "db.h"
#include "journal.h"
#include "known.h"
#include "message.h"
#include "order_row.h"

/* What the meter must hold if the decision is right: as before the send, and the purchase where it was applied. */
static int expect(struct books *b, const struct order_row *o, bool applied, struct err *e)
{
    struct order_seen seen = o->before;

    seen.old_firmware = o->old_firmware;
    if (applied) {
        seen.count = o->count_sent;
        seen.balance_minor += o->amount_minor;
        seen.total_minor += o->amount_minor;
    }
    return known_set(b, o->meter_id, &seen, o->total_stuck, false, e);
}

static int applied_book(struct books *b, const struct actor *who, const struct order_row *o,
                        const char *reason, struct effects *fx, struct err *e)
{
    char *memo = mem_format("decided by %s: %s", who->login, reason);
    struct entry entry = {.kind = "delivery",
                          .operator_id = who->operator_id,
                          .document = "",
                          .memo = memo,
                          .order_id = o->id,
                          .postings = 2};

    entry.posting[0] = (struct posting){"pending", o->account_id, o->amount_minor};
    entry.posting[1] = (struct posting){"on meter", o->meter_id, -o->amount_minor};
    int rc = journal_append(b, &entry, e);
    free(memo);
    if (rc == 0)
        rc = db_run(books_db(b), SQL_decide_done, e, "ii", o->id, clock_utc());
    if (rc == 0)
        order_event(fx, o, "done");
    fx->papers = true;
    return rc;
}

/* The decision among the attempts, with its words in the place of a frame. */
static int note(struct books *b, const struct actor *who, const struct order_row *o, bool applied,
                const char *reason, struct err *e)
{
    json_t *said = json_pack("[{s:I,s:i,s:s,s:s},{s:I,s:i,s:s,s:s}]", "at", (json_int_t)clock_utc(),
                             "ms", 0, "dir", "=", "hex", who->login, "at", (json_int_t)clock_utc(),
                             "ms", 0, "dir", "=", "hex", reason);
    int rc = order_record(b, o->id, applied ? "decided: applied" : "decided: not applied", said, e);

    json_decref(said);
    return rc;
}

static int check(const struct order_row *o, const char *reason, struct err *e)
{
    if (o->kind != ORDER_TOPUP)
        return err_set(e, MSG_DECIDE_KIND, o->id);
    if (strcmp(o->state, "in doubt") != 0)
        return err_set(e, MSG_DECIDE_STATE, o->id, o->state);
    return reason[strspn(reason, " ")] == '\0' ? err_set(e, MSG_REASON_EMPTY) : 0;
}

static int order_decide(struct books *b, const struct actor *who, const json_t *args,
                        json_t **result, struct effects *fx, struct err *e)
{
    const char *reason = json_string_value(json_object_get(args, "reason"));
    const char *outcome = json_string_value(json_object_get(args, "outcome"));
    bool applied = strcmp(outcome, "applied") == 0;
    struct err why = {0};
    struct order_row o;
    int rc = order_row_get(b, json_integer_value(json_object_get(args, "order")), &o, e);

    if (rc == 0)
        rc = check(&o, reason, e);
    if (rc == 0)
        rc = expect(b, &o, applied, e);
    if (rc == 0 && applied)
        rc = applied_book(b, who, &o, reason, fx, e);
    if (rc == 0 && !applied) {
        err_set(&why, MSG_ORDER_DECIDED, who->login, reason);
        rc = order_set(b, &o, "failed", &why, fx, e);
    }
    if (rc == 0)
        rc = note(b, who, &o, applied, reason, e);
    if (rc != 0)
        return rc;
    *result = json_pack("{s:I,s:s,s:I}", "order", (json_int_t)o.id, "state",
                        applied ? "done" : "failed", "amount_minor", (json_int_t)o.amount_minor);
    return 0;
}

static const struct param decide_params[] = {
    {.name = "order", .kind = PARAM_INT, .required = true, .min = 1, .max = INT64_MAX},
    {.name = "outcome", .kind = PARAM_TEXT, .required = true, .words = "applied|not applied"},
    {.name = "reason", .kind = PARAM_TEXT, .required = true, .max = 160},
    {0},
};

static const struct request requests[] = {
    {.name = "order.decide",
     .title = N_("Decide an order in doubt"),
     .roles = ROLE_MANAGER,
     .params = decide_params,
     .money = true,
     .at_rest = true,
     .run = order_decide},
};

const struct request_table decide_requests = {
    .requests = requests,
    .count = sizeof requests / sizeof *requests,
};
