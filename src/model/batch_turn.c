/*
 * What moves batches on: at each turn of the engine what was passed over is seen to and the next rows are given. The course of
 * one batch is batch_course.c's.
 */
#include <stdlib.h>
#include <string.h>

#include "batch_state.h"
#include "clock.h"
#include "db.h"
#include "order_turn.h"
#include "protection.h"
#include "text.h"

/* How long an order waits for an older one of its meter that was sent and is not proved, and is asked after meanwhile. */
#define BEHIND_MAX_S 60
#define OPEN_MAX     64
#define SETTLE_MAX   200

void batch_reads_clear(struct batch_reads *reads)
{
    free(reads->list);
    *reads = (struct batch_reads){0};
}

/* Orders that ended beside their batch: lapsed, superseded, or the engine was killed in between. */
static int settle(struct books *b, int64_t batch_id, struct effects *fx, struct err *e)
{
    int64_t ids[SETTLE_MAX];
    int n = 0, more;
    struct db_row *row;
    int rc =
        db_find(books_db(b), SQL_batch_settle, &row, e, "ii", batch_id, (int64_t)BATCH_LOOKS_MAX);

    for (more = rc == 0 && row; more == 1 && n < SETTLE_MAX; more = db_next(row, e))
        ids[n++] = db_int(row, 0);
    db_done(row);
    rc = rc != 0 ? rc : more < 0 ? more : 0;
    for (int i = 0; i < n && rc == 0; i++)
        rc = batch_order_over(b, ids[i], ORDER_DEED_UNKNOWN, NULL, fx, e);
    return rc;
}

/* Orders that wait for an older one whose meter is not heard: the batch does not wait with them. */
static int behind(struct books *b, int64_t batch_id, struct effects *fx, struct err *e)
{
    for (;;) {
        struct order_row o;
        struct db_row *row;
        struct err why = {0};
        int64_t n = 0, order_id = 0;
        int rc = db_find(books_db(b), SQL_batch_behind, &row, e, "ii", batch_id,
                         clock_utc() - BEHIND_MAX_S);
        if (rc != 0 || !row)
            return rc;
        n = db_int(row, 0);
        order_id = db_int(row, 1);
        err_set(&why, MSG_BATCH_ROW_BEHIND, db_int(row, 2));
        db_done(row);
        rc = order_row_get(b, order_id, &o, e);
        if (rc == 0)
            rc = order_set(b, &o, "cancelled", &why, fx, e);
        char *reason = err_packed(&why);
        if (rc == 0)
            rc = batch_row_end(b, batch_id, n, "failed", reason, e);
        free(reason);
        if (rc != 0)
            return rc;
    }
}

static int batch_one_turn(struct books *b, int64_t id, bool fresh, bool *more,
                          struct batch_reads *reads, struct effects *fx, struct err *e)
{
    struct batch_course c;
    int rc = batch_rows_write(b, id, BATCH_SLICE, e);

    if (rc == 0)
        rc = settle(b, id, fx, e);
    if (rc == 0)
        rc = behind(b, id, fx, e);
    if (rc == 0 && fresh)
        rc = db_run(books_db(b), SQL_batch_reads_again, e, "i", id);
    if (rc == 0)
        rc = batch_course_get(b, id, &c, e);
    if (rc != 0)
        return rc;
    bool open = strcmp(c.state, "running") == 0 || strcmp(c.state, "stopping") == 0;
    *more = *more || c.writing;
    if (open && c.expires_at_utc < clock_utc())
        rc = batch_expire(b, &c, fx, e);
    else if (open)
        rc = batch_give(b, &c, reads, fx, e);
    batch_course_clear(&c);
    if (rc != 0 || !open)
        return rc;
    char was[sizeof c.state];
    text_copy(was, sizeof was, c.state);
    rc = batch_end_check(b, id, fx, e);
    if (rc == 0)
        rc = batch_course_get(b, id, &c, e);
    if (rc != 0)
        return rc;
    batch_course_clear(&c);
    return strcmp(was, c.state) == 0 ? 0 : batch_event(b, id, fx, e);
}

int batch_turn(struct books *b, bool fresh, bool *again, struct batch_reads *reads,
               struct effects *fx, struct err *e)
{
    int64_t ids[OPEN_MAX];
    int n = 0, more;

    *again = false;
    struct db_row *row;
    int rc = db_find(books_db(b), SQL_batch_list_open, &row, e, "");

    for (more = rc == 0 && row; more == 1 && n < OPEN_MAX; more = db_next(row, e))
        ids[n++] = db_int(row, 0);
    db_done(row);
    rc = rc != 0 ? rc : more < 0 ? more : 0;
    for (int i = 0; i < n && rc == 0; i++)
        rc = batch_one_turn(b, ids[i], fresh, again, reads, fx, e);
    int timed = rc == 0 ? protection_turn(b, fx, e) : rc;
    return timed < 0 ? timed : n + timed;
}
