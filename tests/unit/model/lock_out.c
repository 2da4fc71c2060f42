/*
 * Tags and the turn of orders, step by step on real books: what a tag keeps back and from when on, which order takes the
 * place of which, what is known of a meter that is not as it was said.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "clock.h"
#include "rig.h"

#define FIRST seen(41, 3720, 100000)

static const struct actor sun = {
    .operator_id = 2, .role = ROLE_ELECTRICIAN, .login = "sun", .name = "Sun", .client = "test"};
static const struct actor wang = {
    .operator_id = 3, .role = ROLE_MANAGER, .login = "wang", .name = "Wang", .client = "test"};
static const struct actor admin = {.operator_id = 4,
                                   .role = ROLE_ADMINISTRATOR,
                                   .login = "admin",
                                   .name = "Admin",
                                   .client = "test"};

static void people(struct rig *r)
{
    sql(r, "INSERT INTO operator (id, login, name, role, password_hash, created_at_utc) VALUES"
           " (2, 'sun', 'Sun', 'electrician', '', 0), (3, 'wang', 'Wang', 'manager', '', 0),"
           " (4, 'admin', 'Admin', 'administrator', '', 0)");
}

/* A change; 0 or its error. *id: the number under key in its result. args are taken. */
static int change(struct rig *r, const struct actor *who, const char *call, json_t *args,
                  const char *key, int64_t *id)
{
    json_t *result = NULL;
    int rc = books_change(r->books, request_find(call), who, NULL, args, &result, &r->fx, &r->e);

    if (rc == 0 && id)
        *id = json_integer_value(json_object_get(result, key));
    json_decref(result);
    json_decref(args);
    return rc;
}

static int switched(struct rig *r, const char *mode, int64_t *order)
{
    return change(r, &wang, "order.switch",
                  json_pack("{s:s,s:s}", "meter", "190301527", "mode", mode), "order", order);
}

static int64_t tag(struct rig *r, int64_t *order)
{
    int64_t id = 0;
    json_t *args = json_pack("{s:s,s:s}", "meter", "190301527", "reason", "cable");
    json_t *result = NULL;
    assert_int_equal(books_change(r->books, request_find("lock_out.set"), &sun, NULL, args, &result,
                                  &r->fx, &r->e),
                     0);
    id = json_integer_value(json_object_get(result, "lock_out"));
    *order = json_integer_value(json_object_get(result, "order"));
    json_decref(result);
    json_decref(args);
    return id;
}

static int run_sending(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    struct step *s = ctx;
    return order_plain_sending(b, s->order, &s->next, fx, e);
}

static int run_plain_after(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    struct step *s = ctx;
    return order_plain_after(b, s->order, s->deed, s->quiet, fx, e); /* quiet: it matches */
}

static enum order_step sending(struct rig *r, int64_t order)
{
    struct step s = {.order = order};
    assert_int_equal(books_within(r->books, run_sending, &s, &r->fx, &r->e), 0);
    return s.next;
}

static void plain_after(struct rig *r, int64_t order, enum order_deed deed, bool matches)
{
    struct step s = {.order = order, .deed = deed, .quiet = matches};
    assert_int_equal(books_within(r->books, run_plain_after, &s, &r->fx, &r->e), 0);
}

struct due {
    struct order_task task[8];
    int count;
};

static int run_due(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    struct due *d = ctx;
    d->count = order_due(b, true, d->task, 8, fx, e);
    return d->count < 0 ? d->count : 0;
}

static struct due due(struct rig *r)
{
    struct due d;
    assert_int_equal(books_within(r->books, run_due, &d, &r->fx, &r->e), 0);
    return d;
}

static int run_read(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    return reading_store(b, ctx, fx, e);
}

/* The meter as it is `later` seconds from now. */
static void looked_so(struct rig *r, bool prepaid, bool forced, bool closed, const char *why,
                      int64_t price_e4, int64_t later)
{
    struct reading reading = {.at_utc = clock_utc() + later,
                              .meter_id = 7,
                              .seen = FIRST,
                              .begun_mono_ms = begun(r),
                              .forced = forced,
                              .prepaid = prepaid,
                              .relay_closed = closed,
                              .has_settings = true,
                              .price_e4 = {price_e4, price_e4, price_e4, price_e4},
                              .alarm1_minor = 2000};
    memcpy(reading.why, why, strlen(why) + 1);
    assert_int_equal(books_within(r->books, run_read, &reading, &r->fx, &r->e), 0);
}

