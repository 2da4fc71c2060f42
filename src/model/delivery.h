/*
 * Delivery slips: a numbered paper for a customer whose receipt said "paid, not yet on the meter", made when
 * the meter has proved the top-up. Once a sale; after that only copies.
 */
#ifndef DELIVERY_H
#define DELIVERY_H

#include "books.h"

/* Makes the slip of one sale that needs it, where the setting paper.delivery_slip is auto: 1 made, 0 none. Inside
 * books_within(). */
int delivery_auto(struct books *b, struct effects *fx, struct err *e);

#endif
