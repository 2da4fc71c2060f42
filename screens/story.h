/*
 * A story: lines under each other that scroll, for the screens that tell everything of one thing. It is
 * drawn anew each time, so that it speaks the language of the moment.
 */
#ifndef STORY_H
#define STORY_H

#include "canvas.h"
#include "rows.h"

struct story {
    int top, lines; /* the first line in sight; how many there were at the last drawing */
    struct canvas *canvas;
    int row, height, n;
};

void story_begin(struct story *s, struct canvas *c, int row, int height);
/* One line; indent in cells. */
void story_line(struct story *s, int indent, unsigned style, const char *text);
/* A line with a number at its end. */
void story_amount(struct story *s, int indent, const char *text, const char *amount);
/* An empty line and a heading. */
void story_heading(struct story *s, const char *text);
/* Each attempt of an order and its frames, from the query "attempts". */
void story_attempts(struct story *s, const struct rows *attempts, int64_t now_utc);
void story_end(struct story *s);

/* Arrows, PgUp, PgDn, Home, End; false: not its key. */
bool story_key(struct story *s, uint32_t key);

#endif
