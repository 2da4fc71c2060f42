/*
 * Entries appended, chained, numbered.
 */
#include "journal.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "db.h"
#include "money.h"

static const struct {
    const char *kind, *letter;
} papers[] = {{"sale", "S"}, {"cancel", "C"}, {"opening", "O"}, {"delivery", "D"}};

const char *journal_hex(const unsigned char *bytes, size_t n, char *buf)
{
    return sodium_bin2hex(buf, 2 * n + 1, bytes, n);
}

const char *journal_text_hash(const char *text, char *buf)
{
    unsigned char hash[JOURNAL_HASH];

    crypto_generichash(hash, sizeof hash, (const unsigned char *)text, strlen(text), NULL, 0);
    return journal_hex(hash, sizeof hash, buf);
}

void journal_hash(const struct entry *entry, unsigned char hash[JOURNAL_HASH])
{
    crypto_generichash_state state;
    char *text = mem_format("metertill-entry-1\n%lld\n%lld\n%s\n%lld\n%lld\n%s\n%lld\n%s\n",
                            (long long)entry->number, (long long)entry->at_utc, entry->kind,
                            (long long)entry->operator_id, (long long)entry->shift_id,
                            entry->document, (long long)entry->order_id, entry->memo);

    crypto_generichash_init(&state, NULL, 0, JOURNAL_HASH);
    crypto_generichash_update(&state, entry->prev, JOURNAL_HASH);
    crypto_generichash_update(&state, (const unsigned char *)text, strlen(text));
    for (size_t i = 0; i < entry->postings; i++) {
        char line[128];
        int n =
            snprintf(line, sizeof line, "%s %lld %lld\n", entry->posting[i].ledger,
                     (long long)entry->posting[i].ref, (long long)entry->posting[i].amount_minor);
        crypto_generichash_update(&state, (const unsigned char *)line, (unsigned long long)n);
    }
    crypto_generichash_final(&state, hash, JOURNAL_HASH);
    free(text);
}

static int last_entry(struct books *b, int64_t *number, int64_t *at_utc, unsigned char *hash,
                      struct err *e)
{
    struct db_row *row;
    int rc = db_find(books_db(b), SQL_journal_last, &row, e, "");

    *number = *at_utc = 0;
    memset(hash, 0, JOURNAL_HASH);
    if (rc == 0 && row) {
        size_t size;
        const void *blob = db_blob(row, 2, &size);
        *number = db_int(row, 0);
        *at_utc = db_int(row, 1);
        if (size == JOURNAL_HASH)
            memcpy(hash, blob, size);
    }
    db_done(row);
    return rc;
}

int journal_head(struct books *b, int64_t *number, unsigned char hash[JOURNAL_HASH], struct err *e)
{
    int64_t at_utc;

    return last_entry(b, number, &at_utc, hash, e);
}

/* A time zone or ntp step of a few seconds must not stop the till: only the order of entries counts. */
#define CLOCK_SLACK_S 120

int journal_append(struct books *b, struct entry *entry, struct err *e)
{
    struct db *db = books_db(b);
    int64_t last, last_at, sum = 0;
    size_t kept = 0;
    int rc = last_entry(b, &last, &last_at, entry->prev, e);

    if (rc != 0)
        return rc;
    entry->number = last + 1;
    entry->at_utc = clock_utc();
    if (entry->at_utc < last_at - CLOCK_SLACK_S)
        return err_set(e, MSG_CLOCK_BACK, last_at);
    if (entry->at_utc < last_at)
        entry->at_utc = last_at;
    for (size_t i = 0; i < entry->postings; i++) {
        if (!money_add(sum, entry->posting[i].amount_minor, &sum))
            die("entry %s overflows", entry->kind);
        if (entry->posting[i].amount_minor != 0)
            entry->posting[kept++] = entry->posting[i];
    }
    entry->postings = kept;
    if (sum != 0)
        die("entry %s does not sum to zero", entry->kind);
    journal_hash(entry, entry->hash);
    rc = db_run(db, SQL_entry_add, e, "iisiisisbb", entry->number, entry->at_utc, entry->kind,
                entry->operator_id, entry->shift_id, entry->document, entry->order_id, entry->memo,
                entry->prev, (size_t)JOURNAL_HASH, entry->hash, (size_t)JOURNAL_HASH);
    for (size_t i = 0; i < kept && rc == 0; i++)
        rc =
            db_run(db, SQL_posting_add, e, "iisii", entry->number, (int64_t)i + 1,
                   entry->posting[i].ledger, entry->posting[i].ref, entry->posting[i].amount_minor);
    return rc;
}

const char *document_kind(size_t i)
{
    return i < sizeof papers / sizeof *papers ? papers[i].kind : NULL;
}

const char *document_letter(size_t i)
{
    return i < sizeof papers / sizeof *papers ? papers[i].letter : NULL;
}

static int next_in_year(struct books *b, const char *kind, int year, int64_t *n, struct err *e)
{
    int rc = db_get(books_db(b), SQL_document_last, 0, n, e, "si", kind, (int64_t)year);

    *n += rc == 0;
    return rc;
}

int document_next(struct books *b, const char *kind, int64_t at_utc,
                  char number[DOCUMENT_NUMBER_MAX], struct err *e)
{
    const char *letter = "X";
    int year = clock_year(at_utc);
    int64_t n = 0;
    int rc = next_in_year(b, kind, year, &n, e);

    for (size_t i = 0; i < sizeof papers / sizeof *papers; i++) {
        if (strcmp(papers[i].kind, kind) == 0)
            letter = papers[i].letter;
    }
    if (rc == 0)
        snprintf(number, DOCUMENT_NUMBER_MAX, "%s-%d-%06lld", letter, year, (long long)n);
    return rc;
}

int document_add(struct books *b, const char *kind, const struct entry *entry, const char *snapshot,
                 int64_t *id, struct err *e)
{
    /* The year is the one in the number: at midnight of New Year's Eve the clock may have moved on. */
    int year = (int)strtol(entry->document + 2, NULL, 10);
    int64_t n = 0;
    int rc = next_in_year(b, kind, year, &n, e);

    if (rc == 0)
        rc = db_run(books_db(b), SQL_document_add, e, "siisiis", kind, (int64_t)year, n,
                    entry->document, entry->number, entry->at_utc, snapshot);
    if (rc == 0)
        *id = db_last_id(books_db(b));
    return rc;
}
