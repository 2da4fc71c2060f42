/*
 * The journal: entries whose postings sum to zero, chained by hash, and the numbered papers that go with
 * them. The only place that appends; nothing changes or deletes.
 */
#ifndef JOURNAL_H
#define JOURNAL_H

#include "books.h"

#define JOURNAL_HASH         32
#define JOURNAL_POSTINGS_MAX 6
#define DOCUMENT_NUMBER_MAX  32

struct posting {
    const char
        *ledger; /* "cash", "pending", "on meter", ...: the CHECK of table posting lists them */
    int64_t ref, amount_minor; /* debit positive */
};

struct entry {
    int64_t number; /* given by journal_append() */
    int64_t at_utc; /* given by journal_append() */
    const char *kind;
    int64_t operator_id, shift_id; /* 0: none */
    const char *document;          /* its paper's number or "" */
    int64_t order_id;
    const char *memo; /* for a paper: hex hash of its snapshot */
    struct posting posting[JOURNAL_POSTINGS_MAX];
    size_t postings;                                      /* those with amount 0 are left out */
    unsigned char prev[JOURNAL_HASH], hash[JOURNAL_HASH]; /* given by journal_append() */
};

/* Appends inside the transaction that is open: number, time, chain. A sum that is not zero is a bug and dies;
 * a clock before the last entry is refused. */
int journal_append(struct books *b, struct entry *entry, struct err *e);

/* The hash of an entry as it must be: BLAKE2b-256 over prev and the text
 * "metertill-entry-1\nNUMBER\nAT\nKIND\nOPERATOR\nSHIFT\nDOCUMENT\nORDER\nMEMO\n" and a line
 * "LEDGER REF AMOUNT\n" for each posting. */
void journal_hash(const struct entry *entry, unsigned char hash[JOURNAL_HASH]);

/* Hex of n bytes; buf has 2n + 1. Returns buf. */
const char *journal_hex(const unsigned char *bytes, size_t n, char *buf);
/* Hex BLAKE2b-256 of a text, for memo. buf has 65 bytes. */
const char *journal_text_hash(const char *text, char *buf);

/* Number of the next paper of a kind in the year of now: "S-2026-000001". Gapless, since it is only used up by
 * document_add() in the same transaction. */
int document_next(struct books *b, const char *kind, int64_t at_utc,
                  char number[DOCUMENT_NUMBER_MAX], struct err *e);
int document_add(struct books *b, const char *kind, const struct entry *entry, const char *snapshot,
                 int64_t *id, struct err *e);

/* The kinds of numbered papers and the letter of each; NULL behind the last. */
const char *document_kind(size_t i);
const char *document_letter(size_t i);

/* Number and hash of the last entry; number 0 and zeros in new books. */
int journal_head(struct books *b, int64_t *number, unsigned char hash[JOURNAL_HASH], struct err *e);

#endif
