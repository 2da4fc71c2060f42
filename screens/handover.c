/*
 * A line handed over to an electrician's laptop, or taken back: who gets it, and what is hit by it. With a laptop's own books:
 * the line given back, and the file that says so to the site.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "change.h"
#include "export.h"
#include "form.h"
#include "keys.h"
#include "message.h"
#include "new_file.h"
#include "rows.h"
#include "screen.h"
#include "sheet_json.h"
#include "show.h"
#include "text.h"

#define LABEL_CELLS 16
#define VALUE_CELLS 44

enum { ACTION_DO = 1 };
#define PATH_CELLS 200

/* What is done with the line: one field in each case. */
enum way { WAY_GIVE, WAY_BACK, WAY_DONE, WAYS };

static const struct field_def fields[WAYS] = {
    [WAY_GIVE] = {.label = N_("Handed over to"), .kind = FIELD_TEXT, .limit = 60},
    [WAY_BACK] = {.label = N_("Laptop's file"), .kind = FIELD_TEXT, .limit = PATH_CELLS},
    [WAY_DONE] = {.label = N_("File to write"), .kind = FIELD_TEXT, .limit = PATH_CELLS},
};

static const char *const explained[WAYS] = {
    [WAY_GIVE] =
        N_("While a line is in other hands this engine is silent on it, so that a laptop can "
           "work there. Its meters are not counted lost. Where a top-up went through the line "
           "before, the site takes money and the top-ups wait; back again the meters are read and "
           "what waited goes."),
    [WAY_BACK] = N_(
        "The laptop's file, in your tray, says that it stopped, and hands its tags over. Without it the line is "
        "listened to for some seconds first, and stays where somebody talks; a laptop that "
        "waits is not heard, nor one behind a gateway that passes answers only to who asked."),
    [WAY_DONE] = N_(
        "This laptop falls silent on the line for good. The file says so, and tells the tags that "
        "hang and that were cleared; the site takes the line back with it."),
};

struct handover {
    char channel[64], to[128], meters[24]; /* to: who has it; "": we */
    enum way way;
    struct form form;
    struct change change;
};

static int handover_open(struct view *v, const json_t *args, struct err *e)
{
    struct handover *s = v->state;
    (void)e;
    text_copy(s->channel, sizeof s->channel, rows_member_text(args, "channel"));
    text_copy(s->to, sizeof s->to, rows_member_text(args, "to"));
    snprintf(s->meters, sizeof s->meters, "%lld", (long long)rows_member(args, "meters", 0));
    s->way = s->to[0] ? WAY_BACK : view_laptop(v) ? WAY_DONE : WAY_GIVE;
    form_init(&s->form, &fields[s->way], 1, true);
    if (s->way == WAY_DONE) {
        char name[96];
        snprintf(name, sizeof name, "%s-return.csv", s->channel);
        for (char *at = name; *at; at++)
            *at = *at == '/' ? '-' : *at;
        form_set(&s->form, 0, name);
    }
    return 0;
}

/* In the operator's tray, as exports are: whoever sits at a console has no other place of the disk. *path is the caller's. */
static int path_of(const struct view *v, const char *typed, char **path, struct err *e)
{
    const char *login = rows_member_text(view_operator(v), "login");
    if (!login[0] || login[0] == '.' || strchr(login, '/'))
        return err_set(e, MSG_SHEET_EXPORT_NAME, login);
    if (!typed[0] || typed[0] == '.' || strchr(typed, '/') || !text_is_clean(typed) ||
        strlen(typed) > EXPORT_NAME_MAX)
        return err_set(e, MSG_SHEET_EXPORT_NAME, typed);
    *path = mem_format("%s/%s/%s", view_export_dir(v), login, typed);
    return 0;
}

/* Before the line is silent for good; false: the file cannot be, and that is said. */
static bool name_fits(struct view *v, const char *typed)
{
    struct err e = {0};
    struct stat st;
    char *path = NULL;
    const struct handover *s = v->state;
    int code = path_of(v, typed, &path, &e);
    if (code == 0 && s->way == WAY_DONE && lstat(path, &st) == 0)
        code = err_set(&e, MSG_SHEET_EXPORT_THERE, typed);
    free(path);
    if (code != 0) {
        view_error(v, &e);
        view_beep(v);
    }
    return code == 0;
}

