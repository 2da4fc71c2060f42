/*
 * A meter for the tests of the field: just enough of an Acrel 1352 to be sold to, with one fault per
 * request chosen by a script. (The simulated building is written apart from the drivers and is the
 * real judge; this one is for single steps.)
 *
 * Script, one letter per request; '.' after its end:
 *   .  answers               s  request lost             l  acts, reply lost
 *   d  reply doubled         D  the copy 30 ms later     w  reply from another address
 *   g  garbage               c  closes, does not act     e  acts, closes
 *   1 2 3  exception         b  exception 0B             t  acts, reply after late_ms
 *   x  the reply before this one instead of its own
 */
#ifndef METER_H
#define METER_H

#include "clock.h"
#include "server.h"

struct meter {
    uint8_t address;
    uint16_t code, count;
    int64_t balance, total;
    uint16_t number[3];
    uint16_t forced[2];
    uint16_t settings[25];
    uint16_t clock[4];
    bool old, credits_repeat;
    const char *script;
    int late_ms;
    atomic_int topups, probes, writes; /* frames that came, whatever became of them */
    uint8_t last[FRAME_MAX];
    size_t last_len;
    char log[4096]; /* "03:0200/48 20:0100 ..." */
};

static inline void put_reg(uint8_t *b, size_t i, unsigned value)
{
    b[2 * i] = (uint8_t)(value >> 8);
    b[2 * i + 1] = (uint8_t)(value & 0xFF);
}

static inline void put_reg32(uint8_t *b, size_t i, int64_t value)
{
    put_reg(b, i, (uint32_t)value >> 16);
    put_reg(b, i + 1, (uint32_t)value & 0xFFFF);
}

static inline unsigned get16(const uint8_t *b)
{
    return (unsigned)b[0] << 8 | b[1];
}

static inline void meter_poll(const struct meter *m, uint8_t *b)
{
    bool closed = m->forced[0] ? m->forced[1] == 0 : m->balance > 0;
    memset(b, 0, 96);
    put_reg(b, 0, m->code);
    put_reg(b, 1, 2301);
    put_reg(b, 4, 512);
    put_reg(b, 0x0A, 1178);
    put_reg(b, 0x13, 1);
    put_reg(b, 0x14, 1);
    put_reg32(b, 0x15, 123456);
    put_reg32(b, 0x1F, m->balance);
    put_reg(b, 0x21, m->count);
    put_reg(b, 0x24, (closed ? 0x2000u : 0) | (m->forced[0] ? 8u | !m->forced[1] : 0));
    put_reg(b, 0x25, 8u | (m->balance > 0 ? 7u : 0));
    for (size_t i = 0; i < 4; i++)
        put_reg(b, 0x28 + i, m->clock[i]);
}

/* Payload of a read: its bytes, or 0 with *exception. */
static inline size_t meter_read(struct meter *m, unsigned start, unsigned count, uint8_t *b,
                                uint8_t *exception)
{
    uint8_t poll[96];
    meter_poll(m, poll);
    if (start == 0x0200 && count <= 48) {
        memcpy(b, poll, 2 * (size_t)count);
    } else if (start == 0x0360 && count == 5) {
        put_reg(b, 0, (unsigned)m->address << 8 | 3);
        put_reg(b, 1, 0);
        for (size_t i = 0; i < 3; i++)
            put_reg(b, 2 + i, m->number[i]);
    } else if (start == 0x0400 && count == 25 && !m->old) {
        for (size_t i = 0; i < 25; i++)
            put_reg(b, i, m->settings[i]);
        put_reg(b, 1, m->count);
        put_reg32(b, 0x12, m->total);
        put_reg32(b, 0x14, m->balance);
    } else if (start == 0x0046 && count == 28 && m->old) {
        memset(b, 0, 56);
        put_reg(b, 8, m->count);
        put_reg32(b, 9, m->balance);
    } else {
        *exception = 2;
        return 0;
    }
    return 2 * (size_t)count;
}

/* The groups of the settings frame that the tests use. */
static inline void meter_settings(struct meter *m, const uint8_t *d)
{
    if (d[0])
        m->settings[0] = d[1];
    if (d[2])
        m->balance = (int64_t)get16(d + 3) << 16 | get16(d + 5);
    if (d[7])
        m->count = (uint16_t)get16(d + 8);
    if (d[20])
        for (size_t i = 0; i < 4; i++)
            m->settings[0x0A + i] = (uint16_t)get16(d + 21 + 2 * i);
    if (d[29])
        for (size_t i = 0; i < 8; i++)
            m->settings[2 + i] = (uint16_t)get16(d + 30 + 2 * i);
}

