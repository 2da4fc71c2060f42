/*
 * Superseding, holding, waiting. Two switches always contradict each other, two clocks too; settings contradict where
 * the newer one sets whatever the older one set. Newer is what was given later: the order of a batch's row is as old as its
 * batch, whenever its turn comes.
 */
#include "order_turn.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "batch_state.h"
#include "clock.h"
#include "db.h"
#include "hold.h"
#include "text.h"

const char *turn_mode(const struct order_row *o, char *buf, size_t size)
{
    json_t *detail = json_loads(o->detail, 0, NULL);
    const char *mode = json_string_value(json_object_get(detail, "mode"));

    text_copy(buf, size, mode ? mode : "");
    json_decref(detail);
    return buf;
}

/* Has the newer one all keys of the older one? */
static bool covers(enum order_kind kind, const char *newer, const char *older)
{
    json_t *n = json_loads(newer, 0, NULL), *o = json_loads(older, 0, NULL), *value;
    bool all = n && o;
    const char *key;

    json_object_foreach(o, key, value) all = all && json_object_get(n, key);
    json_decref(n);
    json_decref(o);
    return kind == ORDER_SWITCH || kind == ORDER_CLOCK || all;
}

static bool plain(const struct order_row *o)
{
    return o->kind != ORDER_TOPUP && o->opening_id == 0;
}

static int end_as(struct books *b, const struct order_row *o, const struct err *why,
                  struct effects *fx, struct err *e)
{
    char *reason = err_packed(why);
    int rc = db_run(books_db(b), SQL_turn_ended, e, "iis", o->id, clock_utc(), reason);

    free(reason);
    if (rc == 0)
        order_event(fx, o, "superseded");
    fx->orders = true;
    return rc;
}

#define OLDER_MAX 64

int turn_supersede(struct books *b, const struct order_row *o, struct effects *fx, struct err *e)
{
    int64_t ids[OLDER_MAX];
    int n = 0, more;
    struct db_row *row;
    int rc = db_find(books_db(b), SQL_turn_older, &row, e, "isi", o->meter_id,
                     order_kind_word(o->kind), o->id);

    for (more = rc == 0 && row; more == 1 && n < OLDER_MAX; more = db_next(row, e)) {
        if (covers(o->kind, o->detail, db_text(row, 3)))
            ids[n++] = db_int(row, 0);
    }
    db_done(row);
    rc = rc != 0 ? rc : more < 0 ? more : 0;
    for (int i = 0; i < n && rc == 0; i++) {
        struct err why = {0};
        struct order_row older;
        rc = order_row_get(b, ids[i], &older, e);
        if (rc == 0 && older.sends > 0)
            rc = db_run(books_db(b), SQL_order_look_now, e, "i", older.id);
        else if (rc == 0) {
            err_set(&why, MSG_ORDER_OVERTAKEN, o->id);
            rc = end_as(b, &older, &why, fx, e);
        }
    }
    return rc;
}

/* Do both set one thing? */
static bool overlaps(enum order_kind kind, const char *one, const char *other)
{
    json_t *a = json_loads(one, 0, NULL), *c = json_loads(other, 0, NULL), *value;
    bool any = false;
    const char *key;

    json_object_foreach(a, key, value) any = any || json_object_get(c, key);
    json_decref(a);
    json_decref(c);
    return kind == ORDER_SWITCH || kind == ORDER_CLOCK || any;
}

/* Would the order of a batch's row, which is not there yet, cover this one? */
static bool row_covers(enum order_kind kind, const char *command, const char *values,
                       const char *older)
{
    enum batch_command c = batch_command_find(command);
    json_t *o =
        c != BATCH_READ && batch_kinds[c].order == kind ? json_loads(values, 0, NULL) : NULL;
    char *detail = o ? batch_order_detail(c, o) : NULL;
    bool all = detail && covers(kind, detail, older);

    free(detail);
    json_decref(o);
    return all;
}

/* A row that still waits in a batch given later. */
static int later_batch(struct books *b, const struct turn_ask *ask, struct err *why, struct err *e)
{
    struct db_row *row;
    int more;
    int rc = db_find(books_db(b), SQL_turn_newer_batch, &row, e, "iii", ask->meter_id,
                     ask->order_id, ask->batch_id);

    for (more = rc == 0 && row; more == 1 && !why->code; more = db_next(row, e)) {
        if (row_covers(ask->kind, db_text(row, 1), db_text(row, 2), ask->detail))
            err_set(why, MSG_ORDER_OVERTAKEN_BATCH, db_int(row, 0));
    }
    db_done(row);
    return rc != 0 ? rc : more < 0 ? more : 0;
}

int turn_later(struct books *b, const struct turn_ask *ask, struct err *why, struct err *e)
{
    struct db_row *row;
    int more;
    int rc = db_find(books_db(b), SQL_turn_newer, &row, e, "isiiii", ask->meter_id,
                     order_kind_word(ask->kind), ask->order_id, ask->batch_id,
                     (int64_t)ask->done_too, (int64_t)ask->failed_too);

    for (more = rc == 0 && row; more == 1 && !why->code; more = db_next(row, e)) {
        if (ask->done_too ? overlaps(ask->kind, db_text(row, 1), ask->detail)
                          : covers(ask->kind, db_text(row, 1), ask->detail))
            err_set(why, MSG_ORDER_OVERTAKEN, db_int(row, 0));
    }
    db_done(row);
    rc = rc != 0 ? rc : more < 0 ? more : 0;
    return rc == 0 && !why->code && !ask->orders_only ? later_batch(b, ask, why, e) : rc;
}

