/*
 * What the orders of a batch come to, row by row: done, failed, tried once more, let go of. Which rows are given next, and when
 * the batch is over, is in batch_turn.c.
 */
#include <stdlib.h>
#include <string.h>

#include "batch_state.h"
#include "clock.h"
#include "db.h"
#include "message.h"
#include "order_turn.h"
#include "protection.h"
#include "text.h"

/* Tries of a meter that does not answer, nothing sent. */
#define MISSES_MAX 2

static const char *mode_of(const struct reading *r)
{
    return !r->forced ? "prepaid" : r->relay_closed ? "on" : "off";
}

/* What an undo goes back to, and what the result sheet shows. until_utc: of a protection that is there, 0: none with a time. */
static char *reading_text(const struct reading *r, int64_t tariff_id, int64_t until_utc)
{
    json_t *o =
        json_pack("{s:I,s:s,s:b,s:I,s:I}", "at", (json_int_t)r->at_utc, "mode", mode_of(r),
                  "relay_closed", (int)r->relay_closed, "balance_minor",
                  (json_int_t)r->seen.balance_minor, "energy_wh", (json_int_t)r->seen.energy_wh);

    if (r->has_settings) {
        json_t *four = json_array();
        for (int i = 0; i < 4; i++)
            json_array_append_new(four, json_integer(r->price_e4[i]));
        json_object_set_new(o, "price_e4", four);
        json_object_set_new(o, "alarm1_minor", json_integer(r->alarm1_minor));
        json_object_set_new(o, "alarm2_minor", json_integer(r->alarm2_minor));
        json_object_set_new(o, "overdraft_minor", json_integer(r->overdraft_minor));
        json_object_set_new(o, "recovery_s", json_integer(r->recovery_s));
    }
    if (r->has_load)
        json_object_set_new(o, "max_power_w", json_integer(r->load_max_w));
    if (tariff_id)
        json_object_set_new(o, "tariff_id", json_integer(tariff_id));
    if (until_utc)
        json_object_set_new(o, "until_utc", json_integer(until_utc));
    char *text = json_dumps(o, JSON_COMPACT);
    json_decref(o);
    return text ? text : mem_text("{}");
}

/* The row behind an order. */
struct row {
    int64_t batch_id, n, channel_id, looks, sends, expires_at_utc;
    char state[16], order_state[16], batch_state[16], reason[1024];
    enum batch_command command;
};

/* 1: there is none. */
static int row_get(struct books *b, int64_t order_id, struct row *r, struct err *e)
{
    struct db_row *row;
    int rc = db_find(books_db(b), SQL_batch_row_of_order, &row, e, "i", order_id);

    if (rc != 0 || !row)
        return rc != 0 ? rc : 1;
    r->batch_id = db_int(row, 0);
    r->n = db_int(row, 1);
    text_copy(r->state, sizeof r->state, db_text(row, 2));
    r->channel_id = db_int(row, 3);
    text_copy(r->order_state, sizeof r->order_state, db_text(row, 4));
    text_copy(r->reason, sizeof r->reason, db_text(row, 5));
    r->looks = db_int(row, 6);
    r->sends = db_int(row, 7);
    text_copy(r->batch_state, sizeof r->batch_state, db_text(row, 8));
    r->expires_at_utc = db_int(row, 9);
    r->command = batch_command_find(db_text(row, 10));
    db_done(row);
    return 0;
}

static bool is(const char *a, const char *word)
{
    return strcmp(a, word) == 0;
}

/* The tariff that was released by name is the meter's from then on; taken back, it is what it was before. */
static int tariff_note(struct books *b, const struct row *r, int64_t meter_id, struct err *e)
{
    struct batch_course c;
    struct db_row *row = NULL;
    int rc = batch_course_get(b, r->batch_id, &c, e);
    int64_t tariff = json_integer_value(json_object_get(c.plan.values, "tariff_id"));

    if (rc == 0 && tariff && c.plan.undo_of) {
        rc = db_find(books_db(b), SQL_batch_before, &row, e, "ii", meter_id, c.plan.undo_of);
        json_t *before = rc == 0 && row ? json_loads(db_text(row, 0), 0, NULL) : NULL;
        db_done(row);
        tariff = json_integer_value(json_object_get(before, "tariff_id"));
        json_decref(before);
    }
    if (rc == 0 && tariff)
        rc = db_run(books_db(b), SQL_batch_meter_tariff, e, "ii", meter_id, tariff);
    batch_course_clear(&c);
    return rc;
}

