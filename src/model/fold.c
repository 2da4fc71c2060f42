/*
 * The steps of the night: move readings, sum a meter, drop what is old. What is left to do stands in the books (reading,
 * fold_meter, fold), so that each step finds its own begin.
 */
#include "fold.h"

#include "clock.h"
#include "db.h"
#include "fold_sum.h"
#include "local_day.h"

#define MOVE_ROWS 200
#define DROP_ROWS 500
#define DAY_S     86400

struct night {
    struct db *db;
    struct books *b;
    struct fold *f;
    int64_t until_utc; /* the first second of today */
    int64_t keep_utc;  /* what is older is dropped */
};

static void night_init(struct night *n, struct books *b, struct fold *f, int64_t now_utc)
{
    *n = (struct night){.db = books_db(b), .b = b, .f = f, .until_utc = local_day_begin(now_utc)};
    n->keep_utc =
        local_day_begin(n->until_utc + DAY_S / 2 - setting_number(b, "history.keep_days") * DAY_S);
    if (f->trimmed_utc != n->keep_utc) {
        f->trimmed_utc = n->keep_utc;
        f->trimmed_meter = 0;
    }
}

/* The next readings; *done: there were none. */
static int move(struct night *n, bool *done, struct err *e)
{
    struct db_row *row = NULL;
    int64_t any = 0;
    int rc = db_get(n->db, SQL_fold_any, 0, &any, e, "i", n->until_utc);

    *done = any == 0;
    if (rc != 0 || *done)
        return rc;
    int64_t at_utc = n->until_utc - 1, meter_id = INT64_MAX;
    rc = db_find(n->db, SQL_fold_edge, &row, e, "ii", n->until_utc, (int64_t)MOVE_ROWS - 1);
    if (rc == 0 && row != NULL) {
        at_utc = db_int(row, 0);
        meter_id = db_int(row, 1);
    }
    db_done(row);
    if (rc == 0)
        rc = db_run(n->db, SQL_fold_move, e, "ii", at_utc, meter_id);
    if (rc == 0)
        rc = db_run(n->db, SQL_fold_note, e, "ii", at_utc, meter_id);
    if (rc == 0)
        rc = db_run(n->db, SQL_fold_drop, e, "ii", at_utc, meter_id);
    if (rc == 0)
        n->f->moved += db_changes(n->db);
    return rc;
}

/* Where the sums of a meter change first: the day of the last good reading before its new ones, for what lies between is known
 * only now. A reading that comes late, for a day that was summed (the clock was set back), changes no day of which single
 * readings may be gone. */
static int sum_begin(struct night *n, int64_t meter_id, int64_t from_utc, int64_t *begin,
                     struct err *e)
{
    int64_t before = 0, until = 0;
    int rc = db_get(n->db, SQL_fold_before, 0, &before, e, "ii", meter_id, from_utc);

    if (rc == 0)
        rc = db_get(n->db, SQL_fold_until, 0, &until, e, "");
    *begin = local_day_begin(before != 0 ? before : from_utc);
    if (from_utc < until && *begin < n->keep_utc)
        *begin = n->keep_utc;
    return rc;
}

/* The next meter, a month of days at most; *done: none is left. */
static int sum(struct night *n, bool *done, struct err *e)
{
    struct db_row *row = NULL;
    int rc = db_find(n->db, SQL_fold_next, &row, e, "i", setting_number(n->b, "read.interval_s"));

    *done = rc == 0 && row == NULL;
    if (rc != 0 || *done)
        return rc;
    int64_t meter_id = db_int(row, 0), from_utc = db_int(row, 1), interval_s = db_int(row, 3);
    bool exact = db_int(row, 2) == 1;
    db_done(row);
    if (!exact)
        rc = sum_begin(n, meter_id, from_utc, &from_utc, e);
    int64_t to_utc = local_day_after(from_utc, FOLD_DAYS_MAX);
    if (to_utc > n->until_utc)
        to_utc = n->until_utc;
    if (rc == 0 && to_utc > from_utc)
        rc = fold_sum(n->b, meter_id, from_utc, to_utc, interval_s, e);
    if (rc != 0)
        return rc;
    if (to_utc < n->until_utc)
        return db_run(n->db, SQL_fold_meter_goes_on, e, "ii", meter_id, to_utc);
    n->f->rolled++;
    return db_run(n->db, SQL_fold_meter_done, e, "i", meter_id);
}

