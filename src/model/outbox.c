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

/* Columns of the view paper. */
enum {
    PAPER_ID,
    PAPER_KIND,
    PAPER_NUMBER,
    PAPER_SNAPSHOT,
    PAPER_QUEUE,
    PAPER_COLUMNS,
    PAPER_ENCODING,
    PAPER_LANGUAGE,
    PAPER_CONFIRMS,
    PAPER_COPY,
    PAPER_UNKNOWN,
    PAPER_STATE,
    PAPER_JOB_UUID,
    PAPER_JOB_ID,
    PAPER_HEAD_NUMBER,
    PAPER_HEAD_HASH,
    PAPER_ORDER_STATE,
    PAPER_BALANCE_BEFORE,
    PAPER_BALANCE_AFTER,
    PAPER_COUNT_BEFORE,
    PAPER_COUNT_AFTER,
    PAPER_QR,
    PAPER_RASTER,
    PAPER_DRAWER,
    PAPER_COPIES,
    PAPER_CREATED,
    PAPER_CHANGED,
    PAPER_REASONS,
    PAPER_ASKED_BY,
    PAPER_TAKEN_BACK,
    PAPER_DOCUMENT,
    PAPER_SALE,
    PAPER_CANCELLED,
    PAPER_LOCKED_BY,
    PAPER_HANDED_TO,
};

void outbox_paper_clear(struct outbox_paper *paper)
{
    json_decref(paper->data);
    paper->data = NULL;
}

/* What a receipt says of the money: nothing but what is known. */
static const char *delivery_word(struct db_row *row)
{
    const char *order = db_text(row, PAPER_ORDER_STATE);

    if (!db_null(row, PAPER_CANCELLED))
        return "cancelled";
    if (strcmp(order, "done") == 0)
        return "on";
    return strcmp(order, "failed") == 0 || !db_null(row, PAPER_LOCKED_BY) ||
                   !db_null(row, PAPER_HANDED_TO)
               ? "held"
               : "pending";
}

static void add_delivery(struct db_row *row, struct outbox_paper *p)
{
    static const struct {
        const char *key;
        int column;
    } proofs[] = {{"balance_before", PAPER_BALANCE_BEFORE},
                  {"balance_after", PAPER_BALANCE_AFTER},
                  {"count_before", PAPER_COUNT_BEFORE},
                  {"count_after", PAPER_COUNT_AFTER}};
    const char *word = delivery_word(row);

    json_object_set_new(p->data, "delivery", json_string(word));
    if (strcmp(word, "held") == 0 && !db_null(row, PAPER_LOCKED_BY))
        json_object_set_new(p->data, "locked_by", json_string(db_text(row, PAPER_LOCKED_BY)));
    else if (strcmp(word, "held") == 0 && !db_null(row, PAPER_HANDED_TO))
        json_object_set_new(p->data, "handed_to", json_string(db_text(row, PAPER_HANDED_TO)));
    p->pending = strcmp(word, "pending") == 0 || strcmp(word, "held") == 0;
    /* Where a person decided nothing was read back: no figures, and no half of them. */
    const bool proved = strcmp(word, "on") == 0 && !db_null(row, PAPER_BALANCE_AFTER) &&
                        !db_null(row, PAPER_COUNT_AFTER);
    for (size_t i = 0; proved && i < sizeof proofs / sizeof *proofs; i++) {
        if (!db_null(row, proofs[i].column))
            json_object_set_new(p->data, proofs[i].key,
                                json_integer(db_int(row, proofs[i].column)));
    }
}

static void add_head(struct db_row *row, json_t *data)
{
    char hex[2 * HASH_SHOWN + 1], number[24];
    size_t size;
    const unsigned char *hash = db_blob(row, PAPER_HEAD_HASH, &size);

    snprintf(number, sizeof number, "%lld", (long long)db_int(row, PAPER_HEAD_NUMBER));
    json_object_set_new(data, "head_number", json_string(number));
    if (size >= HASH_SHOWN)
        json_object_set_new(data, "head_hash", json_string(journal_hex(hash, HASH_SHOWN, hex)));
}

