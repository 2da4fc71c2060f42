/*
 * Switch, settings and clock: idempotent, so that the read-back alone decides and sending again is safe.
 */
#include "order.h"

#include "alarm.h"
#include "clock.h"
#include "db.h"
#include "lock_out.h"
#include "order_turn.h"
#include "wanted.h"

int order_plain_sending(struct books *b, int64_t order_id, enum order_step *step,
                        struct effects *fx, struct err *e)
{
    struct order_row o;
    int rc = order_row_get(b, order_id, &o, e);

    *step = ORDER_STEP_STOP;
    if (rc != 0 || !o.open)
        return rc;
    if (o.expires_at_utc != 0 && o.expires_at_utc < clock_utc()) {
        struct err why = {0};
        err_set(&why, MSG_ORDER_EXPIRED);
        return order_set(b, &o, "failed", &why, fx, e);
    }
    rc = turn_over(b, &o, fx, e);
    if (rc == 0)
        rc = turn_held(b, &o, true, fx, e);
    if (rc != 0)
        return rc < 0 ? rc : 0;
    rc = db_run(books_db(b), SQL_order_plain_sending, e, "ii", o.id, clock_utc());
    if (rc == 0) {
        *step = ORDER_STEP_SEND;
        order_event(fx, &o, "sending");
    }
    return rc;
}

/* The meter shows it: so it was said, and a tag that waited for it is verified. */
static int done(struct books *b, const struct order_row *o, struct effects *fx, struct err *e)
{
    char mode[16];
    int rc = db_run(books_db(b), SQL_order_plain_done, e, "ii", o->id, clock_utc());

    if (rc == 0)
        order_event(fx, o, "done");
    if (rc == 0)
        rc = wanted_ordered(b, o, fx, e);
    if (rc == 0 && o->kind == ORDER_SWITCH)
        rc = lock_out_switched(b, o->meter_id, o->id, turn_mode(o, mode, sizeof mode), fx, e);
    /* The reading that proved it was judged while it was on its way. */
    return rc == 0 ? alarm_after_reading(b, o->meter_id, fx, e) : rc;
}

int order_plain_after(struct books *b, int64_t order_id, enum order_deed deed, bool matches,
                      struct effects *fx, struct err *e)
{
    struct order_row o;
    struct err why = {0};
    int rc = order_row_get(b, order_id, &o, e);

    if (rc != 0 || !o.open)
        return rc;
    if (matches)
        return done(b, &o, fx, e);
    err_set(&why, deed == ORDER_DEED_NOT_DONE ? MSG_ORDER_NOT_REACHED : MSG_ORDER_NO_ANSWER);
    return order_set(b, &o, deed == ORDER_DEED_NOT_DONE ? "queued" : "in doubt", &why, fx, e);
}
