/*
 * Forms: a few fields under each other with labels. Enter sends the form off or goes to the next field,
 * Up, Down and Tab move, the left and right arrows change a choice.
 */
#ifndef FORM_H
#define FORM_H

#include "edit.h"

struct canvas;

enum field_kind { FIELD_TEXT, FIELD_PROSE, FIELD_AMOUNT, FIELD_NUMBER, FIELD_SECRET, FIELD_CHOICE };

struct field_def {
    const char *label; /* N_() */
    enum field_kind kind;
    int limit;                  /* most characters; 0: as many as a line holds */
    const char *const *choices; /* N_() words, ends with NULL */
};

struct field {
    const struct field_def *def;
    struct edit line;
    int choice;
    bool hidden; /* does not apply now: not drawn, not reached */
};

#define FORM_FIELDS_MAX 16

struct form {
    struct field field[FORM_FIELDS_MAX];
    int count, focus;
    bool sends; /* Enter sends from any field; else only from the last one */
};

void form_init(struct form *f, const struct field_def *defs, int count, bool sends);

enum form_result { FORM_IGNORED, FORM_REFUSED /* a beep */, FORM_TAKEN, FORM_CHANGED, FORM_SENT };
enum form_result form_key(struct form *f, uint32_t key);

/* The text of a field; the chosen English word of a choice. buf has EDIT_BYTES. */
const char *form_text(const struct form *f, int field, char *buf);
void form_set(struct form *f, int field, const char *text);
void form_focus(struct form *f, int field);

/* Draws one field: label in `label_cells`, value in `cells`. */
void form_draw_field(struct form *f, int field, struct canvas *c, int row, int col, int label_cells,
                     int cells, bool focus);
/* Draws all, one a line. Returns the lines used. */
int form_draw(struct form *f, struct canvas *c, int row, int col, int label_cells, int cells,
              bool focus);

#endif
