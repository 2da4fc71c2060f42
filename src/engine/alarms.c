/*
 * The engine's part of the alarms: every few seconds, and soon after something happened, it tells the books what it knows of
 * lines, printers and disks, and has them look what time has decided. Which alarm that makes is src/model's.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "alarm.h"
#include "clock.h"
#include "core.h"
#include "field.h"
#include "text.h"

#define LOOK_MS      5000
#define LOOK_SOON_MS 300

struct alarms {
    int64_t next_ms;
    bool looking;
};

/* One look. */
struct look {
    struct work work;
    struct alarm_facts facts;
    char *disk, *backup_disk;
};

static void look_free(struct look *l)
{
    free(l->facts.lines);
    free(l->facts.queues);
    free(l->disk);
    free(l->backup_disk);
    work_free(l);
}

static int look_within(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    const struct look *l = ctx;
    return alarm_tick(b, clock_utc(), &l->facts, fx, e);
}

/* The disks are asked on the writer's thread: one that hangs must not stop the sessions. */
static int64_t disk_free(const char *folder, unsigned long *id)
{
    struct statvfs v;
    if (statvfs(folder, &v) != 0)
        return -1;
    *id = v.f_fsid;
    return (int64_t)v.f_bavail * (int64_t)v.f_frsize;
}

static void look_run(struct engine *engine, struct books *books, struct work *work)
{
    struct look *l = (struct look *)work;
    unsigned long one = 0, other = 0;
    (void)engine;
    l->facts.disk_free = disk_free(l->facts.disk, &one);
    l->facts.backup_free = disk_free(l->facts.backup_disk, &other);
    if (l->facts.backup_free < 0 || one == other)
        l->facts.backup_disk = ""; /* not there yet, or the same one */
    work->code = books_within(books, look_within, l, &work->fx, &work->err);
}

static void look_done(struct engine *engine, struct work *work)
{
    if (work->code)
        log_err(engine->log, "alarms", &work->err);
    if (engine->alarms)
        engine->alarms->looking = false;
    look_free((struct look *)work);
}

/* ---- what the engine knows */

static void lines_look(struct engine *engine, struct alarm_facts *f)
{
    f->lines = mem_new((engine->channel_count + 1) * sizeof *f->lines);
    for (size_t i = 0; engine->field && i < engine->channel_count; i++) {
        struct channel_status st = {0};
        if (!field_status(engine->field, engine->channels[i].id, &st))
            continue;
        f->lines[f->line_count++] = (struct alarm_line){
            .channel_id = engine->channels[i].id, .down = st.state == LINE_BACKOFF, .why = st.why};
    }
}

static void printers_look(struct engine *engine, struct alarm_facts *f)
{
    json_t *state = print_known(engine), *list = json_object_get(state, "queues"), *one;
    size_t i;
    f->queues = mem_new((json_array_size(list) + 1) * sizeof *f->queues);
    json_array_foreach(list, i, one)
    {
        struct alarm_queue *q = &f->queues[f->queue_count++];
        text_copy(q->queue, sizeof q->queue, json_string_value(json_object_get(one, "queue")));
        text_copy(q->trouble, sizeof q->trouble, json_string_value(json_object_get(one, "needs")));
    }
    json_decref(state);
}

static char *folder_of(const char *path)
{
    char *folder = mem_text(path), *slash = strrchr(folder, '/');
    if (slash)
        slash[slash == folder] = '\0';
    return folder;
}

static struct look *look_new(struct engine *engine)
{
    struct look *l = work_new(sizeof *l, look_run, look_done);
    lines_look(engine, &l->facts);
    printers_look(engine, &l->facts);
    l->facts.disk = l->disk = folder_of(engine->database);
    l->facts.backup_disk = l->backup_disk = mem_text(config_get(engine->config, CONFIG_BACKUP_DIR));
    return l;
}

/* ---- the loop */

void alarms_start(struct engine *engine)
{
    engine->alarms = mem_new(sizeof *engine->alarms);
}

void alarms_free(struct engine *engine)
{
    free(engine->alarms);
    engine->alarms = NULL;
}

void alarms_look_soon(struct engine *engine)
{
    struct alarms *a = engine->alarms;
    int64_t soon = clock_mono_ms() + LOOK_SOON_MS;
    if (a && a->next_ms > soon)
        a->next_ms = soon;
}

/* What may end or begin an alarm that no reading tells of. */
void alarms_note(struct engine *engine, const char *event)
{
    static const char *const events[] = {"order", "backup", "books", "batch", "lock_out"};
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        if (strcmp(event, events[i]) == 0)
            alarms_look_soon(engine);
    }
}

void alarms_run(struct engine *engine)
{
    struct alarms *a = engine->alarms;
    struct err e = {0};
    if (!a || a->looking || engine->stopping || clock_mono_ms() < a->next_ms)
        return;
    a->next_ms = clock_mono_ms() + LOOK_MS;
    struct look *l = look_new(engine);
    a->looking = writer_push(engine, l, &e);
    if (!a->looking)
        look_free(l);
}
