/*
 * Openings decided: what may be sent to the meter, what was proved. How one begins is open.c, its end in the
 * journal opening_paper.c, its row opening_row.c.
 */
#include "opening.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "db.h"
#include "known.h"
#include "message.h"
#include "money.h"
#include "order_turn.h"
#include "text.h"

/* Frames sent for one opening, each proved not applied before the next, until it is called failed. */
#define SENDS_MAX 5

/* Registers step by 0.01 kWh and a cent is deducted when it is used up; rates differ from the total by 0.03 kWh. */
#define SLACK_WH    60
#define SLACK_MINOR 2

/* Flag of a settings order whose frame is proved to have changed nothing. */
#define NOT_APPLIED "not applied"
/* ... that has reset the money, though not all of it is as ordered. */
#define WRITTEN "written"

/* ---- what a reading says */

/* The dearest price that was ordered, for what can have been consumed since the balance was set to 0. */
static int64_t price_most(const struct order_row *order)
{
    json_t *detail = json_loads(order->detail, 0, NULL), *price;
    int64_t most = order->price_e4;
    size_t i;

    json_array_foreach(json_object_get(detail, "price_e4"), i, price)
    {
        if (json_integer_value(price) > most)
            most = json_integer_value(price);
    }
    json_decref(detail);
    return most;
}

/* Count and total at zero, and the balance no further below than the energy used since explains. */
static bool money_is_zero(const struct order_row *order, const struct reading *r)
{
    const struct order_seen *s = &r->seen;
    int64_t cost = 0, used_wh = s->energy_wh - order->before.energy_wh;

    if (s->count != 0 || (order->use_total && s->has_total && s->total_minor != 0))
        return false;
    if (!money_of_energy((used_wh > 0 ? used_wh : 0) + SLACK_WH, price_most(order), &cost))
        return false;
    return s->balance_minor <= 0 && s->balance_minor >= -cost - SLACK_MINOR;
}

static bool proved(const struct opening *o, const struct order_row *order, const struct reading *r,
                   bool shows)
{
    return shows && (!o->fresh || money_is_zero(order, r));
}

/* Is the money as it was before the frame? */
static bool money_unchanged(const struct order_row *order, const struct order_seen *s)
{
    return s->count == order->before.count &&
           (!s->has_total || !order->before.has_total ||
            s->total_minor == order->before.total_minor) &&
           s->balance_minor <= order->before.balance_minor;
}

static int fail(struct books *b, const struct order_row *order, const struct err *why,
                struct effects *fx, struct err *e)
{
    int rc = order_set(b, order, "failed", why, fx, e);

    return rc != 0 ? rc : 1;
}

/* What stands against sending: 1 there was something, the order failed. */
static int refuse(struct books *b, const struct opening *o, const struct order_row *order,
                  const struct reading *r, struct effects *fx, struct err *e)
{
    struct err why = {0};
    struct db_row *row = NULL;
    int rc = opening_check_money(b, o->meter_id, o->number, &why);

    if (rc < 0 && why.msg != MSG_OPENING_TOPUP) {
        *e = why;
        return rc;
    }
    rc = db_find(books_db(b), SQL_open_orders_undone, &row, e, "i", o->id);
    if (rc == 0 && row && !why.code)
        err_set(&why, MSG_OPENING_BESIDE, db_text(row, 0), db_text(row, 1));
    db_done(row);
    if (rc != 0)
        return rc;
    if (!why.code && r->seen.old_firmware && (o->fresh || strcmp(order->detail, "{}") != 0))
        err_set(&why, MSG_OPENING_OLD_FIRMWARE, o->number);
    if (!why.code && o->fresh && strcmp(o->order_flag, WRITTEN) == 0)
        return 0; /* what it held is gone already */
    if (!why.code && o->fresh && !o->reset && (r->seen.balance_minor != 0 || r->seen.count != 0))
        err_set(&why, MSG_OPENING_HOLDS, o->number, r->seen.balance_minor, (int64_t)r->seen.count);
    if (!why.code && o->fresh && o->reset &&
        (r->seen.balance_minor > o->agreed_minor || r->seen.count != o->agreed_count) &&
        (r->seen.balance_minor != 0 || r->seen.count != 0))
        err_set(&why, MSG_OPENING_CHANGED, o->number, r->seen.balance_minor, o->agreed_minor);
    return why.code ? fail(b, order, &why, fx, e) : 0;
}

/* The first look at the meter: what came onto it without us is booked, as before a top-up. */
static int compare(struct books *b, const struct reading *r, struct effects *fx, struct err *e)
{
    struct known known;
    int rc = known_get(b, r->meter_id, &known, e);

    if (rc == 0 && !known.there)
        return known_adopt(b, r->meter_id, &r->seen, fx, e);
    return rc != 0 ? rc : known_compare(b, r->meter_id, &known, &r->seen, fx, e);
}

/* What a frame that is over has done to the money: once reset, it stays said so. */
static int flag_set(struct books *b, const struct opening *o, const struct order_row *order,
                    const struct order_seen *s, struct err *e)
{
    bool written = !money_unchanged(order, s) || strcmp(o->order_flag, WRITTEN) == 0;

    return db_run(books_db(b), SQL_open_order_flag, e, "is", order->id,
                  written ? WRITTEN : NOT_APPLIED);
}

