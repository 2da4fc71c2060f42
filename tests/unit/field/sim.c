/*
 * The field against the simulated building (tests/sim, written apart from the drivers): readings equal
 * its truth on both framings, old firmware and new, and sales under every fault it can throw are applied
 * exactly once. The runner gives its path in METERSIM.
 */
#include <ftw.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "work.h"

#define CHANNELS  4
#define QUIET_MS  400
#define LATE_MS   "300" /* late requests are held shorter than the quiet time */
#define SALES     1     /* per fault and channel */
#define TRIES_MAX 60

static const char building[] =
    "building name=\"T\" start=2026-03-01T12:00:00\n"
    "channel A01 type=rtu-tcp line=38400/8N1 turnaround_ms=5\n"
    "meter A01 1 number=26110042 balance=12.34 count=7 total=700.00 price=0.8216 alarm1=20.00\n"
    "meter A01 2 model=DTSY1352 number=190301527 balance=50.00 count=65535 total=400.00 ct=40\n"
    "meter A01 3 firmware=old balance=10.00 count=3\n"
    "meter A01 4 present=no number=9\n"
    "channel T01 type=tcp line=38400/8N1 turnaround_ms=5 timeout_ms=200\n"
    "meter T01 1 number=77 balance=1.00 count=1 total=1.00\n"
    "meter T01 9 present=no number=10\n"
    "channel N01 type=tcp refuses20=yes turnaround_ms=5\n"
    "meter N01 1 number=5 balance=1.00\n"
    "channel C01 type=rtu-tcp line=38400/8N1 turnaround_ms=5\n"
    "meter C01 1 number=6 balance=0.00 count=0 repeat=credit\n";
static const char *const names[CHANNELS] = {"A01", "T01", "N01", "C01"};

struct world {
    char folder[200], file[4][240];
    pid_t sim;
    int desk;
    struct field *field;
};

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

/* One command to the building; its answer into text. */
static void ask(struct world *w, char *text, size_t size, const char *command)
{
    size_t got = 0;
    dprintf(w->desk, "%s\n", command);
    while (got + 1 < size) {
        ssize_t n = read(w->desk, text + got, size - got - 1);
        assert_true(n > 0);
        got += (size_t)n;
        if (text[got - 1] == '\n')
            break;
    }
    text[got] = '\0';
    if (!strstr(text, "\"ok\":true"))
        fail_msg("%s: %s", command, text);
}

static int64_t truth(struct world *w, const char *meter, const char *key)
{
    static char text[65536];
    char command[64], want[64];
    snprintf(command, sizeof command, "truth %s", meter);
    ask(w, text, sizeof text, command);
    snprintf(want, sizeof want, "\"%s\":", key);
    const char *at = strstr(text, want);
    if (!at)
        fail_msg("%s of %s: %s", key, meter, text);
    at += strlen(want);
    return strtoll(at + (*at == '['), NULL, 10);
}

static int port_of(const struct world *w, const char *channel)
{
    char name[32];
    int port = 0;
    FILE *f = fopen(w->file[1], "r");
    assert_non_null(f);
    while (fscanf(f, "%31s %d", name, &port) == 2 && strcmp(name, channel) != 0)
        port = 0;
    fclose(f);
    return port;
}

static void connect_desk(struct world *w)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    memcpy(a.sun_path, w->file[2], strlen(w->file[2]) + 1);
    for (int i = 0; i < 500; i++) {
        w->desk = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (access(w->file[1], F_OK) == 0 && connect(w->desk, (struct sockaddr *)&a, sizeof a) == 0)
            return;
        close(w->desk);
        clock_sleep_ms(20);
    }
    fail_msg("the building does not start");
}

