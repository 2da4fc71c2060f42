/*
 * Protections begun, ended, given back in time.
 */
#include "protection.h"

#include <string.h>

#include "clock.h"
#include "db.h"
#include "order_row.h"

#define DUE_MAX 500

int protection_switched(struct books *b, int64_t order_id, const struct reading *r, struct err *e)
{
    struct db_row *row;
    int rc = db_find(books_db(b), SQL_protection_of_order, &row, e, "i", order_id);

    if (rc != 0 || !row)
        return rc;
    int64_t meter_id = db_int(row, 0), until = db_int(row, 3), now = clock_utc();
    bool timed = !db_null(row, 3);
    json_t *detail = json_loads(db_text(row, 1), 0, NULL);
    const char *mode = json_string_value(json_object_get(detail, "mode"));
    bool on = mode && strcmp(mode, "on") == 0;

    json_decref(detail);
    db_done(row);
    if (on)
        return db_run(books_db(b), SQL_protection_begin, e, "iiIii", meter_id, order_id,
                      timed ? &until : NULL, now, r->seen.energy_wh);
    return db_run(books_db(b), SQL_protection_end, e, "iiii", meter_id, order_id, now,
                  r->seen.energy_wh);
}

int protection_accepted(struct books *b, int64_t meter_id, bool on, int64_t operator_id,
                        struct err *e)
{
    return on ? db_run(books_db(b), SQL_protection_found, e, "iii", meter_id, clock_utc(),
                       operator_id)
              : db_run(books_db(b), SQL_protection_gone, e, "ii", meter_id, clock_utc());
}

/* Never lapses: the meter may be lost for days, and is given back when it is there again. */
static int give_back(struct books *b, int64_t id, int64_t meter_id, struct effects *fx,
                     struct err *e)
{
    struct order_row o;
    int64_t order = 0;
    int rc =
        order_add(b, ORDER_SWITCH, meter_id, 0, 0, 0, "{\"mode\":\"prepaid\"}", 0, &order, fx, e);

    if (rc == 0)
        rc = db_run(books_db(b), SQL_protection_ending, e, "ii", id, order);
    if (rc == 0)
        rc = order_row_get(b, order, &o, e);
    if (rc == 0)
        order_event(fx, &o, "queued");
    return rc;
}

int protection_turn(struct books *b, struct effects *fx, struct err *e)
{
    int64_t ids[DUE_MAX], meters[DUE_MAX], open = 0;
    int n = 0, more;
    struct db_row *row;
    int rc = db_find(books_db(b), SQL_protection_due, &row, e, "i", clock_utc());

    for (more = rc == 0 && row; more == 1 && n < DUE_MAX; more = db_next(row, e)) {
        ids[n] = db_int(row, 0);
        meters[n++] = db_int(row, 1);
    }
    db_done(row);
    rc = rc != 0 ? rc : more < 0 ? more : 0;
    for (int i = 0; i < n && rc == 0; i++)
        rc = give_back(b, ids[i], meters[i], fx, e);
    if (rc == 0)
        rc = db_get(books_db(b), SQL_protection_open_timed, 0, &open, e, "");
    return rc != 0 ? rc : (int)open;
}
