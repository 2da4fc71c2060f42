/*
 * Orders in and out of the table, for all kinds: loaded, moved from state to state, told of. What is due is order_due.c.
 */
#include "order_row.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "db.h"
#include "message.h"
#include "opening_row.h"
#include "text.h"

static const char *const kinds[] = {[ORDER_TOPUP] = "top-up",
                                    [ORDER_SWITCH] = "switch",
                                    [ORDER_SETTINGS] = "settings",
                                    [ORDER_CLOCK] = "clock",
                                    [ORDER_LOAD] = "load"};

const char *order_kind_word(enum order_kind kind)
{
    return kinds[kind];
}

static enum order_kind kind_find(const char *word)
{
    for (int i = 0; i < (int)(sizeof kinds / sizeof *kinds); i++) {
        if (strcmp(kinds[i], word) == 0)
            return (enum order_kind)i;
    }
    return ORDER_CLOCK;
}

static bool state_open(const char *state)
{
    return strcmp(state, "queued") == 0 || strcmp(state, "sending") == 0 ||
           strcmp(state, "in doubt") == 0;
}

static void read_row(struct db_row *row, struct order_row *o)
{
    o->id = db_int(row, 0);
    o->kind = kind_find(db_text(row, 1));
    o->meter_id = db_int(row, 2);
    o->sale_id = db_int(row, 3);
    text_copy(o->state, sizeof o->state, db_text(row, 4));
    o->open = state_open(o->state);
    o->amount_minor = db_int(row, 5);
    o->before.count = (uint16_t)db_int(row, 6);
    o->before.balance_minor = db_int(row, 7);
    o->before.has_total = !db_null(row, 8);
    o->before.total_minor = db_int(row, 8);
    o->before.energy_wh = db_int(row, 9);
    o->count_sent = (uint16_t)db_int(row, 10);
    o->sends = db_int(row, 11);
    o->looks = db_int(row, 12);
    text_copy(o->detail, sizeof o->detail, db_text(row, 13));
    o->expires_at_utc = db_int(row, 14);
    o->account_id = db_int(row, 15);
    o->channel_id = db_int(row, 16);
    text_copy(o->model, sizeof o->model, db_text(row, 17));
    o->total_stuck = db_int(row, 19) != 0;
    o->use_total = !o->total_stuck && strcmp(db_text(row, 18), "proof") == 0;
    o->known = db_int(row, 20) != 0;
    o->old_firmware = db_int(row, 21) != 0;
    o->price_e4 = db_int(row, 22);
    o->quiet_ms = db_int(row, 23);
    text_copy(o->number, sizeof o->number, db_text(row, 24));
    o->opening_id = db_int(row, 25);
    o->retried = db_int(row, 26);
    o->decided = db_int(row, 27) != 0;
    o->batch_id = db_int(row, 28);
}

int order_row_get(struct books *b, int64_t order_id, struct order_row *out, struct err *e)
{
    struct db_row *row;
    int rc = db_find(books_db(b), SQL_order_load, &row, e, "i", order_id);

    memset(out, 0, sizeof *out);
    if (rc != 0)
        return rc;
    if (!row)
        return err_set(e, MSG_ORDER_UNKNOWN, order_id);
    read_row(row, out);
    db_done(row);
    return 0;
}

/* The looks at an open order: soon at first, then ever more seldom. */
static int64_t look_delay_s(struct books *b, int64_t looks)
{
    int64_t delay = setting_number(b, "order.look_first_s"),
            most = setting_number(b, "order.look_max_s");

    while (looks-- > 0 && delay < most)
        delay *= 2;
    return delay < most ? delay : most;
}

int order_set(struct books *b, const struct order_row *o, const char *state, const struct err *why,
              struct effects *fx, struct err *e)
{
    int64_t now = clock_utc();
    char *reason = err_packed(why);
    int rc = db_run(books_db(b), SQL_order_state, e, "isisii", o->id, state, now, reason,
                    o->looks + 1, now + look_delay_s(b, o->looks));

    free(reason);
    if (rc == 0)
        order_event(fx, o, state);
    if (rc == 0 && o->opening_id && strcmp(state, "failed") == 0)
        rc = opening_failed(b, o->opening_id, fx, e);
    fx->papers = true;
    return rc;
}

void order_event(struct effects *fx, const struct order_row *o, const char *state)
{
    effects_event(fx, "order",
                  json_pack("{s:I,s:s,s:I,s:I,s:s}", "order", (json_int_t)o->id, "meter", o->number,
                            "sale", (json_int_t)o->sale_id, "account", (json_int_t)o->account_id,
                            "state", state));
}

int order_record(struct books *b, int64_t order_id, const char *end, const json_t *frames,
                 struct err *e)
{
    char *text = json_dumps(frames, JSON_COMPACT);
    int rc = db_run(books_db(b), SQL_attempt_add, e, "iiss", order_id, clock_utc(), end,
                    text ? text : "[]");

    free(text);
    return rc;
}
