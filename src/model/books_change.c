/*
 * The one way in which anything in the books is changed: one transaction, with the id that makes it happen once, the
 * line in the operation log, and the journal's head noted outside.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ballast.h"
#include "books_state.h"
#include "clock.h"
#include "db.h"
#include "journal.h"
#include "message.h"

/* Bytes of a selection that stand in the operation log; a longer one is a list of meters. */
#define SELECT_KEPT 1000

static int operation_add(struct books *b, const struct actor *who, const char *action,
                         const char *object, const json_t *detail, const struct err *failed,
                         struct err *e)
{
    json_t *kept = detail ? json_deep_copy(detail) : json_object();

    json_object_del(kept, "password");
    json_object_del(kept, "old");
    json_object_del(kept, "files"); /* an import's rows are in the tables */
    if (json_string_length(json_object_get(kept, "select")) >
        SELECT_KEPT) /* so is a batch's long list */
        json_object_set_new(kept, "select", json_string("..."));
    char *text = json_dumps(kept, JSON_COMPACT | JSON_SORT_KEYS);
    int rc = db_run(b->db, SQL_operation_add, e, "iisisssss", clock_utc(), who->operator_id,
                    who->login, who->session_id, who->client, action, object, text ? text : "{}",
                    failed ? message_get(failed->msg)->name : "ok");
    free(text);
    json_decref(kept);
    return rc;
}

int books_log(struct books *b, const struct actor *who, const char *action, const char *object,
              const json_t *detail, const struct err *failed, struct err *e)
{
    int rc = db_begin(b->db, e);

    if (rc == 0)
        rc = operation_add(b, who, action, object, detail, failed, e);
    if (rc == 0)
        rc = db_commit(b->db, e);
    if (rc != 0)
        db_rollback(b->db);
    return rc;
}

/* What the request touches, for the operation log: the parameter that names it, or what came of it does. */
static const char *object_of(const json_t *args, const json_t *result, char batch[static 24])
{
    static const char *const names[] = {"meter",  "login",   "till",    "key",
                                        "tenant", "account", "channel", "file"};
    const json_t *said[] = {args, result};

    for (size_t from = 0; from < sizeof said / sizeof *said; from++) {
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
            const char *text = json_string_value(json_object_get(said[from], names[i]));
            if (text)
                return text;
        }
        const json_t *number = json_object_get(said[from], "batch");
        if (json_is_integer(number)) {
            snprintf(batch, 24, "%lld", (long long)json_integer_value(number));
            return batch;
        }
    }
    return "";
}

/* What the engine itself heard on a line is no part of what was asked for. */
static void body_hash(const struct request *request, const json_t *args,
                      unsigned char hash[JOURNAL_HASH])
{
    json_t *asked = json_copy((json_t *)(uintptr_t)args);

    if (request->listen) {
        json_object_del(asked, "heard");
        json_object_del(asked, "listened_s");
    }
    char *body = json_dumps(asked, JSON_COMPACT | JSON_SORT_KEYS);
    char *whole = mem_format("%s %s", request->name, body ? body : "");

    json_decref(asked);
    crypto_generichash(hash, JOURNAL_HASH, (const unsigned char *)whole, strlen(whole), NULL, 0);
    free(whole);
    free(body);
}

/* 1: this id was used before for the same, *result is what came of it; 0: new; negative: another body, or another
 * operator's. */
static int once_find(struct books *b, const char *once, const struct request *request,
                     const struct actor *who, const unsigned char *hash, json_t **result,
                     struct err *e)
{
    struct db_row *row;
    int rc = db_find(b->db, SQL_once_find, &row, e, "s", once);

    if (rc != 0 || !row)
        return rc;
    size_t size;
    const void *known = db_blob(row, 1, &size);
    if (strcmp(db_text(row, 0), request->name) != 0 || size != JOURNAL_HASH ||
        memcmp(known, hash, size) != 0 || db_int(row, 3) != who->operator_id) {
        rc = err_set(e, MSG_ONCE_OTHER_BODY);
    } else {
        *result = json_loads(db_text(row, 2), 0, NULL);
        json_object_set_new(*result, "again", json_true());
        rc = 1;
    }
    db_done(row);
    return rc;
}

static int once_add(struct books *b, const char *once, const struct request *request,
                    const struct actor *who, const unsigned char *hash, const json_t *result,
                    struct err *e)
{
    char *text = json_dumps(result, JSON_COMPACT);
    int rc = db_run(b->db, SQL_once_add, e, "sisbsi", once, who->operator_id, request->name, hash,
                    (size_t)JOURNAL_HASH, text ? text : "{}", clock_utc());

    free(text);
    return rc;
}

static int permitted(const struct request *request, const struct actor *who, const char *once,
                     const json_t *args, struct err *e)
{
    if (!(request->roles & who->role)) {
        char those[ERR_TEXT_MAX];
        return err_set(e, MSG_REQUEST_DENIED, who->login, role_word(who->role),
                       role_words(request->roles, those, sizeof those));
    }
    if (request->money && !once)
        return err_set(e, MSG_ONCE_MISSING, request->name);
    if (once && (strlen(once) != 32 || strspn(once, "0123456789abcdef") != 32))
        return err_set(e, MSG_ONCE_FORM);
    return param_check(request->name, request->params, args, e);
}

