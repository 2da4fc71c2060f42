/* The print service: a private cupsd with a captured printer (tests/printer), and what goes wrong with one. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "message.h"
#include "printer.h"

#define SCRIPT  "tests/printer/test-printer.sh"
#define WAIT_MS 15000

static char dir[64];
static char server[64];
static struct printer_target till = {.server = server, .queue = "receipt", .confirms = true};

static int run(const char *format, ...)
{
    char command[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(command, sizeof(command), format, args);
    va_end(args);
    return system(command);
}

static long file_number(const char *name)
{
    char path[128];
    long number = 0;
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    FILE *f = fopen(path, "r");
    if (f) {
        if (fscanf(f, "%ld", &number) != 1) {
            number = 0;
        }
        fclose(f);
    }
    return number;
}

static void mode(const char *word)
{
    assert_int_equal(run("echo %s > %s/dev/mode", word, dir), 0);
}

/* A command of the print service's own: cupsdisable, lpadmin, cancel. */
static void command(const char *line)
{
    assert_int_equal(
        run("PATH=$PATH:/usr/sbin CUPS_SERVER=%s %s > %s/command 2>&1", server, line, dir), 0);
}

static int service_start(const char *clean, long port)
{
    char number[16] = "";
    if (port) {
        snprintf(number, sizeof(number), "%ld", port);
    }
    int rc = run("TEST_PRINTER_CLEAN=%s sh " SCRIPT " start %s %s", clean, dir, number);
    snprintf(server, sizeof(server), "127.0.0.1:%ld", file_number("port"));
    return rc;
}

static int up(void **state)
{
    (void)state;
    strcpy(dir, "/tmp/metertill-cups-XXXXXX");
    return mkdtemp(dir) ? service_start("0", 0) : -1;
}

static int down(void **state)
{
    (void)state;
    run("sh " SCRIPT " stop %s", dir);
    return run("rm -rf %s", dir);
}

/* Each test finds the printer in order, whatever the one before left. */
static int in_order(void **state)
{
    (void)state;
    mode("ok");
    command("cancel -a receipt");
    command("cupsaccept receipt");
    command("cupsenable receipt");
    till.confirms = true;
    return 0;
}

static struct printer_job submit(const char *bytes, size_t n)
{
    struct printer_job job;
    struct err e = {0};
    char said[1024];
    int rc = printer_submit(&till, "S-2026-004310", bytes, n, &job, &e);
    if (rc) {
        printf("# %s (%s)\n", message_english(&e, said, sizeof(said)), e.detail);
    }
    assert_int_equal(rc, 0);
    assert_true(job.id > 0);
    assert_int_equal(strncmp(job.uuid, "urn:uuid:", 9), 0);
    return job;
}

static struct printer_job_status look(const struct printer_job *job)
{
    struct printer_job_status status;
    struct err e = {0};
    assert_int_equal(printer_job_look(&till, job, &status, &e), 0);
    return status;
}

/* Waits until the job is in a state, and for a reason where one is given. */
static void becomes(const struct printer_job *job, enum printer_job_state state, const char *reason)
{
    struct printer_job_status status;
    int64_t end = clock_mono_ms() + WAIT_MS;
    do {
        status = look(job);
        if (status.state == state &&
            (!reason || (status.reason && strcmp(status.reason, reason) == 0))) {
            return;
        }
        clock_sleep_ms(20);
    } while (clock_mono_ms() < end);
    fail_msg("job %d is %s (%s), not %s (%s)", job->id, printer_job_state_wire(status.state),
             status.reason ? status.reason : "-", printer_job_state_wire(state),
             reason ? reason : "-");
}

static void printed_whole(void **state)
{
    (void)state;
    static char bytes[100000];
    static char got[100001];
    char path[128];
    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (char)(i * 7 + i / 251);
    }
    struct printer_job job = submit(bytes, sizeof(bytes));
    becomes(&job, PRINTER_JOB_DONE, NULL);
    assert_string_equal(look(&job).word, "printed");
    snprintf(path, sizeof(path), "%s/dev/job-%d.raw", dir, job.id);
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    assert_int_equal(fread(got, 1, sizeof(got), f), sizeof(bytes));
    fclose(f);
    assert_memory_equal(got, bytes, sizeof(bytes));

    struct printer_status status;
    struct err e = {0};
    assert_int_equal(printer_look(&till, &status, &e), 0);
    assert_true(status.accepting && !status.stopped && !status.hindered);
    assert_null(status.reason);
}

