/*
 * Acrel DDSY1352-NK (single-phase) and DTSY1352-NK (three-phase): requests and their order. Money is
 * read by whole blocks of different lengths, so that another request's late reply cannot pass for this
 * one's; both blocks carry the purchase count and must agree on it. What registers mean is in
 * acrel_decode.c, orders in acrel_encode.c.
 */
#include <string.h>

#include "acrel_frames.h"
#include "message.h"

#define READ_HOLDING     3
#define ILLEGAL_FUNCTION 1
#define ILLEGAL_ADDRESS  2
#define BLOCK_ROUNDS     2

static struct bus_result read_number(struct bus *bus, uint8_t address, struct meter_identity *out)
{
    uint16_t line[ACREL_LINE_COUNT];
    struct bus_result r =
        bus_read(bus, address, READ_HOLDING, ACREL_LINE_START, ACREL_LINE_COUNT, line);
    out->number[0] = '\0';
    if (r.end == BUS_OK)
        acrel_decode_number(line, out->number);
    else if (r.end == BUS_EXCEPTION && r.exception == ILLEGAL_ADDRESS)
        r.end = BUS_OK; /* a meter that does not tell its number */
    return r;
}

static struct bus_result identify(struct bus *bus, uint8_t address, struct meter_identity *out)
{
    uint16_t code;
    struct bus_result r = bus_read(bus, address, READ_HOLDING, ACREL_POLL_START, 1, &code);
    if (r.end != BUS_OK)
        return r;
    out->device_code = code;
    return read_number(bus, address, out);
}

static struct bus_result read_poll(struct bus *bus, uint8_t address, const struct meter_profile *p,
                                   struct meter_reading *out)
{
    uint16_t regs[ACREL_POLL_COUNT];
    struct bus_result r =
        bus_read(bus, address, READ_HOLDING, ACREL_POLL_START, ACREL_POLL_COUNT, regs);
    if (r.end == BUS_OK)
        acrel_decode_poll(regs, p, out);
    return r;
}

/* The settings block of new firmware, or of old where that is refused. */
static struct bus_result read_settings(struct bus *bus, uint8_t address,
                                       const struct meter_profile *p, struct meter_reading *out,
                                       uint16_t *count)
{
    uint16_t regs[ACREL_OLD_COUNT];
    struct bus_result r =
        bus_read(bus, address, READ_HOLDING, ACREL_SETTINGS_START, ACREL_SETTINGS_COUNT, regs);
    if (r.end == BUS_OK) {
        acrel_decode_settings(regs, p, out, count);
        return r;
    }
    if (r.end != BUS_EXCEPTION || r.exception != ILLEGAL_ADDRESS)
        return r;
    r = bus_read(bus, address, READ_HOLDING, ACREL_OLD_START, ACREL_OLD_COUNT, regs);
    if (r.end == BUS_OK)
        acrel_decode_old(regs, p, out, count);
    return r;
}

static struct bus_result settings_beside(struct bus *bus, uint8_t address,
                                         const struct meter_profile *p, struct meter_reading *out)
{
    struct meter_reading whole = *out;
    uint16_t count = 0;
    struct bus_result r = read_settings(bus, address, p, &whole, &count);
    if (r.end == BUS_OK && count == out->credit.count)
        *out = whole;
    else if (r.end == BUS_OK)
        r.end = BUS_GARBAGE; /* a purchase came between */
    return r;
}

static bool known_code(uint16_t code)
{
    return code == ACREL_DDSY || code == ACREL_DTSY;
}

static struct bus_result read_all(struct bus *bus, uint8_t address, const struct meter_profile *p,
                                  struct meter_reading *out)
{
    struct bus_result r = {.end = BUS_GARBAGE, .sent = true};
    for (int round = 0; round < BLOCK_ROUNDS; round++) {
        uint16_t count = 0;
        memset(out, 0, sizeof *out);
        r = read_poll(bus, address, p, out);
        if (r.end != BUS_OK || !known_code(out->identity.device_code))
            return r; /* somebody else's registers: who asked looks at the code */
        r = read_settings(bus, address, p, out, &count);
        if (r.end != BUS_OK)
            return r;
        if (count == out->credit.count)
            return r;
        r.end = BUS_GARBAGE;
    }
    return r;
}

static struct bus_result read_credit(struct bus *bus, uint8_t address,
                                     const struct meter_profile *p, struct meter_credit *out)
{
    struct meter_reading reading;
    struct bus_result r = read_all(bus, address, p, &reading);
    if (r.end == BUS_OK && !known_code(reading.identity.device_code))
        r.end = BUS_GARBAGE;
    if (r.end == BUS_OK)
        *out = reading.credit;
    return r;
}

