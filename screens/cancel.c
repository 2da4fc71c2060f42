/*
 * A sale taken back: who gets what, why, and the amount typed to do it. Where the answer stays away the same
 * cancel is asked for again under the same id; nothing is paid out twice.
 */
#include <stdio.h>
#include <string.h>

#include "form.h"
#include "keys.h"
#include "link.h"
#include "message.h"
#include "money.h"
#include "order_words.h"
#include "rows.h"
#include "screen.h"
#include "show.h"
#include "text.h"

#define LABEL_CELLS  10
#define VALUE_CELLS  50
#define TENANT_CELLS 16

static const struct field_def fields[] = {
    {.label = N_("Reason"), .kind = FIELD_PROSE, .limit = 40},
};

struct cancel {
    int64_t sale_id;
    struct rows sale;
    struct form form;
    char once[33]; /* kept until a definite answer */
    bool asked;
};

static const char *field_of(const struct cancel *s, const char *name)
{
    return rows_text(&s->sale, 0, name);
}

static const char *amount_of(const struct cancel *s, char *buf)
{
    return money_text(rows_number(&s->sale, 0, "amount_minor", 0), buf);
}

/* Why it cannot be, as far as one sees from here; the engine decides. */
static const char *obstacle(const struct cancel *s)
{
    const char *state = field_of(s, "state");
    if (!rows_came(&s->sale))
        return N_("The sale has not been read yet.");
    if (strcmp(state, "cancelled") == 0)
        return N_("This sale is cancelled already.");
    if (strcmp(state, "done") == 0)
        return N_("The money is on the meter: this sale cannot be cancelled.");
    if (strcmp(state, "in doubt") == 0 || strcmp(state, "sending") == 0)
        return N_(
            "It is not known yet whether the money is on the meter. Cancel when that is proved.");
    return NULL;
}

static void came(struct view *v, const json_t *result, const struct err *e)
{
    struct cancel *s = v->state;
    if (e) {
        view_error(v, e);
        return;
    }
    const bool first = !rows_came(&s->sale);
    rows_set(&s->sale, result);
    if (first)
        form_set(&s->form, 0,
                 strcmp(field_of(s, "state"), "failed") == 0 ? _("The meter did not take it")
                                                             : _("Not sent to the meter"));
}

static void ask(struct view *v)
{
    const struct cancel *s = v->state;
    view_ask(v, "sale", json_pack("{s:I}", "sale", (json_int_t)s->sale_id), NULL,
             rows_came(&s->sale) ? NULL : N_("reading the sale"), came);
}

static int cancel_open(struct view *v, const json_t *args, struct err *e)
{
    struct cancel *s = v->state;
    (void)e;
    s->sale_id = rows_member(args, "sale", 0);
    form_init(&s->form, fields, 1, true);
    ask(v);
    return 0;
}

static void cancel_update(struct view *v, enum screen_cause cause, const char *event,
                          const json_t *data)
{
    const struct cancel *s = v->state;
    if (cause == SCREEN_RESUMED || (cause == SCREEN_EVENT && strcmp(event, "order") == 0 &&
                                    rows_member(data, "sale", 0) == s->sale_id))
        ask(v);
}

static void done(struct view *v, const json_t *result, const struct err *e)
{
    struct cancel *s = v->state;
    char text[SHOW_TEXT_MAX * 2], money[MONEY_TEXT_MAX];
    if (e) {
        if (view_definite(e))
            s->once[0] = '\0';
        s->asked = s->once[0] != '\0';
        view_error(v, e);
        return;
    }
    show_format(text, sizeof text, _("Cancelled %1: %2. Pay back %3 (%4) to %5, %6."),
                SHOW_ARGS(rows_member_text(result, "sale_number"),
                          rows_member_text(result, "number"),
                          money_text(rows_member(result, "paid_out_minor", 0), money),
                          message_gettext(rows_member_text(result, "pay")),
                          rows_member_text(result, "tenant"), rows_member_text(result, "room")));
    view_say(v, text);
    s->once[0] = '\0';
    view_back(v);
}

static void send(struct view *v)
{
    struct cancel *s = v->state;
    char reason[EDIT_BYTES];
    if (!s->once[0])
        link_once(s->once);
    view_ask(v, "sale.cancel",
             json_pack("{s:I,s:s}", "sale", (json_int_t)s->sale_id, "reason",
                       form_text(&s->form, 0, reason)),
             s->once, N_("cancelling the sale"), done);
}

