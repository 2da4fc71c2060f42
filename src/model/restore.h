/*
 * Books restored from a copy: the copy is proved, told what is known of the time after it (printed numbers, the
 * journal's head, each meter that must be compared), and put into the place of the database, which is moved
 * aside. And what is left to do afterwards: a meter compared with the copy before anything is sold to it.
 */
#ifndef RESTORE_H
#define RESTORE_H

#include "order.h"

/* Sends of a top-up of the copy that was not over: it is proved, and a person sends it again or cancels it. */
#define RESTORE_SENDS 1000

struct restore_wish {
    const char *file, *database;
    const char *head_file; /* NULL: none is kept */
    const char *claim;     /* "NUMBER:HASH" of a slip, or NULL */
    const char *last;      /* "S-2026-000123,C-2026-000004" of slips, or NULL */
    int64_t skip;          /* this many numbers of each kind are left out; 0: what is known tells */
    bool
        other_books; /* the copy may be of other books than the head file and the database tell of */
    int64_t uid;     /* the account of the machine that asks */
};

/* The caller holds the database's lock. Until the last step nothing of the present books is touched; then the database
 * and the head file stand beside with ".before-TIME" behind their names. *result: {"database","aside","head_number",
 * "head_hash","copy_head","lost","gaps":[{"kind","year","from","to"}],"meters"}; lost -1: not known. The caller's. */
int restore_books(const struct restore_wish *wish, json_t **result, struct err *e);

/* What a meter holds is known now: is it one that a restore left to compare? Inside a transaction, after what was found was
 * booked. */
int restore_compare(struct books *b, int64_t meter_id, const struct order_seen *seen,
                    struct err *e);
/* 1: the meter is still to be compared; 0 not; negative an error. */
int restore_waits(struct books *b, int64_t meter_id, struct err *e);

#endif
