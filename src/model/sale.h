/*
 * A sale: money taken for one meter. The request "sale.new" commits sale, journal entry, numbered paper, order and
 * print job together; what needs the line beforehand is found out by sale_preflight().
 */
#ifndef SALE_H
#define SALE_H

#include "books.h"

enum sale_need {
    SALE_NEED_NOTHING, /* the line is proven for this meter: take the money */
    SALE_NEED_PROBE, /* never read, or the line never proven: look and probe first, then ask again */
};

/* On a reader, before the money is taken: is the line of this meter known to let a top-up through? Gives the channel so
 * that the engine can see whether it is up. ERR_REFUSED: known to refuse; ERR_NOT_FOUND: no such meter. */
int sale_preflight(struct books *reader, const char *meter, enum sale_need *need,
                   int64_t *channel_id, char *channel, size_t channel_size, struct err *e);

#endif
