/*
 * What time decides of alarms, and what only the engine knows: channels, orders in doubt, protections, batches, printers,
 * disks, the backup, and alarms whose cause has been gone for long enough.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alarm.h"
#include "db.h"
#include "message.h"
#include "text.h"

#define MIB          1048576
#define BATCH_LOOK_S 86400 /* batches that stopped longer ago are no news */

/* One round over a kind: causes are said, and what was known and is not said any more is gone. */
struct sync {
    struct books *books;
    enum alarm_kind kind;
    int64_t now;
    json_t *known; /* {"object":true} */
    json_t *said;  /* the same of those of this round: of several causes the first is told */
    struct effects *fx;
    struct err *e;
};

static int sync_begin(struct sync *s)
{
    struct db_row *row = NULL;
    int rc =
        db_find(books_db(s->books), SQL_alarm_known, &row, s->e, "s", alarm_type(s->kind)->word);

    s->known = json_object();
    s->said = json_object();
    for (int more = row != NULL; rc == 0 && more;) {
        json_object_set_new(s->known, db_text(row, 0), json_true());
        more = db_next(row, s->e);
        rc = more < 0 ? more : 0;
    }
    db_done(row);
    return rc;
}

static int sync_cause(struct sync *s, const struct alarm_object *object, const struct err *why)
{
    if (json_object_get(s->said, object->name))
        return 0;
    json_object_set_new(s->said, object->name, json_true());
    json_object_del(s->known, object->name);
    return alarm_raise(s->books, s->kind, object, why, s->now, s->fx, s->e);
}

static int sync_end(struct sync *s, int rc)
{
    const char *object;
    json_t *unused;

    if (rc == 0) {
        json_object_foreach(s->known, object, unused)
        {
            rc = alarm_clear(s->books, s->kind, object, s->now, s->fx, s->e);
            if (rc != 0)
                break;
        }
    }
    json_decref(s->known);
    json_decref(s->said);
    return rc;
}

/* Rows of a statement in memory: what is done with one writes while they would be read. */
#define ROWS_MAX 2000
struct found {
    int64_t id, number, time;
    char name[64], text[64];
};

struct found_list {
    struct found *list;
    size_t count;
};

typedef void found_read_fn(struct db_row *row, struct found *out);

static int found_take(struct db_row *row, found_read_fn *read, struct found_list *out,
                      struct err *e)
{
    int rc = 0;

    for (int more = row != NULL; rc == 0 && more && out->count < ROWS_MAX;) {
        out->list = mem_grow(out->list, (out->count + 1) * sizeof *out->list);
        struct found *f = &out->list[out->count++];
        memset(f, 0, sizeof *f);
        read(row, f);
        more = db_next(row, e);
        rc = more < 0 ? more : 0;
    }
    db_done(row);
    return rc;
}

/* ---- channels */

static void channel_read(struct db_row *row, struct found *out)
{
    out->id = db_int(row, 0);
    text_copy(out->name, sizeof out->name, db_text(row, 1));
    out->number = db_int(row, 2);
}

static int line_cause(struct sync *s, const struct alarm_line *line)
{
    struct db_row *row = NULL;
    struct err why = line->why;
    char name[64] = "";
    int rc = db_find(books_db(s->books), SQL_alarm_channel_name, &row, s->e, "i", line->channel_id);

    if (rc == 0 && row)
        text_copy(name, sizeof name, db_text(row, 0));
    db_done(row);
    if (rc != 0 || name[0] == '\0')
        return rc;
    if (why.code == 0)
        err_set(&why, MSG_ALARM_LINE_DOWN, name);
    return sync_cause(s, &(struct alarm_object){name, 0, line->channel_id}, &why);
}

static int channels(struct sync *s, const struct alarm_facts *facts)
{
    struct found_list lost = {0};
    struct db_row *row = NULL;
    int rc = sync_begin(s);

    for (size_t i = 0; i < facts->line_count && rc == 0; i++) {
        if (facts->lines[i].down)
            rc = line_cause(s, &facts->lines[i]);
    }
    if (rc == 0)
        rc = db_find(books_db(s->books), SQL_alarm_channels_lost, &row, s->e, "");
    if (rc == 0)
        rc = found_take(row, channel_read, &lost, s->e);
    for (size_t i = 0; i < lost.count && rc == 0; i++) {
        struct err why = {0};
        err_set(&why, MSG_ALARM_LOST_CHANNEL, lost.list[i].number, lost.list[i].name);
        rc = sync_cause(s, &(struct alarm_object){lost.list[i].name, 0, lost.list[i].id}, &why);
    }
    free(lost.list);
    return sync_end(s, rc);
}

