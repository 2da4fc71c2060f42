/*
 * One sale and its whole story: what was paid, what the journal says, the way to the meter with every
 * attempt and frame, and its papers.
 */
#include <stdio.h>
#include <string.h>

#include "keys.h"
#include "message.h"
#include "money.h"
#include "order_words.h"
#include "sale_paper.h"
#include "screen.h"
#include "show.h"
#include "story.h"

enum {
    ACTION_ORDER = 1,
    ACTION_PAPER,
    ACTION_AGAIN,
    ACTION_SLIP,
    ACTION_CANCEL,
    ACTION_DECIDE,
    ACTION_METER
};

struct sale_story {
    int64_t sale_id;
    struct rows sale, order, attempts, entries, papers;
    struct story story;
    int waiting;
    bool outdated;
    char heading[64];
};

static void answer(struct view *v, struct rows *rows, const json_t *result, const struct err *e)
{
    struct sale_story *s = v->state;
    s->waiting -= s->waiting > 0;
    if (e)
        view_error(v, e);
    else
        rows_set(rows, result);
}

static void order_came(struct view *v, const json_t *result, const struct err *e)
{
    answer(v, &((struct sale_story *)v->state)->order, result, e);
}

static void attempts_came(struct view *v, const json_t *result, const struct err *e)
{
    answer(v, &((struct sale_story *)v->state)->attempts, result, e);
}

static void entries_came(struct view *v, const json_t *result, const struct err *e)
{
    answer(v, &((struct sale_story *)v->state)->entries, result, e);
}

static void papers_came(struct view *v, const json_t *result, const struct err *e)
{
    answer(v, &((struct sale_story *)v->state)->papers, result, e);
}

static void sale_came(struct view *v, const json_t *result, const struct err *e)
{
    struct sale_story *s = v->state;
    answer(v, &s->sale, result, e);
    const json_int_t order = rows_number(&s->sale, 0, "order", 0);
    if (e || !order)
        return;
    snprintf(s->heading, sizeof s->heading, "%s", rows_text(&s->sale, 0, "number"));
    s->waiting += 2;
    view_ask(v, "order", json_pack("{s:I}", "order", order), NULL, NULL, order_came);
    view_ask(v, "attempts", json_pack("{s:I}", "order", order), NULL, NULL, attempts_came);
}

static void ask(struct view *v)
{
    struct sale_story *s = v->state;
    const json_int_t id = s->sale_id;
    s->outdated = false;
    s->waiting += 3;
    view_ask(v, "sale", json_pack("{s:I}", "sale", id), NULL,
             rows_came(&s->sale) ? NULL : N_("reading the sale"), sale_came);
    view_ask(v, "sale_entries", json_pack("{s:I}", "sale", id), NULL, NULL, entries_came);
    view_ask(v, "sale_papers", json_pack("{s:I}", "sale", id), NULL, NULL, papers_came);
}

static int sale_story_open(struct view *v, const json_t *args, struct err *e)
{
    struct sale_story *s = v->state;
    (void)e;
    s->sale_id = rows_member(args, "sale", 0);
    ask(v);
    return 0;
}

static void sale_story_update(struct view *v, enum screen_cause cause, const char *event,
                              const json_t *data)
{
    struct sale_story *s = v->state;
    switch (cause) {
    case SCREEN_EVENT:
        s->outdated |= strcmp(event, "paper") == 0 ||
                       (strcmp(event, "order") == 0 && rows_member(data, "sale", 0) == s->sale_id);
        break;
    case SCREEN_SHOWN:
    case SCREEN_RESUMED: s->outdated = true; break;
    case SCREEN_LEFT: s->waiting = 0; break;
    case SCREEN_TICK:
        if (s->outdated && s->waiting == 0)
            ask(v);
        break;
    default: break;
    }
}

static void sale_story_action(struct view *v, int action)
{
    const struct sale_story *s = v->state;
    const json_int_t id = s->sale_id;
    switch (action) {
    case ACTION_ORDER:
        view_open(v, "order",
                  json_pack("{s:I}", "order", (json_int_t)rows_number(&s->sale, 0, "order", 0)));
        break;
    case ACTION_PAPER: view_open(v, "receipt", json_pack("{s:I}", "sale", id)); break;
    case ACTION_CANCEL: view_open(v, "cancel", json_pack("{s:I}", "sale", id)); break;
    case ACTION_AGAIN: sale_paper_again(v, &s->sale); break;
    case ACTION_SLIP: sale_paper_slip(v, &s->sale); break;
    case ACTION_DECIDE:
        view_open(v, "decide",
                  json_pack("{s:I}", "order", (json_int_t)rows_number(&s->sale, 0, "order", 0)));
        break;
    case ACTION_METER:
        view_open(v, "meter", json_pack("{s:s}", "meter", rows_text(&s->sale, 0, "meter")));
        break;
    default: break;
    }
}

