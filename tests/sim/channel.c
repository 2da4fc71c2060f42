/* channel.c - the serial line behind a gateway, and what faults do to frames on it.
 *
 * Belongs here: one exchange at a time (half duplex), bytes that take their time, turnaround,
 * silence, copies and late frames, a gateway's own time-out and re-sending (meters.md 1.1, 2,
 * 5). Not here: TCP (gateway.c), the choice of faults (fault.c), the meters' answers (meter.c).
 */
#define _GNU_SOURCE 1
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "building.h"
#include "civil.h"

static const int64_t bauds[] = {1200, 2400, 4800, 9600, 19200, 38400};

/* The time `count` characters take on the line. */
static int64_t chars_us(const struct channel *c, size_t count)
{
    if (!c->building->line_time) {
        return 0;
    }
    int64_t bits = 10 + (c->parity ? 1 : 0) + c->stop;
    return (int64_t)count * bits * 1000000 / c->baud;
}

static int64_t silence_us(const struct channel *c)
{
    if (!c->building->line_time) {
        return 0;
    }
    return c->baud > 19200 ? 1750 : chars_us(c, 7) / 2;
}

static struct job *job_copy(const struct job *from)
{
    struct job *job = malloc(sizeof *job);
    if (!job) {
        fputs("metersim: out of memory\n", stderr);
        exit(70);
    }
    *job = *from;
    job->next = NULL;
    return job;
}

/* Keeps `travelling` sorted; jobs due at the same time stay in order. Takes the job. */
static void schedule(struct channel *c, struct job *job, int step, int64_t due_us)
{
    job->step = step;
    job->due_us = due_us;
    struct job **link = &c->travelling;
    while (*link && (*link)->due_us <= due_us) {
        link = &(*link)->next;
    }
    job->next = *link;
    *link = job;
}

static void note(struct channel *c, enum fault_kind kind, const struct job *job)
{
    c->building->faults_done[kind]++;
    char what[24];
    snprintf(what, sizeof what, "fault %s", fault_name(kind));
    building_log(c->building, c, what, job->bytes, job->size);
}

/* The exchange is over: the line is free after a silence. */
static void release(struct channel *c, uint64_t frame, int64_t now_us)
{
    if (c->owner != frame) {
        return;
    }
    c->owner = 0;
    c->free_us = now_us + silence_us(c);
    struct job **link = &c->travelling;
    while (*link) {
        struct job *job = *link;
        if (job->step == JOB_GIVE_UP && job->frame == frame) {
            *link = job->next;
            free(job);
        } else {
            link = &job->next;
        }
    }
}

static bool hears(const struct channel *c, const struct meter *m, int address)
{
    return m->present && m->address == address && bauds[m->baud_index] == c->baud &&
           m->parity == c->parity && m->stop == c->stop;
}

static struct meter *meter_at(const struct channel *c, int address)
{
    for (size_t i = 0; i < c->meter_count; i++) {
        if (c->meters[i]->address == address) {
            return c->meters[i];
        }
    }
    return NULL;
}

/* Another master reads another meter, with an answer as long as ours would be. */
static void foreign_exchange(struct channel *c, const struct job *job, int64_t due_us)
{
    struct meter *other = NULL;
    for (size_t i = 0; i < c->meter_count; i++) {
        struct meter *m = c->meters[(i + dice_throw(&c->dice, c->meter_count)) % c->meter_count];
        if (m->present && m->address != job->bytes[0]) {
            other = m;
            break;
        }
    }
    struct job *talk = job_copy(job);
    uint8_t request[8] = {other ? (uint8_t)other->address : 247, 0x03, 0x02, 0x00, 0x00, 48};
    if (job->bytes[1] == 0x03 && job->size == 6) {
        memcpy(request + 2, job->bytes + 2, 4);
    }
    memcpy(talk->bytes, request, 6);
    talk->size = frame_seal(talk->bytes, 6);
    gateway_send(c, c->replies_to_all ? 0 : job->client, talk->bytes, talk->size);
    if (!other) {
        free(talk);
        return;
    }
    uint8_t reply[FRAME_MAX];
    meter_advance(other, building_now_ms(c->building));
    talk->size = meter_answer(other, request, 6, (struct origin){0}, reply);
    memcpy(talk->bytes, reply, talk->size);
    talk->size = frame_seal(talk->bytes, talk->size);
    talk->stray = true;
    talk->raw = true;
    schedule(c, talk, JOB_REPLY, due_us);
}

