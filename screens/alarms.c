/*
 * Alarms: those that are open, what nobody has seen first and the worst first, live; those that are over, by period, kind and
 * words. Here they are acknowledged, one or all that are tagged, with a note; Enter goes to where something can be done.
 */
#include <stdio.h>
#include <string.h>

#include "alarm_words.h"
#include "form.h"
#include "keys.h"
#include "link.h"
#include "message.h"
#include "order_words.h"
#include "period.h"
#include "rows.h"
#include "screen.h"
#include "show.h"
#include "table_source.h"

#define FOOT_LINES  3
#define LABEL_CELLS 12
#define VALUE_CELLS 40

enum { ACTION_GO = 1, ACTION_PAGE, ACTION_ACK, ACTION_WHICH, ACTION_OTHER };
enum { FIELD_STATE, FIELD_PERIOD, FIELD_KIND, FIELD_WORDS, FIELD_COUNT };
enum asking { ASKING_NOTHING, ASKING_WHICH, ASKING_NOTE };

/* What is listed, and the query's word for it. */
static const char *const states[] = {N_("not over"), N_("unseen"), N_("acknowledged"),
                                     N_("cleared"),  N_("all"),    NULL};
#define STATE_CLEARED 3

static const char *const kinds[] = {N_("any"),
                                    N_("fault"),
                                    N_("overload"),
                                    N_("arrears"),
                                    N_("amount 2"),
                                    N_("amount 1"),
                                    N_("lost meter"),
                                    N_("lost channel"),
                                    N_("wrong meter"),
                                    N_("lock-out undone"),
                                    N_("foreign purchase"),
                                    N_("day limit"),
                                    N_("month limit"),
                                    N_("energy step"),
                                    N_("clock off"),
                                    N_("drift"),
                                    N_("in doubt"),
                                    N_("protection"),
                                    N_("batch stopped"),
                                    N_("printer"),
                                    N_("disk"),
                                    N_("backup"),
                                    N_("test"),
                                    NULL};

static const struct field_def fields[] = {
    [FIELD_STATE] = {.label = N_("Show"), .kind = FIELD_CHOICE, .choices = states},
    [FIELD_PERIOD] = {.label = N_("Raised"), .kind = FIELD_CHOICE, .choices = period_words},
    [FIELD_KIND] = {.label = N_("Kind"), .kind = FIELD_CHOICE, .choices = kinds},
    [FIELD_WORDS] = {.label = N_("Search"), .kind = FIELD_TEXT, .limit = 40},
};

static const struct field_def note_fields[] = {
    {.label = N_("Note"), .kind = FIELD_PROSE, .limit = 60},
};

/* The sentence of an alarm. */
static const char *detail_words(const struct rows *r, int row, char *buf)
{
    return order_reason(rows_text(r, row, "detail"), buf, SHOW_TEXT_MAX);
}

/* "Meter 190301527", in the words of who reads it. */
static const char *object_words(const struct rows *r, int row, char *buf)
{
    snprintf(buf, SHOW_TEXT_MAX, "%s %s", message_gettext(rows_text(r, row, "about")),
             rows_text(r, row, "object"));
    return buf;
}

static const struct table_column columns[] = {
    {.name = "severity", .title = N_("Alarm"), .kind = SHOW_STATE, .width = 9, .rank = 1},
    {.name = "kind", .title = N_("Kind"), .kind = SHOW_WORD, .width = 13, .most = 16, .rank = 1},
    {.name = "object",
     .title = N_("Object"),
     .width = 15,
     .most = 24,
     .rank = 1,
     .words = object_words},
    {.name = "room", .title = N_("Room"), .width = 6, .most = 14, .rank = 2},
    {.name = "state", .title = N_("State"), .kind = SHOW_STATE, .width = 14, .rank = 1},
    {.name = "raised_at", .title = N_("Raised"), .kind = SHOW_TIME, .width = 11, .rank = 1},
    {.name = "tenant", .title = N_("Tenant"), .width = 12, .most = 26, .rank = 4},
    {.name = "cleared_at", .title = N_("Cleared"), .kind = SHOW_TIME, .width = 11, .rank = 5},
    {.name = "detail",
     .title = N_("What"),
     .width = 24,
     .most = 70,
     .rank = 3,
     .words = detail_words},
    {.name = NULL},
};

static const struct table_def list_def = {
    .call = "alarms",
    .columns = columns,
    .id = "alarm_id",
    .empty = N_("No alarm here. What needs somebody would stand here, the worst first; Tab shows "
                "those that are over, F11 chooses by kind, period and words."),
    .what = N_("reading the alarms"),
    .events = "alarm",
};

