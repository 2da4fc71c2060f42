/*
 * Tags set, verified, cleared. What they hold back is hold.c's.
 */
#include "lock_out.h"

#include <string.h>

#include "behind.h"
#include "clock.h"
#include "db.h"
#include "hold.h"
#include "message.h"
#include "order_turn.h"
#include "text.h"

#define ROLE_TAG (ROLE_ELECTRICIAN | ROLE_MANAGER | ROLE_ADMINISTRATOR)

struct tag {
    int64_t id, meter_id, operator_id, at_utc, off_at_utc, off_order, off_sends, cleared_at_utc;
    char number[32], name[64], off_state[16];
};

static bool tag_read(struct db_row *row, struct tag *t)
{
    memset(t, 0, sizeof *t);
    if (!row)
        return false;
    t->id = db_int(row, 0);
    text_copy(t->number, sizeof t->number, db_text(row, 1));
    text_copy(t->name, sizeof t->name, db_text(row, 2));
    t->at_utc = db_int(row, 3);
    t->off_at_utc = db_int(row, 4);
    t->off_order = db_int(row, 5);
    text_copy(t->off_state, sizeof t->off_state, db_text(row, 6));
    t->operator_id = db_int(row, 7);
    t->meter_id = db_int(row, 8);
    t->off_sends = db_int(row, 9);
    t->cleared_at_utc = db_int(row, 10);
    return true;
}

/* The tag on a meter; id 0: none. */
static int tag_of(struct books *b, int64_t meter_id, struct tag *t, struct err *e)
{
    struct db_row *row;
    int rc = db_find(books_db(b), SQL_lock_out_open, &row, e, "i", meter_id);

    tag_read(rc == 0 ? row : NULL, t);
    db_done(row);
    return rc;
}

static void tag_event(struct effects *fx, const struct tag *t, const char *state)
{
    effects_event(fx, "lock_out",
                  json_pack("{s:s,s:I,s:s}", "meter", t->number, "lock_out", (json_int_t)t->id,
                            "state", state));
}

/* Forced off is ordered: it never lapses, for the tag waits for it. */
static int off_order(struct books *b, const struct tag *t, int64_t operator_id, int64_t *order_id,
                     struct effects *fx, struct err *e)
{
    int rc = order_add(b, ORDER_SWITCH, t->meter_id, 0, operator_id, 0, "{\"mode\":\"off\"}", 0,
                       order_id, fx, e);

    if (rc == 0)
        rc = db_run(books_db(b), SQL_lock_out_order, e, "ii", t->id, *order_id);
    if (rc == 0)
        effects_event(fx, "order",
                      json_pack("{s:I,s:s,s:s}", "order", (json_int_t)*order_id, "meter", t->number,
                                "state", "queued"));
    return rc;
}

static bool state_open(const char *state)
{
    return strcmp(state, "queued") == 0 || strcmp(state, "sending") == 0 ||
           strcmp(state, "in doubt") == 0;
}

/* ---- verified or not */

static int verified(struct books *b, const struct tag *t, struct effects *fx, struct err *e)
{
    int rc = db_run(books_db(b), SQL_lock_out_verified, e, "ii", t->id, clock_utc());

    if (rc == 0)
        rc = turn_wake(b, t->meter_id, fx, e); /* top-ups may go now */
    if (rc == 0)
        tag_event(fx, t, "verified");
    return rc;
}

int lock_out_switched(struct books *b, int64_t meter_id, int64_t order_id, const char *mode,
                      struct effects *fx, struct err *e)
{
    struct tag t;
    int rc = tag_of(b, meter_id, &t, e);

    if (rc != 0 || t.id == 0)
        return rc;
    if (strcmp(mode, "off") == 0)
        return t.off_order == order_id ? verified(b, &t, fx, e) : 0;
    /* It was on the wire when the tag came; the tag's own order follows it. */
    rc = db_run(books_db(b), SQL_lock_out_unverified, e, "i", t.id);
    if (rc == 0)
        tag_event(fx, &t, "unverified");
    return rc;
}

/* Somebody has let go of what was verified: said, an alarm, and forced off once more. That order is nobody's: it is
 * given by the engine. */
static int undone(struct books *b, const struct tag *t, int64_t at_utc, struct effects *fx,
                  struct err *e)
{
    int64_t order_id = 0;
    int rc = db_run(books_db(b), SQL_lock_out_undone, e, "ii", t->id, at_utc);

    if (rc == 0)
        tag_event(fx, t, "unverified");
    return rc != 0 || state_open(t->off_state) ? rc : off_order(b, t, 0, &order_id, fx, e);
}

int lock_out_seen(struct books *b, int64_t meter_id, bool off, struct effects *fx, struct err *e)
{
    struct tag t;
    int rc = tag_of(b, meter_id, &t, e);

    return rc != 0 || t.id == 0 || off || t.off_at_utc == 0 ? rc
                                                            : undone(b, &t, clock_utc(), fx, e);
}

