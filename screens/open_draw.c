/*
 * What the screen that opens an account shows: the fields, beside them the meter as it is now, below them the
 * summary or how far it has got.
 */
#include <stdio.h>
#include <string.h>

#include "message.h"
#include "money.h"
#include "open.h"
#include "order_words.h"
#include "show.h"

#define LABEL_CELLS 15
#define VALUE_CELLS 22
#define RIGHT_COL   41
#define FACT_CELLS  16 /* of a label in the facts of an opening made before */

static void pair_draw(struct canvas *c, int row, const char *label, unsigned style,
                      const char *text)
{
    canvas_text(c, row, RIGHT_COL, 16, STYLE_PLAIN, label);
    canvas_text(c, row, RIGHT_COL + 17, c->cols - RIGHT_COL - 18, style, text);
}

static void money_draw(const struct open *s, struct canvas *c, int row, const char *label,
                       const char *key)
{
    char money[MONEY_TEXT_MAX];
    if (json_is_integer(json_object_get(s->live, key)))
        pair_draw(c, row, label, STYLE_PLAIN, money_text(rows_member(s->live, key, 0), money));
}

/* The meter's own words, read for this screen. */
static void live_draw(const struct open *s, struct canvas *c, int row)
{
    char text[SHOW_TEXT_MAX];
    int64_t balance_minor, count;
    const bool lost = open_is_new(s) && open_holds(s, &balance_minor, &count);
    const unsigned style = lost ? STYLE_BOLD | STYLE_RED : STYLE_BOLD;
    char money[MONEY_TEXT_MAX];
    pair_draw(c, row, _("Balance now"), style,
              money_text(rows_member(s->live, "balance_minor", 0), money));
    snprintf(text, sizeof text, "%lld", (long long)rows_member(s->live, "count", 0));
    pair_draw(c, row + 1, _("Purchases"), style, text);
    energy_text(rows_member(s->live, "energy_wh", 0), money);
    pair_draw(c, row + 2, _("Energy (kWh)"), STYLE_PLAIN, money);
    pair_draw(
        c, row + 3, _("Price a kWh"), STYLE_PLAIN,
        price_text(json_integer_value(json_array_get(json_object_get(s->live, "price_e4"), 2)),
                   money));
    money_draw(s, c, row + 4, _("Alarm 1"), "alarm1_minor");
    money_draw(s, c, row + 5, _("Alarm 2"), "alarm2_minor");
    money_draw(s, c, row + 6, _("Overdraft"), "overdraft_minor");
    if (json_is_true(json_object_get(s->live, "old_firmware")))
        canvas_paragraph(
            c, row + 7, RIGHT_COL, c->cols - RIGHT_COL - 1, 3, STYLE_YELLOW,
            _("! Old firmware: it takes no settings, it can only be adopted as it is."));
    else if (lost)
        canvas_paragraph(c, row + 7, RIGHT_COL, c->cols - RIGHT_COL - 1, 3, STYLE_RED,
                         _("! As a new meter it would lose this. Choose \"adopt\" to keep it."));
}

static void meter_draw(const struct open *s, struct canvas *c, int top)
{
    if (rows_count(&s->meter) > 0) {
        pair_draw(c, top, _("Room"), STYLE_BOLD, rows_text(&s->meter, 0, "room"));
        pair_draw(c, top + 1, _("Model"), STYLE_PLAIN, rows_text(&s->meter, 0, "model"));
        const char *account = rows_text(&s->meter, 0, "account");
        if (account[0])
            pair_draw(c, top + 2, _("Account"), STYLE_BOLD | STYLE_YELLOW, account);
    }
    if (s->stage == OPEN_ASKED || s->stage == OPEN_UNKNOWN || s->stage == OPEN_WAITS)
        return; /* what was read before is no longer so */
    if (s->live)
        live_draw(s, c, top + 3);
    else if (s->read)
        canvas_text(c, top + 3, RIGHT_COL, c->cols - RIGHT_COL - 1, STYLE_DIM,
                    _("the meter is being read"));
    else if (s->looked[0])
        canvas_text(c, top + 3, RIGHT_COL, c->cols - RIGHT_COL - 1, STYLE_YELLOW,
                    _("! the meter was not read; F11 tries again"));
    else
        canvas_text(c, top + 3, RIGHT_COL, c->cols - RIGHT_COL - 1, STYLE_DIM,
                    _("Type the meter's number, then Tab."));
}

