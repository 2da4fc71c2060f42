/*
 * A line: one connection, its back-off, and the care that keeps one request's late bytes away from the
 * next one's reply. Requests themselves are in bus.c, their bytes in drivers/.
 */
#include "line.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "message.h"
#include "text.h"
#include "transport.h"

#define DELAY_FIRST_MS  1000
#define DELAY_MAX_MS    30000
#define DELAY_PACED_MS  50 /* the shortest, where a test's clock runs fast */
#define URGENT_AFTER_MS 1000
#define YOUNG_MS        1000 /* a connection lost younger than this is no idle close */
#define DRAIN_CHUNK     512

void line_init(struct line *line, const struct channel_conf *conf, const struct framing *framing,
               int stop_fd)
{
    memset(line, 0, sizeof *line);
    line->conf = *conf;
    line->framing = framing;
    line->stop_fd = stop_fd;
    line->fd = -1;
    line->delay_ms = DELAY_FIRST_MS;
    line->last_try_ms = clock_mono_ms() - DELAY_MAX_MS;
    line->status.id = conf->id;
    pthread_mutex_init(&line->lock, NULL);
}

void line_move(struct line *line, const struct channel_conf *conf, const struct framing *framing)
{
    line_close(line);
    line->conf = *conf;
    line->framing = framing;
    line->delay_ms = DELAY_FIRST_MS;
    line->last_try_ms = clock_mono_ms() - DELAY_MAX_MS;
    pthread_mutex_lock(&line->lock);
    line->retry_ms = 0;
    pthread_mutex_unlock(&line->lock);
    line_state_set(line, LINE_IDLE, "");
}

void line_clear(struct line *line)
{
    line_close(line);
    pthread_mutex_destroy(&line->lock);
}

void line_state_set(struct line *line, enum line_state state, const char *trouble)
{
    pthread_mutex_lock(&line->lock);
    line->status.state = state;
    text_copy(line->status.trouble, sizeof line->status.trouble, trouble);
    if (state == LINE_IDLE || state == LINE_UP)
        line->status.why = (struct err){0};
    pthread_mutex_unlock(&line->lock);
}

/* The sentence for people that goes with the state. */
static void why_set(struct line *line, const struct err *why)
{
    pthread_mutex_lock(&line->lock);
    line->status.why = *why;
    pthread_mutex_unlock(&line->lock);
}

void line_count(struct line *line, enum bus_end end, int64_t response_us)
{
    struct channel_status *s = &line->status;
    pthread_mutex_lock(&line->lock);
    s->requests++;
    if (response_us >= 0)
        s->response_us_smoothed +=
            (response_us - s->response_us_smoothed) / (s->response_us_smoothed ? 8 : 1);
    s->lag_ms = line->lag.us / 1000;
    switch (end) {
    case BUS_OK: s->answers++; break;
    case BUS_EXCEPTION: s->exceptions++; break;
    case BUS_SILENT: s->timeouts++; break;
    case BUS_GARBAGE: s->garbage++; break;
    case BUS_DOWN: break;
    }
    pthread_mutex_unlock(&line->lock);
}

static void remark(const struct line *line, const char *text)
{
    if (line->remark)
        line->remark(line->tap.owner, text);
}

static void back_off(struct line *line, const char *why)
{
    int64_t paced_ms = clock_paced_ms(line->delay_ms);
    pthread_mutex_lock(&line->lock); /* whoever looks at the status computes with it */
    line->retry_ms = clock_mono_ms() + (paced_ms > DELAY_PACED_MS ? paced_ms : DELAY_PACED_MS);
    pthread_mutex_unlock(&line->lock);
    line->delay_ms = line->delay_ms * 2 < DELAY_MAX_MS ? line->delay_ms * 2 : DELAY_MAX_MS;
    line_state_set(line, LINE_BACKOFF, why);
}

int line_connect(struct line *line, struct err *e)
{
    line_close(line);
    line->last_try_ms = clock_mono_ms();
    int fd = -1;
    int rc = line->framing->on_tcp ? transport_tcp(&line->conf, &fd, e)
                                   : transport_serial(&line->conf, &fd, e);
    if (rc == 0) {
        line->ctx = line->framing->attach(fd, &line->tap, e);
        if (!line->ctx) {
            close(fd);
            rc = e->code;
        }
    }
    if (rc != 0) {
        char text[ERR_TEXT_MAX + 16];
        snprintf(text, sizeof text, "no connection: %s",
                 e->detail[0] ? e->detail : message_get(e->msg)->name);
        remark(line, text);
        why_set(line, e); /* whoever sees the state sees why */
        back_off(line, e->detail[0] ? e->detail : message_get(e->msg)->name);
        return rc;
    }
    line->fd = fd;
    line->epoch++;
    line->connected_ms = clock_mono_ms();
    pthread_mutex_lock(&line->lock);
    line->retry_ms = 0;
    line->status.reconnects += line->epoch > 1;
    line->status.state = LINE_UP;
    line->status.trouble[0] = '\0';
    line->status.why = (struct err){0};
    pthread_mutex_unlock(&line->lock);
    return 0;
}

void line_close(struct line *line)
{
    if (line->fd < 0)
        return;
    line->framing->detach(line->ctx);
    line->ctx = NULL;
    close(line->fd);
    line->fd = -1;
    line_state_set(line, LINE_DOWN, "");
}

