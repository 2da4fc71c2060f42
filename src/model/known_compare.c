/*
 * A reading compared with what is known of its meter; what nobody ordered is booked as what it is.
 */
#include <string.h>

#include "clock.h"
#include "db.h"
#include "known.h"
#include "order_finish.h"
#include "proof.h"

/* More purchases than that at once are a counter that was reset or belongs to another meter. */
#define FOREIGN_MAX 1000

static int book_difference(struct books *b, int64_t meter_id, const struct known *known,
                           const struct order_seen *seen, const struct proof_moved *moved,
                           struct effects *fx, struct err *e)
{
    int64_t order_id = 0, amount_minor, copies;

    if (moved->count == 1) { /* a frame of ours that was thought lost? */
        int rc = order_claim(b, meter_id, seen, moved, fx, e);
        if (rc != 0)
            return rc < 0 ? rc : 0;
    }
    if (moved->count == UINT16_MAX) { /* one purchase fewer than a person decided there was */
        int rc = db_get(books_db(b), SQL_order_belied, 0, &order_id, e, "iii", meter_id,
                        (int64_t)known->seen.count, -moved->amount_minor);
        if (rc != 0 || order_id != 0)
            return rc != 0 ? rc
                           : known_excess(b, meter_id, order_id, "unexplained", moved->amount_minor,
                                          fx, e);
    }
    if (moved->count != 0) {
        bool foreign = moved->count <= FOREIGN_MAX && moved->amount_minor >= 0;
        return known_excess(b, meter_id, 0, foreign ? "foreign" : "unexplained",
                            moved->amount_minor, fx, e);
    }
    /* By the balance alone only a rise is sure to be money; a fall is consumption at whatever price. */
    if (!moved->by_total && seen->balance_minor <= known->seen.balance_minor)
        return 0;
    int rc = known_last_order(b, meter_id, 0, &order_id, &amount_minor, e);
    if (rc != 0)
        return rc;
    if (!proof_copies(moved, amount_minor, &copies))
        return known_excess(b, meter_id, 0, "unexplained", moved->amount_minor, fx, e);
    return copies
               ? known_excess(b, meter_id, order_id, "over-credited", copies * amount_minor, fx, e)
               : 0;
}

int known_compare(struct books *b, int64_t meter_id, const struct known *known,
                  const struct order_seen *seen, struct effects *fx, struct err *e)
{
    struct proof_moved moved = proof_moved(&known->seen, seen, known->use_total, known->price_e4);

    /* A purchase of somebody else on a meter whose total does not move shows in the balance only. */
    if (moved.count != 0 && moved.by_total && moved.amount_minor == 0)
        moved = proof_moved(&known->seen, seen, false, known->price_e4);
    int64_t recent = 0;
    int rc = book_difference(b, meter_id, known, seen, &moved, fx, e);
    if (rc == 0)
        rc = db_get(books_db(b), SQL_known_recent, 0, &recent, e, "ii", meter_id, clock_utc());
    /* A copy of the last frame may still come: the meter is compared once more after that. */
    return rc != 0 ? rc : known_set(b, meter_id, seen, known->total_stuck, recent == 0, e);
}