/* Faults that strike before the request reaches the meter. Returns false when it does not. */
static bool request_survives(struct channel *c, struct job *job, int64_t arrival_us)
{
    bool *hit = job->hits.hit;
    bool survives = true;
    if (hit[FAULT_RESET] && c->type != CHANNEL_RTU) {
        note(c, FAULT_RESET, job);
        gateway_reset(c, job->client);
        survives = dice_throw(&c->dice, 2) == 0;
    }
    struct client *client = gateway_client(c, job->client);
    if (hit[FAULT_HALF_OPEN] && client && c->type != CHANNEL_RTU) {
        note(c, FAULT_HALF_OPEN, job);
        client->deaf = true;
        client->in_size = 0;
        survives = survives && dice_throw(&c->dice, 2) == 0;
    }
    if (hit[FAULT_BIT_FLIP] && dice_throw(&c->dice, 2) == 0) {
        note(c, FAULT_BIT_FLIP, job); /* in the request: the meter's CRC throws it away */
        hit[FAULT_BIT_FLIP] = false;
        survives = false;
    }
    if (hit[FAULT_FOREIGN_MASTER]) {
        note(c, FAULT_FOREIGN_MASTER, job);
        if (c->type != CHANNEL_TCP) {
            foreign_exchange(c, job, arrival_us);
            hit[FAULT_FOREIGN_MASTER] = false;
        }
    }
    for (int kind = 0; kind < FAULT_KINDS; kind++) {
        if (hit[kind] && (kind == FAULT_REQUEST_LOST || kind == FAULT_DEAD)) {
            note(c, (enum fault_kind)kind, job);
            survives = false;
        }
    }
    return survives;
}

/* The answer 01 of a gateway (or line) that does not let 0x20 through. */
static bool refuse_20(struct channel *c, const struct job *job, int64_t now_us)
{
    if (job->bytes[1] != 0x20 || (!c->refuses_20 && !job->hits.hit[FAULT_REFUSE_20])) {
        return false;
    }
    if (!c->refuses_20) {
        note(c, FAULT_REFUSE_20, job);
    }
    struct job *reply = job_copy(job);
    reply->bytes[1] = 0xA0;
    reply->bytes[2] = 1;
    reply->size = c->type == CHANNEL_TCP ? 3 : frame_seal(reply->bytes, 3);
    schedule(c, reply, JOB_REPLY, now_us);
    return true;
}

/* A request gets the line. Borrows the job. */
static void begin(struct channel *c, struct job *job, int64_t now_us)
{
    c->owner = job->frame;
    c->requests++;
    int64_t arrival_us = now_us + chars_us(c, job->size + 2) + silence_us(c);
    job->hits = fault_draw(&c->building->faults, &c->dice, c->name, meter_at(c, job->bytes[0]),
                           job->bytes[1]);
    building_log(c->building, c, job->tries ? "request (re-sent)" : "request", job->bytes,
                 job->size);
    if (refuse_20(c, job, now_us)) {
        return;
    }
    bool survives = request_survives(c, job, arrival_us);
    bool late = survives && job->hits.hit[FAULT_REQUEST_LATE];
    if (survives && job->hits.hit[FAULT_REQUEST_DOUBLED]) {
        note(c, FAULT_REQUEST_DOUBLED, job);
        struct job *second = job_copy(job);
        second->copy = true;
        second->stray = true;
        int64_t later_us = job->hits.amount[FAULT_REQUEST_DOUBLED] * 1000;
        schedule(c, second, JOB_ACT, arrival_us + later_us);
    }
    if (late) {
        note(c, FAULT_REQUEST_LATE, job);
        struct job *held = job_copy(job);
        held->stray = true;
        int64_t most_us = job->hits.amount[FAULT_REQUEST_LATE] * 1000;
        int64_t hold_us = most_us / 2 + (int64_t)dice_throw(&c->dice, (uint64_t)(most_us / 2) + 1);
        schedule(c, held, JOB_ACT, now_us + hold_us);
    } else if (survives) {
        schedule(c, job_copy(job), JOB_ACT, arrival_us);
    }
    if (c->type == CHANNEL_TCP) {
        schedule(c, job_copy(job), JOB_GIVE_UP, arrival_us + c->timeout_ms * 1000);
    } else if (late || !survives) {
        schedule(c, job_copy(job), JOB_GIVE_UP, arrival_us);
    }
}

