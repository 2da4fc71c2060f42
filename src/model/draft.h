/*
 * Drafts as other requests see them: a sale that is made takes its own draft with it.
 */
#ifndef DRAFT_H
#define DRAFT_H

#include "books.h"
#include "request.h"

/* Drops one draft of an operator; none is no error. Inside the caller's transaction. */
int draft_forget(struct books *b, int64_t operator_id, const char *key, struct err *e);

/* The sale to this meter was made: what was half typed of it must not be offered again. In the sale's own
 * transaction, so that a draft that is still there was not sold. */
int draft_sold(struct books *b, int64_t operator_id, const char *meter, struct err *e);

/* Tells the other consoles of the operator that what they have half typed for this meter is used up. */
void draft_sold_tell(struct effects *fx, int64_t operator_id, const char *meter);

#endif
