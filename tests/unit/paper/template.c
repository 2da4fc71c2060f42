/* Templates: every error with line, column and reason; conditions, words, copies, absent fields. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "grid.h"
#include "message.h"
#include "paper.h"
#include "sample.h"
#include "template.h"

static const struct {
    const char *text;
    enum msg_id msg;
    int line;
    int column;
} wrong[] = {
    {"Room | {rom}\n", MSG_PAPER_FIELD, 1, 9},
    {"# c\n\n  @if room\nx\n@end\n张三 {nobody}", MSG_PAPER_FIELD, 6, 5},
    {"{}", MSG_PAPER_NO_NAME, 1, 2},
    {"{ room}", MSG_PAPER_NO_NAME, 1, 2},
    {"{张}", MSG_PAPER_NO_NAME, 1, 2},
    {"Room {room", MSG_PAPER_BRACE, 1, 6},
    {"Room {room x}", MSG_PAPER_BRACE, 1, 6},
    {"Room room}", MSG_PAPER_BRACE_ALONE, 1, 10},
    {"{room:money}", MSG_PAPER_FORMAT, 1, 7},
    {"{amount:day}", MSG_PAPER_FORMAT, 1, 9},
    {"{amount:}", MSG_PAPER_FORMAT, 1, 9},
    {"{at:hour}", MSG_PAPER_FORMAT, 1, 5},
    {"a \\n b", MSG_PAPER_ESCAPE, 1, 3},
    {"a \\", MSG_PAPER_ESCAPE, 1, 3},
    {"a | b | c", MSG_PAPER_COLUMNS, 1, 7},
    {"@center a | b", MSG_PAPER_COLUMNS, 1, 11},
    {"@centre a", MSG_PAPER_DIRECTIVE, 1, 1},
    {"@ a", MSG_PAPER_DIRECTIVE, 1, 1},
    {"@center @center a", MSG_PAPER_TWICE, 1, 9},
    {"@center @right a", MSG_PAPER_TWICE, 1, 9},
    {"@bold @bold a", MSG_PAPER_TWICE, 1, 7},
    {"@big @big a", MSG_PAPER_TWICE, 1, 6},
    {"@center", MSG_PAPER_PREFIX, 1, 1},
    {"@bold @rule", MSG_PAPER_PREFIX, 1, 7},
    {"@cut here", MSG_PAPER_TAIL, 1, 6},
    {"@rule ==", MSG_PAPER_TAIL, 1, 8},
    {"@rule 线", MSG_PAPER_NEEDS, 1, 7},
    {"@space=2", MSG_PAPER_TAIL, 1, 7},
    {"@if", MSG_PAPER_NEEDS, 1, 4},
    {"@if romm\n@end", MSG_PAPER_FIELD, 1, 5},
    {"@if delivery=off\n@end", MSG_PAPER_WORD, 1, 14},
    {"@if delivery=\n@end", MSG_PAPER_NEEDS, 1, 14},
    {"@if amount=3\n@end", MSG_PAPER_WORDS_TEXT, 1, 12},
    {"@if room meter\n@end", MSG_PAPER_TAIL, 1, 10},
    {"a\n  @if room\nb", MSG_PAPER_IF_OPEN, 2, 3},
    {"@if room\n@else\n@if meter\n@end\n", MSG_PAPER_IF_OPEN, 1, 1},
    {"a\n@end", MSG_PAPER_IF_NONE, 2, 1},
    {"@else", MSG_PAPER_IF_NONE, 1, 1},
    {"@if room\n@else\n@else\n@end", MSG_PAPER_TWICE, 3, 1},
    {"@if room\n@if room\n@if room\n@if room\n@if room\n@if room\n@if room\n@if room\n@if room",
     MSG_PAPER_TOO_MANY, 9, 1},
    {"@copy boss \"The boss\"", MSG_PAPER_WORD, 1, 7},
    {"@copy customer", MSG_PAPER_NEEDS, 1, 15},
    {"@copy \"x\"", MSG_PAPER_NEEDS, 1, 7},
    {"@copy customer \"Customer", MSG_PAPER_QUOTE, 1, 16},
    {"@copy stub A\n@copy stub B", MSG_PAPER_TWICE, 2, 7},
    {"a\n@copy stub A", MSG_PAPER_EARLY, 2, 1},
    {"a\n@words pay cash=Cash", MSG_PAPER_EARLY, 2, 1},
    {"@words", MSG_PAPER_NEEDS, 1, 7},
    {"@words pay", MSG_PAPER_NEEDS, 1, 11},
    {"@words pay cash", MSG_PAPER_NEEDS, 1, 12},
    {"@words pay cash= card=x", MSG_PAPER_NEEDS, 1, 17},
    {"@words pay cash=\"C", MSG_PAPER_QUOTE, 1, 17},
    {"@words amount one=1", MSG_PAPER_WORDS_TEXT, 1, 1},
    {"@words delivery off=x", MSG_PAPER_WORD, 1, 17},
    {"@words pay cash=a cash=b", MSG_PAPER_TWICE, 1, 19},
    {"@qr {number}", MSG_PAPER_QR, 1, 5},
    {"@qr No. {number:digits}", MSG_PAPER_QR, 1, 5},
    {"@qr {number:digits} | {room}", MSG_PAPER_COLUMNS, 1, 21},
    {"@bold @qr {number:digits}", MSG_PAPER_PREFIX, 1, 7},
    {"@qr @bold {number:digits}", MSG_PAPER_PREFIX, 1, 5},
    {"@qr", MSG_PAPER_PREFIX, 1, 1},
    {"{amount:digits}", MSG_PAPER_FORMAT, 1, 9},
    {"张\xff", MSG_PAPER_UTF8, 1, 2},
    {"\xc0\x80", MSG_PAPER_UTF8, 1, 1},
    {"\xed\xa0\x80", MSG_PAPER_UTF8, 1, 1},
    {"ab\xe5\xbc", MSG_PAPER_UTF8, 1, 3},
    {"a\tb", MSG_PAPER_CONTROL, 1, 2},
    {"# a comment with \x1b@", MSG_PAPER_CONTROL, 1, 18},
};

static int parse(struct template **t, const char *text, struct err *e)
{
    return template_parse(t, "x.txt", kind_find("sale"), text, strlen(text), e);
}

static void errors_name_the_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct template *t = NULL;
        struct err e = {0};
        char said[1024];
        int rc = parse(&t, wrong[i].text, &e);
        if (rc != ERR_CONFIG || e.msg != wrong[i].msg || e.arg[1].number != wrong[i].line ||
            e.arg[2].number != wrong[i].column) {
            printf("# %s\n# -> rc %d: %s\n", wrong[i].text, rc,
                   rc ? message_english(&e, said, sizeof(said)) : "accepted");
        }
        assert_int_equal(rc, ERR_CONFIG);
        assert_int_equal(e.msg, wrong[i].msg);
        assert_string_equal(e.arg[0].text, "x.txt");
        assert_int_equal(e.arg[1].number, wrong[i].line);
        assert_int_equal(e.arg[2].number, wrong[i].column);
    }
}

static void sentences_are_whole(void **state)
{
    (void)state;
    struct template *t = NULL;
    struct err e = {0};
    char said[1024];
    parse(&t, "Room | {rom}\n", &e);
    assert_string_equal(message_english(&e, said, sizeof(said)),
                        "x.txt, line 1, column 9: the paper sale has no field \"rom\". The nearest "
                        "is \"room\".");
    parse(&t, "@if delivery=off\n@end", &e);
    assert_string_equal(message_english(&e, said, sizeof(said)),
                        "x.txt, line 1, column 14: delivery never is \"off\", only one of "
                        "on|pending|held|cancelled.");
}

static void sizes_are_limited(void **state)
{
    (void)state;
    static char text[TEMPLATE_BYTES_MAX + 2];
    struct template *t = NULL;
    struct err e = {0};
    memset(text, 'x', sizeof(text));
    assert_int_equal(template_parse(&t, "x.txt", kind_find("sale"), text, sizeof(text) - 1, &e),
                     ERR_CONFIG);
    assert_int_equal(e.msg, MSG_PAPER_TOO_BIG);
    assert_int_equal(
        template_parse(&t, "x.txt", kind_find("sale"), text, TEMPLATE_LINE_MAX + 1, &e),
        ERR_CONFIG);
    assert_int_equal(e.msg, MSG_PAPER_LINE_LONG);
    assert_int_equal(template_parse(&t, "x.txt", kind_find("sale"), text, TEMPLATE_LINE_MAX, &e),
                     0);
    template_free(t);
    for (size_t i = 0; i < 1000; i++) {
        memcpy(text + 2 * i, "a\n", 2);
    }
    assert_int_equal(template_parse(&t, "x.txt", kind_find("sale"), text, 2000, &e), ERR_CONFIG);
    assert_int_equal(e.msg, MSG_PAPER_TOO_MANY);
    memset(text, 'x', sizeof(text));
    for (size_t i = 0; i < 30; i++) {
        memcpy(text + 6 * i, "{room}", 6);
    }
    assert_int_equal(template_parse(&t, "x.txt", kind_find("sale"), text, 180, &e), ERR_CONFIG);
    assert_int_equal(e.msg, MSG_PAPER_TOO_MANY);
    assert_int_equal(parse(&t, "# nothing\n@rule\n", &e), ERR_CONFIG);
    assert_int_equal(e.msg, MSG_PAPER_EMPTY);
}

/* The template filled with data, as text of 32 columns. */
static char *printed(const char *text, const char *data_text)
{
    struct template *t = NULL;
    struct doc *doc = NULL;
    struct err e = {0};
    char said[1024];
    json_t *data = sample_sale();
    json_t *more = json_loads(data_text, 0, NULL);
    assert_non_null(more);
    json_object_update(data, more);
    int rc = parse(&t, text, &e);
    rc = rc ? rc : template_fill(t, data, 0, &doc, &e);
    if (rc) {
        printf("# %s\n", message_english(&e, said, sizeof(said)));
    }
    assert_int_equal(rc, 0);
    char *out = grid_render(doc, 32);
    doc_free(doc);
    template_free(t);
    json_decref(more);
    json_decref(data);
    return out;
}

