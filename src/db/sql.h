/*
 * The SQL of the program as embedded by tools/sqlgen.sh. Only src/db looks at the text.
 */
#ifndef SQL_H
#define SQL_H

#include "sql_id.h"

enum sql_kind { SQL_KIND_STATEMENT, SQL_KIND_QUERY, SQL_KIND_REPORT };

struct sql_text {
    const char *name;
    enum sql_kind kind;
    const char *text;
};
extern const struct sql_text sql_text[SQL_COUNT + 1];

struct sql_migration {
    const char *name; /* "0001_books" */
    const char *text;
};
extern const struct sql_migration sql_migration[]; /* ends with a NULL name */

#endif
