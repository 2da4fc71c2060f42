/*
 * The books opened and closed: the file, its schema, and the head of the journal that is noted beside it.
 */
#include <sodium.h>
#include <stdlib.h>

#include "books_state.h"
#include "db.h"
#include "ledger_clock.h"
#include "message.h"

int books_open(struct books **out, const char *path, const char *head_file, enum books_mode mode,
               struct err *e)
{
    static const enum db_mode modes[] = {
        [BOOKS_WRITE] = DB_WRITE,
        [BOOKS_CREATE] = DB_CREATE,
        [BOOKS_READ] = DB_READ,
        [BOOKS_COPY] = DB_COPY,
    };
    struct books *b = mem_new(sizeof *b);

    if (sodium_init() < 0)
        die("libsodium does not start");
    int rc = db_open(&b->db, path, modes[mode], e);
    if (rc == 0)
        rc = db_migrate(b->db, e);
    if (rc != 0) {
        db_close(b->db);
        free(b);
        return rc;
    }
    b->path = mem_text(path);
    b->clocks = ledger_clock_new();
    head_init(&b->head, head_file, b);
    *out = b;
    return 0;
}

void books_close(struct books *b)
{
    if (!b)
        return;
    db_close(b->db);
    ledger_clock_free(b->clocks);
    free(b->path);
    head_clear(&b->head);
    free(b);
}

int books_head(const struct books *b, struct err *e)
{
    if (b->head.trouble.code != 0)
        *e = b->head.trouble;
    return b->head.trouble.code;
}
