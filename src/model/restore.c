/*
 * The copy, step by step, from a file to the books. Files only move; what was there stays.
 */
#include "restore.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "db.h"
#include "head.h"
#include "journal.h"
#include "message.h"
#include "numbers.h"
#include "restore_files.h"
#include "verify.h"

struct restore {
    const struct restore_wish *wish;
    struct books *books; /* the copy, at work in the place beside the database */
    char *work;
    int64_t copy_head; /* last entry of the copy */
    json_t *numbers;   /* of the copy */
    json_t *known;     /* of everything that tells of them */
    bool known_all;    /* nothing was printed that `known` does not have */
    int64_t told_head; /* the highest entry that anything tells of; 0: nothing does */
    char told_digits[HEAD_DIGITS_MAX];
    char file_digits[HEAD_DIGITS_MAX]; /* what the head file says, for the record */
    int64_t file_head;
    struct err damage; /* of the head file; code 0: it is none, or it is whole */
};

/* ---- do these books have an entry that begins so? 1 yes, 0 another, -1 they are not that long */

static int entry_look(struct db *db, int64_t number, const char *digits)
{
    char hex[HEAD_DIGITS_MAX];
    struct db_row *row = NULL;
    struct err e = {0};
    size_t size = 0;
    int is = -1;

    if (db_find(db, SQL_verify_entry, &row, &e, "i", number) == 0 && row) {
        const unsigned char *hash = db_blob(row, 0, &size);
        is = size == JOURNAL_HASH &&
             strncasecmp(journal_hex(hash, size, hex), digits, strlen(digits)) == 0;
    }
    db_done(row);
    return is;
}

static void told(struct restore *r, int64_t number, const char *digits)
{
    if (number <= r->told_head)
        return;
    r->told_head = number;
    snprintf(r->told_digits, sizeof r->told_digits, "%s", digits);
}

/* ---- what tells of the time after the copy */

/* One that tells of an entry of the copy or behind it has no number below the copy's own: */
static bool behind_copy(const struct restore *r, const json_t *numbers)
{
    const char *key;
    json_t *n;

    json_object_foreach(r->numbers, key, n)
    {
        if (json_integer_value(json_object_get(numbers, key)) < json_integer_value(n))
            return true;
    }
    return false;
}

static int head_file_ask(struct restore *r, struct err *e)
{
    const struct restore_wish *w = r->wish;
    json_t *numbers = json_object();
    int rc = 0;
    bool checked;
    int read = w->head_file ? head_read(w->head_file, &r->file_head, r->file_digits, numbers,
                                        &checked, &r->damage)
                            : 0;

    if (read < 0) {
        r->file_head = 0;
        r->file_digits[0] = '\0';
    }
    if (read == 1) {
        int own = entry_look(books_db(r->books), r->file_head, r->file_digits);
        if (own == 0 && !w->other_books)
            rc = err_set(e, MSG_RESTORE_OTHER, w->file, w->head_file, r->file_head);
        if (own != 0 && json_object_size(numbers) > 0 && r->file_head >= r->copy_head &&
            behind_copy(r, numbers)) {
            err_set(&r->damage, MSG_HEAD_DAMAGED, w->head_file, (int64_t)2,
                    N_("its numbers are below those of the copy"));
        } else {
            told(r, r->file_head, r->file_digits);
            numbers_merge(r->known, numbers);
            /* One that was written before it kept numbers tells at least that nothing came after. */
            r->known_all |= json_object_size(numbers) > 0 || r->file_head <= r->copy_head;
        }
    }
    json_decref(numbers);
    return rc;
}

/* The database that is to be replaced, where it can be read at all. */
static int present_ask(struct restore *r, struct err *e)
{
    const struct restore_wish *w = r->wish;
    struct books *present = NULL;
    struct err why = {0};
    unsigned char hash[JOURNAL_HASH];
    char digits[HEAD_DIGITS_MAX];
    int64_t number = 0, last = 0;
    json_t *numbers = json_object();
    int rc = 0;

    if (restore_present(w->database) &&
        books_open(&present, w->database, NULL, BOOKS_READ, &why) == 0 &&
        journal_head(present, &number, hash, &why) == 0 && number > 0 &&
        numbers_books(present, 0, &last, numbers, &why) == 0) {
        journal_hex(hash, JOURNAL_HASH, digits);
        bool other = entry_look(books_db(r->books), number, digits) == 0;
        if (!other && number > r->copy_head) {
            unsigned char own[JOURNAL_HASH];
            char hex[HEAD_DIGITS_MAX];
            int64_t at = 0;
            journal_head(r->books, &at, own, &why);
            other = at > 0 &&
                    entry_look(books_db(present), at, journal_hex(own, JOURNAL_HASH, hex)) == 0;
        }
        if (other && !w->other_books)
            rc = err_set(e, MSG_RESTORE_OTHER, w->file, w->database,
                         number < r->copy_head ? number : r->copy_head);
        told(r, number, digits);
        numbers_merge(r->known, numbers);
        r->known_all = true;
    }
    books_close(present);
    json_decref(numbers);
    return rc;
}

