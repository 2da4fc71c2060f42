/*
 * The arithmetic of proof: every story that count, total and balance can tell of one top-up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "proof.h"

#define PRICE 8216

static struct order_seen at(uint16_t count, int64_t balance, int64_t total, int64_t energy)
{
    return (struct order_seen){.count = count,
                               .balance_minor = balance,
                               .has_total = true,
                               .total_minor = total,
                               .energy_wh = energy};
}

struct story {
    const char *what;
    struct order_seen before, after;
    int64_t amount, earlier;
    bool use_total;
    enum proof_verdict verdict;
    int64_t excess, earlier_excess;
};

static void topup_stories(void **state)
{
    const struct order_seen b = at(41, 3720, 100000, 500000);
    const struct story stories[] = {
        {"applied once", b, at(42, 13720, 110000, 500000), 10000, 0, true, PROOF_APPLIED, 0, 0},
        {"applied while energy was used", b, at(42, 13000, 110000, 508760), 10000, 0, true,
         PROOF_APPLIED, 0, 0},
        {"not applied", b, at(41, 3720, 100000, 500000), 10000, 0, true, PROOF_NOT_APPLIED, 0, 0},
        {"not applied, energy used", b, at(41, 3000, 100000, 508760), 10000, 0, true,
         PROOF_NOT_APPLIED, 0, 0},
        {"doubled", b, at(42, 23720, 120000, 500000), 10000, 0, true, PROOF_APPLIED, 10000, 0},
        {"tripled", b, at(42, 33720, 130000, 500000), 10000, 0, true, PROOF_APPLIED, 20000, 0},
        {"a late copy of the one before", b, at(41, 8720, 105000, 500000), 10000, 5000, true,
         PROOF_NOT_APPLIED, 0, 5000},
        {"ours and a late copy of the one before", b, at(42, 16720, 113000, 500000), 10000, 3000,
         true, PROOF_APPLIED, 0, 3000},
        {"money nobody can explain", b, at(42, 14720, 111111, 500000), 10000, 3000, true,
         PROOF_UNEXPLAINED, 0, 0},
        {"half of the amount", b, at(42, 8720, 105000, 500000), 10000, 0, true, PROOF_UNEXPLAINED,
         0, 0},
        {"two counts on", b, at(43, 23720, 120000, 500000), 10000, 0, true, PROOF_UNEXPLAINED, 0,
         0},
        {"count went back", b, at(40, 3720, 100000, 500000), 10000, 0, true, PROOF_UNEXPLAINED, 0,
         0},
        {"money without a count, none before", b, at(41, 13720, 110000, 500000), 10000, 0, true,
         PROOF_UNEXPLAINED, 0, 0},
        {"total stands still", b, at(42, 13720, 100000, 500000), 10000, 0, true, PROOF_TOTAL_STUCK,
         0, 0},
        {"total and balance stand still", b, at(42, 3720, 100000, 500000), 10000, 0, true,
         PROOF_UNEXPLAINED, 0, 0},
        {"count wraps", at(65535, 0, 0, 0), at(0, 10000, 10000, 0), 10000, 0, true, PROOF_APPLIED,
         0, 0},
        {"by the balance", b, at(42, 13720, 0, 500000), 10000, 0, false, PROOF_APPLIED, 0, 0},
        {"by the balance, energy used", b, at(42, 13000, 0, 508760), 10000, 0, false, PROOF_APPLIED,
         0, 0},
        {"by the balance, doubled", b, at(42, 23720, 0, 500000), 10000, 0, false, PROOF_APPLIED,
         10000, 0},
        {"by the balance, out of debt", at(3, -500, 0, 0), at(4, 9500, 0, 0), 10000, 0, false,
         PROOF_APPLIED, 0, 0},
        {"by the balance, not applied", b, at(41, 3715, 0, 500050), 10000, 0, false,
         PROOF_NOT_APPLIED, 0, 0},
        {"by the balance, unexplained", b, at(42, 9000, 0, 500000), 10000, 0, false,
         PROOF_UNEXPLAINED, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof stories / sizeof *stories; i++) {
        const struct story *s = &stories[i];
        struct proof p =
            proof_topup(&s->before, &s->after, s->amount, s->earlier, s->use_total, PRICE);
        if (p.verdict != s->verdict || p.excess_minor != s->excess ||
            p.earlier_minor != s->earlier_excess)
            fail_msg("%s: verdict %d excess %lld earlier %lld", s->what, (int)p.verdict,
                     (long long)p.excess_minor, (long long)p.earlier_minor);
    }
}

static void moved_by_balance_knows_its_slack(void **state)
{
    const struct order_seen a = at(1, 1000, 0, 0), b = at(1, 800, 0, 2434);
    struct proof_moved moved = proof_moved(&a, &b, false, PRICE);
    int64_t copies;

    (void)state;
    assert_false(moved.by_total);
    assert_true(moved.slack_minor > 0);
    assert_true(proof_copies(&moved, 10000, &copies));
    assert_int_equal(copies, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(topup_stories),
        cmocka_unit_test(moved_by_balance_knows_its_slack),
    };

    return cmocka_run_group_tests_name("proof", tests, NULL, NULL);
}