static const char *summary_text(const struct open *s, char *buf, size_t size)
{
    char tenant[EDIT_BYTES], code[EDIT_BYTES], lost[MONEY_TEXT_MAX];
    form_text(&s->form, OPEN_NAME, tenant);
    form_text(&s->form, OPEN_TENANT, code);
    const char *who = s->account[0]  ? s->account
                      : s->tenant[0] ? s->tenant
                      : code[0]      ? code
                                     : tenant;
    if (s->stage == OPEN_UNKNOWN)
        return show_format(buf, size,
                           _("No answer about meter %1 for %2. Enter asks again; it is never "
                             "opened twice."),
                           SHOW_ARGS(s->looked, who));
    if (!open_is_new(s))
        return show_format(buf, size,
                           _("Adopt meter %1 for %2? It keeps its money; only what is filled in "
                             "is written. Enter opens, Esc changes."),
                           SHOW_ARGS(s->looked, who));
    money_text(rows_member(s->live, "balance_minor", 0), lost);
    if (s->reset)
        return show_format(buf, size,
                           _("Open meter %1 for %2? It begins at zero and loses %3. Enter opens, "
                             "Esc changes."),
                           SHOW_ARGS(s->looked, who, lost));
    return show_format(buf, size,
                       _("Open meter %1 for %2? It begins at zero. Enter opens, Esc changes."),
                       SHOW_ARGS(s->looked, who));
}

/* How far it has got, in words. */
static const char *progress_text(struct view *v, const struct open *s, char *buf, size_t size)
{
    char reason[ERR_TEXT_MAX], left[24];
    const struct rows *o = &s->opening;
    const char *state = rows_text(o, 0, "state"), *step = rows_text(o, 0, "step");
    const int64_t quiet_s = rows_number(o, 0, "quiet_until", 0) - view_now(v);
    order_reason(rows_text(o, 0, "reason"), reason, sizeof reason);
    if (strcmp(state, "done") == 0)
        return show_format(buf, size, _("Open: account %1, paper %2. Enter goes on to the sale."),
                           SHOW_ARGS(rows_text(o, 0, "account"), rows_text(o, 0, "number")));
    if (strcmp(state, "failed") == 0)
        return show_format(buf, size, _("Not open. %1 F12 sends it again, F7 takes it back."),
                           SHOW_ARGS(reason));
    if (strcmp(state, "dropped") == 0)
        return show_format(buf, size, _("Taken back; nothing was written."), SHOW_ARGS(""));
    if (strcmp(step, "load") == 0)
        return show_format(buf, size, _("Writing the overload power. %1"), SHOW_ARGS(reason));
    if (strcmp(step, "clock") == 0)
        return show_format(buf, size, _("Setting the clock. %1"), SHOW_ARGS(reason));
    if (strcmp(rows_text(o, 0, "order_state"), "queued") == 0)
        return show_format(buf, size, _("Queued for its turn on the line. %1"), SHOW_ARGS(reason));
    if (strcmp(rows_text(o, 0, "order_state"), "in doubt") == 0)
        return show_format(buf, size,
                           _("In doubt: sent, but the meter has not proved it. %1 It is looked at "
                             "again by itself."),
                           SHOW_ARGS(reason));
    if (rows_value(o, 0, "quiet_until") && quiet_s >= 0) {
        snprintf(left, sizeof left, "%lld", (long long)quiet_s);
        return show_format(buf, size,
                           _("Sent. Waits out the line's quiet time (%1 s), then the meter must "
                             "say it again."),
                           SHOW_ARGS(left));
    }
    return show_format(buf, size, _("Sending to the meter, and reading it back."), SHOW_ARGS(""));
}

