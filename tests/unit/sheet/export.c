/*
 * Exports: what a file holds, that nothing is left of one that failed or was stopped. What a spreadsheet makes of
 * an xlsx is looked at by tests/cli/export.test, with openpyxl and gnumeric.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "clock.h"
#include "export.h"

static const char columns[] = "[{\"name\":\"meter\",\"title\":\"Meter\",\"kind\":\"text\"},"
                              "{\"name\":\"tenant\",\"title\":\"Tenant\",\"kind\":\"text\"},"
                              "{\"name\":\"amount\",\"title\":\"Amount\",\"kind\":\"money\"},"
                              "{\"name\":\"price\",\"title\":\"Price\",\"kind\":\"price\"},"
                              "{\"name\":\"energy\",\"title\":\"kWh\",\"kind\":\"energy\"},"
                              "{\"name\":\"at\",\"title\":\"Time\",\"kind\":\"time\"},"
                              "{\"name\":\"gone\",\"title\":\"Gone\",\"kind\":\"text\"}]";

static const char page[] =
    "{\"columns\":[{\"name\":\"at\"},{\"name\":\"meter\"},{\"name\":\"amount\"},{\"name\":\"price\"},"
    "{\"name\":\"energy\"},{\"name\":\"tenant\"}],"
    "\"rows\":[[1793599389,\"019030152700123456\",-310,8216,12170,\"张三, \\\"Zhang\\\"\"],"
    "[null,\"1\",100000000,null,null,\"=cmd|' /C calc'!A0\"],"
    "[0,\"2\",5,0,0,\"+86 138\"],[1,\"3\",5,0,0,\"@x\"],[1,\"4\",5,0,0,\"-1\"]]}";

static char folder[64];

static int files(void)
{
    DIR *dir = opendir(folder);
    int count = 0;

    for (const struct dirent *d = dir ? readdir(dir) : NULL; d; d = readdir(dir))
        count += strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0;
    if (dir)
        closedir(dir);
    return count;
}

static int begin(struct export **x, const char *name, enum export_format format, int sheet_rows,
                 struct err *e)
{
    json_t *list = json_loads(columns, 0, NULL);
    const struct export_options options = {.folder = folder,
                                           .name = name,
                                           .format = format,
                                           .title = "Sales: [today]",
                                           .site = "Lvyi Tower",
                                           .total = "Total",
                                           .columns = list,
                                           .sheet_rows = sheet_rows};
    assert_non_null(list);
    const int rc = export_new(x, &options, e);
    json_decref(list);
    return rc;
}

static int rows(struct export *x, struct err *e)
{
    json_t *result = json_loads(page, 0, NULL);
    assert_non_null(result);
    const int rc = export_rows(x, result, e);
    json_decref(result);
    return rc;
}

static char *content(const char *path)
{
    static char buf[4096];
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    buf[fread(buf, 1, sizeof buf - 1, file)] = '\0';
    fclose(file);
    return buf;
}

static void csv_for_spreadsheets(void **state)
{
    struct export *x;
    struct err e = {0};
    struct stat st;
    char *path = NULL;
    (void)state;
    assert_int_equal(begin(&x, "a.csv", EXPORT_CSV, 0, &e), 0);
    assert_int_equal(rows(x, &e), 0);
    assert_int_equal(export_count(x), 5);
    assert_int_equal(export_finish(x, &path, &e), 0);
    assert_string_equal(content(path),
                        "\xef\xbb\xbf"
                        "Meter,Tenant,Amount,Price,kWh,Time,Gone\r\n"
                        "019030152700123456,\"张三, \"\"Zhang\"\"\",-3.10,0.8216,12.17,"
                        "2026-11-02 14:03:09,\r\n"
                        "1,'=cmd|' /C calc'!A0,1000000.00,,,,\r\n"
                        "2,'+86 138,0.05,0.0000,0.00,,\r\n"
                        "3,'@x,0.05,0.0000,0.00,1970-01-01 08:00:01,\r\n"
                        "4,'-1,0.05,0.0000,0.00,1970-01-01 08:00:01,\r\n");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600); /* nobody else's */
    assert_int_equal(files(), 1);
    unlink(path);
    free(path);
}

