/*
 * A query's declaration from inside, shared by query.c, which reads it from the header of its file, and
 * query_run.c, which runs it. Nobody else includes this.
 */
#ifndef QUERY_STATE_H
#define QUERY_STATE_H

#include "db.h"
#include "query.h"

#define PARAMS_MAX  12
#define COLUMNS_MAX 96
#define PAGE_BYTES_MAX                                                                             \
    (4 * 1024 * 1024) /* of texts in one page: an answer stays under WIRE_MESSAGE_MAX */

struct column {
    char *name, *kind, *title;
};

struct query {
    enum sql_id id;
    char *title;
    unsigned roles;
    struct param params[PARAMS_MAX + 1];
    bool folded[PARAMS_MAX];
    bool asker;    /* :me is who asks */
    bool settings; /* :settings is the table of settings (setting.h) */
    size_t param_count;
    struct column columns[COLUMNS_MAX];
    size_t column_count;
    struct db_key key[DB_KEY_MAX]; /* the query's own order, and no two rows alike in it */
    int key_place[DB_KEY_MAX];     /* places of its columns */
    size_t key_count;              /* 0: it has none */
};

#endif
