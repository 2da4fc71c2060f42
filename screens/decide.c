/*
 * A manager decides an order in doubt that no meter will ever prove: what became of it, why, and the amount
 * typed to do it.
 */
#include <stdio.h>
#include <string.h>

#include "change.h"
#include "form.h"
#include "keys.h"
#include "message.h"
#include "money.h"
#include "order_words.h"
#include "screen.h"
#include "show.h"
#include "text.h"

#define LABEL_CELLS  10
#define VALUE_CELLS  50
#define TENANT_CELLS 20

enum { FIELD_OUTCOME, FIELD_REASON, FIELD_COUNT };
enum { OUTCOME_NONE, OUTCOME_APPLIED, OUTCOME_NOT };

/* The first is none, so that Enter alone decides nothing. */
static const char *const outcomes[] = {N_("choose with the arrows"),
                                       N_("the money is on the meter"),
                                       N_("the money is not on the meter"), NULL};

static const struct field_def fields[] = {
    [FIELD_OUTCOME] = {.label = N_("Outcome"), .kind = FIELD_CHOICE, .choices = outcomes},
    [FIELD_REASON] = {.label = N_("Reason"), .kind = FIELD_PROSE, .limit = 40},
};

struct decide {
    int64_t order_id;
    struct rows order;
    struct form form;
    struct change change;
};

static const char *field_of(const struct decide *s, const char *name)
{
    return rows_text(&s->order, 0, name);
}

static void came(struct view *v, const json_t *result, const struct err *e)
{
    struct decide *s = v->state;
    if (e)
        view_error(v, e);
    else
        rows_set(&s->order, result);
}

static void ask(struct view *v)
{
    const struct decide *s = v->state;
    view_ask(v, "order", json_pack("{s:I}", "order", (json_int_t)s->order_id), NULL,
             rows_came(&s->order) ? NULL : N_("reading the order"), came);
}

static int decide_open(struct view *v, const json_t *args, struct err *e)
{
    struct decide *s = v->state;
    (void)e;
    s->order_id = rows_member(args, "order", 0);
    form_init(&s->form, fields, FIELD_COUNT, false);
    ask(v);
    return 0;
}

static void decide_update(struct view *v, enum screen_cause cause, const char *event,
                          const json_t *data)
{
    const struct decide *s = v->state;
    if (cause == SCREEN_RESUMED || (cause == SCREEN_EVENT && strcmp(event, "order") == 0 &&
                                    rows_member(data, "order", 0) == s->order_id))
        ask(v);
}

static void done(struct view *v, const json_t *result, const struct err *e)
{
    struct decide *s = v->state;
    if (!change_answered(v, &s->change, e)) {
        ask(v);
        return;
    }
    view_say(v, strcmp(rows_member_text(result, "state"), "done") == 0
                    ? _("Decided: it is on the meter. A reading that says otherwise is listed.")
                    : _("Decided: it is not on the meter. It can be cancelled or sent again."));
    view_back(v);
}

static void send(struct view *v)
{
    struct decide *s = v->state;
    char reason[EDIT_BYTES];
    const bool applied = s->form.field[FIELD_OUTCOME].choice == OUTCOME_APPLIED;
    change_ask(v, &s->change, "order.decide",
               json_pack("{s:I,s:s,s:s}", "order", (json_int_t)s->order_id, "outcome",
                         applied ? "applied" : "not applied", "reason",
                         form_text(&s->form, FIELD_REASON, reason)),
               N_("deciding the order"), done);
}

static const char *missing(const struct decide *s)
{
    char reason[EDIT_BYTES];
    form_text(&s->form, FIELD_REASON, reason);
    if (strcmp(field_of(s, "state"), "in doubt") != 0)
        return N_("Only an order in doubt is decided.");
    if (s->form.field[FIELD_OUTCOME].choice == OUTCOME_NONE)
        return N_("Choose what became of it.");
    return reason[strspn(reason, " ")] ? NULL : N_("It needs a reason, in words.");
}