static void looked(struct rig *r, bool forced, bool closed, const char *why, int64_t price_e4,
                   int64_t later)
{
    looked_so(r, true, forced, closed, why, price_e4, later);
}

static void a_tag_holds_from_its_commit_on(void **state)
{
    struct rig *r = *state;
    int64_t on, off, topup, id;
    uint16_t count;

    people(r);
    reading(r, FIRST);
    topup = sold(r, ONCE("1"));
    assert_int_equal(switched(r, "on", &on), 0);
    /* Both are on their way to the line, nothing was sent; the tag comes. */
    id = tag(r, &off);
    state_is(r, on, "superseded");
    assert_int_equal(sending(r, on), ORDER_STEP_STOP);
    assert_int_equal(before(r, topup, FIRST, true, &count), ORDER_STEP_STOP);
    state_is(r, topup, "queued");
    assert_int_equal(
        number(r, "SELECT reason LIKE '%HOLD_LOCKED_OUT%' FROM \"order\" WHERE id = 1"), 1);
    /* Due is the forced off alone, and it lapses never. */
    struct due d = due(r);
    assert_int_equal(d.count, 1);
    assert_int_equal(d.task[0].id, off);
    assert_int_equal(number(r, "SELECT expires_at_utc IS NULL FROM \"order\" WHERE id = 3"), 1);
    /* Nobody gives what could close it. */
    assert_true(switched(r, "prepaid", &on) < 0);
    assert_int_equal(r->e.msg, MSG_HOLD_LOCKED_OUT);
    assert_true(change(r, &wang, "order.settings",
                       json_pack("{s:s,s:i}", "meter", "190301527", "overdraft_minor", 5000),
                       "order", &on) < 0);
    assert_int_equal(change(r, &wang, "order.settings",
                            json_pack("{s:s,s:i}", "meter", "190301527", "alarm1_minor", 5000),
                            "order", &on),
                     0);
    /* Read back: verified, and the top-up may go. */
    assert_int_equal(sending(r, off), ORDER_STEP_SEND);
    plain_after(r, off, ORDER_DEED_DONE, true);
    assert_int_equal(number(r, "SELECT off_at_utc > 0 FROM lock_out"), 1);
    assert_int_equal(number(r, "SELECT reason = '' FROM \"order\" WHERE id = 1"), 1);
    /* But somebody let go of it since: its relay is open for want of credit alone. The money waits, forced off goes first. */
    struct order_seen shown = FIRST;
    assert_int_equal(before(r, topup, shown, true, &count), ORDER_STEP_STOP);
    state_is(r, topup, "queued");
    assert_int_equal(number(r, "SELECT off_at_utc IS NULL AND undone_utc > 0 FROM lock_out"), 1);
    d = due(r);
    assert_int_equal(d.count, 2); /* alarm 1 and forced off */
    off = number(r, "SELECT off_order FROM lock_out");
    assert_int_equal(sending(r, off), ORDER_STEP_SEND);
    plain_after(r, off, ORDER_DEED_DONE, true);
    shown.forced_off = true;
    assert_int_equal(before(r, topup, shown, true, &count), ORDER_STEP_SEND);
    assert_int_equal(id, 1);
}

static void who_clears(void **state)
{
    struct rig *r = *state;
    int64_t off, id, again;
    json_t *bare;

    people(r);
    reading(r, FIRST);
    id = tag(r, &off);
    assert_int_equal(change(r, &sun, "lock_out.set",
                            json_pack("{s:s,s:s}", "meter", "190301527", "reason", "x"), "lock_out",
                            &again),
                     ERR_REFUSED);
    assert_int_equal(r->e.msg, MSG_LOCK_OUT_TAKEN);
    bare = json_pack("{s:I}", "lock_out", (json_int_t)id);
    assert_true(change(r, &wang, "lock_out.clear", json_incref(bare), "lock_out", &again) < 0);
    assert_int_equal(r->e.msg, MSG_LOCK_OUT_OTHERS);
    assert_true(change(r, &admin, "lock_out.clear", json_incref(bare), "lock_out", &again) < 0);
    assert_int_equal(r->e.msg, MSG_REASON_EMPTY);
    assert_int_equal(change(r, &sun, "lock_out.clear", bare, "lock_out", &again), 0);
    /* What it still had to say is not said any more. */
    state_is(r, off, "superseded");
    assert_int_equal(due(r).count, 0);
    assert_int_equal(switched(r, "on", &again), 0);
}