static void world_open(struct world *w)
{
    static const char *const base[] = {"building.conf", "ports", "desk", "log"};
    const char *program = getenv("METERSIM"), *tmp = getenv("TMPDIR");
    struct err e = {0};
    memset(w, 0, sizeof *w);
    snprintf(w->folder, sizeof w->folder, "%.150s/field-sim.XXXXXX", tmp ? tmp : "/tmp");
    assert_non_null(mkdtemp(w->folder));
    for (size_t i = 0; i < 4; i++)
        snprintf(w->file[i], sizeof w->file[i], "%.180s/%s", w->folder, base[i]);
    write_file(w->file[0], building);
    assert_non_null(program);
    w->sim = fork();
    assert_true(w->sim >= 0);
    if (w->sim == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execl(program, program, "--building", w->file[0], "--ports", w->file[1], "--control",
              w->file[2], "--consume", "off", (char *)NULL);
        _exit(127);
    }
    connect_desk(w);
    assert_int_equal(field_new(&w->field, NULL, &e), 0);
    for (int i = 0; i < CHANNELS; i++) {
        struct channel_conf c = site_conf(port_of(w, names[i]));
        c.id = i + 1;
        c.baud = 38400;
        c.quiet_ms = QUIET_MS;
        c.timeout_min_ms = 150; /* a slow machine only makes another fault */
        c.timeout_max_ms = 250;
        memcpy(c.name, names[i], 4);
        if (i == 1 || i == 2)
            memcpy(c.type, "tcp", 4);
        assert_int_equal(field_channel_add(w->field, &c, &e), 0);
    }
}

static int remove_one(const char *path, const struct stat *s, int kind, struct FTW *ftw)
{
    (void)s, (void)kind, (void)ftw;
    return remove(path);
}

