/*
 * The tag of one meter: set it, see that forced off was read back, clear it. What the tag keeps back is the engine's
 * affair; here stands that it is no isolation.
 */
#include <stdio.h>
#include <string.h>

#include "change.h"
#include "form.h"
#include "keys.h"
#include "message.h"
#include "money.h"
#include "order_words.h"
#include "rows.h"
#include "screen.h"
#include "show.h"
#include "text.h"

#define LABEL_CELLS  16
#define VALUE_CELLS  50
#define TENANT_CELLS 24

enum { ACTION_DO = 1, ACTION_OFF, ACTION_PREPAID };

static const struct field_def fields[] = {
    {.label = N_("Reason"), .kind = FIELD_PROSE, .limit = 50},
};

struct lock_out {
    char meter[32], room[64], tenant[128];
    struct rows tag;    /* of query lock_outs: none or one */
    struct rows behind; /* of query behind: one of a main meter */
    struct form form;
    int request;
    struct change change;
    bool known, cleared;
};

static bool tagged(const struct lock_out *s)
{
    return rows_count(&s->tag) > 0;
}

static void came(struct view *v, const json_t *result, const struct err *e)
{
    struct lock_out *s = v->state;
    s->request = 0;
    if (e) {
        view_error(v, e);
        return;
    }
    rows_set(&s->tag, result);
    s->known = true;
}

static void ask(struct view *v)
{
    struct lock_out *s = v->state;
    view_forget(v, s->request);
    s->request = view_ask(v, "lock_outs", json_pack("{s:s,s:b}", "meter", s->meter, "open", 1),
                          NULL, s->known ? NULL : N_("reading the tag"), came);
}

static void behind_came(struct view *v, const json_t *result, const struct err *e)
{
    struct lock_out *s = v->state;
    if (e)
        view_error(v, e);
    else
        rows_set(&s->behind, result);
}

static int lock_out_open(struct view *v, const json_t *args, struct err *e)
{
    struct lock_out *s = v->state;
    (void)e;
    text_copy(s->meter, sizeof s->meter, rows_member_text(args, "meter"));
    text_copy(s->room, sizeof s->room, rows_member_text(args, "room"));
    text_copy(s->tenant, sizeof s->tenant, rows_member_text(args, "tenant"));
    form_init(&s->form, fields, 1, true);
    view_ask(v, "behind", json_pack("{s:s}", "meter", s->meter), NULL, NULL, behind_came);
    ask(v);
    return 0;
}

/* ---- what is done */

static bool answered(struct view *v, const struct err *e)
{
    struct lock_out *s = v->state;
    if (!change_answered(v, &s->change, e))
        return false;
    form_set(&s->form, 0, "");
    ask(v);
    return true;
}

static void tag_set(struct view *v, const json_t *result, const struct err *e)
{
    struct lock_out *s = v->state;
    (void)result;
    if (!answered(v, e))
        return;
    s->cleared = false;
    view_warn(v, _("Locked out. This is no isolation: lock the breaker, test dead."));
}

static void tag_cleared(struct view *v, const json_t *result, const struct err *e)
{
    struct lock_out *s = v->state;
    char text[SHOW_TEXT_MAX], count[24];
    if (!answered(v, e))
        return;
    s->cleared = true;
    snprintf(count, sizeof count, "%lld", (long long)rows_member(result, "topups", 0));
    view_say(v, rows_member(result, "topups", 0) > 0
                    ? show_format(text, sizeof text,
                                  _("The tag is cleared; top-ups that go to the meter now: %1. The "
                                    "relay stays as it is."),
                                  SHOW_ARGS(count))
                    : _("The tag is cleared. The relay stays as it is: nothing was switched on."));
}

static void ordered(struct view *v, const json_t *result, const struct err *e)
{
    (void)result;
    if (answered(v, e))
        view_say(v, _("The order is on its way to the meter."));
}

static const char *reason_of(struct lock_out *s, char *buf)
{
    form_text(&s->form, 0, buf);
    return buf;
}