static void a_reading_takes_it_away(void **state)
{
    struct rig *r = *state;
    int64_t off;

    people(r);
    reading(r, FIRST);
    tag(r, &off);
    assert_int_equal(sending(r, off), ORDER_STEP_SEND);
    plain_after(r, off, ORDER_DEED_DONE, true);
    looked(r, true, false, "forced off", 8216, 1);
    assert_int_equal(number(r, "SELECT off_at_utc > 0 FROM lock_out"), 1);
    /* Somebody lets go of it at the meter: not verified, and forced off once more. */
    looked(r, false, true, "closed", 8216, 2);
    assert_int_equal(number(r, "SELECT off_at_utc IS NULL FROM lock_out"), 1);
    assert_int_equal(number(r, "SELECT off_order FROM lock_out"), 2);
    state_is(r, 2, "queued");
    /* It is the engine's own order, and an alarm that waits for a person and for the proof. */
    assert_int_equal(number(r, "SELECT operator_id IS NULL FROM \"order\" WHERE id = 2"), 1);
    assert_int_equal(number(r, "SELECT undone_utc > 0 FROM lock_out"), 1);
    assert_int_equal(number(r, "SELECT severity FROM alarm WHERE kind = 'lock-out undone'"), 1);
    assert_int_equal(sending(r, 2), ORDER_STEP_SEND);
    plain_after(r, 2, ORDER_DEED_DONE, true);
    looked(r, true, false, "forced off", 8216, 3);
    assert_int_equal(number(r, "SELECT gone_utc > 0 AND cleared_utc IS NULL FROM alarm "
                               "WHERE kind = 'lock-out undone'"),
                     1);
}

/* A main meter takes its room along: who opens it says how many they are. */
static void a_main_meter_takes_its_room_along(void **state)
{
    struct rig *r = *state;
    int64_t off = 0;
    json_t *args = json_pack("{s:s,s:s}", "meter", "190301527", "reason", "busbar");

    people(r);
    reading(r, FIRST);
    sql(r,
        "INSERT INTO space VALUES (90, NULL, 'distribution', 'B1/D1', 'D1', '');"
        "UPDATE channel SET room_id = 90; UPDATE meter SET role = 'main', space_id = 90 WHERE id = 7;"
        "INSERT INTO meter (id, number, kind, model, credit_mode, channel_id, address, space_id)"
        " VALUES (71, '71', 'electricity', 'DDSY1352', 'meter', 1, 71, 1),"
        " (72, '72', 'electricity', 'DDSY1352', 'meter', 1, 72, 1)");
    assert_true(change(r, &sun, "lock_out.set", json_incref(args), NULL, NULL) < 0);
    assert_int_equal(r->e.msg, MSG_BEHIND_DARK);
    assert_int_equal(number(r, "SELECT count(*) FROM lock_out"), 0);
    assert_true(switched(r, "off", &off) < 0);
    assert_int_equal(r->e.msg, MSG_BEHIND_DARK);
    json_object_set_new(args, "dark", json_integer(1)); /* not as many as there are */
    assert_true(change(r, &sun, "lock_out.set", json_incref(args), NULL, NULL) < 0);
    json_object_set_new(args, "dark", json_integer(2));
    assert_int_equal(change(r, &sun, "lock_out.set", args, NULL, NULL), 0);
    assert_int_equal(number(r, "SELECT count(*) FROM \"order\""), 1);
}

