/*
 * Stale replies: the late, doubled or foreign reply of one request must never be taken for another's.
 * libmodbus alone takes them for success; each way it does so is a test here, at the bus itself, and
 * with both framings.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "clock.h"
#include "line_bus.h"
#include "server.h"

#define WAIT_MS 300

/* A bus to a server whose answers the test scripts: request number n is answered by table[n]. */
struct bench {
    struct server server;
    struct line line;
    struct bus bus;
    void (*const *table)(struct server *s, const uint8_t *frame, size_t len);
    size_t steps, step;
};

static const struct framing *framing_named(const char *type)
{
    for (size_t i = 0; framing_registry[i]; i++)
        if (strcmp(framing_registry[i]->type, type) == 0)
            return framing_registry[i];
    return NULL;
}

static void answer(struct server *s, const uint8_t *frame, size_t len)
{
    struct bench *b = s->owner;
    if (b->step < b->steps)
        b->table[b->step++](s, frame, len);
}

static void bench_open(struct bench *b, const char *type,
                       void (*const *table)(struct server *s, const uint8_t *f, size_t len),
                       size_t steps)
{
    struct channel_conf conf = {.id = 1,
                                .name = "B",
                                .host = "127.0.0.1",
                                .baud = 115200,
                                .timeout_min_ms = WAIT_MS,
                                .timeout_max_ms = WAIT_MS};
    memset(b, 0, sizeof *b);
    b->table = table;
    b->steps = steps;
    b->server.answer = answer;
    b->server.owner = b;
    b->server.mbap = strcmp(type, "tcp") == 0;
    assert_true(server_start(&b->server));
    conf.port = b->server.port;
    line_init(&b->line, &conf, framing_named(type), -1);
    bus_init(&b->bus, &b->line, NULL);
}

static void bench_close(struct bench *b)
{
    line_clear(&b->line);
    server_stop(&b->server);
}

#define OPEN(b, type, ...)                                                                         \
    static void (*const table_[])(struct server *, const uint8_t *, size_t) = {__VA_ARGS__};       \
    bench_open(b, type, table_, sizeof table_ / sizeof *table_)

static void silence(struct server *s, const uint8_t *f, size_t len)
{
    (void)s, (void)f, (void)len;
}

/* Echo of a function 16 write. */
static void echo(struct server *s, const uint8_t *f, size_t len)
{
    (void)len;
    server_reply(s, f, 6);
}

/* The echo of the write to 0057, whatever was asked now. */
static void echo_of_0057(struct server *s, const uint8_t *f, size_t len)
{
    uint8_t r[] = {1, 0x10, 0x00, 0x57, 0x00, 0x02};
    (void)f, (void)len;
    server_reply(s, r, sizeof r);
}

/* Until the requester has given up: it counts its time-out, then waits out late bytes. */
static void until_given_up(struct server *s)
{
    struct bench *b = s->owner;
    int64_t before = -1, now;
    do {
        clock_sleep_ms(2);
        pthread_mutex_lock(&b->line.lock);
        now = b->line.status.timeouts;
        pthread_mutex_unlock(&b->line.lock);
        if (before < 0)
            before = now;
    } while (now == before);
}

/* The echo when the requester has given up, but is still waiting out late bytes. */
static void late_echo(struct server *s, const uint8_t *f, size_t len)
{
    until_given_up(s);
    echo(s, f, len);
}

/* A reply of count registers with growing values, sealed; its length. */
static size_t values_frame(uint8_t *r, const uint8_t *f, uint8_t address, unsigned first)
{
    r[0] = address;
    r[1] = f[1];
    r[2] = (uint8_t)(2 * f[5]);
    for (unsigned i = 0; i < f[5]; i++) {
        r[3 + 2 * i] = (uint8_t)((first + i) >> 8);
        r[4 + 2 * i] = (uint8_t)(first + i);
    }
    return frame_seal(r, 3 + 2 * (size_t)f[5]);
}

/* A read answers with the addresses of its registers. */
static void values(struct server *s, const uint8_t *f, size_t len)
{
    uint8_t r[FRAME_MAX];
    (void)len;
    server_send(s, r, values_frame(r, f, f[0], (unsigned)f[2] << 8 | f[3]));
}

/* Both copies in one packet. */
static void values_doubled(struct server *s, const uint8_t *f, size_t len)
{
    uint8_t r[2 * FRAME_MAX];
    (void)len;
    size_t n = values_frame(r, f, f[0], (unsigned)f[2] << 8 | f[3]);
    memcpy(r + n, r, n);
    server_send(s, r, 2 * n);
}

