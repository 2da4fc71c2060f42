/*
 * Top-ups decided: what may be sent, what was proved. The one-way door is order_sending: once it is
 * committed, only what the meter says afterwards tells whether the money is on it.
 */
#include "order.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "db.h"
#include "journal.h"
#include "known.h"
#include "lock_out.h"
#include "order_finish.h"
#include "message.h"
#include "order_turn.h"
#include "proof.h"
#include "restore.h"

/* Frames sent for one top-up, each proved not applied before the next, until it is called failed. */
#define SENDS_MAX 5

static int unexplained(struct books *b, const struct order_row *o, const struct order_seen *seen,
                       struct effects *fx, struct err *e)
{
    struct err why = {0};
    struct proof_moved moved = proof_moved(&o->before, seen, o->use_total, o->price_e4);

    if (moved.count == 1)
        err_set(&why, MSG_ORDER_BALANCE_UNEXPLAINED, moved.amount_minor, o->amount_minor);
    else
        err_set(&why, MSG_ORDER_UNEXPLAINED, (int64_t)seen->count, (int64_t)o->count_sent,
                moved.amount_minor);
    return order_set(b, o, "in doubt", &why, fx, e);
}

/* What a reading says of an order that was sent before: 1 the order is over or a person decides, 0 proved not applied. */
static int settle(struct books *b, const struct order_row *o, const struct order_seen *seen,
                  bool quiet_done, enum order_step *step, struct effects *fx, struct err *e)
{
    int64_t earlier_id, earlier_minor;
    int rc = known_last_order(b, o->meter_id, o->id, &earlier_id, &earlier_minor, e);

    if (rc != 0)
        return rc;
    struct proof p =
        proof_topup(&o->before, seen, o->amount_minor, earlier_minor, o->use_total, o->price_e4);
    if (p.verdict == PROOF_APPLIED || p.verdict == PROOF_TOTAL_STUCK) {
        rc = order_finish(b, o, seen, &p, fx, e);
        return rc != 0 ? rc : 1;
    }
    if (!quiet_done) { /* a copy may still be on its way: nothing is proved before the line was quiet */
        *step = ORDER_STEP_QUIET;
        return 1;
    }
    if (p.verdict == PROOF_UNEXPLAINED) {
        rc = unexplained(b, o, seen, fx, e);
        return rc != 0 ? rc : 1;
    }
    rc = order_finish_excess(b, o, &p, fx, e);
    return rc != 0 ? rc : known_set(b, o->meter_id, seen, o->total_stuck, true, e);
}

/* Nothing of this order is on the meter and nothing on its way: may it go (again)? 1 it may not, and failed. */
static int refuse(struct books *b, const struct order_row *o, const struct order_seen *seen,
                  struct effects *fx, struct err *e)
{
    struct err why = {0};
    int64_t most = setting_number(b, "meter.balance_max_minor");

    int64_t sends = o->sends - o->retried;
    if (sends >= RESTORE_SENDS)
        err_set(&why, MSG_ORDER_RESTORED);
    else if (sends >= SENDS_MAX)
        err_set(&why, MSG_ORDER_NOT_TAKEN, o->sends);
    else if (seen->balance_minor > most - o->amount_minor)
        err_set(&why, MSG_SALE_OVERFLOW, o->amount_minor, seen->balance_minor + o->amount_minor,
                most);
    else
        return 0;
    int rc = order_set(b, o, "failed", &why, fx, e);
    return rc != 0 ? rc : 1;
}

int order_before_send(struct books *b, int64_t order_id, const struct order_seen *seen,
                      bool quiet_done, enum order_step *step, uint16_t *count, struct effects *fx,
                      struct err *e)
{
    struct order_row o;
    struct known known;
    int rc = order_row_get(b, order_id, &o, e);

