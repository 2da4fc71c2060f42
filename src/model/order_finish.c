/*
 * A top-up that is proved: booked, known, done; also where the proof comes when it was called lost before.
 */
#include "order_finish.h"

#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "db.h"
#include "journal.h"
#include "known.h"

int order_finish_excess(struct books *b, const struct order_row *o, const struct proof *p,
                        struct effects *fx, struct err *e)
{
    int64_t earlier_id, earlier_minor;
    int rc = 0;

    if (p->excess_minor > 0)
        rc = known_excess(b, o->meter_id, o->id, "over-credited", p->excess_minor, fx, e);
    if (rc == 0 && p->earlier_minor > 0) {
        rc = known_last_order(b, o->meter_id, o->id, &earlier_id, &earlier_minor, e);
        if (rc == 0)
            rc = known_excess(b, o->meter_id, earlier_id, "over-credited", p->earlier_minor, fx, e);
    }
    return rc;
}

int order_finish(struct books *b, const struct order_row *o, const struct order_seen *seen,
                 const struct proof *p, struct effects *fx, struct err *e)
{
    char memo[128];
    struct entry entry = {
        .kind = "delivery", .document = "", .memo = memo, .order_id = o->id, .postings = 2};
    bool stuck = o->total_stuck || p->verdict == PROOF_TOTAL_STUCK;

    /* What proved it stands in the chain too, so that it cannot be changed afterwards. */
    snprintf(memo, sizeof memo, "count %d balance %lld", (int)seen->count,
             (long long)seen->balance_minor);

    entry.posting[0] = (struct posting){"pending", o->account_id, o->amount_minor};
    entry.posting[1] = (struct posting){"on meter", o->meter_id, -o->amount_minor};
    int rc = journal_append(b, &entry, e);
    if (rc == 0)
        rc = order_finish_excess(b, o, p, fx, e);
    if (rc == 0)
        rc = known_set(b, o->meter_id, seen, stuck, false, e);
    if (rc == 0)
        rc = db_run(books_db(b), SQL_order_done, e, "iiiiIs", o->id, clock_utc(),
                    (int64_t)seen->count, seen->balance_minor,
                    seen->has_total ? &seen->total_minor : NULL,
                    p->verdict == PROOF_TOTAL_STUCK ? "total stood still" : "");
    if (rc == 0)
        order_event(fx, o, "done");
    fx->papers = true;
    return rc;
}

int order_claim(struct books *b, int64_t meter_id, const struct order_seen *seen,
                const struct proof_moved *moved, struct effects *fx, struct err *e)
{
    struct order_row o;
    int64_t id = 0, copies = 0;
    int rc =
        db_get(books_db(b), SQL_order_claimed, 0, &id, e, "ii", meter_id, (int64_t)seen->count);

    if (rc != 0 || id == 0 || moved->count != 1)
        return rc;
    rc = order_row_get(b, id, &o, e);
    if (rc != 0 || !proof_copies(moved, o.amount_minor, &copies) || copies == 0)
        return rc;
    struct proof p = {.verdict = PROOF_APPLIED, .excess_minor = (copies - 1) * o.amount_minor};
    rc = strcmp(o.state, "failed") == 0
             ? order_finish(b, &o, seen, &p, fx, e)
             : known_excess(b, meter_id, id, "over-credited", copies * o.amount_minor, fx, e);
    return rc != 0 ? rc : 1;
}
