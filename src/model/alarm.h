/*
 * Alarms: the table of kinds, and an alarm's life: its cause is there, it is raised, acknowledged with a note, its cause
 * is gone, it is cleared. Everything runs inside a transaction of the writer (books_within() or a request) and may be
 * said any number of times. What must be told to whom is notice.h; who looks, and when, is alarm_meter.c and alarm_tick.c.
 */
#ifndef ALARM_H
#define ALARM_H

#include "books.h"

enum alarm_kind {
    ALARM_ARREARS,
    ALARM_AMOUNT2,
    ALARM_AMOUNT1,
    ALARM_OVERLOAD,
    ALARM_FAULT,
    ALARM_LOST_METER,
    ALARM_LOST_CHANNEL,
    ALARM_DAY,
    ALARM_MONTH,
    ALARM_ENERGY,
    ALARM_CLOCK,
    ALARM_DRIFT,
    ALARM_UNDONE,
    ALARM_PURCHASE,
    ALARM_IN_DOUBT,
    ALARM_STRANGER,
    ALARM_PROTECTION,
    ALARM_BATCH,
    ALARM_PRINTER,
    ALARM_DISK,
    ALARM_BACKUP,
    ALARM_TEST,
    ALARM_COUNT
};

enum alarm_severity { ALARM_URGENT = 1, ALARM_WARNING, ALARM_NOTICE };

struct alarm_type {
    const char *word;  /* in the books, in settings and on the wire: "lost meter" */
    const char *title; /* N_() for people */
    const char *about; /* N_() what its objects are: "Meter" */
    enum alarm_severity severity;
    bool bell; /* rings where setting alarm.bell says "default" */
    /* Seconds the cause must have been there before it is raised, and gone before it is cleared; NULL: at once. */
    const char *after_setting, *clear_setting;
    bool until_acked; /* something that happened and passed: it stays until somebody has seen it */
};

const struct alarm_type *alarm_type(enum alarm_kind kind);
/* By word, or -1. */
int alarm_kind_find(const char *word);
/* "urgent", "warning", "notice". */
const char *alarm_severity_word(enum alarm_severity severity);
/* Is this a list of kinds: words between commas, "all", "default", or empty? */
bool alarm_kinds_known(const char *list);
/* Is the kind among them? "default" are those that ring where nobody chose. */
bool alarm_kinds_have(const char *list, enum alarm_kind kind);
/* Is it among those of a setting that holds such a list? */
bool alarm_kind_in(struct books *b, const char *setting, enum alarm_kind kind);

/* What an alarm is about; of which sort it is the kind says. */
struct alarm_object {
    const char *name; /* "190301527", "L07", "receipt", "/var"; "" where there is only one */
    int64_t meter_id, channel_id; /* 0: none */
};

/* The cause is there: the alarm is raised when it has been for as long as the kind's setting says. why: the sentence with
 * its figures. An alarm that is open stays the one it is, with the figures of now. */
int alarm_raise(struct books *b, enum alarm_kind kind, const struct alarm_object *object,
                const struct err *why, int64_t now_utc, struct effects *fx, struct err *e);
/* The cause is gone; cleared when it has been for as long as the kind's setting says. */
int alarm_clear(struct books *b, enum alarm_kind kind, const char *object, int64_t now_utc,
                struct effects *fx, struct err *e);
/* Both: there is a cause, or none. */
int alarm_set(struct books *b, enum alarm_kind kind, const struct alarm_object *object, bool cause,
              const struct err *why, int64_t now_utc, struct effects *fx, struct err *e);

/* An open alarm whose cause is gone: cleared where its time has come. */
int alarm_end(struct books *b, int64_t id, const char *word, int64_t gone_utc, bool acked,
              int64_t now_utc, struct effects *fx, struct err *e);

/* What a meter's reading, or its silence, says: after it was stored, in the same transaction. */
int alarm_after_reading(struct books *b, int64_t meter_id, struct effects *fx, struct err *e);

/* What the engine knows and the books do not. */
struct alarm_line {
    int64_t channel_id;
    bool down;      /* the line itself is broken */
    struct err why; /* code 0: not known */
};
struct alarm_queue {
    char queue[128];
    char trouble[96]; /* an English word, N_(); "": none */
};
struct alarm_facts {
    struct alarm_line *lines;
    size_t line_count;
    struct alarm_queue *queues;
    size_t queue_count;
    const char *disk;        /* the folder that holds the books */
    int64_t disk_free;       /* bytes; -1: not known */
    const char *backup_disk; /* "": the same disk */
    int64_t backup_free;
};
/* Everything that time alone decides; every few seconds. */
int alarm_tick(struct books *b, int64_t now_utc, const struct alarm_facts *facts,
               struct effects *fx, struct err *e);

#endif
