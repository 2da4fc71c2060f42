/*
 * The flow of jobs through a channel to a meter that misbehaves on demand: what was sent how often, what
 * the hooks saw, and how the job ended. One letter of a script per request (meter.h).
 */
#include "work.h"

static void read_fills_the_reading(void **state)
{
    struct site s;
    struct work w;
    struct channel_status status;
    (void)state;
    site_open(&s);
    work_init(&w, JOB_READ, JOB_INTERACTIVE);
    site_run(&s, &w, "");
    assert_int_equal(w.job.end, JOB_DONE);
    assert_true(w.job.has_reading && w.job.reading.has_identity && w.job.reading.has_settings);
    assert_string_equal(w.job.reading.identity.number, "26110042");
    assert_int_equal(w.job.reading.credit.balance_minor, 1234);
    assert_int_equal(w.job.reading.credit.total_minor, 70000);
    assert_int_equal(w.job.reading.credit.energy_wh, 1234560);
    assert_int_equal(w.job.reading.voltage_mv[0], 230100);
    assert_int_equal(w.job.reading.current_ma[0], 5120);
    assert_int_equal(w.job.reading.power_w[3], 1178);
    assert_true(w.job.reading.relay_closed);
    assert_string_equal(s.meter.log, "03:0200/1 03:0360/5 03:0200/48 03:0400/25 03:0480/7 ");
    assert_true(w.job.frame_count >= 8);
    assert_string_equal(w.job.frames[0].hex, "01 03 02 00 00 01 85 B2");
    assert_int_equal(w.job.frames[0].direction, '>');
    assert_true(field_status(s.field, 1, &status));
    assert_int_equal(status.state, LINE_UP);
    assert_int_equal(status.answers, 4);
    assert_false(field_status(s.field, 2, &status));
    work_clear(&w);
    site_close(&s);
}

/* A sweep checks the identity once a connection, the settings once in a while. */
static void sweep_is_short(void **state)
{
    struct site s;
    struct work w;
    (void)state;
    site_open(&s);
    work_init(&w, JOB_READ, JOB_SWEEP);
    site_run(&s, &w, "");
    assert_int_equal(w.job.end, JOB_DONE);
    site_run(&s, &w, "");
    assert_int_equal(w.job.end, JOB_DONE);
    assert_string_equal(s.meter.log, "03:0200/48 ");
    site_run(&s, &w, "s"); /* one try, no retry */
    assert_int_equal(w.job.end, JOB_UNREACHED);
    assert_int_equal(w.job.error.msg, MSG_FIELD_METER_SILENT);
    assert_string_equal(s.meter.log, "03:0200/48 ");
    site_run(&s, &w, "s"); /* who was silent is probed with the shortest request */
    assert_int_equal(w.job.end, JOB_UNREACHED);
    assert_string_equal(s.meter.log, "03:0200/1 ");
    site_run(&s, &w, "");
    assert_int_equal(w.job.end, JOB_DONE);
    assert_string_equal(s.meter.log, "03:0200/1 03:0360/5 03:0200/48 ");
    work_clear(&w);
    site_close(&s);
}

static void interactive_read_tries_twice(void **state)
{
    struct site s;
    struct work w;
    (void)state;
    site_open(&s);
    work_init(&w, JOB_READ, JOB_INTERACTIVE);
    site_run(&s, &w, "s...g");
    assert_int_equal(w.job.end, JOB_DONE);
    site_run(&s, &w, "ss");
    assert_int_equal(w.job.end, JOB_UNREACHED);
    site_run(&s, &w, "bb");
    assert_int_equal(w.job.end, JOB_UNREACHED);
    assert_int_equal(w.job.error.msg, MSG_FIELD_METER_GATEWAY);
    site_run(&s, &w, "ww");
    assert_int_equal(w.job.error.msg, MSG_FIELD_METER_GARBAGE);
    work_clear(&w);
    site_close(&s);
}

/* A copy of an earlier reply may or may not still be on the line when the top-up goes out. */
#define ANY_DEED ((enum deed)9)

/* A script of a top-up: the requests are code, number, poll, settings, [top-up], poll, settings. */
struct topup_case {
    const char *script, *before, *after;
    enum job_end end;
    enum deed deed;
    bool has_back;
    int topups, after_calls;
    uint16_t count;
};

