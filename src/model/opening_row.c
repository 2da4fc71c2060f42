/*
 * Openings as they stand in the books: loaded, told of, looked for, failed with their order.
 */
#include <string.h>

#include "db.h"
#include "message.h"
#include "opening_row.h"
#include "text.h"

int opening_get(struct books *b, int64_t opening_id, struct opening *o, struct err *e)
{
    struct db_row *row;
    int rc = db_find(books_db(b), SQL_open_load, &row, e, "i", opening_id);

    memset(o, 0, sizeof *o);
    if (rc != 0)
        return rc;
    if (!row)
        return err_set(e, MSG_OPENING_UNKNOWN, opening_id);
    o->id = db_int(row, 0);
    o->account_id = db_int(row, 1);
    o->meter_id = db_int(row, 2);
    text_copy(o->how, sizeof o->how, db_text(row, 3));
    o->fresh = strcmp(o->how, "new") == 0;
    text_copy(o->state, sizeof o->state, db_text(row, 4));
    o->operator_id = db_int(row, 5);
    o->settings_order = db_int(row, 6);
    o->load_order = db_int(row, 7);
    o->clock_order = db_int(row, 8);
    o->tariff_id = db_int(row, 9);
    o->new_account = db_int(row, 10) != 0;
    o->reset = db_int(row, 11) != 0;
    o->agreed_minor = db_int(row, 12);
    o->agreed_count = db_int(row, 13);
    text_copy(o->number, sizeof o->number, db_text(row, 14));
    text_copy(o->account, sizeof o->account, db_text(row, 15));
    text_copy(o->order_state, sizeof o->order_state, db_text(row, 16));
    o->sends = db_int(row, 17);
    text_copy(o->order_flag, sizeof o->order_flag, db_text(row, 18));
    o->quiet_ms = db_int(row, 19);
    db_done(row);
    return 0;
}

void opening_event(struct effects *fx, const struct opening *o, const char *state)
{
    effects_event(fx, "opening",
                  json_pack("{s:I,s:I,s:s,s:s}", "opening", (json_int_t)o->id, "account",
                            (json_int_t)o->account_id, "meter", o->number, "state", state));
}

int opening_check(struct books *b, int64_t meter_id, const char *number, struct err *e)
{
    struct db_row *row;
    int rc = db_find(books_db(b), SQL_open_waiting, &row, e, "i", meter_id);

    if (rc == 0 && row)
        rc = err_set(
            e, strcmp(db_text(row, 1), "failed") == 0 ? MSG_OPENING_NOT_OPEN : MSG_OPENING_WAITS,
            number, db_int(row, 0));
    db_done(row);
    return rc;
}

int opening_check_money(struct books *b, int64_t meter_id, const char *number, struct err *e)
{
    struct db_row *row;
    int rc = db_find(books_db(b), SQL_open_meter_busy, &row, e, "i", meter_id);

    if (rc == 0 && row)
        rc = err_set(e, MSG_OPENING_TOPUP, number, db_text(row, 0));
    db_done(row);
    return rc;
}

int opening_failed(struct books *b, int64_t opening_id, struct effects *fx, struct err *e)
{
    struct opening o;
    int rc = opening_get(b, opening_id, &o, e);

    if (rc != 0 || strcmp(o.state, "waiting") != 0)
        return rc;
    rc = db_run(books_db(b), SQL_open_state, e, "is", o.id, "failed");
    if (rc == 0)
        opening_event(fx, &o, "failed");
    return rc;
}
