/*
 * Readings stored, and what they tell the books: the first one of a meter adopts it, each one compares
 * count and total with the last known (doubled or foreign purchases). Runs inside books_within().
 */
#ifndef READING_H
#define READING_H

#include "order.h"

/* A reading in the books' own words (model knows no driver). */
struct reading {
    int64_t at_utc, meter_id;
    int64_t
        begun_mono_ms; /* when the exchange began (clock_mono_ms): older than what the books know is not compared */
    struct order_seen seen;
    int64_t rate_wh[4];
    int64_t voltage_mv[3], current_ma[3], power_w[4], reactive_var[4], factor_e3[4];
    int64_t ratio; /* of its transformers, voltage x current; 0 and 1: none */
    int64_t status1, status2;
    bool one_phase; /* L2 and L3 are no values of this meter: kept as unknown */
    bool relay_closed, forced, prepaid, arrears, alarm1, alarm2, overload, fault;
    char why[16]; /* "closed" "forced off" "credit" "alarm 2" "overload" "time" "unknown" */
    int64_t clock_local,
        clock_off_s;       /* the meter's clock, and that less ours; 0, 0: it tells none */
    int64_t frequency_mhz; /* 0: not measured */
    bool has_settings;
    int64_t price_e4[4], alarm1_minor, alarm2_minor, overdraft_minor, recovery_s;
    bool has_load;
    int64_t load_max_w; /* overload power of one phase, primary side; 0: off */
    uint16_t device_code;
    char number[16]; /* empty: blank or not read */
};

int reading_store(struct books *b, const struct reading *r, struct effects *fx, struct err *e);
/* A meter that did not answer: noted for "lost". */
int reading_missed(struct books *b, int64_t meter_id, int64_t at_utc, const struct err *why,
                   struct effects *fx, struct err *e);

/* A meter with its channel as the engine needs it to talk to it. */
struct meter_place {
    int64_t meter_id, channel_id;
    int address;
    char number[16], model[32];
    bool transformers;
};
/* By number, or all meters of a channel (0: of the site); returns how many (at most max) or negative. */
int meter_place_get(struct books *b, const char *number, struct meter_place *out, struct err *e);
int meter_place_by_id(struct books *b, int64_t meter_id, struct meter_place *out, struct err *e);
int meter_place_list(struct books *b, int64_t channel_id, struct meter_place *out, int max,
                     struct err *e);
/* Meters whose last top-up has not been compared since (settle). */
int meter_place_uncompared(struct books *b, struct meter_place *out, int max, struct err *e);

struct channel_place {
    int64_t id;
    char name[64], type[16], host[128], device[128];
    char parity; /* 'N', 'E', 'O' */
    int port, baud, stop_bits, quiet_ms, timeout_min_ms;
    bool low_latency;
    char handed_to[192]; /* in other hands: the engine is silent on it; "": ours */
    int64_t handed_at_utc;
};
int channel_place_list(struct books *b, struct channel_place *out, int max, struct err *e);
int64_t channel_find(struct books *b, const char *name, struct err *e);

#endif