/* A printer that cannot confirm: "sent" is the last word. No page counted: a doubt with any printer. */
static void honest_words(void **state)
{
    (void)state;
    till.confirms = false;
    struct printer_job job = submit("a", 1);
    becomes(&job, PRINTER_JOB_SENT, NULL);
    assert_string_equal(look(&job).word, "sent to the printer");
    mode("no-page");
    job = submit("b", 1);
    becomes(&job, PRINTER_JOB_UNCONFIRMED, NULL);
    till.confirms = true;
    becomes(&job, PRINTER_JOB_UNCONFIRMED, NULL);
}

static void server_from_environment(void **state)
{
    (void)state;
    struct printer_status status;
    struct err e = {0};
    struct printer_target here = {.queue = "receipt"};
    setenv("CUPS_SERVER", server, 1);
    assert_int_equal(printer_look(&here, &status, &e), 0);
    setenv("CUPS_SERVER", "127.0.0.1:1", 1);
    assert_int_equal(printer_look(&here, &status, &e), ERR_UNAVAILABLE);
    assert_int_equal(printer_look(&till, &status, &e), 0);
    unsetenv("CUPS_SERVER");
}

static void out_and_back(const char *trouble, const char *word)
{
    struct printer_status status;
    struct err e = {0};
    mode(trouble);
    struct printer_job job = submit("a", 1);
    becomes(&job, PRINTER_JOB_PRINTING, word);
    assert_int_equal(printer_look(&till, &status, &e), 0);
    assert_true(status.accepting && status.hindered);
    assert_int_equal(status.jobs, 1);
    assert_string_equal(status.reason, word);
    mode("ok");
    becomes(&job, PRINTER_JOB_DONE, NULL);
    assert_int_equal(printer_look(&till, &status, &e), 0);
    assert_false(status.hindered);
}

static void paper_out(void **state)
{
    (void)state;
    out_and_back("paper-out", "out of paper");
}

static void cover_open(void **state)
{
    (void)state;
    out_and_back("cover-open", "cover open");
}

static void not_connected(void **state)
{
    (void)state;
    out_and_back("offline", "not connected");
}

static void paper_low(void **state)
{
    (void)state;
    struct printer_status status;
    struct err e = {0};
    mode("paper-low");
    struct printer_job job = submit("a", 1);
    becomes(&job, PRINTER_JOB_DONE, NULL);
    assert_int_equal(printer_look(&till, &status, &e), 0);
    assert_string_equal(status.reason, "paper is running low");
    assert_false(status.hindered);
    mode("ok");
    job = submit("a", 1);
    becomes(&job, PRINTER_JOB_DONE, NULL);
}

static void stopped_queue(void **state)
{
    (void)state;
    struct printer_status status;
    struct err e = {0};
    command("cupsdisable receipt");
    struct printer_job job = submit("a", 1);
    becomes(&job, PRINTER_JOB_WAITING, "stopped");
    assert_int_equal(printer_look(&till, &status, &e), 0);
    assert_true(status.accepting && status.stopped && status.hindered);
    assert_string_equal(status.word, "stopped");
    command("cupsenable receipt");
    becomes(&job, PRINTER_JOB_DONE, NULL);
}

static void fault_stops_queue(void **state)
{
    (void)state;
    mode("stop");
    struct printer_job job = submit("a", 1);
    becomes(&job, PRINTER_JOB_WAITING, "stopped");
    mode("ok");
    command("cupsenable receipt");
    becomes(&job, PRINTER_JOB_DONE, NULL);
}

static void held(void **state)
{
    (void)state;
    mode("hold");
    struct printer_job job = submit("a", 1);
    becomes(&job, PRINTER_JOB_WAITING, "held at the print service");
}

