/*
 * The bus: one request at a time with everything around it. Before: connection, late bytes of earlier
 * requests drained, silence. After: the time it took, what it came to, and how long its reply may
 * still be under way. Reads may be tried twice; whatever changes a meter is sent once, unless surely not
 * a byte of it left.
 */
#include "line_bus.h"

#include <string.h>

#include "clock.h"
#include "stray.h"

#define MBAP_TYPE          "tcp" /* a protocol gateway gives no frame of others */
#define READ_MAX           123   /* registers, meters.md 1.1 */
#define SHORT_SETTLE_MS    20    /* bytes were there: is there more? */
#define TWIN_SETTLE_MS     50    /* a copy of the reply before could pass for this one's */
#define BABBLE_MS          2000
#define LEARN_BYTES        5 /* the shortest frame */
#define BUSY_WAIT_MS       200
#define DEAD_RUN           4     /* so many silent requests in a row ... */
#define DEAD_MS            10000 /* ... for so long: the connection may be half open */
#define EXCEPTION_ACK      0x05
#define EXCEPTION_BUSY     0x06
#define EXCEPTION_PATH     0x0A
#define EXCEPTION_TARGET   0x0B
#define READ_TRIES_PATIENT 2
#define GATEWAY_MAX_MS     3000
#define LATE_MAX_US        INT64_C(30000000) /* an answer that is later is nobody's */
#define LAG_AGAIN_MS       200 /* this machine is so late that a silence may be its own doing */

/* One request as the steps around it see it. */
struct request {
    uint8_t address;
    int timeout_ms;
    int64_t wire_us, began_us;
};

static void tap_frame(void *owner, char direction, const uint8_t *bytes, size_t len)
{
    struct bus *bus = owner;
    const size_t room = sizeof bus->stray - bus->stray_len;
    record_frame(&bus->record, direction, bytes, len);
    if (direction == '<' && strcmp(bus->line->conf.type, MBAP_TYPE) != 0) {
        const size_t take = len < room ? len : room;
        memcpy(bus->stray + bus->stray_len, bytes, take);
        bus->stray_len += take;
    }
}

static void tap_remark(void *owner, const char *text)
{
    struct bus *bus = owner;
    record_remark(&bus->record, "%s", text);
}

void bus_init(struct bus *bus, struct line *line, struct log *log)
{
    memset(bus, 0, sizeof *bus);
    bus->line = line;
    bus->patient = true;
    bus->record = (struct record){.line = line, .log = log, .response_us = -1};
    line->tap = (struct framing_tap){.owner = bus, .frame = tap_frame};
    line->remark = tap_remark;
}

void bus_moved(struct bus *bus)
{
    pthread_mutex_lock(&bus->line->lock);
    memset(bus->place, 0, sizeof bus->place);
    pthread_mutex_unlock(&bus->line->lock);
    memset(&bus->timing, 0, sizeof bus->timing);
    memset(&bus->last_read, 0, sizeof bus->last_read);
    bus->owed_us = 0;
    bus->asked_last = 0;
    bus->stray_len = 0;
    bus->gateway_us = 0;
    bus->silent_run = 0;
}

void bus_begin(struct bus *bus, struct job *job)
{
    bus->patient = job->priority != JOB_SWEEP && job->kind != JOB_PROBE;
    record_begin(&bus->record, job);
}

void bus_end(struct bus *bus)
{
    record_end(&bus->record);
    bus->patient = true;
}

/* A connection on which nobody answers for long may be half open: a new one costs little. */
static bool seems_dead(const struct bus *bus)
{
    const struct line *line = bus->line;
    int64_t since = bus->answered_ms > line->connected_ms ? bus->answered_ms : line->connected_ms;
    return line->framing->on_tcp && bus->silent_run >= DEAD_RUN &&
           clock_mono_ms() - since > DEAD_MS;
}

/* A late answer comes from somebody who was asked lately; some adapters give our own request back. */
static bool is_ours(const void *ctx, uint8_t address, bool request)
{
    const struct bus *bus = ctx;
    const struct place *place = &bus->place[address];
    if (request)
        return address == bus->asked_last;
    return place->asked_us != 0 && timing_now_us() - place->asked_us < LATE_MAX_US;
}

static void strange_note(struct bus *bus, int64_t now_utc, int64_t frames)
{
    const int64_t span = now_utc / STRANGE_SPAN_S;
    const size_t at = (size_t)(span % STRANGE_SPANS);
    if (bus->strange[at].span != span)
        bus->strange[at].frames = 0;
    bus->strange[at].span = span;
    bus->strange[at].frames += frames;
}