/* One of several tenants is chosen, in the place of the meter. */
static void tenants_draw(const struct open *s, struct canvas *c, int row)
{
    const int cells = c->cols - RIGHT_COL - 1;
    char text[SHOW_TEXT_MAX * 3];
    canvas_text(c, row, RIGHT_COL, cells, STYLE_BOLD, _("Which tenant? Arrows and Enter"));
    for (int i = 0; i < rows_count(&s->tenants); i++) {
        snprintf(text, sizeof text, "%s  %s  %s", rows_text(&s->tenants, i, "code"),
                 rows_text(&s->tenants, i, "tenant"), rows_text(&s->tenants, i, "phone"));
        canvas_text(c, row + 1 + i, RIGHT_COL, cells,
                    i == s->tenant_at ? STYLE_REVERSE : STYLE_PLAIN, text);
    }
    if (rows_more(&s->tenants))
        canvas_text(c, row + 1 + rows_count(&s->tenants), RIGHT_COL, cells, STYLE_DIM,
                    _("... and more: Esc, type more of it"));
}

/* An opening that was made before: what it is, in the place of the fields. */
static int facts_draw(struct view *v, const struct open *s, struct canvas *c, int row)
{
    const struct rows *o = &s->opening;
    char at[SHOW_TEXT_MAX];
    const struct {
        const char *label, *text;
    } facts[] = {
        {_("Tenant"), rows_text(o, 0, "tenant")},
        {_("Account"), rows_text(o, 0, "account")},
        {_("Meter"), rows_text(o, 0, "meter")},
        {_("Room"), rows_text(o, 0, "room")},
        {_("Model"), rows_text(o, 0, "model")},
        {_("Meter is"), message_gettext(rows_text(o, 0, "how"))},
        {_("Tariff"), rows_text(o, 0, "tariff")},
        {_("Opened by"), rows_text(o, 0, "operator")},
        {_("Made"), show_time(view_now(v), rows_number(o, 0, "at", 0), at)},
    };
    const int count = (int)(sizeof facts / sizeof *facts);
    if (rows_count(o) == 0)
        return 0;
    for (int i = 0; i < count; i++) {
        canvas_text(c, row + i, 1, FACT_CELLS, STYLE_PLAIN, facts[i].label);
        canvas_text(c, row + i, 2 + FACT_CELLS, c->cols - FACT_CELLS - 3, STYLE_BOLD,
                    facts[i].text);
    }
    return count;
}

void open_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct open *s = v->state;
    char text[SHOW_TEXT_MAX * 4];
    const bool editing = s->stage == OPEN_EDIT;
    if (s->resumed) {
        const int facts = facts_draw(v, s, c, top);
        const bool failed = strcmp(open_state(s), "failed") == 0;
        if (facts > 0)
            canvas_paragraph(c, top + facts + 1, 1, c->cols - 2, lines - facts - 1,
                             failed ? STYLE_BOLD | STYLE_RED : STYLE_BOLD,
                             progress_text(v, s, text, sizeof text));
        return;
    }
    int used = form_draw(&s->form, c, top, 1, LABEL_CELLS, VALUE_CELLS, editing);
    if (open_choosing(s))
        tenants_draw(s, c, top);
    else
        meter_draw(s, c, top);
    used = used < 13 ? 13 : used;
    if (editing && s->tenant[0])
        canvas_text(c, top + used, 1, c->cols - 2, STYLE_DIM, s->tenant);
    const char *other = view_presence(v, s->looked, text);
    if (editing && other)
        canvas_text(c, top + used + 1, 1, c->cols - 2, STYLE_YELLOW | STYLE_BOLD, other);
    if (editing || s->stage == OPEN_ASKED)
        return;
    if (s->stage != OPEN_WAITS) {
        summary_text(s, text, sizeof text);
        canvas_paragraph(c, top + used + 1, 1, c->cols - 2, lines - used - 1,
                         STYLE_BOLD | STYLE_REVERSE, text);
        return;
    }
    const char *state = open_state(s);
    unsigned style = strcmp(state, "failed") == 0 ? STYLE_BOLD | STYLE_RED : STYLE_BOLD;
    canvas_paragraph(c, top + used + 1, 1, c->cols - 2, lines - used - 1, style,
                     progress_text(v, s, text, sizeof text));
}