#define CUT "- - - - - - - - - - - - - - - -\n"

static const struct {
    const char *text;
    const char *data;
    const char *want;
} filled[] = {
    {"{number}", "{}", "S-2026-004310\n" CUT},
    {"\xef\xbb\xbf{number}\r\n\r\n", "{}", "S-2026-004310\n" CUT},
    {"\\{\\|\\}\\\\\\@\\#", "{}", "{|}\\@#\n" CUT},
    {"\\@cut\n\\# no comment", "{}", "@cut\n# no comment\n" CUT},
    {"Room | {room}", "{}", "Room                        1204\n" CUT},
    {"Room | {room}\nx", "{\"room\":null}", "x\n" CUT},
    {"Room | {room}\nx", "{\"room\":\"\"}", "x\n" CUT},
    {"{room} {meter}", "{\"room\":null}", " 190301527\n" CUT},
    {"{amount} {amount:money} {price} {energy_wh}", "{}", "1409.50 1409.50 0.8216 1715.56\n" CUT},
    {"{amount:capital}", "{}", "壹仟肆佰零玖元伍角\n" CUT},
    {"{amount:capital}", "{\"amount\":-1000}", "退壹拾元整\n" CUT},
    {"{at}", "{}", "2026-11-02 14:03:09\n" CUT},
    {"{at:day} {at:minute}", "{}", "2026-11-02 14:03\n" CUT},
    {"{head_hash:short}", "{}", "9f86d081884c7d65\n" CUT},
    {"{tenant:short}", "{\"tenant\":\"一二三四五六七八九十一二三四五六七\"}",
     "一二三四五六七八九十一二三四五六\n" CUT},
    {"{count_before}", "{}", "41\n" CUT},
    {"@words pay cash=Cash card=\"Bank card\"\n{pay}", "{}", "Cash\n" CUT},
    {"@words pay cash=Cash card=\"Bank card\"\n{pay}", "{\"pay\":\"card\"}", "Bank card\n" CUT},
    {"@words pay cash=Cash\n{pay}", "{\"pay\":\"工会卡\"}", "工会卡\n" CUT},
    {"@if room\na\n@else\nb\n@end\nc", "{}", "a\nc\n" CUT},
    {"@if room\na\n@else\nb\n@end\nc", "{\"room\":null}", "b\nc\n" CUT},
    {"@if not room\na\n@end\nc", "{}", "c\n" CUT},
    {"@if delivery=on\na\n@if room\nb\n@end\n@else\nc\n@end", "{}", "a\nb\n" CUT},
    {"@if delivery=on\na\n@else\n@if delivery=held\nb\n@else\nc\n@end\n@end",
     "{\"delivery\":\"pending\"}", "c\n" CUT},
    {"@if not delivery=on\na\n@end\nz", "{\"delivery\":\"held\"}", "a\nz\n" CUT},
    {"@copy customer \"Yours\"\n@copy stub Ours\n{copy}\n@if copy=stub\nkeep\n@end", "{}",
     "Yours\n" CUT "Ours\nkeep\n" CUT},
    {"@copy customer \"Yours\"\n@copy stub Ours\n{copy}", "{\"copy\":\"stub\"}", "Ours\n" CUT},
    {"a\n@cut\nb\n@cut", "{}", "a\n" CUT "b\n" CUT},
    {"@rule =\nx\n@space\ny", "{}", "================================\nx\n\ny\n" CUT},
    {"@center ab\n@right ab\n@center @big ab", "{}",
     "               ab\n                              ab\n               ab\n" CUT},
    /* A name cannot command the printer; the yuan sign becomes the one printers have. */
    {"{tenant}", "{\"tenant\":\"a\\u001b@\\n\\u0085b\\u00a5\"}", "a?@??b￥\n" CUT},
};