int lock_out_read(struct books *b, const struct reading *r, struct effects *fx, struct err *e)
{
    bool off = r->forced && !r->relay_closed && strcmp(r->why, "forced off") == 0;
    int64_t lingers = 0, order_id = 0;
    struct tag t;
    int rc = tag_of(b, r->meter_id, &t, e);

    if (rc != 0 || t.id == 0)
        return rc;
    if (!off && t.off_at_utc != 0 && r->at_utc >= t.off_at_utc)
        return undone(b, &t, r->at_utc, fx, e);
    /* On a laptop: it hangs since before the line came here, and nobody could force the meter off. */
    if (!off && t.off_at_utc == 0 && t.off_order == 0)
        return off_order(b, &t, 0, &order_id, fx, e);
    /* Forced off by hand, by a laptop: as good, unless a frame of ours may still undo it. */
    if (!off || t.off_at_utc != 0 || r->at_utc < t.at_utc || strcmp(t.off_state, "done") == 0 ||
        state_open(t.off_state))
        return 0;
    rc = db_get(books_db(b), SQL_lock_out_lingers, 0, &lingers, e, "iii", r->meter_id, t.off_order,
                clock_utc());
    return rc != 0 || lingers > 0 ? rc : verified(b, &t, fx, e);
}

/* ---- requests */

static bool blank(const char *text)
{
    return !text || text[strspn(text, " ")] == '\0';
}

int lock_out_hang(struct books *b, const struct lock_out_tag *tag, int64_t *id, int64_t *order_id,
                  struct effects *fx, struct err *e)
{
    struct tag t;
    int rc = tag_of(b, tag->meter_id, &t, e);

    if (rc == 0 && t.id != 0)
        rc = err_set(e, MSG_LOCK_OUT_TAKEN, t.number, t.name, t.at_utc);
    if (rc == 0)
        rc = db_run(books_db(b), SQL_lock_out_add, e, "iissi", tag->meter_id, tag->operator_id,
                    tag->operator_id ? "" : tag->owner, tag->reason, tag->at_utc);
    if (rc == 0)
        rc = tag_of(b, tag->meter_id, &t, e);
    if (rc == 0)
        rc = off_order(b, &t, tag->asked_by, order_id, fx, e);
    if (rc == 0)
        rc = turn_drop_held(b, tag->meter_id, fx, e);
    if (rc != 0)
        return rc;
    tag_event(fx, &t, "set");
    *id = t.id;
    return 0;
}

/* On a laptop, of a line that is not its own (any more): the site would not hear of the tag, nor its guard. */
static int heard_of(struct books *b, int64_t meter_id, struct err *e)
{
    struct db_row *row;
    if (!books_are_structure(b))
        return 0;
    int rc = db_find(books_db(b), SQL_hold_find, &row, e, "i", meter_id);

    if (rc == 0 && row && db_text(row, 4)[0])
        rc = err_set(e, MSG_LOCK_OUT_ELSEWHERE, db_text(row, 0), db_text(row, 5), db_text(row, 4));
    db_done(row);
    return rc;
}

static int lock_out_set(struct books *b, const struct actor *who, const json_t *args,
                        json_t **result, struct effects *fx, struct err *e)
{
    struct lock_out_tag tag = {.operator_id = who->operator_id,
                               .at_utc = clock_utc(),
                               .asked_by = who->operator_id,
                               .reason = json_string_value(json_object_get(args, "reason"))};
    struct meter_place place = {0};
    int64_t id = 0, order_id = 0;
    int rc = meter_place_get(b, json_string_value(json_object_get(args, "meter")), &place, e);

    if (rc == 0 && blank(tag.reason))
        rc = err_set(e, MSG_REASON_EMPTY);
    if (rc == 0)
        rc = heard_of(b, place.meter_id, e);
    if (rc == 0)
        rc = behind_check(b, place.meter_id, place.number, args, e);
    tag.meter_id = place.meter_id;
    if (rc == 0)
        rc = lock_out_hang(b, &tag, &id, &order_id, fx, e);
    if (rc == 0)
        *result = json_pack("{s:I,s:I,s:s}", "lock_out", (json_int_t)id, "order",
                            (json_int_t)order_id, "meter", place.number);
    return rc;
}

static int tag_get(struct books *b, int64_t id, struct tag *t, struct err *e)
{
    struct db_row *row;
    int rc = db_find(books_db(b), SQL_lock_out_get, &row, e, "i", id);

    if (!tag_read(rc == 0 ? row : NULL, t) && rc == 0)
        rc = err_set(e, MSG_LOCK_OUT_UNKNOWN, id);
    if (rc == 0 && t->cleared_at_utc)
        rc = err_set(e, MSG_LOCK_OUT_OVER, id, t->cleared_at_utc);
    db_done(row);
    return rc;
}

