/*
 * Settings in words: what is shown can be typed again, and what cannot be is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "setting_words.h"

static const struct setting_form span = {"read.interval_s", "number", "s", "", 60, 86400 * 7};
static const struct setting_form power = {"read.jump_kw", "number", "kW", "", 1, 100000};
static const struct setting_form amount = {"sale.min_minor", "amount", "", "", 1, 100000000};
static const struct setting_form word = {"paper.delivery_slip", "word", "", "ask|auto|never", 0, 0};
static const struct setting_form yes = {"alarm.notify_cleared", "yes", "", "0|1", 0, 0};
static const struct setting_form text = {"site.name", "text", "", "", 1, 60};

static void test_shown(void **state)
{
    static const struct {
        const struct setting_form *form;
        const char *value, *shown;
    } cases[] = {
        {&span, "0", "0 s"},         {&span, "90", "90 s"},        {&span, "1800", "30 min"},
        {&span, "5400", "90 min"},   {&span, "86400", "24 h"},     {&span, "129600", "36 h"},
        {&span, "604800", "7 days"}, {&power, "200", "200 kW"},    {&amount, "5000000", "50000.00"},
        {&amount, "1", "0.01"},      {&word, "ask", "is offered"}, {&yes, "1", "yes"},
        {&text, "", "none"},         {&text, "Lvyi", "Lvyi"},
    };
    char shown[SETTING_VALUE_MAX], value[SETTING_VALUE_MAX], field[SETTING_VALUE_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err e = {0};
        assert_string_equal(setting_shown(cases[i].form, cases[i].value, shown), cases[i].shown);
        setting_filled(cases[i].form, cases[i].value, field);
        if (setting_typed(cases[i].form, field, value, &e) != 0)
            assert_int_equal(e.msg, MSG_SETTING_RANGE);
        else
            assert_string_equal(value, cases[i].value);
    }
}

static void test_typed(void **state)
{
    static const struct {
        const struct setting_form *form;
        const char *typed, *value; /* NULL: refused */
    } cases[] = {
        {&span, "1800", "1800"},
        {&span, " 30min ", "1800"},
        {&span, "30 分钟", "1800"},
        {&span, "３０ min", "1800"},
        {&span, "2 d", "172800"},
        {&span, "7 days", "604800"},
        {&span, "59 s", NULL},
        {&span, "8 days", NULL},
        {&span, "", NULL},
        {&span, "min", NULL},
        {&span, "-5 min", NULL},
        {&span, "1.5 h", NULL},
        {&span, "30 m 5", NULL},
        {&span, "9223372036854775807 d", NULL},
        {&span, "99999999999999999999", NULL},
        {&power, "200", "200"},
        {&power, "200 kW", "200"},
        {&power, "200 W", NULL},
        {&power, "0", NULL},
        {&power, "100001", NULL},
        {&amount, "1", "100"},
        {&amount, "1.05", "105"},
        {&amount, "1.005", NULL},
        {&amount, "0", NULL},
        {&amount, "1000000.01", NULL},
        {&word, "never", "never"},
        {&word, "is offered", "ask"},
        {&yes, "no", "0"},
        {&yes, "1", "1"},
        {&text, " Lvyi ", "Lvyi"},
    };
    char value[SETTING_VALUE_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err e = {0};
        const int rc = setting_typed(cases[i].form, cases[i].typed, value, &e);
        if ((rc == 0) != (cases[i].value != NULL))
            fail_msg("%s: \"%s\"", cases[i].form->key, cases[i].typed);
        if (rc == 0)
            assert_string_equal(value, cases[i].value);
    }
}

static void test_range(void **state)
{
    char range[SETTING_RANGE_MAX];

    (void)state;
    assert_string_equal(setting_range(&span, range), "1 min to 7 days");
    assert_string_equal(setting_range(&amount, range), "0.01 to 1000000.00");
    assert_string_equal(setting_range(&word, range), "is offered / comes by itself / never");
    assert_string_equal(setting_range(&text, range), "a text of 1 to 60 bytes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shown),
        cmocka_unit_test(test_typed),
        cmocka_unit_test(test_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
