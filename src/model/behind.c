/*
 * The number is that of the meters in the books, not of those that have power now: it must not change between the question
 * and its answer.
 */
#include "behind.h"

#include "db.h"

int behind_check(struct books *b, int64_t meter_id, const char *number, const json_t *args,
                 struct err *e)
{
    const json_t *dark = json_object_get(args, "dark");
    struct db_row *row;
    int rc = db_find(books_db(b), SQL_behind_find, &row, e, "i", meter_id);
    const int64_t meters = rc == 0 && row ? db_int(row, 1) : 0;

    if (rc == 0 && meters > 0 && (!dark || json_integer_value(dark) != (json_int_t)meters))
        rc = err_set(e, MSG_BEHIND_DARK, number, db_text(row, 0), meters);
    db_done(row);
    return rc;
}