struct alarms {
    struct table_source list;
    struct form form, before, note;
    enum asking asking;
    json_t *chosen;               /* what the note is for */
    char what[SHOW_TEXT_MAX * 2]; /* it, in words: the list moves on meanwhile */
    int64_t next;                 /* place in the list where work goes on after that */
    char once[33];
};

static json_t *question(struct view *v)
{
    struct alarms *s = v->state;
    char text[EDIT_BYTES];
    int64_t from, to;
    json_t *args = json_object();
    if (s->form.field[FIELD_STATE].choice > 0)
        json_object_set_new(args, "state", json_string(form_text(&s->form, FIELD_STATE, text)));
    if (s->form.field[FIELD_KIND].choice > 0)
        json_object_set_new(args, "kind", json_string(form_text(&s->form, FIELD_KIND, text)));
    period_range((enum period)s->form.field[FIELD_PERIOD].choice, view_now(v), &from, &to);
    if (from)
        json_object_set_new(args, "from", json_integer((json_int_t)from));
    if (to)
        json_object_set_new(args, "to", json_integer((json_int_t)to));
    form_text(&s->form, FIELD_WORDS, text);
    if (text[strspn(text, " ")])
        json_object_set_new(args, "text", json_string(text));
    return args;
}

static int alarms_open(struct view *v, const json_t *args, struct err *e)
{
    struct alarms *s = v->state;
    (void)e;
    form_init(&s->form, fields, FIELD_COUNT, true);
    form_init(&s->note, note_fields, 1, true);
    s->form.field[FIELD_PERIOD].choice = PERIOD_ALL;
    if (rows_member_text(args, "state")[0])
        form_set(&s->form, FIELD_STATE, rows_member_text(args, "state"));
    if (rows_member_text(args, "kind")[0])
        form_set(&s->form, FIELD_KIND, rows_member_text(args, "kind"));
    form_set(&s->form, FIELD_WORDS, rows_member_text(args, "text"));
    json_t *asked = question(v);
    if (rows_member_text(args, "meter")[0])
        json_object_set(asked, "meter", json_object_get(args, "meter"));
    if (rows_member_text(args, "channel")[0])
        json_object_set(asked, "channel", json_object_get(args, "channel"));
    table_source_init(&s->list, v, &list_def, asked);
    return 0;
}

/* ---- what can be done */

static void asking_end(struct alarms *s)
{
    s->asking = ASKING_NOTHING;
    json_decref(s->chosen);
    s->chosen = NULL;
}

static void acked(struct view *v, const json_t *result, const struct err *e)
{
    struct alarms *s = v->state;
    char number[24], text[SHOW_TEXT_MAX];
    s->once[0] = '\0';
    if (e) {
        table_source_again(&s->list);
        view_error(v, e);
        return;
    }
    if (table_source_tagged(&s->list))
        table_source_act(&s->list, TABLE_UNTAG);
    table_source_again_at(&s->list, s->next);
    const int64_t count = rows_member(result, "acknowledged", 0);
    snprintf(number, sizeof number, "%lld", (long long)count);
    view_say(v, show_format(text, sizeof text,
                            count == 1 ? _("%1 alarm acknowledged.") : _("%1 alarms acknowledged."),
                            SHOW_ARGS(number)));
}

static void note_send(struct view *v)
{
    struct alarms *s = v->state;
    char note[EDIT_BYTES];
    form_text(&s->note, 0, note);
    if (!note[strspn(note, " ")]) {
        view_warn(v, _("A note first: what is being done about it?"));
        view_beep(v);
        return;
    }
    view_ask(v, "alarm.ack", json_pack("{s:O,s:s}", "alarms", s->chosen, "note", note),
             link_once(s->once), N_("telling the engine"), acked);
    asking_end(s);
}

/* The one below moves up to the place of what was seen; below the last unseen one the worst is next. */
static int64_t next_place(const struct alarms *s)
{
    const struct rows *r = &s->list.table.rows;
    const int below = s->list.table.cursor + 1;
    const bool unseen = below < rows_count(r) && !rows_number(r, below, "acked_at", 0) &&
                        !rows_number(r, below, "cleared_at", 0);
    return unseen && !table_source_tagged(&s->list) ? table_source_place(&s->list) : 0;
}