/* Whole requests are refused: a policy that lets only somebody else print. */
static void not_allowed(void **state)
{
    (void)state;
    struct printer_job job;
    struct err e = {0};
    command("lpadmin -p receipt -u allow:nobody-else");
    assert_int_equal(printer_submit(&till, "S-2026-004310", "a", 1, &job, &e), ERR_DENIED);
    assert_int_equal(e.msg, MSG_PRINTER_DENIED);
    command("lpadmin -p receipt -u allow:all");
}

static void refused(const struct printer_target *target, enum msg_id msg, int code, int64_t most_ms)
{
    struct printer_job job;
    struct err e = {0};
    int64_t start = clock_mono_ms();
    assert_int_equal(printer_submit(target, "S-2026-004310", "a", 1, &job, &e), code);
    assert_in_range(clock_mono_ms() - start, 0, most_ms);
    if (e.msg != msg) {
        printf("# %s: %s\n", message_get(e.msg)->name, e.detail);
    }
    assert_int_equal(e.msg, msg);
    assert_int_equal(job.id, 0);
}

static void rejecting_queue(void **state)
{
    (void)state;
    struct printer_status status;
    struct err e = {0};
    command("cupsreject receipt");
    refused(&till, MSG_PRINTER_REJECTS, ERR_REFUSED, 1000);
    assert_int_equal(printer_look(&till, &status, &e), 0);
    assert_false(status.accepting);
    assert_string_equal(status.word, "accepts no jobs");
}

static void no_such_queue(void **state)
{
    (void)state;
    static const char *const names[] = {"nobody", "no such", "../jobs/1", "printer#1", "打印机"};
    struct printer_status status;
    struct err e = {0};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct printer_target other = {.server = server, .queue = names[i]};
        refused(&other, MSG_PRINTER_NO_QUEUE, ERR_NOT_FOUND, 1000);
        assert_int_equal(printer_look(&other, &status, &e), ERR_NOT_FOUND);
    }
}

/* A socket on a free port of ours; listening or only bound. */
static int socket_open(bool listening, char *name, size_t size)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &n), 0);
    if (listening) {
        assert_int_equal(listen(fd, 16), 0);
    }
    snprintf(name, size, "127.0.0.1:%d", ntohs(at.sin_port));
    return fd;
}

static void no_service(void **state)
{
    (void)state;
    char name[64];
    struct printer_status status;
    struct printer_job job = {.id = 1, .uuid = "urn:uuid:x"};
    struct printer_job_status job_status;
    struct err e = {0};
    int fd = socket_open(false, name, sizeof(name));
    struct printer_target other = {.server = name, .queue = "receipt"};
    refused(&other, MSG_PRINTER_NO_SERVICE, ERR_UNAVAILABLE, 3500);
    assert_int_equal(printer_look(&other, &status, &e), ERR_UNAVAILABLE);
    assert_int_equal(printer_job_look(&other, &job, &job_status, &e), ERR_UNAVAILABLE);
    close(fd);
}

static void hung_service(void **state)
{
    (void)state;
    char name[64];
    struct printer_status status;
    struct err e = {0};
    int fd = socket_open(true, name, sizeof(name));
    struct printer_target other = {.server = name, .queue = "receipt"};
    refused(&other, MSG_PRINTER_NO_ANSWER, ERR_UNAVAILABLE, 9000);
    int64_t start = clock_mono_ms();
    assert_int_equal(printer_look(&other, &status, &e), ERR_UNAVAILABLE);
    printf("# gave up after %d ms\n", (int)(clock_mono_ms() - start));
    close(fd);
}

/* The real one, stopped by a signal: connections are still accepted. It goes on, and so does printing. */
static void frozen_service(void **state)
{
    (void)state;
    pid_t pid = (pid_t)file_number("cupsd.pid");
    assert_int_equal(kill(pid, SIGSTOP), 0);
    refused(&till, MSG_PRINTER_NO_ANSWER, ERR_UNAVAILABLE, 9000);
    assert_int_equal(kill(pid, SIGCONT), 0);
    struct printer_job job = submit("a", 1);
    becomes(&job, PRINTER_JOB_DONE, NULL);
}

