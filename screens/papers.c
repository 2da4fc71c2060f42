/*
 * Papers: every document with what became of its last print; what is not printed yet stands first. Here a
 * paper is looked at, printed again, cancelled, and the question is answered whether it came out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "keys.h"
#include "link.h"
#include "message.h"
#include "rows.h"
#include "screen.h"
#include "show.h"
#include "table_source.h"

#define QUEUES_MS   5000 /* between two looks at the printers */
#define FOOT_LINES  3
#define SEARCH_MOST 24

enum {
    ACTION_PREVIEW = 1,
    ACTION_REPRINT,
    ACTION_CAME,
    ACTION_NOT_CAME,
    ACTION_CANCEL,
    ACTION_SLIP,
    ACTION_SHOW
};

/* What is listed: the parameters of the query, and the word for it. */
static const struct {
    const char *word, *state, *kind;
} shown[] = {
    {N_("all"), NULL, NULL},
    {N_("not printed yet"), "open", NULL},
    {N_("receipts"), NULL, "sale"},
    {N_("cancel slips"), NULL, "cancel"},
    {N_("account openings"), NULL, "opening"},
    {N_("delivery slips"), NULL, "delivery"},
    {N_("delivery slip to be made"), "slip", NULL},
};
#define SHOWN (int)(sizeof shown / sizeof *shown)

static const struct table_column columns[] = {
    {.name = "state", .title = N_("State"), .kind = SHOW_STATE, .width = 21, .most = 24, .rank = 1},
    {.name = "number", .title = N_("Number"), .width = 13, .rank = 1},
    {.name = "room", .title = N_("Room"), .width = 6, .most = 12, .rank = 2},
    {.name = "reasons", .title = N_("Why"), .kind = SHOW_WORD, .width = 14, .most = 34, .rank = 1},
    {.name = "copy", .title = N_("Copy"), .kind = SHOW_INTEGER, .width = 4, .rank = 2},
    {.name = "created_at", .title = N_("Age"), .kind = SHOW_AGE, .width = 7, .most = 8, .rank = 1},
    {.name = "tenant", .title = N_("Tenant"), .width = 14, .most = 30, .rank = 3},
    {.name = "kind", .title = N_("Paper"), .kind = SHOW_WORD, .width = 14, .most = 16, .rank = 4},
    {.name = "till", .title = N_("Till"), .width = 8, .most = 16, .rank = 5},
    {.name = NULL},
};

struct papers {
    struct table_source list;
    int shows;
    struct edit search;
    char asked[EDIT_BYTES]; /* the number that is searched for */
    bool entered;           /* Enter waits for what is found */
    struct rows queues;     /* of paper.state: {"queues":[...]} */
    int queues_request;
    int64_t queues_ms; /* when they are asked for next */
    char once[33];
};

static void came(struct view *v, const struct err *e);

static const struct table_def list_def = {
    .call = "papers",
    .columns = columns,
    .id = "document_id",
    .empty = N_(
        "No papers here. Receipts, cancel slips, account openings and delivery slips would stand "
        "here with what became of their print; Tab shows others."),
    .events = "paper order books",
    .came = came,
};

static void list_ask(struct view *v)
{
    struct papers *s = v->state;
    json_t *args = json_object();
    if (shown[s->shows].state)
        json_object_set_new(args, "state", json_string(shown[s->shows].state));
    if (shown[s->shows].kind)
        json_object_set_new(args, "kind", json_string(shown[s->shows].kind));
    if (edit_get(&s->search, s->asked)[0])
        json_object_set_new(args, "text", json_string(s->asked));
    table_source_ask(&s->list, args);
}

static void queues_came(struct view *v, const json_t *result, const struct err *e)
{
    struct papers *s = v->state;
    s->queues_request = 0;
    if (!e)
        rows_set(&s->queues, result);
}

static void queues_ask(struct view *v)
{
    struct papers *s = v->state;
    view_forget(v, s->queues_request);
    s->queues_request = view_ask(v, "paper.state", NULL, NULL, NULL, queues_came);
    s->queues_ms = clock_mono_ms() + QUEUES_MS;
}

