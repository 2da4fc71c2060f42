/*
 * The print outbox: papers that wait for a printer. A paper is written with its document in one
 * transaction and leaves only by printed, sent, cancelled. Runs inside books_within().
 */
#ifndef OUTBOX_H
#define OUTBOX_H

#include "books.h"

struct outbox_paper {
    int64_t id;
    char kind[16], language[8], number[32];
    char queue[128], encoding[16];
    int columns;
    bool confirms;
    bool marked;    /* an attempt before ended unknown: the print is marked */
    char state[16]; /* "waiting" "sent" ... */
    char job_uuid[64];
    int64_t job_id;
    json_t *data; /* snapshot for the template; json_decref() by the caller */
};
/* The next paper to print on any queue not in `skip` (comma list of queues in trouble), or sent ones to ask about; 1 found, 0 none. */
int outbox_next(struct books *b, const char *skip, struct outbox_paper *out, struct err *e);
int outbox_asked(struct books *b, struct outbox_paper *out, int max,
                 struct err *e); /* sent, end not known: returns how many */
/* state: "sending" "sent" "printed" "unconfirmed" "waiting" "cancelled"; reasons: words, comma separated. */
int outbox_state(struct books *b, int64_t id, const char *state, const char *job_uuid,
                 int64_t job_id, const char *reasons, struct effects *fx, struct err *e);
/* The snapshot of a sale's document for the preview. */
int outbox_snapshot(struct books *b, int64_t sale_id, char *kind, size_t kind_size, json_t **data,
                    struct err *e);

#endif
