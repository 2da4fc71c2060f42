/*
 * The head file as it may be found: whole, of an older version, damaged in each way. A damaged one is told, never taken
 * for one that is gone, and never written over.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "head.h"
#include "message.h"
#include "rig.h"

static void put(const struct rig *r, const char *bytes, size_t n)
{
    FILE *file = fopen(r->head, "we");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

static int look(struct rig *r, bool *checked)
{
    char digits[HEAD_DIGITS_MAX];
    int64_t entry = 0;

    r->e = (struct err){0};
    return head_read(r->head, &entry, digits, NULL, checked, &r->e);
}

static void damage_is_told_with_its_line(void **state)
{
    static const struct {
        const char *text;
        int64_t line;
    } cases[] = {
        {"", 1},
        {"garbage\n", 1},
        {"-24 00112233445566778899\n", 1},
        {"99999999999999999999 00112233445566778899\n", 1},
        {"24 00112233445566778899\nsale 2026 8\nsale x\n", 3},
        {"24 00112233445566778899 0011\nsale 2026 8\n", 1},
    };
    struct rig *r = *state;
    bool checked;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        put(r, cases[i].text, strlen(cases[i].text));
        assert_true(look(r, &checked) < 0);
        assert_int_equal(r->e.msg, MSG_HEAD_DAMAGED);
        assert_int_equal(r->e.arg[1].number, cases[i].line);
    }
    char *big = mem_new(1 << 20); /* zeroes, then too many sevens */
    for (size_t n = 300; n < 1 << 21; n += 1 << 20) {
        put(r, big, n > 300 ? 1 << 20 : n);
        assert_true(look(r, &checked) < 0);
        assert_int_equal(r->e.msg, MSG_HEAD_DAMAGED);
        memset(big, '7', 1 << 20);
    }
    free(big);
    unlink(r->head);
    assert_int_equal(look(r, &checked), 0);
    assert_int_equal(mkdir(r->head, 0700), 0);
    assert_true(look(r, &checked) < 0);
    assert_int_equal(r->e.msg, MSG_HEAD_DAMAGED);
    rmdir(r->head);
}

static void changes_and_cuts_are_noticed(void **state)
{
    static const char hash[] = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    struct rig *r = *state;
    char text[1024];
    bool checked = false;

    assert_int_equal(head_write(r->head, 24, hash, "cancel 2026 2\nsale 2026 8\n", &r->e), 0);
    assert_int_equal(look(r, &checked), 1);
    assert_true(checked);
    FILE *file = fopen(r->head, "re");
    size_t n = fread(text, 1, sizeof text, file);
    fclose(file);
    for (size_t cut = 1; cut < n; cut++) {
        put(r, text, n - cut);
        assert_true(look(r, &checked) < 0 || !checked);
    }
    char *eight = memchr(text + n - 4, '8', 4);
    assert_non_null(eight);
    *eight = '5';
    put(r, text, n);
    assert_true(look(r, &checked) < 0);
}

static void an_older_one_is_taken_and_rewritten(void **state)
{
    struct rig *r = *state;
    char line[256] = "";
    bool checked = true;

    reading(r, seen(3, 5000, 10000));
    sold(r, ONCE("1"));
    FILE *file = fopen(r->head, "re");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    fclose(file);
    *strrchr(line, ' ') = '\0';
    put(r, line, strlen(line));
    assert_int_equal(look(r, &checked), 1);
    assert_false(checked);
    books_close(r->books);
    assert_int_equal(books_open(&r->books, r->path, r->head, BOOKS_WRITE, &r->e), 0);
    assert_int_equal(books_head(r->books, &r->e), 0);
    sold(r, ONCE("2"));
    assert_int_equal(look(r, &checked), 1);
    assert_true(checked);
}

static void a_damaged_one_is_told_at_the_start_and_left(void **state)
{
    struct rig *r = *state;
    bool checked;

    reading(r, seen(3, 5000, 10000));
    sold(r, ONCE("1"));
    books_close(r->books);
    put(r, "garbage\n", 8);
    assert_int_equal(books_open(&r->books, r->path, r->head, BOOKS_WRITE, &r->e), 0);
    assert_true(books_head(r->books, &r->e) < 0);
    assert_int_equal(r->e.msg, MSG_HEAD_DAMAGED);
    sold(r, ONCE("2"));
    assert_true(look(r, &checked) < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(damage_is_told_with_its_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(changes_and_cuts_are_noticed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_older_one_is_taken_and_rewritten, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_damaged_one_is_told_at_the_start_and_left, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
