/*
 * The print outbox: papers that wait for a printer. A paper is written with its document in one
 * transaction and leaves only by printed, sent, cancelled. Runs inside books_within() or a request; what
 * people ask of papers is paper_requests.c, the slip that tells of a delivery later is delivery.c.
 */
#ifndef OUTBOX_H
#define OUTBOX_H

#include "books.h"

struct outbox_paper {
    int64_t id; /* 0: a document that was never meant for a printer */
    int64_t document_id;
    char kind[16], language[8], number[32];
    /* Where to, and what that printer can do. */
    char queue[128], encoding[16], qr[8]; /* qr: "none" "native" "raster" */
    int columns, copies;                  /* copies 1..3: tickets of one print */
    bool confirms, raster;
    bool
        drawer; /* the cash drawer opens with it: the first print of a cash paper, where the till has one */
    int copy; /* 1, 2, ...: which print of its document this is, attempts of unknown end counted */
    bool unsure;     /* an attempt before this one may have come out */
    bool pending;    /* it says "paid, not yet on the meter" */
    bool taken_back; /* a person cancelled it while the print service has it */
    char state[16], reasons[128];
    int64_t since_utc; /* in this state for these reasons */
    char job_uuid[64];
    int64_t job_id;
    json_t *data; /* snapshot for the layout, delivery and copy as of now; outbox_paper_clear() */
};
void outbox_paper_clear(struct outbox_paper *paper);

/* A new print of a document; operator_id 0: came with its document. */
int outbox_add(struct books *b, int64_t document_id, int64_t till_id, int copy, int64_t operator_id,
               int64_t *outbox_id, struct effects *fx, struct err *e);

/* The next paper to print on any queue not in `skip` (comma list of queues in trouble); 1 found, 0 none. */
int outbox_next(struct books *b, const char *skip, struct outbox_paper *out, struct err *e);
/* Those the print service has, end not known: returns how many. */
int outbox_asked(struct books *b, struct outbox_paper *out, int max, struct err *e);

/* The one-way door before the bytes leave: waiting becomes sending. 1 taken, 0 somebody cancelled it meanwhile.
 * pending: as outbox_paper has it. */
int outbox_take(struct books *b, int64_t id, bool pending, struct effects *fx, struct err *e);

/* state: "sent" "printed" "unconfirmed" "waiting"; reasons: an English word or "". Of a paper that is printed or
 * cancelled already nothing is changed; one that was taken back ends as cancelled instead of waiting. */
int outbox_state(struct books *b, int64_t id, const char *state, const char *job_uuid,
                 int64_t job_id, const char *reasons, struct effects *fx, struct err *e);

enum outbox_of { OUTBOX_OF_SALE, OUTBOX_OF_DOCUMENT, OUTBOX_OF_PRINT };
/* A paper as it would be printed now, for the preview: by sale, document (its open print, else its last) or print.
 * ERR_NOT_FOUND. */
int outbox_shown(struct books *b, enum outbox_of of, int64_t id, struct outbox_paper *out,
                 struct err *e);

/* [{"till","queue","confirms"}] of all tills; the caller's. */
int outbox_tills(struct books *b, json_t **tills, struct err *e);

#endif
