/*
 * A print service whose answer gets lost: a wire between Metertill and a real cupsd is cut at one request. What may
 * have been printed is called unsure and is looked up; everything else surely printed nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
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
#define PAPER   "THE-PAPER-ITSELF"

/* Cut when these bytes come by; `answer`: they still reach the service, its answer does not come back. */
struct cut {
    const char *at;
    bool answer;
};

static struct {
    char dir[64], service[64], wire[64];
    int port, listen_fd;
    _Atomic(const struct cut *) cut; /* one time, then NULL */
    atomic_bool stop;
    pthread_t thread;
} rig;

static struct printer_target direct = {.server = rig.service, .queue = "receipt", .confirms = true};
static struct printer_target wired = {.server = rig.wire, .queue = "receipt", .confirms = true};

static int run(const char *format, const char *what)
{
    char command[256];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(command, sizeof command, format, what);
#pragma GCC diagnostic pop
    return system(command);
}

static int dial(void)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                             .sin_port = htons((uint16_t)rig.port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, (struct sockaddr *)&to, sizeof to) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Passes on what came; false: the wire ends here. *armed: the cut's bytes went by, the answer is next. */
static bool pass(int from, int to, bool upward, bool *armed)
{
    char bytes[65536];
    ssize_t n = recv(from, bytes, sizeof bytes, 0);
    if (n <= 0)
        return false;
    const struct cut *cut = atomic_load(&rig.cut);
    if (!upward && *armed) {
        atomic_store(&rig.cut, NULL);
        return false;
    }
    if (upward && cut && memmem(bytes, (size_t)n, cut->at, strlen(cut->at))) {
        if (!cut->answer) {
            atomic_store(&rig.cut, NULL);
            return false;
        }
        *armed = true;
    }
    return send(to, bytes, (size_t)n, MSG_NOSIGNAL) == n;
}

static void carry(int client, int service)
{
    bool armed = false;
    struct pollfd fds[2] = {{.fd = client, .events = POLLIN}, {.fd = service, .events = POLLIN}};
    while (!atomic_load(&rig.stop)) {
        poll(fds, 2, 100);
        if (fds[0].revents && !pass(client, service, true, &armed))
            break;
        if (fds[1].revents && !pass(service, client, false, &armed))
            break;
    }
}

/* One connection after the other: that is how a printer_submit() talks. */
static void *wire_main(void *arg)
{
    struct pollfd fd = {.fd = rig.listen_fd, .events = POLLIN};
    (void)arg;
    while (!atomic_load(&rig.stop)) {
        if (poll(&fd, 1, 100) != 1)
            continue;
        int client = accept(rig.listen_fd, NULL, NULL), service = dial();
        if (service >= 0)
            carry(client, service);
        close(client);
        close(service);
    }
    return NULL;
}

static int up(void **state)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    char path[96];
    (void)state;
    snprintf(rig.dir, sizeof rig.dir, "/tmp/metertill-cut-XXXXXX");
    if (!mkdtemp(rig.dir) || run("sh " SCRIPT " start %s", rig.dir) != 0)
        return -1;
    snprintf(path, sizeof path, "%s/port", rig.dir);
    FILE *f = fopen(path, "r");
    if (!f || fscanf(f, "%d", &rig.port) != 1)
        return -1;
    fclose(f);
    snprintf(rig.service, sizeof rig.service, "127.0.0.1:%d", rig.port);
    rig.listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(rig.listen_fd, (struct sockaddr *)&at, sizeof at) != 0 ||
        listen(rig.listen_fd, 8) != 0 ||
        getsockname(rig.listen_fd, (struct sockaddr *)&at, &size) != 0)
        return -1;
    snprintf(rig.wire, sizeof rig.wire, "127.0.0.1:%d", ntohs(at.sin_port));
    return pthread_create(&rig.thread, NULL, wire_main, NULL);
}

static int down(void **state)
{
    (void)state;
    atomic_store(&rig.stop, true);
    pthread_join(rig.thread, NULL);
    close(rig.listen_fd);
    run("sh " SCRIPT " stop %s", rig.dir);
    return run("rm -rf %s", rig.dir);
}

static int printed_files(void)
{
    char path[128], text[16] = "";
    snprintf(path, sizeof path, "ls %s/dev/*.raw 2>/dev/null | wc -l", rig.dir);
    FILE *f = popen(path, "r");
    if (f && !fgets(text, sizeof text, f))
        text[0] = '\0';
    if (f)
        pclose(f);
    return (int)strtol(text, NULL, 10);
}

