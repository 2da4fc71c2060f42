/*
 * What is known of a meter: noted, adopted, and an excess booked. Comparing it with a reading is known_compare.c.
 */
#include "known.h"

#include <string.h>

#include "clock.h"
#include "db.h"
#include "journal.h"
#include "ledger_clock.h"
#include "restore.h"

int known_get(struct books *b, int64_t meter_id, struct known *out, struct err *e)
{
    struct db_row *row;
    int rc = db_find(books_db(b), SQL_known_find, &row, e, "i", meter_id);

    memset(out, 0, sizeof *out);
    if (rc != 0 || !row)
        return rc;
    out->there = true;
    out->seen.count = (uint16_t)db_int(row, 0);
    out->seen.balance_minor = db_int(row, 1);
    out->seen.has_total = !db_null(row, 2);
    out->seen.total_minor = db_int(row, 2);
    out->total_stuck = db_int(row, 3) != 0;
    out->seen.energy_wh = db_int(row, 4);
    out->seen.old_firmware = db_int(row, 5) != 0;
    out->use_total = !out->total_stuck && strcmp(db_text(row, 6), "proof") == 0;
    out->price_e4 = db_int(row, 7);
    db_done(row);
    return 0;
}

int known_set(struct books *b, int64_t meter_id, const struct order_seen *seen, bool total_stuck,
              bool compared, struct err *e)
{
    int rc = restore_compare(b, meter_id, seen, e);

    if (rc != 0)
        return rc;
    ledger_clock_note(books_clocks(b), meter_id);
    return db_run(books_db(b), SQL_known_set, e, "iiiIiiiii", meter_id, (int64_t)seen->count,
                  seen->balance_minor, seen->has_total ? &seen->total_minor : NULL,
                  (int64_t)total_stuck, seen->energy_wh, (int64_t)seen->old_firmware, clock_utc(),
                  (int64_t)compared);
}

int known_adopt(struct books *b, int64_t meter_id, const struct order_seen *seen,
                struct effects *fx, struct err *e)
{
    struct entry entry = {.kind = "adoption", .document = "", .memo = "", .postings = 2};

    entry.posting[0] = (struct posting){"adopted", meter_id, seen->balance_minor};
    entry.posting[1] = (struct posting){"on meter", meter_id, -seen->balance_minor};
    int rc = journal_append(b, &entry, e);
    if (rc == 0)
        rc = db_run(books_db(b), SQL_known_adopted, e, "i", meter_id);
    if (rc == 0)
        rc = known_set(b, meter_id, seen, false, true, e);
    if (rc == 0)
        effects_event(fx, "adopted", json_pack("{s:I}", "meter", (json_int_t)meter_id));
    return rc;
}

int known_last_order(struct books *b, int64_t meter_id, int64_t but, int64_t *order_id,
                     int64_t *amount_minor, struct err *e)
{
    struct db_row *row;
    int rc = db_find(books_db(b), SQL_known_last_order, &row, e, "ii", meter_id, but);

    *order_id = *amount_minor = 0;
    if (rc == 0 && row) {
        *order_id = db_int(row, 0);
        *amount_minor = db_int(row, 1);
    }
    db_done(row);
    return rc;
}

int known_excess(struct books *b, int64_t meter_id, int64_t order_id, const char *kind,
                 int64_t amount_minor, struct effects *fx, struct err *e)
{
    struct entry entry = {
        .kind = "excess", .document = "", .memo = kind, .order_id = order_id, .postings = 2};

    entry.posting[0] = (struct posting){"excess", meter_id, amount_minor};
    entry.posting[1] = (struct posting){"on meter", meter_id, -amount_minor};
    int rc = journal_append(b, &entry, e);
    if (rc == 0)
        rc = db_run(books_db(b), SQL_excess_add, e, "iisiii", meter_id, order_id, kind,
                    amount_minor, entry.number, entry.at_utc);
    if (rc == 0 && order_id != 0 && amount_minor > 0)
        rc = db_run(books_db(b), SQL_order_excess, e, "ii", order_id, amount_minor);
    if (rc == 0)
        effects_event(fx, "excess",
                      json_pack("{s:I,s:I,s:s,s:I}", "meter", (json_int_t)meter_id, "order",
                                (json_int_t)order_id, "kind", kind, "amount_minor",
                                (json_int_t)amount_minor));
    return rc;
}
