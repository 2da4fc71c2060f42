/*
 * The arithmetic of proof.
 */
#include "proof.h"

#include "money.h"

/* A gateway that re-sends does so a few times (mbusd: up to 3): more copies than this are no copies. */
#define COPIES_MAX 8

/* The rates of a meter may differ from its total by 0.03 kWh (meters.md 1.13), its registers step by 0.01 kWh and
 * a cent is deducted when it is used up: the balance is known this well and no better. */
#define SLACK_WH    60
#define SLACK_MINOR 2

struct proof_moved proof_moved(const struct order_seen *before, const struct order_seen *after,
                               bool use_total, int64_t price_e4)
{
    struct proof_moved moved = {.count = (uint16_t)(after->count - before->count)};

    if (use_total && before->has_total && after->has_total) {
        moved.by_total = true;
        moved.amount_minor = after->total_minor - before->total_minor;
        return moved;
    }
    int64_t used_wh =
        after->energy_wh > before->energy_wh ? after->energy_wh - before->energy_wh : 0;
    int64_t cost = 0, slack = 0;
    if (!money_of_energy(used_wh, price_e4, &cost) || !money_of_energy(SLACK_WH, price_e4, &slack))
        cost = slack = 0;
    /* The price may have changed, or be one of four: a twentieth of the cost either way. */
    moved.slack_minor = slack + SLACK_MINOR + cost / 20;
    moved.amount_minor = after->balance_minor - before->balance_minor + cost;
    return moved;
}

static int64_t distance(int64_t a, int64_t b)
{
    return a > b ? a - b : b - a;
}

bool proof_copies(const struct proof_moved *moved, int64_t amount_minor, int64_t *copies)
{
    *copies = 0;
    if (distance(moved->amount_minor, 0) <= moved->slack_minor)
        return true;
    if (amount_minor <= 0)
        return false;
    for (int64_t n = 1; n <= COPIES_MAX; n++) {
        if (distance(moved->amount_minor, n * amount_minor) <= moved->slack_minor) {
            *copies = n;
            return true;
        }
    }
    return false;
}

/* One purchase and copies of it, and copies of an earlier one (0: of none). */
static bool explain_with(const struct proof_moved *moved, int64_t amount_minor,
                         int64_t earlier_minor, struct proof *p)
{
    for (int64_t own = 1; own <= COPIES_MAX; own++) {
        struct proof_moved rest = *moved;
        int64_t copies;
        rest.amount_minor = moved->amount_minor - own * amount_minor;
        if (rest.amount_minor < -moved->slack_minor)
            break;
        if (proof_copies(&rest, earlier_minor, &copies)) {
            p->excess_minor = (own - 1) * amount_minor;
            p->earlier_minor = copies * earlier_minor;
            return true;
        }
    }
    return false;
}

/* The simpler story first: copies of this purchase alone. */
static bool explain(const struct proof_moved *moved, int64_t amount_minor, int64_t earlier_minor,
                    struct proof *p)
{
    return explain_with(moved, amount_minor, 0, p) ||
           explain_with(moved, amount_minor, earlier_minor, p);
}

struct proof proof_topup(const struct order_seen *before, const struct order_seen *after,
                         int64_t amount_minor, int64_t earlier_minor, bool use_total,
                         int64_t price_e4)
{
    struct proof p = {.verdict = PROOF_UNEXPLAINED};
    struct proof_moved moved = proof_moved(before, after, use_total, price_e4);

    if (moved.count == 0) {
        /* The count is the proof: it did not move, so ours was not taken. Money that came all the same is a late copy
         * of the purchase before, which a crediting meter adds without counting. */
        int64_t copies;
        if (!proof_copies(&moved, earlier_minor, &copies))
            return p;
        p.verdict = PROOF_NOT_APPLIED;
        p.earlier_minor = copies * earlier_minor;
        return p;
    }
    if (moved.count != 1)
        return p;
    if (explain(&moved, amount_minor, earlier_minor, &p)) {
        p.verdict = PROOF_APPLIED;
        return p;
    }
    /* 0412 stands still while count and balance move as they should: flagged, and ignored from then on. */
    if (moved.by_total && moved.amount_minor == 0) {
        moved = proof_moved(before, after, false, price_e4);
        if (explain(&moved, amount_minor, 0, &p))
            p.verdict = PROOF_TOTAL_STUCK;
    }
    return p;
}