static void templates_print(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(filled) / sizeof(filled[0]); i++) {
        char *out = printed(filled[i].text, filled[i].data);
        assert_string_equal(out, filled[i].want);
        free(out);
    }
}

static const struct {
    const char *data;
    enum msg_id msg;
    const char *field;
} bad_data[] = {
    {"{\"romm\":\"1204\"}", MSG_PAPER_DATA_FIELD, "romm"},
    {"{\"number\":null}", MSG_PAPER_DATA_MISSING, "number"},
    {"{\"number\":\"\"}", MSG_PAPER_DATA_MISSING, "number"},
    {"{\"delivery\":null}", MSG_PAPER_DATA_MISSING, "delivery"},
    {"{\"delivery\":\"maybe\"}", MSG_PAPER_DATA_VALUE, "delivery"},
    {"{\"copy\":\"boss\"}", MSG_PAPER_DATA_VALUE, "copy"},
    {"{\"amount\":\"100\"}", MSG_PAPER_DATA_VALUE, "amount"},
    {"{\"amount\":1.5}", MSG_PAPER_DATA_VALUE, "amount"},
    {"{\"amount\":100000000000000}", MSG_PAPER_DATA_VALUE, "amount"},
    {"{\"room\":1204}", MSG_PAPER_DATA_VALUE, "room"},
};