void line_lost(struct line *line, const char *why)
{
    bool young = clock_mono_ms() - line->connected_ms < YOUNG_MS;
    line_close(line);
    if (!young) {
        line_state_set(line, LINE_DOWN, why);
        return;
    }
    struct err e = {0};
    if (line->framing->on_tcp)
        err_set(&e, MSG_FIELD_LINE_CLOSED, line->conf.name);
    else
        err_set(&e, MSG_FIELD_LINE_DOWN, line->conf.name, N_("it is closed at once"));
    err_detail(&e, "%s", why);
    why_set(line, &e);
    back_off(line, why);
}

void line_good(struct line *line)
{
    line->delay_ms = DELAY_FIRST_MS;
}

int64_t line_backoff_ms(const struct line *line, bool urgent)
{
    int64_t now = clock_mono_ms();
    if (line->fd >= 0 || line->retry_ms == 0 || now >= line->retry_ms)
        return 0;
    if (urgent && now - line->last_try_ms >= URGENT_AFTER_MS)
        return 0;
    return line->retry_ms - now;
}

int64_t line_urgent_ms(const struct line *line)
{
    int64_t left = line_backoff_ms(line, true);
    int64_t until = line->last_try_ms + URGENT_AFTER_MS - clock_mono_ms();
    return left < until ? left : until;
}

bool line_pause(const struct line *line, int64_t ms)
{
    struct pollfd p = {.fd = line->stop_fd, .events = POLLIN};
    return poll(&p, 1, ms > 0 ? (int)ms : 0) == 0;
}

/* Waits for the line, the stop, or the end. > 0: something is there on the line. */
static int wait_line(const struct line *line, int64_t ms, bool till_stop)
{
    struct pollfd p[2] = {{.fd = line->fd, .events = POLLIN},
                          {.fd = till_stop ? line->stop_fd : -1, .events = POLLIN}};
    int ready = poll(p, 2, ms > 0 ? (int)ms : 0);
    return ready > 0 && p[0].revents != 0;
}

bool line_stopping(const struct line *line)
{
    struct pollfd p = {.fd = line->stop_fd, .events = POLLIN};
    return poll(&p, 1, 0) > 0;
}

/* A serial device that was pulled out reads as nothing there for ever. */
static bool hung_up(int fd)
{
    struct pollfd p = {.fd = fd};
    return poll(&p, 1, 0) > 0 && (p.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
}

/* One read that does not block: bytes, 0 nothing there, -1 gone. */
static ssize_t take(const struct line *line, uint8_t *bytes, size_t size)
{
    ssize_t n = recv(line->fd, bytes, size, MSG_DONTWAIT);
    if (n < 0 && errno == ENOTSOCK) {
        n = read(line->fd, bytes, size);
        if (n == 0)
            return hung_up(line->fd) ? -1 : 0; /* 0: a serial device with nothing there */
    }
    if (n > 0)
        return n;
    return n < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
}

long line_drain(struct line *line, int settle_ms, int max_ms, int64_t *last_us)
{
    uint8_t bytes[DRAIN_CHUNK];
    long taken = 0;
    int64_t now = clock_mono_ms(), end = now + max_ms, quiet_from = now;
    for (;;) {
        ssize_t n = take(line, bytes, sizeof bytes);
        if (n < 0)
            return -1;
        now = clock_mono_ms();
        if (n > 0) {
            taken += n;
            quiet_from = now;
            line->last_byte_us = timing_now_us();
            if (last_us)
                *last_us = line->last_byte_us;
            remark(line, "late bytes, dropped:");
            if (line->tap.frame)
                line->tap.frame(line->tap.owner, '<', bytes, (size_t)n);
        }
        int64_t left = quiet_from + settle_ms - now;
        if (left > end - now)
            left = end - now;
        if (left <= 0)
            return taken;
        wait_line(line, left, false);
    }
}

void line_silence(struct line *line)
{
    int64_t from = timing_now_us();
    int64_t left = line->last_byte_us + timing_silence_us(line->conf.baud) - from;
    if (left <= 0)
        return;
    usleep((useconds_t)left);
    timing_lag_note(&line->lag, timing_now_us() - from - left);
}

enum line_quiet line_quiet(struct line *line, struct err *e)
{
    char text[64];
    if (line->framing->on_tcp || line->fd < 0) {
        remark(line, "reconnect");
        if (line_connect(line, e) != 0)
            return LINE_QUIET_DOWN;
    }
    snprintf(text, sizeof text, "quiet %d ms", line->conf.quiet_ms);
    remark(line, text);
    int64_t end = clock_mono_ms() + line->conf.quiet_ms;
    bool closed = false;
    for (int64_t left; (left = end - clock_mono_ms()) > 0;) {
        if (line_stopping(line))
            return LINE_QUIET_STOPPED;
        if (wait_line(line, left, true) && line_drain(line, 0, 0, NULL) < 0) {
            line_lost(line, "closed while quiet");
            if (closed || line_connect(line, e) != 0) {
                if (closed)
                    err_set(e, MSG_FIELD_LINE_DOWN, line->conf.name, N_("it is closed at once"));
                return LINE_QUIET_DOWN;
            }
            closed = true;
        }
    }
    return LINE_QUIET;
}