static void xlsx_is_a_zip_and_goes_on(void **state)
{
    struct export *x;
    struct err e = {0};
    char *path = NULL;
    (void)state;
    assert_int_equal(begin(&x, "a.xlsx", EXPORT_XLSX, 4, &e), 0); /* heading, two rows, the sums */
    assert_int_equal(rows(x, &e), 0);
    assert_int_equal(export_finish(x, &path, &e), 0);
    assert_memory_equal(content(path), "PK\3\4", 4);
    assert_int_equal(files(), 1); /* no temporary file, no folder of them */
    unlink(path);
    free(path);
}

/* A row that a newer one pushed onto the next page. */
static void a_row_is_written_once(void **state)
{
    struct export *x;
    struct err e = {0};
    (void)state;
    json_t *list = json_loads("[{\"name\":\"id\",\"title\":\"Id\",\"kind\":\"id\"}]", 0, NULL);
    json_t *one = json_loads("{\"columns\":[{\"name\":\"id\"}],\"rows\":[[9],[8],[7]]}", 0, NULL);
    json_t *two = json_loads("{\"columns\":[{\"name\":\"id\"}],\"rows\":[[7],[6]]}", 0, NULL);
    const struct export_options options = {
        .folder = folder, .name = "x", .format = EXPORT_CSV, .columns = list, .id = "id"};
    assert_int_equal(export_new(&x, &options, &e), 0);
    assert_int_equal(export_rows(x, one, &e), 0);
    assert_int_equal(export_rows(x, two, &e), 0);
    assert_int_equal(export_count(x), 4);
    export_drop(x);
    json_decref(list);
    json_decref(one);
    json_decref(two);
}

static void names_stay_in_their_folder(void **state)
{
    static const char *const bad[] = {"", ".hidden", "../up.csv", "a/b.csv", "line\nbreak.csv"};
    struct export *x;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err e = {0};
        assert_int_equal(begin(&x, bad[i], EXPORT_CSV, 0, &e), ERR_DATA);
        assert_null(x);
    }
    char buf[32];
    assert_string_equal(export_plain_name(buf, sizeof buf, "Sales: 1204 / 张三"),
                        "Sales-1204-张三");
    assert_string_equal(export_plain_name(buf, 12, "a张三李四"), "a张三李");
    assert_string_equal(export_plain_name(buf, sizeof buf, "../.."), "");
}

static void nothing_is_overwritten_or_left(void **state)
{
    struct export *x, *y;
    struct err e = {0}, second = {0};
    char *path = NULL;
    (void)state;
    for (int format = EXPORT_XLSX; format <= EXPORT_CSV; format++) {
        assert_int_equal(begin(&x, "stopped", (enum export_format)format, 0, &e), 0);
        assert_int_equal(rows(x, &e), 0);
        export_drop(x);
        assert_int_equal(files(), 0);
    }
    assert_int_equal(begin(&x, "one", EXPORT_CSV, 0, &e), 0);
    assert_int_equal(export_finish(x, &path, &e), 0);
    assert_int_equal(begin(&y, "one", EXPORT_CSV, 0, &second), ERR_REFUSED);
    unlink(path);
    free(path);
    assert_int_equal(files(), 0);
}

/* A disk with room for so many bytes: a file that may not grow further. */
static void a_full_disk_is_said(void **state)
{
    struct rlimit all, little;
    (void)state;
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &all);
    for (int turn = 0; turn < 4; turn++) {
        const int format = turn % 2 ? EXPORT_CSV : EXPORT_XLSX;
        struct export *x = NULL;
        struct err e = {0};
        /* the larger one holds the zip, but not the rows before they are packed */
        little = (struct rlimit){.rlim_cur = turn < 2 ? 4096 : 150000, .rlim_max = all.rlim_max};
        setrlimit(RLIMIT_FSIZE, &little);
        int rc = begin(&x, "full", (enum export_format)format, 0, &e);
        for (int i = 0; i < 2000 && rc == 0; i++)
            rc = rows(x, &e);
        if (rc == 0)
            rc = export_finish(x, NULL, &e);
        else
            export_drop(x);
        setrlimit(RLIMIT_FSIZE, &all);
        assert_int_equal(rc, ERR_IO);
        assert_int_equal(files(), 0);
    }
}

