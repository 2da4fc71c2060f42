/*
 * A serial line (channel type rtu): a pseudo terminal with the test's meter at the other end. The same
 * frames as on rtu-tcp, so only the transport is tried: opening, a sale, a lost reply, the lock.
 */
#include <fcntl.h>
#include <grp.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "serial.h"
#include "work.h"

/* The meter's side: answers whole requests until told to stop. */
static void *far_end(void *arg)
{
    struct server *s = arg;
    uint8_t bytes[1024];
    size_t got = 0;
    while (!s->stop) {
        struct pollfd p = {.fd = s->fd, .events = POLLIN};
        if (poll(&p, 1, 20) <= 0 || !(p.revents & POLLIN))
            continue;
        ssize_t n = read(s->fd, bytes + got, sizeof bytes - got);
        if (n <= 0)
            continue;
        got += (size_t)n;
        pthread_mutex_lock(&s->lock);
        for (size_t len; (len = server_frame(s, bytes, got)) > 0; got -= len) {
            s->answer(s, bytes, len);
            memmove(bytes, bytes + len, got - len);
        }
        pthread_mutex_unlock(&s->lock);
    }
    return NULL;
}

static void sale_on_a_serial_line(void **state)
{
    struct site s;
    struct work w;
    struct err e = {0};
    struct channel_conf conf = {
        .id = 1, .name = "S1", .type = "rtu", .baud = 38400, .quiet_ms = 50, .timeout_max_ms = 250};
    (void)state;
    meter_init(&s.meter, &s.server);
    pthread_mutex_init(&s.server.lock, NULL);
    s.server.fd = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(s.server.fd >= 0 && grantpt(s.server.fd) == 0 && unlockpt(s.server.fd) == 0);
    assert_int_equal(ptsname_r(s.server.fd, conf.device, sizeof conf.device), 0);
    int keep = open(conf.device, O_RDWR | O_NOCTTY); /* the line stays while nobody has it open */
    assert_true(keep >= 0);
    assert_int_equal(field_new(&s.field, NULL, &e), 0);
    assert_int_equal(field_channel_add(s.field, &conf, &e), 0);
    assert_int_equal(pthread_create(&s.server.thread, NULL, far_end, &s.server), 0);
    work_init(&w, JOB_TOPUP, JOB_PROVE);
    w.job.amount_minor = 10000;
    w.job.quiet_first = true;
    site_run(&s, &w, "....l");
    assert_int_equal(w.job.end, JOB_DONE);
    assert_int_equal(w.deed, DEED_UNKNOWN);
    assert_int_equal(s.meter.balance, 11234);

    struct field *other; /* a second program finds the line taken, and says so */
    struct channel_status status;
    struct work k;
    assert_int_equal(field_new(&other, NULL, &e), 0);
    assert_int_equal(field_channel_add(other, &conf, &e), 0);
    work_init(&k, JOB_READ, JOB_INTERACTIVE);
    assert_int_equal(field_submit(other, 1, &k.job, &e), 0);
    work_wait(&k);
    assert_int_equal(k.job.end, JOB_UNREACHED);
    assert_true(field_status(other, 1, &status));
    assert_non_null(strstr(status.trouble, "SERIAL_"));
    field_free(other);

    field_free(s.field);
    s.server.stop = true;
    pthread_join(s.server.thread, NULL);
    close(keep);
    close(s.server.fd);
    pthread_mutex_destroy(&s.server.lock);
    work_clear(&w);
    work_clear(&k);
}

static struct err opened(const char *device)
{
    struct err e = {0};
    struct serial_conf conf = {
        .channel = "S1", .device = device, .baud = 9600, .low_latency = true};
    int fd = -1;
    if (serial_open(&conf, &fd, &e) == 0)
        close(fd);
    return e;
}

static void sentences(void **state)
{
    char device[64], path[] = "/tmp/metertill-serial-XXXXXX";
    struct err e;
    (void)state;
    e = opened("/dev/no-such-adapter");
    assert_int_equal(e.msg, MSG_SERIAL_MISSING);
    assert_string_equal(e.arg[1].text, "/dev/no-such-adapter");
    int file = mkstemp(path);
    e = opened(path);
    assert_int_equal(e.msg, MSG_SERIAL_FAILED);
    close(file);
    unlink(path);

    int master = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
    assert_int_equal(ptsname_r(master, device, sizeof device), 0);
    int holder = open(device, O_RDWR | O_NOCTTY);
    assert_true(holder >= 0);
    assert_int_equal(opened(device).code, 0);
    assert_int_equal(flock(holder, LOCK_EX), 0); /* another name for it in this very program */
    assert_int_equal(opened(device).msg, MSG_SERIAL_OURS);
    pid_t child = fork();
    if (child == 0) {
        int mine = open(device, O_RDWR | O_NOCTTY);
        _exit(mine >= 0 && flock(mine, LOCK_EX | LOCK_NB) != 0 &&
                      opened(device).msg == MSG_SERIAL_TAKEN
                  ? 0
                  : 1);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    close(holder);

    struct group *group = getgrnam("dialout");
    if (geteuid() == 0 && group && chown(device, 0, group->gr_gid) == 0 &&
        chmod(device, 0660) == 0) {
        assert_int_equal(seteuid(65534), 0);
        e = opened(device);
        assert_int_equal(seteuid(0), 0);
        assert_int_equal(e.msg, MSG_SERIAL_DENIED);
        assert_string_equal(e.arg[3].text, "dialout");
    }
    close(master);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(sale_on_a_serial_line),
                                       cmocka_unit_test(sentences)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
