/*
 * What a laptop's return file says becomes the site's: tags hung there hang here, those cleared there by their owner are
 * cleared. A file may come late, when the line was taken back without it. One that is not right is refused whole; of one
 * that is, a tag that cannot hang here is left and told. Inside the transaction of the writer.
 */
#ifndef HANDOVER_BACK_H
#define HANDOVER_BACK_H

#include "books.h"

/* A line's last handover; id 0: there was none. */
struct handover_row {
    int64_t id, at_utc, stopped_utc, back_utc, returned_utc;
    char code[40], seal[80], to[192];
};
int handover_row_get(struct books *b, int64_t channel_id, struct handover_row *out, struct err *e);

struct handover_taken {
    int64_t handover_id; /* which it answers */
    bool late; /* the line was back before, or is away once more: its tags are taken, and no line */
    int64_t back_utc;    /* when it was back then */
    char from[192];      /* who had it */
    int64_t stopped_utc; /* when the laptop stopped */
    int64_t hung, cleared;
    int64_t kept; /* cleared there by somebody who may not, so that they hang on */
    json_t *
        left; /* the caller's; NULL: none. Tags that do not hang here: meter, name, and holder of the one that does */
};
int handover_take(struct books *b, int64_t channel_id, const char *channel, const json_t *files,
                  struct handover_taken *out, struct effects *fx, struct err *e);

#endif
