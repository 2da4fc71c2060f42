/*
 * The bus doctor: what the frames of an exchange show, and the table of rules that makes a verdict of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "doctor_rules.h"
#include "field.h"
#include "message.h"
#include "text.h"
#include "wire_sense.h"

/* ---- frames */

static struct job_frame frame(char direction, int64_t ms, const char *hex)
{
    struct job_frame f = {.ms = ms, .response_us = -1, .direction = direction};
    text_copy(f.hex, sizeof f.hex, hex);
    return f;
}

#define ASK "07 03 02 00 00 01 85 D4"

static enum wire_answer sense(const char *reply, struct wire_request *out)
{
    struct job_frame f[2] = {frame('>', 2, ASK), frame('<', 41, reply)};
    struct wire_request r[WIRE_REQUESTS];
    assert_int_equal(wire_sense(f, reply[0] ? 2 : 1, false, r), 1);
    if (out)
        *out = r[0];
    return r[0].answer;
}

static void frames_are_sensed(void **state)
{
    struct wire_request r;
    (void)state;
    assert_int_equal(sense("07 03 02 00 07 71 86", &r), WIRE_ANSWER);
    assert_int_equal(r.ms, 39);
    assert_false(r.more);
    struct job_frame timed[2] = {frame('>', 2, ASK), frame('<', 41, "07 03 02 00 07 71 86")};
    struct wire_request one[WIRE_REQUESTS];
    timed[1].response_us = 23400; /* the line's own time is off */
    assert_int_equal(wire_sense(timed, 2, false, one), 1);
    assert_int_equal(one[0].ms, 23);
    assert_int_equal(sense("", NULL), WIRE_SILENT);
    assert_int_equal(sense("07 03 02 00 17 71 86", NULL), WIRE_BROKEN);
    assert_int_equal(sense("07 03 02", NULL), WIRE_BROKEN);
    assert_int_equal(sense("FF", NULL), WIRE_BROKEN);
    assert_int_equal(sense("08 03 02 00 07 25 87", NULL), WIRE_WRONG); /* another address */
    assert_int_equal(sense("07 83 02 20 F0", &r), WIRE_EXCEPTION);
    assert_int_equal(r.exception, 2);
    assert_int_equal(sense("07 83 0B E0 F6", NULL), WIRE_GATEWAY);
    /* two answers stuck together */
    assert_int_equal(sense("07 03 02 00 07 71 86 07 03", &r), WIRE_ANSWER);
    assert_true(r.more);
}

static void requests_follow_each_other(void **state)
{
    struct job_frame f[] = {frame('>', 0, ASK),
                            frame('.', 150, "timeout 150 ms"),
                            frame('>', 160, ASK),
                            frame('<', 200, "07 03 02 00 07 71 86"),
                            frame('.', 230, "late bytes, dropped:"),
                            frame('<', 230, "07 03 02 00 05 F0 47")};
    struct wire_request r[WIRE_REQUESTS];
    (void)state;
    assert_int_equal(wire_sense(f, 6, false, r), 2);
    assert_int_equal(r[0].answer, WIRE_SILENT);
    assert_int_equal(r[1].answer, WIRE_ANSWER);
    assert_int_equal(r[1].ms, 40);
    assert_true(r[1].more);
    struct job_frame m[] = {frame('>', 0, "00 01 00 00 00 06 07 03 02 00 00 01"),
                            frame('<', 9, "00 01 00 00 00 05 07 03 02 00 07")};
    assert_int_equal(wire_sense(m, 2, true, r), 1);
    assert_int_equal(r[0].answer, WIRE_ANSWER);
    for (enum wire_answer a = WIRE_ANSWER; a <= WIRE_WRONG; a++)
        assert_true(wire_answer_word(a)[0] != '\0');
}

/* ---- verdicts: one letter a meter, addresses from 1: . answers, s silent, c half its answers are broken, g all of them,
 * w a wrong answer, d two answer one after the other, m nothing but wrong ones, x refuses all, o refuses one register,
 * a another meter, h not every time an answer, M and S a main meter that answers, or is silent */