static void world_close(struct world *w)
{
    field_free(w->field);
    close(w->desk);
    kill(w->sim, SIGTERM);
    waitpid(w->sim, NULL, 0);
    nftw(w->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void run_job(struct world *w, struct work *k, int64_t channel)
{
    struct err e = {0};
    k->finished = false;
    assert_int_equal(field_submit(w->field, channel, &k->job, &e), 0);
    work_wait(k);
}

static void meter_of(struct work *k, uint8_t address, const char *model, const char *number)
{
    k->job.meter.address = address;
    k->job.meter.driver = driver_by_model(model, &k->job.meter.device_code);
    snprintf(k->job.meter.number, sizeof k->job.meter.number, "%s", number);
}

static void reads_equal_the_truth(void **state)
{
    static const struct {
        int64_t channel;
        uint8_t address;
        const char *model, *number, *name;
        bool old;
    } cases[] = {{1, 1, "DDSY1352", "26110042", "A01:1", false},
                 {1, 2, "DTSY1352", "190301527", "A01:2", false},
                 {1, 3, "DDSY1352", "", "A01:3", true},
                 {2, 1, "DDSY1352", "77", "T01:1", false}};
    struct world w;
    (void)state;
    world_open(&w);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct work k;
        work_init(&k, JOB_READ, JOB_INTERACTIVE);
        meter_of(&k, cases[i].address, cases[i].model, cases[i].number);
        run_job(&w, &k, cases[i].channel);
        assert_int_equal(k.job.end, JOB_DONE);
        const struct meter_reading *r = &k.job.reading;
        assert_string_equal(r->identity.number, cases[i].number);
        assert_int_equal(r->credit.balance_minor, truth(&w, cases[i].name, "balance_minor"));
        assert_int_equal(r->credit.count, truth(&w, cases[i].name, "count"));
        assert_int_equal(r->credit.old_firmware, cases[i].old);
        if (!cases[i].old)
            assert_int_equal(r->credit.total_minor, truth(&w, cases[i].name, "total_minor"));
        assert_true(r->relay_closed && r->has_settings);
        assert_true(r->clock_local > 1772366000 && r->clock_local < 1772367000);
        if (i == 0) {
            assert_int_equal(r->price_e4[0], 8216);
            assert_int_equal(r->alarm1_minor, 2000);
        }
        work_clear(&k);
    }
    for (int64_t channel = 1; channel <= 2; channel++) { /* absent: silence, or exception 0B */
        struct work k;
        work_init(&k, JOB_READ, JOB_SWEEP);
        meter_of(&k, channel == 1 ? 4 : 9, "DDSY1352", "");
        run_job(&w, &k, channel);
        assert_int_equal(k.job.end, JOB_UNREACHED);
        work_clear(&k);
    }
    world_close(&w);
}

static void orders_take_effect(void **state)
{
    struct world w;
    struct work k;
    (void)state;
    world_open(&w);
    work_init(&k, JOB_SWITCH, JOB_BATCH);
    meter_of(&k, 2, "DTSY1352", "190301527");
    for (int mode = SWITCH_FORCED_OFF; mode <= SWITCH_PREPAID; mode++) {
        k.job.mode = (enum switch_mode)mode;
        run_job(&w, &k, 1);
        assert_int_equal(k.job.end, JOB_DONE);
        assert_int_equal(k.job.reading.relay_closed, mode != SWITCH_FORCED_OFF);
    }
    k.job.kind = JOB_SETTINGS;
    k.job.settings = (struct meter_settings){.set_prepaid = true,
                                             .prepaid = true,
                                             .set_balance = true,
                                             .balance_minor = 4200,
                                             .set_count = true,
                                             .count = 0,
                                             .set_total = true,
                                             .set_alarms = true,
                                             .alarm1_minor = 3000,
                                             .alarm2_minor = 1000,
                                             .set_prices = true,
                                             .price_e4 = {12000, 9000, 6000, 3000},
                                             .set_overdraft = true,
                                             .overdraft_minor = 500,
                                             .set_recovery = true,
                                             .recovery_s = 30};
    run_job(&w, &k, 1);
    assert_int_equal(k.job.end, JOB_DONE);
    assert_int_equal(truth(&w, "A01:2", "balance_minor"), 4200);
    assert_int_equal(truth(&w, "A01:2", "count"), 0);
    k.job.kind = JOB_CLOCK;
    k.job.clock_local = 1893456000; /* 2030 */
    run_job(&w, &k, 1);
    assert_int_equal(k.job.end, JOB_DONE);
    k.job.kind = JOB_TOPUP; /* a channel that cannot sell says so before money moves */
    k.job.probe_first = true;
    k.job.amount_minor = 100;
    meter_of(&k, 1, "DDSY1352", "5");
    run_job(&w, &k, 3);
    assert_int_equal(k.job.end, JOB_STOPPED);
    assert_int_equal(k.job.error.msg, MSG_FIELD_NO_VENDOR);
    assert_int_equal(truth(&w, "N01:1", "credited_minor"), 0);
    k.job.kind = JOB_SETTINGS;
    meter_of(&k, 3, "DDSY1352", "");
    run_job(&w, &k, 1);
    assert_int_equal(k.job.error.msg, MSG_FIELD_OLD_FIRMWARE);
    work_clear(&k);
    world_close(&w);
}

/* A sale as the engine makes it: the count before is fixed at the first attempt, and decides. */
struct sale {
    struct work work;
    bool begun, applied, sent;
    uint16_t target;
};

static enum job_go sale_before(struct job *job, const struct meter_credit *seen, uint16_t *count)
{
    struct sale *sale = job->owner;
    if (!sale->begun) {
        sale->begun = true;
        sale->target = (uint16_t)(seen->count + 1);
    }
    sale->applied = seen->count == sale->target;
    if (sale->applied || seen->count != (uint16_t)(sale->target - 1))
        return JOB_GO_STOP;
    *count = sale->target;
    sale->sent = true;
    return JOB_GO_SEND;
}

static enum job_go sale_after(struct job *job, enum deed deed, const struct meter_credit *back)
{
    struct sale *sale = job->owner;
    if (back && back->count == sale->target) {
        sale->applied = true;
        return JOB_GO_STOP;
    }
    bool refused = deed == DEED_NOT_DONE && back && back->count == (uint16_t)(sale->target - 1);
    return refused ? JOB_GO_STOP : JOB_GO_AGAIN_QUIET;
}

static bool sell(struct world *w, int64_t channel, const char *number, uint8_t address, int *tries)
{
    struct sale sale = {0};
    work_init(&sale.work, JOB_TOPUP, JOB_PROVE);
    meter_of(&sale.work, address, "DDSY1352", number);
    sale.work.job.amount_minor = 1000;
    sale.work.job.before_send = sale_before;
    sale.work.job.after = sale_after;
    sale.work.job.owner = &sale; /* a sale begins with its work */
    while (!sale.applied && ++*tries < TRIES_MAX) {
        sale.work.job.quiet_first = sale.sent;
        job_clear(&sale.work.job);
        run_job(w, &sale.work, channel);
        if (sale.work.job.end == JOB_UNREACHED)
            clock_sleep_ms(100); /* back-off after a reset ends at once */
    }
    work_clear(&sale.work);
    return sale.applied;
}

/* One seller per channel, at the same time. */
struct seller {
    struct world *world;
    int64_t channel, sold;
    const char *number, *name, *meter;
    int tries;
    bool settled, idle;
    pthread_t thread;
};

static void *seller_run(void *arg)
{
    struct seller *s = arg;
    s->tries = 0;
    s->settled = true;
    for (int i = 0; i < SALES && s->settled && !s->idle; i++) {
        s->settled = sell(s->world, s->channel, s->number, 1, &s->tries);
        s->sold += s->settled;
    }
    return NULL;
}

/* Every fault in turn at a rate that hurts; then the books are compared with the meters. */
static void sales_under_faults(void **state)
{
    static const char *const faults[] = {"request-lost 0.3",
                                         "request-late 0.3 " LATE_MS,
                                         "request-doubled 0.5 50",
                                         "reply-lost 0.3",
                                         "reply-late 0.3 " LATE_MS,
                                         "reply-doubled 0.5",
                                         "reply-doubled 0.5 60",
                                         "bit-flip 0.3",
                                         "cut 0.3",
                                         "noise 0.3",
                                         "wrong-address 0.3",
                                         "exception 0.3",
                                         "reset 0.2",
                                         "half-open 0.1",
                                         "foreign-master 0.3",
                                         "refuse-20 0.5"};
    struct world w;
    struct seller seller[] = {{.channel = 1, .number = "26110042", .name = "A01", .meter = "A01:1"},
                              {.channel = 2, .number = "77", .name = "T01", .meter = "T01:1"},
                              {.channel = 4, .number = "6", .name = "C01", .meter = "C01:1"}};
    const size_t sellers = sizeof seller / sizeof *seller;
    char command[128], text[4096];
    (void)state;
    world_open(&w);
    for (size_t f = 0; f < sizeof faults / sizeof *faults; f++) {
        int64_t began = clock_mono_ms();
        snprintf(command, sizeof command, "fault * %s", faults[f]);
        ask(&w, text, sizeof text, command);
        /* A meter that credits repeats takes a doubled frame twice: not the field's to prevent. */
        seller[2].idle = strncmp(faults[f], "request-doubled", 15) == 0;
        for (size_t c = 0; c < sellers; c++) {
            seller[c].world = &w;
            assert_int_equal(pthread_create(&seller[c].thread, NULL, seller_run, &seller[c]), 0);
        }
        for (size_t c = 0; c < sellers; c++)
            pthread_join(seller[c].thread, NULL);
        print_message("# %s: %d %d %d tries, %lld ms\n", faults[f], seller[0].tries,
                      seller[1].tries, seller[2].tries, (long long)(clock_mono_ms() - began));
        ask(&w, text, sizeof text, "clear");
        for (size_t c = 0; c < sellers; c++) {
            if (!seller[c].settled)
                fail_msg("%s on %s: not settled", faults[f], seller[c].name);
            assert_int_equal(truth(&w, seller[c].meter, "credited_minor"), seller[c].sold * 1000);
        }
    }
    assert_int_equal(truth(&w, "A01:1", "count"), 7 + seller[0].sold);
    print_message("# %lld sales\n", (long long)(seller[0].sold + seller[1].sold + seller[2].sold));
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_equal_the_truth),
        cmocka_unit_test(orders_take_effect),
        cmocka_unit_test(sales_under_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
