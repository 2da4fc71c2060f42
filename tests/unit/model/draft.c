/*
 * Drafts: each operator's own, one a key, bounded, not in the operation log; a sale takes its own with it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "books.h"
#include "draft.h"
#include "message.h"
#include "query.h"

static char path[64];
static struct query_table *queries;
static const struct actor program = {.role = ROLE_ALL, .client = "test"};
static const struct actor li = {
    .operator_id = 1, .role = ROLE_CASHIER, .login = "li", .client = "test"};
static const struct actor qian = {
    .operator_id = 2, .role = ROLE_AUDITOR, .login = "qian", .client = "test"};

static void clock_set(int64_t at)
{
    char text[24];

    snprintf(text, sizeof text, "%lld", (long long)at);
    setenv("METERTILL_CLOCK", text, 1);
}

static int change(struct books *b, const struct actor *who, const char *call, const char *once,
                  json_t *args, struct err *e)
{
    struct effects fx;
    json_t *result = NULL;
    *e = (struct err){0};
    effects_init(&fx);
    int rc = books_change(b, request_find(call), who, once, args, &result, &fx, e);
    effects_clear(&fx);
    json_decref(result);
    json_decref(args);
    return rc;
}

static int draft_put(struct books *b, const struct actor *who, const char *key, const char *sum)
{
    struct err e;
    return change(b, who, "draft.set", "0123456789abcdef0123456789abcdef",
                  json_pack("{s:s,s:s,s:{s:s}}", "key", key, "title", "sale", "body", "sum", sum),
                  &e);
}

/* Rows of a query as `who` would see them; the caller's. */
static json_t *rows_of(struct books *b, const char *name, const struct actor *who)
{
    struct err e = {0};
    json_t *result = NULL, *args = json_pack("{s:I}", QUERY_ASKER, (json_int_t)who->operator_id);
    struct page page = {.limit = 100};
    assert_int_equal(query_run(b, query_find(queries, name), args, &page, &result, &e), 0);
    json_decref(args);
    return result;
}

static size_t count_of(struct books *b, const char *name, const struct actor *who)
{
    json_t *result = rows_of(b, name, who);
    size_t count = json_array_size(json_object_get(result, "rows"));
    json_decref(result);
    return count;
}

static struct books *site(void)
{
    struct books *b = NULL;
    struct err e = {0};

    unlink(path);
    clock_set(1793599389);
    assert_int_equal(books_open(&b, path, NULL, BOOKS_CREATE, &e), 0);
    const char *const who[][2] = {{"li", "cashier"}, {"qian", "auditor"}};
    for (int i = 0; i < 2; i++)
        assert_int_equal(
            change(b, &program, "operator.add", NULL,
                   json_pack("{s:s,s:s,s:s,s:s,s:b}", "login", who[i][0], "name", who[i][0], "role",
                             who[i][1], "password", "some-pass-1", "must_change", 0),
                   &e),
            0);
    return b;
}

static void each_sees_only_his_own(void **state)
{
    struct books *b = site();
    (void)state;
    assert_int_equal(draft_put(b, &li, "sale 190301527", "100"), 0);
    assert_int_equal(draft_put(b, &li, "sale 190301527", "200"),
                     0); /* the same key again: the later one */
    assert_int_equal(draft_put(b, &qian, "sale 190301527", "5"), 0);
    json_t *result = rows_of(b, "drafts", &li);
    json_t *rows = json_object_get(result, "rows");
    assert_int_equal(json_array_size(rows), 1);
    assert_string_equal(json_string_value(json_array_get(json_array_get(rows, 0), 3)),
                        "{\"sum\":\"200\"}");
    json_decref(result);
    assert_int_equal(count_of(b, "drafts", &qian), 1);
    assert_int_equal(count_of(b, "drafts", &program), 0); /* nobody is not everybody */
    assert_true(query_asker(query_find(queries, "drafts")));
    books_close(b);
}

static void a_sale_takes_its_own(void **state)
{
    struct books *b = site();
    struct err e = {0};
    (void)state;
    draft_put(b, &li, "sale 190301527", "100");
    draft_put(b, &li, "sale 190301528", "100");
    draft_put(b, &qian, "sale 190301527", "100");
    assert_int_equal(draft_sold(b, li.operator_id, "190301527", &e), 0);
    assert_int_equal(count_of(b, "drafts", &li), 1);
    assert_int_equal(count_of(b, "drafts", &qian), 1);
    assert_int_equal(
        change(b, &li, "draft.drop", NULL, json_pack("{s:s}", "key", "sale 190301528"), &e), 0);
    assert_int_equal(change(b, &li, "draft.drop", NULL, json_pack("{s:s}", "key", "sale none"), &e),
                     0);
    assert_int_equal(count_of(b, "drafts", &li), 0);
    books_close(b);
}

/* A key a second by every cashier is no operation, and leaves nothing behind under an id of its own. */
static void typing_is_no_operation(void **state)
{
    struct books *b = site();
    (void)state;
    const size_t before = count_of(b, "operations", &program);
    for (int i = 0; i < 5; i++)
        assert_int_equal(draft_put(b, &li, "sale 190301527", i % 2 ? "1" : "12"), 0);
    assert_int_equal(count_of(b, "operations", &program), before);
    books_close(b);
}

static void they_are_bounded(void **state)
{
    struct books *b = site();
    struct err e;
    char key[40], *large = mem_format("%5000s", "x");
    (void)state;
    for (int i = 0; i < 40; i++) {
        snprintf(key, sizeof key, "sale %d", i);
        clock_set(1793599389 + i);
        assert_int_equal(draft_put(b, &li, key, "1"), 0);
    }
    assert_int_equal(count_of(b, "drafts", &li), 30);
    clock_set(1793599389 + 8 * 86400);
    assert_int_equal(draft_put(b, &li, "sale 1", "1"), 0);
    assert_int_equal(count_of(b, "drafts", &li), 1); /* the others are a week old */
    assert_int_not_equal(
        change(b, &li, "draft.set", NULL,
               json_pack("{s:s,s:s,s:{s:s}}", "key", "k", "title", "", "body", "x", large), &e),
        0);
    assert_int_equal(e.msg, MSG_DRAFT_BODY);
    assert_int_not_equal(change(b, &li, "draft.set", NULL,
                                json_pack("{s:s,s:s,s:{}}", "key", "", "title", "", "body"), &e),
                         0);
    assert_int_equal(e.msg, MSG_DRAFT_KEY);
    free(large);
    books_close(b);
}

static int begin(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "/tmp/draft-%ld.db", (long)getpid());
    queries = query_table_new();
    return 0;
}

static int end(void **state)
{
    (void)state;
    query_table_free(queries);
    unlink(path);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_sees_only_his_own),
        cmocka_unit_test(a_sale_takes_its_own),
        cmocka_unit_test(typing_is_no_operation),
        cmocka_unit_test(they_are_bounded),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
