/*
 * The phone line: what a caller must be told beside the state.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "phone.h"

static void says(const struct phone *p, const char *words)
{
    char text[PHONE_TEXT_MAX];

    if (!strstr(phone_text(p, 1000, 0, text, sizeof text), words))
        fail_msg("%s: not in %s", words, text);
}

static void test_besides(void **state)
{
    struct phone p = {.room = "407",
                      .tenant = "",
                      .meter = "190301572",
                      .state = "lost",
                      .why = "",
                      .locked_by = "Sun",
                      .days = -1};

    (void)state;
    says(&p, "the meter does not answer");
    p.stranger = true;
    says(&p, "another meter answers there");
    p.state = "locked out";
    says(&p, "locked out by Sun since");
    p.unverified = true;
    says(&p, "NOT verified off");
    p.state = "on";
    p.waiting_minor = 600;
    p.handed_to = "Sun laptop";
    says(&p, "on; 6.00 paid, not yet on the meter; its line is in other hands (Sun laptop)");
}

/* Cut off is only who has used up the credit; a meter that never cuts is told whatever its state. */
static void test_second_warning(void **state)
{
    struct phone p = {.room = "407",
                      .tenant = "",
                      .meter = "190301572",
                      .state = "cut",
                      .why = "credit",
                      .locked_by = "",
                      .has_balance = true,
                      .balance_minor = 6257,
                      .alarm2_minor = 10000,
                      .recovery_s = 60,
                      .days = -1};

    (void)state;
    says(&p, "cut: the credit is used up");
    p.why = "alarm 2";
    says(&p, "62.57 left; second warning: off for 60 s; ");
    p.recovery_s = 0;
    says(&p, "; second warning: off below 100.00; ");
    p.recovery_s = -1;
    says(&p, "; second warning: off; ");
    p.state = "on";
    p.why = "closed";
    p.never_cuts = true;
    says(&p, "; on; never cuts: prepaid is off; ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_besides),
                                       cmocka_unit_test(test_second_warning)};

    return cmocka_run_group_tests_name("phone", tests, NULL, NULL);
}
