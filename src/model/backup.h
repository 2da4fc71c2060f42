/*
 * A copy of the live books into a file of its own, proved after it was written: opened, verified, and
 * compared with what the books were. When one is due, and the record of each.
 */
#ifndef BACKUP_H
#define BACKUP_H

#include "books.h"

struct db;

/* What whoever waits for a backup may do to it. Both may be asked from the thread that makes it. */
struct backup_watch {
    bool (*stop)(void *ctx); /* true: break it off */
    void (*busy)(void *ctx,
                 struct db *db); /* db is at work for long, to be interrupted; NULL: no more */
    void *ctx;
};

/* From a reader of its own; the writer goes on meanwhile. path must be absolute and not exist; a copy that is not proved
 * is there as path with ".wrong" behind it. *result: {"file","bytes","entries","documents","orders","head_number",
 * "head_hash"}; the caller's. watch may be NULL. */
int backup_make(struct books *reader, const char *path, const struct backup_watch *watch,
                json_t **result, struct err *e);

/* From another thread, on what busy() was told. */
void backup_interrupt(struct db *db);

struct backup_plan {
    bool
        due; /* the night's backup is to be made now: its time has come, or has passed while nobody was there */
    int keep; /* good ones that stay */
};
/* A failed one is tried again after an hour. */
int backup_plan(struct books *reader, int64_t now_utc, struct backup_plan *out, struct err *e);

/* Name of the next backup in a directory, "DIR/site-20261122-031000.db"; the caller's. Where that second has its copy
   already it is the next one's, so that two askers at once both get theirs. */
char *backup_name(const char *directory, const char *database, int64_t at_utc);
/* Removes what is older than the newest `keep` backups of this database in the directory, and what broken ones left.
 * *removed: array of paths; the caller's. */
void backup_prune(const char *directory, const char *database, int keep, json_t **removed);

struct backup_done {
    int64_t at_utc, millis;
    const char *why; /* "night" "asked" "file" */
    const char *file;
    const json_t *result, *removed; /* of backup_make() and backup_prune(), or NULL */
    const char *second;             /* "" "ok" "failed" */
    const struct err *reason;       /* NULL: nothing failed */
};
/* The row of table backup, inside books_within(); and event "backup". */
int backup_record(struct books *b, const struct backup_done *done, struct effects *fx,
                  struct err *e);

#endif
