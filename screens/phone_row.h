/*
 * The row of query phone_line as base/phone.h takes it: for the foot of the wall and the pages of tenant and meter.
 */
#ifndef PHONE_ROW_H
#define PHONE_ROW_H

#include "phone.h"
#include "rows.h"

/* Texts are borrowed from the rows. false: there is no such row. */
bool phone_row(const struct rows *r, struct phone *p);

#endif