int64_t bus_strange_lately(const struct bus *bus, int64_t now_utc)
{
    const int64_t span = now_utc / STRANGE_SPAN_S;
    int64_t frames = 0;
    for (size_t i = 0; i < STRANGE_SPANS; i++)
        frames += bus->strange[i].span > span - STRANGE_SPANS ? bus->strange[i].frames : 0;
    return frames;
}

/* What came and was no answer: is somebody else's talk in it? */
static void strays_count(struct bus *bus)
{
    const size_t frames =
        bus->stray_len > 0 ? stray_frames(bus->stray, bus->stray_len, is_ours, bus) : 0;
    bus->stray_len = 0;
    if (frames == 0)
        return;
    record_remark(&bus->record, "frames of somebody else: %zu", frames);
    pthread_mutex_lock(&bus->line->lock);
    bus->line->status.strange += (int64_t)frames;
    bus->line->status.strange_utc = clock_utc();
    strange_note(bus, bus->line->status.strange_utc, (int64_t)frames);
    pthread_mutex_unlock(&bus->line->lock);
}

/* Takes off the line what is there, and waits for a reply that may still come where it could be taken
 * for this request's or collide with it. -1: the peer has closed. */
static long drain(struct bus *bus, uint8_t address)
{
    int64_t left_ms = 0, last_us = 0;
    uint8_t owing = bus->owed_address;
    /* Who was silent before too is hardly late: its neighbours do not wait for it. */
    if (bus->owed_us != 0 && (address == owing || bus->place[owing].timing.silent <= 1))
        left_ms = (bus->owed_us - timing_now_us() + 999) / 1000;
    if (left_ms < bus->listen_ms)
        left_ms = bus->listen_ms;
    bus->listen_ms = 0;
    long taken = line_drain(bus->line, (int)left_ms, (int)left_ms + BABBLE_MS, &last_us);
    if (taken > 0 && left_ms < SHORT_SETTLE_MS) {
        long more = line_drain(bus->line, SHORT_SETTLE_MS, BABBLE_MS, &last_us);
        taken = more < 0 ? more : taken + more;
    }
    if (taken >= LEARN_BYTES && bus->owed_us != 0 && last_us > bus->owed_began_us)
        timing_answer(&bus->place[owing].timing, last_us - bus->owed_began_us);
    if (taken >= 0)
        bus->owed_us = 0;
    return taken;
}

/* Everything before the request: false with *result filled when the line is not there. */
static bool ready(struct bus *bus, uint8_t address, struct bus_result *result)
{
    struct line *line = bus->line;
    struct err e = {0};
    *result = (struct bus_result){.end = BUS_DOWN};
    if (line->fd >= 0 && seems_dead(bus)) {
        record_remark(&bus->record, "reconnect: nobody answers");
        line_close(line);
        bus->silent_run = 0;
    }
    for (int attempt = 0; attempt < 2; attempt++) {
        if (line->fd < 0 && line_connect(line, &e) != 0)
            return false;
        if (drain(bus, address) >= 0) {
            strays_count(bus);
            line_silence(line);
            return true;
        }
        record_remark(&bus->record, "reconnect: the peer had closed");
        line_lost(line, "closed by the peer");
    }
    return false;
}

static void answered(struct bus *bus, const struct request *request)
{
    int64_t took = timing_now_us() - request->began_us - request->wire_us;
    timing_answer(&bus->place[request->address].timing, took);
    timing_answer(&bus->timing, took);
    bus->silent_run = 0;
    bus->answered_ms = clock_mono_ms();
    line_good(bus->line);
}

/* A doubled reply of a read passes for that of another block of the same length: nothing in it tells
 * the start. Where two such reads follow each other the line is listened to for a moment. */
static void guard_twin(struct bus *bus, uint8_t address, uint8_t function, uint16_t start,
                       uint16_t count)
{
    struct bus_read_shape shape = {address, function, count, start};
    const struct bus_read_shape *last = &bus->last_read;
    bool twin = last->address == address && last->function == function && last->count == count &&
                last->start != start;
    bus->last_read = shape;
    bus->listen_ms = twin ? TWIN_SETTLE_MS : 0;
}

static int patience_ms(const struct bus *bus, const struct timing *timing, bool patient)
{
    const struct channel_conf *conf = &bus->line->conf;
    return timing_timeout_ms(timing, &bus->timing, patient, conf->timeout_min_ms,
                             conf->timeout_max_ms);
}