/* Made as it was said is no way around what an order is asked: a dark room, values that make no sense. */
static void made_so_as_orders_are(void **state)
{
    struct rig *r = *state;
    int64_t orders = 0;
    json_t *args = json_pack("{s:s,s:s}", "meter", "190301527", "item", "mode");

    people(r);
    looked(r, true, false, "forced off", 8216, -9);
    looked(r, false, true, "closed", 8216, 1);
    sql(r,
        "INSERT INTO space VALUES (90, NULL, 'distribution', 'B1/D1', 'D1', '');"
        "UPDATE channel SET room_id = 90; UPDATE meter SET role = 'main', space_id = 90 WHERE id = 7;"
        "INSERT INTO meter (id, number, kind, model, credit_mode, channel_id, address, space_id)"
        " VALUES (71, '71', 'electricity', 'DDSY1352', 'meter', 1, 71, 1)");
    assert_true(change(r, &sun, "wanted.fix", json_incref(args), "orders", &orders) < 0);
    assert_int_equal(r->e.msg, MSG_WANTED_DARK);
    assert_int_equal(r->e.arg[1].number, 1);
    sql(r, "UPDATE meter SET role = 'tenant', space_id = 1 WHERE id = 7");
    assert_int_equal(change(r, &sun, "wanted.fix", args, "orders", &orders), 0);
    sql(r, "UPDATE wanted SET value = 600000 WHERE item = 'overdraft_minor'");
    args = json_pack("{s:s,s:s}", "meter", "190301527", "item", "overdraft_minor");
    assert_true(change(r, &sun, "wanted.fix", args, "orders", &orders) < 0);
    assert_int_equal(r->e.msg, MSG_SENSE_OVERDRAFT);
    assert_int_equal(number(r, "SELECT count(*) FROM \"order\" WHERE kind <> 'switch'"), 0);
}

/* A laptop's books: the tag hung at the site, which could not reach the meter any more. */
static void one_from_the_site_is_forced_off(void **state)
{
    struct rig *r = *state;

    people(r);
    reading(r, FIRST);
    sql(r,
        "INSERT INTO lock_out (meter_id, operator_id, reason, at_utc, from_site) VALUES (7, 2, 'cable', 1, 1)");
    looked(r, false, true, "closed", 8216, 1);
    assert_int_equal(number(r, "SELECT off_order FROM lock_out"), 1);
    assert_int_equal(number(r, "SELECT operator_id IS NULL FROM \"order\" WHERE id = 1"), 1);
    state_is(r, 1, "queued");
    looked(r, false, true, "closed", 8216, 2); /* once is enough */
    assert_int_equal(number(r, "SELECT count(*) FROM \"order\""), 1);
    assert_int_equal(sending(r, 1), ORDER_STEP_SEND);
    plain_after(r, 1, ORDER_DEED_DONE, true);
    assert_int_equal(number(r, "SELECT off_at_utc > 0 FROM lock_out"), 1);
}

/* Off already, as the site had ordered it: a reading is the proof, and nothing is sent. */
static void one_from_the_site_that_is_off(void **state)
{
    struct rig *r = *state;

    people(r);
    reading(r, FIRST);
    sql(r,
        "INSERT INTO lock_out (meter_id, operator_id, reason, at_utc, from_site) VALUES (7, 2, 'cable', 1, 1)");
    looked(r, true, false, "forced off", 8216, 1);
    assert_int_equal(number(r, "SELECT off_at_utc > 0 FROM lock_out"), 1);
    assert_int_equal(number(r, "SELECT count(*) FROM \"order\""), 0);
}