static int slips_ask(struct restore *r, struct err *e)
{
    const struct restore_wish *w = r->wish;
    char digits[HEAD_DIGITS_MAX];
    int64_t number;

    if (w->claim) {
        if (!head_parse(w->claim, ':', &number, digits))
            return err_set(e, MSG_VERIFY_CLAIM_FORM, w->claim);
        if (entry_look(books_db(r->books), number, digits) == 0)
            return err_set(e, MSG_RESTORE_CLAIM, w->file, number);
        told(r, number, digits);
    }
    if (w->last && !numbers_slip(r->known, w->last))
        return err_set(e, MSG_RESTORE_LAST, w->last);
    r->known_all |= w->last != NULL || w->skip > 0;
    return 0;
}

/* Each paper has an entry of its own: so many entries more, so many papers more at most. */
static void bound(struct restore *r, int64_t more)
{
    int year = clock_year(clock_utc());

    for (size_t i = 0; more > 0 && document_kind(i); i++)
        numbers_note(r->known, document_kind(i), year,
                     numbers_get(r->numbers, document_kind(i), year) + more);
}

static int known_ask(struct restore *r, struct err *e)
{
    int64_t last = 0;
    int rc = numbers_books(r->books, 0, &last, r->numbers, e);

    if (rc == 0)
        rc = head_file_ask(r, e);
    if (rc == 0)
        rc = present_ask(r, e);
    if (rc == 0)
        rc = slips_ask(r, e);
    if (rc != 0)
        return rc;
    bound(r, r->wish->skip);
    if (!r->known_all && r->told_head > 0) {
        bound(r, r->told_head - r->copy_head);
        r->known_all = true;
    }
    if (!r->known_all && r->damage.code != 0)
        return err_set(e, MSG_RESTORE_DAMAGED, r->wish->file, r->wish->head_file,
                       r->damage.arg[1].number, r->damage.arg[2].text);
    if (!r->known_all)
        return err_set(e, MSG_RESTORE_UNKNOWN, r->wish->file,
                       r->wish->head_file ? r->wish->head_file : "");
    return 0;
}

/* ---- what the copy is told */

/* [{"kind","year","from","to"}] */
static json_t *gaps_of(const struct restore *r)
{
    json_t *gaps = json_array(), *n;
    const char *key;

    json_object_foreach(r->known, key, n)
    {
        int64_t have = json_integer_value(json_object_get(r->numbers, key));
        const char *space = strchr(key, ' ');
        if (json_integer_value(n) <= have)
            continue;
        json_array_append_new(gaps, json_pack("{s:s#,s:I,s:I,s:I}", "kind", key, (int)(space - key),
                                              "year", (json_int_t)strtoll(space, NULL, 10), "from",
                                              (json_int_t)(have + 1), "to", json_integer_value(n)));
    }
    return gaps;
}

static int gaps_add(struct books *b, const json_t *gaps, int64_t restore_id, struct err *e)
{
    size_t i;
    json_t *g;
    int rc = 0;

    json_array_foreach(gaps, i, g)
    {
        if (rc == 0)
            rc = db_run(books_db(b), SQL_restore_gap_add, e, "siiii",
                        json_string_value(json_object_get(g, "kind")),
                        (int64_t)json_integer_value(json_object_get(g, "year")),
                        (int64_t)json_integer_value(json_object_get(g, "from")),
                        (int64_t)json_integer_value(json_object_get(g, "to")), restore_id);
    }
    return rc;
}

/* Nothing of the past is sent by itself: what was not over is proved first, and then a person decides. */
static int orders_hold(struct books *b, struct err *e)
{
    struct err why = {0};
    int64_t now = clock_utc();

    err_set(&why, MSG_ORDER_RESTORED_PLAIN);
    char *reason = err_packed(&why);
    int rc = db_run(books_db(b), SQL_restore_topups, e, "ii", (int64_t)RESTORE_SENDS, now);
    if (rc == 0)
        rc = db_run(books_db(b), SQL_restore_others, e, "is", now, reason);
    if (rc == 0)
        rc = db_run(books_db(b), SQL_restore_openings, e, "");
    free(reason);
    return rc;
}

static int tell_within(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    struct restore *r = ctx;
    char memo[2 * JOURNAL_HASH + 1];
    json_t *gaps = gaps_of(r);
    json_t *detail =
        json_pack("{s:I,s:I,s:I,s:s,s:I,s:s,s:o}", "uid", (json_int_t)r->wish->uid, "copy_head",
                  (json_int_t)r->copy_head, "told_head", (json_int_t)r->told_head, "told_hash",
                  r->told_digits, "head_file", (json_int_t)r->file_head, "head_file_hash",
                  r->file_digits, "gaps", gaps);
    char *text = json_dumps(detail, JSON_COMPACT | JSON_SORT_KEYS);
    struct entry entry = {.kind = "restore", .document = "", .memo = journal_text_hash(text, memo)};

    (void)fx;
    int rc = journal_append(b, &entry, e);
    if (rc == 0)
        rc = db_run(books_db(b), SQL_restore_add, e, "isis", entry.at_utc, r->wish->file,
                    entry.number, text);
    int64_t id = db_last_id(books_db(b));
    if (rc == 0)
        rc = gaps_add(b, gaps, id, e);
    if (rc == 0)
        rc = db_run(books_db(b), SQL_restore_meters, e, "i", id);
    if (rc == 0)
        rc = db_run(books_db(b), SQL_restore_uncompared, e, "");
    if (rc == 0)
        rc = orders_hold(b, e);
    free(text);
    json_decref(detail);
    return rc;
}