static int row_done(struct books *b, const struct row *r, const struct reading *back, struct err *e)
{
    int rc = batch_row_end(b, r->batch_id, r->n, "done", "", e);

    if (rc == 0 && back) {
        char *text = reading_text(back, 0, 0);
        rc = db_run(books_db(b), SQL_batch_row_after, e, "iisi", r->batch_id, r->n, text,
                    (int64_t)(batch_kinds[r->command].mode == NULL));
        free(text);
        if (rc == 0 && r->command == BATCH_TARIFF)
            rc = tariff_note(b, r, back->meter_id, e);
    }
    return rc;
}

/* Was it kept back (hold.h)? That says more than that it was not reached. */
static bool is_held(const char *packed)
{
    json_t *o = json_loads(packed, 0, NULL);
    const char *msg = json_string_value(json_object_get(o, "msg"));
    const bool held = msg && strncmp(msg, "HOLD_", 5) == 0;

    json_decref(o);
    return held;
}

/* An order that stays open: is it tried, or looked at, once more? Where not, one that never left ends with its row. */
static int row_rests(struct books *b, int64_t order_id, const struct row *r, enum order_deed deed,
                     bool *ended, struct effects *fx, struct err *e)
{
    struct order_row o;
    struct err why = {0};
    bool open = is(r->order_state, "queued");
    bool refused = deed == ORDER_DEED_REFUSED_20;

    *ended = refused || r->looks >= (open ? MISSES_MAX : BATCH_LOOKS_MAX);
    if (!*ended)
        return 0;
    if (!open && !refused) {
        err_set(&why, MSG_BATCH_ROW_LOST);
        char *reason = err_packed(&why);
        int rc = batch_row_end(b, r->batch_id, r->n, "failed", reason, e);
        free(reason);
        return rc;
    }
    int rc = order_row_get(b, order_id, &o, e);
    if (rc != 0)
        return rc;
    err_set(&why, refused         ? MSG_ORDER_REFUSED_20
                  : r->sends == 0 ? MSG_BATCH_ROW_UNREACHED
                                  : MSG_BATCH_ROW_NOT_TAKEN);
    char *reason = is_held(r->reason) && !refused ? mem_text(r->reason) : err_packed(&why);
    rc = order_set(b, &o, "failed", &why, fx, e);
    if (rc == 0)
        rc = batch_row_end(b, r->batch_id, r->n, "failed", reason, e);
    free(reason);
    return rc;
}

static int row_cancelled(struct books *b, const struct row *r, struct err *e)
{
    struct err why = {0};

    err_set(&why, MSG_BATCH_ROW_SUPERSEDED);
    char *reason = r->reason[0] ? mem_text(r->reason) : err_packed(&why);
    int rc = batch_row_end(b, r->batch_id, r->n, "cancelled", reason, e);
    free(reason);
    return rc;
}

int batch_order_over(struct books *b, int64_t order_id, enum order_deed deed,
                     const struct reading *back, struct effects *fx, struct err *e)
{
    struct row r;
    bool ended = true;
    int rc = row_get(b, order_id, &r, e);

    if (rc != 0)
        return rc < 0 ? rc : 0;
    /* One that the batch gave up, and that turned out to be done after all. */
    bool late = is(r.state, "failed") && is(r.order_state, "done");
    if (!is(r.state, "given") && !late)
        return 0;
    if (is(r.order_state, "done"))
        rc = row_done(b, &r, back, e);
    else if (is(r.order_state, "failed"))
        rc = batch_row_end(b, r.batch_id, r.n, "failed", r.reason, e);
    else if (is(r.order_state, "superseded") || is(r.order_state, "cancelled"))
        rc = row_cancelled(b, &r, e);
    else
        rc = row_rests(b, order_id, &r, deed, &ended, fx, e);
    if (rc != 0 || (!ended && r.looks == 0))
        return rc;
    return batch_go_on(b, r.batch_id, r.channel_id, NULL, fx, e);
}