static void a_newer_order_takes_the_place(void **state)
{
    struct rig *r = *state;
    int64_t off, on, settings, more;

    people(r);
    reading(r, FIRST);
    /* Never sent: it ends in the transaction that gives the newer one. */
    assert_int_equal(switched(r, "off", &off), 0);
    assert_int_equal(switched(r, "on", &on), 0);
    state_is(r, off, "superseded");
    /* Sent, and in doubt: it waits for nobody, is sent no more, and the newer one waits for its copies. */
    assert_int_equal(sending(r, on), ORDER_STEP_SEND);
    plain_after(r, on, ORDER_DEED_UNKNOWN, false);
    state_is(r, on, "in doubt");
    assert_int_equal(switched(r, "off", &off), 0);
    state_is(r, on, "in doubt");
    struct due d = due(r); /* the older one is over by this look */
    state_is(r, on, "superseded");
    d = due(r);
    assert_int_equal(d.count, 1);
    assert_int_equal(d.task[0].id, off);
    assert_true(d.task[0].sent_before); /* quiet first */
    /* Being sent when the engine ended: it stops before its next frame. */
    assert_int_equal(sending(r, off), ORDER_STEP_SEND);
    assert_int_equal(switched(r, "on", &on), 0);
    state_is(r, off, "sending");
    assert_int_equal(sending(r, off), ORDER_STEP_STOP);
    state_is(r, off, "superseded");
    /* Settings contradict where the newer ones cover the older ones. */
    assert_int_equal(change(r, &wang, "order.settings",
                            json_pack("{s:s,s:i}", "meter", "190301527", "alarm1_minor", 1000),
                            "order", &settings),
                     0);
    assert_int_equal(change(r, &wang, "order.settings",
                            json_pack("{s:s,s:i}", "meter", "190301527", "overdraft_minor", 0),
                            "order", &more),
                     0);
    state_is(r, settings, "queued");
    assert_int_equal(change(r, &wang, "order.settings",
                            json_pack("{s:s,s:i,s:i}", "meter", "190301527", "alarm1_minor", 3000,
                                      "alarm2_minor", 0),
                            "order", &more),
                     0);
    state_is(r, settings, "superseded");
}

static void said_and_is(void **state)
{
    struct rig *r = *state;
    int64_t orders = 0, on;
    json_t *args;

    people(r);
    /* Taken over as it is; then somebody changes it at the meter. */
    looked(r, false, true, "closed", 8216, -9);
    assert_int_equal(number(r, "SELECT count(*) FROM wanted WHERE how = 'adopted'"), 9);
    assert_int_equal(number(r, "SELECT drift FROM meter_state"), 0);
    looked(r, true, false, "forced off", 9000, 1);
    assert_int_equal(number(r, "SELECT drift FROM meter_state"), 5);
    args = json_pack("{s:s}", "meter", "190301527");
    assert_int_equal(change(r, &sun, "wanted.fix", args, "orders", &orders), 0);
    assert_int_equal(number(r, "SELECT count(*) FROM \"order\""), 2);
    assert_int_equal(number(r, "SELECT count(*) FROM \"order\" WHERE detail LIKE '%prepaid%'"), 1);
    assert_int_equal(
        number(r, "SELECT count(*) FROM \"order\" WHERE detail LIKE '%[8216,8216,8216,8216]%'"), 1);
    /* Accepted is one of them; the rest stays. */
    args = json_pack("{s:s,s:s}", "meter", "190301527", "item", "mode");
    assert_true(change(r, &sun, "wanted.accept", json_incref(args), "accepted", &orders) < 0);
    assert_int_equal(change(r, &wang, "wanted.accept", args, "accepted", &orders), 0);
    assert_int_equal(number(r, "SELECT drift FROM meter_state"), 4);
    assert_int_equal(number(r, "SELECT count(*) FROM protection"), 0);
    /* Forced on by somebody and accepted: protected power from then on, until somebody takes it away. */
    looked(r, true, true, "closed", 9000, 2);
    args = json_pack("{s:s,s:s}", "meter", "190301527", "item", "mode");
    assert_int_equal(change(r, &wang, "wanted.accept", json_incref(args), "accepted", &orders), 0);
    assert_int_equal(
        number(
            r,
            "SELECT accepted_by = 3 AND ended_utc IS NULL AND until_utc IS NULL FROM protection"),
        1);
    looked(r, false, true, "closed", 9000, 3);
    assert_int_equal(change(r, &wang, "wanted.accept", args, "accepted", &orders), 0);
    assert_int_equal(number(r, "SELECT count(*) FROM protection WHERE ended_utc IS NULL"), 0);
    /* An order that is done is what was said. */
    assert_int_equal(switched(r, "on", &on), 0);
    assert_int_equal(sending(r, on), ORDER_STEP_SEND);
    plain_after(r, on, ORDER_DEED_DONE, true);
    assert_int_equal(number(r, "SELECT value FROM wanted WHERE item = 'mode'"), 2);
    /* Money of somebody else counts as a difference until a manager has seen to it. */
    sql(r, "UPDATE meter_known SET purchase_count = 40, balance_minor = 2720, total_minor = 99000");
    looked(r, true, true, "closed", 8216, 9);
    assert_int_equal(number(r, "SELECT count(*) FROM excess WHERE kind = 'foreign'"), 1);
    assert_int_equal(number(r, "SELECT drift FROM meter_state"), 1);
    assert_int_equal(number(r, "SELECT count(*) FROM alarm WHERE kind = 'foreign purchase' AND "
                               "cleared_utc IS NULL"),
                     1);
    args = json_pack("{s:i,s:s}", "excess", 1, "note", "taken off by hand");
    assert_int_equal(change(r, &wang, "excess.seen", args, "excess", &orders), 0);
    assert_int_equal(number(r, "SELECT drift FROM meter_state"), 0);
    assert_int_equal(number(r, "SELECT count(*) FROM alarm WHERE cleared_utc IS NULL"), 0);
}

