/* test_building.c - the building file's mistakes, the command line's, and the demo site.
 *
 * Belongs here: what is refused and how it is named, make_building.sh and fill_ports.sh. Not
 * here: what a running building does.
 */
#include "test_rig.h"

static int up(void **state)
{
    *state = calloc(1, sizeof(struct rig));
    return *state ? 0 : -1;
}

static int down(void **state)
{
    struct rig *r = *state;
    if (r->folder[0]) {
        rig_clear(r);
    }
    free(r);
    return 0;
}

/* Runs a shell command of at most 900 characters; returns its exit code. */
static int run(const char *format, ...)
{
    char command[900];
    va_list list;
    va_start(list, format);
    vsnprintf(command, sizeof command, format, list);
    va_end(list);
    int status = system(command);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_mistakes_are_named(void **state)
{
    static const char *const cases[][2] = {
        {"", "building.conf:0: the building has no channel"},
        {"nonsense\n", ":1: nonsense: building, channel or meter expected"},
        {"# nothing\n\nchannel A type=udp\n", ":3: type=udp: unknown word"},
        {"channel A line=9600/7E1\n", ":1: line=9600/7E1: not a line"},
        {"channel A\nchannel A\n", ":2: channel A is there twice"},
        {"channel A port=99999\n", ":1: port=99999: not a number"},
        {"channel A colour=red\n", ":1: colour=red: a channel has no such key"},
        {"channel A\nmeter B 1\n", ":2: meter needs a channel"},
        {"channel A\nmeter A 248\n", ":2: 248 is not an address"},
        {"channel A\nmeter A 1\nmeter A 1\n", ":3: address 1 is there twice"},
        {"channel A\nmeter A 1 balance=1.234\n", ":2: balance=1.234: is not a number"},
        {"channel A\nmeter A 1 count=70000\n", ":2: count=70000: is out of range"},
        {"channel A\nmeter A 1 number=12x\n", ":2: number=12x: is not a meter number"},
        {"channel A\nmeter A 1 model=ADL400\n", ":2: model=ADL400: is not one of"},
        {"channel A\nmeter A 1 table1=25:00/1\n", ":2: table1=25:00/1: is not a day table"},
        {"channel A\nmeter A 1 plan=13-01/1\n", ":2: plan=13-01/1: is not a date plan"},
        {"channel A\nmeter A 1 credited=5\n", ":2: credited=5: no such field"},
        {"building start=yesterday\n", ":1: start=yesterday: not a time"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rig *r = *state;
        const char *program = getenv("METERSIM");
        rig_init(r, cases[i][0]);
        char line[600] = "";
        char command[1400];
        snprintf(command, sizeof command, "'%s' --building '%s' --ports '%s' --control '%s' 2>&1",
                 program ? program : "build/tests/metersim", r->building, r->ports, r->control);
        FILE *p = popen(command, "r");
        assert_non_null(p);
        assert_non_null(fgets(line, sizeof line, p));
        assert_int_equal(WEXITSTATUS(pclose(p)), 1);
        if (!strstr(line, cases[i][1]) || !strstr(line, r->building)) {
            fail_msg("expected %s, got %s", cases[i][1], line);
        }
        assert_int_not_equal(access(r->ports, F_OK), 0);
        rig_clear(r);
    }
}

static void test_command_line(void **state)
{
    struct rig *r = *state;
    rig_init(r, "channel A\n");
    r->options[0] = "--nonsense";
    int null = dup(2);
    assert_non_null(freopen("/dev/null", "w", stderr));
    assert_int_equal(rig_start(r), 2);
    r->options[0] = "--speed";
    r->options[1] = "fast";
    assert_int_equal(rig_start(r), 2);
    dup2(null, 2);
    close(null);
}

static void test_comments_and_quotes(void **state)
{
    rig_no_line_time(*state, "building name=\"Lvyi Tower # 1\" # the demo\n"
                             "\tchannel A-1   # all defaults\n"
                             "meter A-1 1 number=blankf load_w=0\n"
                             "meter A-1 2 number=blank0\n");
    char *all = rig_ask(*state, "truth");
    assert_non_null(strstr(all, "\"building\":\"Lvyi Tower # 1\""));
    free(all);
    assert_true(rig_truth_has(*state, "A-1:1", "\"number\":\"FFFFFFFFFFFF\""));
    assert_true(rig_truth_has(*state, "A-1:2", "\"number\":\"000000000000\""));
    assert_int_equal(rig_port(*state, "A-1") > 0, 1);
}

/* The demo site as it stands in the manual, with its real ports in the import. */
static void test_demo_site(void **state)
{
    struct rig *r = *state;
    rig_init(r, "");
    assert_int_equal(run("tests/sim/make_building.sh '%s'", r->folder), 0);
    r->options[0] = "--no-line-time";
    assert_int_equal(rig_start(r), -1);
    assert_int_equal(run("tests/sim/fill_ports.sh '%s' '%s'", r->folder, r->ports), 0);
    assert_int_equal(run("grep -q @PORT '%s/import/channels.csv'", r->folder), 1);
    assert_int_equal(run("test $(wc -l < '%s/import/channels.csv') = 13", r->folder), 0);
    assert_int_equal(run("test $(wc -l < '%s/import/meters.csv') = 354", r->folder), 0);
    assert_int_equal(run("grep -q 'Tower A/12F/1204,' '%s/import/meters.csv'", r->folder), 0);
    assert_int_equal(run("grep -q '张三 Zhang San' '%s/import/tenants.csv'", r->folder), 0);
    /* a second start has other ports: filling in works again */
    rig_end(r, SIGTERM);
    assert_int_equal(rig_start(r), -1);
    assert_int_equal(run("tests/sim/fill_ports.sh '%s' '%s'", r->folder, r->ports), 0);
    assert_int_equal(run("grep -q ',%d,' '%s/import/channels.csv'", rig_port(r, "A12"), r->folder),
                     0);
    uint8_t reply[300];
    int fd = rig_connect(r, "A01");
    rig_exchange(fd, "01 03 03 62 00 03", reply, 11);
    uint8_t number[6];
    rig_hex("00 01 90 30 15 27", number);
    assert_memory_equal(reply + 3, number, 6);
    close(fd);
    rig_end(r, SIGTERM);
}

static void test_site_options(void **state)
{
    static const char *const options[] = {
        "'%s' 1 1",
        "'%s' 25 3 --type mixed --repeat mixed --load off --total mixed --refuse20",
        "'%s' 40 2 --plain --type tcp --start 2026-01-31T12:00:00 --quiet 300",
        "'%s' 10240 64 --plain",
    };
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        struct rig *r = *state;
        char command[400];
        rig_init(r, "");
        snprintf(command, sizeof command, options[i], r->folder);
        assert_int_equal(run("tests/sim/make_building.sh %s", command), 0);
        assert_int_equal(rig_start(r), -1);
        assert_int_equal(run("tests/sim/fill_ports.sh '%s' '%s'", r->folder, r->ports), 0);
        rig_clear(r);
    }
    assert_int_equal(run("tests/sim/make_building.sh 2>/dev/null"), 2);
    assert_int_equal(run("tests/sim/make_building.sh /nowhere 300 1 2>/dev/null"), 2);
    assert_int_equal(run("tests/sim/make_building.sh /nowhere --repeat maybe 2>/dev/null"), 2);
}

int main(void)
{
#define TEST(t) cmocka_unit_test_setup_teardown(t, up, down)
    const struct CMUnitTest tests[] = {
        TEST(test_mistakes_are_named), TEST(test_command_line), TEST(test_comments_and_quotes),
        TEST(test_demo_site),          TEST(test_site_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