static void values_doubled_late(struct server *s, const uint8_t *f, size_t len)
{
    values(s, f, len);
    clock_sleep_ms(5);
    values(s, f, len);
}

static void values_of_next_address(struct server *s, const uint8_t *f, size_t len)
{
    (void)len;
    uint8_t r[FRAME_MAX];
    server_send(s, r, values_frame(r, f, (uint8_t)(f[0] + 1), 0x7000));
}

static void values_of_other_length(struct server *s, const uint8_t *f, size_t len)
{
    uint8_t r[] = {f[0], f[1], 4, 1, 2, 3, 4};
    (void)len;
    server_reply(s, r, sizeof r);
}

static void late_values(struct server *s, const uint8_t *f, size_t len)
{
    until_given_up(s);
    values(s, f, len);
}

/* The late reply of one write must not confirm another whose own reply was lost. */
static void write_is_not_confirmed_by_another(void **state)
{
    struct bench b;
    uint16_t off[2] = {1, 1}, other[2] = {0, 0};
    (void)state;
    OPEN(&b, "rtu-tcp", silence, echo_of_0057, late_echo, silence, echo);
    assert_int_equal(bus_write(&b.bus, 1, 0x0057, 2, off).end, BUS_SILENT);
    /* The first one's reply comes after the next was sent: its echo names another register. */
    assert_int_equal(bus_write(&b.bus, 1, 0x2000, 2, other).end, BUS_GARBAGE);
    /* It comes while late bytes are waited out: dropped. */
    assert_int_equal(bus_write(&b.bus, 1, 0x0057, 2, off).end, BUS_SILENT);
    assert_int_equal(bus_write(&b.bus, 1, 0x0057, 2, other).end, BUS_SILENT);
    assert_int_equal(bus_write(&b.bus, 1, 0x0057, 2, other).end, BUS_OK);
    bench_close(&b);
}

static void read_is_not_another_meters(void **state)
{
    struct bench b;
    uint16_t regs[8];
    (void)state;
    OPEN(&b, "rtu-tcp", values_of_next_address, values, values_of_other_length, values,
         values_of_next_address, values_of_next_address);
    struct bus_result r = bus_read(&b.bus, 1, 3, 0x0200, 8, regs);
    assert_int_equal(r.end, BUS_OK); /* the second try */
    assert_int_equal(regs[0], 0x0200);
    r = bus_read(&b.bus, 1, 3, 0x0300, 8, regs);
    assert_int_equal(r.end, BUS_OK);
    assert_int_equal(regs[7], 0x0307);
    r = bus_read(&b.bus, 1, 3, 0x0300, 8, regs);
    assert_int_equal(r.end, BUS_GARBAGE);
    bench_close(&b);
}

/* Equal lengths, different starts: after doubled replies each read still gets its own. The line is
 * listened to before a read whose reply the one before could pass for. */
static void doubled_replies_do_not_shift(void **state)
{
    struct bench b;
    uint16_t regs[5];
    (void)state;
    OPEN(&b, "rtu-tcp", values_doubled, values_doubled, values_doubled, values_doubled, values);
    for (unsigned i = 0; i < 5; i++) {
        uint16_t start = (uint16_t)(0x0100 * (i + 1));
        int64_t began = clock_mono_ms();
        assert_int_equal(bus_read(&b.bus, 1, 3, start, 5, regs).end, BUS_OK);
        assert_int_equal(regs[0], start);
        assert_int_equal(regs[4], start + 4);
        if (i > 0)
            assert_true(clock_mono_ms() - began >= 49);
    }
    bench_close(&b);
}

/* With different lengths it does not matter when a copy comes: it is no reply, and the read is tried
 * again. */
static void late_copies_are_of_another_length(void **state)
{
    struct bench b;
    uint16_t regs[9];
    (void)state;
    OPEN(&b, "rtu-tcp", values_doubled_late, values_doubled_late, values, values, values, values);
    for (uint16_t i = 0; i < 4; i++) {
        uint16_t start = (uint16_t)(0x0100 * (i + 1)), count = (uint16_t)(5 + i);
        assert_int_equal(bus_read(&b.bus, 1, 3, start, count, regs).end, BUS_OK);
        assert_int_equal(regs[0], start);
        assert_int_equal(regs[count - 1], start + count - 1);
    }
    bench_close(&b);
}

/* A reply that comes after its time-out is waited for before the next request to that meter, and
 * teaches the time-out. */
