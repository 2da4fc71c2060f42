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

struct column {
    char *name, *kind, *title;
};

struct query {
    enum sql_id id;
    char *title;
    unsigned roles;
    struct param params[PARAMS_MAX + 1];
    bool folded[PARAMS_MAX];
    bool asker; /* :me is who asks */
    size_t param_count;
    struct column columns[COLUMNS_MAX];
    size_t column_count;
};

#endif
