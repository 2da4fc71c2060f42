/*
 * Channels in other hands: an electrician's laptop works on the line, the site's engine is silent on it and holds what
 * it would send (hold.h). And channels that go for good. What the engine does with its line then is engine/lines.c's.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "books.h"
#include "clock.h"
#include "db.h"
#include "handover_back.h"
#include "handover_file.h"
#include "message.h"
#include "setting.h"
#include "text.h"

#define CODE_BYTES 8
#define SEAL_BYTES 32

struct held {
    int64_t id, meters, queued, unproved, proofs; /* proofs: that a top-up passes the line */
    char to[ERR_TEXT_MAX];
};

static int channel_look(struct books *b, const char *name, struct held *out, struct err *e)
{
    struct db_row *row = NULL;
    int rc = db_find(books_db(b), SQL_handover_find, &row, e, "s", name);

    if (rc == 0 && row) {
        *out = (struct held){.id = db_int(row, 0),
                             .meters = db_int(row, 2),
                             .queued = db_int(row, 3),
                             .unproved = db_int(row, 4),
                             .proofs = db_int(row, 5)};
        text_copy(out->to, sizeof out->to, db_text(row, 1));
    } else if (rc == 0) {
        rc = err_set(e, MSG_CHANNEL_UNKNOWN, name);
    }
    db_done(row);
    return rc;
}

static void tell(struct effects *fx, const char *channel)
{
    effects_event(fx, "books", json_pack("{s:s,s:s}", "changed", "channel", "channel", channel));
}

static void random_hex(char *hex, size_t bytes)
{
    unsigned char raw[32];

    randombytes_buf(raw, bytes);
    sodium_bin2hex(hex, 2 * bytes + 1, raw, bytes);
}

/* At the site a line that goes has a name of its own, which its return file answers. */
static int begin(struct books *b, int64_t channel_id, const char *to, struct err *e)
{
    char code[2 * CODE_BYTES + 1], seal[2 * SEAL_BYTES + 1];

    random_hex(code, CODE_BYTES);
    random_hex(seal, SEAL_BYTES);
    return db_run(books_db(b), SQL_handover_begin, e, "ssisi", code, seal, channel_id, to,
                  clock_utc());
}

/* The engine falls silent on the line: what a batch still had for it ends, and says why. */
static int silence(struct books *b, const struct held *c, const char *name, const char *to,
                   const struct actor *who, struct effects *fx, struct err *e)
{
    struct err why = {0};
    int rc =
        db_run(books_db(b), SQL_handover_set, e, "isii", c->id, to, who->operator_id, clock_utc());

    err_set(&why, MSG_HOLD_HANDED_OVER, name, to);
    return rc != 0 ? rc : batch_channel_gone(b, c->id, &why, fx, e);
}

/* A frame that left and was not proved is proved first: whoever has the line next could change what proves it. */
static int proved(const struct held *c, const char *name, const json_t *args, struct err *e)
{
    return c->unproved > 0 && !json_is_true(json_object_get(args, "force"))
               ? err_set(e, MSG_HANDOVER_UNPROVED, name, c->unproved)
               : 0;
}

static int handover_set(struct books *b, const struct actor *who, const json_t *args,
                        json_t **result, struct effects *fx, struct err *e)
{
    const char *name = json_string_value(json_object_get(args, "channel"));
    const char *to = json_string_value(json_object_get(args, "to"));
    const bool laptop = books_are_structure(b); /* nothing is sold there */
    struct held c;
    int rc = channel_look(b, name, &c, e);

    if (rc == 0 && to[strspn(to, " ")] == '\0') /* an empty name means that it is ours */
        rc = err_set(e, MSG_HANDOVER_NOBODY, name);
    if (rc == 0 && c.to[0])
        rc = err_set(e, MSG_HANDOVER_TWICE, name, c.to);
    if (rc == 0)
        rc = proved(&c, name, args, e);
    if (rc == 0)
        rc = silence(b, &c, name, to, who, fx, e);
    if (rc == 0 && !laptop)
        rc = begin(b, c.id, to, e);
    if (rc == 0)
        rc = channel_look(b, name, &c, e);
    if (rc != 0)
        return rc;
    tell(fx, name);
    *result = json_pack("{s:s,s:s,s:I,s:I,s:I,s:b,s:b}", "channel", name, "to", to, "meters",
                        (json_int_t)c.meters, "held", (json_int_t)c.queued, "unproved",
                        (json_int_t)c.unproved, "sells", (int)(c.proofs > 0 && !laptop), "laptop",
                        (int)laptop);
    return 0;
}

/* On the laptop: its engine stops there for good, and what the site must know of it is told. Asked once more it tells the
 * same: a file that was lost can be written again. */
