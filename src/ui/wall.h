/*
 * The wall widget: every meter as one cell with room, colour and sign, by building and floor. Cells come
 * from the rows of query "wall"; order, filter, layout, the cursor's way and the picture are pure functions of
 * cells and size. Nothing here asks the engine.
 */
#ifndef WALL_H
#define WALL_H

#include "edit.h"
#include "rows.h"

struct canvas;

/* Of the states the first that holds is a meter's; in this order "worst first" sorts. */
enum wall_state {
    WALL_LOCKED_OUT,
    WALL_IN_DOUBT,
    WALL_LOST,
    WALL_FORCED_OFF,
    WALL_FORCED_ON,
    WALL_NOT_OPENED,
    WALL_CUT,
    WALL_ALARM2_OFF, /* there is credit: open for the second warning */
    WALL_ARREARS,
    WALL_ALARM2,
    WALL_ALARM1,
    WALL_UNREAD,
    WALL_ON,
    WALL_STATES
};

/* The engine's word for a state: "cut". */
const char *wall_state_word(enum wall_state state);

struct wall_cell {
    int64_t id, balance_minor, at_utc;
    int32_t power_w; /* -1: not known */
    bool has_balance;
    bool waits; /* something happened to it, and it is not asked for again yet */
    bool tagged;
    unsigned char state;
    unsigned char room_cells; /* columns of the room's name */
    unsigned round;           /* of wall_round(), to find what is there no more */
    char *text;               /* holds what follows */
    const char *building, *floor, *room, *tenant, *meter, *channel, *search;
};

enum wall_form {
    WALL_ANY,   /* the roomiest that fits */
    WALL_ROOMY, /* five columns a cell, one floor a row */
    WALL_DENSE, /* three columns a cell, floors flowing on */
    WALL_TIGHT  /* the same without the room's leading zero: two columns, or three */
};

/* What stands together under a name at the left. */
enum wall_group { WALL_BY_FLOOR, WALL_BY_CHANNEL, WALL_GROUPS };

/* A line of the picture: cells [first, first + count) of the order, or a building's name over its floors. */
struct wall_line {
    int first, count; /* count 0: the name of the building of `first` */
};

struct wall {
    struct wall_cell *cells; /* by id */
    int count, size;
    int *sorted
        [WALL_GROUPS]; /* all cells as they stand in the building, or on their lines: places in cells */
    bool is_sorted[WALL_GROUPS];
    int *order; /* what is shown, as it is shown: places in cells */
    int shown;
    int counts[WALL_STATES]; /* of what the text of the filter leaves, whatever states are chosen */
    int buildings, floors;   /* how many different ones are shown; by channel: none, the channels */
    int floor_cells;         /* the longest name of a floor or channel */
    int room_cells;          /* ... of a room */
    int tagged;              /* of all cells, shown or not */
    unsigned round;
    char filter[EDIT_BYTES];
    unsigned states; /* bit by state: only these are shown; 0: all */
    enum wall_group group;
    bool worst_first;
    int64_t cursor_id;
    int cursor; /* place in order */
    /* the layout, made by wall_layout() */
    enum wall_form wanted, form;
    struct wall_line *lines;
    int line_count, cols, height;
    int left;       /* column of the first cell of a line */
    int cell_width; /* columns a cell, the gap included; tight: at most */
    int name_cells; /* columns of a floor's or line's name before its first cell; 0: none */
    short *at;      /* column of each cell of the order */
    int top;        /* first line shown */
    bool laid;      /* for this size and wish, since the order was made */
    enum wall_form laid_for;
    long layouts; /* how often it was made */
};

void wall_init(struct wall *w);
void wall_clear(struct wall *w);

/* The answer of query "wall": cells are added or changed. true: one of them came anew, went to another place or
 * changed its state (wall_arrange() is due). */
bool wall_put(struct wall *w, const struct rows *rows);
/* All cells are asked for from now on; wall_round_over() takes those away that did not come since. */
void wall_round(struct wall *w);
void wall_round_over(struct wall *w);
/* NULL: no such cell. */
struct wall_cell *wall_find(struct wall *w, int64_t id);
struct wall_cell *wall_find_meter(struct wall *w, const char *meter);

/* What is shown and in which order, from filter and worst_first; the cursor stays on its meter where that is shown. */
void wall_arrange(struct wall *w);
/* Names that a cell stands under: building ("" by channel), and floor or channel. */
const char *wall_over(const struct wall *w, const struct wall_cell *cell);
const char *wall_beside(const struct wall *w, const struct wall_cell *cell);
/* Do rooms of several floors stand together? Then the end of a room's name does not tell it. */
bool wall_mixed(const struct wall *w);

/* The cursor goes to the meter whose room begins with the text, else whose number ends with it. false: none is shown. */
bool wall_jump(struct wall *w, const char *text);
/* The text is the whole room of the meter under the cursor, or the end of its number. */
bool wall_here_is(const struct wall *w, const char *text);

/* Tags the cell under the cursor, or takes its tag off; all that are shown, or none of them where all are tagged. */
void wall_tag(struct wall *w);
void wall_tag_shown(struct wall *w);
void wall_untag(struct wall *w);
/* "meter:1903...,1903..." of the tagged cells, else of what a filter left; the caller's. NULL: neither. */
char *wall_selection(const struct wall *w);
/* The same meters by id, "[3,17]"; the caller's. NULL: neither. */
char *wall_ids(const struct wall *w);

/* The states of the legend, in its order. */
#define WALL_LEGEND_STATES WALL_STATES
enum wall_state wall_legend_state(int place);

/* The cell under the cursor; NULL: nothing is shown. */
const struct wall_cell *wall_here(const struct wall *w);

/* Lines for `cols` columns and `height` lines; made only where something changed. */
void wall_layout(struct wall *w, int cols, int height);
/* Line and column of a cell of the order, in the layout. */
int wall_line_of(const struct wall *w, int place);
/* Arrows, PgUp, PgDn, Home, End; false: not its key. */
bool wall_key(struct wall *w, uint32_t key);

/* Does a floor or line begin at this place of the order? Its name stands before that cell. */
bool wall_begins(const struct wall *w, int place);
/* Columns of a cell, the gap after it included. */
int wall_cell_width(const struct wall *w, int place);

/* Columns of a cell that is so wide, without its sign and the gap after it. */
int wall_label_cells(const struct wall *w, int width);

/* What of the room's name tells it apart on its floor in the form that is laid out: "04" of 1204 on 12F, "4" where
 * cells are tight. Returns a place inside of room. */
const char *wall_cell_label(const struct wall *w, const struct wall_cell *cell);

/* Draws the lines, laid out before; the cursor's cell is reversed. */
void wall_draw(struct wall *w, struct canvas *c, int row);
/* Signs and counts, chosen states in brackets; `marked`: place in the legend that is reversed, -1 none. Draws (where c
 * is not NULL) and returns the lines used. */
int wall_legend(const struct wall *w, struct canvas *c, int row, int cols, int marked);
/* "12F-1F" (or lines) of what is in view, and how many they are; buf has SHOW_TEXT_MAX. */
const char *wall_floors_text(const struct wall *w, char *buf, int *in_view);

#endif