static void written(struct view *v, const json_t *result)
{
    struct handover *s = v->state;
    char typed[EDIT_BYTES], text[SHOW_TEXT_MAX * 3];
    struct err e = {0};
    form_text(&s->form, 0, typed);
    char *path = NULL;
    if (path_of(v, typed, &path, &e) != 0 ||
        new_file_write(path, rows_member_text(result, "text"), &e) != 0) {
        view_error(v, &e);
        view_beep(v);
    } else {
        view_say(v, show_format(text, sizeof text,
                                _("This laptop is silent on line %1. The site needs this file: %2"),
                                SHOW_ARGS(s->channel, path)));
        view_back(v);
    }
    free(path);
}

/* Meter and name of each tag that does not hang here. */
static const char *left_text(const json_t *left, char *buf, size_t size)
{
    const json_t *tag;
    size_t i, used = 0;
    buf[0] = '\0';
    json_array_foreach(left, i, tag)
    {
        char one[SHOW_TEXT_MAX];
        snprintf(one, sizeof one, "%s%s %s", i ? ", " : "", rows_member_text(tag, "meter"),
                 rows_member_text(tag, "name"));
        if (used + strlen(one) + 5 > size) {
            text_copy(buf + used, size - used, " ...");
            break;
        }
        text_copy(buf + used, size - used, one);
        used += strlen(one);
    }
    return buf;
}

static void came(struct view *v, const json_t *result, const struct err *e)
{
    struct handover *s = v->state;
    char hung[24], cleared[24], text[SHOW_TEXT_MAX * 2];
    if (!change_answered(v, &s->change, e))
        return;
    if (s->way == WAY_DONE) {
        written(v, result);
        return;
    }
    if (s->way == WAY_GIVE) {
        view_say(v, _("The line is handed over; nothing is sent to its meters from here."));
        view_back(v);
        return;
    }
    const char *away = rows_member_text(result, "away");
    if (!away[0])
        view_open(v, "came_back", json_pack("{s:s}", "channel", s->channel));
    snprintf(hung, sizeof hung, "%lld", (long long)rows_member(result, "hung", 0));
    snprintf(cleared, sizeof cleared, "%lld", (long long)rows_member(result, "cleared", 0));
    if (json_object_get(result, "left")) {
        char list[SHOW_TEXT_MAX];
        left_text(json_object_get(result, "left"), list, sizeof list);
        view_warn(v,
                  show_format(text, sizeof text,
                              _("The file is taken, but tags of the laptop do NOT hang here: %1. "
                                "Another one hangs there, or the meter is not known."),
                              SHOW_ARGS(list)));
        view_beep(v);
    } else if (away[0]) {
        view_warn(v, show_format(text, sizeof text,
                                 _("The line stays with %1: the file answers an earlier handover. "
                                   "Its tags hung here: %2, cleared: %3."),
                                 SHOW_ARGS(away, hung, cleared)));
    } else if (rows_member(result, "stopped_at", 0) > 0) {
        view_say(v, show_format(text, sizeof text,
                                _("The line is back, its meters are being read. Of the laptop's "
                                  "tags hung here: %1, cleared: %2."),
                                SHOW_ARGS(hung, cleared)));
    } else {
        view_say(v, _("The line is back; its meters are being read, and what waited goes."));
    }
    view_back(v); /* what was opened stays on top */
}

/* The laptop's file as an argument; false: it cannot be, and that is said. */
static bool file_add(struct view *v, json_t *args)
{
    struct handover *s = v->state;
    char typed[EDIT_BYTES];
    struct err e = {0};
    struct sheet sheet;
    struct stat st;
    form_text(&s->form, 0, typed);
    if (s->way != WAY_BACK || !typed[0])
        return true;
    char *path = NULL;
    int code = path_of(v, typed, &path, &e);
    if (code == 0 && lstat(path, &st) == 0 && !S_ISREG(st.st_mode))
        code = err_set(&e, MSG_SHEET_EXPORT_NAME, typed);
    if (code == 0)
        code = sheet_read(&sheet, path, typed, &e);
    if (code == 0) {
        json_object_set_new(args, "files", json_pack("[o]", sheet_json(&sheet)));
        sheet_clear(&sheet);
    } else {
        view_error(v, &e);
        view_beep(v);
    }
    free(path);
    return code == 0;
}