static int handover_done(struct books *b, const struct actor *who, const json_t *args,
                         json_t **result, struct effects *fx, struct err *e)
{
    const char *name = json_string_value(json_object_get(args, "channel"));
    char site[ERR_TEXT_MAX];
    struct handover_told told = {0};
    struct handover_row row = {0};
    struct held c;
    int rc = channel_look(b, name, &c, e);

    setting_text(b, "site.name", site, sizeof site);
    if (rc == 0 && !books_are_structure(b))
        rc = err_set(e, MSG_HANDOVER_SITE, name);
    if (rc == 0)
        rc = handover_row_get(b, c.id, &row, e);
    if (rc == 0 && row.id == 0)
        rc = err_set(e, MSG_HANDOVER_NOT_HAD, name);
    if (rc == 0 && row.stopped_utc == 0 && c.to[0])
        rc = err_set(e, MSG_HOLD_HANDED_OVER, name, c.to);
    if (rc == 0 && row.stopped_utc == 0 && (rc = proved(&c, name, args, e)) == 0) {
        row.stopped_utc = clock_utc();
        rc = silence(b, &c, name, site, who, fx, e);
        if (rc == 0)
            rc = db_run(books_db(b), SQL_handover_stopped, e, "ii", row.id, row.stopped_utc);
    }
    if (rc == 0)
        rc = handover_file_write(b, c.id, name, row.code, row.seal, row.stopped_utc, &told, e);
    if (rc != 0)
        return rc;
    tell(fx, name);
    *result =
        json_pack("{s:s,s:s,s:s,s:I,s:I,s:I,s:I}", "channel", name, "to", site, "text", told.text,
                  "stopped_at", (json_int_t)row.stopped_utc, "hung", (json_int_t)told.hung,
                  "cleared", (json_int_t)told.cleared, "held", (json_int_t)c.queued);
    free(told.text);
    return 0;
}

/* Without the laptop's word: the engine has listened (engine/listen.c), and heard somebody or not, or could not listen. */
static int unsaid(const char *name, const char *to, const json_t *args, struct err *e)
{
    const int64_t heard = json_integer_value(json_object_get(args, "heard"));

    if (heard == 0 || json_is_true(json_object_get(args, "force")))
        return 0;
    if (heard < 0)
        return err_set(e, MSG_HANDOVER_UNHEARD, name, to);
    return err_set(e, MSG_HANDOVER_HEARD, name, to, heard,
                   json_integer_value(json_object_get(args, "listened_s")));
}

/* The line is ours again, with a file the laptop's tags are too. A late file brings its tags alone: the line is back, or away
 * once more. */
static int take_back(struct books *b, const struct held *c, const char *name, const json_t *files,
                     struct handover_taken *taken, struct effects *fx, struct err *e)
{
    int rc = 0;

    if (files)
        rc = handover_take(b, c->id, name, files, taken, fx, e);
    else if (c->to[0])
        rc = db_run(books_db(b), SQL_handover_back, e, "i", c->id);
    if (rc == 0 && c->to[0] &&
        !taken->late) /* after its tags: they guard their meters themselves */
        rc = db_run(books_db(b), SQL_handover_back_mark, e, "isi", c->id, c->to, clock_utc());
    if (rc == 0 && !books_are_structure(b))
        rc = db_run(books_db(b), SQL_handover_over, e, "iiii", taken->handover_id, clock_utc(),
                    (int64_t)(files != NULL), taken->stopped_utc);
    return rc;
}

static int handover_back(struct books *b, const struct actor *who, const json_t *args,
                         json_t **result, struct effects *fx, struct err *e)
{
    const char *name = json_string_value(json_object_get(args, "channel"));
    const json_t *files = json_object_get(args, "files");
    struct handover_taken taken = {0};
    struct handover_row row = {0};
    struct held c;
    int rc = channel_look(b, name, &c, e);

    (void)who;
    if (rc == 0 && files && books_are_structure(b))
        rc = err_set(e, MSG_HANDOVER_FILE_LAPTOP, name);
    if (rc == 0)
        rc = handover_row_get(b, c.id, &row, e);
    if (rc == 0 && !c.to[0] && (!files || row.id == 0)) /* a file may come after the line */
        rc = err_set(e, MSG_HANDOVER_OURS, name);
    if (rc == 0 && books_are_structure(b) && !json_is_true(json_object_get(args, "force")))
        rc = err_set(e, MSG_HANDOVER_NOT_GIVEN, name, c.to);
    if (rc == 0 && !files)
        rc = unsaid(name, c.to, args, e);
    taken.handover_id = row.id;
    text_copy(taken.from, sizeof taken.from, c.to[0] ? c.to : row.to);
    if (rc == 0)
        rc = take_back(b, &c, name, files, &taken, fx, e);
    if (rc == 0 && books_are_structure(b) && row.id) /* it talks again: its file is none any more */
        rc = db_run(books_db(b), SQL_handover_stopped, e, "ii", row.id, (int64_t)0);
    if (rc != 0) {
        json_decref(taken.left);
        return rc;
    }
    fx->orders = true;
    tell(fx, name);
    *result = json_pack("{s:s,s:s,s:I,s:I,s:I,s:I,s:I,s:I}", "channel", name, "from", taken.from,
                        "meters", (json_int_t)c.meters, "held", (json_int_t)c.queued, "hung",
                        (json_int_t)taken.hung, "cleared", (json_int_t)taken.cleared, "kept",
                        (json_int_t)taken.kept, "stopped_at", (json_int_t)taken.stopped_utc);
    if (taken.late) {
        json_object_set_new(*result, "late", json_true());
        json_object_set_new(*result, "back_at", json_integer((json_int_t)taken.back_utc));
        json_object_set_new(*result, "away", json_string(c.to)); /* with whom it is now; "": back */
    }
    if (taken.left)
        json_object_set_new(*result, "left", taken.left);
    if (json_object_get(args, "heard")) {
        json_object_set(*result, "heard", json_object_get(args, "heard"));
        json_object_set(*result, "listened_s", json_object_get(args, "listened_s"));
    }
    return 0;
}