static const char *sale_story_why_not(struct view *v, int action)
{
    const struct sale_story *s = v->state;
    const char *state = rows_text(&s->sale, 0, "state");
    if (rows_count(&s->sale) == 0)
        return N_("The sale has not been read yet.");
    if (action == ACTION_AGAIN)
        return sale_paper_again_why_not(&s->sale);
    if (action == ACTION_SLIP)
        return sale_paper_slip_why_not(&s->sale);
    if (action == ACTION_DECIDE && strcmp(state, "in doubt") != 0)
        return N_("Only an order in doubt is decided.");
    if (action == ACTION_CANCEL &&
        (strcmp(state, "in doubt") == 0 || strcmp(state, "sending") == 0))
        return N_(
            "It is not known yet whether the money is on the meter. Cancel when that is proved.");
    if (action == ACTION_CANCEL && strcmp(state, "done") == 0)
        return N_("The money is on the meter: this sale cannot be cancelled.");
    if (action == ACTION_CANCEL && strcmp(state, "cancelled") == 0)
        return N_("This sale is cancelled already.");
    return NULL;
}

static bool sale_story_text(struct view *v, uint32_t key)
{
    struct sale_story *s = v->state;
    return story_key(&s->story, key);
}

/* Whose account of a ledger it is: of the shift, the account, the meter. */
static const char *ledger_words(const struct sale_story *s, int i, char *buf, size_t size)
{
    const char *ledger = rows_text(&s->entries, i, "ledger");
    char number[24];
    const char *whose = number;
    snprintf(number, sizeof number, "%lld", (long long)rows_number(&s->entries, i, "ref", 0));
    if (strcmp(ledger, "pending") == 0)
        whose = rows_text(&s->sale, 0, "account");
    else if (strcmp(ledger, "on meter") == 0 || strcmp(ledger, "excess") == 0)
        whose = rows_text(&s->sale, 0, "meter");
    else
        return show_format(buf, size, _("%1, shift %2"), SHOW_ARGS(message_gettext(ledger), whose));
    return show_format(buf, size, "%1, %2", SHOW_ARGS(message_gettext(ledger), whose));
}

static void entries_draw(struct sale_story *s, int64_t now_utc)
{
    char text[SHOW_TEXT_MAX * 3], at[SHOW_TEXT_MAX], number[24], money[MONEY_TEXT_MAX];
    int64_t last = 0;
    story_heading(&s->story, _("Money: the journal's entries"));
    for (int i = 0; i < rows_count(&s->entries); i++) {
        const int64_t entry = rows_number(&s->entries, i, "entry", 0);
        if (entry != last) {
            const char *paper = rows_text(&s->entries, i, "document");
            snprintf(number, sizeof number, "%lld", (long long)entry);
            show_format(text, sizeof text, "%1  %2  %3  %4  %5",
                        SHOW_ARGS(number,
                                  show_time(now_utc, rows_number(&s->entries, i, "at", 0), at),
                                  message_gettext(rows_text(&s->entries, i, "kind")),
                                  paper[0] ? paper : rows_text(&s->entries, i, "memo"),
                                  rows_text(&s->entries, i, "operator")));
            story_line(&s->story, 0, STYLE_PLAIN, text);
            last = entry;
        }
        if (rows_value(&s->entries, i, "ledger"))
            story_amount(&s->story, 4, ledger_words(s, i, text, sizeof text),
                         money_text(rows_number(&s->entries, i, "amount_minor", 0), money));
    }
}

static void papers_draw(struct sale_story *s, int64_t now_utc)
{
    char text[SHOW_TEXT_MAX * 3], at[SHOW_TEXT_MAX], copy[24];
    story_heading(&s->story, _("Papers"));
    for (int i = 0; i < rows_count(&s->papers); i++) {
        snprintf(copy, sizeof copy, "%lld", (long long)rows_number(&s->papers, i, "copy", 1));
        show_format(text, sizeof text, _("%1  %2  print %3: %4  %5  %6"),
                    SHOW_ARGS(rows_text(&s->papers, i, "number"),
                              message_gettext(rows_text(&s->papers, i, "kind")), copy,
                              message_gettext(rows_text(&s->papers, i, "state")),
                              show_time(now_utc, rows_number(&s->papers, i, "at", 0), at),
                              rows_text(&s->papers, i, "till")));
        story_line(&s->story, 0, STYLE_PLAIN, text);
    }
    if (rows_count(&s->papers) == 0)
        story_line(&s->story, 0, STYLE_DIM, _("No paper."));
}