static int papers_open(struct view *v, const json_t *args, struct err *e)
{
    struct papers *s = v->state;
    (void)e;
    edit_init(&s->search, EDIT_TEXT, SEARCH_MOST);
    edit_set(&s->search, rows_member_text(args, "text"));
    table_source_init_idle(&s->list, v, &list_def);
    list_ask(v);
    queues_ask(v);
    return 0;
}

static void preview_open(struct view *v)
{
    struct papers *s = v->state;
    view_open(
        v, "receipt",
        json_pack("{s:I}", "document", (json_int_t)table_source_number(&s->list, "document_id")));
}

/* What a scanner typed and Enter: one paper opens at once. */
static void came(struct view *v, const struct err *e)
{
    struct papers *s = v->state;
    if (!s->entered)
        return;
    s->entered = false;
    if (!e && rows_count(&s->list.table.rows) == 1)
        preview_open(v);
    else if (!e && rows_count(&s->list.table.rows) == 0)
        view_say(v, _("No paper of this number."));
}

static void papers_update(struct view *v, enum screen_cause cause, const char *event,
                          const json_t *data)
{
    struct papers *s = v->state;
    (void)data;
    switch (cause) {
    case SCREEN_EVENT:
        if (strcmp(event, "paper") == 0)
            s->queues_ms = 0;
        break;
    case SCREEN_SHOWN:
    case SCREEN_RESUMED: queues_ask(v); break;
    case SCREEN_LEFT: s->entered = false; break;
    case SCREEN_TICK:
        if (!s->queues_request && clock_mono_ms() >= s->queues_ms)
            queues_ask(v);
        break;
    default: break;
    }
}

/* ---- what can be done */

static void changed(struct view *v, const json_t *result, const struct err *e, const char *format)
{
    struct papers *s = v->state;
    char copy[24], text[SHOW_TEXT_MAX];
    s->once[0] = '\0';
    if (e) {
        view_error(v, e);
    } else {
        snprintf(copy, sizeof copy, "%lld", (long long)rows_member(result, "copy", 0));
        view_say(v, show_format(text, sizeof text, format,
                                SHOW_ARGS(rows_member_text(result, "number"), copy)));
    }
    table_source_again(&s->list);
}

static void reprinted(struct view *v, const json_t *result, const struct err *e)
{
    changed(v, result, e, _("%1 is printed again, marked as copy %2."));
}

static void confirmed(struct view *v, const json_t *result, const struct err *e)
{
    const bool printed = strcmp(rows_member_text(result, "state"), "printed") == 0;
    changed(v, result, e,
            printed ? _("%1 came out: it is printed.")
                    : _("%1 is printed again, and the paper says that it is a copy."));
}

static void cancelled(struct view *v, const json_t *result, const struct err *e)
{
    const bool over = strcmp(rows_member_text(result, "state"), "cancelled") == 0;
    changed(
        v, result, e,
        over
            ? _("%1 is not printed. It can be printed later from here.")
            : _("%1 is asked back from the printer; whether it still came out shows in a moment."));
}

static void slip_made(struct view *v, const json_t *result, const struct err *e)
{
    changed(v, result, e, _("Delivery slip %1 is on its way to the printer."));
}

static void ask_for(struct view *v, const char *call, const char *name, const char *column,
                    view_reply_fn *reply)
{
    struct papers *s = v->state;
    json_t *args = json_pack("{s:I}", name, (json_int_t)table_source_number(&s->list, column));
    if (reply == confirmed)
        json_object_set_new(args, "came", json_true());
    view_ask(v, call, args, link_once(s->once), N_("telling the engine"), reply);
}

static void not_came(struct view *v)
{
    struct papers *s = v->state;
    view_ask(v, "paper.confirm",
             json_pack("{s:I,s:b}", "outbox",
                       (json_int_t)table_source_number(&s->list, "outbox_id"), "came", 0),
             link_once(s->once), N_("telling the engine"), confirmed);
}

static void enter(struct view *v)
{
    struct papers *s = v->state;
    char typed[EDIT_BYTES];
    if (strcmp(edit_get(&s->search, typed), s->asked) != 0) {
        s->entered = true;
        s->shows = 0; /* a number is searched among all */
        list_ask(v);
    } else if (table_source_has(&s->list)) {
        preview_open(v);
    } else {
        view_beep(v);
    }
}