/* A meter whose prepaid function somebody switched off never cuts: its state looks like any other. */
static void prepaid_switched_off(void **state)
{
    struct rig *r = *state;
    int64_t orders = 0;
    json_t *args = json_pack("{s:s}", "meter", "190301527");

    people(r);
    looked(r, false, true, "closed", 8216, -9);
    looked_so(r, false, false, true, "closed", 8216, 1);
    assert_int_equal(number(r, "SELECT drift FROM meter_state"), 1);
    assert_int_equal(number(r, "SELECT count(*) FROM alarm WHERE kind = 'drift'"), 1);
    assert_int_equal(number(r, "SELECT count(*) FROM wanted_said WHERE item = 'prepaid' AND "
                               "wanted_text = 'switched on' AND reported_text = 'switched off'"),
                     1);
    /* Whatever its relay is forced to. */
    looked_so(r, false, true, false, "forced off", 8216, 2);
    assert_int_equal(number(r, "SELECT drift FROM meter_state"), 2);
    looked_so(r, false, false, true, "closed", 8216, 3);
    /* An order switches it on again; alone, nothing else is written with it. */
    assert_int_equal(change(r, &sun, "wanted.fix", json_incref(args), "orders", &orders), 0);
    assert_int_equal(number(r, "SELECT count(*) FROM \"order\" WHERE kind = 'settings' AND "
                               "detail = '{\"prepaid\":true}'"),
                     1);
    assert_int_equal(number(r, "SELECT count(*) FROM \"order\""), 1);
    looked(r, false, true, "closed", 8216, 4);
    assert_int_equal(number(r, "SELECT drift FROM meter_state"), 0);
    /* Accepted it is what was said; on again is the difference then. */
    looked_so(r, false, false, true, "closed", 8216, 5);
    assert_int_equal(change(r, &wang, "wanted.accept", args, "accepted", &orders), 0);
    assert_int_equal(number(r, "SELECT drift FROM meter_state"), 0);
    looked(r, false, true, "closed", 8216, 6);
    assert_int_equal(number(r, "SELECT drift FROM meter_state"), 1);
}

/* Taken over with its prepaid function off: as it is, but where it has an account and sells. */
static void prepaid_taken_over(void **state)
{
    struct rig *r = *state;

    people(r);
    looked_so(r, false, false, true, "closed", 8216, 1);
    assert_int_equal(number(r, "SELECT drift FROM meter_state"), 1);
    sql(r, "DELETE FROM wanted; UPDATE account_meter SET to_utc = 1");
    looked_so(r, false, false, true, "closed", 8216, 2);
    assert_int_equal(number(r, "SELECT value FROM wanted WHERE item = 'prepaid'"), 0);
    assert_int_equal(number(r, "SELECT drift FROM meter_state"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_tag_holds_from_its_commit_on, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_clears, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_reading_takes_it_away, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_main_meter_takes_its_room_along, set_up, tear_down),
        cmocka_unit_test_setup_teardown(made_so_as_orders_are, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_from_the_site_is_forced_off, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_from_the_site_that_is_off, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_newer_order_takes_the_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(said_and_is, set_up, tear_down),
        cmocka_unit_test_setup_teardown(prepaid_switched_off, set_up, tear_down),
        cmocka_unit_test_setup_teardown(prepaid_taken_over, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("lock_out", tests, NULL, NULL);
}
