/*
 * The settings of the site in words: what each is, its value with its unit, what is built in, what it can be, and who
 * changed it last. Changing one is setting_edit.c.
 */
#include <stdio.h>
#include <string.h>

#include "keys.h"
#include "message.h"
#include "setting_row.h"
#include "show.h"
#include "table_source.h"
#include "text.h"

#define FOOT_PART 3 /* of the lines: more room shows more of what a long list can be */

enum { ACTION_CHANGE = 1 };

static const char *meaning_words(const struct rows *r, int row, char *buf)
{
    text_copy(buf, SHOW_TEXT_MAX, message_gettext(rows_text(r, row, "meaning")));
    return buf;
}

static const char *value_words(const struct rows *r, int row, char *buf)
{
    char value[SETTING_VALUE_MAX];
    const struct setting_form form = setting_row(r, row);
    text_copy(buf, SHOW_TEXT_MAX, setting_shown(&form, rows_text(r, row, "value"), value));
    return buf;
}

static const char *built_in_words(const struct rows *r, int row, char *buf)
{
    char value[SETTING_VALUE_MAX];
    const struct setting_form form = setting_row(r, row);
    text_copy(buf, SHOW_TEXT_MAX, setting_shown(&form, rows_text(r, row, "built_in"), value));
    return buf;
}

static const char *range_words(const struct rows *r, int row, char *buf)
{
    char range[SETTING_RANGE_MAX];
    const struct setting_form form = setting_row(r, row);
    text_copy(buf, SHOW_TEXT_MAX, setting_range(&form, range));
    return buf;
}

static const struct table_column columns[] = {
    {.name = "meaning",
     .title = N_("What it is"),
     .width = 36,
     .most = 100,
     .rank = 1,
     .words = meaning_words},
    {.name = "value",
     .title = N_("Value"),
     .width = 14,
     .most = 30,
     .rank = 1,
     .words = value_words},
    {.name = "built_in",
     .title = N_("Built in"),
     .width = 13,
     .most = 16,
     .rank = 2,
     .words = built_in_words},
    {.name = "changed_at", .title = N_("Changed"), .kind = SHOW_TIME, .width = 11, .rank = 3},
    {.name = "changed_by", .title = N_("Changed by"), .width = 10, .most = 24, .rank = 4},
    {.name = "words",
     .title = N_("What it can be"),
     .width = 24,
     .most = 40,
     .rank = 5,
     .words = range_words},
    {.name = "key", .title = N_("Setting"), .width = 25, .rank = 6},
    {.name = NULL},
};

struct settings {
    struct table_source list;
    json_t *all; /* the answer before anything was looked for; NULL: none yet */
};

static void settings_came(struct view *v, const struct err *e)
{
    struct settings *s = v->state;
    if (e || s->list.found[0])
        return;
    json_decref(s->all);
    s->all = json_incref(s->list.table.rows.result);
}

/* Meanings that say this in the language of the screen: the engine knows the English ones. */
static int settings_found(struct view *v, const char *text, const char **words, int most)
{
    const struct settings *s = v->state;
    const struct rows all = {.result = s->all};
    char wanted[SHOW_TEXT_MAX], shown[SHOW_TEXT_MAX];
    int count = 0;
    text_fold_search(wanted, sizeof wanted, text);
    for (int i = 0; i < rows_count(&all) && count < most; i++) {
        const char *meaning = rows_text(&all, i, "meaning");
        text_fold_search(shown, sizeof shown, message_gettext(meaning));
        if (strstr(shown, wanted))
            words[count++] = meaning;
    }
    return count;
}

static const struct table_def list_def = {
    .call = "settings",
    .columns = columns,
    .id = "key",
    .empty = N_("There are no settings."),
    .what = N_("reading the settings"),
    .events = "books",
    .untagged = true,
    .came = settings_came,
    .found = settings_found,
};

static int settings_open(struct view *v, const json_t *args, struct err *e)
{
    struct settings *s = v->state;
    (void)args;
    (void)e;
    table_source_init(&s->list, v, &list_def, NULL);
    return 0;
}

static void settings_action(struct view *v, int action)
{
    struct settings *s = v->state;
    (void)action;
    view_open(v, "setting_edit", json_pack("{s:s}", "key", table_source_text(&s->list, "key")));
}

static const char *settings_why_not(struct view *v, int action)
{
    const struct settings *s = v->state;
    (void)action;
    if (!table_source_has(&s->list))
        return N_("No setting is marked.");
    return table_source_number(&s->list, "once") != 0
               ? N_("It is made when the books are begun and never changed.")
               : NULL;
}

static void settings_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct settings *s = v->state;
    const int foot = lines / FOOT_PART;
    table_source_draw(&s->list, c, top, lines - foot, true);
    if (table_source_has(&s->list))
        setting_row_draw(&s->list.table.rows, s->list.table.cursor, c, top + lines - foot + 1,
                         foot - 1, view_now(v));
}

static void settings_close(struct view *v)
{
    struct settings *s = v->state;
    json_decref(s->all);
}

static const struct screen_key keys[] = {
    {.key = KEYS_ENTER,
     .action = ACTION_CHANGE,
     .label = N_("Set"),
     .help = N_("Change the marked setting"),
     .roles = SCREEN_ADMINISTRATOR,
     .opens = "setting_edit"},
    {.label = NULL},
};

const struct screen settings_screen = {
    .name = "settings",
    .title = N_("Settings"),
    .help =
        N_("What the site's program keeps to: sales, rounds of reading, orders, batches, alarms, "
           "backups. Below stands all that is known of the marked one. / looks for a word, s "
           "sorts; administrators change."),
    .group = SCREEN_BOOKS,
    .roles = SCREEN_MANAGER | SCREEN_ADMINISTRATOR | SCREEN_AUDITOR,
    .keys = keys,
    .state_size = sizeof(struct settings),
    .open = settings_open,
    .draw = settings_draw,
    .action = settings_action,
    .why_not = settings_why_not,
    .close = settings_close,
};
