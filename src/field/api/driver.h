/*
 * A driver: one meter family. A const table of what it is and hooks that say done, not done or unknown,
 * three different answers. A driver knows frames and registers; it keeps no state and knows no order.
 */
#ifndef DRIVER_H
#define DRIVER_H

#include "bus.h"

#define METER_NUMBER_MAX 16 /* digits of a plate number, and NUL */

/* Who answered (meters.md 1.2 register 0200, 1.10 registers 0362..0364). */
struct meter_identity {
    uint16_t device_code;
    char number
        [METER_NUMBER_MAX]; /* digits without leading zeros; empty: the meter has a blank number */
};

/* Money on the meter, read in whole blocks (meters.md 1.5). */
struct meter_credit {
    uint16_t count;        /* purchase count */
    int64_t balance_minor; /* remaining amount, negative in debt */
    bool has_total;        /* the block with the total answered (newer firmware) */
    int64_t total_minor;   /* total purchased, register 0412 */
    int64_t energy_wh;     /* total active energy, primary side */
    bool old_firmware;
    bool forced_off; /* the relay is open because it is forced so */
};

/* State of the relay in the driver's neutral words. */
enum relay_why {
    RELAY_CLOSED,
    RELAY_FORCED_OFF,
    RELAY_CREDIT,
    RELAY_OVERLOAD,
    RELAY_TIME,
    RELAY_UNKNOWN,
    RELAY_ALARM_2 /* the second warning: not cut off, there is credit left */
};

#define READING_RATES 4
struct meter_reading {
    struct meter_identity identity; /* number only where has_identity */
    bool has_identity;
    struct meter_credit credit;
    int64_t rate_wh[READING_RATES]; /* sharp, peak, flat, valley */
    int32_t voltage_mv[3], current_ma[3], power_w[4], reactive_var[4], factor_e3[4];
    uint16_t pt, ct;
    uint16_t status[2]; /* raw 0224, 0225 */
    bool one_phase;     /* L2 and L3 are no values of this meter */
    bool relay_closed, forced, prepaid, arrears, alarm1, alarm2, overload, fault;
    enum relay_why why;
    int32_t frequency_mhz; /* 0: not measured */
    bool has_load;
    int64_t load_max_w; /* overload power of one phase on the primary side, 0 off; where has_load */
    int64_t clock_local; /* the meter's clock as seconds since 1970 of its local time; 0 none */
    bool has_settings;   /* the prepaid block answered */
    bool prepaid_switch; /* the setting, 0400; `prepaid` above is the status bit */
    int64_t price_e4[READING_RATES];
    int64_t alarm1_minor, alarm2_minor, overdraft_minor, base_minor;
    int32_t recovery_s;
};

/* Profile fields of one meter (meters.md: profile field). */
struct meter_profile {
    bool transformers; /* multiply secondary values by PT and CT, default on */
    int price_scale;   /* register units of one currency unit per kWh: 10000 */
    bool balance_signed;
};

enum switch_mode { SWITCH_FORCED_OFF, SWITCH_FORCED_ON, SWITCH_PREPAID };

/* Prepaid settings to write: only those with their flag are taken (meters.md 1.6). */
struct meter_settings {
    bool set_prepaid, set_balance, set_count, set_total, set_base, set_alarms, set_prices,
        set_overdraft, set_recovery;
    bool prepaid;
    int64_t balance_minor, total_minor, base_minor, alarm1_minor, alarm2_minor, overdraft_minor;
    int64_t price_e4[READING_RATES];
    uint16_t count;
    uint8_t recovery_s;
    /* One alarm amount alone is ordered: the other, which the frame must carry too, stays as the meter has it. */
    bool keep_alarm1, keep_alarm2;
};

/* Overload control as the meter holds it (meters.md 1.7): power of one phase on the secondary side. */
struct meter_load {
    bool on;
    int phases;                   /* read: 1 or 3; a write serves all */
    uint16_t max_w[3];            /* 0.001 kW; a write takes the first */
    uint16_t increment_w, factor; /* stored only */
    uint16_t trips, allowed;      /* allowed 0: no limit */
    uint8_t recovery_s, wait_s;
};

/* What became of something sent. Money and switches never treat UNKNOWN as either of the others. */
enum deed { DEED_DONE, DEED_NOT_DONE, DEED_UNKNOWN };

struct driver {
    const char *name;             /* "acrel_1352" */
    const char *title;            /* for people */
    const char *const *models;    /* plate names, NULL-ended: "DDSY1352", "DTSY1352" */
    const uint16_t *device_codes; /* beside models: 7, 5 */
    int64_t balance_max_minor;    /* the most the meter can hold */
    int64_t topup_max_minor;      /* the most one top-up frame can carry */
    int64_t load_max_w;           /* the most overload power it takes: one phase, secondary side */

    /* Each returns how the last request ended; *out holds only what was read when end is BUS_OK. */
    struct bus_result (*identify)(struct bus *bus, uint8_t address, struct meter_identity *out);
    /* The plate number alone, where a poll told the device code; empty where the meter does not tell it. */
    struct bus_result (*read_number)(struct bus *bus, uint8_t address, struct meter_identity *out);
    struct bus_result (*read_credit)(struct bus *bus, uint8_t address,
                                     const struct meter_profile *p,
                                     struct meter_credit *out); /* both blocks, different lengths */
    /* Measured values, status and balance in one request: what a sweep takes. No settings, no total. */
    struct bus_result (*read_poll)(struct bus *bus, uint8_t address, const struct meter_profile *p,
                                   struct meter_reading *out);
    /* The settings beside a poll just taken (*out): BUS_GARBAGE where they are not of the same purchase. */
    struct bus_result (*read_settings)(struct bus *bus, uint8_t address,
                                       const struct meter_profile *p, struct meter_reading *out);
    struct bus_result (*read_all)(struct bus *bus, uint8_t address, const struct meter_profile *p,
                                  struct meter_reading *out); /* read_poll and the settings */

    /* Sends one top-up frame, once. DONE: a matching reply came; NOT_DONE: surely nothing was applied
     * (not a byte left, or exception 01); UNKNOWN: anything else, refusal 03 included (meters.md 1.5). */
    enum deed (*topup)(struct bus *bus, uint8_t address, int64_t amount_minor, uint16_t count,
                       struct bus_result *how);
    /* The harmless probe (every apply byte 0): DONE the channel lets 0x20 through, NOT_DONE it refuses
     * (exception 01), UNKNOWN no answer. */
    enum deed (*topup_probe)(struct bus *bus, uint8_t address, struct bus_result *how);
    enum deed (*relay)(struct bus *bus, uint8_t address, enum switch_mode mode,
                       struct bus_result *how);
    enum deed (*settings)(struct bus *bus, uint8_t address, const struct meter_profile *p,
                          const struct meter_settings *s, struct bus_result *how, struct err *e);
    /* Overload control: BUS_EXCEPTION 2 where a meter (old firmware) has none. code: the device code. */
    struct bus_result (*load_read)(struct bus *bus, uint8_t address, uint16_t code,
                                   struct meter_load *out);
    enum deed (*load)(struct bus *bus, uint8_t address, const struct meter_load *load,
                      struct bus_result *how);
    enum deed (*clock)(struct bus *bus, uint8_t address, int64_t local_seconds,
                       struct bus_result *how);
};

/* Generated: every driver of drivers/, NULL-ended. */
extern const struct driver *const driver_registry[];

#endif