/* ---- orders in doubt, protections, batches */

static void meter_read(struct db_row *row, struct found *out)
{
    out->id = db_int(row, 0);
    text_copy(out->name, sizeof out->name, db_text(row, 1));
    out->time = db_int(row, 2);
    if (db_columns(row) > 3)
        text_copy(out->text, sizeof out->text, db_text(row, 3));
}

typedef void meter_why_fn(const struct found *f, struct err *why);

static void in_doubt_why(const struct found *f, struct err *why)
{
    if (f->text[0])
        err_set(why, MSG_ALARM_IN_DOUBT_SALE, f->text);
    else
        err_set(why, MSG_ALARM_IN_DOUBT);
}

static void protection_why(const struct found *f, struct err *why)
{
    err_set(why, MSG_ALARM_PROTECTION, f->time);
}

static int meters(struct sync *s, enum sql_id id, int64_t before_utc, meter_why_fn *say)
{
    struct found_list list = {0};
    struct db_row *row = NULL;
    int rc = sync_begin(s);

    if (rc == 0)
        rc = db_find(books_db(s->books), id, &row, s->e, "i", before_utc);
    if (rc == 0)
        rc = found_take(row, meter_read, &list, s->e);
    for (size_t i = 0; i < list.count && rc == 0; i++) {
        struct err why = {0};
        say(&list.list[i], &why);
        rc = sync_cause(s, &(struct alarm_object){list.list[i].name, list.list[i].id, 0}, &why);
    }
    free(list.list);
    return sync_end(s, rc);
}

static void batch_read(struct db_row *row, struct found *out)
{
    out->id = db_int(row, 0);
    text_copy(out->text, sizeof out->text, db_text(row, 1));
}

/* As long as somebody can still decide what becomes of the rest; and until somebody has seen it. */
static int batches(struct sync *s)
{
    struct found_list list = {0};
    struct db_row *row = NULL;
    int rc = sync_begin(s);

    if (rc == 0)
        rc = db_find(books_db(s->books), SQL_alarm_batches, &row, s->e, "i", s->now - BATCH_LOOK_S);
    if (rc == 0)
        rc = found_take(row, batch_read, &list, s->e);
    for (size_t i = 0; i < list.count && rc == 0; i++) {
        struct err why = {0};
        char object[24];
        err_set(&why, MSG_ALARM_BATCH, list.list[i].id, list.list[i].text);
        snprintf(object, sizeof object, "%lld", (long long)list.list[i].id);
        rc = sync_cause(s, &(struct alarm_object){.name = object}, &why);
    }
    free(list.list);
    return sync_end(s, rc);
}

/* ---- printers, disks, backup */

static int printers(struct sync *s, const struct alarm_facts *facts)
{
    int rc = sync_begin(s);

    for (size_t i = 0; i < facts->queue_count && rc == 0; i++) {
        const struct alarm_queue *q = &facts->queues[i];
        struct err why = {0};
        if (!q->trouble[0])
            continue;
        err_set(&why, MSG_ALARM_PRINTER, q->queue, q->trouble);
        rc = sync_cause(s, &(struct alarm_object){.name = q->queue}, &why);
    }
    return sync_end(s, rc);
}

/* Less than the limit, until there is a tenth more. */
static int disk(struct sync *s, const char *folder, int64_t free_bytes)
{
    const int64_t least = setting_number(s->books, "alarm.disk_mib") * MIB;
    struct err why = {0};

    if (free_bytes < 0) /* not known: it stays as it is */
        json_object_del(s->known, folder);
    if (free_bytes < 0 ||
        free_bytes >= (json_object_get(s->known, folder) ? least + least / 10 : least))
        return 0;
    err_set(&why, MSG_ALARM_DISK, folder, free_bytes / MIB);
    return sync_cause(s, &(struct alarm_object){.name = folder}, &why);
}

static int disks(struct sync *s, const struct alarm_facts *facts)
{
    int rc = sync_begin(s);

    if (rc == 0 && facts->disk)
        rc = disk(s, facts->disk, facts->disk_free);
    if (rc == 0 && facts->backup_disk && facts->backup_disk[0])
        rc = disk(s, facts->backup_disk, facts->backup_free);
    return sync_end(s, rc);
}

