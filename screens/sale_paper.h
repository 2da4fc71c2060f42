/*
 * The papers of one sale asked for from its story and its order: printed once more, and the slip that tells of a
 * delivery that the receipt did not know yet.
 */
#ifndef SALE_PAPER_H
#define SALE_PAPER_H

#include "rows.h"
#include "screen.h"

/* r: a row with "document" and "sale_id", of query sale or order. What came of it is said in row 21. */
void sale_paper_again(struct view *v, const struct rows *r);
void sale_paper_slip(struct view *v, const struct rows *r);
/* N_() reason why not now; NULL: it is possible. */
const char *sale_paper_again_why_not(const struct rows *r);
const char *sale_paper_slip_why_not(const struct rows *r);

#endif
