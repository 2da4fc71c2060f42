/*
 * The screen that opens an account, in two files: open.c asks, open_draw.c shows.
 */
#ifndef OPEN_H
#define OPEN_H

#include "form.h"
#include "rows.h"
#include "screen.h"

enum open_field {
    OPEN_METER,
    OPEN_TENANT, /* the code of one that is there; empty: a new one */
    OPEN_NAME,
    OPEN_ALIAS,
    OPEN_PHONE,
    OPEN_HOW,
    OPEN_TARIFF,
    OPEN_ALARM1,
    OPEN_ALARM2,
    OPEN_OVERDRAFT,
    OPEN_OVERLOAD,
    OPEN_CLOCK,
    OPEN_AMOUNT,
    OPEN_FIELDS
};

enum open_stage {
    OPEN_EDIT,
    OPEN_SUMMARY, /* one Enter away */
    OPEN_ASKED,   /* the engine has it, no answer yet */
    OPEN_UNKNOWN, /* no definite answer came: only the same may be asked again */
    OPEN_WAITS    /* taken: on its way to the meter, open, or failed */
};

#define OPEN_TARIFFS_MAX 40

struct open {
    struct form form;
    struct field_def defs[OPEN_FIELDS];
    char tariff[OPEN_TARIFFS_MAX][64];
    const char *tariffs[OPEN_TARIFFS_MAX + 2];
    enum open_stage stage;
    char account[32]; /* gets one more meter; "" a new account */
    char once[33];    /* made at the summary, kept until a definite answer */
    json_t *args;
    bool reset; /* what the meter holds is given up, by a typed answer */
    int64_t amount_minor, opening_id, asked_at_ms;
    /* the meter, as the books have it and as it says itself now */
    char looked[32]; /* its number */
    struct rows meter;
    json_t *live;
    int look, read, request; /* questions on their way */
    struct rows opening;
    char said[16];
};

bool open_is_new(const struct open *s);
/* Balance and count that a new beginning would lose. */
bool open_holds(const struct open *s, int64_t *balance_minor, int64_t *count);
const char *open_state(const struct open *s);
void open_draw(struct view *v, struct canvas *c, int top, int lines);

#endif
