/* meter_time.c - how time passes in a simulated meter.
 *
 * Belongs here: consumption, the money it costs, the two alarms, cut-off, overload (meters.md
 * 1.6, 1.7, 1.13). Time is taken in stretches of constant power that end where something
 * changes, so a month costs little and the result does not depend on when the meter was
 * looked at. Not here: what the tenant draws and which rate holds (meter_load.c).
 */
#define _GNU_SOURCE 1
#include "meter.h"

/* A cent is one hundredth of currency; a price unit is 1/10000 currency a kWh. So a cent is
 * this many (watt-milliseconds x price units). */
#define CENT_UNITS (METER_WMS_PER_KWH * 100)

__extension__ typedef __int128 wide;

bool meter_is_cut_off(const struct meter *m)
{
    return m->prepaid && m->balance_minor <= -m->overdraft_minor;
}

bool meter_fee_closed(const struct meter *m)
{
    return !meter_is_cut_off(m) && !m->alarm2_open;
}

bool meter_relay_closed(const struct meter *m)
{
    if (m->over_open) {
        return false;
    }
    if (m->forced_enabled) {
        return !m->forced_off;
    }
    return !m->prepaid || meter_fee_closed(m);
}

int64_t meter_clock_ms(const struct meter *m)
{
    return m->as_of_ms + m->clock_offset_ms;
}

int64_t meter_power_w(const struct meter *m)
{
    return meter_relay_closed(m) ? meter_demand_w(m, m->as_of_ms) : 0;
}

/* Raw price x scale: 1/10000 currency a kWh. */
static int64_t price_units(const struct meter *m, int rate)
{
    return m->price[rate - 1] * (m->price_scale ? 100 : 1);
}

static void settle_alarm2(struct meter *m)
{
    if (!m->prepaid || m->alarm2_minor == 0 || m->balance_minor >= m->alarm2_minor) {
        m->alarm2_fired = 0;
        m->alarm2_open = 0;
    } else if (!m->alarm2_fired) {
        m->alarm2_fired = 1;
        m->alarm2_open = 1;
        m->alarm2_until_ms = m->recovery_s ? m->as_of_ms + m->recovery_s * 1000 : METER_NEVER;
    } else if (m->alarm2_open && m->as_of_ms >= m->alarm2_until_ms) {
        m->alarm2_open = 0;
    }
    if (!m->alarm2_open) {
        m->alarm2_until_ms = METER_NEVER;
    }
}

/* One phase over the limit is enough; the three phases of a DTSY draw a third each. */
static bool is_over_load(const struct meter *m)
{
    int64_t phases = m->model == METER_DTSY ? 3 : 1;
    return meter_relay_closed(m) &&
           meter_demand_w(m, m->as_of_ms) > m->load_max_w * phases * m->pt * m->ct;
}

static void settle_overload(struct meter *m)
{
    if (!m->load_switch || m->load_max_w == 0) {
        m->over_open = 0;
        m->over_latched = 0;
        m->over_since_ms = METER_NEVER;
        return;
    }
    if (m->over_open && !m->over_latched && m->as_of_ms >= m->over_until_ms) {
        m->over_open = 0;
    }
    if (m->over_open) {
        return;
    }
    if (!is_over_load(m)) {
        m->over_since_ms = METER_NEVER;
        return;
    }
    if (m->over_since_ms == METER_NEVER) {
        m->over_since_ms = m->as_of_ms;
    }
    if (m->as_of_ms - m->over_since_ms >= m->load_wait_s * 1000) {
        m->load_trips = (m->load_trips + 1) & 0xFFFF;
        m->over_open = 1;
        m->over_latched = m->load_allowed > 0 && m->load_trips > m->load_allowed;
        m->over_until_ms =
            m->load_recovery_s ? m->as_of_ms + m->load_recovery_s * 1000 : METER_NEVER;
        m->over_since_ms = METER_NEVER;
    }
}

static void settle(struct meter *m)
{
    settle_alarm2(m);
    settle_overload(m);
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* How many milliseconds until the next balance that changes something, at this cost. */
static int64_t time_to_threshold(const struct meter *m, int64_t cost_per_ms)
{
    int64_t cents = METER_NEVER;
    if (m->balance_minor > -m->overdraft_minor) {
        cents = m->balance_minor + m->overdraft_minor;
    }
    if (m->alarm2_minor > 0 && m->balance_minor >= m->alarm2_minor) {
        cents = earlier(cents, m->balance_minor - m->alarm2_minor + 1);
    }
    if (cents == METER_NEVER) {
        return METER_NEVER;
    }
    wide units = (wide)cents * CENT_UNITS - m->cost_rest;
    wide ms = (units + cost_per_ms - 1) / cost_per_ms;
    return ms > INT64_MAX / 2 ? METER_NEVER : (int64_t)ms;
}

static void use_energy(struct meter *m, int64_t power_w, int rate, int64_t length_ms)
{
    int64_t energy = power_w * length_ms;
    m->energy_wms[0] += energy;
    m->energy_wms[rate] += energy;
    if (m->prepaid) {
        wide units = (wide)energy * price_units(m, rate) + m->cost_rest;
        int64_t cents = (int64_t)(units / CENT_UNITS);
        m->cost_rest = (int64_t)(units % CENT_UNITS);
        m->balance_minor -= cents;
        m->consumed_minor += cents;
    }
}

/* The end of the stretch that starts at as_of_ms, not later than `now_ms`. */
static int64_t stretch_end(const struct meter *m, int64_t now_ms, int64_t power_w, int64_t rate_ms,
                           int64_t cost_per_ms)
{
    int64_t end = now_ms;
    bool demand_matters = power_w > 0 || (m->load_switch && meter_relay_closed(m));
    if (demand_matters) {
        end = earlier(end, (m->as_of_ms / 1800000 + 1) * 1800000);
        end = earlier(end, rate_ms);
    }
    if (m->alarm2_open) {
        end = earlier(end, m->alarm2_until_ms);
    }
    if (m->over_open && !m->over_latched) {
        end = earlier(end, m->over_until_ms);
    }
    if (m->over_since_ms != METER_NEVER) {
        end = earlier(end, m->over_since_ms + m->load_wait_s * 1000);
    }
    if (cost_per_ms > 0) {
        int64_t ms = time_to_threshold(m, cost_per_ms);
        if (ms < end - m->as_of_ms) {
            end = m->as_of_ms + ms;
        }
    }
    return end > m->as_of_ms ? end : m->as_of_ms + 1;
}

void meter_advance(struct meter *m, int64_t now_ms)
{
    settle(m);
    while (m->as_of_ms < now_ms) {
        int64_t power_w = meter_power_w(m);
        int rate = 3;
        int64_t rate_ms = METER_NEVER;
        if (power_w > 0) {
            rate = meter_rate_at(m, m->as_of_ms, &rate_ms);
        }
        int64_t cost_per_ms = m->prepaid ? power_w * price_units(m, rate) : 0;
        int64_t end = stretch_end(m, now_ms, power_w, rate_ms, cost_per_ms);
        if (power_w > 0) {
            use_energy(m, power_w, rate, end - m->as_of_ms);
        }
        m->as_of_ms = end;
        settle(m);
    }
}