static int until_note(struct night *n, struct err *e)
{
    int64_t until = 0;
    int rc = db_get(n->db, SQL_fold_until, 0, &until, e, "");

    return rc != 0 || until >= n->until_utc
               ? rc
               : db_run(n->db, SQL_fold_until_set, e, "i", n->until_utc);
}

/* The last day with a good reading stays whole, and one reading before it: its sums may have to be made once more. */
static int drop_before(struct night *n, int64_t meter_id, int64_t *before, struct err *e)
{
    int64_t last = 0, base = 0;
    int rc = db_get(n->db, SQL_trim_last, 0, &last, e, "i", meter_id);

    if (rc == 0)
        rc = db_get(n->db, SQL_fold_before, 0, &base, e, "ii", meter_id, local_day_begin(last));
    *before = base < n->keep_utc ? base : n->keep_utc;
    return rc;
}

static int drop(struct night *n, bool *done, struct err *e)
{
    struct fold *f = n->f;
    int64_t meter_id = 0, before = 0, dropped = 0;
    int rc = db_get(n->db, SQL_trim_meter, 0, &meter_id, e, "i", f->trimmed_meter);

    *done = rc == 0 && meter_id == 0;
    if (*done)
        f->trimmed_meter = INT64_MAX;
    if (rc != 0 || *done)
        return rc;
    rc = drop_before(n, meter_id, &before, e);
    if (rc == 0)
        rc = db_run(n->db, SQL_trim_history, e, "iii", meter_id, before, (int64_t)DROP_ROWS);
    if (rc == 0) {
        dropped = db_changes(n->db);
        rc = db_run(n->db, SQL_trim_hours, e, "iii", meter_id, n->keep_utc, (int64_t)DROP_ROWS);
    }
    if (rc != 0)
        return rc;
    bool more = dropped == DROP_ROWS || db_changes(n->db) == DROP_ROWS;
    f->trimmed += dropped;
    if (!more)
        f->trimmed_meter = meter_id;
    return 0;
}

int fold_step(struct books *b, struct fold *f, int64_t now_utc, int64_t budget_ms, bool *more,
              struct err *e)
{
    typedef int part_fn(struct night * n, bool *done, struct err *e);
    static part_fn *const parts[] = {move, sum, drop};
    const int64_t began_ms = clock_mono_ms();
    struct night n;

    night_init(&n, b, f, now_utc);
    *more = true;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        for (bool done = false; !done;) {
            int rc = parts[i](&n, &done, e);
            if (rc == 0 && done && parts[i] == sum)
                rc = until_note(&n, e);
            if (rc != 0)
                return rc;
            if (!done && clock_mono_ms() - began_ms >= budget_ms)
                return 0;
        }
    }
    *more = false;
    return 0;
}

int fold_due(struct books *b, const struct fold *f, int64_t now_utc, bool *due, bool *behind,
             struct err *e)
{
    struct fold now = *f;
    struct night n;
    int64_t any = 0, old = 0, left = 0;

    night_init(&n, b, &now, now_utc);
    int rc = db_get(n.db, SQL_fold_any, 0, &any, e, "i", n.until_utc);
    if (rc == 0)
        rc = db_get(n.db, SQL_fold_any, 0, &old, e, "i", local_day_after(n.until_utc, -1));
    if (rc == 0)
        rc = db_get(n.db, SQL_fold_next, 0, &left, e, "i", (int64_t)1);
    *due = any != 0 || left != 0 || now.trimmed_meter != INT64_MAX;
    *behind = old != 0 || left != 0;
    return rc;
}