static int backup(struct sync *s)
{
    const struct alarm_object object = {.name = ""};
    const int64_t most = setting_number(s->books, "alarm.backup_s");
    struct err why = {0};
    struct db_row *row = NULL;
    char at[8];
    int rc = sync_begin(s);

    if (rc == 0)
        rc = db_find(books_db(s->books), SQL_alarm_backup, &row, s->e, "");
    if (rc == 0 && row) {
        const bool planned = setting_text(s->books, "backup.at", at, sizeof at)[0] != '\0';
        if (strcmp(db_text(row, 0), "failed") == 0)
            err_set(&why, MSG_ALARM_BACKUP_FAILED);
        else if (strcmp(db_text(row, 1), "failed") == 0)
            err_set(&why, MSG_ALARM_BACKUP_SECOND);
        else if (planned && !db_null(row, 2) && s->now - db_int(row, 2) > most)
            err_set(&why, MSG_ALARM_BACKUP_OLD, db_int(row, 2));
    }
    db_done(row);
    if (rc == 0 && why.code)
        rc = sync_cause(s, &object, &why);
    return sync_end(s, rc);
}

/* ---- ends */

struct gone {
    int64_t id, since;
    bool acked;
    char kind[24], object[128];
};

static int gone_end(struct sync *s)
{
    struct gone *list = NULL;
    size_t count = 0;
    struct db_row *row = NULL;
    int rc = db_find(books_db(s->books), SQL_alarm_gone_list, &row, s->e, "");

    for (int more = row != NULL; rc == 0 && more;) {
        list = mem_grow(list, (count + 1) * sizeof *list);
        struct gone *g = &list[count++];
        *g =
            (struct gone){.id = db_int(row, 0), .since = db_int(row, 3), .acked = !db_null(row, 4)};
        text_copy(g->kind, sizeof g->kind, db_text(row, 1));
        more = db_next(row, s->e);
        rc = more < 0 ? more : 0;
    }
    db_done(row);
    for (size_t i = 0; i < count && rc == 0; i++)
        rc = alarm_end(s->books, list[i].id, list[i].kind, list[i].since, list[i].acked, s->now,
                       s->fx, s->e);
    free(list);
    return rc;
}

/* Meters of a channel that was handed over. */
static int handed(struct sync *s)
{
    struct gone *list = NULL;
    size_t count = 0;
    struct db_row *row = NULL;
    int rc = db_find(books_db(s->books), SQL_alarm_handed, &row, s->e, "");

    for (int more = row != NULL; rc == 0 && more;) {
        list = mem_grow(list, (count + 1) * sizeof *list);
        struct gone *g = &list[count++];
        text_copy(g->kind, sizeof g->kind, db_text(row, 0));
        text_copy(g->object, sizeof g->object, db_text(row, 1));
        more = db_next(row, s->e);
        rc = more < 0 ? more : 0;
    }
    db_done(row);
    for (size_t i = 0; i < count && rc == 0; i++)
        rc = alarm_clear(s->books, (enum alarm_kind)alarm_kind_find(list[i].kind), list[i].object,
                         s->now, s->fx, s->e);
    free(list);
    return rc;
}

/* A limit that was taken back is over at once, not at each meter's next reading. */
static int no_limit(struct sync *s, const char *setting)
{
    if (setting_number(s->books, setting) > 0)
        return 0;
    int rc = sync_begin(s);
    return sync_end(s, rc);
}

int alarm_tick(struct books *b, int64_t now_utc, const struct alarm_facts *facts,
               struct effects *fx, struct err *e)
{
    struct sync s = {.books = b, .now = now_utc, .fx = fx, .e = e, .kind = ALARM_LOST_CHANNEL};
    int rc = channels(&s, facts);

    s.kind = ALARM_IN_DOUBT;
    if (rc == 0)
        rc = meters(&s, SQL_alarm_in_doubt, now_utc - setting_number(b, "alarm.in_doubt_s"),
                    in_doubt_why);
    s.kind = ALARM_PROTECTION;
    if (rc == 0)
        rc = meters(&s, SQL_alarm_protections, now_utc - setting_number(b, "alarm.protection_s"),
                    protection_why);
    s.kind = ALARM_BATCH;
    if (rc == 0)
        rc = batches(&s);
    s.kind = ALARM_PRINTER;
    if (rc == 0)
        rc = printers(&s, facts);
    s.kind = ALARM_DISK;
    if (rc == 0)
        rc = disks(&s, facts);
    s.kind = ALARM_BACKUP;
    if (rc == 0)
        rc = backup(&s);
    s.kind = ALARM_DAY;
    if (rc == 0)
        rc = no_limit(&s, "alarm.day_kwh");
    s.kind = ALARM_MONTH;
    if (rc == 0)
        rc = no_limit(&s, "alarm.month_kwh");
    if (rc == 0)
        rc = handed(&s);
    return rc == 0 ? gone_end(&s) : rc;
}
