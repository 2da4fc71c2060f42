/*
 * Readings stored, compared, announced.
 */
#include "reading.h"

#include <stdlib.h>
#include <string.h>

#include "alarm.h"
#include "db.h"
#include "energy_flag.h"
#include "known.h"
#include "ledger_clock.h"
#include "lock_out.h"
#include "wanted.h"

static const int64_t *known_number(const int64_t *value, bool known)
{
    return known ? value : NULL;
}

static int state_set(struct books *b, const struct reading *r, struct err *e)
{
    const struct order_seen *s = &r->seen;
    const int64_t *price = r->has_settings ? r->price_e4 : NULL;
    const int64_t old_firmware = s->old_firmware;
    bool brief = !r->has_settings && !s->old_firmware, three = !r->one_phase;

    return db_run(
        books_db(b), SQL_meter_state_set, e, "iiiiIiiiiiiIIiIIiIIiiiiiiiiiiiiisiIIIIIIIiIIIIIIiI",
        r->meter_id, r->at_utc, s->balance_minor, (int64_t)s->count,
        s->has_total ? &s->total_minor : NULL, s->energy_wh, r->rate_wh[0], r->rate_wh[1],
        r->rate_wh[2], r->rate_wh[3], r->voltage_mv[0], known_number(&r->voltage_mv[1], three),
        known_number(&r->voltage_mv[2], three), r->current_ma[0],
        known_number(&r->current_ma[1], three), known_number(&r->current_ma[2], three),
        r->power_w[0], known_number(&r->power_w[1], three), known_number(&r->power_w[2], three),
        r->power_w[3], r->reactive_var[3], r->factor_e3[3], r->status1, r->status2,
        (int64_t)r->relay_closed, (int64_t)r->forced, (int64_t)r->prepaid, (int64_t)r->arrears,
        (int64_t)r->alarm1, (int64_t)r->alarm2, (int64_t)r->overload, (int64_t)r->fault, r->why,
        r->clock_local, price ? &price[0] : NULL, price ? &price[1] : NULL,
        price ? &price[2] : NULL, price ? &price[3] : NULL, price ? &r->alarm1_minor : NULL,
        price ? &r->alarm2_minor : NULL, price ? &r->overdraft_minor : NULL,
        (int64_t)r->device_code, brief ? NULL : &old_firmware,
        known_number(&r->at_utc, r->has_settings), known_number(&r->load_max_w, r->has_load),
        known_number(&r->at_utc, r->has_load), known_number(&r->clock_off_s, r->clock_local != 0),
        known_number(&r->frequency_mhz, r->frequency_mhz != 0), r->ratio > 0 ? r->ratio : 1,
        known_number(&r->recovery_s, r->has_settings));
}

static int reading_add(struct books *b, const struct reading *r, struct err *e)
{
    const char *flag = "";
    int rc = energy_flag(b, r->meter_id, r->at_utc, r->seen.energy_wh, r->ratio, &flag, e);

    if (rc != 0)
        return rc;
    return db_run(books_db(b), SQL_reading_add, e, "iiiiiiiiiiiiiIIiIIiiIs", r->at_utc, r->meter_id,
                  r->seen.energy_wh, r->rate_wh[0], r->rate_wh[1], r->rate_wh[2], r->rate_wh[3],
                  r->seen.balance_minor, (int64_t)r->seen.count, r->power_w[3], r->status1,
                  r->status2, r->voltage_mv[0], known_number(&r->voltage_mv[1], !r->one_phase),
                  known_number(&r->voltage_mv[2], !r->one_phase), r->current_ma[0],
                  known_number(&r->current_ma[1], !r->one_phase),
                  known_number(&r->current_ma[2], !r->one_phase), r->reactive_var[3],
                  r->factor_e3[3], known_number(&r->frequency_mhz, r->frequency_mhz != 0), flag);
}

/* What the reading tells of the money. Not compared: a reading begun before the books last learned, and a meter with a
 * top-up whose end is not proved; both would be taken for somebody else's purchase. */
static int compare(struct books *b, const struct reading *r, struct effects *fx, struct err *e)
{
    struct known known;
    int64_t open = 0;
    int rc = known_get(b, r->meter_id, &known, e);

    if (rc == 0 && !known.there) {
        rc = known_adopt(b, r->meter_id, &r->seen, fx, e);
        ledger_clock_read(books_clocks(b), r->meter_id, r->begun_mono_ms);
        return rc;
    }
    if (rc == 0)
        rc = db_get(books_db(b), SQL_order_open_sent, 0, &open, e, "i", r->meter_id);
    /* Without the block that holds the total there is nothing to compare the total with. */
    bool brief = known.seen.has_total && !r->seen.has_total && !r->seen.old_firmware;
    if (rc != 0 || open > 0 || brief ||
        r->begun_mono_ms <= ledger_clock_get(books_clocks(b), r->meter_id))
        return rc;
    rc = known_compare(b, r->meter_id, &known, &r->seen, fx, e);
    ledger_clock_read(books_clocks(b), r->meter_id, r->begun_mono_ms);
    return rc;
}

int reading_store(struct books *b, const struct reading *r, struct effects *fx, struct err *e)
{
    if (!ledger_clock_newest(books_clocks(b), r->meter_id, r->begun_mono_ms))
        return reading_add(b, r, e);
    int rc = state_set(b, r, e);

    if (rc == 0)
        rc = reading_add(b, r, e);
    if (rc == 0)
        rc = compare(b, r, fx, e);
    if (rc == 0)
        rc = lock_out_read(b, r, fx, e);
    if (rc == 0)
        rc = wanted_read(b, r, fx, e);
    if (rc == 0)
        rc = alarm_after_reading(b, r->meter_id, fx, e);
    if (rc == 0)
        effects_event(fx, "reading", json_pack("{s:I}", "meter", (json_int_t)r->meter_id));
    return rc;
}

int reading_missed(struct books *b, int64_t meter_id, int64_t at_utc, const struct err *why,
                   struct effects *fx, struct err *e)
{
    char *text = err_packed(why);
    int rc = db_run(books_db(b), SQL_meter_state_missed, e, "iis", meter_id, at_utc, text);

    free(text);
    if (rc == 0)
        rc = alarm_after_reading(b, meter_id, fx, e);
    if (rc == 0)
        effects_event(fx, "reading", json_pack("{s:I}", "meter", (json_int_t)meter_id));
    return rc;
}