static void papers_action(struct view *v, int action)
{
    struct papers *s = v->state;
    switch (action) {
    case ACTION_PREVIEW: enter(v); break;
    case ACTION_REPRINT: ask_for(v, "paper.reprint", "document", "document_id", reprinted); break;
    case ACTION_CAME: ask_for(v, "paper.confirm", "outbox", "outbox_id", confirmed); break;
    case ACTION_NOT_CAME: not_came(v); break;
    case ACTION_CANCEL: ask_for(v, "paper.cancel", "outbox", "outbox_id", cancelled); break;
    case ACTION_SLIP: ask_for(v, "paper.delivery", "sale", "sale_id", slip_made); break;
    case ACTION_SHOW:
        s->shows = (s->shows + 1) % SHOWN;
        list_ask(v);
        break;
    default: break;
    }
}

static const char *papers_why_not(struct view *v, int action)
{
    const struct papers *s = v->state;
    const char *state = table_source_text(&s->list, "state");
    const bool open = table_source_number(&s->list, "open") == 1;
    const bool asked = strcmp(state, "unconfirmed") == 0;
    if (action == ACTION_PREVIEW || action == ACTION_SHOW)
        return NULL;
    if (!table_source_has(&s->list))
        return N_("There is no paper here.");
    if (action == ACTION_REPRINT && asked)
        return N_("Say first whether it came out: y yes, n no.");
    if (action == ACTION_REPRINT && open)
        return N_("It is on its way to the printer already.");
    if ((action == ACTION_CAME || action == ACTION_NOT_CAME) && !asked)
        return N_("Nobody needs to say whether it came out.");
    if (action == ACTION_CANCEL && !open)
        return N_("Nothing of it waits to be printed.");
    if (action == ACTION_SLIP && table_source_number(&s->list, "slip") != 1)
        return N_(
            "A delivery slip is for a receipt that said \"not yet on the meter\" of a sale that is "
            "on it by now.");
    return NULL;
}

/* Digits go into the box of the number; the rest of its keys only while something stands in it. */
static bool papers_text(struct view *v, uint32_t key)
{
    struct papers *s = v->state;
    const uint32_t sign = keys_text(key);
    const bool digit = sign >= '0' && sign <= '9';
    const bool empty = edit_is_empty(&s->search);
    if (key == KEYS_ESC && !empty) {
        edit_set(&s->search, "");
        if (s->asked[0])
            list_ask(v);
        return true;
    }
    if (!digit && (empty || !(sign == '-' || key == KEYS_BACKSPACE || key == KEYS_DELETE ||
                              key == KEYS_LEFT || key == KEYS_RIGHT || key == KEYS_CTRL('U'))))
        return false;
    if (edit_key(&s->search, key) == EDIT_REFUSED)
        view_beep(v);
    return true;
}

/* ---- drawing */

static void head_draw(struct papers *s, struct canvas *c, int row)
{
    int col = 1;
    col += canvas_text(c, row, col, 20, STYLE_BOLD, _("Show")) + 2;
    canvas_text(c, row, col, 30, STYLE_PLAIN, message_gettext(shown[s->shows].word));
    const char *label = _("Number");
    col = 40;
    col += canvas_text(c, row, col, 16, STYLE_BOLD, label) + 2;
    edit_draw(&s->search, c, row, col, SEARCH_MOST, STYLE_UNDERLINE, !edit_is_empty(&s->search));
}

/* How the printer of a till is, and since when that is known. */
static void printer_draw(struct view *v, struct canvas *c, int row)
{
    struct papers *s = v->state;
    const json_t *list = json_object_get(s->queues.result, "queues"), *one;
    const char *till = table_source_text(&s->list, "till");
    char age[SHOW_TEXT_MAX], text[4 * SHOW_TEXT_MAX];
    size_t i;
    json_array_foreach((json_t *)(uintptr_t)list, i, one)
    {
        if (strcmp(rows_member_text(one, "till"), till) != 0)
            continue;
        const char *reason = rows_member_text(one, "reasons");
        const char *word = reason[0] ? reason : rows_member_text(one, "state");
        show_age(view_now(v), rows_member(one, "at", 0), age);
        show_format(text, sizeof text,
                    rows_member_text(one, "queue")[0] ? _("Printer %1 at %2: %3 (%4)")
                                                      : _("No printer at %2."),
                    SHOW_ARGS(rows_member_text(one, "queue"), till, message_gettext(word), age));
        canvas_text(c, row, 1, c->cols - 2, STYLE_PLAIN, text);
        return;
    }
}