/* Everybody at that address answers: normally one; two make a collision. */
static int ask_meters(struct channel *c, const struct job *job, uint8_t *reply, size_t *size)
{
    struct origin origin = {.frame = job->frame, .copy = job->copy, .at_utc_ms = civil_utc_ms()};
    int answers = 0;
    int address = job->bytes[0];
    struct meter *takers[8];
    int taker_count = 0;
    for (size_t i = 0; i < c->meter_count && taker_count < 8; i++) {
        if (hears(c, c->meters[i], address)) {
            takers[taker_count++] = c->meters[i];
        }
    }
    for (int i = 0; i < taker_count; i++) {
        struct meter *m = takers[i];
        meter_advance(m, building_now_ms(c->building));
        size_t n = meter_answer(m, job->bytes, job->size, origin, reply);
        if (c->building->told && n > 3 && job->bytes[1] == 0x03 && job->bytes[2] == 0x02) {
            truth_told(c->building, m);
        }
        meter_advance(m, m->as_of_ms);
        if (m->changed) {
            state_save_meter(c->building, m);
        }
        if (n > 0) {
            answers++;
            *size = n;
        }
    }
    return answers;
}

/* Faults of an answer that leave no whole frame, or a wrong one. Behind a protocol gateway
 * they all end the same way: it throws the answer away. Returns false when nothing is sent. */
static bool damage_reply(struct channel *c, struct job *reply)
{
    static const enum fault_kind kinds[] = {FAULT_WRONG_ADDRESS, FAULT_BIT_FLIP, FAULT_CUT,
                                            FAULT_NOISE, FAULT_FOREIGN_MASTER};
    const bool *hit = reply->hits.hit;
    bool damaged = false;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (hit[kinds[i]]) {
            note(c, kinds[i], reply);
            damaged = true;
        }
    }
    if (hit[FAULT_REPLY_LOST]) {
        note(c, FAULT_REPLY_LOST, reply);
        return false;
    }
    if (c->type == CHANNEL_TCP) {
        return !damaged;
    }
    if (hit[FAULT_WRONG_ADDRESS]) {
        reply->bytes[0] = (uint8_t)(reply->bytes[0] % 247 + 1);
    }
    reply->size = frame_seal(reply->bytes, reply->size);
    if (hit[FAULT_BIT_FLIP]) {
        uint64_t first = dice_throw(&c->dice, reply->size * 8);
        reply->bytes[first / 8] ^= (uint8_t)(1 << first % 8);
        uint64_t second = dice_throw(&c->dice, reply->size * 8);
        if (second != first) {
            reply->bytes[second / 8] ^= (uint8_t)(1 << second % 8);
        }
    }
    if (hit[FAULT_CUT]) {
        reply->size = 1 + dice_throw(&c->dice, reply->size - 1);
    }
    if (hit[FAULT_NOISE]) {
        size_t count = 1 + dice_throw(&c->dice, 8);
        memmove(reply->bytes + count, reply->bytes, reply->size);
        for (size_t i = 0; i < count; i++) {
            reply->bytes[i] = (uint8_t)dice_throw(&c->dice, 256);
        }
        reply->size += count;
    }
    return true;
}

static void send_reply(struct channel *c, struct job *reply, int64_t now_us)
{
    const bool *hit = reply->hits.hit;
    int64_t end_us = now_us + (c->building->line_time ? c->turnaround_ms * 1000 : 0) +
                     chars_us(c, reply->size + 2);
    bool owner = !reply->stray;
    if (!damage_reply(c, reply)) {
        if (owner && c->type != CHANNEL_TCP) {
            schedule(c, job_copy(reply), JOB_GIVE_UP, end_us);
        }
        return;
    }
    if (hit[FAULT_REPLY_DOUBLED]) {
        note(c, FAULT_REPLY_DOUBLED, reply);
        struct job *second = job_copy(reply);
        second->stray = true;
        schedule(c, second, JOB_REPLY, end_us + reply->hits.amount[FAULT_REPLY_DOUBLED] * 1000);
    }
    struct job *first = job_copy(reply);
    if (hit[FAULT_REPLY_LATE]) {
        note(c, FAULT_REPLY_LATE, reply);
        if (owner && c->type != CHANNEL_TCP) {
            schedule(c, job_copy(reply), JOB_GIVE_UP, end_us);
            first->stray = true;
        }
        end_us += reply->hits.amount[FAULT_REPLY_LATE] * 1000;
    }
    schedule(c, first, JOB_REPLY, end_us);
}

