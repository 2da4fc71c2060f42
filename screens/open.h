/*
 * The screen that opens an account, in three files: open.c asks, open_draw.c shows, open_keep.c has what is half
 * typed and the tenant who is looked for.
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
    bool resumed; /* an opening that was made before: there are no fields to show */
    /* the tenant who is looked for by whatever was typed: code, name, phone */
    struct rows tenants;
    char sought[EDIT_BYTES];     /* what they were asked for with */
    char tenant[128];            /* name of the one whose code stands in the field */
    int seek;                    /* a question on its way */
    void (*then)(struct view *); /* Enter waits for its answer; NULL: nothing does */
    int tenant_at;               /* marked of several; -1: none has to be chosen */
    /* what is half typed, kept for the next login */
    char drafted[48];   /* under which object; "" none */
    char told[32];      /* meter that the others were told of */
    char kept_once[33]; /* of a draft: the id under which this very opening was asked before */
    json_t *kept_args;
};

/* ---- open_keep.c */

/* After a key that changed something: the draft, and what the others see. */
void open_typed(struct view *v);
/* Fills the fields from a draft; nothing is sent. */
void open_resume(struct view *v, const json_t *draft);
/* What was typed is done. */
void open_draft_drop(struct view *v);
const char *open_draft_words(const json_t *draft, char *buf);
/* Looks for the tenant where another one was typed. false: the answer is awaited, or one of several has to be chosen. */
bool open_tenant_look(struct view *v);
bool open_choosing(const struct open *s);
/* Keys while one of several is chosen; false: not its own. */
bool open_choose_key(struct view *v, uint32_t key);
/* Which fields apply. */
void open_fields_fit(struct open *s);

bool open_is_new(const struct open *s);
/* Balance and count that a new beginning would lose. */
bool open_holds(const struct open *s, int64_t *balance_minor, int64_t *count);
const char *open_state(const struct open *s);
void open_draw(struct view *v, struct canvas *c, int top, int lines);

#endif
