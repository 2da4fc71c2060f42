/*
 * The books opened: one writer, any number of readers. Wraps every request in its transaction, keeps
 * the ids that make a request happen once, writes the operation log, and answers the queries of sql/.
 */
#ifndef BOOKS_H
#define BOOKS_H

#include "query.h"
#include "request.h"

struct db;

enum books_mode { BOOKS_WRITE, BOOKS_CREATE, BOOKS_READ, BOOKS_COPY };

/* head_file: where the journal's head is noted outside the database (NULL: not noted). */
int books_open(struct books **out, const char *path, const char *head_file, enum books_mode mode,
               struct err *e);
/* 0, or why the head file is left as it is: damaged, or of other books. */
int books_head(const struct books *b, struct err *e);
void books_close(struct books *b);
struct db *books_db(struct books *b);

/* Which meter models take which orders (order.h; -1: are read at all) is the drivers' to say; set by who knows them. Where
 * nobody does, all take everything. */
typedef bool model_takes_fn(const char *model, int order_kind);
/* The most overload power that a model takes (W of one phase, before transformers); 0: not known. */
typedef int64_t model_load_fn(const char *model);
void books_models(struct books *b, model_takes_fn *takes, model_load_fn *load_max);
bool books_model_takes(const struct books *b, const char *model, int order_kind);
int64_t books_model_load_w(const struct books *b, const char *model);

/* What the next request's prepare() worked out (request.h); who set it frees it. NULL: nothing. */
void books_prepare(struct books *b, void *prepared);
void *books_prepared(const struct books *b);

/* Runs a request: BEGIN IMMEDIATE, the function, the operation log, COMMIT, then the head file. Permission and
 * parameters were checked (or are: it checks both again). *result is the caller's. An error leaves nothing but
 * its line in the operation log. once: 32 hex digits or NULL. */
int books_change(struct books *b, const struct request *request, const struct actor *who,
                 const char *once, const json_t *args, json_t **result, struct effects *fx,
                 struct err *e);

/* A piece of work of the program itself in one transaction (order steps, readings, outbox). */
int books_within(struct books *b,
                 int (*work)(struct books *b, void *ctx, struct effects *fx, struct err *e),
                 void *ctx, struct effects *fx, struct err *e);

/* Writes one line into the operation log in a transaction of its own (refusals, logins). */
int books_log(struct books *b, const struct actor *who, const char *action, const char *object,
              const json_t *detail, const struct err *failed, struct err *e);

/* Are these the books of a laptop, a copy of the site's structure? */
bool books_are_structure(struct books *b);
/* May money be taken with these books? Those of a laptop take none; title of what was asked for, for the sentence. */
int books_take_money(struct books *b, const char *title, struct err *e);

/* Is there room on the disk to take money (64 MiB)? */
bool books_space(struct books *b);

/* Puts room by on the disk for what is under way when it is full (ballast.h); after that too, when there is room again. Any
 * thread. */
void books_hold(struct books *b);

/* Site facts for the handshake: {"site","demo","timezone","language","currency"}. */
int books_site(struct books *b, json_t **site, struct err *e);

/* Setting of the site as text or number; the built-in default where it was never set. */
int64_t setting_number(struct books *b, const char *key);
const char *setting_text(struct books *b, const char *key, char *buf, size_t size);

#endif