static void note_begin(struct alarms *s)
{
    char text[SHOW_TEXT_MAX];
    s->next = next_place(s);
    s->chosen = table_source_chosen(&s->list);
    snprintf(text, sizeof text, "%zu", json_array_size(s->chosen));
    if (table_source_tagged(&s->list))
        show_format(s->what, sizeof s->what,
                    _("Alarms to acknowledge: %1. What is being done about them?"),
                    SHOW_ARGS(text));
    else
        show_format(s->what, sizeof s->what, _("Acknowledge %1, %2: what is being done about it?"),
                    SHOW_ARGS(message_gettext(table_source_text(&s->list, "kind")),
                              object_words(&s->list.table.rows, s->list.table.cursor, text)));
    form_set(&s->note, 0, "");
    s->asking = ASKING_NOTE;
}

static void which_end(struct view *v, bool take)
{
    struct alarms *s = v->state;
    asking_end(s);
    if (take)
        table_source_ask(&s->list, question(v));
    else
        s->form = s->before;
}

/* To where something can be done about it; else its own page. */
static void go(struct view *v)
{
    struct alarms *s = v->state;
    const char *kind = table_source_text(&s->list, "kind");
    const char *meter = table_source_text(&s->list, "meter");
    if (meter[0])
        view_open(v, "meter", json_pack("{s:s}", "meter", meter));
    else if (strcmp(kind, "lost channel") == 0)
        view_open(v, "lines", NULL);
    else if (strcmp(kind, "printer") == 0)
        view_open(v, "papers", NULL);
    else if (strcmp(kind, "backup") == 0 && view_opens(v, "backups"))
        view_open(v, "backups", NULL);
    else
        view_open(
            v, "alarm",
            json_pack("{s:I}", "alarm", (json_int_t)table_source_number(&s->list, "alarm_id")));
}

static void other(struct view *v)
{
    struct alarms *s = v->state;
    int *choice = &s->form.field[FIELD_STATE].choice;
    *choice = *choice == STATE_CLEARED ? 0 : STATE_CLEARED;
    table_source_ask(&s->list, question(v));
}

static void enter(struct view *v)
{
    struct alarms *s = v->state;
    if (s->asking == ASKING_NOTE)
        note_send(v);
    else if (s->asking == ASKING_WHICH)
        which_end(v, true);
    else
        go(v);
}

static void alarms_action(struct view *v, int action)
{
    struct alarms *s = v->state;
    switch (action) {
    case ACTION_GO: enter(v); break;
    case ACTION_ACK: note_begin(s); break;
    case ACTION_WHICH:
        s->before = s->form;
        s->asking = ASKING_WHICH;
        form_focus(&s->form, FIELD_STATE);
        break;
    case ACTION_OTHER: other(v); break;
    case ACTION_PAGE:
        view_open(
            v, "alarm",
            json_pack("{s:I}", "alarm", (json_int_t)table_source_number(&s->list, "alarm_id")));
        break;
    default: break;
    }
}

static const char *alarms_why_not(struct view *v, int action)
{
    const struct alarms *s = v->state;
    if (s->asking)
        return action == ACTION_GO ? NULL : N_("Finish what is typed first: Enter, or Esc.");
    if (action == ACTION_WHICH || action == ACTION_OTHER)
        return NULL;
    if (!table_source_has(&s->list))
        return N_("No alarm is marked.");
    if (action == ACTION_ACK && !table_source_tagged(&s->list) &&
        table_source_number(&s->list, "acked_at"))
        return N_("It was acknowledged already.");
    if (action == ACTION_ACK && !table_source_tagged(&s->list) &&
        table_source_number(&s->list, "cleared_at"))
        return N_("It is over: nobody needs to acknowledge it.");
    return NULL;
}

static bool alarms_text(struct view *v, uint32_t key)
{
    struct alarms *s = v->state;
    if (!s->asking)
        return false;
    if (key == KEYS_ESC) {
        if (s->asking == ASKING_WHICH)
            which_end(v, false);
        asking_end(s);
        return true;
    }
    switch (form_key(s->asking == ASKING_NOTE ? &s->note : &s->form, key)) {
    case FORM_SENT: enter(v); return true;
    case FORM_REFUSED: view_beep(v); return true;
    case FORM_IGNORED: return false;
    default: return true;
    }
}

static void alarms_update(struct view *v, enum screen_cause cause, const char *event,
                          const json_t *data)
{
    struct alarms *s = v->state;
    (void)event;
    (void)data;
    if (cause == SCREEN_SHOWN)
        table_source_again(&s->list);
}

/* ---- drawing */