/* A frame that went out is not all on the meter, and nothing is on its way: may it go again? 1: no, failed. */
static int again(struct books *b, const struct opening *o, const struct order_row *order,
                 const struct reading *r, struct effects *fx, struct err *e)
{
    struct err why = {0};
    int rc = flag_set(b, o, order, &r->seen, e);

    if (rc != 0)
        return rc;
    if (order->expires_at_utc != 0 && order->expires_at_utc < clock_utc())
        err_set(&why, MSG_ORDER_EXPIRED);
    else if (order->sends >= SENDS_MAX)
        err_set(&why, MSG_OPENING_NOT_TAKEN, order->sends);
    return why.code ? fail(b, order, &why, fx, e) : 0;
}

static int sending(struct books *b, const struct opening *o, const struct order_row *order,
                   const struct order_seen *s, enum order_step *step, struct effects *fx,
                   struct err *e)
{
    int rc = db_run(books_db(b), SQL_order_sending, e, "iiiiIii", order->id, clock_utc(),
                    (int64_t)s->count, s->balance_minor, s->has_total ? &s->total_minor : NULL,
                    s->energy_wh, (int64_t)0);

    if (rc == 0) {
        *step = ORDER_STEP_SEND;
        order_event(fx, order, "sending");
        opening_event(fx, o, "sending");
    }
    return rc;
}

/* Opening and order of a step; false: it is over already. */
static bool load(struct books *b, int64_t order_id, struct order_row *order, struct opening *o,
                 int *rc, struct err *e)
{
    *rc = order_row_get(b, order_id, order, e);
    if (*rc == 0 && order->open)
        *rc = opening_get(b, order->opening_id, o, e);
    return *rc == 0 && order->open && strcmp(o->state, "waiting") == 0;
}

int opening_before_send(struct books *b, int64_t order_id, const struct reading *r, bool shows,
                        bool quiet_done, enum order_step *step, struct effects *fx, struct err *e)
{
    struct order_row order;
    struct opening o;
    int rc;

    *step = ORDER_STEP_STOP;
    if (!load(b, order_id, &order, &o, &rc, e))
        return rc;
    if (order.sends == 0) {
        order.before = r->seen;
        if (strcmp(o.order_flag, WRITTEN) != 0)
            rc = compare(b, r, fx, e);
        if (rc == 0)
            rc = refuse(b, &o, &order, r, fx, e);
        if (rc == 0 && !o.fresh && shows) { /* all is as wanted: nothing needs to be written */
            rc = opening_finish(b, &o, &order, r, fx, e);
            return rc;
        }
    } else if (o.fresh && !quiet_done) { /* a copy may still be on its way */
        *step = ORDER_STEP_QUIET;
        return 0;
    } else if (proved(&o, &order, r, shows)) {
        return opening_finish(b, &o, &order, r, fx, e);
    } else {
        rc = again(b, &o, &order, r, fx, e);
    }
    if (rc == 0)
        rc = turn_held(b, &order, true, fx, e);
    if (rc != 0)
        return rc < 0 ? rc : 0;
    return sending(b, &o, &order, &r->seen, step, fx, e);
}

int opening_after_send(struct books *b, int64_t order_id, enum order_deed deed,
                       const struct reading *back, bool shows, bool quiet_done,
                       const struct err *frame, enum order_step *step, struct effects *fx,
                       struct err *e)
{
    struct order_row order;
    struct opening o;
    struct err why = {0};
    int rc;

    *step = ORDER_STEP_STOP;
    if (!load(b, order_id, &order, &o, &rc, e))
        return rc;
    if (deed == ORDER_DEED_NOT_DONE) { /* surely not a byte left */
        if (frame && frame->code) {    /* the driver cannot make such a frame */
            rc = db_run(books_db(b), SQL_open_order_flag, e, "is", order.id, NOT_APPLIED);
            return rc != 0 ? rc : order_set(b, &order, "failed", frame, fx, e);
        }
        err_set(&why, MSG_ORDER_NOT_REACHED);
        return order_set(b, &order, "queued", &why, fx, e);
    }
    if (o.fresh && !quiet_done) { /* whatever it shows now: a copy may come later */
        *step = ORDER_STEP_QUIET;
        opening_event(fx, &o, "quiet");
        return 0;
    }
    if (!back) {
        err_set(&why, MSG_ORDER_NO_ANSWER);
        return order_set(b, &order, "in doubt", &why, fx, e);
    }
    if (proved(&o, &order, back, shows))
        return opening_finish(b, &o, &order, back, fx, e);
    if (deed == ORDER_DEED_REFUSED_20) {
        err_set(&why, MSG_ORDER_REFUSED_20);
        rc = order_set(b, &order, "failed", &why, fx, e);
        return rc != 0 ? rc : flag_set(b, &o, &order, &back->seen, e);
    }
    rc = again(b, &o, &order, back, fx, e);
    if (rc != 0)
        return rc < 0 ? rc : 0;
    err_set(&why, MSG_OPENING_NOT_SEEN);
    return order_set(b, &order, "queued", &why, fx, e);
}