/* The marked paper in a sentence, and what a person has to do with it. */
static void foot_draw(struct view *v, struct canvas *c, int row)
{
    struct papers *s = v->state;
    char text[4 * SHOW_TEXT_MAX];
    if (!table_source_has(&s->list))
        return;
    const char *number = table_source_text(&s->list, "number");
    const char *state = table_source_text(&s->list, "state");
    const char *reason = table_source_text(&s->list, "reasons");
    show_format(text, sizeof text, reason[0] ? _("%1 %2: %3, %4. %5") : _("%1 %2: %3. %5"),
                SHOW_ARGS(message_gettext(table_source_text(&s->list, "kind")), number,
                          message_gettext(state), message_gettext(reason),
                          table_source_text(&s->list, "tenant")));
    canvas_text(c, row, 1, c->cols - 2, STYLE_PLAIN, text);
    printer_draw(v, c, row + 1);
    if (strcmp(state, "unconfirmed") == 0)
        canvas_text(
            c, row + 2, 1, c->cols - 2, STYLE_BOLD,
            show_format(text, sizeof text,
                        _("Did %1 come out? y: yes. n: no, print it again, marked as a copy."),
                        SHOW_ARGS(number)));
    else if (table_source_number(&s->list, "slip") == 1)
        canvas_text(c, row + 2, 1, c->cols - 2, STYLE_BOLD,
                    _("This receipt said \"not yet on the meter\"; now it is. d: delivery slip."));
}

static void papers_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct papers *s = v->state;
    head_draw(s, c, top);
    table_source_draw(&s->list, c, top + 2, lines - 2 - FOOT_LINES - 1, true);
    foot_draw(v, c, top + lines - FOOT_LINES);
}

static void papers_close(struct view *v)
{
    struct papers *s = v->state;
    rows_clear(&s->queues);
}

#define COUNTER (SCREEN_CASHIER | SCREEN_MANAGER)

static const struct screen_key keys[] = {
    {.key = KEYS_ENTER,
     .action = ACTION_PREVIEW,
     .label = N_("See"),
     .help =
         N_("The marked paper as the printer prints it; after digits: the paper of that number")},
    {.key = KEYS_F(11),
     .action = ACTION_REPRINT,
     .label = N_("Print again"),
     .help = N_("Print the marked paper once more; it says that it is a copy, when and by whom"),
     .roles = COUNTER},
    {.key = 'y',
     .action = ACTION_CAME,
     .label = N_("Came out"),
     .help = N_("The marked paper lies there: it came out of the printer"),
     .roles = COUNTER},
    {.key = 'n',
     .action = ACTION_NOT_CAME,
     .label = N_("Did not"),
     .help = N_("The marked paper never came out: print it again, marked"),
     .roles = COUNTER},
    {.key = KEYS_TAB,
     .action = ACTION_SHOW,
     .label = N_("Show"),
     .help = N_("All papers, those not printed yet, one kind after the other")},
    {.key = KEYS_F(12),
     .action = ACTION_CANCEL,
     .label = N_("Cancel"),
     .help = N_("Do not print the marked paper; it is taken back from the printer"),
     .roles = COUNTER},
    {.key = 'd',
     .action = ACTION_SLIP,
     .label = N_("Delivery slip"),
     .help = N_("A slip for a receipt that said \"not yet on the meter\", now that it is"),
     .roles = COUNTER},
    {.label = NULL},
};

const struct screen papers_screen = {
    .name = "papers",
    .title = N_("Papers"),
    .help = N_(
        "Every paper with what became of its print. What waits for a printer stands first and prints by "
        "itself as soon as the printer is ready."),
    .group = SCREEN_COUNTER,
    .roles = SCREEN_ALL & ~(unsigned)SCREEN_ELECTRICIAN,
    .keys = keys,
    .state_size = sizeof(struct papers),
    .open = papers_open,
    .update = papers_update,
    .draw = papers_draw,
    .action = papers_action,
    .text = papers_text,
    .close = papers_close,
    .why_not = papers_why_not,
};
