/* meter.c - a simulated meter's life, its answer to a frame, and the top-up.
 *
 * Belongs here: which function codes are answered (meters.md 1.1, 1.11, 1.13) and how a
 * purchase is taken (1.5). Not here: the register maps (meter_read.c, meter_write.c) and the
 * passing of time (meter_time.c).
 */
#define _GNU_SOURCE 1
#include "meter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frame.h"

static const uint8_t silent_functions[] = {0x98, 0x99, 0xAA, 0xAB};

static void *need(void *memory)
{
    if (!memory) {
        fputs("metersim: out of memory\n", stderr);
        exit(70);
    }
    return memory;
}

struct meter *meter_new(const char *channel, int64_t address)
{
    struct meter *m = need(calloc(1, sizeof *m));
    m->channel = need(strdup(channel));
    m->plate_address = address;
    m->address = address;
    m->seed = (uint64_t)address * UINT64_C(0x9E3779B97F4A7C15);
    for (const char *c = channel; *c; c++) {
        m->seed = (m->seed ^ (uint8_t)*c) * UINT64_C(0x100000001B3);
    }
    m->price_scale = 0;
    m->present = 1;
    m->consuming = 1;
    m->pt = 1;
    m->ct = 1;
    m->prepaid = 1;
    for (int i = 0; i < 4; i++) {
        m->price[i] = 10000;
    }
    m->baud_index = 3;
    m->over_since_ms = METER_NEVER;
    m->alarm2_until_ms = METER_NEVER;
    m->over_until_ms = METER_NEVER;
    return m;
}

void meter_free(struct meter *m)
{
    if (m) {
        free(m->channel);
        free(m->purchases);
        free(m);
    }
}

void meter_print_number(const struct meter *m, char out[13])
{
    for (int i = 0; i < METER_NUMBER_BYTES; i++) {
        snprintf(out + (ptrdiff_t)2 * i, 3, "%02X", m->number[i]);
    }
}

void meter_add_purchase(struct meter *m, const struct purchase *p)
{
    if (m->purchase_count == m->purchase_room) {
        m->purchase_room = m->purchase_room ? m->purchase_room * 2 : 4;
        m->purchases = need(realloc(m->purchases, m->purchase_room * sizeof *m->purchases));
    }
    m->purchases[m->purchase_count++] = *p;
}

static bool was_taken_before(const struct meter *m, uint64_t frame)
{
    for (size_t i = m->purchase_count; frame != 0 && i-- > 0;) {
        if (m->purchases[i].frame == frame) {
            return true;
        }
    }
    return false;
}

int meter_credit(struct meter *m, uint32_t amount_minor, uint16_t count, struct origin origin)
{
    bool next = count == (uint16_t)(m->count + 1);
    bool again = count == m->count && m->repeat == METER_REPEAT_CREDIT;
    if (amount_minor == 0 || (!next && !again) ||
        m->balance_minor + (int64_t)amount_minor > INT32_MAX) {
        return 3;
    }
    m->count = count;
    m->balance_minor += amount_minor;
    m->credited_minor += amount_minor;
    if (m->total_mode == METER_TOTAL_MOVES) {
        m->total_minor = (m->total_minor + amount_minor) & UINT32_MAX;
    }
    struct purchase p = {
        .amount_minor = amount_minor,
        .count = count,
        .at_ms = m->as_of_ms,
        .at_utc_ms = origin.at_utc_ms,
        .frame = origin.frame,
        .copy = origin.copy,
        .doubled = was_taken_before(m, origin.frame),
        .foreign = origin.foreign,
    };
    meter_add_purchase(m, &p);
    m->changed = true;
    return 0;
}

/* The eleven bytes nobody knows: they change, so that no driver can come to rely on them. */
static size_t fill_vendor_reply(const struct meter *m, uint8_t *reply)
{
    uint64_t x = m->seed ^ (uint64_t)m->as_of_ms * UINT64_C(0x9E3779B97F4A7C15);
    for (int i = 2; i < 13; i++) {
        x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        reply[i] = (uint8_t)(x >> 56);
    }
    return 13;
}

static int answer_read(struct meter *m, const uint8_t *request, size_t size, uint8_t *reply,
                       size_t *reply_size)
{
    if (size != 6) {
        return 3;
    }
    unsigned count = frame_u16(request + 4);
    if (count < 1 || count > 123) {
        return 3;
    }
    reply[2] = (uint8_t)(count * 2);
    *reply_size = 3 + (size_t)count * 2;
    return meter_read(m, frame_u16(request + 2), count, reply + 3);
}

static int answer_write(struct meter *m, const uint8_t *request, size_t size, uint8_t *reply,
                        size_t *reply_size)
{
    if (size < 9) {
        return 3;
    }
    unsigned count = frame_u16(request + 4);
    if (count < 1 || count > 123 || request[6] != count * 2 || size != 7 + (size_t)request[6]) {
        return 3;
    }
    memcpy(reply + 2, request + 2, 4);
    *reply_size = 6;
    return meter_write_registers(m, frame_u16(request + 2), count, request + 7);
}

static int answer_vendor(struct meter *m, const uint8_t *request, size_t size, struct origin origin,
                         uint8_t *reply, size_t *reply_size)
{
    if (size >= 4 && request[3] == 0xFF) {
        return -1;
    }
    if (size < 7 || size != 7 + (size_t)request[6]) {
        return 3;
    }
    int code = meter_write_vendor(m, frame_u16(request + 2), frame_u16(request + 4), request + 7,
                                  request[6], origin);
    *reply_size = fill_vendor_reply(m, reply);
    return code;
}

size_t meter_answer(struct meter *m, const uint8_t *request, size_t size, struct origin origin,
                    uint8_t *reply)
{
    if (size < 2 || request[0] == 0 || memchr(silent_functions, request[1], 4)) {
        return 0;
    }
    reply[0] = request[0];
    reply[1] = request[1];
    size_t reply_size = 0;
    int code = 1;
    switch (request[1]) {
    case 0x03: code = answer_read(m, request, size, reply, &reply_size); break;
    case 0x10: code = answer_write(m, request, size, reply, &reply_size); break;
    case 0x20: code = answer_vendor(m, request, size, origin, reply, &reply_size); break;
    default: break;
    }
    if (code < 0) {
        return 0;
    }
    if (code > 0) {
        reply[1] = (uint8_t)(request[1] | 0x80);
        reply[2] = (uint8_t)code;
        return 3;
    }
    return reply_size;
}