static void question(struct view *v)
{
    struct decide *s = v->state;
    char title[SHOW_TEXT_MAX * 2], text[SHOW_TEXT_MAX * 3], money[MONEY_TEXT_MAX],
        reason[EDIT_BYTES], tenant[128];
    const char *why = missing(s);
    const bool applied = s->form.field[FIELD_OUTCOME].choice == OUTCOME_APPLIED;
    if (why) {
        view_warn(v, message_gettext(why));
        view_beep(v);
        form_focus(&s->form, s->form.field[FIELD_OUTCOME].choice ? FIELD_REASON : FIELD_OUTCOME);
        return;
    }
    money_text(rows_number(&s->order, 0, "amount_minor", 0), money);
    text_fit(tenant, sizeof tenant, field_of(s, "tenant"), TENANT_CELLS);
    show_format(title, sizeof title,
                applied ? _("%1: %2 to %3, %4 IS on the meter")
                        : _("%1: %2 to %3, %4 is NOT on the meter"),
                SHOW_ARGS(field_of(s, "number"), money, tenant, field_of(s, "room")));
    show_format(
        text, sizeof text,
        applied ? _("The books take the money as delivered, without a proof of the meter, in "
                    "your name. A later reading that contradicts is booked and listed. Reason: %1")
                : _("The sale becomes failed, without a proof of the meter, in your name: it can "
                    "be cancelled or sent again. A later reading that contradicts is booked and "
                    "listed. Reason: %1"),
        SHOW_ARGS(form_text(&s->form, FIELD_REASON, reason)));
    view_dialog(v, title, text, money, send);
}

static bool decide_text(struct view *v, uint32_t key)
{
    struct decide *s = v->state;
    switch (form_key(&s->form, key)) {
    case FORM_SENT: question(v); return true;
    case FORM_REFUSED: view_beep(v); return true;
    case FORM_IGNORED: return false;
    default: return true;
    }
}

static void decide_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct decide *s = v->state;
    char words[ORDER_WORDS_MAX], text[ORDER_WORDS_MAX + 64], money[MONEY_TEXT_MAX];
    int row = top;
    (void)lines;
    if (rows_count(&s->order) == 0)
        return;
    const char *state = field_of(s, "state");
    show_format(text, sizeof text, _("%1  %2  %3 %4  meter %5"),
                SHOW_ARGS(field_of(s, "number"),
                          money_text(rows_number(&s->order, 0, "amount_minor", 0), money),
                          field_of(s, "room"), field_of(s, "tenant"), field_of(s, "meter")));
    canvas_text(c, row, 1, c->cols - 2, STYLE_BOLD, text);
    order_words(&s->order, 0, view_now(v), words);
    snprintf(text, sizeof text, "%c %s: %s", show_sign(state), message_gettext(state), words);
    row += 2;
    row += canvas_paragraph(c, row, 1, c->cols - 2, 3, show_style(state) | STYLE_BOLD, text) + 1;
    row +=
        canvas_paragraph(c, row, 1, c->cols - 2, 3, STYLE_PLAIN,
                         _("Decide only what the meter cannot tell any more: it was exchanged, it "
                           "is burnt, its count was moved by somebody else. Read it first where "
                           "it can be read.")) +
        1;
    form_draw(&s->form, c, row, 1, LABEL_CELLS, VALUE_CELLS, true);
}

static void decide_close(struct view *v)
{
    struct decide *s = v->state;
    rows_clear(&s->order);
}

const struct screen decide_screen = {
    .name = "decide",
    .title = N_("Decide"),
    .help =
        N_("A manager says what became of a top-up that the meter cannot prove. Who decided and "
           "why stands in the journal for ever."),
    .group = SCREEN_NOT_IN_MENU,
    .roles = SCREEN_MANAGER,
    .state_size = sizeof(struct decide),
    .open = decide_open,
    .update = decide_update,
    .draw = decide_draw,
    .text = decide_text,
    .close = decide_close,
};