/* Acts on a request; the reply (without CRC) into r, its length returned. */
static inline size_t meter_act(struct meter *m, const uint8_t *f, uint8_t *r)
{
    unsigned start = get16(f + 2), count = get16(f + 4);
    uint8_t exception = 0;
    r[0] = m->address;
    r[1] = f[1];
    if (f[1] == 3) {
        size_t n = meter_read(m, start, count, r + 3, &exception);
        r[2] = (uint8_t)n;
        if (!exception)
            return 3 + n;
    } else if (f[1] == 0x10 && start == 0x0057) {
        m->forced[0] = (uint16_t)get16(f + 7);
        m->forced[1] = (uint16_t)get16(f + 9);
        memcpy(r + 2, f + 2, 4);
        return 6;
    } else if (f[1] == 0x20 && start == 0x0100) {
        int64_t amount = (int64_t)get16(f + 7) << 16 | get16(f + 9);
        uint16_t sequence = (uint16_t)get16(f + 11);
        bool next = sequence == (uint16_t)(m->count + 1);
        bool repeat = sequence == m->count && m->credits_repeat;
        if (next || repeat) {
            m->balance += amount;
            m->total += amount;
            m->count = sequence;
            memset(r + 2, 0x5A, 11);
            return 13;
        }
        exception = 3;
    } else if (f[1] == 0x20 && start == 0x0200 && !m->old) {
        meter_settings(m, f + 7);
        memset(r + 2, 0, 11);
        return 13;
    } else if (f[1] == 0x20 && start == 0x0354) {
        m->clock[0] = (uint16_t)(f[13] << 8 | f[12]);
        m->clock[1] = (uint16_t)(f[11] << 8 | f[10]);
        m->clock[2] = (uint16_t)(f[9] << 8 | f[8]);
        m->clock[3] = (uint16_t)(f[7] << 8);
        memset(r + 2, 0, 11);
        return 13;
    } else {
        exception = 2;
    }
    r[1] |= 0x80;
    r[2] = exception;
    return 3;
}

static inline void meter_note(struct meter *m, const uint8_t *f)
{
    size_t at = strlen(m->log);
    unsigned start = get16(f + 2);
    snprintf(m->log + at, sizeof m->log - at, "%02X:%04X/%u ", f[1], start, get16(f + 4));
    m->topups += f[1] == 0x20 && start == 0x0100;
    bool zero = true;
    for (size_t i = 0; f[1] == 0x20 && start == 0x0200 && i < 60; i++)
        zero = zero && f[7 + i] == 0;
    m->probes += f[1] == 0x20 && start == 0x0200 && zero;
    m->writes += f[1] == 0x10 || (f[1] == 0x20 && start != 0x0100 && !(start == 0x0200 && zero));
}

static inline void meter_answer(struct server *s, const uint8_t *f, size_t len)
{
    struct meter *m = s->owner;
    uint8_t r[FRAME_MAX], before[FRAME_MAX];
    static const uint8_t noise[] = {0x55, 0xAA, 0x00, 0x13, 0x37};
    char fault = *m->script ? *m->script++ : '.';
    (void)len;
    meter_note(m, f);
    if (f[0] != m->address || fault == 's')
        return;
    if (fault == 'c') {
        server_drop(s);
        return;
    }
    if ((fault >= '1' && fault <= '3') || fault == 'b') {
        uint8_t refusal[3] = {f[0], (uint8_t)(f[1] | 0x80),
                              (uint8_t)(fault == 'b' ? 0x0B : fault - '0')};
        server_reply(s, refusal, 3);
        return;
    }
    size_t before_len = m->last_len;
    memcpy(before, m->last, before_len);
    size_t n = meter_act(m, f, r);
    memcpy(m->last, r, n);
    m->last_len = n;
    switch (fault) {
    case 'l': return;
    case 'e': server_drop(s); return;
    case 'g': server_send(s, noise, sizeof noise); return;
    case 'w': r[0]++; break;
    case 't': clock_sleep_ms(m->late_ms); break;
    case 'x': server_reply(s, before, before_len); return;
    case 'd': server_reply(s, r, n); break;
    case 'D':
        server_reply(s, r, n);
        clock_sleep_ms(30);
        break;
    default: break;
    }
    server_reply(s, r, n);
}

static inline void meter_init(struct meter *m, struct server *s)
{
    memset(m, 0, sizeof *m);
    memset(s, 0, sizeof *s);
    m->address = 1;
    m->code = 7;
    m->count = 7;
    m->balance = 1234;
    m->total = 70000;
    m->number[0] = 0x0000;
    m->number[1] = 0x2611;
    m->number[2] = 0x0042;
    m->settings[0] = 1;
    m->script = "";
    m->late_ms = 80;
    s->answer = meter_answer;
    s->owner = m;
}

#endif
