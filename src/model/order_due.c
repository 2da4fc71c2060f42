/*
 * Orders queued, and which of them are to be carried out now.
 */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "db.h"
#include "message.h"
#include "order_turn.h"
#include "text.h"

int order_add(struct books *b, enum order_kind kind, int64_t meter_id, int64_t sale_id,
              int64_t operator_id, int64_t amount_minor, const char *detail, int64_t expires_at_utc,
              int64_t *id, struct effects *fx, struct err *e)
{
    struct db *db = books_db(b);
    struct order_row o;
    int rc = db_run(db, SQL_order_add, e, "siIIiIsi", order_kind_word(kind), meter_id,
                    sale_id ? &sale_id : NULL, operator_id ? &operator_id : NULL, clock_utc(),
                    expires_at_utc ? &expires_at_utc : NULL, detail, amount_minor);

    if (rc == 0)
        *id = db_last_id(db);
    if (rc == 0 && kind != ORDER_TOPUP)
        rc = order_row_get(b, *id, &o, e);
    if (rc == 0 && kind != ORDER_TOPUP)
        rc = turn_supersede(b, &o, fx, e);
    fx->orders = true;
    return rc;
}

/* Is there nothing to do for it now? 1: it lapsed, a newer one took its place, or it is held. One that is being sent may
 * be on the wire: it is asked again before its next frame. */
static int task_rests(struct books *b, const struct order_row *o, struct effects *fx, struct err *e)
{
    struct err why = {0};

    if (o->expires_at_utc != 0 && o->expires_at_utc < clock_utc() && o->sends == 0) {
        err_set(&why, MSG_ORDER_EXPIRED);
        int rc = order_set(b, o, "failed", &why, fx, e);
        return rc != 0 ? rc : 1;
    }
    if (strcmp(o->state, "sending") == 0 && o->kind != ORDER_TOPUP)
        return 0;
    int rc = turn_over(b, o, fx, e);
    return rc != 0 ? rc : turn_held(b, o, false, fx, e);
}

/* Fills the task of an open order; 1 where it rests. */
static int task_fill(struct books *b, int64_t id, struct order_task *t, struct effects *fx,
                     struct err *e)
{
    struct order_row o;
    int64_t recent = 0, passes = -1, now = clock_utc();
    int rc = order_row_get(b, id, &o, e);

    if (rc == 0)
        rc = task_rests(b, &o, fx, e);
    if (rc != 0)
        return rc;
    /* A copy of an earlier top-up's frame may linger for the channel's quiet time: out-wait it too. */
    rc = db_get(books_db(b), SQL_order_recent_send, 0, &recent, e, "iii", o.meter_id, o.id,
                now - o.quiet_ms / 1000 - 1);
    if (rc == 0)
        rc = db_get(books_db(b), SQL_order_vendor, -1, &passes, e, "isi", o.channel_id, o.model,
                    (int64_t)o.old_firmware);
    int quiet = rc == 0 ? turn_quiet(b, &o, e) : rc;
    if (quiet < 0)
        return quiet;
    memset(t, 0, sizeof *t);
    t->id = o.id;
    t->meter_id = o.meter_id;
    t->channel_id = o.channel_id;
    t->sale_id = o.sale_id;
    t->kind = o.kind;
    t->opening_id = o.opening_id;
    t->batch_id = o.batch_id;
    t->sent_before =
        ((o.kind == ORDER_TOPUP || o.opening_id) && (o.sends > 0 || recent > 0)) || quiet > 0;
    t->amount_minor = o.amount_minor;
    t->probe_first =
        passes != 1 &&
        o.sends == 0; /* one that was sent is looked at, whatever the line lets through */
    text_copy(t->detail, sizeof t->detail, o.detail);
    turn_mode(&o, t->mode, sizeof t->mode);
    return rc;
}

static int by_id(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

int order_due(struct books *b, bool all, struct order_task *tasks, int max, struct effects *fx,
              struct err *e)
{
    return order_due_but(b, all, NULL, 0, tasks, max, fx, e);
}

int order_due_but(struct books *b, bool all, const int64_t *busy, size_t busy_count,
                  struct order_task *tasks, int max, struct effects *fx, struct err *e)
{
    int64_t *ids = mem_new((size_t)max * sizeof *ids);
    struct db_row *row;
    int n = 0, filled = 0;
    int rc = db_find(books_db(b), SQL_order_due, &row, e, "iii", (int64_t)all, clock_utc(),
                     (int64_t)max);

    if (rc == 0 && row) {
        do
            ids[n++] = db_int(row, 0);
        while (n < max && (rc = db_next(row, e)) == 1);
    }
    db_done(row);
    for (int i = 0; i < n && rc >= 0; i++) {
        if (busy_count && bsearch(&ids[i], busy, busy_count, sizeof *busy, by_id))
            continue;
        rc = task_fill(b, ids[i], &tasks[filled], fx, e);
        filled += rc == 0;
    }
    free(ids);
    return rc < 0 ? rc : filled;
}

int order_task_get(struct books *b, int64_t order_id, struct order_task *task, struct effects *fx,
                   struct err *e)
{
    struct order_row o;
    int rc = order_row_get(b, order_id, &o, e);

    if (rc == 0 && !o.open)
        return err_set(e, MSG_ORDER_OVER, order_id, o.state);
    if (rc == 0)
        rc = task_fill(b, order_id, task, fx, e);
    return rc;
}

int channel_vendor_learn(struct books *b, int64_t channel_id, int64_t meter_id, bool old_firmware,
                         bool passes, struct err *e)
{
    return db_run(books_db(b), SQL_order_vendor_set, e, "iiiii", channel_id, meter_id,
                  (int64_t)old_firmware, (int64_t)passes, clock_utc());
}
