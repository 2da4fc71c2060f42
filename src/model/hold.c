/*
 * What holds an order back: a tag on the meter, a channel that was handed over, and a meter that may have come back from
 * there forced off for somebody who works on it. How tags come and go is lock_out.c, how channels do handover.c; what
 * became of a meter there is told by its reading (wanted.c) or decided by people (drift.c).
 */
#include "hold.h"

#include <jansson.h>
#include <string.h>

#include "db.h"

/* Settings that cannot close a relay: what costs a kilowatt-hour, when a sign lights. */
static const char *const harmless[] = {"price_e4", "alarm1_minor"};

static bool settings_close(const char *detail)
{
    json_t *values = json_loads(detail && detail[0] ? detail : "{}", 0, NULL), *value;
    const char *key;
    bool closes = values == NULL;

    json_object_foreach(values, key, value)
    {
        bool known = false;
        for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++)
            known = known || strcmp(key, harmless[i]) == 0;
        closes = closes || !known;
    }
    json_decref(values);
    return closes;
}

/* Could it close the relay of a meter that is forced off, or is about to be? */
static bool closes(const struct hold_ask *ask, bool off_verified)
{
    switch (ask->kind) {
    case ORDER_TOPUP: return !off_verified;
    case ORDER_SWITCH: return !ask->mode || strcmp(ask->mode, "off") != 0;
    case ORDER_SETTINGS: return settings_close(ask->detail);
    case ORDER_LOAD: return true; /* writing it lets go of an overload trip */
    case ORDER_CLOCK: break;
    }
    return false;
}

int hold_check(struct books *b, int64_t meter_id, const struct hold_ask *ask, struct err *why)
{
    struct db_row *row;
    int rc = db_find(books_db(b), SQL_hold_find, &row, why, "i", meter_id);

    if (rc == 0 && row && db_text(row, 4)[0])
        rc = err_set(why, MSG_HOLD_HANDED_OVER, db_text(row, 5), db_text(row, 4));
    else if (rc == 0 && row && !db_null(row, 1) && closes(ask, !db_null(row, 3)))
        rc = err_set(why, MSG_HOLD_LOCKED_OUT, db_text(row, 0), db_text(row, 1), db_int(row, 2));
    else if (rc == 0 && row && db_text(row, 6)[0] && ask->kind == ORDER_SWITCH && closes(ask, true))
        rc = err_set(why, MSG_HOLD_CAME_BACK, db_text(row, 0), db_text(row, 6));
    db_done(row);
    return rc;
}

bool hold_is(const struct err *why)
{
    return why->code != 0 && (why->msg == MSG_HOLD_LOCKED_OUT || why->msg == MSG_HOLD_HANDED_OVER ||
                              why->msg == MSG_HOLD_CAME_BACK);
}