    *step = ORDER_STEP_STOP;
    if (rc != 0 || !o.open)
        return rc;
    rc = known_get(b, o.meter_id, &known, e);
    if (rc == 0 && !known.there)
        rc = known_adopt(b, o.meter_id, seen, fx, e);
    else if (rc == 0 && o.sends == 0)
        rc = known_compare(b, o.meter_id, &known, seen, fx, e);
    if (rc == 0 && o.sends > 0)
        rc = settle(b, &o, seen, quiet_done, step, fx, e);
    if (rc == 0)
        rc = refuse(b, &o, seen, fx, e);
    if (rc ==
        0) /* what was read back once may be undone since: money closes a relay that nothing forces */
        rc = lock_out_seen(b, o.meter_id, seen->forced_off, fx, e);
    if (rc == 0) /* a tag that came meanwhile wins */
        rc = turn_held(b, &o, true, fx, e);
    if (rc != 0)
        return rc < 0 ? rc : 0;
    *count = (uint16_t)(seen->count + 1);
    rc = db_run(books_db(b), SQL_order_sending, e, "iiiiIii", o.id, clock_utc(),
                (int64_t)seen->count, seen->balance_minor,
                seen->has_total ? &seen->total_minor : NULL, seen->energy_wh, (int64_t)*count);
    if (rc == 0) {
        *step = ORDER_STEP_SEND;
        order_event(fx, &o, "sending");
    }
    return rc;
}

int order_after_send(struct books *b, int64_t order_id, enum order_deed deed,
                     const struct order_seen *back, bool quiet_done, enum order_step *step,
                     struct effects *fx, struct err *e)
{
    struct order_row o;
    struct err why = {0};
    int rc = order_row_get(b, order_id, &o, e);

    *step = ORDER_STEP_STOP;
    if (rc != 0 || !o.open)
        return rc;
    if (!back) {
        if (deed == ORDER_DEED_NOT_DONE) {
            err_set(&why, MSG_ORDER_NOT_REACHED);
            return order_set(b, &o, "queued", &why, fx, e);
        }
        err_set(&why, MSG_ORDER_NO_ANSWER);
        return order_set(b, &o, "in doubt", &why, fx, e);
    }
    rc = settle(b, &o, back, quiet_done, step, fx, e);
    if (rc != 0)
        return rc < 0 ? rc : 0;
    if (deed ==
        ORDER_DEED_REFUSED_20) { /* proved not applied, and no second frame would fare better */
        err_set(&why, MSG_ORDER_REFUSED_20);
        return order_set(b, &o, "failed", &why, fx, e);
    }
    rc = refuse(b, &o, back, fx, e);
    if (rc != 0)
        return rc < 0 ? rc : 0;
    err_set(&why, MSG_ORDER_NOT_REACHED);
    return order_set(b, &o, "queued", &why, fx, e);
}

int order_missed(struct books *b, int64_t order_id, enum order_miss miss, const struct err *reason,
                 struct effects *fx, struct err *e)
{
    struct order_row o;
    struct err why = {0};
    int rc = order_row_get(b, order_id, &o, e);

    if (rc != 0 || !o.open || miss == ORDER_MISS_DROPPED)
        return rc;
    if (miss == ORDER_MISS_CANNOT)
        return order_set(b, &o, "failed", reason, fx, e);
    if (miss == ORDER_MISS_REFUSED_20 &&
        o.sends == 0) { /* a frame that went out is proved by reading */
        err_set(&why, MSG_ORDER_REFUSED_20);
        return order_set(b, &o, "failed", &why, fx, e);
    }
    if (miss == ORDER_MISS_STRANGER) {
        err_set(&why, MSG_ORDER_STRANGER);
        return order_set(b, &o, o.sends == 0 ? "failed" : "in doubt", &why, fx, e);
    }
    err_set(&why, o.sends == 0 ? MSG_ORDER_NOT_REACHED : MSG_ORDER_NO_ANSWER);
    if (reason && reason->detail[0])
        err_detail(&why, "%s", reason->detail);
    return order_set(b, &o, o.sends == 0 ? "queued" : "in doubt", &why, fx, e);
}
