/*
 * Export: the list in view, all of its rows, or the state of chosen meters, into a file in the operator's tray. Pages
 * are asked for one after the other and written as they come; the record of it is in the books before the file has its
 * name.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "export.h"
#include "form.h"
#include "keys.h"
#include "link.h"
#include "message.h"
#include "screen.h"
#include "show.h"
#include "table_source.h"
#include "text.h"

#define AT_ONCE     5000 /* rows that are packed in a moment: more go to a thread */
#define PAGE_ROWS   5000 /* as many as the engine gives at once */
#define NOTED_BYTES 1600
#define NOTED_CELLS 400 /* of an expression, on record */

enum { ACTION_WRITE = 1 };
enum { FIELD_NAME, FIELD_FORMAT, FIELDS };
enum stage { STAGE_EDIT, STAGE_PAGES, STAGE_PACK, STAGE_NOTE, STAGE_DONE };

static const char *const formats[] = {N_("Excel (xlsx)"), N_("CSV"), NULL};

static const struct field_def fields[FIELDS] = {
    {.label = N_("File name"), .kind = FIELD_TEXT, .limit = 60},
    {.label = N_("Format"), .kind = FIELD_CHOICE, .choices = formats},
};

struct exporting {
    struct form form;
    enum stage stage;
    const struct table_def
        *def;        /* of the table in view: const data of its screen; NULL: the state of meters */
    char *selection; /* which meters, as they were chosen; NULL: all of them */
    json_t *what;    /* table_source_described() */
    json_t *columns;
    struct export *file;
    char *folder;
    char name[EXPORT_NAME_MAX + 8];
    json_t *after;  /* key of the last row that came; NULL: the list has none */
    int64_t offset; /* rows asked for and come */
    int64_t written;
    int request;
};

static enum export_format format_of(const struct exporting *s)
{
    if (!s->def)
        return EXPORT_STATE;
    return s->form.field[FIELD_FORMAT].choice == 0 ? EXPORT_XLSX : EXPORT_CSV;
}

/* {"state":true,"args":{...} of meters_state,"select":"..."} */
static void state_describe(struct exporting *s, const json_t *args)
{
    const char *select = rows_member_text(args, "select");
    json_t *which = json_object_get(args, "args");
    s->what = json_pack("{s:s,s:s,s:o,s:{},s:i}", "title", _("Meters and their state"), "call",
                        "meters_state", "args", which ? json_deep_copy(which) : json_object(),
                        "page", "rows", -1);
    s->selection = select[0] && strcmp(select, "all") != 0 ? mem_text(select) : NULL;
    s->columns = export_state_columns();
    s->form.field[FIELD_FORMAT].hidden = true;
}

static int export_open(struct view *v, const json_t *args, struct err *e)
{
    struct exporting *s = v->state;
    const struct table_source *table = table_source_below(v);
    char name[64], day[CLOCK_TEXT_MAX], minute[CLOCK_TEXT_MAX], whole[128];
    const char *login = rows_member_text(view_operator(v), "login");
    const bool state = json_is_true(json_object_get(args, "state"));
    if ((!state && (!table || !table_source_has(table))) || !view_export_dir(v)[0])
        return err_set(e, MSG_UI_NO_TABLE);
    if (!login[0] || login[0] == '.' || strchr(login, '/'))
        return err_set(e, MSG_SHEET_EXPORT_NAME, login);
    s->folder = mem_format("%s/%s", view_export_dir(v), login);
    form_init(&s->form, fields, FIELDS, true);
    if (state) {
        state_describe(s, args);
    } else {
        s->def = table->def;
        s->what = table_source_described(table);
        s->columns = table_source_columns(s->def->columns);
    }
    export_plain_name(name, sizeof name, rows_member_text(s->what, "title"));
    clock_minute(view_now(v), minute);
    snprintf(whole, sizeof whole, "%s-%s-%.2s%.2s", name[0] ? name : "list",
             clock_day(view_now(v), day), minute, minute + 3);
    form_set(&s->form, FIELD_NAME, whole);
    return 0;
}

/* Back to the fields; what was written is gone. */
static void give_up(struct view *v)
{
    struct exporting *s = v->state;
    view_forget(v, s->request);
    s->request = 0;
    export_drop(s->file);
    s->file = NULL;
    s->stage = STAGE_EDIT;
}

static void failed(struct view *v, const struct err *e)
{
    const struct err why = *e;
    give_up(v);
    view_error(v, &why);
    view_beep(v);
}

static void noted(struct view *v, const json_t *result, const struct err *e)
{
    struct exporting *s = v->state;
    struct err why = {0};
    (void)result;
    s->request = 0;
    if (e) {
        failed(v, e);
        return;
    }
    struct export *file = s->file;
    s->file = NULL;
    if (export_finish(file, NULL, &why) != 0)
        failed(v, &why);
    else
        s->stage = STAGE_DONE;
}