static void data_is_checked(void **state)
{
    (void)state;
    struct template *t = NULL;
    struct err e = {0};
    assert_int_equal(parse(&t, "{number}", &e), 0);
    for (size_t i = 0; i < sizeof(bad_data) / sizeof(bad_data[0]); i++) {
        struct doc *doc = NULL;
        json_t *data = sample_sale();
        json_t *more = json_loads(bad_data[i].data, 0, NULL);
        json_object_update(data, more);
        assert_int_not_equal(template_fill(t, data, 0, &doc, &e), 0);
        assert_int_equal(e.msg, bad_data[i].msg);
        assert_string_equal(e.arg[1].text, bad_data[i].field);
        assert_null(doc);
        json_decref(more);
        json_decref(data);
    }
    template_free(t);
}

static void file_write(const char *dir, const char *name, const char *text)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

/* A till of so many columns. */
#define TILL(n) (&(struct paper_format){.columns = (n)})

static void file_drop(const char *dir, const char *name)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    unlink(path);
}

static void site_overrides_share(void **state)
{
    (void)state;
    char dir[] = "/tmp/metertill-paper-XXXXXX";
    struct paper_shelf *shelf = NULL;
    struct err e = {0};
    char *text = NULL;
    json_t *data = sample_sale();
    assert_non_null(mkdtemp(dir));
    file_write(dir, "sale.en.txt", "our own {number}\n");
    assert_int_equal(paper_shelf_new(dir, "share/templates", &shelf, &e), 0);
    assert_int_equal(paper_render_grid(shelf, "sale", "en", data, TILL(32), &text, &e), 0);
    assert_string_equal(text, "our own S-2026-004310\n" CUT);
    free(text);
    assert_int_equal(paper_render_grid(shelf, "sale", "zh_CN", data, TILL(32), &text, &e), 0);
    assert_non_null(strstr(text, "收款收据"));
    free(text);
    assert_int_equal(paper_render_grid(shelf, "salt", "en", data, TILL(32), &text, &e),
                     ERR_NOT_FOUND);
    assert_int_equal(paper_render_grid(shelf, "sale", "fr", data, TILL(32), &text, &e),
                     ERR_NOT_FOUND);
    assert_int_equal(paper_render_grid(shelf, "sale", "en", data, TILL(19), &text, &e), ERR_CONFIG);
    assert_int_equal(paper_render_grid(shelf, "sale", "en", data, TILL(129), &text, &e),
                     ERR_CONFIG);
    paper_shelf_free(shelf);

    /* A wrong one of the site's own is told and put aside; the counter goes on with the installed one. */
    file_write(dir, "sale.en.txt", "fine\n  {nunber}\n");
    shelf = NULL;
    assert_int_equal(paper_shelf_new(dir, "share/templates", &shelf, &e), 0);
    struct paper_layout layout;
    assert_true(paper_shelf_layout(shelf, 0, &layout));
    assert_string_equal(layout.kind, "sale");
    assert_string_equal(layout.language, "en");
    assert_string_equal(layout.file, "share/templates/sale.en.txt");
    assert_false(layout.own);
    assert_int_equal(layout.wrong->msg, MSG_PAPER_FIELD);
    assert_non_null(strstr(layout.wrong->arg[0].text, "/sale.en.txt"));
    assert_int_equal(layout.wrong->arg[1].number, 2);
    assert_int_equal(layout.wrong->arg[2].number, 4);
    assert_int_equal(paper_render_grid(shelf, "sale", "en", data, TILL(32), &text, &e), 0);
    assert_non_null(strstr(text, "RECEIPT"));
    free(text);
    paper_shelf_free(shelf);
    /* The installed ones must be right. */
    shelf = NULL;
    assert_int_equal(paper_shelf_new(NULL, dir, &shelf, &e), ERR_CONFIG);
    assert_int_equal(e.msg, MSG_PAPER_FIELD);
    assert_null(shelf);
    file_drop(dir, "sale.en.txt");
    assert_int_equal(paper_shelf_new(NULL, dir, &shelf, &e), ERR_CONFIG);
    assert_int_equal(e.msg, MSG_PAPER_NO_TEMPLATE);
    rmdir(dir);
    assert_int_equal(paper_shelf_new(dir, "share/templates", &shelf, &e), 0);
    paper_shelf_free(shelf);
    json_decref(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_name_the_place), cmocka_unit_test(sentences_are_whole),
        cmocka_unit_test(sizes_are_limited),     cmocka_unit_test(templates_print),
        cmocka_unit_test(data_is_checked),       cmocka_unit_test(site_overrides_share),
    };
    setenv("TZ", "CST-8", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