static int facts_draw(const struct sale_story *s, struct canvas *c, int row, int64_t now_utc)
{
    char text[SHOW_TEXT_MAX * 3], at[SHOW_TEXT_MAX], money[MONEY_TEXT_MAX], given[MONEY_TEXT_MAX],
        change[MONEY_TEXT_MAX], shift[24];
    const struct rows *r = &s->sale;
    show_format(text, sizeof text, _("%1  %2  account %3  meter %4"),
                SHOW_ARGS(rows_text(r, 0, "room"), rows_text(r, 0, "tenant"),
                          rows_text(r, 0, "account"), rows_text(r, 0, "meter")));
    canvas_text(c, row, 1, c->cols - 2, STYLE_BOLD, text);
    snprintf(shift, sizeof shift, "%lld", (long long)rows_number(r, 0, "shift", 0));
    show_format(text, sizeof text, _("%1 (%2) paid %3 to %4, shift %5; given %6, change %7  %8"),
                SHOW_ARGS(money_text(rows_number(r, 0, "amount_minor", 0), money),
                          message_gettext(rows_text(r, 0, "pay")),
                          show_time(now_utc, rows_number(r, 0, "at", 0), at),
                          rows_text(r, 0, "operator"), shift,
                          money_text(rows_number(r, 0, "tendered_minor", 0), given),
                          money_text(rows_number(r, 0, "change_minor", 0), change),
                          rows_text(r, 0, "reference")));
    return 1 + canvas_paragraph(c, row + 1, 1, c->cols - 2, 2, STYLE_PLAIN, text);
}

static void sale_story_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct sale_story *s = v->state;
    char words[ORDER_WORDS_MAX], text[ORDER_WORDS_MAX + 96];
    const int end = top + lines;
    const int64_t now_utc = view_now(v);
    if (rows_count(&s->sale) == 0)
        return;
    int row = top + facts_draw(s, c, top, now_utc);
    const char *state = rows_text(&s->sale, 0, "state");
    const char *cancelled = rows_text(&s->sale, 0, "cancelled");
    words[0] = '\0';
    if (cancelled[0])
        show_format(words, sizeof words, _("The money was paid back: %1."), SHOW_ARGS(cancelled));
    else if (rows_count(&s->order) > 0)
        order_words(&s->order, 0, now_utc, words);
    snprintf(text, sizeof text, "%c %s: %s", show_sign(state), message_gettext(state), words);
    row += canvas_paragraph(c, row, 1, c->cols - 2, 3, show_style(state) | STYLE_BOLD, text) + 1;
    story_begin(&s->story, c, row, end - row);
    entries_draw(s, now_utc);
    papers_draw(s, now_utc);
    story_heading(&s->story, _("Order: every attempt and frame"));
    story_attempts(&s->story, &s->attempts, now_utc);
    story_end(&s->story);
}

static void sale_story_close(struct view *v)
{
    struct sale_story *s = v->state;
    struct rows *const all[] = {&s->sale, &s->order, &s->attempts, &s->entries, &s->papers};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        rows_clear(all[i]);
}

static const char *sale_story_heading(struct view *v)
{
    const struct sale_story *s = v->state;
    return s->heading[0] ? s->heading : NULL;
}

static const struct screen_key keys[] = {
    {.key = KEYS_ENTER,
     .action = ACTION_ORDER,
     .label = N_("Order"),
     .help = N_("The order to the meter: look now, send again, decide")},
    {.key = 'p',
     .action = ACTION_AGAIN,
     .label = N_("Print again"),
     .help = N_("Print this paper once more; it says that it is a copy, when and by whom"),
     .roles = SCREEN_CASHIER | SCREEN_MANAGER},
    {.key = 'r',
     .action = ACTION_PAPER,
     .label = N_("Receipt"),
     .help = N_("The paper of this sale as it is printed")},
    {.key = KEYS_F(7),
     .action = ACTION_CANCEL,
     .label = N_("Cancel sale"),
     .help = N_("Take this sale back; only what is not on the meter"),
     .roles = SCREEN_CASHIER | SCREEN_MANAGER},
    {.key = KEYS_F(11),
     .action = ACTION_DECIDE,
     .label = N_("Decide"),
     .help = N_("Decide what became of it, where no meter can prove it"),
     .roles = SCREEN_MANAGER},
    {.key = KEYS_F(12),
     .action = ACTION_METER,
     .label = N_("Meter"),
     .help = N_("The meter's own page")},
    {.key = 'd',
     .action = ACTION_SLIP,
     .label = N_("Delivery slip"),
     .help = N_("A slip for the customer whose receipt said \"not yet on the meter\": now it is"),
     .roles = SCREEN_CASHIER | SCREEN_MANAGER},
    {.label = NULL},
};

const struct screen sale_story_screen = {
    .name = "sale_story",
    .title = N_("Sale"),
    .help = N_("One sale and its whole story: the journal's entries, the papers and their prints, "
               "every attempt and frame on the way to the meter. The arrows scroll."),
    .group = SCREEN_NOT_IN_MENU,
    .roles = SCREEN_ALL,
    .keys = keys,
    .state_size = sizeof(struct sale_story),
    .open = sale_story_open,
    .update = sale_story_update,
    .draw = sale_story_draw,
    .action = sale_story_action,
    .text = sale_story_text,
    .close = sale_story_close,
    .heading = sale_story_heading,
    .why_not = sale_story_why_not,
};