/* Nothing is in the service's hands any more. */
static void settled(void)
{
    struct printer_status status = {.jobs = 1};
    struct err e = {0};
    int64_t end = clock_mono_ms() + WAIT_MS;
    while (status.jobs > 0 && clock_mono_ms() < end) {
        assert_int_equal(printer_look(&direct, &status, &e), 0);
        clock_sleep_ms(20);
    }
    assert_int_equal(status.jobs, 0);
}

static int submit(const struct cut *cut, struct printer_job *job, struct err *e)
{
    atomic_store(&rig.cut, cut);
    int rc = printer_submit(&wired, "S-2026-000001", PAPER, strlen(PAPER), job, e);
    assert_null(atomic_load(&rig.cut)); /* it was cut */
    return rc;
}

/* The service has the paper, its answer is lost: unsure, with the job's name; looked up, it is printed. */
static void answer_lost(void **state)
{
    static const struct cut cut = {.at = PAPER, .answer = true};
    struct printer_job job;
    struct printer_job_status status = {0};
    struct err e = {0};
    int before = printed_files();
    (void)state;
    assert_int_equal(submit(&cut, &job, &e), ERR_AGAIN);
    assert_int_equal(e.msg, MSG_PRINTER_UNSURE);
    assert_true(job.id > 0);
    assert_int_equal(strncmp(job.uuid, "urn:uuid:", 9), 0);
    settled();
    assert_int_equal(printer_job_look(&wired, &job, &status, &e), 0);
    assert_int_equal(status.state, PRINTER_JOB_DONE);
    assert_int_equal(printed_files(), before + 1);
}

/* Cut in the middle of the paper's request: the service does not have it whole and prints nothing. */
static void paper_broken(void **state)
{
    static const struct cut cut = {.at = "last-document"};
    struct printer_job job;
    struct err e = {0};
    int before = printed_files();
    (void)state;
    assert_int_equal(submit(&cut, &job, &e), ERR_IO);
    assert_int_equal(e.msg, MSG_PRINTER_BROKEN);
    assert_int_equal(job.id, 0);
    settled();
    assert_int_equal(printed_files(), before);
}

/* The job may have been made, but no paper was ever sent: refused, nothing printed. */
static void job_unknown(void **state)
{
    static const struct cut cut = {.at = "job-name", .answer = true};
    struct printer_job job;
    struct err e = {0};
    int before = printed_files();
    (void)state;
    assert_true(submit(&cut, &job, &e) < 0);
    assert_int_not_equal(e.msg, MSG_PRINTER_UNSURE);
    assert_int_equal(job.id, 0);
    assert_int_equal(printed_files(), before);
    assert_int_equal(printer_submit(&wired, "S-2026-000001", PAPER, strlen(PAPER), &job, &e), 0);
    int64_t end = clock_mono_ms() + WAIT_MS;
    while (printed_files() == before && clock_mono_ms() < end)
        clock_sleep_ms(20);
    assert_int_equal(printed_files(), before + 1);
}

/* Taken back: from the service that has it, by its uuid only; what is over is no error. */
static void taken_back(void **state)
{
    struct printer_job job, other;
    struct printer_job_status status = {0};
    struct err e = {0};
    (void)state;
    assert_int_equal(run("echo paper-out > %s/dev/mode", rig.dir), 0);
    assert_int_equal(printer_submit(&direct, "S-2026-000002", "b", 1, &job, &e), 0);
    other = job;
    other.uuid[strlen(other.uuid) - 1] ^= 1;
    assert_int_equal(printer_job_cancel(&direct, &other, &e), 0); /* another's: left alone */
    assert_int_equal(printer_job_look(&direct, &job, &status, &e), 0);
    assert_int_not_equal(status.state, PRINTER_JOB_CANCELLED);
    assert_int_equal(printer_job_cancel(&direct, &job, &e), 0);
    int64_t end = clock_mono_ms() + WAIT_MS;
    while (status.state != PRINTER_JOB_CANCELLED && clock_mono_ms() < end) {
        assert_int_equal(printer_job_look(&direct, &job, &status, &e), 0);
        clock_sleep_ms(20);
    }
    assert_int_equal(status.state, PRINTER_JOB_CANCELLED);
    assert_int_equal(printer_job_cancel(&direct, &job, &e), 0);
    assert_int_equal(run("echo ok > %s/dev/mode", rig.dir), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answer_lost), cmocka_unit_test(paper_broken), cmocka_unit_test(taken_back),
        cmocka_unit_test(job_unknown), /* last: its empty job waits a while at the service */
    };
    return cmocka_run_group_tests_name("cups_cut", tests, up, down);
}
