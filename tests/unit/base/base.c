/*
 * The base: money in and out of text, errors and their sentences, text widths, the bounded queue, configuration.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "config.h"
#include "message.h"
#include "money.h"
#include "money_parse.h"
#include "queue.h"
#include "text.h"

static void money_in(void **state)
{
    static const struct {
        const char *text;
        int64_t minor;
        int msg; /* -1: fine */
    } cases[] = {
        {"100", 10000, -1},
        {"100.00", 10000, -1},
        {"0.5", 50, -1},
        {"0", 0, -1},
        {"0.05", 5, -1},
        {"", 0, MSG_AMOUNT_EMPTY},
        {"1e3", 0, MSG_AMOUNT_FORM},
        {"-1", 0, MSG_AMOUNT_FORM},
        {"+1", 0, MSG_AMOUNT_FORM},
        {"1.", 0, MSG_AMOUNT_FORM},
        {".5", 0, MSG_AMOUNT_FORM},
        {"1.2.3", 0, MSG_AMOUNT_FORM},
        {" 1", 0, MSG_AMOUNT_FORM},
        {"1 ", 0, MSG_AMOUNT_FORM},
        {"0x10", 0, MSG_AMOUNT_FORM},
        {"1,000", 0, MSG_AMOUNT_FORM},
        {"abc", 0, MSG_AMOUNT_FORM},
        {"100.000", 0, MSG_AMOUNT_DECIMALS},
        {"999999999999.99", MONEY_MAX_MINOR, -1},
        {"1000000000000", 0, MSG_AMOUNT_RANGE},
        {"99999999999999999999999999", 0, MSG_AMOUNT_RANGE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err e = {0};
        int64_t minor = 0;
        int rc = money_parse(cases[i].text, &minor, &e);
        if (cases[i].msg < 0 ? rc != 0 || minor != cases[i].minor
                             : rc >= 0 || (int)e.msg != cases[i].msg)
            fail_msg("\"%s\": rc %d minor %lld msg %d", cases[i].text, rc, (long long)minor,
                     (int)e.msg);
    }
}

static void money_out(void **state)
{
    char buf[MONEY_TEXT_MAX];
    int64_t minor;

    (void)state;
    assert_string_equal(money_text(-310, buf), "-3.10");
    assert_string_equal(money_text(5, buf), "0.05");
    assert_string_equal(money_text(INT64_MIN, buf), "-92233720368547758.08");
    assert_string_equal(price_text(8216, buf), "0.8216");
    assert_string_equal(energy_text(12175, buf), "12.18");
    assert_true(money_of_energy(1000, 8216, &minor));
    assert_int_equal(minor, 82);
    assert_false(money_of_energy(INT64_MAX, 8216, &minor));
    assert_int_equal(energy_of_money(10000, 8216), 121713);
    assert_false(money_add(INT64_MAX, 1, &minor));
}

static void sentences(void **state)
{
    struct err e = {0};
    char text[300];

    (void)state;
    assert_int_equal(err_set(&e, MSG_AMOUNT_DECIMALS, "1.234"), ERR_DATA);
    assert_string_equal(message_english(&e, text, sizeof text),
                        "\"1.234\" has more than two decimals.");
    assert_int_equal(err_exit(e.code), 65);
    assert_int_equal(err_from_word(err_word(ERR_DENIED)), ERR_DENIED);
    assert_int_equal(message_find("AMOUNT_DECIMALS"), MSG_AMOUNT_DECIMALS);
    assert_int_equal(message_find("NO_SUCH"), -1);
    assert_string_equal(message_english(&e, text, 8), "\"1.234\"");
}

/* Every message names only arguments it declares, and fits the error's slots. */
static void messages_are_sound(void **state)
{
    (void)state;
    for (int id = 0; id < MSG_COUNT; id++) {
        const struct message *m = message_get((enum msg_id)id);
        size_t types = strlen(m->types);
        assert_true(types <= ERR_ARGS_MAX);
        assert_int_equal(strspn(m->types, "skimpt"), types);
        for (const char *p = strchr(m->text, '%'); p; p = strchr(p + 1, '%')) {
            if (p[1] >= '1' && p[1] <= '9' && (size_t)(p[1] - '0') > types)
                fail_msg("%s uses %%%c", m->name, p[1]);
        }
    }
}

