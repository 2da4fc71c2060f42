/*
 * Verify: walks the books in one read transaction and proves them, or names the first bad row. In this
 * order: the chain entry by entry, what was noted of its head outside, the numbers of papers, then
 * whether sales, orders, shifts and excesses tell what the journal tells, then the file itself.
 */
#include "verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db.h"
#include "head.h"
#include "journal.h"
#include "message.h"
#include "money.h"
#include "text.h"

struct walk {
    struct db *db;
    struct db_row
        *postings; /* stands on the next posting that was not looked at, NULL at the end */
    int64_t entries, documents, orders;
    struct gap {
        char kind[16];
        int64_t year, from, to;
    } * gaps; /* numbers that restores left out, in the order of the papers */
    size_t gap_count;
    unsigned char head[JOURNAL_HASH];
};

static const char word_entry[] = N_("entry");
static const char word_posting[] = N_("posting of entry");
static const char word_document[] = N_("paper");

static int wrong(struct err *e, const char *table, const char *key, const char *what)
{
    return err_set(e, MSG_VERIFY_ROW, table, key, what);
}

static int wrong_number(struct err *e, const char *table, int64_t key, const char *what)
{
    char text[24];

    snprintf(text, sizeof text, "%lld", (long long)key);
    return wrong(e, table, text, what);
}

/* ---- the chain */

static int postings_step(struct walk *w, struct err *e)
{
    int rc = db_next(w->postings, e);

    if (rc == 1)
        return 0;
    db_done(w->postings);
    w->postings = NULL;
    return rc;
}

/* Takes the postings of one entry; they must be numbered 1, 2, 3 and sum to zero. */
static int postings_take(struct walk *w, struct entry *entry, struct err *e)
{
    int64_t sum = 0;
    int rc = 0;

    while (rc == 0 && w->postings != NULL && db_int(w->postings, 0) <= entry->number) {
        if (db_int(w->postings, 0) < entry->number)
            return wrong_number(e, word_posting, db_int(w->postings, 0),
                                N_("there is no such entry"));
        if (entry->postings == JOURNAL_POSTINGS_MAX ||
            db_int(w->postings, 1) != (int64_t)entry->postings + 1)
            return wrong_number(e, word_posting, entry->number,
                                N_("its postings are not numbered 1, 2, 3"));
        struct posting *p = &entry->posting[entry->postings++];
        p->ledger = mem_text(db_text(w->postings, 2));
        p->ref = db_int(w->postings, 3);
        p->amount_minor = db_int(w->postings, 4);
        if (!money_add(sum, p->amount_minor, &sum))
            return wrong_number(e, word_posting, entry->number, N_("an amount beyond all bounds"));
        rc = postings_step(w, e);
    }
    if (rc == 0 && sum != 0)
        return wrong_number(e, word_entry, entry->number, N_("its postings do not sum to zero"));
    return rc;
}

static int entry_prove(struct walk *w, struct db_row *row, struct entry *entry, struct err *e)
{
    unsigned char hash[JOURNAL_HASH];
    size_t prev_size, hash_size;
    const void *prev = db_blob(row, 8, &prev_size);
    const void *told = db_blob(row, 9, &hash_size);

    if (entry->number != w->entries + 1)
        return wrong_number(e, word_entry, w->entries + 1, N_("it is missing"));
    int rc = postings_take(w, entry, e);
    if (rc != 0)
        return rc;
    if (prev_size != JOURNAL_HASH || memcmp(prev, w->head, JOURNAL_HASH) != 0)
        return wrong_number(e, word_entry, entry->number,
                            N_("it does not follow the entry before it"));
    memcpy(entry->prev, w->head, JOURNAL_HASH);
    journal_hash(entry, hash);
    if (hash_size != JOURNAL_HASH || memcmp(told, hash, JOURNAL_HASH) != 0)
        return wrong_number(e, word_entry, entry->number,
                            N_("its hash does not fit what it says: it or a posting was changed"));
    memcpy(w->head, hash, JOURNAL_HASH);
    w->entries++;
    return 0;
}

static int entry_check(struct walk *w, struct db_row *row, struct err *e)
{
    struct entry entry = {
        .number = db_int(row, 0),
        .at_utc = db_int(row, 1),
        .kind = mem_text(db_text(row, 2)),
        .operator_id = db_int(row, 3),
        .shift_id = db_int(row, 4),
        .document = mem_text(db_text(row, 5)),
        .order_id = db_int(row, 6),
        .memo = mem_text(db_text(row, 7)),
    };
    int rc = entry_prove(w, row, &entry, e);

    for (size_t i = 0; i < entry.postings; i++)
        free((char *)entry.posting[i].ledger);
    free((char *)entry.kind);
    free((char *)entry.document);
    free((char *)entry.memo);
    return rc;
}