/* ---- a line that is away for a while */

/* How often a line that is away is tried for a batch: the field has a pace of its own. */
#define AWAY_LOOK_S 2

/* 1: whoever is on it waits. */
static int line_waits(struct books *b, int64_t batch_id, int64_t channel_id, struct effects *fx,
                      struct err *e)
{
    struct db *db = books_db(b);
    const int64_t now = clock_utc(), wait_s = setting_number(b, "batch.line_wait_s");
    int64_t until = 0;
    int rc = wait_s > 0
                 ? db_run(db, SQL_batch_line_away, e, "iii", batch_id, channel_id, now + wait_s)
                 : 0;
    const bool begins = wait_s > 0 && rc == 0 && db_changes(db) > 0;

    if (rc == 0)
        rc = db_get(db, SQL_batch_line_until, 0, &until, e, "ii", batch_id, channel_id);
    if (rc == 0 && begins)
        rc = batch_event(b, batch_id, fx, e);
    return rc != 0 ? rc : until > now;
}

int batch_line_away(struct books *b, const struct order_task *t, struct effects *fx, struct err *e)
{
    struct row r;
    int rc = row_get(b, t->id, &r, e);

    if (rc != 0)
        return rc < 0 ? rc : 0;
    if (!is(r.state, "given") || !is(r.batch_state, "running") || r.expires_at_utc < clock_utc())
        return 0;
    rc = line_waits(b, r.batch_id, r.channel_id, fx, e);
    if (rc != 1)
        return rc;
    rc = db_run(books_db(b), SQL_batch_order_look, e, "ii", t->id, clock_utc() + AWAY_LOOK_S);
    return rc != 0 ? rc : 1;
}

int batch_read_away(struct books *b, const struct batch_read *read, struct effects *fx,
                    struct err *e)
{
    struct batch_course c;
    int64_t channel = 0;
    int rc = batch_course_get(b, read->batch_id, &c, e);
    const bool goes = rc == 0 && is(c.state, "running") && c.expires_at_utc >= clock_utc();

    batch_course_clear(&c);
    if (rc != 0 || !goes)
        return rc;
    rc = db_get(books_db(b), SQL_batch_row_channel, 0, &channel, e, "ii", read->batch_id, read->n);
    if (rc == 0)
        rc = line_waits(b, read->batch_id, channel, fx, e);
    if (rc != 1)
        return rc;
    rc = db_run(books_db(b), SQL_batch_row_waits, e, "ii", read->batch_id, read->n);
    return rc != 0 ? rc : 1;
}

int batch_line_back(struct books *b, const struct order_task *t, struct err *e)
{
    return db_run(books_db(b), SQL_batch_line_back, e, "ii", t->batch_id, t->channel_id);
}

/* ---- a channel that goes into other hands */

/* What was never sent ends; of the rest the batch does not wait for the proof. */
static int row_lets_go(struct books *b, int64_t order_id, const struct row *r,
                       const struct err *why, struct effects *fx, struct err *e)
{
    struct order_row o;
    int rc = order_row_get(b, order_id, &o, e);

    if (rc == 0 && is(r->order_state, "queued") && r->sends == 0) {
        rc = order_set(b, &o, "cancelled", why, fx, e);
        return rc == 0 ? batch_order_over(b, order_id, ORDER_DEED_UNKNOWN, NULL, fx, e) : rc;
    }
    char *reason = err_packed(why);
    if (rc == 0)
        rc = batch_row_end(b, r->batch_id, r->n, "failed", reason, e);
    free(reason);
    return rc == 0 ? batch_go_on(b, r->batch_id, r->channel_id, NULL, fx, e) : rc;
}

