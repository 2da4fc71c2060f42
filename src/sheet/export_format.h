/*
 * What a format of export.h has to do, shared by export.c and the formats, one file each. Values come as they
 * are in the protocol; each format decides what a spreadsheet makes of them.
 */
#ifndef SHEET_EXPORT_FORMAT_H
#define SHEET_EXPORT_FORMAT_H

#include <pthread.h>
#include <stdatomic.h>

#include "export.h"

enum export_kind { /* order: export_kinds[] */
                   EXPORT_TEXT,
                   EXPORT_ID,
                   EXPORT_INTEGER,
                   EXPORT_MONEY,
                   EXPORT_PRICE,
                   EXPORT_ENERGY,
                   EXPORT_TIME,
                   EXPORT_KINDS
};

enum export_pack { PACK_NOT, PACK_RUNS, PACK_DONE, PACK_LEFT };

struct export_column {
    char *name, *title;
    enum export_kind kind;
    bool word;         /* an English word that is translated */
    int64_t sum_minor; /* of money and energy; exact: integers */
    bool summed;       /* false: it left int64_t, no sum is shown */
};

/* One cell: nothing, a number in the unit of its kind, or text. */
struct export_cell {
    enum { EXPORT_NOTHING, EXPORT_NUMBER, EXPORT_WORDS } what;
    int64_t number;
    const char *text;
};

struct export
{
    struct export_options options; /* texts are copies */
    struct export_column column[EXPORT_COLUMNS_MAX];
    int columns;
    int64_t rows;
    json_t *seen;     /* {"id as JSON text": true} of the page before */
    char *path, *tmp; /* the file, and what it is called until it is whole */
    char *room;       /* hidden folder of tmp and of the writer's own files */
    int room_fd;      /* holds its lock */
    const struct export_writer *writer;
    void *state;     /* the writer's */
    atomic_int pack; /* enum export_pack; LEFT: export_drop() came before the end */
    pthread_t packer;
    struct err failed; /* of the end */
};

struct export_writer {
    int (*begin)(struct export *x, struct err *e);
    int (*row)(struct export *x, const struct export_cell *cells, struct err *e);
    /* Ends the file and frees state; also where a row failed. */
    int (*end)(struct export *x, struct err *e);
};

/* export_place.c. Makes the room; the file on the disk; its name, where nobody has it; no file left in the room (any
 * thread); the room given up. */
int place_take(struct export *x, struct err *e);
int place_sync(const struct export *x, struct err *e);
int place_name(const struct export *x, struct err *e);
void place_empty(const struct export *x);
void place_leave(struct export *x);

extern const struct export_writer export_xlsx, export_csv, export_state;

#endif
