/* meter.h - one simulated Acrel DDSY1352 or DTSY1352.
 *
 * Belongs here: everything a meter knows, what it answers to a frame and how time passes in
 * it, written from meters.md 1.1 to 1.13 alone. Not here: the line it hangs on (channel.c),
 * faults (fault.c), files (state.c, building_file.c). Energy is kept in watt-milliseconds on
 * the primary side, money in minor units, time in civil milliseconds of the building.
 */
#ifndef SIM_METER_H
#define SIM_METER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { METER_DDSY = 0, METER_DTSY = 1 };
enum { METER_FIRMWARE_NEW = 0, METER_FIRMWARE_OLD = 1 };
enum { METER_REPEAT_REFUSE = 0, METER_REPEAT_CREDIT = 1 };
enum { METER_TOTAL_MOVES = 0, METER_TOTAL_FROZEN = 1 };
enum { METER_RATES = 5, METER_TABLE_BYTES = 42, METER_PLAN_BYTES = 12, METER_NUMBER_BYTES = 6 };

#define METER_WMS_PER_WH  INT64_C(3600000)
#define METER_WMS_PER_KWH INT64_C(3600000000)
#define METER_NEVER       INT64_MAX

/* One top-up the meter took. */
struct purchase {
    int64_t amount_minor;
    int64_t count;
    int64_t at_ms;     /* civil time of the building */
    int64_t at_utc_ms; /* real time */
    uint64_t frame;    /* which frame of a client it came from; 0 = before the last restart */
    bool copy;         /* the frame was a copy made by a fault or by a gateway that re-sends */
    bool doubled;      /* another copy of the same frame had been taken before */
    bool foreign;      /* not through a channel: the control command `topup` */
};

/* Where a frame comes from, for the books of the truth. */
struct origin {
    uint64_t frame;
    int64_t at_utc_ms;
    bool copy;
    bool foreign;
};

/* All scalars are int64_t so that one table (meter_field.c) reads, writes and keeps them. */
struct meter {
    char *channel;         /* owned */
    int64_t plate_address; /* address at birth: the name of the meter inside the simulator */
    uint64_t seed;

    int64_t model, firmware, repeat, total_mode, arrears_mode, balance_mode, price_scale;
    int64_t present, consuming;
    int64_t slot_time, plan_order, defect;
    int64_t pt, ct, load_w, profile;
    uint8_t number[METER_NUMBER_BYTES]; /* BCD */

    int64_t prepaid, balance_minor, count, total_minor, credited_minor, consumed_minor;
    int64_t price[4];  /* raw register value: sharp, peak, flat, valley */
    int64_t cost_rest; /* part of a cent already used, see meter_time.c */
    int64_t alarm1_minor, alarm2_minor, overdraft_minor, base_minor, recovery_s;
    int64_t alarm2_fired, alarm2_open, alarm2_until_ms;

    int64_t forced_enabled, forced_off;

    int64_t load_switch, load_max_w, load_increment, load_factor, load_trips, load_allowed;
    int64_t load_recovery_s, load_wait_s;
    int64_t over_since_ms, over_open, over_latched, over_until_ms;

    int64_t energy_wms[METER_RATES]; /* total, sharp, peak, flat, valley */
    uint8_t table[2][METER_TABLE_BYTES];
    uint8_t plan[METER_PLAN_BYTES];

    int64_t clock_offset_ms, weekday_shift;
    int64_t address, baud_index, parity, stop;

    int64_t as_of_ms; /* the time up to which everything above is true */

    struct purchase *purchases; /* owned */
    size_t purchase_count, purchase_room;
    bool changed; /* a setting or credit changed since it was last saved */
};

/* A new meter with factory settings; `channel` is copied. Never NULL. */
struct meter *meter_new(const char *channel, int64_t address);
void meter_free(struct meter *m);

/* Lets the time pass up to `now_ms`: consumption, cost, alarms, overload. */
void meter_advance(struct meter *m, int64_t now_ms);

/* What the relay and its reasons are at as_of_ms (meters.md 1.3, 1.13). */
bool meter_fee_closed(const struct meter *m);
bool meter_is_cut_off(const struct meter *m);
bool meter_relay_closed(const struct meter *m);

/* What the tenant would draw, and what flows: watt, primary side. */
int64_t meter_demand_w(const struct meter *m, int64_t at_ms);
int64_t meter_power_w(const struct meter *m);

/* The rate (1 sharp .. 4 valley) at a time, by date plan and day tables, and, when `until_ms`
 * is given, how long it surely stays. */
int meter_rate_at(const struct meter *m, int64_t at_ms, int64_t *until_ms);

/* Civil time as the meter's own clock has it. */
int64_t meter_clock_ms(const struct meter *m);

/* Acts on a request (address + PDU, no CRC) at as_of_ms and writes the answer (address + PDU)
 * into `reply` (FRAME_MAX bytes). Returns its size, 0 when the meter stays silent. The address
 * has been looked at by the caller. */
size_t meter_answer(struct meter *m, const uint8_t *request, size_t size, struct origin origin,
                    uint8_t *reply);

/* The parts of meter_answer: each returns 0 or an exception code; -1 means silence. */
int meter_read(const struct meter *m, unsigned first, unsigned count, uint8_t *out);
int meter_write_registers(struct meter *m, unsigned first, unsigned count, const uint8_t *data);
int meter_write_vendor(struct meter *m, unsigned first, unsigned count, const uint8_t *data,
                       size_t size, struct origin origin);

/* Takes a purchase as 0x20 0100 does (meters.md 1.5). Returns 0 or an exception code. */
int meter_credit(struct meter *m, uint32_t amount_minor, uint16_t count, struct origin origin);

/* Adds a purchase to the list; used by meter_credit and by state.c. */
void meter_add_purchase(struct meter *m, const struct purchase *p);

/* The twelve digits of the number; blank ones as they are (000000000000, FFFFFFFFFFFF). */
void meter_print_number(const struct meter *m, char out[13]);

#endif