/* The request is at the meter. */
static void act(struct channel *c, struct job *job, int64_t now_us)
{
    struct job *reply = job_copy(job);
    int answers;
    if (job->hits.hit[FAULT_EXCEPTION]) {
        note(c, FAULT_EXCEPTION, job);
        reply->bytes[1] |= 0x80;
        reply->bytes[2] = (uint8_t)job->hits.amount[FAULT_EXCEPTION];
        reply->size = 3;
        answers = 1;
    } else {
        answers = ask_meters(c, job, reply->bytes, &reply->size);
    }
    if (answers > 1) {
        reply->hits.hit[FAULT_BIT_FLIP] = true;
    }
    bool gateway_listens = c->type != CHANNEL_TCP || !job->stray;
    if (answers > 0 && gateway_listens) {
        send_reply(c, reply, now_us);
    } else if (answers == 0 && !job->stray && c->type != CHANNEL_TCP) {
        release(c, job->frame, now_us);
    }
    free(reply);
}

static void reply_arrives(struct channel *c, struct job *job, int64_t now_us)
{
    if (c->type == CHANNEL_TCP && !job->stray && c->owner != job->frame) {
        return; /* the gateway has given up */
    }
    gateway_reply(c, job);
    if (!job->stray) {
        release(c, job->frame, now_us);
    }
}

static void give_up(struct channel *c, struct job *job, int64_t now_us)
{
    if (c->owner != job->frame) {
        return;
    }
    if (c->type == CHANNEL_TCP && job->tries < c->resend) {
        job->tries++;
        job->copy = true;
        begin(c, job, now_us);
        return;
    }
    if (c->type == CHANNEL_TCP && c->absent != ABSENT_SILENT) {
        job->bytes[1] |= 0x80;
        job->bytes[2] = (uint8_t)c->absent;
        job->size = 3;
        gateway_reply(c, job);
    }
    release(c, job->frame, now_us);
}

void channel_work(struct channel *c, int64_t now_us)
{
    for (;;) {
        struct job *job = c->travelling;
        if (job && job->due_us <= now_us) {
            c->travelling = job->next;
            if (job->step == JOB_ACT) {
                act(c, job, now_us);
            } else if (job->step == JOB_REPLY) {
                reply_arrives(c, job, now_us);
            } else {
                give_up(c, job, now_us);
            }
            free(job);
        } else if (c->queue && !c->owner && c->free_us <= now_us) {
            job = c->queue;
            c->queue = job->next;
            begin(c, job, now_us);
            free(job);
        } else {
            return;
        }
    }
}

int64_t channel_next_us(const struct channel *c)
{
    int64_t next = c->travelling ? c->travelling->due_us : INT64_MAX;
    if (c->queue && !c->owner && c->free_us < next) {
        next = c->free_us;
    }
    return next;
}

void channel_take(struct channel *c, uint64_t client, uint16_t transaction, const uint8_t *bytes,
                  size_t size, int64_t now_us)
{
    struct job job = {
        .frame = ++c->building->last_frame,
        .client = client,
        .transaction = transaction,
        .size = size,
    };
    memcpy(job.bytes, bytes, size);
    size_t waiting = 0;
    struct job **link = &c->queue;
    for (; *link; link = &(*link)->next) {
        waiting++;
    }
    if (waiting >= 32) {
        building_log(c->building, c, "queue full", bytes, size);
        return;
    }
    *link = job_copy(&job);
    channel_work(c, now_us);
}

static void free_jobs(struct job *job)
{
    while (job) {
        struct job *next = job->next;
        free(job);
        job = next;
    }
}

void channel_free(struct channel *c)
{
    if (c) {
        gateway_close_all(c);
        free_jobs(c->queue);
        free_jobs(c->travelling);
        free(c->meters);
        free(c->name);
        free(c);
    }
}
