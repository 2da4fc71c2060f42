/*
 * metertill setting: the site's settings, looked at and changed, in the words of screen "Settings".
 */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "clock.h"
#include "link.h"
#include "message.h"
#include "setting_words.h"
#include "text.h"
#include "verb.h"

#define SETTINGS_MAX 1000

static struct setting_form form_of(const json_t *rows, size_t row)
{
    return (struct setting_form){.key = cli_row_text(rows, row, "key"),
                                 .kind = cli_row_text(rows, row, "kind"),
                                 .unit = cli_row_text(rows, row, "unit"),
                                 .words = cli_row_text(rows, row, "words"),
                                 .min = json_integer_value(cli_row_value(rows, row, "min")),
                                 .max = json_integer_value(cli_row_value(rows, row, "max"))};
}

static void list(const json_t *rows)
{
    char value[SETTING_VALUE_MAX];
    json_t *columns =
        json_pack("[{s:s,s:s,s:s},{s:s,s:s,s:s},{s:s,s:s,s:s}]", "name", "key", "kind", "text",
                  "title", N_("Setting"), "name", "value", "kind", "text", "title", N_("Value"),
                  "name", "meaning", "kind", "text", "title", N_("What it is"));
    json_t *cells = json_array(), *table = NULL;
    for (size_t i = 0; i < json_array_size(json_object_get(rows, "rows")); i++) {
        const struct setting_form form = form_of(rows, i);
        json_array_append_new(cells,
                              json_pack("[s,s,s]", form.key,
                                        setting_shown(&form, cli_row_text(rows, i, "value"), value),
                                        message_gettext(cli_row_text(rows, i, "meaning"))));
    }
    table = json_pack("{s:o,s:o,s:b}", "columns", columns, "rows", cells, "more", 0);
    cli_table(table);
    json_decref(table);
}

/* The row of a key; ERR_NOT_FOUND names the nearest. */
static int row_find(const json_t *rows, const char *key, size_t *row, struct err *e)
{
    const size_t count = json_array_size(json_object_get(rows, "rows"));
    size_t nearest = 0;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(cli_row_text(rows, i, "key"), key) == 0) {
            *row = i;
            return 0;
        }
        if (text_distance(cli_row_text(rows, i, "key"), key) <
            text_distance(cli_row_text(rows, nearest, "key"), key))
            nearest = i;
    }
    return err_set(e, MSG_SETTING_UNKNOWN, key, cli_row_text(rows, nearest, "key"));
}

static void tell(const json_t *rows, size_t row)
{
    const struct setting_form form = form_of(rows, row);
    char value[SETTING_VALUE_MAX], range[SETTING_RANGE_MAX], at[CLOCK_TEXT_MAX];
    const int64_t changed = json_integer_value(cli_row_value(rows, row, "changed_at"));
    printf("%s  %s\n", form.key, setting_shown(&form, cli_row_text(rows, row, "value"), value));
    printf("  %s\n", message_gettext(cli_row_text(rows, row, "meaning")));
    printf(_("  what it can be: %s\n"), setting_range(&form, range));
    printf(_("  built in: %s\n"), setting_shown(&form, cli_row_text(rows, row, "built_in"), value));
    if (json_is_true(cli_row_value(rows, row, "once")) ||
        json_integer_value(cli_row_value(rows, row, "once")))
        printf("  %s\n", _("made when the books are begun, never changed"));
    else if (changed > 0)
        printf(_("  changed last by %s, %s\n"), cli_row_text(rows, row, "changed_by"),
               clock_text(changed, at));
    else
        printf("  %s\n", _("not changed since the books were begun"));
}

static json_t *row_json(const json_t *rows, size_t row)
{
    json_t *o = json_object(), *column;
    size_t i;
    json_array_foreach(json_object_get(rows, "columns"), i, column)
        json_object_set(o, json_string_value(json_object_get(column, "name")),
                        json_array_get(json_array_get(json_object_get(rows, "rows"), row), i));
    return o;
}

static int change(struct cli *cli, const json_t *rows, size_t row, const char *typed, bool json,
                  struct err *e)
{
    const struct setting_form form = form_of(rows, row);
    char value[SETTING_VALUE_MAX], was[SETTING_VALUE_MAX], is[SETTING_VALUE_MAX], once[33];
    json_t *result = NULL;
    int code = setting_typed(&form, typed, value, e);
    if (code == 0)
        code = cli_call(cli, "setting.set", json_pack("{s:s,s:s}", "key", form.key, "value", value),
                        link_once(once), 0, &result, e);
    if (code == 0 && json)
        cli_json(result);
    else if (code == 0)
        printf("%s: %s -> %s\n", form.key,
               setting_shown(&form, cli_row_text(rows, row, "value"), was),
               setting_shown(&form, value, is));
    json_decref(result);
    return code;
}

static int run(struct cli *cli, int argc, char **argv, struct err *e)
{
    bool json = false;
    const struct cli_option options[] = {{.name = "json", .flag = &json}, {0}};
    json_t *rows = NULL;
    size_t row = 0;
    int first, code = cli_options(argc, argv, options, &first, e);
    if (code == 0)
        code = cli_words(argc, argv, first, 0, 2, e);
    if (code == 0)
        code = cli_call(cli, "settings", json_pack("{s:{s:i}}", "page", "limit", SETTINGS_MAX),
                        NULL, 0, &rows, e);
    if (code == 0 && first < argc)
        code = row_find(rows, argv[first], &row, e);
    if (code == 0 && first + 1 < argc)
        code = change(cli, rows, row, argv[first + 1], json, e);
    else if (code == 0 && json) {
        json_t *one = first < argc ? row_json(rows, row) : json_incref(rows);
        cli_json(one);
        json_decref(one);
    } else if (code == 0 && first < argc)
        tell(rows, row);
    else if (code == 0)
        list(rows);
    json_decref(rows);
    return code;
}

const struct verb setting_verb = {
    .name = "setting",
    .summary = N_("look at the site's settings and change one"),
    .usage = N_(
        "metertill setting [--json]\n"
        "metertill setting KEY [--json]\n"
        "metertill setting KEY VALUE [--json]\n"
        "\n"
        "All settings; one with what it is, what it can be, what is built in and who changed it last; one changed\n"
        "(administrators): it asks nothing and tells the value before and after. A value is typed as it is shown:\n"
        "amounts with decimals (100 is 100.00), times with their unit (90 s, 30 min, 6 h, 7 days; a bare number is\n"
        "seconds), yes or no. '' is nothing. With --json values are as the books keep them: minor units, seconds.\n"
        "Exit 65 where it cannot be this, 66 where there is no such setting."),
    .run = run,
};
