/*
 * The course of a batch: the next rows given, the batch ended. What a row's order comes to is in batch_row.c, what moves
 * batches on by the clock in batch_turn.c. Every state is left in one transaction, so that an engine that is killed goes on
 * where it was.
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

/* ---- a batch as its turn needs it */

int batch_course_get(struct books *b, int64_t id, struct batch_course *c, struct err *e)
{
    struct db_row *row;
    int rc = db_find(books_db(b), SQL_batch_find, &row, e, "i", id);

    memset(c, 0, sizeof *c);
    if (rc != 0)
        return rc;
    if (!row)
        return err_set(e, MSG_BATCH_UNKNOWN, id);
    c->id = id;
    c->plan.command = batch_command_find(db_text(row, 0));
    c->plan.values = json_loads(db_text(row, 1), 0, NULL);
    text_copy(c->state, sizeof c->state, db_text(row, 2));
    c->expires_at_utc = db_int(row, 3);
    c->plan.until_utc = db_int(row, 4);
    c->fail_percent = db_int(row, 5);
    c->plan.undo_of = db_int(row, 6);
    c->plan.protected_too = json_is_true(json_object_get(c->plan.values, "protected"));
    c->total = db_int(row, 8);
    c->done = db_int(row, 9);
    c->failed = db_int(row, 10);
    c->skipped = db_int(row, 11);
    c->cancelled = db_int(row, 12);
    c->operator_id = db_int(row, 14);
    c->writing = db_int(row, 17) != 0;
    c->began_over = db_int(row, 18);
    c->began_failed = db_int(row, 19);
    db_done(row);
    return 0;
}

void batch_course_clear(struct batch_course *c)
{
    json_decref(c->plan.values);
    c->plan.values = NULL;
}

int batch_event(struct books *b, int64_t batch_id, struct effects *fx, struct err *e)
{
    struct batch_course c;
    int rc = batch_course_get(b, batch_id, &c, e);

    if (rc == 0)
        effects_event(fx, "batch",
                      json_pack("{s:I,s:s,s:I,s:I,s:I,s:I,s:I}", "batch", (json_int_t)c.id, "state",
                                c.state, "total", (json_int_t)c.total, "done", (json_int_t)c.done,
                                "failed", (json_int_t)c.failed, "skipped", (json_int_t)c.skipped,
                                "cancelled", (json_int_t)c.cancelled));
    batch_course_clear(&c);
    return rc;
}

int batch_row_end(struct books *b, int64_t batch_id, int64_t n, const char *state,
                  const char *reason, struct err *e)
{
    return db_run(books_db(b), SQL_batch_row_over, e, "iissi", batch_id, n, state, reason,
                  clock_utc());
}

int batch_rows_write(struct books *b, int64_t batch_id, int64_t most, struct err *e)
{
    int rc = db_run(books_db(b), SQL_batch_rows_write, e, "ii", batch_id, most);

    return rc == 0 ? db_run(books_db(b), SQL_batch_rows_written, e, "i", batch_id) : rc;
}

/* ---- the end */

static int state_set(struct books *b, int64_t batch_id, const char *state, const struct err *why,
                     struct err *e)
{
    char *reason = err_packed(why);
    int rc =
        db_run(books_db(b), SQL_batch_state_set, e, "issi", batch_id, state, reason, clock_utc());

    free(reason);
    if (rc == 0 && strcmp(state, "running") != 0)
        rc = db_run(books_db(b), SQL_batch_lines_over, e, "i", batch_id);
    return rc;
}

int batch_halt(struct books *b, int64_t batch_id, const struct err *why, struct effects *fx,
               struct err *e)
{
    struct db *db = books_db(b);
    struct err row_why = {0};
    int64_t now = clock_utc(), left = 0;

    err_set(&row_why,
            why->msg == MSG_BATCH_STOPPED_EXPIRED ? MSG_BATCH_ROW_EXPIRED : MSG_BATCH_ROW_STOPPED);
    char *reason = err_packed(&row_why);
    int rc = batch_rows_write(b, batch_id, BATCH_METERS_MAX, e);
    if (rc == 0)
        rc = db_run(db, SQL_batch_unsent, e, "iis", batch_id, now, reason);
    if (rc == 0)
        rc = db_run(db, SQL_batch_cancel_given, e, "iis", batch_id, now, reason);
    if (rc == 0)
        rc = db_run(db, SQL_batch_cancel_waiting, e, "iis", batch_id, now, reason);
    free(reason);
    if (rc == 0)
        rc = db_get(db, SQL_batch_left, 0, &left, e, "i", batch_id);
    if (rc == 0)
        rc = state_set(b, batch_id, left > 0 ? "stopping" : "stopped", why, e);
    return rc != 0 ? rc : batch_event(b, batch_id, fx, e);
}