static int tell(struct restore *r, struct err *e)
{
    const struct actor who = {.client = "program"};
    struct effects fx;

    effects_init(&fx);
    int rc = books_within(r->books, tell_within, r, &fx, e);
    effects_clear(&fx);
    json_t *detail = json_pack("{s:I}", "uid", (json_int_t)r->wish->uid);
    if (rc == 0)
        rc = books_log(r->books, &who, "restore", r->wish->file, detail, NULL, e);
    json_decref(detail);
    return rc;
}

/* ---- all of it */

static int copy_prove(struct restore *r, struct err *e)
{
    json_t *verified = NULL;
    int rc = books_open(&r->books, r->work, NULL, BOOKS_WRITE, e);

    if (rc == 0)
        rc = verify_books(r->books, NULL, NULL, &verified, e);
    r->copy_head = json_integer_value(json_object_get(verified, "head_number"));
    json_decref(verified);
    return rc;
}

static int result_make(struct restore *r, json_t **result, struct err *e)
{
    unsigned char hash[JOURNAL_HASH];
    char hex[HEAD_DIGITS_MAX];
    int64_t number = 0, last = 0;
    int64_t lost = r->told_head > r->copy_head ? r->told_head - r->copy_head : 0;
    int rc = journal_head(r->books, &number, hash, e);

    if (rc == 0)
        rc = numbers_books(r->books, 0, &last, r->numbers, e);
    if (rc == 0)
        *result = json_pack("{s:s,s:I,s:s,s:I,s:I}", "database", r->wish->database, "head_number",
                            (json_int_t)number, "head_hash", journal_hex(hash, JOURNAL_HASH, hex),
                            "copy_head", (json_int_t)r->copy_head, "lost",
                            (json_int_t)(r->told_head > 0 ? lost : -1));
    return rc;
}

static int work_do(struct restore *r, json_t **result, struct err *e)
{
    int rc = restore_bring(r->wish->file, r->wish->database, r->work, e);

    if (rc == 0)
        rc = copy_prove(r, e);
    if (rc == 0)
        rc = known_ask(r, e);
    json_t *gaps = rc == 0 ? gaps_of(r) : NULL; /* before the copy has them itself */
    if (rc == 0)
        rc = tell(r, e);
    if (rc == 0)
        rc = result_make(r, result, e);
    books_close(r->books); /* brings its journal into the file */
    r->books = NULL;
    if (rc == 0) {
        json_object_set(*result, "gaps", gaps);
        rc =
            restore_install(r->work, r->wish->database, r->wish->head_file, *result, r->numbers, e);
    }
    json_decref(gaps);
    return rc;
}

int restore_books(const struct restore_wish *wish, json_t **result, struct err *e)
{
    struct restore r = {.wish = wish, .numbers = json_object(), .known = json_object()};

    r.work = mem_format("%s.restoring", wish->database);
    *result = NULL;
    int rc = work_do(&r, result, e);
    if (rc != 0) {
        restore_drop(r.work);
        json_decref(*result);
        *result = NULL;
    }
    json_decref(r.numbers);
    json_decref(r.known);
    free(r.work);
    return rc;
}

/* ---- afterwards */

int restore_compare(struct books *b, int64_t meter_id, const struct order_seen *seen, struct err *e)
{
    struct db *db = books_db(b);
    struct db_row *row = NULL;
    int rc = db_find(db, SQL_restore_waiting, &row, e, "i", meter_id);

    for (bool more = rc == 0 && row; more; more = rc == 1) {
        int64_t id = db_int(row, 0), entry = db_int(row, 2), own = 0, excess = 0;
        uint16_t moved = (uint16_t)(seen->count - (uint16_t)db_int(row, 1));
        rc = db_get(db, SQL_restore_delivered, 0, &own, e, "ii", meter_id, entry);
        if (rc == 0)
            rc = db_get(db, SQL_restore_excess, 0, &excess, e, "ii", meter_id, entry);
        if (rc == 0)
            rc = db_run(db, SQL_restore_compared, e, "iiiiiIii", id, meter_id, clock_utc(),
                        (int64_t)seen->count, seen->balance_minor,
                        seen->has_total ? &seen->total_minor : NULL, (int64_t)moved - own, excess);
        if (rc == 0)
            rc = db_next(row, e);
    }
    db_done(row);
    return rc < 0 ? rc : 0;
}

int restore_waits(struct books *b, int64_t meter_id, struct err *e)
{
    int64_t waits = 0;
    int rc = db_get(books_db(b), SQL_restore_meter_waits, 0, &waits, e, "i", meter_id);

    return rc != 0 ? rc : waits > 0;
}
