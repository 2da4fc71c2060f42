/*
 * Flags of readings: energy that steps back, that rises faster than the meter can measure, that passed the end of
 * its register, that goes on from another value.
 */
#include "energy_flag.h"

#include "db.h"

#define SLACK_S 600 /* two readings at one time may still differ by a little */

/* One value of the register. */
struct point {
    int64_t at_utc, energy_wh;
};

/* Where registers end, in Wh before transformers: eight digits of 0.01 kWh on the display, 32 bits of them on the wire
 * (meters.md 1.2, register 0215). */
static const int64_t register_end_wh[] = {1000000000, 42949672960};

static int64_t allowed_wh(const struct point *from, const struct point *to, int64_t limit_w)
{
    int64_t span_s =
        to->at_utc > from->at_utc ? to->at_utc - from->at_utc : from->at_utc - to->at_utc;

    return (limit_w / 1000) * (span_s + SLACK_S) * 10 / 36; /* kW x s in Wh, without overflow */
}

static bool overflowed(const struct point *from, const struct point *to, int64_t limit_w,
                       int64_t ratio)
{
    for (size_t i = 0; i < sizeof register_end_wh / sizeof register_end_wh[0]; i++) {
        int64_t end = register_end_wh[i] * ratio;
        if (from->energy_wh < end && to->energy_wh < from->energy_wh &&
            end - from->energy_wh + to->energy_wh <= allowed_wh(from, to, limit_w))
            return true;
    }
    return false;
}

/* What speaks against a step from one value to the next. */
static const char *against(const struct point *from, const struct point *to, int64_t limit_w)
{
    if (to->energy_wh < from->energy_wh)
        return "back";
    return to->energy_wh - from->energy_wh > allowed_wh(from, to, limit_w) ? "jump" : "";
}

static const char *flag_of(const struct point *good, const struct point *odd,
                           const struct point *now, int64_t limit_w, int64_t ratio)
{
    const char *why = against(good, now, limit_w);

    if (why[0] == '\0')
        return why;
    if (overflowed(good, now, limit_w, ratio))
        return "overflow";
    if (odd != NULL && odd->at_utc < now->at_utc && against(odd, now, limit_w)[0] == '\0')
        return "reset";
    return why;
}

int energy_flag(struct books *b, int64_t meter_id, int64_t at_utc, int64_t energy_wh, int64_t ratio,
                const char **flag, struct err *e)
{
    const struct point now = {at_utc, energy_wh};
    const int64_t limit_w = setting_number(b, "read.jump_kw") * 1000 * (ratio > 1 ? ratio : 1);
    struct db_row *row = NULL;
    int rc = db_find(books_db(b), SQL_energy_base_get, &row, e, "i", meter_id);

    if (rc != 0)
        return rc;
    *flag = "";
    if (row != NULL) {
        const struct point good = {db_int(row, 0), db_int(row, 1)};
        const struct point odd = {db_int(row, 2), db_int(row, 3)};
        *flag = flag_of(&good, db_null(row, 2) ? NULL : &odd, &now, limit_w, ratio > 1 ? ratio : 1);
    }
    db_done(row);
    bool left_out = (*flag)[0] == 'b' || (*flag)[0] == 'j';
    return db_run(books_db(b), left_out ? SQL_energy_base_odd : SQL_energy_base_set, e, "iii",
                  meter_id, at_utc, energy_wh);
}