static void late_reply_is_waited_out(void **state)
{
    struct bench b;
    uint16_t regs[5];
    (void)state;
    OPEN(&b, "rtu-tcp", values, values, late_values, values);
    for (unsigned i = 0; i < 2; i++)
        assert_int_equal(bus_read(&b.bus, 1, 3, 0x0100, 5, regs).end, BUS_OK);
    b.bus.patient = false; /* one try, as in a sweep */
    assert_int_equal(bus_read(&b.bus, 1, 3, 0x0200, 5, regs).end, BUS_SILENT);
    assert_int_equal(bus_read(&b.bus, 1, 3, 0x0300, 5, regs).end, BUS_OK);
    assert_int_equal(regs[0], 0x0300);
    assert_true(b.bus.place[1].timing.smoothed_us > 20000);
    bench_close(&b);
}

/* The same meter asked by somebody else: a block of equal length from another start. The driver reads
 * money in two blocks that must agree. */
static void foreign_poll_block(struct server *s, const uint8_t *f, size_t len)
{
    uint8_t r[FRAME_MAX] = {f[0], f[1], (uint8_t)(2 * f[5])};
    (void)len;
    r[4] = 7; /* even with the right device code */
    r[3 + 2 * 0x21 + 1] = 99;
    server_reply(s, r, 3 + 2 * (size_t)f[5]);
}

static void settings_block(struct server *s, const uint8_t *f, size_t len)
{
    uint8_t r[FRAME_MAX] = {f[0], f[1], (uint8_t)(2 * f[5])};
    (void)len;
    r[3 + 2 * 1 + 1] = 8; /* count */
    server_reply(s, r, 3 + 2 * (size_t)f[5]);
}

static void money_blocks_must_agree(void **state)
{
    struct bench b;
    struct meter_credit credit;
    struct meter_profile p = {.transformers = true, .price_scale = 10000};
    (void)state;
    OPEN(&b, "rtu-tcp", foreign_poll_block, settings_block, foreign_poll_block, settings_block);
    const struct driver *driver = driver_by_model("DDSY1352", NULL);
    assert_int_equal(driver->read_credit(&b.bus, 1, &p, &credit).end, BUS_GARBAGE);
    assert_int_equal(b.server.requests, 4);
    bench_close(&b);
}

/* Modbus-TCP: the frame again with the transaction of the request before. */
static void mbap_values(struct server *s, const uint8_t *f, size_t len, unsigned back)
{
    uint8_t r[FRAME_MAX];
    size_t count = f[11];
    (void)len;
    frame_mbap_head(r, (uint16_t)((unsigned)(f[0] << 8 | f[1]) - back), f[6], 2 + 2 * count);
    r[7] = f[7];
    r[8] = (uint8_t)(2 * count);
    for (size_t i = 0; i < count; i++) {
        r[9 + 2 * i] = f[8];
        r[10 + 2 * i] = (uint8_t)(f[9] + i);
    }
    server_send(s, r, 9 + 2 * count);
}

static void mbap_good(struct server *s, const uint8_t *f, size_t len)
{
    mbap_values(s, f, len, 0);
}

static void mbap_stale(struct server *s, const uint8_t *f, size_t len)
{
    mbap_values(s, f, len, 1);
}

/* The late reply of the request before, and then its own. */
static void mbap_stale_first(struct server *s, const uint8_t *f, size_t len)
{
    mbap_values(s, f, len, 1);
    mbap_values(s, f, len, 0);
}

static void mbap_doubled(struct server *s, const uint8_t *f, size_t len)
{
    mbap_good(s, f, len);
    mbap_good(s, f, len);
}

static void mbap_vendor(struct server *s, const uint8_t *f, unsigned back, uint8_t function)
{
    uint8_t r[FRAME_MAX] = {0};
    frame_mbap_head(r, (uint16_t)((unsigned)(f[0] << 8 | f[1]) - back), f[6], 12);
    r[7] = function;
    server_send(s, r, 19);
}

static void mbap_vendor_stale_first(struct server *s, const uint8_t *f, size_t len)
{
    (void)len;
    mbap_vendor(s, f, 1, 0x20);
    mbap_vendor(s, f, 0, 0x20);
}

static void mbap_vendor_stale_only(struct server *s, const uint8_t *f, size_t len)
{
    (void)len;
    mbap_vendor(s, f, 1, 0x20);
}

static void mbap_exception(struct server *s, const uint8_t *f, size_t len)
{
    uint8_t r[9];
    (void)len;
    frame_mbap_head(r, (uint16_t)(f[0] << 8 | f[1]), f[6], 2);
    r[7] = f[7] | 0x80;
    r[8] = 1;
    server_send(s, r, sizeof r);
}