static int channel_drop(struct books *b, const struct actor *who, const json_t *args,
                        json_t **result, struct effects *fx, struct err *e)
{
    static const enum sql_id steps[] = {SQL_channel_drop_rounds,   SQL_channel_drop_hours,
                                        SQL_channel_drop_vendor,   SQL_channel_drop_alarms,
                                        SQL_channel_drop_batches,  SQL_channel_drop_waits,
                                        SQL_channel_drop_handover, SQL_channel_drop};
    const char *name = json_string_value(json_object_get(args, "channel"));
    struct held c;
    int64_t running = 0;
    int rc = channel_look(b, name, &c, e);

    (void)who;
    if (rc == 0 && c.meters > 0)
        rc = err_set(e, MSG_CHANNEL_METERS, name, c.meters);
    if (rc == 0) /* of meters that were moved while it runs */
        rc = db_get(books_db(b), SQL_channel_drop_running, 0, &running, e, "i", c.id);
    if (rc == 0 && running > 0)
        rc = err_set(e, MSG_CHANNEL_BATCH, name, running);
    for (size_t i = 0; rc == 0 && i < sizeof steps / sizeof *steps; i++)
        rc = db_run(books_db(b), steps[i], e, "i", c.id);
    if (rc != 0)
        return rc;
    tell(fx, name);
    *result = json_pack("{s:s}", "channel", name);
    return 0;
}

static const struct param set_params[] = {
    {.name = "channel", .kind = PARAM_TEXT, .required = true, .max = 63},
    {.name = "to", .kind = PARAM_TEXT, .required = true, .max = 180},
    {.name = "force", .kind = PARAM_BOOL},
    {0},
};
static const struct param back_params[] = {
    {.name = "channel", .kind = PARAM_TEXT, .required = true, .max = 63},
    {.name = "files", .kind = PARAM_ARRAY}, /* the laptop's return file */
    {.name = "force", .kind = PARAM_BOOL},
    /* What the engine heard on the line before; whatever a client says of it is replaced. */
    {.name = "heard", .kind = PARAM_INT},
    {.name = "listened_s", .kind = PARAM_INT},
    {0},
};
static const struct param done_params[] = {
    {.name = "channel", .kind = PARAM_TEXT, .required = true, .max = 63},
    {.name = "force", .kind = PARAM_BOOL},
    {0},
};
static const struct param channel_params[] = {
    {.name = "channel", .kind = PARAM_TEXT, .required = true, .max = 63},
    {0},
};
static const struct request requests[] = {
    {.name = "handover.set",
     .title = N_("Hand a line over"),
     .roles = ROLE_FIELD | ROLE_ADMINISTRATOR,
     .params = set_params,
     .run = handover_set},
    {.name = "handover.back",
     .title = N_("Take a line back"),
     .roles = ROLE_FIELD | ROLE_ADMINISTRATOR,
     .params = back_params,
     .listen = true,
     .run = handover_back},
    {.name = "handover.done",
     .title = N_("Give a line back from a laptop"),
     .roles = ROLE_FIELD | ROLE_ADMINISTRATOR,
     .params = done_params,
     .run = handover_done},
    {.name = "channel.drop",
     .title = N_("Remove a line without meters"),
     .roles = ROLE_ADMINISTRATOR,
     .params = channel_params,
     .run = channel_drop},
};
const struct request_table handover_requests = {
    .requests = requests,
    .count = sizeof requests / sizeof requests[0],
};
