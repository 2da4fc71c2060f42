/*
 * Papers found, filled in with what is known at the moment of printing, and moved from state to state.
 */
#include "outbox.h"

#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "db.h"
#include "journal.h"
#include "text.h"

/* A receipt waits this long for the meter's word before it says "paid, not yet on the meter". */
#define DELIVERY_WAIT_S 6

#define HASH_SHOWN 8 /* bytes of the head's hash on paper */

/* Delivery as it stands, and the head of the journal, beside the snapshot. */
static void add_facts(struct db_row *row, json_t *data)
{
    char hex[2 * HASH_SHOWN + 1], number[24];
    size_t size;
    const unsigned char *hash = db_blob(row, 14, &size);
    bool done = strcmp(db_text(row, 15), "done") == 0;

    json_object_set_new(data, "delivery", json_string(done ? "on" : "pending"));
    if (done) {
        json_object_set_new(data, "balance_before", json_integer(db_int(row, 16)));
        json_object_set_new(data, "balance_after", json_integer(db_int(row, 17)));
        json_object_set_new(data, "count_before", json_integer(db_int(row, 18)));
        json_object_set_new(data, "count_after", json_integer(db_int(row, 19)));
    }
    snprintf(number, sizeof number, "%lld", (long long)db_int(row, 13));
    json_object_set_new(data, "head_number", json_string(number));
    if (size >= HASH_SHOWN)
        json_object_set_new(data, "head_hash", json_string(journal_hex(hash, HASH_SHOWN, hex)));
}

static int read_paper(struct db_row *row, struct outbox_paper *p, struct err *e)
{
    memset(p, 0, sizeof *p);
    p->id = db_int(row, 0);
    text_copy(p->kind, sizeof p->kind, db_text(row, 1));
    text_copy(p->number, sizeof p->number, db_text(row, 2));
    text_copy(p->queue, sizeof p->queue, db_text(row, 4));
    p->columns = (int)db_int(row, 5);
    text_copy(p->encoding, sizeof p->encoding, db_text(row, 6));
    text_copy(p->language, sizeof p->language, db_text(row, 7));
    p->confirms = db_int(row, 8) != 0;
    p->marked = db_int(row, 9) != 0;
    text_copy(p->state, sizeof p->state, db_text(row, 10));
    text_copy(p->job_uuid, sizeof p->job_uuid, db_text(row, 11));
    p->job_id = db_int(row, 12);
    p->data = json_loads(db_text(row, 3), 0, NULL);
    if (!p->data)
        return err_set(e, MSG_INTERNAL, "a document's snapshot is no JSON");
    add_facts(row, p->data);
    return 0;
}

int outbox_next(struct books *b, const char *skip, struct outbox_paper *out, struct err *e)
{
    struct db_row *row;
    int rc = db_find(books_db(b), SQL_outbox_next, &row, e, "sii", skip ? skip : "",
                     (int64_t)DELIVERY_WAIT_S, clock_utc());
    bool found = rc == 0 && row;

    if (found)
        rc = read_paper(row, out, e);
    db_done(row);
    return rc != 0 ? rc : found;
}

int outbox_asked(struct books *b, struct outbox_paper *out, int max, struct err *e)
{
    struct db_row *row;
    int n = 0, rc = db_find(books_db(b), SQL_outbox_asked, &row, e, "i", (int64_t)max);
    int more = rc == 0 && row;

    while (more == 1 && n < max) {
        rc = read_paper(row, &out[n], e);
        if (rc != 0)
            break;
        n++;
        more = db_next(row, e);
    }
    db_done(row);
    return rc != 0 ? rc : more < 0 ? more : n;
}

int outbox_state(struct books *b, int64_t id, const char *state, const char *job_uuid,
                 int64_t job_id, const char *reasons, struct effects *fx, struct err *e)
{
    struct db_row *row;
    int rc = db_find(books_db(b), SQL_outbox_current, &row, e, "i", id);

    /* Asked every second while a printer is out of paper: nothing new is no write. */
    bool same = rc == 0 && row && strcmp(db_text(row, 0), state) == 0 &&
                strcmp(db_text(row, 1), reasons) == 0 && strcmp(state, "sending") != 0;
    /* Back to waiting from a send whose end is unknown: the next print says so. */
    bool marked =
        rc == 0 && row && strcmp(state, "waiting") == 0 &&
        (strcmp(db_text(row, 0), "sent") == 0 || strcmp(db_text(row, 0), "unconfirmed") == 0);
    db_done(row);
    if (rc != 0 || same)
        return rc;
    rc = db_run(books_db(b), SQL_outbox_state, e, "issisii", id, state, job_uuid ? job_uuid : "",
                job_id, reasons, clock_utc(), (int64_t)marked);
    if (rc == 0)
        effects_event(fx, "paper",
                      json_pack("{s:I,s:s,s:s}", "outbox", (json_int_t)id, "state", state,
                                "reasons", reasons));
    return rc;
}

int outbox_snapshot(struct books *b, int64_t sale_id, char *kind, size_t kind_size, json_t **data,
                    struct err *e)
{
    struct outbox_paper paper;
    struct db_row *row;
    int rc = db_find(books_db(b), SQL_outbox_sale, &row, e, "i", sale_id);

    if (rc == 0 && !row)
        return err_set(e, MSG_DOCUMENT_UNKNOWN, sale_id);
    if (rc == 0)
        rc = read_paper(row, &paper, e);
    db_done(row);
    if (rc != 0)
        return rc;
    text_copy(kind, kind_size, paper.kind);
    *data = paper.data;
    return 0;
}
