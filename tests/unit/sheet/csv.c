/*
 * CSV files as people make them: BOM, CRLF, quotes, comments, Excel's leftovers; and what is refused,
 * with file, line and column.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "csv.h"
#include "message.h"

static int parse(struct sheet *s, const char *text, struct err *e)
{
    *e = (struct err){0};
    return sheet_parse(s, "t.csv", text, strlen(text), e);
}

static void refused(const char *text, size_t size, const char *sentence)
{
    struct sheet s;
    struct err e = {0};
    char said[400];

    assert_int_equal(sheet_parse(&s, "t.csv", text, size, &e), ERR_DATA);
    assert_string_equal(message_english(&e, said, sizeof said), sentence);
    assert_null(s.row);
    assert_null(s.name);
}
#define REFUSED(text, sentence) refused(text, sizeof(text) - 1, sentence)

static void test_plain(void **state)
{
    struct sheet s;
    struct err e;

    (void)state;
    assert_int_equal(parse(&s, "name,room\nLi,1204\nWang,1205\n", &e), 0);
    assert_int_equal(s.columns, 2);
    assert_int_equal(s.rows, 2);
    assert_int_equal(s.header_line, 1);
    assert_string_equal(s.column[1], "room");
    assert_string_equal(s.row[1].field[0], "Wang");
    assert_int_equal(s.row[1].line, 3);
    sheet_clear(&s);
}

static void test_bom_crlf_quotes(void **state)
{
    struct sheet s;
    struct err e;

    (void)state;
    assert_int_equal(parse(&s,
                           "\xef\xbb\xbf# a comment, with \"a stray quote\r\n\r\n"
                           "name, note \r\n\"张三, \"\"Zhang San\"\"\",\"two\r\nlines\"\r\n"
                           "#skipped,x\r\n\"# as Excel quotes it, once it has a comma\",\r\n"
                           ",\r\n  Li  ,last",
                           &e),
                     0);
    assert_int_equal(s.rows, 2);
    assert_int_equal(s.header_line, 3);
    assert_string_equal(s.column[1], "note");
    assert_string_equal(s.row[0].field[0], "张三, \"Zhang San\"");
    assert_string_equal(s.row[0].field[1], "two\nlines");
    assert_int_equal(s.row[0].line, 4);
    assert_string_equal(s.row[1].field[0], "Li");
    assert_int_equal(s.row[1].line, 9);
    sheet_clear(&s);
}

static void test_spreadsheet_leftovers(void **state)
{
    struct sheet s;
    struct err e;

    (void)state;
    assert_int_equal(parse(&s, "a,b,,\r1,2,,\r,,,\r3,4,,", &e), 0); /* lone CR: an old Mac */
    assert_int_equal(s.columns, 2);
    assert_int_equal(s.rows, 2);
    assert_string_equal(s.row[1].field[1], "4");
    assert_int_equal(s.row[1].line, 4);
    sheet_clear(&s);
}

static void test_no_rows(void **state)
{
    struct sheet s;
    struct err e;

    (void)state;
    assert_int_equal(parse(&s, "# only\na,b", &e), 0);
    assert_int_equal(s.rows, 0);
    assert_int_equal(s.header_line, 2);
    sheet_clear(&s);
}

static void test_refused(void **state)
{
    (void)state;
    REFUSED("", "t.csv: the file is empty; its first row names the columns.");
    REFUSED("\n# x\n", "t.csv: the file is empty; its first row names the columns.");
    REFUSED("a,b\n1\n", "t.csv, line 2: the row has 1 fields, but the header has 2 columns.");
    REFUSED("a,b\n1,2\n\n1,2,3\n",
            "t.csv, line 4: the row has 3 fields, but the header has 2 columns.");
    REFUSED("a,b,a\n", "t.csv, line 1: column \"a\" stands in the header twice.");
    REFUSED("a,,b\n", "t.csv, line 1: column 2 of the header has no name.");
    REFUSED("a,b\n1,2\n3,\"open\n5,6\n", "t.csv, line 3: the row that begins here has a quotation "
                                         "mark that is never closed.");
    REFUSED("a,b\n1,\"x\"y\n",
            "t.csv, line 2, column \"b\": a quotation mark stands where none may: a field is "
            "quoted as a whole or not at all, and a quotation mark inside it is doubled.");
    REFUSED("a,b\n1,x\"y\n",
            "t.csv, line 2, column \"b\": a quotation mark stands where none may: a field is "
            "quoted as a whole or not at all, and a quotation mark inside it is doubled.");
    REFUSED("a,b\n1,\xc1\xf5\n", "t.csv, line 2, column \"b\": the text is not UTF-8; save the "
                                 "file as \"CSV UTF-8\".");
    REFUSED("\xc3\xfb,b\n", "t.csv, line 1, column \"1\": the text is not UTF-8; save the file as "
                            "\"CSV UTF-8\".");
    REFUSED("a,b\n\x01,2\n",
            "t.csv, line 2, column \"a\": the text has a control character in it.");
    REFUSED("a,b\n1\0,2\n", "t.csv, line 2, column \"a\": the text has a control character in it.");
    REFUSED("\xff\xfe"
            "a\0",
            "t.csv: this is UTF-16, not UTF-8; save the file as \"CSV UTF-8\".");
}

static void test_limits(void **state)
{
    char *text = malloc(SHEET_LINE_MAX + 16);

    (void)state;
    assert_non_null(text);
    memset(text, 'x', SHEET_LINE_MAX + 16);
    memcpy(text, "a\n", 2);
    refused(text, SHEET_LINE_MAX + 16, "t.csv, line 2: the line is too long.");
    refused(text, SHEET_FIELD_MAX + 10, "t.csv, line 2, column \"a\": the text is too long.");
    memset(text, ',', 100);
    refused(text, 100, "t.csv, line 1: the row has too many columns.");
    free(text);
}

static void test_write_read(void **state)
{
    char path[] = "/tmp/metertill-csv-XXXXXX";
    const char *header[] = {"a", "b", "c"};
    const char *row[] = {"plain", "with, comma and \"quote\"", "# no comment"};
    struct sheet s;
    struct err e = {0};
    int fd = mkstemp(path);

    (void)state;
    assert_true(fd >= 0);
    FILE *file = fdopen(fd, "w");
    assert_non_null(file);
    assert_int_equal(sheet_write(file, path, header, 3, &e), 0);
    assert_int_equal(sheet_write(file, path, row, 3, &e), 0);
    fclose(file);
    assert_int_equal(sheet_read(&s, path, "t.csv", &e), 0);
    assert_int_equal(s.rows, 1);
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(s.row[0].field[i], row[i]);
    sheet_clear(&s);
    unlink(path);
    assert_int_equal(sheet_read(&s, path, "t.csv", &e), ERR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_bom_crlf_quotes),
        cmocka_unit_test(test_spreadsheet_leftovers),
        cmocka_unit_test(test_no_rows),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_write_read),
    };

    return cmocka_run_group_tests_name("csv", tests, NULL, NULL);
}