int batch_channel_gone(struct books *b, int64_t channel_id, const struct err *why,
                       struct effects *fx, struct err *e)
{
    int rc = 0;

    for (;;) { /* one at a time: what ends has the next ones passed over */
        struct row r;
        int64_t order_id = 0;
        rc = db_get(books_db(b), SQL_batch_given_on, 0, &order_id, e, "i", channel_id);
        if (rc != 0 || order_id == 0)
            return rc;
        rc = row_get(b, order_id, &r, e);
        if (rc == 0)
            rc = row_lets_go(b, order_id, &r, why, fx, e);
        if (rc != 0)
            return rc < 0 ? rc : 0;
    }
}

/* The batch was stopped, or is over: nothing of it is sent any more. What was sent and does not show is not carried out. */
static int recall(struct books *b, const struct order_task *t, const struct row *r,
                  struct effects *fx, struct err *e)
{
    struct order_row o;
    struct err why = {0};
    int rc = order_row_get(b, t->id, &o, e);

    if (rc != 0 || !o.open)
        return rc != 0 ? rc : 1;
    err_set(&why, r->expires_at_utc < clock_utc() ? MSG_BATCH_ROW_EXPIRED : MSG_BATCH_ROW_STOPPED);
    rc = order_set(b, &o, r->sends > 0 ? "failed" : "cancelled", &why, fx, e);
    if (rc == 0)
        rc = batch_order_over(b, t->id, ORDER_DEED_UNKNOWN, NULL, fx, e);
    return rc != 0 ? rc : 1;
}

int batch_order_before(struct books *b, const struct order_task *t, const struct reading *now,
                       bool shows, struct effects *fx, struct err *e)
{
    struct row r;
    int rc = t->batch_id ? row_get(b, t->id, &r, e) : 1;

    if (rc != 0)
        return rc < 0 ? rc : 0;
    if (r.sends > 0 && shows) { /* the frame before was carried out */
        rc = order_plain_after(b, t->id, ORDER_DEED_DONE, true, fx, e);
        if (rc == 0)
            rc = protection_switched(b, t->id, now, e);
        if (rc == 0)
            rc = batch_order_over(b, t->id, ORDER_DEED_DONE, now, fx, e);
        return rc != 0 ? rc : 1;
    }
    if (!is(r.batch_state, "running") || !is(r.state, "given") || r.expires_at_utc < clock_utc())
        return recall(b, t, &r, fx, e);
    if (!now)
        return 0;
    int64_t tariff = 0, until = 0;
    if (r.command == BATCH_TARIFF)
        rc = db_get(books_db(b), SQL_batch_tariff_of, 0, &tariff, e, "i", t->meter_id);
    if (rc == 0 && t->kind == ORDER_SWITCH)
        rc = db_get(books_db(b), SQL_protection_until, 0, &until, e, "i", t->meter_id);
    if (rc != 0)
        return rc;
    char *text = reading_text(now, tariff, until);
    rc = db_run(books_db(b), SQL_batch_row_before, e, "is", t->id, text);
    free(text);
    return rc;
}

int batch_read_over(struct books *b, const struct batch_read *read, const struct reading *r,
                    const struct err *why, struct batch_reads *reads, struct effects *fx,
                    struct err *e)
{
    int64_t channel = 0;
    char *reason = err_packed(r ? NULL : why);
    int rc = batch_row_end(b, read->batch_id, read->n, r ? "done" : "failed", reason, e);

    free(reason);
    if (rc == 0 && r) {
        char *text = reading_text(r, 0, 0);
        rc = db_run(books_db(b), SQL_batch_row_after, e, "iisi", read->batch_id, read->n, text,
                    (int64_t)0);
        free(text);
    }
    if (rc == 0)
        rc = db_get(books_db(b), SQL_batch_row_channel, 0, &channel, e, "ii", read->batch_id,
                    read->n);
    if (rc == 0 && r)
        rc = db_run(books_db(b), SQL_batch_line_back, e, "ii", read->batch_id, channel);
    return rc != 0 ? rc : batch_go_on(b, read->batch_id, channel, reads, fx, e);
}