/* A copy says so, with time and, where somebody asked for it, by whom. */
static void add_copy(struct db_row *row, struct outbox_paper *p)
{
    int64_t at_utc = db_int(row, p->unsure ? PAPER_CHANGED : PAPER_CREATED);

    if (p->copy < 2)
        return;
    json_object_set_new(p->data, "reprint", json_integer(p->copy));
    json_object_set_new(p->data, "reprint_at", json_integer(at_utc));
    if (db_text(row, PAPER_ASKED_BY)[0])
        json_object_set_new(p->data, "reprint_by", json_string(db_text(row, PAPER_ASKED_BY)));
}

static bool is_cash(const struct outbox_paper *p)
{
    const char *pay = json_string_value(json_object_get(p->data, "pay"));

    return pay && strcmp(pay, "cash") == 0;
}

static void read_target(struct db_row *row, struct outbox_paper *p)
{
    text_copy(p->queue, sizeof p->queue, db_text(row, PAPER_QUEUE));
    text_copy(p->encoding, sizeof p->encoding, db_text(row, PAPER_ENCODING));
    text_copy(p->language, sizeof p->language, db_text(row, PAPER_LANGUAGE));
    text_copy(p->qr, sizeof p->qr, db_text(row, PAPER_QR));
    p->columns = (int)db_int(row, PAPER_COLUMNS);
    p->copies = (int)db_int(row, PAPER_COPIES);
    p->confirms = db_int(row, PAPER_CONFIRMS) != 0;
    p->raster = db_int(row, PAPER_RASTER) != 0;
    p->drawer = db_int(row, PAPER_DRAWER) != 0 && p->copy == 1 && is_cash(p);
}

static int read_paper(struct db_row *row, struct outbox_paper *p, struct err *e)
{
    memset(p, 0, sizeof *p);
    p->id = db_int(row, PAPER_ID);
    p->document_id = db_int(row, PAPER_DOCUMENT);
    text_copy(p->kind, sizeof p->kind, db_text(row, PAPER_KIND));
    text_copy(p->number, sizeof p->number, db_text(row, PAPER_NUMBER));
    text_copy(p->state, sizeof p->state, db_text(row, PAPER_STATE));
    text_copy(p->reasons, sizeof p->reasons, db_text(row, PAPER_REASONS));
    text_copy(p->job_uuid, sizeof p->job_uuid, db_text(row, PAPER_JOB_UUID));
    p->job_id = db_int(row, PAPER_JOB_ID);
    p->unsure = db_int(row, PAPER_UNKNOWN) > 0;
    p->copy = (int)(db_int(row, PAPER_COPY) + db_int(row, PAPER_UNKNOWN));
    p->since_utc = db_int(row, PAPER_CHANGED);
    p->taken_back = db_int(row, PAPER_TAKEN_BACK) != 0;
    p->data = json_loads(db_text(row, PAPER_SNAPSHOT), 0, NULL);
    if (!p->data)
        return err_set(e, MSG_INTERNAL, "a document's snapshot is no JSON");
    read_target(row, p);
    if (strcmp(p->kind, "sale") == 0)
        add_delivery(row, p);
    add_head(row, p->data);
    add_copy(row, p);
    return 0;
}

