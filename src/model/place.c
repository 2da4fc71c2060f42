/*
 * Where meters are: what the engine needs to talk to them (declared in reading.h).
 */
#include "db.h"
#include "reading.h"
#include "text.h"

static void read_place(struct db_row *row, struct meter_place *p)
{
    p->meter_id = db_int(row, 0);
    p->channel_id = db_int(row, 1);
    p->address = (int)db_int(row, 2);
    text_copy(p->number, sizeof p->number, db_text(row, 3));
    text_copy(p->model, sizeof p->model, db_text(row, 4));
    p->transformers = db_int(row, 5) != 0;
}

int meter_place_get(struct books *b, const char *number, struct meter_place *out, struct err *e)
{
    struct db_row *row;
    int rc = db_find(books_db(b), SQL_place_number, &row, e, "s", number);

    if (rc == 0 && !row)
        return err_set(e, MSG_METER_UNKNOWN, number);
    if (rc == 0)
        read_place(row, out);
    db_done(row);
    return rc;
}

int meter_place_by_id(struct books *b, int64_t meter_id, struct meter_place *out, struct err *e)
{
    struct db_row *row;
    int rc = db_find(books_db(b), SQL_place_id, &row, e, "i", meter_id);

    if (rc == 0 && !row)
        return err_set(e, MSG_METER_UNKNOWN, "?");
    if (rc == 0)
        read_place(row, out);
    db_done(row);
    return rc;
}

/* Rows of a statement that is already on its first one. */
static int read_all(struct db_row *row, int rc, struct meter_place *out, int max, struct err *e)
{
    int n = 0;

    if (rc == 0 && row) {
        do
            read_place(row, &out[n++]);
        while (n < max && (rc = db_next(row, e)) == 1);
    }
    db_done(row);
    return rc < 0 ? rc : n;
}

int meter_place_list(struct books *b, int64_t channel_id, struct meter_place *out, int max,
                     struct err *e)
{
    struct db_row *row;
    int rc = db_find(books_db(b), SQL_place_list, &row, e, "i", channel_id);

    return read_all(row, rc, out, max, e);
}

int meter_place_uncompared(struct books *b, struct meter_place *out, int max, struct err *e)
{
    struct db_row *row;
    int rc = db_find(books_db(b), SQL_place_uncompared, &row, e, "");

    return read_all(row, rc, out, max, e);
}

int channel_place_list(struct books *b, struct channel_place *out, int max, struct err *e)
{
    struct db_row *row;
    int n = 0, rc = db_find(books_db(b), SQL_channel_list, &row, e, "");

    if (rc == 0 && row) {
        do {
            struct channel_place *c = &out[n++];
            c->id = db_int(row, 0);
            text_copy(c->name, sizeof c->name, db_text(row, 1));
            text_copy(c->type, sizeof c->type, db_text(row, 2));
            text_copy(c->host, sizeof c->host, db_text(row, 3));
            text_copy(c->device, sizeof c->device, db_text(row, 4));
            c->port = (int)db_int(row, 5);
            c->baud = (int)db_int(row, 6);
            c->quiet_ms = (int)db_int(row, 7);
            c->parity = db_text(row, 8)[0];
            c->stop_bits = (int)db_int(row, 9);
            c->timeout_min_ms = (int)db_int(row, 10);
            c->low_latency = db_int(row, 11) != 0;
            text_copy(c->handed_to, sizeof c->handed_to, db_text(row, 12));
            c->handed_at_utc = db_int(row, 13);
        } while (n < max && (rc = db_next(row, e)) == 1);
    }
    db_done(row);
    return rc < 0 ? rc : n;
}

int64_t channel_find(struct books *b, const char *name, struct err *e)
{
    int64_t id = 0;
    int rc = db_get(books_db(b), SQL_channel_named, 0, &id, e, "s", name);

    if (rc == 0 && id == 0)
        return err_set(e, MSG_CHANNEL_UNKNOWN, name);
    return rc != 0 ? rc : id;
}
