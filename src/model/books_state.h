/*
 * What the books opened are made of; for the books*.c files alone.
 */
#ifndef BOOKS_STATE_H
#define BOOKS_STATE_H

#include "books.h"
#include "head.h"

struct books {
    struct db *db;
    char *path;
    struct head head;
    struct ledger_clock *clocks;
    model_takes_fn *takes;
    model_load_fn *load_max;
    void *prepared;
};

#endif
