/*
 * The selection language: which meters a batch is for, as people and scripts write it. Terms stand side by side (all of
 * them must hold), values between commas (one of them must), names with spaces in quotation marks:
 *     all   state:cut,arrears   building:"Tower A"   path:"Tower A/12F"   not:state:lost   meter:190301527,190301528
 */
#ifndef SELECT_H
#define SELECT_H

#include "err.h"

#define SELECT_BYTES_MAX  600000 /* of an expression */
#define SELECT_TERMS_MAX  64
#define SELECT_VALUES_MAX 20000 /* in all terms together */

struct selection;

/* What a selection looks at of a meter; borrowed. */
struct select_meter {
    const char *state;       /* "alarm 1", "forced off": the words of meter_shown */
    const char *path, *room; /* "Tower A/12F/1204", "1204" */
    const char *channel;
    const char *number;
    const char *tenant; /* the tenant's search text, folded */
    const char *model, *tariff, *account, *role;
};

/* ERR_USAGE names what is wrong and its place (the character, from 1). */
int selection_parse(const char *text, struct selection **out, struct err *e);
void selection_free(struct selection *s);
bool selection_takes(const struct selection *s, const struct select_meter *m);
/* After all meters were asked: the rooms, numbers, lines, accounts, tariffs and buildings that none of them has, folded,
 * "190301999, foo", `most` of them; *count tells how many there are. The caller's to free(). */
char *selection_unmet(const struct selection *s, size_t most, size_t *count);

#endif
