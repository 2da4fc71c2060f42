/*
 * A sale at the counter, as part of a screen: fields, summary, the one request under its own id, and
 * the order's way to the meter. `struct sale` is the first member of that screen's state.
 */
#ifndef SALE_H
#define SALE_H

#include "form.h"
#include "rows.h"
#include "screen.h"

enum sale_stage {
    SALE_EDIT,
    SALE_SUMMARY, /* one Enter away */
    SALE_ASKED,   /* the engine has it, no answer yet */
    SALE_UNKNOWN /* no definite answer came: only the same sale under the same id may be asked again */
};

struct sale {
    struct form form;
    enum sale_stage stage;
    bool changed; /* a key at the summary changed the sale: its next summary is a new question */
    bool
        asked_before; /* from here, without an answer: that it was made is no news from elsewhere */
    char once
        [33]; /* made with the first digit, in the draft; kept until the sale's outcome was shown */
    json_t *args;     /* what is asked under it */
    char drafted[32]; /* meter under which a draft of this sale was given to be kept; "" none */
    char told[32];    /* meter to which the others were told that it is sold */
    char meter[32], room[64], tenant[128];
    int64_t account_id, meter_id, balance_minor, balance_at_utc, price_e4, waiting_minor;
    bool has_balance;
    int64_t amount_minor, tendered_minor;
    /* the last sale made here, on its way to the meter */
    struct rows order;
    int64_t order_id, sale_id, asked_at_ms;
    int request;
    char said[16]; /* the state that row 21 told last */
};

void sale_init(struct sale *s);
void sale_clear(struct sale *s);
/* The meter to sell to, from a row of find or account_meters. */
void sale_meter(struct sale *s, const json_t *row);

void sale_enter(struct view *v);
/* Fills the fields from a draft (draft_words() puts one into words); nothing is sent. */
void sale_resume(struct view *v, const json_t *draft);
const char *sale_draft_words(const json_t *draft, char *buf);
/* Keys of the fields; false: not its own. */
bool sale_key(struct view *v, uint32_t key);
void sale_update(struct view *v, enum screen_cause cause, const char *event, const json_t *data);
/* false: the outcome of a sale is not known; a dialog asks. */
bool sale_may_leave(struct view *v);
/* Returns the lines used, at most 7. */
int sale_draw(struct view *v, struct canvas *c, int row, bool focus);

/* Roles that sell. */
#define SALE_ROLES (SCREEN_CASHIER | SCREEN_MANAGER)

#endif