static void text_in_cells(void **state)
{
    char buf[64];

    (void)state;
    message_language("en", NULL);
    assert_int_equal(text_width("张三 Zhang"), 10);
    assert_int_equal(text_fit(buf, sizeof buf, "张三丰", 5), 5);
    assert_string_equal(buf, "张三~");
    assert_int_equal(text_fit(buf, sizeof buf, "张三丰", 4), 3);
    assert_string_equal(buf, "张~");
    assert_int_equal(text_fit(buf, sizeof buf, "abc", 3), 3);
    assert_int_equal(text_fit_middle(buf, sizeof buf, "abcdefghi", 9), 9);
    assert_int_equal(text_fit_middle(buf, sizeof buf, "abcdefghi", 6), 6);
    assert_string_equal(buf, "abc~hi");
    assert_int_equal(text_fit_middle(buf, sizeof buf, "张三物业公司", 9), 9);
    assert_string_equal(buf, "张三~公司");
    assert_int_equal(text_fit_middle(buf, sizeof buf, "张三物业公司", 8), 7);
    assert_string_equal(buf, "张三~司"); /* no half characters */
    assert_int_equal(text_fit_middle(buf, sizeof buf, "张三物业公司", 1), 1);
    assert_string_equal(buf, "~");
    assert_true(text_is_clean("张三 Zhang San"));
    assert_false(text_is_clean("a\nb"));
    assert_false(text_is_clean("\xc0\xaf"));
    assert_false(text_is_clean("\xed\xa0\x80"));
    snprintf(buf, sizeof buf, "１２０４．５０");
    text_fold_width(buf);
    assert_string_equal(buf, "1204.50");
    assert_false(text_copy(buf, 5, "张三"));
    assert_string_equal(buf, "张");
    assert_int_equal(text_distance("socket", "sokcet"), 2);
    assert_true(text_compare_natural("2F", "12F") < 0);
    assert_true(text_compare_natural("1201", "902") > 0);
    assert_true(text_compare_natural("a12b", "A12B") == 0);
    assert_true(text_compare_natural("1204", "1204-K") < 0);
    assert_true(text_compare_natural("张三", "李四") != 0);
    static const char *const floors[] = {"B3", "B1", "1F", "2F", "12F", "28F"};
    for (int i = 0; i + 1 < 6; i++) {
        assert_true(text_compare_floor(floors[i], floors[i + 1]) < 0);
        assert_true(text_compare_floor(floors[i + 1], floors[i]) > 0);
    }
    assert_true(text_compare_floor("-1F", "1F") < 0 && text_compare_floor("负2层", "负1层") < 0);
}

static void *push_many(void *ctx)
{
    struct queue *q = ctx;

    for (intptr_t i = 1; i <= 1000; i++)
        assert_true(queue_push_wait(q, (void *)i));
    return NULL;
}

static void queue_between_threads(void **state)
{
    struct queue *q = queue_new(8);
    pthread_t thread;
    intptr_t sum = 0;

    (void)state;
    assert_null(queue_pop(q));
    assert_int_equal(pthread_create(&thread, NULL, push_many, q), 0);
    for (int i = 0; i < 1000; i++)
        sum += (intptr_t)queue_pop_wait(q);
    pthread_join(thread, NULL);
    assert_int_equal(sum, 500500);
    for (intptr_t i = 1; i <= 8; i++)
        assert_true(queue_push(q, (void *)i));
    assert_false(queue_push(q, q));
    queue_close(q);
    for (int i = 0; i < 8; i++)
        assert_non_null(queue_pop_wait(q));
    assert_null(queue_pop_wait(q));
    queue_free(q);
}

/* A configuration file of the given text; returns the error's message id, or -1. */
static int config_of(const char *text, struct config **out, struct err *e)
{
    char path[] = "/tmp/metertill-config-XXXXXX";
    const char *tmp = getenv("TMPDIR");
    char *name = tmp ? mem_format("%s/confXXXXXX", tmp) : mem_text(path);
    int fd = mkstemp(name);

    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    *out = NULL;
    int rc = config_new(out, name, e);
    unlink(name);
    free(name);
    return rc == 0 ? -1 : (int)e->msg;
}

static void configuration(void **state)
{
    struct config *c;
    struct err e = {0};
    char longer[300];

    (void)state;
    assert_int_equal(config_of("# ours\nlog-level = trace\n", &c, &e), -1);
    assert_string_equal(config_get(c, CONFIG_LOG_LEVEL), "trace");
    assert_non_null(strstr(config_source(c, CONFIG_LOG_LEVEL), ":2"));
    assert_int_equal(config_flag(c, "log-level", "warn", &e), 0);
    assert_string_equal(config_source(c, CONFIG_LOG_LEVEL), "flag");
    assert_true(config_flag(c, "log-level", "loud", &e) < 0);
    config_free(c);
    assert_int_equal(config_of("\n\nlog-levl = info\n", &c, &e), MSG_CONFIG_KEY);
    assert_int_equal(e.arg[1].number, 3);
    assert_string_equal(e.arg[3].text, "log-level");
    assert_int_equal(config_of("[section]\nlog-level = info\n", &c, &e), MSG_CONFIG_LINE);
    assert_int_equal(config_of("log-level = info\n  continued\n", &c, &e), MSG_CONFIG_LINE);
    assert_int_equal(config_of("escape-delay = soon\n", &c, &e), MSG_CONFIG_VALUE);
    assert_int_equal(config_of("nonsense\n", &c, &e), MSG_CONFIG_LINE);
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    memcpy(longer, "database = /", 12);
    assert_int_equal(config_of(longer, &c, &e), MSG_CONFIG_LINE);
    setenv("METERTILL_LOG_LEVEL", "error", 1);
    assert_int_equal(config_of("log-level = trace\n", &c, &e), -1);
    assert_string_equal(config_source(c, CONFIG_LOG_LEVEL), "METERTILL_LOG_LEVEL");
    unsetenv("METERTILL_LOG_LEVEL");
    config_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(money_in),      cmocka_unit_test(money_out),
        cmocka_unit_test(sentences),     cmocka_unit_test(messages_are_sound),
        cmocka_unit_test(text_in_cells), cmocka_unit_test(queue_between_threads),
        cmocka_unit_test(configuration),
    };

    return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