static void tell(struct view *v, const char *call, json_t *args, view_reply_fn *reply)
{
    struct lock_out *s = v->state;
    change_ask(v, &s->change, call, args, N_("telling the engine"), reply);
}

/* How many go dark with a main meter. */
static int64_t behind(const struct lock_out *s)
{
    return rows_number(&s->behind, 0, "meters", 0);
}

static void set(struct view *v)
{
    struct lock_out *s = v->state;
    char reason[EDIT_BYTES];
    json_t *args = json_pack("{s:s,s:s}", "meter", s->meter, "reason", reason_of(s, reason));
    if (behind(s) > 0)
        json_object_set_new(args, "dark", json_integer(behind(s)));
    tell(v, "lock_out.set", args, tag_set);
}

/* Confirmed by the room; of a main meter by the number of those that go dark with it. */
static void set_ask(struct view *v, const char *title, const char *answer)
{
    const struct lock_out *s = v->state;
    char text[SHOW_TEXT_MAX * 3], count[24];
    if (behind(s) > 0) {
        snprintf(count, sizeof count, "%lld", (long long)behind(s));
        show_format(text, sizeof text,
                    _("This is a main meter of %1. It is forced off, and %2 meters go dark with "
                      "it. Type their number. Until you clear the tag nobody can switch it on "
                      "from here. This is NO isolation: lock the breaker, test dead."),
                    SHOW_ARGS(rows_text(&s->behind, 0, "room"), count));
        view_dialog(v, title, text, count, set);
        return;
    }
    view_dialog(v, title,
                _("The meter is forced off and the room goes dark. Until you clear the tag nobody "
                  "can switch it on from here. This is NO isolation: lock the breaker, test "
                  "dead."),
                answer, set);
}

static void clear(struct view *v)
{
    struct lock_out *s = v->state;
    char reason[EDIT_BYTES];
    json_t *args =
        json_pack("{s:I}", "lock_out", (json_int_t)rows_number(&s->tag, 0, "lock_out", 0));
    if (reason_of(s, reason)[0])
        json_object_set_new(args, "reason", json_string(reason));
    tell(v, "lock_out.clear", args, tag_cleared);
}

static void prepaid(struct view *v)
{
    struct lock_out *s = v->state;
    tell(v, "order.switch", json_pack("{s:s,s:s}", "meter", s->meter, "mode", "prepaid"), ordered);
}

static bool own(const struct view *v)
{
    const struct lock_out *s = v->state;
    return strcmp(rows_text(&s->tag, 0, "login"), rows_member_text(view_operator(v), "login")) == 0;
}

static void do_action(struct view *v)
{
    struct lock_out *s = v->state;
    char title[SHOW_TEXT_MAX * 2], tenant[128], reason[EDIT_BYTES];
    const char *answer = s->room[0] ? s->room : s->meter;
    const bool need = !tagged(s) || !own(v);
    reason_of(s, reason);
    if (need && !reason[strspn(reason, " ")]) {
        view_warn(v, _("Say in words why."));
        view_beep(v);
        return;
    }
    text_fit(tenant, sizeof tenant, s->tenant, TENANT_CELLS);
    if (!tagged(s)) {
        show_format(title, sizeof title, _("Lock out meter %1, %2 %3"),
                    SHOW_ARGS(s->meter, s->room, tenant));
        set_ask(v, title, answer);
        return;
    }
    show_format(title, sizeof title, _("Clear the tag of %4 on meter %1, %2 %3"),
                SHOW_ARGS(s->meter, s->room, tenant, rows_text(&s->tag, 0, "name")));
    view_dialog(v, title,
                _("Is everybody away from the circuit? Orders and top-ups go to the meter again. "
                  "Clearing switches nothing on by itself."),
                answer, clear);
}

