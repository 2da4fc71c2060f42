/*
 * A hash of meter to time.
 */
#include "ledger_clock.h"

#include <stdlib.h>
#include <uthash.h>

#include "clock.h"
#include "err.h"

struct known_at {
    int64_t meter_id;
    int64_t mono_ms;  /* of the last note; -1: none */
    int64_t begun_ms; /* of the newest reading that was stored */
    UT_hash_handle hh;
};

struct ledger_clock {
    struct known_at *meters;
};

struct ledger_clock *ledger_clock_new(void)
{
    return mem_new(sizeof(struct ledger_clock));
}

void ledger_clock_free(struct ledger_clock *clock)
{
    struct known_at *k, *next;

    if (!clock)
        return;
    HASH_ITER(hh, clock->meters, k, next)
    {
        HASH_DEL(clock->meters, k);
        free(k);
    }
    free(clock);
}

static struct known_at *known_get(struct ledger_clock *clock, int64_t meter_id)
{
    struct known_at *k = NULL;

    HASH_FIND(hh, clock->meters, &meter_id, sizeof meter_id, k);
    return k;
}

static struct known_at *known_make(struct ledger_clock *clock, int64_t meter_id)
{
    struct known_at *k = known_get(clock, meter_id);

    if (!k) {
        k = mem_new(sizeof *k);
        k->meter_id = meter_id;
        k->mono_ms = -1;
        HASH_ADD(hh, clock->meters, meter_id, sizeof k->meter_id, k);
    }
    return k;
}

void ledger_clock_note(struct ledger_clock *clock, int64_t meter_id)
{
    known_make(clock, meter_id)->mono_ms = clock_mono_ms();
}

void ledger_clock_read(struct ledger_clock *clock, int64_t meter_id, int64_t begun_mono_ms)
{
    known_make(clock, meter_id)->mono_ms = begun_mono_ms;
}

bool ledger_clock_newest(struct ledger_clock *clock, int64_t meter_id, int64_t begun_mono_ms)
{
    struct known_at *k = known_make(clock, meter_id);

    if (begun_mono_ms < k->begun_ms)
        return false;
    k->begun_ms = begun_mono_ms;
    return true;
}

int64_t ledger_clock_get(struct ledger_clock *clock, int64_t meter_id)
{
    const struct known_at *k = known_get(clock, meter_id);

    return k ? k->mono_ms : -1;
}