static int place(void **state)
{
    (void)state;
    setenv("TZ", "Asia/Shanghai", 1);
    snprintf(folder, sizeof folder, "/tmp/metertill-export-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int gone(void **state)
{
    (void)state;
    return rmdir(folder);
}

static json_t *many(int count)
{
    json_t *list = json_array();
    for (int i = 0; i < count; i++)
        json_array_append_new(list, json_pack("[i,s,i]", 1793599389 + i, "019030152700123456", i));
    return json_pack("{s:[{s:s},{s:s},{s:s}],s:o}", "columns", "name", "at", "name", "meter",
                     "name", "amount", "rows", list);
}

static void wait_until_gone(const char *what)
{
    for (int64_t until = clock_mono_ms() + 10000; files() > 0;) {
        if (clock_mono_ms() > until)
            fail_msg("%s", what);
        usleep(2000);
    }
}

/* The end of a big file on a thread: waited for, or left; either way nothing else stays. */
static void packed_on_a_thread(void **state)
{
    struct export *x;
    struct err e = {0};
    char *path = NULL;
    json_t *page_of_many = many(20000);
    (void)state;
    assert_int_equal(begin(&x, "a.xlsx", EXPORT_XLSX, 0, &e), 0);
    assert_int_equal(export_rows(x, page_of_many, &e), 0);
    assert_int_equal(export_pack(x, &e), 0);
    while (!export_packed(x, &e))
        usleep(2000);
    assert_int_equal(e.code, 0);
    assert_int_equal(export_finish(x, &path, &e), 0);
    assert_int_equal(files(), 1);
    unlink(path);
    free(path);
    for (int i = 0; i < 4; i++) { /* at several moments of the packing */
        assert_int_equal(begin(&x, "a.xlsx", EXPORT_XLSX, 0, &e), 0);
        assert_int_equal(export_rows(x, page_of_many, &e), 0);
        assert_int_equal(export_pack(x, &e), 0);
        usleep((useconds_t)i * 5000);
        export_drop(x);
        wait_until_gone("left by a packing that was stopped");
    }
    json_decref(page_of_many);
}

/* A room that no process holds is swept; one that is being filled is not, nor what is not ours. */
static void rooms_of_the_dead_are_swept(void **state)
{
    struct export *x, *y;
    struct err e = {0};
    char dead[128], file[160], other[128];
    (void)state;
    snprintf(dead, sizeof dead, "%s/.metertill.tmp-abcdef", folder);
    snprintf(file, sizeof file, "%s/b.xlsx", dead);
    snprintf(other, sizeof other, "%s/.tmp-abcdef", folder);
    assert_int_equal(mkdir(dead, 0700), 0);
    assert_int_equal(mkdir(other, 0700), 0);
    fclose(fopen(file, "w"));
    assert_int_equal(begin(&x, "a.csv", EXPORT_CSV, 0, &e), 0);
    assert_int_equal(access(dead, F_OK), -1);
    assert_int_equal(begin(&y, "b.csv", EXPORT_CSV, 0, &e), 0);
    assert_int_equal(files(), 3); /* two rooms, and what is not ours */
    assert_int_equal(rows(x, &e), 0);
    export_drop(y);
    assert_int_equal(export_finish(x, NULL, &e), 0);
    assert_int_equal(rmdir(other), 0);
    snprintf(file, sizeof file, "%s/a.csv", folder);
    unlink(file);
    assert_int_equal(files(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csv_for_spreadsheets),
        cmocka_unit_test(xlsx_is_a_zip_and_goes_on),
        cmocka_unit_test(a_row_is_written_once),
        cmocka_unit_test(names_stay_in_their_folder),
        cmocka_unit_test(nothing_is_overwritten_or_left),
        cmocka_unit_test(a_full_disk_is_said),
        cmocka_unit_test(packed_on_a_thread),
        cmocka_unit_test(rooms_of_the_dead_are_swept),
    };
    return cmocka_run_group_tests(tests, place, gone);
}