static void question(struct view *v)
{
    const struct cancel *s = v->state;
    char title[SHOW_TEXT_MAX * 2], text[SHOW_TEXT_MAX * 2], money[MONEY_TEXT_MAX],
        reason[EDIT_BYTES], tenant[128];
    form_text(&s->form, 0, reason);
    if (!reason[strspn(reason, " ")]) {
        view_warn(v, _("It needs a reason, in words."));
        view_beep(v);
        return;
    }
    text_fit(tenant, sizeof tenant, field_of(s, "tenant"), TENANT_CELLS);
    show_format(title, sizeof title, _("Cancel %1: %2 %3 back to %4, %5"),
                SHOW_ARGS(field_of(s, "number"), amount_of(s, money),
                          message_gettext(field_of(s, "pay")), tenant, field_of(s, "room")));
    show_format(text, sizeof text,
                _("The sale is taken back, and the money goes out of your shift: %1 back to %2. A "
                  "slip with a number of its own is printed. Reason: %3"),
                SHOW_ARGS(money, field_of(s, "tenant"), reason));
    view_dialog(v, title, text, money, send);
}

static bool cancel_text(struct view *v, uint32_t key)
{
    struct cancel *s = v->state;
    const char *why = obstacle(s);
    switch (form_key(&s->form, key)) {
    case FORM_SENT:
        if (s->asked) { /* no answer came: the same again, whatever the list says by now */
            send(v);
        } else if (why) {
            view_warn(v, message_gettext(why));
            view_beep(v);
        } else {
            question(v);
        }
        return true;
    case FORM_REFUSED: view_beep(v); return true;
    case FORM_IGNORED: return false;
    default: return true;
    }
}

static void cancel_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct cancel *s = v->state;
    char text[SHOW_TEXT_MAX * 3], money[MONEY_TEXT_MAX], at[SHOW_TEXT_MAX];
    int row = top;
    (void)lines;
    if (rows_count(&s->sale) == 0)
        return;
    show_format(text, sizeof text, _("Sale %1, %2: %3 (%4), by %5"),
                SHOW_ARGS(field_of(s, "number"),
                          show_time(view_now(v), rows_number(&s->sale, 0, "at", 0), at),
                          amount_of(s, money), message_gettext(field_of(s, "pay")),
                          field_of(s, "operator")));
    canvas_text(c, row++, 1, c->cols - 2, STYLE_BOLD, text);
    show_format(text, sizeof text, _("%1  %2  account %3  meter %4"),
                SHOW_ARGS(field_of(s, "room"), field_of(s, "tenant"), field_of(s, "account"),
                          field_of(s, "meter")));
    canvas_text(c, row++, 1, c->cols - 2, STYLE_PLAIN, text);
    const char *why = obstacle(s), *state = field_of(s, "state");
    snprintf(text, sizeof text, "%c %s  %s", show_sign(state), message_gettext(state),
             why ? message_gettext(why) : "");
    row +=
        1 + canvas_paragraph(c, row + 1, 1, c->cols - 2, 2, show_style(state) | STYLE_BOLD, text);
    row += 1 + form_draw(&s->form, c, row + 1, 1, LABEL_CELLS, VALUE_CELLS, !why || s->asked);
    canvas_paragraph(c, row + 1, 1, c->cols - 2, 3, STYLE_DIM,
                     s->asked
                         ? _("No answer came. Enter asks for the same cancel again; nothing is "
                             "paid out twice.")
                     : why ? ""
                           : _("Enter shows what will be done; nothing is done before the amount "
                               "is typed. The reason stands on the slip and in the books."));
}

static void cancel_close(struct view *v)
{
    struct cancel *s = v->state;
    rows_clear(&s->sale);
}

static bool cancel_may_leave(struct view *v)
{
    const struct cancel *s = v->state;
    if (!s->asked)
        return true;
    view_dialog(v, _("Whether the sale was cancelled is not known."),
                _("Esc stays, and Enter in the form asks again. If you leave now, look into the "
                  "sale before any money is paid back."),
                NULL, view_back);
    return false;
}

const struct screen cancel_screen = {
    .name = "cancel",
    .title = N_("Cancel a sale"),
    .help = N_("Takes a sale back that is not on the meter: a numbered counter-entry, a slip, and "
               "the money out of your shift. Whoever made the sale may do it, or a manager."),
    .group = SCREEN_NOT_IN_MENU,
    .roles = SCREEN_CASHIER | SCREEN_MANAGER,
    .state_size = sizeof(struct cancel),
    .open = cancel_open,
    .update = cancel_update,
    .draw = cancel_draw,
    .text = cancel_text,
    .close = cancel_close,
    .may_leave = cancel_may_leave,
};