int outbox_add(struct books *b, int64_t document_id, int64_t till_id, int copy, int64_t operator_id,
               int64_t *outbox_id, struct effects *fx, struct err *e)
{
    int rc = db_run(books_db(b), SQL_outbox_add, e, "iiiii", document_id, till_id, (int64_t)copy,
                    operator_id, clock_utc());

    if (rc != 0)
        return rc;
    *outbox_id = db_last_id(books_db(b));
    fx->papers = true;
    effects_event(fx, "paper",
                  json_pack("{s:I,s:s,s:s}", "outbox", (json_int_t)*outbox_id, "state", "waiting",
                            "reasons", ""));
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

static void paper_event(struct effects *fx, int64_t id, const char *state, const char *reasons)
{
    effects_event(
        fx, "paper",
        json_pack("{s:I,s:s,s:s}", "outbox", (json_int_t)id, "state", state, "reasons", reasons));
}

int outbox_take(struct books *b, int64_t id, bool pending, struct effects *fx, struct err *e)
{
    int rc = db_run(books_db(b), SQL_outbox_take, e, "iii", id, clock_utc(), (int64_t)pending);

    if (rc != 0 || db_changes(books_db(b)) == 0)
        return rc;
    paper_event(fx, id, "sending", "");
    return 1;
}

int outbox_state(struct books *b, int64_t id, const char *state, const char *job_uuid,
                 int64_t job_id, const char *reasons, struct effects *fx, struct err *e)
{
    struct db_row *row;
    char before[16] = "";
    bool same = true, taken_back = false;
    int rc = db_find(books_db(b), SQL_outbox_current, &row, e, "i", id);

    if (rc == 0 && row) {
        text_copy(before, sizeof before, db_text(row, 0));
        taken_back = db_int(row, 2) != 0;
        /* Asked twice a second while a printer is out of paper: nothing new is no write. */
        same = strcmp(before, state) == 0 && strcmp(db_text(row, 1), reasons) == 0;
    }
    db_done(row);
    if (rc != 0 || same || strcmp(before, "printed") == 0 || strcmp(before, "cancelled") == 0)
        return rc;
    if (taken_back && (strcmp(state, "waiting") == 0 || strcmp(state, "unconfirmed") == 0))
        state = "cancelled";
    /* Back to waiting from a send whose end is unknown: the next print says so. */
    bool unknown = strcmp(state, "waiting") == 0 &&
                   (strcmp(before, "sent") == 0 || strcmp(before, "unconfirmed") == 0);
    rc = db_run(books_db(b), SQL_outbox_state, e, "issisii", id, state, job_uuid ? job_uuid : "",
                job_id, reasons, clock_utc(), (int64_t)unknown);
    if (rc == 0 && strcmp(state, "waiting") == 0 && !unknown)
        rc = db_run(books_db(b), SQL_outbox_behind, e, "isi", id, reasons, clock_utc());
    if (rc == 0)
        paper_event(fx, id, state, reasons);
    return rc;
}

int outbox_shown(struct books *b, enum outbox_of of, int64_t id, struct outbox_paper *out,
                 struct err *e)
{
    static const enum sql_id statements[] = {[OUTBOX_OF_SALE] = SQL_outbox_of_sale,
                                             [OUTBOX_OF_DOCUMENT] = SQL_outbox_of_document,
                                             [OUTBOX_OF_PRINT] = SQL_outbox_of_print};
    struct db_row *row;
    int rc = db_find(books_db(b), statements[of], &row, e, "i", id);

    if (rc == 0 && !row)
        rc = of == OUTBOX_OF_SALE ? err_set(e, MSG_DOCUMENT_UNKNOWN, id)
                                  : err_set(e, MSG_PAPER_UNKNOWN, id);
    else if (rc == 0)
        rc = read_paper(row, out, e);
    db_done(row);
    return rc;
}

int outbox_tills(struct books *b, json_t **tills, struct err *e)
{
    struct db_row *row;
    int rc = db_find(books_db(b), SQL_outbox_tills, &row, e, "");
    int more = rc == 0 && row;

    *tills = json_array();
    for (; more == 1; more = db_next(row, e))
        json_array_append_new(*tills, json_pack("{s:s,s:s,s:b}", "till", db_text(row, 0), "queue",
                                                db_text(row, 1), "confirms", db_int(row, 2) != 0));
    db_done(row);
    rc = rc != 0 ? rc : more < 0 ? more : 0;
    if (rc != 0) {
        json_decref(*tills);
        *tills = NULL;
    }
    return rc;
}
