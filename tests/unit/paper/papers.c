/* The other papers (cancel, opening, delivery) as golden files, and what goes as dots: QR codes, that a real reader reads,
 * lines that the printer's font lacks; the drawer's pulse; how many tickets. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <unistd.h>

#include "golden.h"
#include "glyph.h"
#include "message.h"
#include "paper.h"
#include "raster.h"
#include "sample.h"

static struct paper_shelf *shelf;

static int shelf_up(void **state)
{
    (void)state;
    struct err e = {0};
    setenv("TZ", "CST-8", 1);
    return paper_shelf_new(NULL, "share/templates", &shelf, &e);
}

static int shelf_down(void **state)
{
    (void)state;
    paper_shelf_free(shelf);
    return 0;
}

static const char every[] =
    "\"site\":\"绿意大厦 Lvyi Tower\",\"at\":1793599389,\"till\":\"till 1\",\"operator\":\"李娜 Li Na\","
    "\"account\":\"A-000412\",\"tenant\":\"张三 Zhang San\",\"room\":\"1204\",\"meter\":\"190301527\","
    "\"head_number\":\"18231\",\"head_hash\":\"9f86d081884c7d659a2feaa0c55ad015\"";

static const struct {
    const char *kind, *own;
} papers[] = {
    {"cancel",
     "\"number\":\"C-2026-000002\",\"shift\":\"12\",\"sale\":\"S-2026-004310\",\"sale_at\":1793590000,"
     "\"sold_by\":\"赵敏 Zhao Min\",\"amount\":10000,\"capital\":10000,\"paid_out\":10000,"
     "\"pay\":\"cash\",\"reason\":\"房号输错 wrong room\""},
    {"opening",
     "\"number\":\"O-2026-000001\",\"tenant_code\":\"T0412\",\"alias\":\"zs\",\"phone\":\"138 0013 "
     "8000\",\"model\":\"DDSY1352\",\"how\":\"new\",\"tariff\":\"TOU "
     "2026\",\"price_sharp\":12000,\"price_peak\":10000,\"price_flat\":8216,\"price_valley\":4000,"
     "\"alarm1\":5000,\"alarm2\":2000,\"overdraft\":0,\"overload_w\":8000,\"balance\":0,\"count\":0,"
     "\"energy_wh\":123450,\"before_balance\":3720,\"before_count\":5,\"written_off\":3720"},
    {"delivery",
     "\"number\":\"D-2026-000007\",\"sale\":\"S-2026-004310\",\"sale_at\":1793590000,"
     "\"amount\":10000,\"capital\":10000,\"delivered_at\":1793599300,\"balance_before\":3720,"
     "\"balance_after\":13720,\"count_before\":41,\"count_after\":42"},
};

static json_t *data_of(size_t i)
{
    char *text = mem_format("{%s,%s}", every, papers[i].own);
    json_t *data = json_loads(text, 0, NULL);
    assert_non_null(data);
    free(text);
    return data;
}

static void other_papers(void **state)
{
    static const char *const languages[] = {"en", "zh_CN"};
    (void)state;
    for (size_t i = 0; i < sizeof papers / sizeof *papers; i++) {
        json_t *data = data_of(i);
        for (size_t k = 0; k < 4; k++) {
            struct paper_format format = {.columns = k % 2 ? 48 : 32, .copies = 1};
            struct err e = {0};
            char *text = NULL, name[64], said[512];
            int rc = paper_render_grid(shelf, papers[i].kind, languages[k / 2], data, &format,
                                       &text, &e);
            if (rc)
                fail_msg("%s", message_english(&e, said, sizeof said));
            for (const char *at = text; *at; at += strcspn(at, "\n") + 1)
                assert_in_range(glyph_width(at, strcspn(at, "\n")), 0, format.columns);
            snprintf(name, sizeof name, "%s.%s.%d", papers[i].kind, languages[k / 2],
                     format.columns);
            assert_true(golden_same(name, text, strlen(text)));
            free(text);
        }
        json_decref(data);
    }
}

/* ---- bytes */

static unsigned char *print_it(json_t *data, struct paper_format format, size_t *n)
{
    struct err e = {0};
    unsigned char *bytes = NULL;
    format.encoding = "GB18030";
    assert_int_equal(paper_render_escpos(shelf, "sale", "zh_CN", data, &format, &bytes, n, &e), 0);
    return bytes;
}

static const unsigned char *bytes_find(const unsigned char *in, size_t n, const char *what,
                                       size_t len)
{
    return memmem(in, n, what, len);
}

static int bytes_count(const unsigned char *in, size_t n, const char *what, size_t len)
{
    int count = 0;
    for (const unsigned char *at = in;
         (at = bytes_find(at, n - (size_t)(at - in), what, len)) != NULL; at++)
        count++;
    return count;
}