static int chain_check(struct walk *w, struct err *e)
{
    struct db_row *row = NULL;
    int rc = db_find(w->db, SQL_verify_postings, &w->postings, e, "");

    if (rc == 0)
        rc = db_find(w->db, SQL_verify_entries, &row, e, "");
    for (bool more = rc == 0 && row != NULL; more;) {
        rc = entry_check(w, row, e);
        if (rc == 0)
            rc = db_next(row, e);
        more = rc == 1;
    }
    db_done(row);
    if (rc == 0 && w->postings != NULL)
        rc = wrong_number(e, word_posting, db_int(w->postings, 0), N_("there is no such entry"));
    db_done(w->postings);
    w->postings = NULL;
    return rc;
}

/* ---- what was noted of the head outside the books */

/* The entry must be there, and its hash begin with these hex digits. */
static int head_check(struct walk *w, int64_t number, const char *digits, struct err *e)
{
    unsigned char zero[JOURNAL_HASH] = {0};
    char hex[2 * JOURNAL_HASH + 1];
    struct db_row *row = NULL;
    const void *hash = zero;
    size_t size = JOURNAL_HASH;

    if (number > w->entries)
        return err_set(e, MSG_VERIFY_CUT, w->entries, number);
    int rc = db_find(w->db, SQL_verify_entry, &row, e, "i", number);
    if (rc == 0 && row != NULL)
        hash = db_blob(row, 0, &size);
    if (rc == 0 && size == JOURNAL_HASH) {
        journal_hex(hash, JOURNAL_HASH, hex);
        if (strncasecmp(hex, digits, strlen(digits)) != 0) {
            hex[16] = '\0';
            rc = err_set(e, MSG_VERIFY_HEAD, number, hex);
        }
    }
    db_done(row);
    return rc;
}

static int claim_check(struct walk *w, const char *claim, struct err *e)
{
    char digits[HEAD_DIGITS_MAX];
    int64_t number;

    if (!head_parse(claim, ':', &number, digits))
        return err_set(e, MSG_VERIFY_CLAIM_FORM, claim);
    return head_check(w, number, digits, e);
}

/* The file may be behind the books (it is written after each commit) or not there yet, never ahead. */
static int head_file_check(struct walk *w, const char *path, struct err *e)
{
    char digits[HEAD_DIGITS_MAX];
    int64_t number;
    bool checked;
    int rc = head_read(path, &number, digits, NULL, &checked, e);

    return rc == 1 ? head_check(w, number, digits, e) : rc;
}

/* ---- papers */

static int gaps_take(struct walk *w, struct err *e)
{
    struct db_row *row = NULL;
    int rc = db_find(w->db, SQL_verify_gaps, &row, e, "");

    for (bool more = rc == 0 && row != NULL; more; more = rc == 1) {
        w->gaps = mem_grow(w->gaps, (w->gap_count + 1) * sizeof *w->gaps);
        struct gap *g = &w->gaps[w->gap_count++];
        text_copy(g->kind, sizeof g->kind, db_text(row, 0));
        g->year = db_int(row, 1);
        g->from = db_int(row, 2);
        g->to = db_int(row, 3);
        rc = db_next(row, e);
    }
    db_done(row);
    return rc < 0 ? rc : 0;
}

/* The number behind those that were left out from n on. */
static int64_t gap_jump(const struct walk *w, const char *kind, int64_t year, int64_t n)
{
    for (size_t i = 0; i < w->gap_count; i++) {
        const struct gap *g = &w->gaps[i];
        if (g->year == year && g->from == n && strcmp(g->kind, kind) == 0)
            n = g->to + 1;
    }
    return n;
}

static int document_check(const struct walk *w, struct db_row *row, const char *kind, int64_t year,
                          int64_t n, struct err *e)
{
    const char *number = db_text(row, 3);
    char hex[2 * JOURNAL_HASH + 1], want[40];
    /* 'delivery' of the journal is the money on the meter; the slip that tells of it moves none. */
    const char *entry = strcmp(db_text(row, 0), "delivery") == 0 ? "paper" : db_text(row, 0);
    int64_t follows = strcmp(db_text(row, 0), kind) == 0 && db_int(row, 1) == year ? n + 1 : 1;

    if (db_int(row, 2) != gap_jump(w, db_text(row, 0), db_int(row, 1), follows))
        return wrong(e, word_document, number, N_("its number does not follow the last one"));
    snprintf(want, sizeof want, "-%lld-%06lld", (long long)db_int(row, 1),
             (long long)db_int(row, 2));
    if (strcmp(number + (number[0] != '\0'), want) != 0)
        return wrong(e, word_document, number, N_("it is numbered against its place"));
    if (strcmp(entry, db_text(row, 5)) != 0 || strcmp(number, db_text(row, 6)) != 0)
        return wrong(e, word_document, number,
                     N_("the journal entry that it names is not its own"));
    if (strcmp(journal_text_hash(db_text(row, 4), hex), db_text(row, 7)) != 0)
        return wrong(e, word_document, number,
                     N_("it says something else than when it was written"));
    if (db_int(row, 8) != 1)
        return wrong(e, word_document, number, N_("it has another time than its journal entry"));
    return 0;
}

