/* The receipts of a sale as golden files: both languages, both widths, every delivery, bytes of ESC/POS. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "doc.h"
#include "escpos.h"
#include "glyph.h"
#include "golden.h"
#include "grid.h"
#include "message.h"
#include "paper.h"
#include "sample.h"

static struct paper_shelf *shelf;

/* A till of so many columns whose printer draws QR codes itself; a new one for each call. */
#define TILL(n)                                                                                    \
    (&(struct paper_format){.columns = (n), .encoding = "GB18030", .qr = FORMAT_QR_NATIVE})

static int shelf_up(void **state)
{
    (void)state;
    struct err e = {0};
    char said[1024];
    setenv("TZ", "CST-8", 1);
    int rc = paper_shelf_new(NULL, "share/templates", &shelf, &e);
    if (rc) {
        printf("# %s\n", message_english(&e, said, sizeof(said)));
    }
    return rc;
}

static int shelf_down(void **state)
{
    (void)state;
    paper_shelf_free(shelf);
    return 0;
}

static void lines_fit(const char *text, int columns)
{
    while (*text) {
        size_t n = strcspn(text, "\n");
        assert_in_range(glyph_width(text, n), 0, columns);
        text += n + 1;
    }
}

static void grid_is(const char *language, json_t *data, int columns, const char *golden)
{
    struct err e = {0};
    char *text = NULL;
    assert_int_equal(paper_render_grid(shelf, "sale", language, data, TILL(columns), &text, &e), 0);
    lines_fit(text, columns);
    assert_true(golden_same(golden, text, strlen(text)));
    free(text);
}

static void whole_receipts(void **state)
{
    (void)state;
    json_t *data = sample_sale();
    grid_is("en", data, 48, "sale.en.48");
    grid_is("en", data, 32, "sale.en.32");
    grid_is("zh_CN", data, 48, "sale.zh_CN.48");
    grid_is("zh_CN", data, 32, "sale.zh_CN.32");
    json_decref(data);
}

/* A training database, not yet delivered, a reprint, names too long for a line, fields that are not there. */
static void other_receipts(void **state)
{
    (void)state;
    json_t *data = sample_sale();
    json_object_set_new(data, "demo", json_string("training"));
    json_object_set_new(data, "delivery", json_string("pending"));
    json_object_set_new(data, "balance_before", json_null());
    json_object_set_new(data, "balance_after", json_null());
    json_object_set_new(data, "count_before", json_null());
    json_object_set_new(data, "count_after", json_null());
    json_object_set_new(data, "reprint", json_integer(2));
    json_object_set_new(data, "reprint_at", json_integer(1793610000));
    json_object_set_new(data, "reprint_by", json_string("王芳"));
    json_object_set_new(data, "copy", json_string("customer"));
    json_object_set_new(data, "pay", json_string("wechat"));
    json_object_set_new(data, "pay_reference", json_string("4200001234202611028765432100"));
    json_object_set_new(data, "tendered", json_null());
    json_object_del(data, "change");
    json_object_set_new(data, "tenant",
                        json_string("南京绿意餐饮管理有限责任公司（建邺区江东中路第二分公司）"));
    json_object_set_new(data, "amount", json_integer(9999999999));
    json_object_set_new(data, "capital", json_integer(9999999999));
    grid_is("en", data, 48, "sale.en.48.pending");
    grid_is("zh_CN", data, 32, "sale.zh_CN.32.pending");
    json_object_set_new(data, "delivery", json_string("held"));
    grid_is("en", data, 32, "sale.en.32.held");
    grid_is("zh_CN", data, 48, "sale.zh_CN.48.held");
    json_decref(data);
}

static void thermal_receipts(void **state)
{
    (void)state;
    struct err e = {0};
    json_t *data = sample_sale();
    unsigned char *bytes = NULL;
    size_t n = 0;
    assert_int_equal(paper_render_escpos(shelf, "sale", "zh_CN", data, TILL(48), &bytes, &n, &e),
                     0);
    assert_true(golden_same("sale.zh_CN.48.escpos", bytes, n));
    free(bytes);
    assert_int_equal(paper_render_escpos(shelf, "sale", "en", data, TILL(32), &bytes, &n, &e), 0);
    assert_true(golden_same("sale.en.32.escpos", bytes, n));
    free(bytes);
    assert_int_equal(paper_render_escpos(shelf, "sale", "en", data,
                                         &(struct paper_format){.columns = 32, .encoding = "CP850"},
                                         &bytes, &n, &e),
                     ERR_CONFIG);
    assert_int_equal(e.msg, MSG_PAPER_ENCODING);
    json_decref(data);
}