static void transactions_are_matched(void **state)
{
    struct bench b;
    uint16_t regs[5];
    uint8_t body[13] = {1};
    (void)state;
    OPEN(&b, "tcp", mbap_good, mbap_stale_first, mbap_stale, mbap_doubled, mbap_good,
         mbap_vendor_stale_first, mbap_vendor_stale_only, mbap_exception, mbap_exception,
         mbap_good);
    assert_int_equal(bus_read(&b.bus, 1, 3, 0x0100, 5, regs).end, BUS_OK);
    assert_int_equal(regs[4], 0x0104);
    assert_int_equal(bus_read(&b.bus, 1, 3, 0x0180, 5, regs).end, BUS_OK); /* at the first try */
    assert_int_equal(regs[4], 0x0184);
    server_sync(&b.server);
    assert_int_equal(b.step, 2);
    assert_int_equal(bus_read(&b.bus, 1, 3, 0x0200, 5, regs).end, BUS_OK); /* at the second try */
    assert_int_equal(regs[0], 0x0200);
    clock_sleep_ms(25); /* the copy is on the line before the next request */
    assert_int_equal(bus_read(&b.bus, 1, 3, 0x0300, 5, regs).end, BUS_OK);
    assert_int_equal(regs[0], 0x0300);
    assert_int_equal(bus_vendor(&b.bus, 1, 0x20, body, 13, 11, NULL).end, BUS_OK);
    assert_int_equal(bus_vendor(&b.bus, 1, 0x20, body, 13, 11, NULL).end, BUS_SILENT);
    struct bus_result r = bus_vendor(&b.bus, 1, 0x20, body, 13, 11, NULL);
    assert_int_equal(r.end, BUS_EXCEPTION);
    assert_int_equal(r.exception, 1);
    r = bus_read(&b.bus, 1, 3, 0x0300, 5, regs);
    assert_int_equal(r.end, BUS_EXCEPTION);
    assert_int_equal(r.exception, 1);
    assert_int_equal(bus_read(&b.bus, 1, 3, 0x0400, 5, regs).end, BUS_OK);
    bench_close(&b);
}

/* An absent meter, silent before too, costs its neighbours its own short time-out alone. */
static void absent_meter_is_cheap(void **state)
{
    struct bench b;
    uint16_t regs[5];
    (void)state;
    OPEN(&b, "rtu-tcp", values, silence, silence, values);
    b.bus.patient = false;
    assert_int_equal(bus_read(&b.bus, 1, 3, 0x0100, 5, regs).end, BUS_OK);
    b.bus.timing =
        (struct timing){.known = true, .smoothed_us = 5000}; /* however busy this machine */
    assert_int_equal(bus_read(&b.bus, 2, 3, 0x0100, 5, regs).end, BUS_SILENT);
    assert_int_equal(bus_read(&b.bus, 2, 3, 0x0100, 5, regs).end, BUS_SILENT);
    int64_t began = clock_mono_ms(); /* its neighbour is asked at once, not after another wait */
    assert_int_equal(bus_read(&b.bus, 1, 3, 0x0100, 5, regs).end, BUS_OK);
    assert_true(clock_mono_ms() - began < WAIT_MS - 20);
    bench_close(&b);
}

/* Frames of others of the last half hour; what is older is no news. */
static void others_of_late(void **state)
{
    static struct bus bus;
    const int64_t now = 1790000100; /* at the beginning of a span */
    (void)state;
    for (int64_t i = 0; i < STRANGE_SPANS; i++) {
        bus.strange[i].span = now / STRANGE_SPAN_S - i;
        bus.strange[i].frames = i + 1;
    }
    assert_int_equal(bus_strange_lately(&bus, now), 21);
    assert_int_equal(bus_strange_lately(&bus, now + STRANGE_SPAN_S), 15);
    assert_int_equal(bus_strange_lately(&bus, now + 1800 - STRANGE_SPAN_S), 1);
    assert_int_equal(bus_strange_lately(&bus, now + 1800), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(others_of_late),
        cmocka_unit_test(write_is_not_confirmed_by_another),
        cmocka_unit_test(read_is_not_another_meters),
        cmocka_unit_test(doubled_replies_do_not_shift),
        cmocka_unit_test(late_copies_are_of_another_length),
        cmocka_unit_test(late_reply_is_waited_out),
        cmocka_unit_test(money_blocks_must_agree),
        cmocka_unit_test(transactions_are_matched),
        cmocka_unit_test(absent_meter_is_cheap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