static int documents_check(struct walk *w, struct err *e)
{
    struct db_row *row = NULL;
    char kind[16] = "";
    int64_t year = 0, n = 0;
    int rc = db_find(w->db, SQL_verify_documents, &row, e, "");

    for (bool more = rc == 0 && row != NULL; more;) {
        rc = document_check(w, row, kind, year, n, e);
        text_copy(kind, sizeof kind, db_text(row, 0));
        year = db_int(row, 1);
        n = db_int(row, 2);
        w->documents++;
        if (rc == 0)
            rc = db_next(row, e);
        more = rc == 1;
    }
    db_done(row);
    return rc;
}

/* Each restore stands in the chain by the hash of what it says of itself. */
static int restores_check(struct walk *w, struct err *e)
{
    struct db_row *row = NULL;
    char hex[2 * JOURNAL_HASH + 1];
    int rc = db_find(w->db, SQL_verify_restores, &row, e, "");

    for (bool more = rc == 0 && row != NULL; more; more = rc == 1) {
        if (strcmp(journal_text_hash(db_text(row, 1), hex), db_text(row, 2)) != 0)
            rc = wrong_number(e, N_("restore"), db_int(row, 0),
                              N_("it says something else than when it was written"));
        else
            rc = db_next(row, e);
    }
    db_done(row);
    return rc < 0 ? rc : 0;
}

/* ---- account, order and journal tell the same story: each statement gives its first bad row */

static int stories_check(struct walk *w, struct err *e)
{
    static const struct {
        enum sql_id id;
        const char *word;
    } stories[] = {
        {SQL_verify_wrong_document, word_document},
        {SQL_verify_wrong_slip, word_document},
        {SQL_verify_wrong_sale, N_("sale")},
        {SQL_verify_wrong_order, N_("order")},
        {SQL_verify_wrong_opening, N_("opening")},
        {SQL_verify_wrong_excess, N_("excess")},
        {SQL_verify_wrong_shift, N_("shift")},
        {SQL_verify_wrong_restore, N_("restore")},
        {SQL_verify_wrong_attempt, N_("order")},
        {SQL_verify_wrong_operation, N_("operation log")},
        {SQL_verify_wrong_entry, word_entry},
    };
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < sizeof stories / sizeof stories[0]; i++) {
        struct db_row *row = NULL;
        rc = db_find(w->db, stories[i].id, &row, e, "");
        if (rc == 0 && row != NULL)
            rc = wrong(e, stories[i].word, db_text(row, 0), db_text(row, 1));
        db_done(row);
    }
    return rc != 0 ? rc : db_get(w->db, SQL_verify_order_count, 0, &w->orders, e, "");
}

static int walk_all(struct walk *w, const char *head_file, const char *claim, struct err *e)
{
    int rc = chain_check(w, e);

    if (rc == 0 && claim != NULL)
        rc = claim_check(w, claim, e);
    if (rc == 0 && head_file != NULL)
        rc = head_file_check(w, head_file, e);
    if (rc == 0)
        rc = gaps_take(w, e);
    if (rc == 0)
        rc = documents_check(w, e);
    if (rc == 0)
        rc = restores_check(w, e);
    if (rc == 0)
        rc = stories_check(w, e);
    return rc != 0 ? rc : db_check(w->db, e);
}

int verify_books(struct books *reader, const char *head_file, const char *claim, json_t **result,
                 struct err *e)
{
    struct walk w = {.db = books_db(reader)};
    char hex[2 * JOURNAL_HASH + 1];
    int rc = db_begin_read(w.db, e);

    if (rc != 0)
        return rc;
    rc = walk_all(&w, head_file, claim, e);
    db_rollback(w.db);
    free(w.gaps);
    if (rc != 0)
        return rc;
    *result = json_pack("{s:I,s:I,s:I,s:I,s:s}", "entries", (json_int_t)w.entries, "documents",
                        (json_int_t)w.documents, "orders", (json_int_t)w.orders, "head_number",
                        (json_int_t)w.entries, "head_hash", journal_hex(w.head, JOURNAL_HASH, hex));
    return 0;
}
