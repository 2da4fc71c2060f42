/*
 * Bounded sending and receiving: every wait has a deadline. What the bytes mean is in frame.c.
 */
#include "stream.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"

#define SEND_LIMIT_MS 2000 /* a peer that takes no byte for so long is gone */

static ssize_t put(int fd, const uint8_t *bytes, size_t len)
{
    ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT);
    return n < 0 && errno == ENOTSOCK ? write(fd, bytes, len) : n;
}

int stream_send(int fd, const uint8_t *bytes, size_t len, bool *sent)
{
    int64_t deadline = stream_deadline_ms(SEND_LIMIT_MS);
    size_t done = 0;
    *sent = false;
    while (done < len) {
        ssize_t n = put(fd, bytes + done, len - done);
        if (n > 0) {
            done += (size_t)n;
            *sent = true;
        } else if (n < 0 && errno != EAGAIN && errno != EINTR) {
            return -1;
        } else if (n <= 0) {
            int64_t left = deadline - clock_mono_ms();
            struct pollfd p = {.fd = fd, .events = POLLOUT};
            if (left <= 0 || poll(&p, 1, (int)left) == 0)
                return -1;
        }
    }
    return 0;
}

int64_t stream_deadline_ms(int timeout_ms)
{
    return clock_mono_ms() + timeout_ms;
}

int stream_take(int fd, uint8_t *bytes, size_t len, int64_t deadline_ms)
{
    for (;;) {
        int64_t left = deadline_ms - clock_mono_ms();
        struct pollfd p = {.fd = fd, .events = POLLIN};
        int ready = poll(&p, 1, left > 0 ? (int)left : 0);
        if (ready == 0)
            return 0;
        if (ready < 0) {
            if (errno == EINTR)
                continue;
            return -1;
        }
        ssize_t n = read(fd, bytes, len);
        if (n > 0)
            return (int)n;
        if (n == 0 || (errno != EAGAIN && errno != EINTR))
            return -1;
    }
}
