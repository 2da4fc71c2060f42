/*
 * Fields and the keys that move between them, behind form.h. What a form means is its screen's business.
 */
#include "form.h"

#include <stdio.h>
#include <string.h>

#include "canvas.h"
#include "keys.h"
#include "message.h"
#include "text.h"

static const enum edit_kind edit_kinds[] = {
    [FIELD_TEXT] = EDIT_TEXT,     [FIELD_PROSE] = EDIT_PROSE,   [FIELD_AMOUNT] = EDIT_AMOUNT,
    [FIELD_NUMBER] = EDIT_NUMBER, [FIELD_SECRET] = EDIT_SECRET, [FIELD_CHOICE] = EDIT_TEXT,
};

void form_init(struct form *f, const struct field_def *defs, int count, bool sends)
{
    memset(f, 0, sizeof *f);
    f->count = count;
    f->sends = sends;
    for (int i = 0; i < count; i++) {
        f->field[i].def = &defs[i];
        edit_init(&f->field[i].line, edit_kinds[defs[i].kind], defs[i].limit);
    }
}

static int choices(const struct field *field)
{
    int count = 0;
    while (field->def->choices[count]) {
        count++;
    }
    return count;
}

/* The next field that is not hidden in a direction, or the same. */
static int neighbour(const struct form *f, int from, int step)
{
    for (int i = from + step; i >= 0 && i < f->count; i += step) {
        if (!f->field[i].hidden) {
            return i;
        }
    }
    return from;
}

static enum form_result choice_key(struct field *field, uint32_t key)
{
    const int count = choices(field);
    if (key == KEYS_RIGHT || key == ' ') {
        field->choice = (field->choice + 1) % count;
    } else if (key == KEYS_LEFT) {
        field->choice = (field->choice + count - 1) % count;
    } else if (key >= '1' && key < '1' + (uint32_t)count) {
        field->choice = (int)(key - '1');
    } else {
        return keys_printable(key) ? FORM_REFUSED : FORM_IGNORED;
    }
    return FORM_CHANGED;
}

enum form_result form_key(struct form *f, uint32_t key)
{
    struct field *field = &f->field[f->focus];
    switch (key) {
    case KEYS_ENTER: {
        const int next = neighbour(f, f->focus, 1);
        if (f->sends || next == f->focus) {
            return FORM_SENT;
        }
        f->focus = next;
        return FORM_TAKEN;
    }
    case KEYS_TAB: {
        const int next = neighbour(f, f->focus, 1);
        f->focus = next == f->focus ? neighbour(f, -1, 1) : next;
        return FORM_TAKEN;
    }
    case KEYS_DOWN: f->focus = neighbour(f, f->focus, 1); return FORM_TAKEN;
    case KEYS_BACK_TAB:
    case KEYS_UP: f->focus = neighbour(f, f->focus, -1); return FORM_TAKEN;
    default: break;
    }
    if (field->def->kind == FIELD_CHOICE) {
        return choice_key(field, key);
    }
    switch (edit_key(&field->line, key)) {
    case EDIT_REFUSED: return FORM_REFUSED;
    case EDIT_MOVED: return FORM_TAKEN;
    case EDIT_CHANGED: return FORM_CHANGED;
    default: return FORM_IGNORED;
    }
}

const char *form_text(const struct form *f, int field, char *buf)
{
    const struct field *it = &f->field[field];
    if (it->def->kind == FIELD_CHOICE) {
        text_copy(buf, EDIT_BYTES, it->def->choices[it->choice]);
        return buf;
    }
    return edit_get(&it->line, buf);
}

void form_set(struct form *f, int field, const char *text)
{
    struct field *it = &f->field[field];
    if (it->def->kind != FIELD_CHOICE) {
        edit_set(&it->line, text);
        return;
    }
    for (int i = 0; it->def->choices[i]; i++) {
        if (strcmp(it->def->choices[i], text) == 0) {
            it->choice = i;
        }
    }
}

void form_focus(struct form *f, int field)
{
    f->focus = field;
}

void form_draw_field(struct form *f, int field, struct canvas *c, int row, int col, int label_cells,
                     int cells, bool focus)
{
    struct field *it = &f->field[field];
    const bool here = focus && f->focus == field;
    const unsigned style = STYLE_UNDERLINE;
    canvas_text(c, row, col, label_cells - 1, here ? STYLE_BOLD : STYLE_PLAIN,
                message_gettext(it->def->label));
    if (it->def->kind == FIELD_CHOICE) {
        char text[64];
        snprintf(text, sizeof text, "< %s >", message_gettext(it->def->choices[it->choice]));
        canvas_text(c, row, col + label_cells, cells, here ? STYLE_REVERSE : STYLE_PLAIN, text);
        if (here) {
            canvas_cursor(c, row, col + label_cells + 2);
        }
        return;
    }
    edit_draw(&it->line, c, row, col + label_cells, cells, style, here);
}

int form_draw(struct form *f, struct canvas *c, int row, int col, int label_cells, int cells,
              bool focus)
{
    int used = 0;
    for (int i = 0; i < f->count; i++) {
        if (!f->field[i].hidden) {
            form_draw_field(f, i, c, row + used, col, label_cells, cells, focus);
            used++;
        }
    }
    return used;
}
