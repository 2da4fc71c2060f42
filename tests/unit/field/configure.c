/*
 * The channels of a field changed while it works: a new place takes the queue with it, one that is taken
 * out drops it, what cannot be is refused and leaves the others alone.
 */
#include <stdio.h>

#include "work.h"

#define JOBS 6

static struct channel_conf conf_of(int id, int port)
{
    struct channel_conf c = site_conf(port);
    c.id = id;
    snprintf(c.name, sizeof c.name, "L%d", id);
    return c;
}

static void note_refused(void *ctx, const struct channel_conf *conf, const struct err *e)
{
    char *said = ctx;
    size_t at = strlen(said);
    snprintf(said + at, 200 - at, "%s:%d ", conf->name, (int)e->msg);
}

static void submit(struct site *s, struct work *w, int channel)
{
    struct err e = {0};
    work_init(w, JOB_READ, JOB_INTERACTIVE);
    assert_int_equal(field_submit(s->field, channel, &w->job, &e), 0);
}

static void moves_with_its_queue(void **state)
{
    struct site a, b;
    struct work w[JOBS];
    (void)state;
    site_open(&a);
    meter_init(&b.meter, &b.server);
    assert_true(server_start(&b.server));
    a.meter.script = "tttttttttttttttttttttttt"; /* slowly, so that the rest is still queued */
    for (int i = 0; i < JOBS; i++)
        submit(&a, &w[i], 1);
    struct channel_conf there = conf_of(1, b.server.port);
    assert_int_equal(field_configure(a.field, &there, 1, NULL, NULL), 1);
    for (int i = 0; i < JOBS; i++) {
        work_wait(&w[i]);
        assert_int_equal(w[i].job.end, JOB_DONE);
        work_clear(&w[i]);
    }
    server_sync(&b.server);
    assert_true(b.server.requests > 0);
    assert_int_equal(b.server.connections, 1);
    assert_int_equal(field_configure(a.field, &there, 1, NULL, NULL), 0); /* the same again */
    site_close(&a);
    server_stop(&b.server);
}

static void taken_out(void **state)
{
    struct site s;
    struct work w[JOBS];
    struct err e = {0};
    int dropped = 0;
    (void)state;
    site_open(&s);
    s.meter.script = "tttttttttttttttttttttttt";
    for (int i = 0; i < JOBS; i++)
        submit(&s, &w[i], 1);
    assert_int_equal(field_configure(s.field, NULL, 0, NULL, NULL), 0);
    for (int i = 0; i < JOBS; i++) {
        work_wait(&w[i]);
        dropped += w[i].job.end == JOB_DROPPED;
        work_clear(&w[i]);
    }
    assert_in_range(dropped, 1, JOBS);
    work_init(&w[0], JOB_READ, JOB_INTERACTIVE);
    assert_int_equal(field_submit(s.field, 1, &w[0].job, &e), ERR_NOT_FOUND);
    work_clear(&w[0]);
    site_close(&s);
}

static void refused(void **state)
{
    struct site s;
    struct work w;
    char said[200] = "", want[200];
    (void)state;
    site_open(&s);
    struct channel_conf list[4] = {conf_of(1, s.server.port), conf_of(2, s.server.port),
                                   conf_of(3, 0), conf_of(4, 1)};
    snprintf(list[3].type, sizeof list[3].type, "pigeon");
    assert_int_equal(field_configure(s.field, list, 4, note_refused, said), 0);
    snprintf(want, sizeof want, "L2:%d L3:%d L4:%d ", (int)MSG_FIELD_CHANNEL_TWICE,
             (int)MSG_FIELD_CHANNEL_PLACE, (int)MSG_FIELD_CHANNEL_TYPE);
    assert_string_equal(said, want);
    submit(&s, &w, 1);
    work_wait(&w);
    assert_int_equal(w.job.end, JOB_DONE);
    work_clear(&w);
    site_close(&s);
}

/* Two channels that change places: neither is in the other's way. */
static void change_places(void **state)
{
    struct site a, b;
    struct work w;
    (void)state;
    site_open(&a);
    meter_init(&b.meter, &b.server);
    assert_true(server_start(&b.server));
    struct channel_conf list[2] = {conf_of(1, a.server.port), conf_of(2, b.server.port)};
    assert_int_equal(field_configure(a.field, list, 2, NULL, NULL), 1);
    list[0].port = b.server.port;
    list[1].port = a.server.port;
    assert_int_equal(field_configure(a.field, list, 2, NULL, NULL), 2);
    submit(&a, &w, 1);
    struct channel_status status = {0};
    for (int i = 0; i < 20000 && status.answers == 0; i++) /* somebody looks on while it connects */
        assert_true(field_status(a.field, 1, &status));
    work_wait(&w);
    assert_int_equal(w.job.end, JOB_DONE);
    server_sync(&b.server);
    assert_true(b.server.requests > 0);
    work_clear(&w);
    site_close(&a);
    server_stop(&b.server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moves_with_its_queue),
        cmocka_unit_test(taken_out),
        cmocka_unit_test(refused),
        cmocka_unit_test(change_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
