/*
 * Dialogs: who and what in the title, keys typed ahead thrown away, answered by typing the amount or
 * number. One at a time, over everything.
 */
#include <stdio.h>
#include <string.h>

#include "console_state.h"
#include "message.h"
#include "show.h"
#include "text.h"

void view_dialog(struct view *v, const char *title, const char *text, const char *answer,
                 void (*yes)(struct view *v))
{
    struct console *c = v->console;
    struct dialog *d = &c->dialog;
    memset(d, 0, sizeof *d);
    d->view = v;
    d->yes = yes;
    text_copy(d->title, sizeof d->title, title);
    text_copy(d->text, sizeof d->text, text);
    text_copy(d->answer, sizeof d->answer, answer ? answer : "");
    edit_init(&d->line, EDIT_AMOUNT,
              (int)sizeof d->answer - 1); /* an input method's point is one */
    view_discard(v);
}

void dialog_quit(struct console *c)
{
    struct view *top = console_top(c);
    if (!top)
        return;
    view_dialog(top, _("Leave Metertill? Enter leaves, Esc stays."),
                _("Sales that were made are safe, and your shift stays open."), NULL, view_quit);
    c->dialog.quit = true;
}

static void answered(struct console *c)
{
    struct dialog *d = &c->dialog;
    char typed[EDIT_BYTES];
    struct view *v = d->view;
    if (strcmp(edit_get(&d->line, typed), d->answer) != 0) {
        view_beep(v);
        text_copy(d->wrong, sizeof d->wrong, typed);
        edit_set(&d->line, "");
        return;
    }
    d->view = NULL;
    if (d->yes)
        d->yes(v);
}

void dialog_key(struct console *c, uint32_t key)
{
    struct dialog *d = &c->dialog;
    if (key == KEYS_CTRL('C') && d->quit) {
        c->leaving = true;
    } else if (key == KEYS_ESC || key == KEYS_CTRL('C')) {
        d->view = NULL;
    } else if (key == KEYS_ENTER) {
        answered(c);
    } else if (d->answer[0]) {
        d->wrong[0] = '\0';
        if (edit_key(&d->line, key) == EDIT_REFUSED)
            view_beep(d->view);
    }
}

void dialog_draw(struct console *c, struct canvas *canvas)
{
    struct dialog *d = &c->dialog;
    char text[CONSOLE_TEXT_MAX];
    if (!d->view)
        return;
    const int lines = 9, top = (canvas->rows - lines) / 2, col = 6, cells = canvas->cols - 2 * col;
    for (int i = 0; i < lines; i++) /* whole rows: what stands beside it would be half words */
        canvas_fill(canvas, top + i, 0, canvas->cols, STYLE_PLAIN);
    canvas_fill(canvas, top, col - 2, cells + 4, STYLE_REVERSE);
    canvas_text(canvas, top, col, cells, STYLE_REVERSE | STYLE_BOLD, d->title);
    canvas_paragraph(canvas, top + 2, col, cells, 4, STYLE_PLAIN, d->text);
    if (d->wrong[0])
        canvas_text(canvas, top + 6, col, cells, STYLE_RED | STYLE_BOLD,
                    show_format(text, sizeof text, _("%1 is not %2: nothing was done."),
                                SHOW_ARGS(d->wrong, d->answer)));
    canvas->cursor_row = -1;
    if (d->answer[0]) {
        show_format(text, sizeof text, _("Type %1 to do it, Esc leaves: "), SHOW_ARGS(d->answer));
        const int used = canvas_text(canvas, top + 7, col, cells, STYLE_BOLD, text);
        edit_draw(&d->line, canvas, top + 7, col + used, 16, STYLE_UNDERLINE, true);
    } else if (!d->quit) { /* that one says it in its title */
        canvas_text(canvas, top + 7, col, cells, STYLE_BOLD, _("Enter or Esc goes on."));
    }
    for (int i = 0; i < cells + 4; i++)
        canvas_char(canvas, top + lines - 1, col - 2 + i, STYLE_DIM, 0x2500);
}
