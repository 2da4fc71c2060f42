/*
 * The journal's head noted outside the database, written after each commit: a line "NUMBER HASH CHECK", and one
 * for each kind and year of papers with its highest number, "sale 2026 123"; CHECK is a hash over all of it. A database whose end was cut off shows
 * against it, and so it is never turned back; numbers that a restored copy does not know are not used again.
 */
#ifndef HEAD_H
#define HEAD_H

#include "journal.h"

struct books;
struct effects;

#define HEAD_DIGITS_MAX (2 * JOURNAL_HASH + 1)

/* NUMBER, the sign, at least 8 hex digits (digits has HEAD_DIGITS_MAX bytes): a head as files and slips
 * say it. */
bool head_parse(const char *text, char sign, int64_t *number, char *digits);

/* 1 read, 0 there is no such file, negative: it cannot be read or is damaged, HEAD_DAMAGED says in which line and how.
 * numbers (numbers.h) may be NULL. *checked: it has a check; one of an older version has none. */
int head_read(const char *path, int64_t *number, char *digits, json_t *numbers, bool *checked,
              struct err *e);
/* The whole file anew, on the disk when it returns. lines: of numbers_lines(). */
int head_write(const char *path, int64_t number, const char *digits, const char *lines,
               struct err *e);

struct head {
    char *path;    /* NULL: not noted */
    int64_t noted; /* the entry that the file names */
    bool
        foreign; /* the file is damaged, or names an entry that these books do not have: it stays as it is */
    struct err trouble;    /* why so; code 0: it is not */
    json_t *numbers;       /* of the papers, as the books have them */
    int64_t last_document; /* row up to which they were taken */
};
void head_init(struct head *head, const char *path, struct books *b);
void head_clear(struct head *head);

/* After the commit: money is in the books already, so that a head that cannot be noted is told as an event
 * "trouble" and is no error. fx may be NULL. */
void head_note(struct head *head, struct books *b, struct effects *fx);

#endif