static void lock_out_action(struct view *v, int action)
{
    struct lock_out *s = v->state;
    char title[SHOW_TEXT_MAX * 2];
    if (action == ACTION_DO) {
        do_action(v);
    } else if (action == ACTION_OFF) {
        tell(v, "lock_out.off",
             json_pack("{s:I}", "lock_out", (json_int_t)rows_number(&s->tag, 0, "lock_out", 0)),
             ordered);
    } else {
        show_format(title, sizeof title, _("Back to prepaid: meter %1, %2"),
                    SHOW_ARGS(s->meter, s->room));
        view_dialog(v, title, _("The relay closes if there is money on the meter."),
                    s->room[0] ? s->room : s->meter, prepaid);
    }
}

static const char *lock_out_why_not(struct view *v, int action)
{
    const struct lock_out *s = v->state;
    if (!s->known)
        return N_("It is not known yet whether there is a tag.");
    if (change_why_not(&s->change))
        return change_why_not(&s->change);
    if (action == ACTION_OFF && !tagged(s))
        return N_("The meter is not locked out.");
    if (action == ACTION_OFF && order_is_open(rows_text(&s->tag, 0, "order_state")))
        return N_("It is being forced off already.");
    if (action == ACTION_PREPAID && tagged(s))
        return N_("The tag must be cleared first.");
    if (action == ACTION_DO && tagged(s) && !own(v) && !(view_role(v) & SCREEN_ADMINISTRATOR))
        return N_("Only who set the tag clears it, or an administrator.");
    return NULL;
}

static void lock_out_update(struct view *v, enum screen_cause cause, const char *event,
                            const json_t *data)
{
    struct lock_out *s = v->state;
    if (cause == SCREEN_EVENT && (strcmp(event, "lock_out") == 0 || strcmp(event, "order") == 0) &&
        strcmp(rows_member_text(data, "meter"), s->meter) == 0)
        ask(v);
    if (cause == SCREEN_LEFT || cause == SCREEN_RESUMED) {
        change_lost(&s->change);
        ask(v);
    }
}

static bool lock_out_text(struct view *v, uint32_t key)
{
    struct lock_out *s = v->state;
    return change_typed(v, &s->change, &s->form, key);
}

/* ---- drawing */

static int tag_draw(struct view *v, struct canvas *c, int row)
{
    struct lock_out *s = v->state;
    char text[SHOW_TEXT_MAX * 3], at[SHOW_TEXT_MAX], why[SHOW_TEXT_MAX * 2], money[MONEY_TEXT_MAX];
    const int64_t off_at = rows_number(&s->tag, 0, "off_at", 0);
    const int64_t held = rows_number(&s->tag, 0, "topups", 0);
    const int64_t undone_at = rows_number(&s->tag, 0, "undone_at", 0);
    int first = row;
    show_format(text, sizeof text, _("# Locked out by %1 since %2: %3"),
                SHOW_ARGS(rows_text(&s->tag, 0, "name"),
                          show_time(view_now(v), rows_number(&s->tag, 0, "at", 0), at),
                          rows_text(&s->tag, 0, "reason")));
    row += canvas_paragraph(c, row, 1, c->cols - 2, 3, STYLE_BOLD, text);
    if (off_at > 0) {
        show_format(text, sizeof text, _("Forced off, read back %1."),
                    SHOW_ARGS(show_time(view_now(v), off_at, at)));
        row += canvas_paragraph(c, row, 1, c->cols - 2, 2, STYLE_PLAIN, text);
    } else {
        show_format(
            text, sizeof text, _("NOT verified: forced off was not read back yet. %1 %2"),
            SHOW_ARGS(message_gettext(rows_text(&s->tag, 0, "order_state")),
                      order_reason(rows_text(&s->tag, 0, "order_reason"), why, sizeof why)));
        row += canvas_paragraph(c, row, 1, c->cols - 2, 3, STYLE_BOLD | STYLE_REVERSE, text);
    }
    if (off_at == 0 && !rows_text(&s->tag, 0, "order_state")[0])
        row += canvas_paragraph(c, row, 1, c->cols - 2, 2, STYLE_PLAIN,
                                _("It hangs since before the line came here: it is forced off when "
                                  "the meter is read next; F7 does it now."));
    if (undone_at > 0) {
        show_format(text, sizeof text, _("! Found not forced off %1: somebody let go of it."),
                    SHOW_ARGS(show_time(view_now(v), undone_at, at)));
        row += canvas_paragraph(c, row, 1, c->cols - 2, 2, STYLE_BOLD | STYLE_RED, text);
    }
    if (held > 0) {
        snprintf(at, sizeof at, "%lld", (long long)held);
        show_format(text, sizeof text, _("Top-ups that wait: %1, together %2."),
                    SHOW_ARGS(at, money_text(rows_number(&s->tag, 0, "held_minor", 0), money)));
        row += canvas_paragraph(c, row, 1, c->cols - 2, 2, STYLE_PLAIN, text);
    }
    return row - first;
}

