/*
 * The words behind setting_row.h.
 */
#include "setting_row.h"

#include "canvas.h"
#include "message.h"
#include "show.h"

#define WORDS_MAX (SHOW_TEXT_MAX * 4)

struct setting_form setting_row(const struct rows *r, int row)
{
    return (struct setting_form){.key = rows_text(r, row, "key"),
                                 .kind = rows_text(r, row, "kind"),
                                 .unit = rows_text(r, row, "unit"),
                                 .words = rows_text(r, row, "words"),
                                 .min = rows_number(r, row, "min", 0),
                                 .max = rows_number(r, row, "max", 0)};
}

/* "Changed last by Admin, 14:03." */
static const char *change_words(const struct rows *r, int row, int64_t now_utc, char *buf)
{
    char at[SHOW_TEXT_MAX];
    const int64_t changed = rows_number(r, row, "changed_at", 0);
    if (rows_number(r, row, "once", 0) != 0)
        return _("Made when the books are begun, never changed.");
    if (changed <= 0)
        return _("Not changed since the books were begun.");
    return show_format(buf, WORDS_MAX, _("Changed last by %1, %2."),
                       SHOW_ARGS(rows_text(r, row, "changed_by"), show_time(now_utc, changed, at)));
}

void setting_row_draw(const struct rows *r, int row, struct canvas *c, int at, int lines,
                      int64_t now_utc)
{
    const struct setting_form form = setting_row(r, row);
    const int end = at + lines;
    char value[SETTING_VALUE_MAX], range[SETTING_RANGE_MAX], changed[WORDS_MAX], text[WORDS_MAX],
        wide[SETTING_RANGE_MAX * 2];
    at += canvas_paragraph(c, at, 1, c->cols - 2, end - at, STYLE_PLAIN,
                           message_gettext(rows_text(r, row, "meaning")));
    show_format(text, sizeof text, _("%1   built in: %2   %3"),
                SHOW_ARGS(form.key, setting_shown(&form, rows_text(r, row, "built_in"), value),
                          change_words(r, row, now_utc, changed)));
    if (at < end)
        at += canvas_paragraph(c, at, 1, c->cols - 2, end - at, STYLE_DIM, text);
    show_format(wide, sizeof wide, _("What it can be: %1"), SHOW_ARGS(setting_range(&form, range)));
    if (at < end)
        canvas_paragraph(c, at, 1, c->cols - 2, end - at, STYLE_DIM, wide);
}