static int head_draw(struct alarms *s, struct canvas *c, int row)
{
    char text[EDIT_BYTES];
    int col = 1;
    if (s->asking == ASKING_WHICH)
        return form_draw(&s->form, c, row, 1, LABEL_CELLS, VALUE_CELLS, true) + 1;
    for (int i = 0; i < FIELD_COUNT; i++) {
        const bool choice = fields[i].kind == FIELD_CHOICE;
        const bool quiet = (i == FIELD_PERIOD && s->form.field[i].choice == PERIOD_ALL) ||
                           (i == FIELD_KIND && s->form.field[i].choice == 0);
        form_text(&s->form, i, text);
        if (!text[0] || quiet)
            continue;
        col += canvas_text(c, row, col, c->cols - col - 1, STYLE_DIM,
                           message_gettext(fields[i].label));
        col += 1 + canvas_text(c, row, col + 1, c->cols - col - 2, STYLE_BOLD,
                               choice ? message_gettext(text) : text);
        col += 2;
    }
    return 1;
}

/* The marked alarm in its sentence, and who has seen it. */
static void foot_draw(struct view *v, struct canvas *c, int row)
{
    struct alarms *s = v->state;
    char reason[ERR_TEXT_MAX * 2], text[ALARM_WHO_MAX], at[SHOW_TEXT_MAX], count[24];
    if (!table_source_has(&s->list))
        return;
    order_reason(table_source_text(&s->list, "detail"), reason, sizeof reason);
    canvas_text(c, row, 1, c->cols - 2, STYLE_BOLD, reason);
    canvas_text(c, row + 1, 1, c->cols - 2, STYLE_PLAIN,
                alarm_who(&s->list.table.rows, s->list.table.cursor, c->cols - 2, text));
    const int64_t failed = table_source_number(&s->list, "notices_failed");
    snprintf(count, sizeof count, "%lld", (long long)failed);
    if (table_source_number(&s->list, "acked_at")) {
        show_time(view_now(v), table_source_number(&s->list, "acked_at"), at);
        show_format(text, sizeof text, _("Acknowledged by %1, %2. %3"),
                    SHOW_ARGS(table_source_text(&s->list, "acked_by"), at,
                              table_source_text(&s->list, "note")));
        canvas_text(c, row + 2, 1, c->cols - 2, STYLE_DIM, text);
    } else if (failed) {
        canvas_text(c, row + 2, 1, c->cols - 2, STYLE_RED,
                    show_format(text, sizeof text, _("Notices that failed: %1. F12 tells why."),
                                SHOW_ARGS(count)));
    }
}

static void alarms_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct alarms *s = v->state;
    const int used = head_draw(s, c, top);
    const int foot = top + lines - FOOT_LINES;
    table_source_draw(&s->list, c, top + used, lines - used - FOOT_LINES - 1,
                      s->asking == ASKING_NOTHING);
    if (s->asking != ASKING_NOTE) {
        foot_draw(v, c, foot);
        return;
    }
    canvas_text(c, foot, 1, c->cols - 2, STYLE_BOLD, s->what);
    form_draw(&s->note, c, foot + 1, 1, LABEL_CELLS, c->cols - LABEL_CELLS - 4, true);
    canvas_text(c, foot + 2, 1, c->cols - 2, STYLE_DIM, _("Enter acknowledges, Esc goes back."));
}

static void alarms_close(struct view *v)
{
    asking_end(v->state);
}

static const struct screen_key keys[] = {
    {.key = KEYS_ENTER,
     .action = ACTION_GO,
     .label = N_("Go there"),
     .help = N_("To the meter, the lines, the papers: where something can be done about it")},
    {.key = KEYS_F(7),
     .action = ACTION_ACK,
     .label = N_("Acknowledge"),
     .help = N_("Somebody sees to the marked alarm, or to all that are tagged, with a note"),
     .roles = SCREEN_ALL & ~(unsigned)SCREEN_AUDITOR},
    {.key = KEYS_F(11),
     .action = ACTION_WHICH,
     .label = N_("Which"),
     .help = N_("Choose the alarms: open or over, period, kind, room, tenant, note")},
    {.key = KEYS_F(12),
     .action = ACTION_PAGE,
     .label = N_("Page"),
     .help = N_("All about the marked alarm, and who was told of it")},
    {.key = KEYS_TAB,
     .action = ACTION_OTHER,
     .label = N_("Over"),
     .help = N_("Those that are over, and back to those that are open")},
    {.label = NULL},
};

const struct screen alarms_screen = {
    .name = "alarms",
    .title = N_("Alarms"),
    .help = N_("What needs somebody, the worst first. An alarm goes by itself when its cause is "
               "gone; acknowledging it tells the others that somebody sees to it."),
    .group = SCREEN_METERS,
    .roles = SCREEN_ALL,
    .keys = keys,
    .state_size = sizeof(struct alarms),
    .open = alarms_open,
    .update = alarms_update,
    .draw = alarms_draw,
    .action = alarms_action,
    .text = alarms_text,
    .close = alarms_close,
    .why_not = alarms_why_not,
};
