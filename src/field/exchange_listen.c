/*
 * Listening: for some seconds nothing is sent, and what comes is counted. Whoever hears something has another master on the
 * line, or noise; who hears nothing knows little, for a gateway may pass answers only to who asked.
 */
#include "clock.h"
#include "exchange.h"

#define PIECE_MS    50
#define OURS_MAX_MS 30000 /* an exchange of ours that goes on after the line was given away */

void exchange_listen(struct exchange *x)
{
    struct job *job = x->job;
    struct line *line = x->bus->line;
    const int64_t patience = clock_mono_ms() + OURS_MAX_MS;
    struct err e = {0};
    long got = 0;

    while (job->wait && job->wait(job) && clock_mono_ms() < patience && line_pause(line, PIECE_MS))
        continue;
    if (line->fd < 0 && line_connect(line, &e) != 0) {
        exchange_unreached(x);
        return;
    }
    const int64_t end = clock_mono_ms() + job->listen_ms;
    while (got >= 0 && clock_mono_ms() < end) {
        if (line_stopping(line)) {
            exchange_drop(job);
            break;
        }
        got = line_drain(line, 0, 0, NULL); /* one read: bytes before an end count */
        job->heard += got > 0 ? got : 0;
        if (got == 0)
            line_pause(line, PIECE_MS);
    }
    line_close(line); /* whoever takes the line next finds its device free */
    if (job->end == JOB_DROPPED)
        return;
    if (got < 0 && job->heard == 0) /* sent away, as by a gateway that another client has */
        exchange_unreached(x);
    else
        job->end = JOB_DONE;
}