bool books_are_structure(struct books *b)
{
    char word[8];

    return strcmp(setting_text(b, "site.structure", word, sizeof word), "1") == 0;
}

int books_take_money(struct books *b, const char *title, struct err *e)
{
    if (!books_are_structure(b))
        return 0;
    return err_set(e, MSG_SITE_STRUCTURE, title);
}

/* Inside the transaction: 1 happened before, 0 done now. */
static int change_inside(struct books *b, const struct request *request, const struct actor *who,
                         const char *once, const json_t *args, json_t **result, struct effects *fx,
                         struct err *e)
{
    unsigned char hash[JOURNAL_HASH];
    char batch[24];
    int rc = 0;

    body_hash(request, args, hash);
    if (once && !request->quiet)
        rc = once_find(b, once, request, who, hash, result, e);
    if (rc == 0 && request->money)
        rc = books_take_money(b, request->title, e);
    if (rc != 0)
        return rc;
    rc = request->run(b, who, args, result, fx, e);
    if (rc == 0 && !*result)
        *result = json_object();
    if (rc == 0 && once && !request->quiet)
        rc = once_add(b, once, request, who, hash, *result, e);
    if (rc == 0 && !request->quiet)
        rc = operation_add(b, who, request->name, object_of(args, *result, batch), args, NULL, e);
    return rc;
}

/* A commit that the disk broke off may stand in the file all the same, and would count after a crash. Whatever is
 * committed after it in its place ends that; where nothing can be, only the next start knows what was done, and nobody
 * may be told that nothing was. */
static void commit_settle(struct books *b, const struct actor *who, const char *action,
                          const char *object, const json_t *detail, const struct err *why)
{
    struct err lost = {0};

    if (books_log(b, who, action, object, detail, why, &lost) != 0 && why->msg == MSG_DB_DISK)
        die("the disk failed in a commit (%s), and again after it: what was done shows at the next start",
            why->detail);
}

/* Nothing is left of a try. Is there reason for a second one? */
static bool try_again(struct books *b, const struct err *why, struct effects *fx)
{
    db_rollback(b->db);
    json_array_clear(fx->events);
    fx->orders = fx->papers = fx->notices = false;
    return why->msg == MSG_DB_FULL && ballast_release(b->path);
}

static int change_try(struct books *b, const struct request *request, const struct actor *who,
                      const char *once, const json_t *args, json_t **result, struct effects *fx,
                      struct err *why)
{
    int rc = db_begin(b->db, why);

    if (rc == 0)
        rc = change_inside(b, request, who, once, args, result, fx, why);
    if (rc >= 0 && db_commit(b->db, why) != 0)
        rc = why->code;
    if (rc < 0) {
        json_decref(*result);
        *result = NULL;
    }
    return rc;
}

int books_change(struct books *b, const struct request *request, const struct actor *who,
                 const char *once, const json_t *args, json_t **result, struct effects *fx,
                 struct err *e)
{
    struct err why = {0};
    char batch[24];
    int rc = permitted(request, who, once, args, &why);

    *result = NULL;
    if (rc == 0)
        rc = change_try(b, request, who, once, args, result, fx, &why);
    if (rc < 0 && try_again(b, &why, fx)) {
        memset(&why, 0, sizeof why);
        rc = change_try(b, request, who, once, args, result, fx, &why);
        if (rc < 0)
            try_again(b, &why, fx);
    }
    if (rc >= 0) {
        head_note(&b->head, b, fx);
        return 0;
    }
    commit_settle(b, who, request->name, object_of(args, NULL, batch), args, &why);
    *e = why;
    return rc;
}

static int within_try(struct books *b,
                      int (*work)(struct books *, void *, struct effects *, struct err *),
                      void *ctx, struct effects *fx, bool *at_commit, struct err *e)
{
    int rc = db_begin(b->db, e);

    if (rc != 0)
        return rc;
    rc = work(b, ctx, fx, e);
    *at_commit = rc >= 0;
    return rc >= 0 && db_commit(b->db, e) != 0 ? e->code : rc;
}

int books_within(struct books *b,
                 int (*work)(struct books *, void *, struct effects *, struct err *), void *ctx,
                 struct effects *fx, struct err *e)
{
    static const struct actor program = {.client = "program"};
    bool at_commit = false;
    int rc = within_try(b, work, ctx, fx, &at_commit, e);

    if (rc < 0 && try_again(b, e, fx)) {
        memset(e, 0, sizeof *e);
        rc = within_try(b, work, ctx, fx, &at_commit, e);
        if (rc < 0)
            try_again(b, e, fx);
    }
    if (rc < 0 && at_commit && e->msg == MSG_DB_DISK)
        commit_settle(b, &program, "commit", "", NULL, e);
    if (rc >= 0)
        head_note(&b->head, b, fx);
    return rc;
}
