/*
 * A sale: money taken for one meter. The request "sale.new" commits sale, journal entry, numbered paper, order and
 * print job together; what needs the line beforehand is found out by sale_preflight().
 */
#ifndef SALE_H
#define SALE_H

#include "books.h"

enum sale_need {
    SALE_NEED_NOTHING, /* the line is proven for this meter, or this very sale was made before */
    SALE_NEED_READING, /* the meter was never read: read it, then ask again */
    SALE_NEED_PROBE,   /* the line was never proven to let 0x20 through: probe it, then ask again */
};

struct sale_line {
    enum sale_need need;
    int64_t channel_id;
    char channel[64];
    bool again; /* once was used before: the books answer, whatever the line does now */
    bool
        held; /* the top-up will be kept back (hold.h): whether the line is up now does not matter */
};

/* On a reader, before the money is taken: what must be known of the line of a meter first. once may be NULL.
 * ERR_REFUSED: the line is known to refuse; ERR_NOT_FOUND: no such meter. */
int sale_preflight(struct books *reader, const char *meter, const char *once, struct sale_line *out,
                   struct err *e);

#endif