/* Only exception 01 says that nobody acted: a 03 may be the refusal of a second copy (1.5). */
static enum deed deed_of(const struct bus_result *r)
{
    if (r->end == BUS_OK)
        return DEED_DONE;
    if (!r->sent || (r->end == BUS_EXCEPTION && r->exception == ILLEGAL_FUNCTION))
        return DEED_NOT_DONE;
    return DEED_UNKNOWN;
}

static enum deed vendor(struct bus *bus, uint8_t address, const uint8_t *body, size_t len,
                        struct bus_result *how)
{
    *how = bus_vendor(bus, address, ACREL_VENDOR, body, len, ACREL_REPLY_LEN, NULL);
    return deed_of(how);
}

static enum deed topup(struct bus *bus, uint8_t address, int64_t amount_minor, uint16_t count,
                       struct bus_result *how)
{
    uint8_t body[ACREL_TOPUP_LEN];
    *how = (struct bus_result){.end = BUS_DOWN};
    if (!acrel_encode_topup(amount_minor, count, body))
        return DEED_NOT_DONE;
    return vendor(bus, address, body, sizeof body, how);
}

static enum deed topup_probe(struct bus *bus, uint8_t address, struct bus_result *how)
{
    uint8_t body[ACREL_SETTINGS_LEN];
    acrel_encode_probe(body);
    return vendor(bus, address, body, sizeof body, how);
}

static enum deed relay(struct bus *bus, uint8_t address, enum switch_mode mode,
                       struct bus_result *how)
{
    uint16_t regs[ACREL_SWITCH_COUNT];
    acrel_encode_switch(mode, regs);
    *how = bus_write(bus, address, ACREL_SWITCH_START, ACREL_SWITCH_COUNT, regs);
    return deed_of(how);
}

static enum deed settings(struct bus *bus, uint8_t address, const struct meter_profile *p,
                          const struct meter_settings *s, struct bus_result *how, struct err *e)
{
    uint8_t body[ACREL_SETTINGS_LEN];
    *how = (struct bus_result){.end = BUS_DOWN};
    if (!acrel_encode_settings(p, s, body, e))
        return DEED_NOT_DONE;
    return vendor(bus, address, body, sizeof body, how);
}

static struct bus_result load_read(struct bus *bus, uint8_t address, uint16_t code,
                                   struct meter_load *out)
{
    uint16_t regs[ACREL_LOAD3_COUNT];
    int phases = code == ACREL_DTSY ? 3 : 1;
    uint16_t count = phases == 3 ? ACREL_LOAD3_COUNT : ACREL_LOAD_COUNT;
    struct bus_result r = bus_read(bus, address, READ_HOLDING, ACREL_LOAD_START, count, regs);
    if (r.end == BUS_OK)
        acrel_decode_load(regs, phases, out);
    return r;
}

static enum deed set_load(struct bus *bus, uint8_t address, const struct meter_load *load,
                          struct bus_result *how)
{
    uint8_t body[ACREL_LOAD_LEN];
    acrel_encode_load(load, body);
    return vendor(bus, address, body, sizeof body, how);
}

static enum deed set_clock(struct bus *bus, uint8_t address, int64_t local_seconds,
                           struct bus_result *how)
{
    uint8_t body[ACREL_CLOCK_LEN];
    *how = (struct bus_result){.end = BUS_DOWN};
    if (!acrel_encode_clock(local_seconds, body))
        return DEED_NOT_DONE;
    return vendor(bus, address, body, sizeof body, how);
}

static const char *const models[] = {"DDSY1352", "DTSY1352", NULL};
static const uint16_t device_codes[] = {ACREL_DDSY, ACREL_DTSY, 0};

const struct driver driver_acrel_1352 = {
    .name = "acrel_1352",
    .title = N_("Acrel DDSY1352-NK and DTSY1352-NK prepaid meters"),
    .models = models,
    .device_codes = device_codes,
    .balance_max_minor = INT32_MAX,
    .topup_max_minor = INT32_MAX, /* the frame holds more, the balance does not */
    .load_max_w = UINT16_MAX,     /* 0.001 kW (1.7) */
    .identify = identify,
    .read_number = read_number,
    .read_credit = read_credit,
    .read_poll = read_poll,
    .read_settings = settings_beside,
    .read_all = read_all,
    .topup = topup,
    .topup_probe = topup_probe,
    .relay = relay,
    .settings = settings,
    .load_read = load_read,
    .load = set_load,
    .clock = set_clock,
};