static void send(struct view *v)
{
    static const char *const calls[WAYS] = {"handover.set", "handover.back", "handover.done"};
    struct handover *s = v->state;
    char typed[EDIT_BYTES];
    json_t *args = json_pack("{s:s}", "channel", s->channel);
    form_text(&s->form, 0, typed);
    if (s->way == WAY_GIVE)
        json_object_set_new(args, "to", json_string(typed));
    if (!file_add(v, args)) {
        json_decref(args);
        return;
    }
    change_ask(v, &s->change, calls[s->way], args,
               s->way == WAY_BACK && !typed[0] ? N_("listening on the line")
                                               : N_("telling the engine"),
               came);
}

static void handover_action(struct view *v, int action)
{
    static const char *const titles[WAYS] = {
        N_("Hand line %1 over to %2"), N_("Take line %1 back from %2"), N_("Give line %1 back")};
    struct handover *s = v->state;
    char title[SHOW_TEXT_MAX * 2], text[SHOW_TEXT_MAX * 3], typed[EDIT_BYTES];
    (void)action;
    form_text(&s->form, 0, typed);
    if (!typed[0] && s->way != WAY_BACK) {
        view_beep(v);
        view_warn(v, s->way == WAY_GIVE ? _("Who gets the line?") : _("A file needs a name."));
        return;
    }
    if (typed[0] && s->way != WAY_GIVE && !name_fits(v, typed))
        return;
    show_format(title, sizeof title, message_gettext(titles[s->way]),
                SHOW_ARGS(s->channel, s->way == WAY_BACK ? s->to : typed));
    if (s->way == WAY_GIVE)
        show_format(
            text, sizeof text,
            _("Its %1 meters are not read from here until it is back. The site takes money for them "
              "where a top-up went through this line before, but it reaches the meter only then."),
            SHOW_ARGS(s->meters));
    else if (s->way == WAY_DONE)
        text_copy(text, sizeof text,
                  _("Nothing is sent to its meters from this laptop any more. Tags hang on: the "
                    "file hands them to the site."));
    else if (typed[0])
        text_copy(text, sizeof text,
                  _("The laptop's file is checked first; one that is not right is refused whole."));
    else
        text_copy(
            text, sizeof text,
            _("Make sure that the laptop is off the line: two masters disturb each other. Its tags "
              "are not known here without its file."));
    view_dialog(v, title, text, s->channel, send);
}

static const char *handover_why_not(struct view *v, int action)
{
    const struct handover *s = v->state;
    (void)action;
    return change_why_not(&s->change);
}

static void handover_update(struct view *v, enum screen_cause cause, const char *event,
                            const json_t *data)
{
    struct handover *s = v->state;
    (void)event;
    (void)data;
    if (cause == SCREEN_LEFT || cause == SCREEN_RESUMED)
        change_lost(&s->change);
}

static bool handover_text(struct view *v, uint32_t key)
{
    struct handover *s = v->state;
    return change_typed(v, &s->change, &s->form, key);
}

static void handover_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct handover *s = v->state;
    char text[SHOW_TEXT_MAX * 2];
    (void)v;
    show_format(text, sizeof text, _("Line %1, %2 meters"), SHOW_ARGS(s->channel, s->meters));
    canvas_text(c, top, 1, c->cols - 2, STYLE_BOLD, text);
    if (s->way == WAY_BACK) {
        show_format(text, sizeof text, _("Handed over to %1."), SHOW_ARGS(s->to));
        canvas_text(c, top + 1, 1, c->cols - 2, STYLE_PLAIN, text);
    }
    form_draw(&s->form, c, top + 3, 1, LABEL_CELLS, VALUE_CELLS, true);
    canvas_paragraph(c, top + 5, 1, c->cols - 2, lines - 5, STYLE_DIM,
                     message_gettext(explained[s->way]));
}

static const struct screen_key keys[] = {
    {.key = KEYS_ENTER,
     .action = ACTION_DO,
     .label = N_("Do it"),
     .help = N_("Asks once more, then hands the line over, takes it back or gives it back")},
    {.label = NULL},
};

const struct screen handover_screen = {
    .name = "handover",
    .title = N_("A line in other hands"),
    .help = N_("Gives the line to an electrician's laptop for a while, or takes it back."),
    .group = SCREEN_NOT_IN_MENU,
    .roles = SCREEN_ELECTRICIAN | SCREEN_MANAGER | SCREEN_ADMINISTRATOR,
    .keys = keys,
    .state_size = sizeof(struct handover),
    .open = handover_open,
    .update = handover_update,
    .draw = handover_draw,
    .action = handover_action,
    .text = handover_text,
    .why_not = handover_why_not,
};