/* No answer, or none that can be used: one may still be under way. */
static void unanswered(struct bus *bus, const struct request *request)
{
    struct place *place = &bus->place[request->address];
    place->checked_epoch = 0; /* who answers next time may be another meter */
    bus->owed_us = timing_now_us() + 1000 * patience_ms(bus, &place->timing, false);
    bus->owed_address = request->address;
    bus->owed_began_us = request->began_us + request->wire_us;
    bus->silent_run++;
}

static void quality_count(struct bus *bus, const struct request *request,
                          const struct bus_result *result)
{
    int64_t responded_us = bus->record.response_us;
    pthread_mutex_lock(&bus->line->lock);
    quality_note(&bus->quality, result, responded_us);
    quality_note(&bus->place[request->address].quality, result, responded_us);
    pthread_mutex_unlock(&bus->line->lock);
}

static void note(struct bus *bus, const struct request *request, const struct bus_result *result)
{
    struct timing *timing = &bus->place[request->address].timing;
    int64_t took_ms = (timing_now_us() - request->began_us) / 1000;
    bus->place[request->address].asked_us = request->began_us;
    bus->asked_last = request->address;
    bus->line->last_byte_us = timing_now_us();
    switch (result->end) {
    case BUS_OK:
        answered(bus, request);
        bus->stray_len = 0; /* it was the answer */
        break;
    case BUS_EXCEPTION:
        bus->stray_len = 0;
        if (result->exception == EXCEPTION_PATH || result->exception == EXCEPTION_TARGET) {
            timing_silence(timing);
            bus->silent_run = 0;
            bus->gateway_us = timing_now_us() - request->began_us;
        } else {
            answered(bus, request);
        }
        record_remark(&bus->record, "exception %02X", result->exception);
        break;
    case BUS_SILENT:
        unanswered(bus, request);
        timing_silence(timing);
        record_remark(&bus->record, "timeout %lld ms", (long long)took_ms);
        break;
    case BUS_GARBAGE:
        unanswered(bus, request);
        record_remark(&bus->record, "no matching reply");
        break;
    case BUS_DOWN:
        record_remark(&bus->record, "line lost, %s",
                      result->sent ? "after sending" : "nothing sent");
        line_lost(bus->line, "lost in use");
        break;
    }
    line_count(bus->line, result->end, bus->record.response_us);
    quality_count(bus, request, result);
}

static struct request request_of(const struct bus *bus, uint8_t address, size_t characters,
                                 bool changes)
{
    const struct channel_conf *conf = &bus->line->conf;
    struct request r = {.address = address};
    r.wire_us = timing_wire_us(conf->baud, characters) + 2 * timing_silence_us(conf->baud);
    int wait_ms = changes ? conf->timeout_max_ms
                          : patience_ms(bus, &bus->place[address].timing, bus->patient);
    /* A gateway that says who is absent always answers: asked again before that, it would answer late. */
    int64_t says_ms = bus->gateway_us * 5 / 4000;
    if (wait_ms < says_ms)
        wait_ms = says_ms < GATEWAY_MAX_MS ? (int)says_ms : GATEWAY_MAX_MS;
    r.timeout_ms = wait_ms + (int)((r.wire_us + 999) / 1000) + timing_lag_ms(&bus->line->lag);
    return r;
}

/* Is a read worth a second try? Prepares it. */
static bool again(struct bus *bus, uint8_t address, const struct bus_result *result)
{
    if (result->end == BUS_OK)
        return false;
    if (result->end == BUS_EXCEPTION) {
        bool busy = result->exception == EXCEPTION_BUSY || result->exception == EXCEPTION_ACK;
        if (busy)
            clock_sleep_ms(BUSY_WAIT_MS);
        return busy;
    }
    const struct timing *timing = &bus->place[address].timing;
    if (result->end == BUS_SILENT && bus->line->framing->on_tcp && timing->known &&
        bus->silent_run >= 2) {
        record_remark(&bus->record, "reconnect");
        line_close(bus->line);
        bus->silent_run = 0;
    }
    return true;
}

