/*
 * The picture of the wall: cells with room, colour and sign, and the legend that counts them. A state is
 * told by its sign; colour only helps.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "canvas.h"
#include "message.h"
#include "show.h"
#include "text.h"
#include "wall.h"

#define LEGEND_LINES 2 /* more would cost lines of cells */

/* The characters of text that fit into `cells` cells, right-aligned, the rest left out without a mark. */
static void label_draw(struct canvas *c, int row, int col, int cells, unsigned style,
                       const char *text)
{
    char fitting[64];
    size_t used = 0;
    int width = 0, bytes;
    wchar_t ch;
    while ((bytes = canvas_decode(text + used, &ch)) > 0 && width + canvas_width(ch) <= cells &&
           used + (size_t)bytes < sizeof fitting) {
        width += canvas_width(ch);
        used += (size_t)bytes;
    }
    memcpy(fitting, text, used);
    fitting[used] = '\0';
    canvas_text(c, row, col + cells - width, width, style, fitting);
}

static void cell_draw(const struct wall *w, struct canvas *c, int row, int place)
{
    const struct wall_cell *cell = &w->cells[w->order[place]];
    const char *word = wall_state_word((enum wall_state)cell->state);
    const int cells = wall_label_cells(w, wall_cell_width(w, place)), col = w->at[place];
    const unsigned style = show_style(word);
    label_draw(c, row, col, cells, style, wall_cell_label(w, cell));
    canvas_char(c, row, col + cells, style, (wchar_t)show_sign(word));
    if (cell->tagged) { /* the room reversed; where there is a gap a star in it too */
        canvas_style(c, row, col, cells, STYLE_REVERSE);
        if (w->form == WALL_ROOMY)
            canvas_char(c, row, col + cells + 1, STYLE_BOLD, L'*');
    }
    if (place == w->cursor) {
        canvas_style(c, row, col, cells + 1, STYLE_REVERSE);
        canvas_cursor(c, row, col + cells);
    }
}

/* The name of the floor or line before a cell: where they flow on with a colon, which costs a tenth of bold's bytes. */
static void name_draw(const struct wall *w, struct canvas *c, int row, int place, bool begins)
{
    const bool flows = w->form != WALL_ROOMY;
    const unsigned style = !begins ? STYLE_DIM : flows ? STYLE_PLAIN : STYLE_BOLD;
    const int col = w->at[place] - w->name_cells - 1;
    const int used =
        canvas_text(c, row, col, w->name_cells, style, wall_beside(w, &w->cells[w->order[place]]));
    if (flows)
        canvas_char(c, row, col + used, style, L':');
}

/* The cells of a line, a name before each floor or line that begins; at the top also before one that only goes on. */
static void line_draw(const struct wall *w, struct canvas *c, int row, const struct wall_line *line,
                      bool top)
{
    for (int i = line->first; i < line->first + line->count; i++) {
        const bool begins = wall_begins(w, i);
        if (w->name_cells > 0 && (begins || (top && i == line->first)))
            name_draw(w, c, row, i, begins);
        cell_draw(w, c, row, i);
    }
}

void wall_draw(struct wall *w, struct canvas *c, int row)
{
    for (int i = 0; i < w->height && w->top + i < w->line_count; i++) {
        const struct wall_line *line = &w->lines[w->top + i];
        if (line->count == 0)
            canvas_text(c, row + i, 1, c->cols - 2, STYLE_BOLD,
                        wall_over(w, &w->cells[w->order[line->first]]));
        else
            line_draw(w, c, row + i, line, i == 0);
    }
}

/* All is well first, then as a meter gets worse, then what is done to it. The order fills two lines of 80 columns. */
enum wall_state wall_legend_state(int place)
{
    static const enum wall_state order[WALL_STATES] = {
        WALL_ON,       WALL_ALARM1,     WALL_ALARM2,    WALL_ALARM2_OFF, WALL_ARREARS,
        WALL_CUT,      WALL_LOST,       WALL_FORCED_ON, WALL_FORCED_OFF, WALL_LOCKED_OUT,
        WALL_IN_DOUBT, WALL_NOT_OPENED, WALL_UNREAD,
    };
    return order[place];
}

static void legend_text(const struct wall *w, enum wall_state state, char *buf)
{
    const char *word = wall_state_word(state), *name = message_gettext(word);
    const char sign = show_sign(word);
    const size_t end = strlen(name);
    /* "alarm 1: 22" */
    const char *between = end && isdigit((unsigned char)name[end - 1]) ? ":" : "";
    char before[3] = {sign == ' ' ? '\0' : sign, ' ', '\0'};
    snprintf(buf, SHOW_TEXT_MAX, "%s%s%s %d", before, name, between, w->counts[state]);
}

/* How close the legend stands, and whether it names what does not occur. */
struct legend_form {
    int gap;
    bool all;
};

static int legend_draw(const struct wall *w, struct canvas *c, int row, int cols, int marked,
                       const struct legend_form *form)
{
    char text[SHOW_TEXT_MAX];
    int used = 0, col = 1;
    for (int i = 0; i < WALL_LEGEND_STATES; i++) {
        const enum wall_state state = wall_legend_state(i);
        const bool chosen = w->states >> state & 1u;
        const bool rare = state == WALL_ALARM2_OFF; /* with it all would not fit into two lines */
        if ((!form->all || rare) && w->counts[state] == 0 && !chosen && i != marked)
            continue;
        legend_text(w, state, text);
        const int width = text_width(text);
        if (col > 1 && col + width > cols - 1) {
            used++;
            col = 1;
        }
        if (c && chosen) {
            const struct canvas_cell *before = &c->cells[(row + used) * c->cols + col - 1];
            canvas_char(c, row + used, col - 1, STYLE_BOLD, before->base == L']' ? L'|' : L'[');
            canvas_char(c, row + used, col + width, STYLE_BOLD, L']');
        }
        if (c)
            canvas_text(c, row + used, col, width,
                        show_style(wall_state_word(state)) | (i == marked ? STYLE_REVERSE : 0),
                        text);
        if (c && i == marked)
            canvas_cursor(c, row + used, col);
        col += width + form->gap;
    }
    return used + 1;
}

int wall_legend(const struct wall *w, struct canvas *c, int row, int cols, int marked)
{
    static const struct legend_form forms[] = {{2, true}, {1, true}, {1, false}};
    const int last = (int)(sizeof forms / sizeof *forms) - 1;
    int form = 0;
    while (form < last && legend_draw(w, NULL, 0, cols, marked, &forms[form]) > LEGEND_LINES)
        form++;
    return legend_draw(w, c, row, cols, marked, &forms[form]);
}

const char *wall_floors_text(const struct wall *w, char *buf, int *in_view)
{
    buf[0] = '\0';
    *in_view = 0;
    if (w->shown == 0 || w->worst_first || w->line_count == 0)
        return buf;
    const int end = w->top + w->height < w->line_count ? w->top + w->height : w->line_count;
    const struct wall_line *last = &w->lines[end - 1];
    const int first = w->lines[w->top].first;
    const int final = last->first + (last->count > 0 ? last->count - 1 : 0);
    const char *from = wall_beside(w, &w->cells[w->order[first]]);
    const char *to = wall_beside(w, &w->cells[w->order[final]]);
    for (int i = first; i <= final; i++)
        *in_view += i == first || wall_begins(w, i);
    snprintf(buf, SHOW_TEXT_MAX, "%.60s%s%.60s", from, strcmp(from, to) ? "-" : "",
             strcmp(from, to) ? to : "");
    return buf;
}
