/*
 * A table bound to a query of the engine. A screen keeps one in its state and needs three lines:
 *
 *     table_source_init(&s->list, v, &list, json_pack("{s:s}", "account", number));      in open
 *     table_source_draw(&s->list, c, top, lines, true);                                  in draw
 *     table_source_text(&s->list, "number")                       the row under the cursor, in action
 *
 * Everything else happens by itself: asking, paging through any number of rows (only what is shown plus a
 * page on either side is held), sorting, the filter line, tags, asking again after the engine's events without
 * moving the row under the cursor, the wait, the empty list, the error, Ctrl-X. The keys stand in one table
 * (table_source_keys), come after those of the screen, and are in its help and palette. Sorting and filtering happen
 * in the engine. Of several tables in one screen all are kept fresh, and v->table is the one with the keys.
 */
#ifndef TABLE_SOURCE_H
#define TABLE_SOURCE_H

#include "edit.h"
#include "screen.h"
#include "table.h"

/* One of the ways to narrow a list by the query's parameter "state". */
struct table_choice {
    const char *state; /* NULL: all rows */
    const char *words; /* N_("Batches that run now"); NULL ends them */
};

struct table_def {
    const char *call;                   /* a query of the protocol */
    const struct table_column *columns; /* ends with a NULL name */
    const char *id;                     /* column that tells rows apart */
    const char *empty;                  /* N_(): what would be here and which key fills it */
    const char *what;   /* N_("reading the list"), said when it takes long; NULL: that */
    const char *events; /* "order paper": after these it is asked again; NULL: never by itself */
    const char *sort;   /* column it is sorted by at first; NULL: the query's own order */
    bool down;          /* ... the other way round */
    bool untagged;      /* Space tags no rows here */
    const char
        *select; /* "meter": the ids as a term of a batch's selection; NULL: they tell no meters */
    const struct table_choice *choices; /* what it can be narrowed to, for table_source_choose() */
    bool typed; /* letters and Space belong to a field of the screen: F1 and palette only */
    void (*came)(struct view *v, const struct err *e); /* rows came, or *e; NULL: nobody minds */
    /* Texts of the rows, as the engine has them, that contain this text in the language of the screen, at most `most`;
     * returns how many. For columns whose words are translated; NULL: state words are. */
    int (*found)(struct view *v, const char *text, const char **words, int most);
};

struct table_source {
    struct view_part part;
    const struct table_def *def;
    struct view *view;
    struct table table; /* rows, cursor: table.h */
    json_t *args;       /* of the query */
    size_t choice;      /* of def->choices */
    struct edit filter;
    bool filtering;         /* the filter line takes the keys */
    char found[EDIT_BYTES]; /* the filter that was asked for */
    int request;       /* one at a time: what is wanted meanwhile is asked when its answer came */
    bool fresh;        /* the request is another question: its answer begins at the first row */
    bool stale;        /* ... and meanwhile there is yet another one */
    bool outdated;     /* something changed: it is asked again at the next tick */
    int64_t want;      /* row that the cursor goes to when it came; -1: none */
    int64_t asked_row; /* the one that the request is for; -1: none */
    int64_t total;     /* rows in all; -1: not known */
    struct err failed; /* code 0: the last answer was one */
};

/* Registers the table with its view and asks; args (NULL: none) are taken. The view frees it. */
void table_source_init(struct table_source *t, struct view *v, const struct table_def *def,
                       json_t *args);
/* The same without asking, for a screen that asks later with table_source_ask(). */
void table_source_init_idle(struct table_source *t, struct view *v, const struct table_def *def);
/* Another question (args taken): from the first row, tags and rows forgotten. */
void table_source_ask(struct table_source *t, json_t *args);
/* Asks for the choice of this word ("" or unknown: the first); args (taken, NULL: none) are what else the query needs. */
void table_source_choose(struct table_source *t, const char *state, json_t *args);
/* Asks for the next choice, and after the last one for the first. */
void table_source_choose_next(struct table_source *t);
/* What is chosen, in the words of the screen's language. */
const char *table_source_choice(const struct table_source *t);
/* The same question again, in the background: the row under the cursor stays where it is. */
void table_source_again(struct table_source *t);
/* The same, but the cursor goes to this row of the whole list, whatever stands there then: where work on a row takes it
 * to another place, the next one is worked on. */
void table_source_again_at(struct table_source *t, int64_t row);
/* The place of the cursor in the whole list. */
int64_t table_source_place(const struct table_source *t);
/* Forgets rows, tags and a request that is under way: nothing was asked yet. */
void table_source_forget(struct table_source *t);
/* Frees; the view does it. */
void table_source_clear(struct table_source *t);

/* Draws heading, rows and, in the last of the `lines`, filter, tags and place. Returns the lines used. */
int table_source_draw(struct table_source *t, struct canvas *c, int row, int lines, bool focus);

/* The row under the cursor: is there one, its values, all of it (the caller's, NULL: no row). */
bool table_source_has(const struct table_source *t);
int64_t table_source_number(const struct table_source *t, const char *column);
const char *table_source_text(const struct table_source *t, const char *column);
json_t *table_source_row(const struct table_source *t);

/* The tagged ids, or that of the row under the cursor where none is tagged: an array, the caller's. */
json_t *table_source_chosen(const struct table_source *t);
int table_source_tagged(const struct table_source *t);
/* The tagged rows as a batch's selection, 'meter:"190301527","190301528"'; the caller's. NULL: none is tagged, or they
 * tell no meters. */
char *table_source_selection(const struct table_source *t);

/* How many rows there are in all; -1: not known. */
int64_t table_source_total(const struct table_source *t);

/* ---- for the console, which calls these for every view */

enum table_action {
    TABLE_SORT = 1,
    TABLE_TURN,
    TABLE_OWN_ORDER,
    TABLE_FILTER,
    TABLE_TAG,
    TABLE_UNTAG,
    TABLE_AGAIN,
    TABLE_EXPORT
};
extern const struct screen_key table_source_keys[]; /* ends with a NULL label */

/* Does the filter line take the keys before the screen does? */
bool table_source_typing(const struct table_source *t);
/* A key; false: not its own. */
bool table_source_key(struct table_source *t, uint32_t key);
void table_source_act(struct table_source *t, int action);
/* N_() reason why not; NULL: it is possible. */
const char *table_source_why_not(const struct table_source *t, int action);

/* ---- for the export screen */

/* Sort and filter as a page of the protocol, without limit and offset. The caller's. */
json_t *table_source_question(const struct table_source *t);

/* The table of the screen that this one is being opened over; NULL: there is none. */
const struct table_source *table_source_below(const struct view *v);
/* What is in view: {"title","call","args","page","id","rows"}; the page without limit and offset; rows -1 where
 * nobody knows. The caller's. */
json_t *table_source_described(const struct table_source *t);
/* The columns as an export takes them, [{"name","title","kind"}]: titles translated, names "0", "1", ... The caller's. */
json_t *table_source_columns(const struct table_column *columns);
/* A page of the query with these columns and, last, the one that tells rows apart; what a column puts into words
 * comes as text. The caller's. */
json_t *table_source_page(const struct table_def *def, const json_t *result);

#endif