struct bus_result bus_read(struct bus *bus, uint8_t address, uint8_t function, uint16_t start,
                           uint16_t count, uint16_t *regs)
{
    struct bus_result result = {.end = BUS_DOWN};
    if (address < 1 || address > BUS_ADDRESS_MAX || count < 1 || count > READ_MAX)
        return result;
    bool late = timing_lag_ms(&bus->line->lag) >= LAG_AGAIN_MS;
    int tries = bus->patient || late ? READ_TRIES_PATIENT : 1;
    bool reconnected = false;
    guard_twin(bus, address, function, start, count);
    for (int i = 0; i < tries; i++) {
        struct request request = request_of(bus, address, 13 + 2 * (size_t)count, false);
        if (!ready(bus, address, &result))
            return result;
        request.began_us = timing_now_us();
        result = bus->line->framing->read(bus->line->ctx, address, function, start, count, regs,
                                          request.timeout_ms);
        note(bus, &request, &result);
        if (result.end == BUS_DOWN && !reconnected) {
            reconnected = true; /* closed while idle: once more, whoever asks */
            tries++;
        } else if (!again(bus, address, &result)) {
            break;
        }
    }
    return result;
}

/* After a change without an answer: its late reply must not meet the read-back. */
static void outwait(struct bus *bus, const struct request *request)
{
    struct place *place = &bus->place[request->address];
    int64_t last_us = 0;
    int settle = patience_ms(bus, &place->timing, true);
    if (bus->line->fd < 0)
        return;
    long taken = line_drain(bus->line, settle, 3 * settle, &last_us);
    if (taken < 0)
        line_lost(bus->line, "closed by the peer");
    else
        bus->owed_us = 0;
    if (taken >= LEARN_BYTES)
        timing_answer(&place->timing, last_us - request->began_us - request->wire_us);
}

/* What a write or a vendor request differ in. */
struct change {
    uint8_t address, function;
    uint16_t start, count;
    const uint16_t *regs;
    const uint8_t *body;
    size_t body_len, reply_len;
    uint8_t *reply;
};

static struct bus_result change_once(struct bus *bus, const struct change *c, int timeout_ms)
{
    const struct framing *framing = bus->line->framing;
    void *ctx = bus->line->ctx;
    if (c->regs)
        return framing->write(ctx, c->address, c->start, c->count, c->regs, timeout_ms);
    return framing->vendor(ctx, c->address, c->function, c->body, c->body_len, c->reply_len,
                           c->reply, timeout_ms);
}

static struct bus_result change(struct bus *bus, const struct change *c, size_t characters)
{
    struct bus_result result = {.end = BUS_DOWN};
    if (c->address < 1 || c->address > BUS_ADDRESS_MAX) /* never a broadcast, meters.md 1.11 */
        return result;
    for (int i = 0; i < 2; i++) {
        struct request request = request_of(bus, c->address, characters, true);
        if (!ready(bus, c->address, &result))
            return result;
        request.began_us = timing_now_us();
        result = change_once(bus, c, request.timeout_ms);
        note(bus, &request, &result);
        if (result.end == BUS_SILENT || result.end == BUS_GARBAGE)
            outwait(bus, &request);
        if (result.end != BUS_DOWN || result.sent)
            break;
    }
    return result;
}

struct bus_result bus_write(struct bus *bus, uint8_t address, uint16_t start, uint16_t count,
                            const uint16_t *regs)
{
    struct change c = {.address = address, .start = start, .count = count, .regs = regs};
    if (count < 1 || count > READ_MAX)
        return (struct bus_result){.end = BUS_DOWN};
    return change(bus, &c, 17 + 2 * (size_t)count);
}

struct bus_result bus_vendor(struct bus *bus, uint8_t address, uint8_t function,
                             const uint8_t *body, size_t body_len, size_t reply_len, uint8_t *reply)
{
    struct change c = {.address = address,
                       .function = function,
                       .body = body,
                       .body_len = body_len,
                       .reply_len = reply_len,
                       .reply = reply};
    return change(bus, &c, 8 + body_len + reply_len);
}

int bus_err(struct err *e, const struct bus_result *result, uint8_t address)
{
    int64_t at = address, code = result->exception;
    switch (result->end) {
    case BUS_OK: break;
    case BUS_SILENT: return err_set(e, MSG_FIELD_METER_SILENT, at);
    case BUS_GARBAGE: return err_set(e, MSG_FIELD_METER_GARBAGE, at);
    case BUS_DOWN: return err_set(e, MSG_FIELD_LINE_LOST, at);
    case BUS_EXCEPTION:
        if (code == EXCEPTION_PATH || code == EXCEPTION_TARGET)
            return err_set(e, MSG_FIELD_METER_GATEWAY, at, code);
        if (code == EXCEPTION_BUSY || code == EXCEPTION_ACK)
            return err_set(e, MSG_FIELD_METER_BUSY, at);
        return err_set(e, MSG_FIELD_METER_REFUSES, at, code);
    }
    return err_set(e, MSG_INTERNAL, "bus_err without an error");
}
