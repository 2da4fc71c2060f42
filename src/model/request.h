/*
 * What a request that changes something is: a const table entry beside its function. The generated
 * request_registry lists every `const struct request_table` of src/model; the engine checks parameters and
 * permission from the entry before the function runs, inside one transaction of the writer.
 */
#ifndef REQUEST_H
#define REQUEST_H

#include <jansson.h>

#include "err.h"

struct books;

enum role {
    ROLE_CASHIER = 1,
    ROLE_ELECTRICIAN = 2,
    ROLE_MANAGER = 4,
    ROLE_ADMINISTRATOR = 8,
    ROLE_AUDITOR = 16,
};
#define ROLE_ALL     31u
#define ROLE_NOBODY  32u /* before login */
#define ROLE_COUNTER (ROLE_CASHIER | ROLE_MANAGER)
#define ROLE_FIELD   (ROLE_ELECTRICIAN | ROLE_MANAGER)

/* Word of one role ("cashier") and back (0 unknown). */
const char *role_word(unsigned role);
unsigned role_find(const char *word);
/* "cashier, manager" for a mask, in English; buf always terminated. Returns buf. */
const char *role_words(unsigned mask, char *buf, size_t size);

enum param_kind { PARAM_TEXT, PARAM_INT, PARAM_BOOL, PARAM_ARRAY, PARAM_OBJECT };

/* One parameter as declared; tables end with a NULL name. */
struct param {
    const char *name;
    enum param_kind kind;
    bool required;
    int64_t min,
        max; /* PARAM_INT: the range where min < max, the least where it alone is said; PARAM_TEXT: bytes at most max
                (0: 200) */
    const char
        *words; /* PARAM_TEXT: "cash|card" where only these are taken; NULL: any clean text */
};

/* Checks args against the declaration: unknown, missing, wrong kind, out of range, text that is no clean
 * UTF-8. The error names the request and the parameter. */
int param_check(const char *call, const struct param *params, const json_t *args, struct err *e);

/* Who asks. */
struct actor {
    int64_t operator_id; /* 0: the program itself */
    unsigned role;
    char login[64], name[64];
    int64_t session_id; /* for the operation log */
    char client[16];
};

/* What must happen after the commit: collected by request functions, carried out by the engine. */
struct effects {
    json_t *events;      /* array of {"event","data"}; see effects_event() */
    bool orders, papers; /* new orders to carry out, new papers to print */
    bool notices;        /* somebody is to be told of an alarm */
};
void effects_init(struct effects *fx);
void effects_clear(struct effects *fx);
/* data is taken. */
void effects_event(struct effects *fx, const char *event, json_t *data);

/* {"code","msg","args"} of an error as one line of text, as the books keep a reason; "" for none. The caller's. */
char *err_packed(const struct err *e);

struct request {
    const char *name;  /* "sale.new" */
    const char *title; /* N_("Sell") */
    unsigned roles;
    const struct param *params;
    bool line; /* the line to args.meter must be up and proven first (sale.h, sale_preflight) */
    bool
        listen; /* without args.files the line args.channel is listened to first: what came is args.heard */
    bool money; /* refuses to run without an own id ("once") */
    bool
        quiet; /* what is typed, not done: no operation log (errors are), and no first result to give again */
    bool at_rest; /* refused while the engine looks at args.order */
    int (*run)(struct books *b, const struct actor *who, const json_t *args, json_t **result,
               struct effects *fx, struct err *e);
    /* What takes long and only reads, worked out on a reader before it runs, so that the writer has the writing alone:
     * run finds it by books_prepared(). NULL where there is none; where it fails run does without it. */
    int (*prepare)(struct books *b, const json_t *args, void **prepared, struct err *e);
    void (*prepared_free)(void *prepared);
};

/* One file's requests: `const struct request_table sale_requests = {` ... */
struct request_table {
    const struct request *requests;
    size_t count;
};
extern const struct request_table *const request_registry[]; /* generated, NULL-ended */

const struct request *request_find(const char *name);

#endif
