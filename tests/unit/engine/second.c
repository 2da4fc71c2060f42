/*
 * A site's own command: how its words are parted, and that nothing is run where a quote has no end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "second.h"

static const struct second_words words = {MSG_NOTIFY_START, MSG_NOTIFY_FAILED, MSG_NOTIFY_LONG};

/* The last line is what the shell was given behind its script, each between bars. */
#define SHELL "sh -c \"printf '%s|' \\\"$@\\\"; exit 3\" x "

static void words_are_parted(void **state)
{
    static const struct {
        const char *command, *said;
    } cases[] = {
        {SHELL "a b", "a|b|last one|"},
        {SHELL "  a   b  ", "a|b|last one|"},
        {SHELL "\"a b\" c", "a b|c|last one|"},
        {SHELL "--by=\"a b\"c", "--by=a bc|last one|"},
        {SHELL "\"\" c", "|c|last one|"},
        {SHELL "\\\"a \"b \\\" \\\\\" \\c", "\"a|b \" \\|\\c|last one|"},
        {SHELL "$(id) ';' *", "$(id)|';'|*|last one|"},
    };
    const char *const args[] = {"last one", NULL};
    atomic_bool stop = false;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err e = {0};
        assert_int_equal(second_run(cases[i].command, args, &words, 10, &stop, &e),
                         ERR_UNAVAILABLE);
        assert_int_equal(e.msg, MSG_NOTIFY_FAILED);
        assert_int_equal(e.arg[0].number, 3);
        assert_string_equal(e.arg[1].text, cases[i].said);
    }
}

static void open_quote(void **state)
{
    const char *const args[] = {NULL};
    atomic_bool stop = false;
    struct err e = {0};

    (void)state;
    assert_int_equal(second_run("sh -c \"exit 0", args, &words, 10, &stop, &e), ERR_CONFIG);
    assert_int_equal(e.msg, MSG_SECOND_QUOTE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_parted),
        cmocka_unit_test(open_quote),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