static void cancelled(void **state)
{
    (void)state;
    char line[64];
    mode("paper-out");
    struct printer_job job = submit("a", 1);
    becomes(&job, PRINTER_JOB_PRINTING, "out of paper");
    snprintf(line, sizeof(line), "cancel receipt-%d", job.id);
    command(line);
    becomes(&job, PRINTER_JOB_CANCELLED, NULL);
    mode("cancel");
    job = submit("a", 1);
    becomes(&job, PRINTER_JOB_CANCELLED, NULL);
}

static void aborted(void **state)
{
    (void)state;
    mode("fail");
    command("lpadmin -p receipt -o printer-error-policy=abort-job");
    struct printer_job job = submit("a", 1);
    becomes(&job, PRINTER_JOB_ABORTED, NULL);
    command("lpadmin -p receipt -o printer-error-policy=retry-current-job");
}

/* kill -9 before the service wrote its state down: the job is gone and its number belongs to another. */
static void killed_service(void **state)
{
    struct printer_job_status status;
    struct err e = {0};
    down(state);
    up(state);
    assert_int_equal(run("sh " SCRIPT " stop %s", dir), 0);
    assert_int_equal(service_start("30", file_number("port")), 0);
    mode("paper-out");
    struct printer_job lost = submit("a", 1);
    becomes(&lost, PRINTER_JOB_PRINTING, "out of paper");
    kill((pid_t)file_number("cupsd.pid"), SIGKILL);
    int64_t end = clock_mono_ms() + WAIT_MS;
    /* The look that meets the kill itself is cut off; the next finds nobody. */
    while (e.msg != MSG_PRINTER_NO_SERVICE && clock_mono_ms() < end) {
        printer_job_look(&till, &lost, &status, &e);
        clock_sleep_ms(20);
    }
    assert_int_equal(e.msg, MSG_PRINTER_NO_SERVICE);
    assert_int_equal(service_start("30", file_number("port")), 0);
    becomes(&lost, PRINTER_JOB_LOST, NULL);
    mode("ok");
    struct printer_job next = submit("b", 1);
    assert_int_equal(next.id, lost.id);
    becomes(&next, PRINTER_JOB_DONE, NULL);
    assert_int_equal(look(&lost).state, PRINTER_JOB_LOST);
}

static void words(void **state)
{
    (void)state;
    bool hinders = false;
    assert_string_equal(printer_reason_word("media-empty-error", &hinders), "out of paper");
    assert_true(hinders);
    assert_string_equal(printer_reason_word("media-needed", NULL), "out of paper");
    assert_string_equal(printer_reason_word("media-jam-warning", NULL), "paper jam");
    assert_string_equal(printer_reason_word("door-open-report", NULL), "cover open");
    assert_string_equal(printer_reason_word("connecting-to-device", &hinders),
                        "connecting to the printer");
    assert_false(hinders);
    assert_null(printer_reason_word("media-empty-soon", NULL));
    assert_null(printer_reason_word("none", NULL));
    assert_string_equal(printer_job_state_wire(PRINTER_JOB_UNCONFIRMED), "unconfirmed");
    assert_string_equal(printer_job_state_wire(PRINTER_JOB_LOST), "lost");
}

#define WITH_PRINTER(test) cmocka_unit_test_setup(test, in_order)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PRINTER(printed_whole),
        WITH_PRINTER(honest_words),
        WITH_PRINTER(server_from_environment),
        WITH_PRINTER(paper_out),
        WITH_PRINTER(cover_open),
        WITH_PRINTER(not_connected),
        WITH_PRINTER(paper_low),
        WITH_PRINTER(stopped_queue),
        WITH_PRINTER(fault_stops_queue),
        WITH_PRINTER(held),
        WITH_PRINTER(not_allowed),
        WITH_PRINTER(rejecting_queue),
        WITH_PRINTER(no_such_queue),
        WITH_PRINTER(frozen_service),
        WITH_PRINTER(cancelled),
        WITH_PRINTER(aborted),
        cmocka_unit_test(no_service),
        cmocka_unit_test(hung_service),
        cmocka_unit_test(killed_service),
        cmocka_unit_test(words),
    };
    return cmocka_run_group_tests(tests, up, down);
}
