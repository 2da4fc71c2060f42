/*
 * The open shift found, and the head of a paper.
 */
#include "counter.h"

#include <stdio.h>
#include <string.h>

#include "db.h"
#include "text.h"

int counter_get(struct books *b, const struct actor *who, enum msg_id none, struct counter *c,
                struct err *e)
{
    struct db_row *row;
    int rc = db_find(books_db(b), SQL_sale_shift, &row, e, "i", who->operator_id);

    if (rc != 0)
        return rc;
    if (!row)
        return err_set(e, none);
    c->shift_id = db_int(row, 0);
    c->till_id = db_int(row, 1);
    text_copy(c->till, sizeof c->till, db_text(row, 2));
    text_copy(c->language, sizeof c->language, db_text(row, 3));
    text_copy(c->operator_name, sizeof c->operator_name, db_text(row, 4));
    db_done(row);
    return 0;
}

json_t *counter_paper(struct books *b, const struct counter *c, const char *number, int64_t at_utc)
{
    char site[128], demo[8], shift[24];

    snprintf(shift, sizeof shift, "%lld", (long long)c->shift_id);
    json_t *s = json_pack("{s:s,s:s,s:I,s:s,s:s,s:s}", "site",
                          setting_text(b, "site.name", site, sizeof site), "number", number, "at",
                          (json_int_t)at_utc, "till", c->till, "shift", shift, "operator",
                          c->operator_name);
    if (strcmp(setting_text(b, "site.demo", demo, sizeof demo), "1") == 0)
        json_object_set_new(s, "demo", json_string("DEMO"));
    return s;
}