static const struct doctor_meter letters[] = {
    ['.'] = {.asked = 6, .answered = 6, .most_ms = 60},
    ['s'] = {.asked = 3, .silent = 3},
    ['c'] = {.asked = 6, .answered = 3, .broken = 3, .most_ms = 60},
    ['g'] = {.asked = 6, .broken = 6},
    ['w'] = {.asked = 6, .answered = 5, .wrong = 1, .most_ms = 60},
    ['d'] = {.asked = 6, .answered = 6, .more = 6, .most_ms = 60},
    ['m'] = {.asked = 3, .broken = 1, .wrong = 2},
    ['x'] = {.asked = 3, .answered = 3, .refused = 3, .exception = 4, .most_ms = 60},
    ['o'] = {.asked = 6, .answered = 6, .refused = 3, .exception = 2, .most_ms = 60},
    ['a'] = {.asked = 6, .answered = 6, .stranger = true, .most_ms = 60},
    ['M'] = {.main = true, .asked = 3, .answered = 3, .most_ms = 60},
    ['S'] = {.main = true, .asked = 3, .silent = 3},
    ['h'] = {.asked = 6, .answered = 4, .silent = 2, .most_ms = 60},
};

static const struct rule_case {
    const char *line;
    enum msg_id said[4]; /* in this order */
    const char *first;   /* the first sentence, in English */
} cases[] = {
    {"", {MSG_DOCTOR_EMPTY}, "Line L1 has no meters in the books: scan it."},
    {"....",
     {MSG_DOCTOR_GOOD},
     "The line is sound: all 4 meters answer, 55 ms in the median, 60 ms at most."},
    {"ssss", {MSG_DOCTOR_NOBODY}, NULL},
    {"sgss", {MSG_DOCTOR_NOISE}, NULL},
    {"s", {MSG_DOCTOR_NOBODY}, NULL},
    {"..ss",
     {MSG_DOCTOR_TAIL},
     "All meters from address 3 on are silent: look at the cable after 2."},
    {"...s", {MSG_DOCTOR_SINGLE}, NULL},
    {".s..s.",
     {MSG_DOCTOR_SINGLE},
     "Single silent meters: 2, 5. Look at the meter: its supply, its two wires, its address and "
     "speed."},
    {".s..sss",
     {MSG_DOCTOR_TAIL, MSG_DOCTOR_SINGLE},
     "All meters from address 5 on are silent: look at the cable after 4."},
    {".....sssssM",
     {MSG_DOCTOR_RUN},
     "All outgoing meters from address 6 on, to 10, are silent: look at the cable after 5."},
    {".s..sssMM", {MSG_DOCTOR_RUN, MSG_DOCTOR_SINGLE}, NULL},
    {"...ssM", {MSG_DOCTOR_SINGLE}, NULL},
    {"sssM", {MSG_DOCTOR_SINGLE}, NULL},
    {"..sS", {MSG_DOCTOR_TAIL}, NULL},
    {"MMs", {MSG_DOCTOR_SINGLE}, NULL},
    {".s.s.s.s.s.s.s.s.s.s.",
     {MSG_DOCTOR_SINGLE},
     "Single silent meters: 2, 4, 6, 8, 10, 12, 14, 16 .... Look at the meter: its supply, its two "
     "wires, its address and speed."},
    {"..g....",
     {MSG_DOCTOR_GARBLED},
     "Garbled answers at one address (3), while the rest of the line is sound: its wires, the "
     "shielding, or two meters at one address."},
    {"..d....",
     {MSG_DOCTOR_TWIN},
     "Two answer at one address (3): give one of them another address."},
    {"......g", {MSG_DOCTOR_GARBLED}, NULL}, /* at the end too: bytes came */
    {"m.mmw.",
     {MSG_DOCTOR_UNCLEAR, MSG_DOCTOR_CRC, MSG_DOCTOR_WRONG},
     "Never a clear answer from: 1, 3, 4. Bytes come back, so these are not silent: another master, "
     "disturbance on the line."},
    {"xx.",
     {MSG_DOCTOR_REFUSED},
     "Meters that answer, but refuse every question (code 4): 1, 2. The meter itself has a fault, "
     "or is of another kind."},
    {"oo.", {MSG_DOCTOR_GOOD}, NULL}, /* an old meter that has not every register */
    {".a.",
     {MSG_DOCTOR_STRANGER},
     "Another meter than in the books answers at: 2. Compare its number with the books; a scan "
     "tells which meter it is."},
    {"cccc",
     {MSG_DOCTOR_CRC},
     "50 percent of the answers come with a wrong checksum: termination, shielding, baud rate, an "
     "output cable beside the line."},
    {".cc...", {MSG_DOCTOR_CRC}, NULL},
    {"..w.", {MSG_DOCTOR_WRONG}, NULL},
    {"..h.",
     {MSG_DOCTOR_SHAKY},
     "Not every time an answer from: 3. A loose wire, or a meter that "
     "restarts."},
    {"cc.hss", {MSG_DOCTOR_TAIL, MSG_DOCTOR_CRC, MSG_DOCTOR_SHAKY}, NULL},
};