static void lock_out_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct lock_out *s = v->state;
    char text[SHOW_TEXT_MAX * 2];
    int row = top + 2;
    snprintf(text, sizeof text, "%s  %s  %s", s->meter, s->room, s->tenant);
    canvas_text(c, top, 1, c->cols - 2, STYLE_BOLD, text);
    if (!s->known)
        return;
    if (tagged(s))
        row += tag_draw(v, c, row);
    else
        row += canvas_paragraph(c, row, 1, c->cols - 2, 2, STYLE_PLAIN,
                                s->cleared
                                    ? _("The tag is cleared. F11 gives the meter back to prepaid.")
                                    : _("The meter is not locked out."));
    row += canvas_paragraph(c, row + 1, 1, c->cols - 2, 2, STYLE_BOLD,
                            _("A tag is NO isolation: lock the breaker, test dead.")) +
           2;
    row += form_draw(&s->form, c, row, 1, LABEL_CELLS, VALUE_CELLS, true) + 1;
    canvas_paragraph(
        c, row, 1, c->cols - 2, top + lines - row, STYLE_DIM,
        tagged(s)
            ? _("Who set the tag clears it; an administrator can, with a reason, and it stands "
                "on record. Clearing switches nothing on.")
            : _("A tag forces the meter off and keeps back whatever could close its relay: "
                "batches skip it, sales take the money and the top-up waits until forced off "
                "is verified."));
}

static void lock_out_close(struct view *v)
{
    struct lock_out *s = v->state;
    rows_clear(&s->tag);
    rows_clear(&s->behind);
}

static const struct screen_key keys[] = {
    {.key = KEYS_ENTER,
     .action = ACTION_DO,
     .label = N_("Set/clear"),
     .help = N_("Sets the tag, or clears the one that is there; asks once more")},
    {.key = KEYS_F(7),
     .action = ACTION_OFF,
     .label = N_("Off again"),
     .help = N_("Forces a locked-out meter off once more")},
    {.key = KEYS_F(11),
     .action = ACTION_PREPAID,
     .label = N_("Prepaid"),
     .help = N_("Gives a meter whose tag was cleared back to prepaid"),
     .roles = SCREEN_ELECTRICIAN | SCREEN_MANAGER},
    {.label = NULL},
};

const struct screen lock_out_screen = {
    .name = "lock_out",
    .title = N_("Lock-out"),
    .help = N_("A tag on a meter that somebody works on: nothing that could close its relay is "
               "sent until it is cleared. It is no isolation: lock the breaker, test dead."),
    .group = SCREEN_NOT_IN_MENU,
    .roles = SCREEN_ELECTRICIAN | SCREEN_MANAGER | SCREEN_ADMINISTRATOR,
    .keys = keys,
    .state_size = sizeof(struct lock_out),
    .open = lock_out_open,
    .update = lock_out_update,
    .draw = lock_out_draw,
    .action = lock_out_action,
    .text = lock_out_text,
    .close = lock_out_close,
    .why_not = lock_out_why_not,
};