static void note(struct view *v)
{
    struct exporting *s = v->state;
    char once[33];
    char selected[NOTED_BYTES];
    text_fit(selected, sizeof selected, s->selection ? s->selection : "", NOTED_CELLS);
    s->stage = STAGE_NOTE;
    json_t *args = s->selection ? json_pack("{s:s}", "select", selected)
                                : json_incref(json_object_get(s->what, "args"));
    s->request =
        view_ask(v, "export.note",
                 json_pack("{s:s,s:I,s:s,s:o,s:O}", "what", rows_member_text(s->what, "call"),
                           "rows", (json_int_t)s->written, "file", s->name, "args", args, "page",
                           json_object_get(s->what, "page")),
                 link_once(once), NULL, noted);
}

/* The end of a big file takes seconds: on a thread, looked at by the tick. */
static void pack(struct view *v)
{
    struct exporting *s = v->state;
    struct err why = {0};
    if (s->written <= AT_ONCE)
        note(v);
    else if (export_pack(s->file, &why) != 0)
        failed(v, &why);
    else
        s->stage = STAGE_PACK;
}

static void pack_look(struct view *v)
{
    struct exporting *s = v->state;
    struct err why = {0};
    if (!export_packed(s->file, &why))
        return;
    if (why.code)
        failed(v, &why);
    else
        note(v);
}

static void page_ask(struct view *v);

static void page_came(struct view *v, const json_t *result, const struct err *e)
{
    struct exporting *s = v->state;
    struct err why = {0};
    s->request = 0;
    if (e) {
        failed(v, e);
        return;
    }
    const bool more = json_is_true(json_object_get(result, "more"));
    json_decref(s->after);
    s->after = json_incref(json_object_get(result, "next"));
    s->offset += (int64_t)json_array_size(json_object_get(result, "rows"));
    if (more)
        page_ask(v); /* the engine reads it while this one is written */
    json_t *page =
        s->def ? table_source_page(s->def, result) : json_incref((json_t *)(uintptr_t)result);
    const int rc = export_rows(s->file, page, &why);
    json_decref(page);
    s->written = export_count(s->file);
    if (rc != 0)
        failed(v, &why);
    else if (!more)
        pack(v);
}

static void page_ask(struct view *v)
{
    struct exporting *s = v->state;
    json_t *args = json_deep_copy(json_object_get(s->what, "args"));
    json_t *page = json_deep_copy(json_object_get(s->what, "page"));
    json_object_set_new(page, "limit", json_integer(PAGE_ROWS));
    json_object_set_new(page, "offset", json_integer(s->after ? 0 : s->offset));
    json_object_set(page, "after", s->after);
    json_object_set_new(args, "page", page);
    s->request = view_ask(v, rows_member_text(s->what, "call"), args, NULL, NULL, page_came);
}

static void begin(struct view *v)
{
    struct exporting *s = v->state;
    struct err e = {0};
    char typed[EDIT_BYTES];
    const enum export_format format = format_of(s);
    form_text(&s->form, FIELD_NAME, typed);
    if (!typed[0] || strlen(typed) > EXPORT_NAME_MAX - 8) {
        err_set(&e, MSG_SHEET_EXPORT_NAME, typed);
        view_error(v, &e);
        return;
    }
    snprintf(s->name, sizeof s->name, "%.*s.%s", EXPORT_NAME_MAX - 8, typed, export_suffix(format));
    const struct export_options options = {.folder = s->folder,
                                           .name = s->name,
                                           .format = format,
                                           .title = rows_member_text(s->what, "title"),
                                           .site = view_site(v),
                                           .total = _("Total"),
                                           .columns = s->columns,
                                           .id = s->def ? s->def->id : "meter",
                                           .who = rows_member_text(view_operator(v), "name"),
                                           .selection = s->selection,
                                           .at_utc = view_now(v)};
    if (export_new(&s->file, &options, &e) != 0) {
        view_error(v, &e);
        return;
    }
    s->offset = s->written = 0;
    json_decref(s->after);
    s->after = NULL;
    s->stage = STAGE_PAGES;
    page_ask(v);
}

static void export_action(struct view *v, int action)
{
    struct exporting *s = v->state;
    (void)action;
    if (s->stage == STAGE_EDIT)
        begin(v);
    else if (s->stage == STAGE_DONE)
        view_back(v);
    else
        view_beep(v);
}

static bool export_text(struct view *v, uint32_t key)
{
    struct exporting *s = v->state;
    if (s->stage != STAGE_EDIT)
        return false;
    switch (form_key(&s->form, key)) {
    case FORM_IGNORED: return false;
    case FORM_REFUSED: view_beep(v); return true;
    case FORM_SENT: begin(v); return true;
    default: return true;
    }
}

static bool under_way(const struct exporting *s)
{
    return s->stage == STAGE_PAGES || s->stage == STAGE_PACK || s->stage == STAGE_NOTE;
}

/* Esc stops; what was written of it is gone. */
static bool export_may_leave(struct view *v)
{
    struct exporting *s = v->state;
    if (!under_way(s))
        return true;
    give_up(v);
    view_say(v, _("Stopped. Nothing is left of the file."));
    return false;
}