int batch_expire(struct books *b, const struct batch_course *c, struct effects *fx, struct err *e)
{
    struct err why = {0}, lost = {0};

    err_set(&why, MSG_BATCH_STOPPED_EXPIRED);
    err_set(&lost, MSG_BATCH_ROW_LOST);
    int rc = batch_halt(b, c->id, &why, fx, e);
    char *reason = err_packed(&lost);
    if (rc == 0)
        rc = db_run(books_db(b), SQL_batch_lost_given, e, "iis", c->id, clock_utc(), reason);
    free(reason);
    if (rc == 0)
        rc = state_set(b, c->id, "stopped", NULL, e);
    return rc != 0 ? rc : batch_event(b, c->id, fx, e);
}

int batch_end_check(struct books *b, int64_t batch_id, struct effects *fx, struct err *e)
{
    struct batch_course c;
    struct err why = {0};
    int64_t left = 0;
    int rc = batch_course_get(b, batch_id, &c, e);
    int64_t over = c.done + c.failed - c.began_over, failed = c.failed - c.began_failed;
    bool running = strcmp(c.state, "running") == 0;

    batch_course_clear(&c);
    if (rc != 0 || c.writing || (!running && strcmp(c.state, "stopping") != 0))
        return rc;
    rc = db_get(books_db(b), SQL_batch_left, 0, &left, e, "i", batch_id);
    if (rc == 0 && running && left > 0 && over >= setting_number(b, "batch.fail_after") &&
        failed * 100 > c.fail_percent * over) {
        err_set(&why, c.began_over > 0 ? MSG_BATCH_STOPPED_RESUMED : MSG_BATCH_STOPPED_FAILURES,
                failed, over, c.fail_percent);
        return batch_halt(b, batch_id, &why, fx, e);
    }
    if (rc == 0 && left == 0)
        rc = state_set(b, batch_id, running ? "done" : "stopped", NULL, e);
    return rc;
}

/* ---- giving */

/* The meter of a row as it is now, with its fate; an undo's with what it goes back to. */
static int look(struct books *b, const struct batch_course *c, int64_t meter_id,
                struct batch_plan *p, struct err *e)
{
    struct db_row *row = NULL;
    char *undo = NULL;
    int rc = 0;

    *p = c->plan;
    if (p->undo_of) {
        rc = db_find(books_db(b), SQL_batch_before, &row, e, "ii", meter_id, p->undo_of);
        if (rc == 0 && row)
            undo = mem_text(db_text(row, 0));
        db_done(row);
    }
    if (rc == 0)
        rc = batch_plan_meter(b, p, meter_id, undo, e);
    free(undo);
    if (rc == 0 && p->count == 1)
        rc = batch_guard(b, p, &p->rows[0], e);
    return rc;
}

static void look_clear(struct batch_plan *p)
{
    for (size_t i = 0; i < p->count; i++) {
        free(p->rows[i].meter.undo);
        free(p->rows[i].skip);
        free(p->rows[i].note);
    }
    free(p->rows);
    p->rows = NULL;
}

/* An order for the row, or none where something given later contradicts it (*later). */
static int order_give(struct books *b, const struct batch_course *c, const struct batch_plan *p,
                      int64_t *order_id, struct err *later, struct effects *fx, struct err *e)
{
    const struct batch_meter *m = &p->rows[0].meter;
    enum order_kind kind = batch_kinds[p->command].order;
    json_t *values = batch_values_of(p, m);
    char *detail = batch_order_detail(p->command, values);
    const struct turn_ask ask = {.batch_id = c->id,
                                 .meter_id = m->meter_id,
                                 .kind = kind,
                                 .detail = detail,
                                 .done_too = true,
                                 .failed_too = true};
    int rc = turn_later(b, &ask, later, e);

    if (rc == 0 && !later->code)
        rc = order_add(b, kind, m->meter_id, 0, c->operator_id, 0, detail, c->expires_at_utc,
                       order_id, fx, e);
    free(detail);
    json_decref(values);
    if (rc == 0 && *order_id)
        rc = db_run(books_db(b), SQL_batch_order_mark, e, "ii", *order_id, c->id);
    if (rc == 0 && *order_id && batch_behind(p->command, m))
        rc = db_run(books_db(b), SQL_order_look_now, e, "i", batch_behind(p->command, m));
    return rc;
}

