/* Capital numerals: the examples of the payment rules, the edges, every amount of two groups by shape. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "capital.h"
#include "money.h"

static const struct {
    int64_t amount_minor;
    const char *text;
} examples[] = {
    {140950, "壹仟肆佰零玖元伍角"},
    {600714, "陆仟零柒元壹角肆分"},
    {10700053, "壹拾万柒仟元零伍角叁分"},
    {1640902, "壹万陆仟肆佰零玖元零贰分"},
    {32504, "叁佰贰拾伍元零肆分"},
    {1000, "壹拾元整"},
    {5, "伍分"},
    {1000100, "壹万零壹元整"},
    {10000000000, "壹亿元整"},
    {0, "零元整"},
    {-1000, "退壹拾元整"},
    {-140950, "退壹仟肆佰零玖元伍角"},
    {50, "伍角"},
    {55, "伍角伍分"},
    {100, "壹元整"},
    {101, "壹元零壹分"},
    {1001, "壹拾元零壹分"},
    {1010, "壹拾元零壹角"},
    {101000, "壹仟零壹拾元整"},
    {100000, "壹仟元整"},
    {1000000, "壹万元整"},
    {1100000, "壹万壹仟元整"},
    {1010000, "壹万零壹佰元整"},
    {10000000100, "壹亿零壹元整"},
    {10001000000, "壹亿零壹万元整"},
    {10000500000, "壹亿零伍仟元整"},
    {10500000000, "壹亿零伍佰万元整"},
    {12345678901234, "壹仟贰佰叁拾肆亿伍仟陆佰柒拾捌万玖仟零壹拾贰元叁角肆分"},
    {MONEY_MAX_MINOR, "玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"},
    {-MONEY_MAX_MINOR, "退玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"},
};

static void examples_hold(void **state)
{
    (void)state;
    char buf[CAPITAL_TEXT_MAX];
    for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
        assert_true(capital_text(examples[i].amount_minor, buf));
        assert_string_equal(buf, examples[i].text);
    }
}

static void beyond_is_refused(void **state)
{
    (void)state;
    char buf[CAPITAL_TEXT_MAX] = "x";
    assert_false(capital_text(MONEY_MAX_MINOR + 1, buf));
    assert_string_equal(buf, "");
    assert_false(capital_text(-MONEY_MAX_MINOR - 1, buf));
    assert_false(capital_text(INT64_MAX, buf));
    assert_false(capital_text(INT64_MIN, buf));
}

/* Reads the numerals back: an independent way to the same number. */
static int64_t read_back(const char *text)
{
    static const char *const digits[] = {"零", "壹", "贰", "叁", "肆",
                                         "伍", "陆", "柒", "捌", "玖"};
    static const struct {
        const char *sign;
        int64_t weight;
    } units[] = {{"仟", 1000}, {"佰", 100}, {"拾", 10}};
    int64_t total = 0;
    int64_t group = 0;
    int64_t digit = 0;
    for (; *text; text += 3) {
        for (int d = 0; d < 10; d++) {
            digit = strncmp(text, digits[d], 3) == 0 ? d : digit;
        }
        for (size_t u = 0; u < 3; u++) {
            if (strncmp(text, units[u].sign, 3) == 0) {
                group += digit * units[u].weight;
                digit = 0;
            }
        }
        if (strncmp(text, "亿", 3) == 0) {
            total += (group + digit) * 10000000000;
            group = digit = 0;
        } else if (strncmp(text, "万", 3) == 0) {
            total += (group + digit) * 1000000;
            group = digit = 0;
        } else if (strncmp(text, "元", 3) == 0) {
            total += (group + digit) * 100;
            group = digit = 0;
        } else if (strncmp(text, "角", 3) == 0) {
            total += digit * 10;
            digit = 0;
        } else if (strncmp(text, "分", 3) == 0) {
            total += digit;
            digit = 0;
        }
    }
    return total;
}

static void numerals_read_back(void **state)
{
    (void)state;
    char buf[CAPITAL_TEXT_MAX];
    uint64_t seed = 1;
    for (int i = 0; i < 50000; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        int64_t amount = (int64_t)(seed >> 17) % (MONEY_MAX_MINOR >> (i % 40));
        if (i % 3 == 0) { /* many zeros */
            amount = amount / 10000 * 10000 + i % 7;
        }
        assert_true(capital_text(amount, buf));
        assert_int_equal(read_back(buf), amount);
        assert_null(strstr(buf, "零零"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(examples_hold),
        cmocka_unit_test(beyond_is_refused),
        cmocka_unit_test(numerals_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