static void rules_are_kept(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct doctor_meter meters[64];
        size_t count = strlen(cases[i].line), wanted = 0;
        for (size_t k = 0; k < count; k++) {
            meters[k] = letters[(unsigned char)cases[i].line[k]];
            meters[k].address = (int)k + 1;
        }
        struct doctor_line line = {
            .name = "L1", .meter = meters, .count = count, .median_ms = 55, .most_ms = 60};
        struct err said[DOCTOR_VERDICTS];
        char text[512];
        size_t n = doctor_verdict(&line, said);
        while (wanted < 4 && cases[i].said[wanted] != (enum msg_id)0)
            wanted++;
        if (n != wanted || said[0].msg != cases[i].said[0])
            fail_msg("\"%s\": %zu said, first: %s", cases[i].line, n,
                     message_text(&said[0], text, sizeof text));
        for (size_t k = 0; k < n; k++)
            assert_int_equal(said[k].msg, cases[i].said[k]);
        if (cases[i].first)
            assert_string_equal(message_text(&said[0], text, sizeof text), cases[i].first);
    }
}

static void lines_of_other_kinds(void **state)
{
    struct doctor_meter quiet[2] = {letters['s'], letters['s']};
    struct doctor_meter slow[2] = {letters['.'], letters['.']};
    struct err down = {0}, said[DOCTOR_VERDICTS];
    (void)state;
    quiet[0].address = slow[0].address = 1;
    quiet[1].address = slow[1].address = 9;
    struct doctor_line line = {.name = "L1", .meter = quiet, .count = 2, .serial = true};
    assert_int_equal(doctor_verdict(&line, said), 1);
    assert_int_equal(said[0].msg, MSG_DOCTOR_NOBODY_SERIAL);
    err_set(&down, MSG_FIELD_LINE_DOWN, "L1", "no answer");
    line.trouble = &down;
    assert_int_equal(doctor_verdict(&line, said), 1);
    assert_int_equal(said[0].msg, MSG_FIELD_LINE_DOWN);
    line = (struct doctor_line){.name = "L1", .meter = slow, .count = 2, .median_ms = 700};
    assert_int_equal(doctor_verdict(&line, said), 1);
    assert_int_equal(said[0].msg, MSG_DOCTOR_SLOW);
    slow[0].broken = 1;
    assert_int_equal(doctor_broken_percent(&line), 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_are_sensed),
        cmocka_unit_test(requests_follow_each_other),
        cmocka_unit_test(rules_are_kept),
        cmocka_unit_test(lines_of_other_kinds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