/* One row on 32 columns, byte by byte. */
static void bytes_are(const char *text, const char *right, bool bold, bool big,
                      enum doc_align align, const char *want, size_t want_n)
{
    struct err e = {0};
    unsigned char *bytes = NULL;
    size_t n = 0;
    struct doc *doc = doc_new();
    struct doc_row *row = doc_row_add(doc, DOC_TEXT);
    row->bold = bold;
    row->big = big;
    doc_cell_add(row, text, align);
    if (right) {
        doc_cell_add(row, right, DOC_RIGHT);
    }
    doc_row_add(doc, DOC_CUT);
    assert_int_equal(escpos_render(doc, TILL(32), &bytes, &n, &e), 0);
    assert_int_equal(n, want_n);
    assert_memory_equal(bytes, want, n);
    free(bytes);
    doc_free(doc);
}

#define BYTES_ARE(text, right, bold, big, align, want)                                             \
    bytes_are(text, right, bold, big, align, want, sizeof(want) - 1)
#define OPEN "\x1b@\x1c&"
#define CUT  "\x1dVB\0"

static void thermal_bytes(void **state)
{
    (void)state;
    BYTES_ARE("ab", NULL, false, false, DOC_LEFT, OPEN "ab\n" CUT);
    BYTES_ARE("ab", NULL, false, false, DOC_CENTER,
              OPEN "\x1b"
                   "a\1"
                   "ab\n\x1b"
                   "a\0" CUT);
    BYTES_ARE("ab", NULL, false, false, DOC_RIGHT,
              OPEN "\x1b"
                   "a\2"
                   "ab\n\x1b"
                   "a\0" CUT);
    BYTES_ARE("ab", NULL, true, true, DOC_LEFT,
              OPEN "\x1b"
                   "E\1\x1d!\x11"
                   "ab\n\x1b"
                   "E\0\x1d!\0" CUT);
    BYTES_ARE("张三", NULL, false, false, DOC_LEFT, OPEN "\xd5\xc5\xc8\xfd\n" CUT);
    /* U+00A5 and U+FFE5 print the same sign; the four-byte U+00A5 of GB18030 never. */
    BYTES_ARE("¥￥", NULL, false, false, DOC_LEFT, OPEN "\xa3\xa4\xa3\xa4\n" CUT);
    /* Not in a printer's font: four bytes in GB18030 (rare hanzi, U+20000, emoji), private use. */
    BYTES_ARE("\u3400\U00020000\U0001f600\ue000", NULL, false, false, DOC_LEFT,
              OPEN "\xa1\xfe\xa1\xfe\xa1\xfe\xa1\xfe\n" CUT);
    BYTES_ARE("阿布·都", NULL, false, false, DOC_LEFT,
              OPEN "\xb0\xa2\xb2\xbc\xa1\xa4\xb6\xbc\n" CUT);
    BYTES_ARE("房号", "12", false, false, DOC_LEFT,
              OPEN "\xb7\xbf\xba\xc5"
                   "                          12\n" CUT);
    BYTES_ARE("T", "1", false, true, DOC_LEFT, OPEN "\x1d!\x11T              1\n\x1d!\0" CUT);
    BYTES_ARE("a\x1b"
              "@b",
              NULL, false, false, DOC_LEFT, OPEN "a?@b\n" CUT);
}

static const struct {
    const char *left;
    const char *right;
    const char *want; /* on 20 columns */
} broken[] = {
    {"one two three four five", NULL, "one two three four\nfive\n"},
    {"abcdefghijklmnopqrstuvwxyz", NULL, "abcdefghijklmnopqrst\nuvwxyz\n"},
    {"一二三四五六七八九十一", NULL, "一二三四五六七八九十\n一\n"},
    {"a一二三四五六七八九十", NULL, "a一二三四五六七八九\n十\n"},
    /* No line begins with a full stop or ends with an opening bracket. */
    {"一二三四五六七八九十。", NULL, "一二三四五六七八九\n十。\n"},
    {"一二三四五六七八九（十）", NULL, "一二三四五六七八九\n（十）\n"},
    {"label", "right and long value", "label\nright and long value\n"},
    {"label", "right and longer value", "label      right and\n        longer value\n"},
    {"a long label here", "12.00", "a long label   12.00\nhere\n"},
    {"a long label here", "a long value too", "a long label here\n    a long value too\n"},
    {"", "x", "                   x\n"},
    {"x", "", "x\n"},
    {"", NULL, "\n"},
};

static void lines_break(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        struct doc *doc = doc_new();
        struct doc_row *row = doc_row_add(doc, DOC_TEXT);
        doc_cell_add(row, broken[i].left, DOC_LEFT);
        if (broken[i].right) {
            doc_cell_add(row, broken[i].right, DOC_RIGHT);
        }
        char *text = grid_render(doc, 20);
        assert_string_equal(text, broken[i].want);
        free(text);
        doc_free(doc);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_receipts),   cmocka_unit_test(other_receipts),
        cmocka_unit_test(thermal_receipts), cmocka_unit_test(thermal_bytes),
        cmocka_unit_test(lines_break),
    };
    return cmocka_run_group_tests(tests, shelf_up, shelf_down);
}
