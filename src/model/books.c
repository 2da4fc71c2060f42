/*
 * The books in hand: their database, what their drivers said of the models, the room on their disk. Opening them is
 * books_open.c, changing them books_change.c.
 */
#include "books.h"

#include <sys/statvfs.h>

#include "ballast.h"
#include "books_state.h"
#include "ledger_clock.h"

struct db *books_db(struct books *b)
{
    return b->db;
}

void books_models(struct books *b, model_takes_fn *takes, model_load_fn *load_max)
{
    b->takes = takes;
    b->load_max = load_max;
}

int64_t books_model_load_w(const struct books *b, const char *model)
{
    return b->load_max ? b->load_max(model) : 0;
}

bool books_model_takes(const struct books *b, const char *model, int order_kind)
{
    return !b->takes || b->takes(model, order_kind);
}

void books_prepare(struct books *b, void *prepared)
{
    b->prepared = prepared;
}

void *books_prepared(const struct books *b)
{
    return b->prepared;
}

struct ledger_clock *books_clocks(struct books *b)
{
    return b->clocks;
}

/* Room for the journal to go on after a sale: below this no money is taken. */
#define SPACE_LEAST (64LL * 1024 * 1024)

bool books_space(struct books *b)
{
    struct statvfs v;

    return statvfs(b->path, &v) != 0 || (int64_t)v.f_bavail * (int64_t)v.f_frsize > SPACE_LEAST;
}

void books_hold(struct books *b)
{
    ballast_hold(b->path);
}