static void export_update(struct view *v, enum screen_cause cause, const char *event,
                          const json_t *data)
{
    struct exporting *s = v->state;
    (void)event;
    (void)data;
    if (cause == SCREEN_LEFT && under_way(s))
        export_may_leave(v);
    else if (cause == SCREEN_TICK && s->stage == STAGE_PACK)
        pack_look(v);
}

/* ---- drawing */

static int fact(struct canvas *c, int row, const char *label, const char *text)
{
    canvas_text(c, row, 3, 13, STYLE_PLAIN, label);
    return canvas_paragraph(c, row, 17, c->cols - 20, 3, STYLE_PLAIN, text);
}

static int what_draw(const struct exporting *s, struct canvas *c, int row)
{
    const json_t *page = json_object_get(s->what, "page");
    const char *sort = rows_member_text(page, "sort"), *find = rows_member_text(page, "find");
    const int64_t rows = rows_member(s->what, "rows", -1);
    char text[SHOW_TEXT_MAX], number[24];
    row += fact(c, row, _("List"), rows_member_text(s->what, "title"));
    if (rows >= 0) {
        snprintf(number, sizeof number, "%lld", (long long)rows);
        row += fact(c, row, _("Rows"), number);
    }
    if (s->selection)
        row += fact(c, row, _("Selected"), s->selection);
    if (find[0])
        row += fact(c, row, _("Only with"), find);
    for (const struct table_column *t = s->def ? s->def->columns : NULL; t && sort[0] && t->name;
         t++) {
        if (strcmp(t->name, sort) == 0) {
            snprintf(text, sizeof text, "%s %c", message_gettext(t->title),
                     json_is_true(json_object_get(page, "down")) ? 'v' : '^');
            row += fact(c, row, _("Sorted by"), text);
            break;
        }
    }
    return row + fact(c, row, _("Folder"), s->folder);
}

static void progress_draw(const struct exporting *s, struct canvas *c, int row)
{
    char text[SHOW_TEXT_MAX], done[24], all[24];
    const int64_t rows = rows_member(s->what, "rows", -1);
    snprintf(done, sizeof done, "%lld", (long long)s->written);
    snprintf(all, sizeof all, "%lld", (long long)rows);
    if (s->stage == STAGE_PACK)
        show_format(text, sizeof text, _("%1 rows; packing the file. Esc stops."),
                    SHOW_ARGS(done, all));
    else
        show_format(text, sizeof text,
                    rows >= 0 ? _("%1 of %2 rows. Esc stops.") : _("%1 rows. Esc stops."),
                    SHOW_ARGS(done, all));
    canvas_text(c, row, 3, c->cols - 6, STYLE_BOLD, text);
}

static void done_draw(const struct exporting *s, struct canvas *c, int row)
{
    char text[SHOW_TEXT_MAX * 2], number[24];
    snprintf(number, sizeof number, "%lld", (long long)s->written);
    show_format(text, sizeof text,
                s->written == 1 ? _("%1 row is in %2.") : _("%1 rows are in %2."),
                SHOW_ARGS(number, s->name));
    row += canvas_paragraph(c, row, 3, c->cols - 6, 3, STYLE_BOLD, text) + 1;
    show_format(text, sizeof text,
                _("From a counter's computer it is fetched by: ssh HOST get %1 > %1"),
                SHOW_ARGS(s->name));
    canvas_paragraph(c, row, 3, c->cols - 6, 3, STYLE_PLAIN, text);
}

static void export_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct exporting *s = v->state;
    (void)lines;
    int row = what_draw(s, c, top) + 1;
    if (s->stage == STAGE_DONE) {
        done_draw(s, c, row);
        return;
    }
    row += form_draw(&s->form, c, row, 3, 14, c->cols - 20, s->stage == STAGE_EDIT) + 1;
    if (s->stage != STAGE_EDIT)
        progress_draw(s, c, row);
}

static void export_close(struct view *v)
{
    struct exporting *s = v->state;
    export_drop(s->file);
    json_decref(s->what);
    json_decref(s->columns);
    json_decref(s->after);
    free(s->folder);
    free(s->selection);
}

static const struct screen_key keys[] = {
    {.key = KEYS_ENTER,
     .action = ACTION_WRITE,
     .label = N_("Write"),
     .help = N_("Write the file; when it is there, back to the list")},
    {.label = NULL},
};

const struct screen export_screen = {
    .name = "export",
    .title = N_("Export"),
    .help = N_(
        "Writes the list that was in view, with its filter and order and all of its rows, into a "
        "file in your tray. Times are the site's; amounts are numbers; sums follow the filter."),
    .group = SCREEN_NOT_IN_MENU,
    .roles = SCREEN_ALL,
    .keys = keys,
    .state_size = sizeof(struct exporting),
    .open = export_open,
    .update = export_update,
    .draw = export_draw,
    .action = export_action,
    .text = export_text,
    .close = export_close,
    .may_leave = export_may_leave,
};