static void topup_once(const struct topup_case *c)
{
    struct site s;
    struct work w;
    site_open(&s);
    work_init(&w, JOB_TOPUP, JOB_PROVE);
    w.job.amount_minor = 10000;
    w.before = c->before;
    w.after = c->after;
    site_run(&s, &w, c->script);
    print_message("# %s: end %d deed %d log %s\n", c->script, w.job.end, w.deed, s.meter.log);
    assert_int_equal(w.job.end, c->end);
    assert_int_equal(w.after_calls, c->after_calls);
    assert_int_equal(s.meter.topups, c->topups);
    assert_int_equal(s.meter.count, c->count);
    assert_int_equal(s.meter.balance, 1234 + (c->count - 7) * 10000);
    if (c->after_calls > 0) {
        if (c->deed != ANY_DEED)
            assert_int_equal(w.deed, c->deed);
        assert_int_equal(w.has_back, c->has_back);
        assert_int_equal(w.seen.count, 7);
        assert_int_equal(w.job.count, 8);
    }
    if (w.has_back)
        assert_int_equal(w.back.count, c->count);
    assert_int_equal(w.job.error.code != 0, c->end != JOB_DONE);
    work_clear(&w);
    site_close(&s);
}

static void topup_ends(void **state)
{
    static const struct topup_case cases[] = {
        {"", "", "", JOB_DONE, DEED_DONE, true, 1, 1, 8},
        {"....l", "", "", JOB_DONE, DEED_UNKNOWN, true, 1, 1, 8},    /* reply lost */
        {"....s", "", "", JOB_UNKNOWN, DEED_UNKNOWN, true, 1, 1, 7}, /* request lost */
        {"....s", "", "qx", JOB_UNKNOWN, DEED_UNKNOWN, true, 1, 2, 7},
        {"....s", "", "qqq", JOB_UNKNOWN, DEED_UNKNOWN, true, 1, 3, 7}, /* twice at most */
        {"....1", "", "", JOB_NOT_DONE, DEED_NOT_DONE, true, 1, 1, 7},
        {"....3", "", "", JOB_UNKNOWN, DEED_UNKNOWN, true, 1, 1, 7},
        {"....b", "", "", JOB_UNKNOWN, DEED_UNKNOWN, true, 1, 1, 7},
        {"....d", "", "", JOB_DONE, DEED_DONE, true, 1, 1, 8},
        {"....D", "", "", JOB_DONE, DEED_DONE, true, 1, 1, 8},
        {"....g", "", "", JOB_DONE, DEED_UNKNOWN, true, 1, 1, 8},
        {"....w", "", "", JOB_DONE, DEED_UNKNOWN, true, 1, 1, 8},
        {"....x", "", "", JOB_DONE, DEED_UNKNOWN, true, 1, 1, 8}, /* the read's late reply */
        {"....t", "", "", JOB_DONE, DEED_DONE, true, 1, 1, 8},
        {"....e", "", "", JOB_DONE, DEED_UNKNOWN, true, 1, 1, 8},    /* closed after acting */
        {"....c", "", "", JOB_UNKNOWN, DEED_UNKNOWN, true, 1, 1, 7}, /* closed before */
        {"....lsssssssssssss", "", "", JOB_UNKNOWN, DEED_UNKNOWN, false, 1, 1, 8},
        {"....ldx.d", "", "", JOB_DONE, ANY_DEED, true, 1, 1, 8},
        {"ss", "", "", JOB_UNREACHED, DEED_UNKNOWN, false, 0, 0, 7},
        {"..s.s.", "", "", JOB_DONE, DEED_DONE, true, 1, 1, 8}, /* lost reads are read again */
        {"..gss", "", "", JOB_UNREACHED, DEED_UNKNOWN, false, 0, 0, 7},
        {"", "x", "", JOB_STOPPED, DEED_UNKNOWN, false, 0, 0, 7},
        {"", "qs", "", JOB_DONE, DEED_DONE, true, 1, 1, 8},
        {"", "qq", "", JOB_STOPPED, DEED_UNKNOWN, false, 0, 0, 7},
        {"d.d.d.d", "", "", JOB_DONE, ANY_DEED, true, 1, 1, 8},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        topup_once(&cases[i]);
}

static void probe_comes_before_money(void **state)
{
    static const struct {
        const char *script;
        enum job_end end;
        enum deed probe;
        enum msg_id why;
        int probes, topups;
    } cases[] = {
        {"", JOB_DONE, DEED_DONE, MSG_NONE, 1, 1},
        {"....l", JOB_DONE, DEED_DONE, MSG_NONE, 2, 1}, /* harmless: tried again */
        {"....1", JOB_STOPPED, DEED_NOT_DONE, MSG_FIELD_NO_VENDOR, 1, 0},
        {"....ss", JOB_STOPPED, DEED_UNKNOWN, MSG_FIELD_VENDOR_SILENT, 2, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct site s;
        struct work w;
        site_open(&s);
        work_init(&w, JOB_TOPUP, JOB_PROVE);
        w.job.amount_minor = 10000;
        w.job.probe_first = true;
        site_run(&s, &w, cases[i].script);
        assert_int_equal(w.job.end, cases[i].end);
        assert_int_equal(w.job.probe, cases[i].probe);
        assert_int_equal(s.meter.probes, cases[i].probes);
        assert_int_equal(s.meter.topups, cases[i].topups);
        assert_int_equal(w.before_calls, cases[i].topups);
        if (cases[i].why != MSG_NONE)
            assert_int_equal(w.job.error.msg, cases[i].why);
        work_clear(&w);
        site_close(&s);
    }
}

static void strangers_get_nothing(void **state)
{
    struct site s;
    struct work w;
    (void)state;
    site_open(&s);
    work_init(&w, JOB_TOPUP, JOB_PROVE);
    w.job.amount_minor = 10000;
    s.meter.number[2] = 0x0043;
    site_run(&s, &w, "");
    assert_int_equal(w.job.end, JOB_STRANGER);
    assert_int_equal(w.job.error.msg, MSG_FIELD_STRANGER_NUMBER);
    assert_string_equal(w.job.error.arg[1].text, "26110043");
    assert_int_equal(s.meter.topups + w.before_calls, 0);
    s.meter.code = 5;
    site_run(&s, &w, "");
    assert_int_equal(w.job.end, JOB_STRANGER);
    assert_int_equal(w.job.error.msg, MSG_FIELD_STRANGER_MODEL);
    s.meter.code = 7;
    memset(s.meter.number, 0xFF, sizeof s.meter.number); /* blank: the hook decides */
    site_run(&s, &w, "");
    assert_int_equal(w.job.end, JOB_DONE);
    work_clear(&w);
    site_close(&s);
}

/* Once another one was found at an address, every round asks there who answers, until it is the right one again. */
static void rounds_read_no_stranger(void **state)
{
    struct site s;
    struct work w;
    (void)state;
    site_open(&s);
    const uint16_t mine = s.meter.number[2];
    work_init(&w, JOB_READ, JOB_SWEEP);
    site_run(&s, &w, "");
    assert_int_equal(w.job.end, JOB_DONE);
    s.meter.number[2] = 0x0043;
    w.job.priority = JOB_INTERACTIVE;
    site_run(&s, &w, "");
    assert_int_equal(w.job.end, JOB_STRANGER);
    w.job.priority = JOB_SWEEP;
    for (int i = 0; i < 2; i++) {
        site_run(&s, &w, "");
        assert_int_equal(w.job.end, JOB_STRANGER);
        assert_false(w.job.has_reading);
    }
    s.meter.number[2] = mine;
    site_run(&s, &w, "");
    assert_int_equal(w.job.end, JOB_DONE);
    site_run(&s, &w, "");
    assert_string_equal(s.meter.log, "03:0200/48 "); /* and is trusted again */
    work_clear(&w);
    site_close(&s);
}

static void old_firmware(void **state)
{
    struct site s;
    struct work w;
    (void)state;
    site_open(&s);
    s.meter.old = true;
    work_init(&w, JOB_TOPUP, JOB_PROVE);
    w.job.amount_minor = 500;
    w.job.probe_first = true;
    site_run(&s, &w, "");
    assert_int_equal(w.job.end, JOB_DONE);
    assert_int_equal(s.meter.probes, 0);
    assert_true(w.back.old_firmware && !w.back.has_total);
    w.job.kind = JOB_SETTINGS;
    w.job.settings = (struct meter_settings){.set_alarms = true, .alarm1_minor = 2000};
    site_run(&s, &w, "");
    assert_int_equal(w.job.end, JOB_NOT_DONE);
    assert_int_equal(w.job.error.msg, MSG_FIELD_OLD_FIRMWARE);
    assert_int_equal(s.meter.writes, 0);
    work_clear(&w);
    site_close(&s);
}

static void switch_is_proved_by_the_meter(void **state)
{
    struct site s;
    struct work w;
    (void)state;
    site_open(&s);
    work_init(&w, JOB_SWITCH, JOB_BATCH);
    w.job.mode = SWITCH_FORCED_OFF;
    site_run(&s, &w, "..l"); /* code, number, write */
    assert_int_equal(w.job.end, JOB_DONE);
    assert_int_equal(w.deed, DEED_DONE);
    assert_false(w.job.reading.relay_closed);
    assert_int_equal(w.job.reading.why, RELAY_FORCED_OFF);
    w.job.mode = SWITCH_FORCED_ON;
    site_run(&s, &w, "..s");
    assert_int_equal(w.job.end, JOB_UNKNOWN);
    site_run(&s, &w, "");
    assert_int_equal(w.job.end, JOB_DONE);
    assert_true(w.job.reading.forced && w.job.reading.relay_closed);
    w.job.mode = SWITCH_PREPAID;
    w.job.before_send = NULL;
    site_run(&s, &w, "..2");
    assert_int_equal(w.job.end, JOB_NOT_DONE);
    assert_int_equal(w.job.error.msg, MSG_FIELD_METER_REFUSES);
    site_run(&s, &w, "");
    assert_int_equal(w.job.end, JOB_DONE);
    assert_false(w.job.reading.forced);
    work_clear(&w);
    site_close(&s);
}

static void settings_and_clock(void **state)
{
    struct site s;
    struct work w;
    (void)state;
    site_open(&s);
    work_init(&w, JOB_SETTINGS, JOB_BATCH);
    w.job.settings = (struct meter_settings){.set_balance = true,
                                             .balance_minor = 500,
                                             .set_alarms = true,
                                             .alarm1_minor = 2000,
                                             .alarm2_minor = 1000,
                                             .set_prices = true,
                                             .price_e4 = {8216, 8216, 5216, 3216}};
    site_run(&s, &w, "....l");
    assert_int_equal(w.job.end, JOB_DONE);
    assert_int_equal(w.job.reading.credit.balance_minor, 500);
    assert_int_equal(w.job.reading.alarm2_minor, 1000);
    assert_int_equal(w.job.reading.price_e4[2], 5216);
    assert_int_equal(w.seen.balance_minor, 1234);
    w.job.settings = (struct meter_settings){.set_balance = true, .balance_minor = -1};
    s.meter.writes = 0;
    site_run(&s, &w, "");
    assert_int_equal(w.job.end, JOB_NOT_DONE);
    assert_int_equal(w.job.error.msg, MSG_METER_DEBT_WRITE);
    assert_int_equal(s.meter.writes, 0);
    w.job.kind = JOB_CLOCK;
    w.job.clock_local = 1793628189;
    site_run(&s, &w, "");
    assert_int_equal(w.job.end, JOB_DONE);
    assert_int_equal(w.job.reading.clock_local, 1793628189);
    w.job.clock_local = 0;
    site_run(&s, &w, "..s");
    assert_true(w.job.clock_local > 0);
    assert_int_equal(w.job.end, JOB_UNKNOWN);
    work_clear(&w);
    site_close(&s);
}

/* A gateway that closes when idle costs nothing but a reconnect. */
static void idle_close(void **state)
{
    struct site s;
    struct work w;
    struct channel_status status;
    (void)state;
    site_open(&s);
    work_init(&w, JOB_READ, JOB_SWEEP);
    for (int i = 0; i < 3; i++) {
        site_run(&s, &w, i ? "" : "....");
        assert_int_equal(w.job.end, JOB_DONE);
        pthread_mutex_lock(&s.server.lock);
        server_drop(&s.server);
        pthread_mutex_unlock(&s.server.lock);
        clock_sleep_ms(30);
    }
    assert_true(field_status(s.field, 1, &status));
    assert_int_equal(status.reconnects, 2);
    assert_int_equal(status.timeouts, 0);
    site_run(&s, &w, ".....c"); /* closed with the request under way: read again */
    assert_int_equal(w.job.end, JOB_DONE);
    work_clear(&w);
    site_close(&s);
}

static void back_off(void **state)
{
    struct site s;
    struct work w;
    struct channel_status status;
    struct err e = {0};
    (void)state;
    site_open(&s);
    server_stop(&s.server); /* nobody listens there now */
    work_init(&w, JOB_TOPUP, JOB_PROVE);
    w.job.amount_minor = 1;
    w.job.quiet_first = true;
    assert_int_equal(field_submit(s.field, 1, &w.job, &e), 0);
    work_wait(&w);
    assert_int_equal(w.job.end, JOB_UNREACHED);
    assert_int_equal(w.job.error.msg, MSG_FIELD_LINE_DOWN);
    assert_string_equal(w.job.error.arg[1].text, "the connection is refused");
    assert_true(field_status(s.field, 1, &status));
    assert_int_equal(status.state, LINE_BACKOFF);
    assert_string_equal(status.trouble, "connect: Connection refused");
    int64_t began = clock_mono_ms();
    w.finished = false;
    assert_int_equal(field_submit(s.field, 1, &w.job, &e), 0);
    work_wait(&w);
    assert_int_equal(w.job.end, JOB_UNREACHED);
    assert_int_equal(w.job.error.msg, MSG_FIELD_LINE_BACKOFF);
    assert_true(clock_mono_ms() - began < 200);
    work_clear(&w);
    field_free(s.field);
}

/* Interactive jobs overtake sweeps; within a priority the first comes first. */
/* What the other end does once somebody listens there: says some bytes, goes. */
static void listened(struct site *s, struct work *w, int bytes, bool goes)
{
    struct err e = {0};
    const int before = s->server.connections;
    w->finished = false;
    assert_int_equal(field_submit(s->field, 1, &w->job, &e), 0);
    for (int i = 0; i < 200 && s->server.connections == before; i++)
        clock_sleep_ms(5);
    pthread_mutex_lock(&s->server.lock);
    server_send(&s->server, (const uint8_t *)"\1\3\2\0\1", (size_t)bytes);
    if (goes)
        server_drop(&s->server);
    pthread_mutex_unlock(&s->server.lock);
    work_wait(w);
}

/* Nothing heard is told only by who could listen to the end. */
static void listening(void **state)
{
    struct site s;
    struct work w;
    (void)state;
    site_open(&s);
    work_init(&w, JOB_LISTEN, JOB_INTERACTIVE);
    w.job.listen_ms = 300;
    listened(&s, &w, 0, false);
    assert_int_equal(w.job.end, JOB_DONE);
    assert_int_equal(w.job.heard, 0);
    listened(&s, &w, 5, false);
    assert_int_equal(w.job.end, JOB_DONE);
    assert_int_equal(w.job.heard, 5);
    listened(&s, &w, 5, true);
    assert_int_equal(w.job.end, JOB_DONE);
    assert_int_equal(w.job.heard, 5);
    listened(&s, &w, 0, true);
    assert_int_equal(w.job.end, JOB_UNREACHED);
    assert_int_equal(w.job.heard, 0);
    work_clear(&w);
    site_close(&s);
}

static void overtaking(void **state)
{
    struct site s;
    struct work w[5];
    static const enum job_priority priority[5] = {JOB_SWEEP, JOB_SWEEP, JOB_BATCH, JOB_INTERACTIVE,
                                                  JOB_PROVE};
    static const int order[5] = {1, 5, 4, 3, 2};
    atomic_int counter = 0;
    struct err e = {0};
    (void)state;
    site_open(&s);
    s.meter.script = "t"; /* the first one takes a while */
    s.meter.late_ms = 100;
    server_sync(&s.server);
    for (size_t i = 0; i < 5; i++) {
        work_init(&w[i], JOB_READ, priority[i]);
        w[i].counter = &counter;
        assert_int_equal(field_submit(s.field, 1, &w[i].job, &e), 0);
        if (i == 0)
            clock_sleep_ms(40);
    }
    for (size_t i = 0; i < 5; i++) {
        work_wait(&w[i]);
        assert_int_equal(w[i].job.end, JOB_DONE);
        assert_int_equal(w[i].order, order[i]);
        work_clear(&w[i]);
    }
    site_close(&s);
}

static void stopping_finishes_what_is_in_flight(void **state)
{
    struct site s;
    struct work w[3];
    struct err e = {0};
    (void)state;
    site_open(&s);
    s.meter.script = "....t"; /* the top-up is on its way when the field stops */
    s.meter.late_ms = 150;
    server_sync(&s.server);
    for (size_t i = 0; i < 3; i++) {
        work_init(&w[i], JOB_TOPUP, JOB_PROVE);
        w[i].job.amount_minor = 10000;
        assert_int_equal(field_submit(s.field, 1, &w[i].job, &e), 0);
    }
    while (s.meter.topups == 0)
        clock_sleep_ms(5);
    field_stop(s.field);
    assert_true(w[0].finished && w[1].finished && w[2].finished);
    /* Who asks a field at its end is told so. */
    struct channel_status status;
    struct work late;
    work_init(&late, JOB_READ, JOB_INTERACTIVE);
    assert_true(field_status(s.field, 1, &status));
    assert_int_equal(field_submit(s.field, 1, &late.job, &e), ERR_AGAIN);
    work_clear(&late);
    field_free(s.field);
    assert_int_equal(w[0].job.end, JOB_DONE);
    assert_int_equal(w[1].job.end, JOB_DROPPED);
    assert_int_equal(w[2].job.end, JOB_DROPPED);
    assert_int_equal(s.meter.count, 8);
    for (size_t i = 0; i < 3; i++)
        work_clear(&w[i]);
    server_stop(&s.server);
}

/* A quiet wait does not hold up the end. */
static void stopping_ends_a_quiet_wait(void **state)
{
    struct site s;
    struct work w;
    struct err e = {0};
    (void)state;
    meter_init(&s.meter, &s.server);
    assert_true(server_start(&s.server));
    struct channel_conf conf = site_conf(s.server.port);
    conf.quiet_ms = 20000;
    assert_int_equal(field_new(&s.field, NULL, &e), 0);
    assert_int_equal(field_channel_add(s.field, &conf, &e), 0);
    work_init(&w, JOB_TOPUP, JOB_PROVE);
    w.job.quiet_first = true;
    assert_int_equal(field_submit(s.field, 1, &w.job, &e), 0);
    clock_sleep_ms(60);
    int64_t began = clock_mono_ms();
    site_close(&s);
    assert_true(clock_mono_ms() - began < 2000);
    assert_int_equal(w.job.end, JOB_DROPPED);
    assert_int_equal(s.meter.topups, 0);
    work_clear(&w);
}

static void refusals_of_the_field(void **state)
{
    struct site s;
    struct work w;
    struct err e = {0};
    (void)state;
    site_open(&s);
    work_init(&w, JOB_READ, JOB_SWEEP);
    assert_int_equal(field_submit(s.field, 9, &w.job, &e), ERR_NOT_FOUND);
    w.job.meter.address = 0;
    assert_int_equal(field_submit(s.field, 1, &w.job, &e), ERR_DATA);
    struct channel_conf conf = site_conf(s.server.port);
    assert_int_equal(field_channel_add(s.field, &conf, &e), ERR_REFUSED);
    conf.id = 2;
    assert_int_equal(field_channel_add(s.field, &conf, &e), ERR_REFUSED);
    assert_int_equal(e.msg, MSG_FIELD_CHANNEL_TWICE);
    conf.port = 0;
    assert_int_equal(field_channel_add(s.field, &conf, &e), ERR_CONFIG);
    memcpy(conf.type, "bus", 4);
    assert_int_equal(field_channel_add(s.field, &conf, &e), ERR_CONFIG);
    assert_int_equal(e.msg, MSG_FIELD_CHANNEL_TYPE);
    assert_null(driver_by_model("XYZ", NULL));
    assert_non_null(driver_by_model("dtsy1352-nk", NULL));
    work_clear(&w);
    site_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(read_fills_the_reading),
        cmocka_unit_test(sweep_is_short),
        cmocka_unit_test(interactive_read_tries_twice),
        cmocka_unit_test(topup_ends),
        cmocka_unit_test(probe_comes_before_money),
        cmocka_unit_test(strangers_get_nothing),
        cmocka_unit_test(rounds_read_no_stranger),
        cmocka_unit_test(old_firmware),
        cmocka_unit_test(switch_is_proved_by_the_meter),
        cmocka_unit_test(settings_and_clock),
        cmocka_unit_test(idle_close),
        cmocka_unit_test(back_off),
        cmocka_unit_test(listening),
        cmocka_unit_test(overtaking),
        cmocka_unit_test(stopping_finishes_what_is_in_flight),
        cmocka_unit_test(stopping_ends_a_quiet_wait),
        cmocka_unit_test(refusals_of_the_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
