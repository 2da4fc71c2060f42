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
#include "text.h"

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
    p.state = "alarm 2 off";
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

/* Is it on? A caller asks nothing else, whatever the credit's stage and whether the room has an account. */
static void test_relay(void **state)
{
    static const struct {
        const char *state, *why, *words;
        bool vacant;
    } cases[] = {
        {"arrears", "closed", "; on; in arrears; ", false},
        {"alarm 1", "closed", "; on; alarm 1; ", false},
        {"alarm 2", "closed", "; on; alarm 2; ", false},
        {"not opened", "closed", "; not opened; on; ", true},
        {"not opened", "credit", "; not opened; off; ", true},
        {"not opened", "", "; not opened; ", true},
        {"not opened", NULL, "; not opened; ", true},
        {"forced off", "forced off", "; not opened; forced off by command; ", true},
        {"forced on", "closed", "; not opened; forced on, whatever the credit; ", true},
        {"forced off", "forced off", "; forced off by command; ", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct phone p = {.room = "407",
                                .tenant = "",
                                .meter = "190301572",
                                .state = cases[i].state,
                                .why = cases[i].why,
                                .vacant = cases[i].vacant,
                                .locked_by = "",
                                .days = -1};
        says(&p, cases[i].words);
    }
}

/* Somebody threw it at the meter: no order is claimed. */
static void test_unordered(void **state)
{
    struct phone p = {.room = "407",
                      .tenant = "",
                      .meter = "190301572",
                      .state = "forced off",
                      .why = "forced off",
                      .unordered = true,
                      .locked_by = "",
                      .days = -1};

    (void)state;
    says(&p, "; forced off, not ordered here; ");
    p.state = "forced on";
    p.why = "closed";
    says(&p, "; forced on, not ordered here; ");
    p.state = "on"; /* the wall's cell is newer than the row */
    says(&p, "; on; ");
}

static void test_main_meter(void **state)
{
    struct phone p = {.room = "B1-2",
                      .tenant = "",
                      .meter = "190301572",
                      .state = "on",
                      .why = "closed",
                      .main = true,
                      .has_balance = true,
                      .balance_minor = 12345,
                      .locked_by = "",
                      .days = 3};

    (void)state;
    says(&p, "B1-2: main meter, sells nothing; on; ");
    p.has_power = true;
    p.power_w = 41230;
    p.energy_wh = 8812340;
    says(&p, "B1-2: main meter, sells nothing, 41230 W, 8812.34 kWh; on; ");
}

/* The age is what a long line must not lose: first the name is shortened, then what is told of the state. */
static void test_narrow(void **state)
{
    char text[PHONE_TEXT_MAX], last[32] = "; last read 15 minutes ago";
    struct phone p = {.room = "2801",
                      .tenant = "江苏绿地金融中心置业发展有限公司物业管理分公司",
                      .meter = "190301572",
                      .state = "locked out",
                      .why = "forced off",
                      .vacant = true,
                      .locked_by = "孙工 Sun of the electricians",
                      .locked_at_utc = 60,
                      .has_balance = true,
                      .balance_minor = 12345678,
                      .waiting_minor = 600,
                      .handed_to = "Sun laptop",
                      .days = 3,
                      .read_at_utc = 100};

    (void)state;
    for (int cells = 74; cells < 240; cells++) {
        phone_text(&p, 1000, cells, text, sizeof text);
        if (text_width(text) > cells || !strstr(text, last) || !strstr(text, "2801 江"))
            fail_msg("%d cells: %s", cells, text);
    }
    assert_non_null(strstr(text, "江苏绿地金融中心置业发展有限公司物业管理分公司: "));
    p.room = "Tower B, the shop between the stairs of the east wing 2801-2805";
    phone_text(&p, 1000, 74, text, sizeof text);
    if (text_width(text) > 74 || !strstr(text, last) || strncmp(text, "Tow", 3) != 0)
        fail_msg("%s", text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_besides),    cmocka_unit_test(test_second_warning),
        cmocka_unit_test(test_relay),      cmocka_unit_test(test_unordered),
        cmocka_unit_test(test_main_meter), cmocka_unit_test(test_narrow)};

    return cmocka_run_group_tests_name("phone", tests, NULL, NULL);
}
