/*
 * What people ask of papers: print again, cancel, and the answer to "did it come out?". Printing itself is
 * the engine's; here is only decided what waits for it.
 */
#include <string.h>

#include "clock.h"
#include "counter.h"
#include "db.h"
#include "journal.h"
#include "message.h"
#include "outbox.h"
#include "text.h"

static int64_t id_of(const json_t *args, const char *key)
{
    return json_integer_value(json_object_get(args, key));
}

/* A copy comes out where its asker sits; without a shift where the document came out before. */
static int till_of(struct books *b, const struct actor *who, const char *number, int64_t before,
                   int64_t *till, struct err *e)
{
    struct counter at;
    struct err none = {0};

    *till = counter_get(b, who, MSG_SALE_NO_SHIFT, &at, &none) == 0 ? at.till_id : before;
    return *till != 0 ? 0 : err_set(e, MSG_PAPER_NO_TILL, number);
}

/* One print of a document at a time: what is on its way is not doubled. */
static int paper_reprint(struct books *b, const struct actor *who, const json_t *args,
                         json_t **result, struct effects *fx, struct err *e)
{
    char number[DOCUMENT_NUMBER_MAX], state[16];
    int64_t document_id = id_of(args, "document"), copy = 0, till = 0, before = 0, outbox_id = 0;
    struct db_row *row;
    int rc = db_find(books_db(b), SQL_paper_document, &row, e, "i", document_id);

    if (rc == 0 && !row)
        return err_set(e, MSG_PAPER_UNKNOWN, document_id);
    if (rc != 0)
        return rc;
    text_copy(number, sizeof number, db_text(row, 0));
    text_copy(state, sizeof state, db_text(row, 2));
    copy = db_int(row, 3);
    before = db_int(row, 4);
    db_done(row);
    if (strcmp(state, "unconfirmed") == 0)
        return err_set(e, MSG_PAPER_ASKED, number);
    if (state[0])
        return err_set(e, MSG_PAPER_ON_ITS_WAY, number);
    rc = till_of(b, who, number, before, &till, e);
    if (rc == 0)
        rc = outbox_add(b, document_id, till, (int)copy, who->operator_id, &outbox_id, fx, e);
    if (rc == 0)
        *result = json_pack("{s:I,s:I,s:s}", "outbox", (json_int_t)outbox_id, "copy",
                            (json_int_t)copy, "number", number);
    return rc;
}

struct print_row {
    char number[DOCUMENT_NUMBER_MAX], state[16], reasons[128];
};

static int print_get(struct books *b, int64_t id, struct print_row *p, struct err *e)
{
    struct db_row *row;
    int rc = db_find(books_db(b), SQL_paper_print, &row, e, "i", id);

    if (rc == 0 && !row)
        return err_set(e, MSG_PAPER_UNKNOWN, id);
    if (rc != 0)
        return rc;
    text_copy(p->number, sizeof p->number, db_text(row, 0));
    text_copy(p->state, sizeof p->state, db_text(row, 1));
    text_copy(p->reasons, sizeof p->reasons, db_text(row, 2));
    db_done(row);
    return 0;
}

/* What the print service has is asked back from it: whether it still came out is known a moment later. */
static int paper_cancel(struct books *b, const struct actor *who, const json_t *args,
                        json_t **result, struct effects *fx, struct err *e)
{
    int64_t id = id_of(args, "outbox");
    struct print_row p;
    int rc = print_get(b, id, &p, e);
    bool sent = rc == 0 && (strcmp(p.state, "sent") == 0 || strcmp(p.state, "sending") == 0);
    const char *state = sent ? p.state : "cancelled";

    (void)who;
    if (rc != 0)
        return rc;
    if (!sent && strcmp(p.state, "waiting") != 0 && strcmp(p.state, "unconfirmed") != 0)
        return err_set(e, MSG_PAPER_NO_CANCEL, p.number, p.state);
    rc = sent ? db_run(books_db(b), SQL_paper_take_back, e, "i", id)
              : outbox_state(b, id, "cancelled", "", 0, "", fx, e);
    if (rc == 0) {
        fx->papers = true;
        *result = json_pack("{s:I,s:s,s:s}", "outbox", (json_int_t)id, "number", p.number, "state",
                            state);
    }
    return rc;
}

static int paper_confirm(struct books *b, const struct actor *who, const json_t *args,
                         json_t **result, struct effects *fx, struct err *e)
{
    int64_t id = id_of(args, "outbox");
    bool came = json_is_true(json_object_get(args, "came"));
    const char *state = came ? "printed" : "waiting";
    struct print_row p;
    int rc = print_get(b, id, &p, e);

    if (rc == 0 && strcmp(p.state, "unconfirmed") != 0)
        rc = err_set(e, MSG_PAPER_NO_QUESTION, p.number, p.state);
    if (rc == 0 && came)
        rc = outbox_state(b, id, "printed", "", 0, N_("somebody saw it come out"), fx, e);
    else if (rc == 0)
        rc = db_run(books_db(b), SQL_paper_again, e, "iii", id, who->operator_id, clock_utc());
    if (rc != 0)
        return rc;
    if (!came)
        effects_event(
            fx, "paper",
            json_pack("{s:I,s:s,s:s}", "outbox", (json_int_t)id, "state", state, "reasons", ""));
    fx->papers = true;
    *result =
        json_pack("{s:I,s:s,s:s}", "outbox", (json_int_t)id, "number", p.number, "state", state);
    return 0;
}

static const struct param reprint_params[] = {
    {.name = "document", .kind = PARAM_INT, .required = true, .min = 1, .max = INT64_MAX},
    {0},
};
static const struct param cancel_params[] = {
    {.name = "outbox", .kind = PARAM_INT, .required = true, .min = 1, .max = INT64_MAX},
    {0},
};
static const struct param confirm_params[] = {
    {.name = "outbox", .kind = PARAM_INT, .required = true, .min = 1, .max = INT64_MAX},
    {.name = "came", .kind = PARAM_BOOL, .required = true},
    {0},
};

static const struct request requests[] = {
    {.name = "paper.reprint",
     .title = N_("Print a paper again"),
     .roles = ROLE_COUNTER,
     .params = reprint_params,
     .run = paper_reprint},
    {.name = "paper.cancel",
     .title = N_("Cancel the print of a paper"),
     .roles = ROLE_COUNTER,
     .params = cancel_params,
     .run = paper_cancel},
    {.name = "paper.confirm",
     .title = N_("Say whether a paper came out"),
     .roles = ROLE_COUNTER,
     .params = confirm_params,
     .run = paper_confirm},
};

const struct request_table paper_requests = {
    .requests = requests,
    .count = sizeof requests / sizeof *requests,
};