/* What the tag still had to say to the meter is not said any more. */
static int off_over(struct books *b, const struct tag *t, struct effects *fx, struct err *e)
{
    struct order_row o;

    if (strcmp(t->off_state, "queued") != 0 && strcmp(t->off_state, "in doubt") != 0)
        return 0; /* on the wire just now: it ends by itself */
    int rc = order_row_get(b, t->off_order, &o, e);
    if (rc == 0)
        rc = turn_over(b, &o, fx, e);
    return rc < 0 ? rc : 0;
}

/* Held orders go on. */
static int take_down(struct books *b, const struct tag *t, int64_t by, int64_t at_utc,
                     const char *reason, struct effects *fx, struct err *e)
{
    int rc = db_run(books_db(b), SQL_lock_out_cleared, e, "iiis", t->id, at_utc, by, reason);

    if (rc == 0)
        rc = off_over(b, t, fx, e);
    if (rc == 0)
        rc = turn_wake(b, t->meter_id, fx, e);
    if (rc == 0)
        tag_event(fx, t, "cleared");
    return rc;
}

int lock_out_take_down(struct books *b, int64_t id, int64_t by, int64_t at_utc, const char *reason,
                       struct effects *fx, struct err *e)
{
    struct tag t;
    int rc = tag_get(b, id, &t, e);

    return rc != 0 ? rc : take_down(b, &t, by, at_utc, reason, fx, e);
}

static int lock_out_clear(struct books *b, const struct actor *who, const json_t *args,
                          json_t **result, struct effects *fx, struct err *e)
{
    const char *reason = json_string_value(json_object_get(args, "reason"));
    int64_t topups = 0;
    struct tag t;
    int rc = tag_get(b, json_integer_value(json_object_get(args, "lock_out")), &t, e);
    bool own = rc == 0 && t.operator_id != 0 && t.operator_id == who->operator_id;

    if (rc == 0)
        rc = heard_of(b, t.meter_id, e);
    if (rc == 0 && !own && who->role != ROLE_ADMINISTRATOR)
        rc = err_set(e, MSG_LOCK_OUT_OTHERS, t.number, t.name);
    if (rc == 0 && !own && blank(reason))
        rc = err_set(e, MSG_REASON_EMPTY);
    if (rc == 0)
        rc = db_get(books_db(b), SQL_lock_out_topups, 0, &topups, e, "i", t.meter_id);
    if (rc == 0)
        rc = take_down(b, &t, who->operator_id, clock_utc(), reason ? reason : "", fx, e);
    if (rc == 0)
        *result = json_pack("{s:I,s:s,s:b,s:I}", "lock_out", (json_int_t)t.id, "meter", t.number,
                            "forced_off", t.off_at_utc != 0, "topups", (json_int_t)topups);
    return rc;
}

static int lock_out_off(struct books *b, const struct actor *who, const json_t *args,
                        json_t **result, struct effects *fx, struct err *e)
{
    struct tag t;
    int64_t order_id = 0;
    int rc = tag_get(b, json_integer_value(json_object_get(args, "lock_out")), &t, e);

    if (rc == 0 && state_open(t.off_state))
        rc = err_set(e, MSG_LOCK_OUT_OFF, t.number);
    if (rc == 0)
        rc = off_order(b, &t, who->operator_id, &order_id, fx, e);
    if (rc == 0)
        *result = json_pack("{s:I,s:I,s:s}", "lock_out", (json_int_t)t.id, "order",
                            (json_int_t)order_id, "meter", t.number);
    return rc;
}

static const struct param set_params[] = {
    {.name = "meter", .kind = PARAM_TEXT, .required = true, .max = 32},
    {.name = "reason", .kind = PARAM_TEXT, .required = true, .max = LOCK_OUT_REASON_MAX},
    {.name = "dark", .kind = PARAM_INT, .min = 0, .max = INT64_MAX}, /* behind a main meter */
    {0},
};

static const struct param clear_params[] = {
    {.name = "lock_out", .kind = PARAM_INT, .required = true, .min = 1, .max = INT64_MAX},
    {.name = "reason", .kind = PARAM_TEXT, .max = LOCK_OUT_REASON_MAX},
    {0},
};

static const struct param off_params[] = {
    {.name = "lock_out", .kind = PARAM_INT, .required = true, .min = 1, .max = INT64_MAX},
    {0},
};

static const struct request requests[] = {
    {.name = "lock_out.set",
     .title = N_("Lock a meter out"),
     .roles = ROLE_TAG,
     .params = set_params,
     .run = lock_out_set},
    {.name = "lock_out.clear",
     .title = N_("Clear a lock-out"),
     .roles = ROLE_TAG,
     .params = clear_params,
     .run = lock_out_clear},
    {.name = "lock_out.off",
     .title = N_("Force a locked-out meter off again"),
     .roles = ROLE_TAG,
     .params = off_params,
     .run = lock_out_off},
};

const struct request_table lock_out_requests = {
    .requests = requests,
    .count = sizeof requests / sizeof *requests,
};