static void read_give(struct batch_reads *reads, int64_t batch_id, int64_t n, int64_t meter_id)
{
    reads->list = mem_grow(reads->list, (reads->count + 1) * sizeof *reads->list);
    reads->list[reads->count++] = (struct batch_read){batch_id, n, meter_id};
}

/* One row: given, or passed over by what stands against it now. */
static int row_give(struct books *b, const struct batch_course *c, int64_t n, int64_t meter_id,
                    struct batch_reads *reads, struct effects *fx, struct err *e)
{
    struct batch_plan p;
    int64_t order_id = 0;
    struct err later = {0};
    char *skip = NULL;
    int rc = look(b, c, meter_id, &p, e);

    if (rc == 0 && p.count == 1 && p.rows[0].skip)
        skip = mem_text(p.rows[0].skip);
    if (rc == 0 && !skip && p.command == BATCH_READ)
        read_give(reads, c->id, n, meter_id);
    else if (rc == 0 && !skip)
        rc = order_give(b, c, &p, &order_id, &later, fx, e);
    if (rc == 0 && later.code)
        skip = err_packed(&later);
    if (rc == 0 && skip)
        rc = batch_row_end(b, c->id, n, later.code ? "cancelled" : "skipped", skip, e);
    else if (rc == 0)
        rc = db_run(books_db(b), SQL_batch_row_given, e, "iiiii", c->id, n, order_id, clock_utc(),
                    (int64_t)p.rows[0].dark);
    free(skip);
    look_clear(&p);
    return rc;
}

static int channel_give(struct books *b, const struct batch_course *c, int64_t channel_id,
                        struct batch_reads *reads, struct effects *fx, struct err *e)
{
    int64_t given = 0, n = 0, meter_id = 0;
    int rc = 0;

    if (strcmp(c->state, "running") != 0 || c->writing || (c->plan.command == BATCH_READ && !reads))
        return 0;
    for (;;) {
        struct db_row *row = NULL;
        rc = db_get(books_db(b), SQL_batch_given, 0, &given, e, "ii", c->id, channel_id);
        if (rc != 0 || given >= BATCH_LANE)
            return rc;
        rc = db_find(books_db(b), SQL_batch_next, &row, e, "ii", c->id, channel_id);
        if (rc != 0 || !row)
            return rc;
        n = db_int(row, 0);
        meter_id = db_int(row, 1);
        db_done(row);
        rc = row_give(b, c, n, meter_id, reads, fx, e);
        if (rc != 0)
            return rc;
    }
}

#define CHANNELS_MAX 1024

int batch_give(struct books *b, const struct batch_course *c, struct batch_reads *reads,
               struct effects *fx, struct err *e)
{
    int64_t channels[CHANNELS_MAX];
    int count = 0, more;
    struct db_row *row;
    int rc = db_find(books_db(b), SQL_batch_channels, &row, e, "i", c->id);

    for (more = rc == 0 && row; more == 1 && count < CHANNELS_MAX; more = db_next(row, e))
        channels[count++] = db_int(row, 0);
    db_done(row);
    rc = rc != 0 ? rc : more < 0 ? more : 0;
    for (int i = 0; i < count && rc == 0; i++)
        rc = channel_give(b, c, channels[i], reads, fx, e);
    return rc;
}

int batch_begin(struct books *b, int64_t batch_id, struct effects *fx, struct err *e)
{
    struct batch_course c;
    int rc = batch_course_get(b, batch_id, &c, e);

    if (rc == 0)
        rc = batch_give(b, &c, NULL, fx, e);
    batch_course_clear(&c);
    if (rc == 0)
        rc = batch_end_check(b, batch_id, fx, e);
    return rc != 0 ? rc : batch_event(b, batch_id, fx, e);
}

int batch_go_on(struct books *b, int64_t batch_id, int64_t channel_id, struct batch_reads *reads,
                struct effects *fx, struct err *e)
{
    struct batch_course c;
    int rc = batch_end_check(b, batch_id, fx, e);

    if (rc == 0)
        rc = batch_course_get(b, batch_id, &c, e);
    if (rc != 0)
        return rc;
    rc = channel_give(b, &c, channel_id, reads, fx, e);
    batch_course_clear(&c);
    if (rc == 0) /* what was passed over now may have been the last */
        rc = batch_end_check(b, batch_id, fx, e);
    return rc != 0 ? rc : batch_event(b, batch_id, fx, e);
}
