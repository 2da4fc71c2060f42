/*
 * The probe: who is at this address? One short try without patience, for scans and for the doctor of a line. A scan
 * may ask at another speed: the line has it for this one exchange and its own again afterwards, whatever came of it.
 */
#include "exchange.h"

#define SECOND_MS     30
#define SECOND_MAX_MS 200

/* The settings of the line for this exchange; false: as they are. */
static bool other_line(const struct exchange *x, struct channel_conf *conf)
{
    const struct job *job = x->job;
    const struct line *line = x->bus->line;

    *conf = line->conf;
    if (line->framing->on_tcp)
        return false;
    if (job->line_baud > 0)
        conf->baud = job->line_baud;
    if (job->line_parity)
        conf->parity = job->line_parity;
    return conf->baud != line->conf.baud ||
           conf->parity != (line->conf.parity ? line->conf.parity : 'N');
}

static void ask(struct exchange *x)
{
    struct job *job = x->job;
    struct meter_identity identity = {0};

    if (!exchange_ready(x))
        return;
    job->how = x->driver->identify(x->bus, x->address, &identity);
    job->reading.identity = identity; /* the code stands there even where the number did not come */
    if (job->how.end != BUS_OK) {
        exchange_unreached(x);
        return;
    }
    if (x->bus->line->fd >= 0) /* where two have the address the other one's answer follows */
        line_drain(x->bus->line, SECOND_MS, SECOND_MAX_MS, NULL);
    job->reading.has_identity = true;
    job->end = JOB_DONE;
}

void exchange_probe(struct exchange *x)
{
    struct line *line = x->bus->line;
    struct channel_conf own = line->conf, other;

    if (!other_line(x, &other)) {
        ask(x);
        return;
    }
    /* What is known of turnarounds is of the line's own speed. */
    struct place place = x->bus->place[x->address];
    struct timing timing = x->bus->timing;
    line_move(line, &other, line->framing);
    ask(x);
    line_move(line, &own, line->framing);
    x->bus->place[x->address] = place;
    x->bus->timing = timing;
    x->bus->owed_us = 0; /* nobody hears it at this speed */
    x->bus->silent_run = 0;
}