int turn_over(struct books *b, const struct order_row *o, struct effects *fx, struct err *e)
{
    struct err why = {0};
    const struct turn_ask ask = {.order_id = o->id,
                                 .batch_id = o->batch_id,
                                 .meter_id = o->meter_id,
                                 .kind = o->kind,
                                 .detail = o->detail};
    int64_t tag = 0;

    if (!plain(o))
        return 0;
    int rc = 0;
    if (o->kind == ORDER_SWITCH)
        rc = db_get(books_db(b), SQL_turn_tag_off, 0, &tag, e, "ii", o->meter_id, o->id);
    if (rc == 0 && tag != 1) /* a tag's forced off is overtaken by nothing */
        rc = turn_later(b, &ask, &why, e);
    if (rc == 0 && !why.code && tag == 2)
        err_set(&why, MSG_ORDER_TAG_CLEARED);
    if (rc != 0 || !why.code)
        return rc;
    rc = end_as(b, o, &why, fx, e);
    return rc != 0 ? rc : 1;
}

/* Sent, and nobody knows yet what became of it: it stays in doubt until its meter is asked. */
static int wait_for_line(struct books *b, const struct order_row *o, const struct err *why,
                         struct err *e)
{
    if (why->msg != MSG_HOLD_HANDED_OVER)
        return 0;
    int rc = db_run(books_db(b), SQL_turn_look, e, "ii", o->id,
                    clock_utc() + setting_number(b, "order.look_max_s"));
    return rc != 0 ? rc : 1;
}

int turn_held(struct books *b, const struct order_row *o, bool proved, struct effects *fx,
              struct err *e)
{
    struct db *db = books_db(b);
    struct err why = {0};
    char mode[16];
    struct hold_ask ask = {
        .kind = o->kind, .mode = turn_mode(o, mode, sizeof mode), .detail = o->detail};
    int rc = hold_check(b, o->meter_id, &ask, &why);

    if (rc == 0)
        return 0;
    if (!hold_is(&why)) {
        *e = why;
        return rc;
    }
    if (!plain(o) && o->sends > 0 && !proved)
        return wait_for_line(b, o, &why, e);
    char *reason = err_packed(&why);
    int64_t now = clock_utc();
    bool told = false;
    rc = db_run(db, SQL_turn_held, e, "isi", o->id, reason, now);
    told = rc == 0 && db_changes(db) > 0;
    free(reason);
    /* A frame that went out is proved not applied when it comes here, or, of a plain order, needs no proof. */
    if (rc == 0)
        rc =
            db_run(db, SQL_turn_state, e, "ii", o->id, now + setting_number(b, "order.look_max_s"));
    if (rc == 0 && told)
        order_event(fx, o, "queued");
    fx->papers = fx->papers || told;
    return rc != 0 ? rc : 1;
}

int turn_drop_held(struct books *b, int64_t meter_id, struct effects *fx, struct err *e)
{
    int64_t ids[OLDER_MAX];
    int n = 0, more;
    struct db_row *row;
    int rc = db_find(books_db(b), SQL_turn_keepable, &row, e, "i", meter_id);

    for (more = rc == 0 && row; more == 1 && n < OLDER_MAX; more = db_next(row, e))
        ids[n++] = db_int(row, 0);
    db_done(row);
    rc = rc != 0 ? rc : more < 0 ? more : 0;
    for (int i = 0; i < n && rc == 0; i++) {
        struct err why = {0};
        struct order_row o;
        char mode[16];
        rc = order_row_get(b, ids[i], &o, e);
        if (rc != 0)
            break;
        struct hold_ask ask = {
            .kind = o.kind, .mode = turn_mode(&o, mode, sizeof mode), .detail = o.detail};
        rc = hold_check(b, meter_id, &ask, &why);
        if (rc != 0 && why.msg == MSG_HOLD_LOCKED_OUT)
            rc = end_as(b, &o, &why, fx, e);
        else if (rc != 0 && hold_is(&why))
            rc = 0; /* the channel is away: it lapses or goes when it is back */
        else if (rc != 0)
            *e = why;
    }
    return rc;
}

int turn_wake(struct books *b, int64_t meter_id, struct effects *fx, struct err *e)
{
    fx->orders = true;
    return db_run(books_db(b), SQL_turn_wake, e, "i", meter_id);
}

int turn_quiet(struct books *b, const struct order_row *o, struct err *e)
{
    int64_t recent = 0, tag = 0;
    int rc = 0;

    if (!plain(o))
        return 0;
    /* A doubled frame of an order that was read back is rare enough to switch at once, but not under somebody's hands. */
    if (o->kind == ORDER_SWITCH)
        rc = db_get(books_db(b), SQL_turn_tag_off, 0, &tag, e, "ii", o->meter_id, o->id);
    if (rc == 0)
        rc = db_get(books_db(b), SQL_turn_recent, 0, &recent, e, "isiii", o->meter_id,
                    order_kind_word(o->kind), o->id, (int64_t)(tag == 1),
                    clock_utc() - o->quiet_ms / 1000 - 1);
    return rc != 0 ? rc : recent > 0;
}