/* The pictures of a print, one under the other, as a PBM that zbarimg reads; the number of dot rows. */
static int pictures_save(const unsigned char *bytes, size_t n, int row, const char *path)
{
    FILE *body = tmpfile(), *out = fopen(path, "wb");
    int rows = 0;
    const unsigned char *at = bytes;
    while ((at = bytes_find(at, n - (size_t)(at - bytes), "\x1dv0\0", 4)) != NULL) {
        int wide = at[4] + at[5] * 256, high = at[6] + at[7] * 256;
        assert_int_equal(wide, row);
        fwrite(at + 8, 1, (size_t)(wide * high), body);
        rows += high;
        at += 8 + wide * high;
    }
    fprintf(out, "P4\n%d %d\n", row * 8, rows);
    rewind(body);
    for (int c; (c = fgetc(body)) != EOF;)
        fputc(c, out);
    fclose(body);
    fclose(out);
    return rows;
}

static void qr_is_read(void **state)
{
    (void)state;
    static const int columns[] = {48, 32};
    for (size_t i = 0; i < 2; i++) {
        char path[] = "/tmp/metertill-qr-XXXXXX", said[64] = "", *command;
        size_t n = 0;
        json_t *data = sample_sale();
        int fd = mkstemp(path);
        assert_true(fd >= 0);
        close(fd);
        unsigned char *bytes = print_it(
            data, (struct paper_format){.columns = columns[i], .qr = FORMAT_QR_RASTER, .copies = 1},
            &n);
        assert_true(pictures_save(bytes, n, columns[i] * 12 / 8, path) > 100);
        command = mem_format("zbarimg -q --raw %s 2>/dev/null", path);
        FILE *reader = popen(command, "r");
        assert_non_null(fgets(said, sizeof said, reader));
        pclose(reader);
        assert_string_equal(said, "2026004310\n");
        unlink(path);
        free(command);
        free(bytes);
        json_decref(data);
    }
}

static void qr_otherwise(void **state)
{
    static const char native[] = "\x1d(k\x0d\0001P02026004310\x1d(k\3\0001Q0";
    size_t n = 0;
    json_t *data = sample_sale();
    (void)state;
    unsigned char *bytes = print_it(
        data, (struct paper_format){.columns = 48, .qr = FORMAT_QR_NATIVE, .copies = 1}, &n);
    assert_non_null(bytes_find(bytes, n, native, sizeof native - 1));
    free(bytes);
    bytes =
        print_it(data, (struct paper_format){.columns = 48, .qr = FORMAT_QR_NONE, .copies = 1}, &n);
    assert_null(bytes_find(bytes, n, "\x1d(k", 3));
    assert_null(bytes_find(bytes, n, "\x1dv0", 3));
    assert_non_null(bytes_find(bytes, n, "2026004310\n", 11));
    free(bytes);
    json_decref(data);
}

static void rare_characters(void **state)
{
    size_t n = 0;
    json_t *data = sample_sale();
    (void)state;
    json_object_set_new(data, "tenant", json_string("\u4dae\u9f98 㐀 Wang"));
    unsigned char *bytes =
        print_it(data, (struct paper_format){.columns = 48, .raster = true, .copies = 1}, &n);
    /* One line of the receipt is dots, 72 bytes wide and 24 high, and not all of them white. */
    const unsigned char *picture = bytes_find(bytes, n, "\x1dv0\0\x48\0\x18\0", 8);
    assert_non_null(picture);
    int black = 0;
    for (int i = 0; i < 72 * 24; i++)
        black += picture[8 + i] != 0;
    assert_in_range(black, 100, 1500);
    assert_int_equal(bytes_count(bytes, n, "\x1dv0", 3), 1);
    assert_null(bytes_find(bytes, n, "\xa1\xfe", 2));
    free(bytes);
    bytes = print_it(data, (struct paper_format){.columns = 48, .copies = 1}, &n);
    assert_null(bytes_find(bytes, n, "\x1dv0", 3));
    assert_non_null(bytes_find(bytes, n, "\xa1\xfe", 2));
    free(bytes);
    json_decref(data);
}

static void drawer_and_copies(void **state)
{
    static const char pulse[] = "\x1bp\0\x19\xfa", cut[] = "\x1dVB\0";
    json_t *data = sample_sale();
    size_t n = 0;
    (void)state;
    for (int copies = 1; copies <= 3; copies++) {
        unsigned char *bytes = print_it(
            data, (struct paper_format){.columns = 32, .copies = copies, .drawer = copies == 2},
            &n);
        assert_int_equal(bytes_count(bytes, n, cut, sizeof cut - 1), copies);
        assert_int_equal(bytes_count(bytes, n, pulse, sizeof pulse - 1), copies == 2);
        free(bytes);
    }
    unsigned char *bytes = print_it(data, (struct paper_format){.columns = 32}, &n);
    assert_int_equal(bytes_count(bytes, n, cut, sizeof cut - 1), 3);
    free(bytes);
    json_decref(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_papers),      cmocka_unit_test(qr_is_read),
        cmocka_unit_test(qr_otherwise),      cmocka_unit_test(rare_characters),
        cmocka_unit_test(drawer_and_copies),
    };
    return cmocka_run_group_tests(tests, shelf_up, shelf_down);
}
