/*
 * First the whole file is looked at: what is wrong with it leaves nothing half done. Then its tags are hung and cleared; one
 * that cannot hang here is left and told, for it must not keep the others away.
 */
#include "handover_back.h"

#include <string.h>

#include "db.h"
#include "handover_file.h"
#include "lock_out.h"
#include "message.h"
#include "text.h"

struct taking {
    struct books *b;
    int64_t channel_id;
    const char *channel;
    struct handover_file file;
    struct handover_taken *out;
    struct effects *fx;
};

static void row_read(struct db_row *row, struct handover_row *out)
{
    *out = (struct handover_row){0};
    if (row) {
        out->id = db_int(row, 0);
        text_copy(out->code, sizeof out->code, db_text(row, 1));
        text_copy(out->seal, sizeof out->seal, db_text(row, 2));
        text_copy(out->to, sizeof out->to, db_text(row, 3));
        out->at_utc = db_int(row, 4);
        out->stopped_utc = db_int(row, 5);
        out->back_utc = db_int(row, 6);
        out->returned_utc = db_int(row, 7);
    }
}

int handover_row_get(struct books *b, int64_t channel_id, struct handover_row *out, struct err *e)
{
    struct db_row *row;
    int rc = db_find(books_db(b), SQL_handover_last, &row, e, "i", channel_id);

    row_read(rc == 0 ? row : NULL, out);
    db_done(row);
    return rc;
}

/* The line's handover that the file names, if no file came for it yet: the last one or, late, one before; id 0: none. */
static int row_of_file(const struct taking *t, struct handover_row *out, struct err *e)
{
    struct db_row *row;
    int rc =
        db_find(books_db(t->b), SQL_handover_coded, &row, e, "si", t->file.code, t->channel_id);

    row_read(rc == 0 ? row : NULL, out);
    db_done(row);
    return rc;
}

/* ---- is it this line's, and this handover's? */

static int code_other(const struct taking *t, struct err *e)
{
    struct db_row *row;
    int rc = db_find(books_db(t->b), SQL_handover_named, &row, e, "s", t->file.code);

    if (rc == 0 && row && !db_null(row, 0))
        rc = err_set(e, MSG_HANDOVER_FILE_TAKEN, t->file.name, t->file.code_line, db_int(row, 0));
    else if (rc == 0 && row && strcmp(db_text(row, 1), t->channel) != 0)
        rc = err_set(e, MSG_HANDOVER_FILE_LINE, t->file.name, t->file.code_line, db_text(row, 1),
                     t->channel);
    else if (rc == 0)
        rc = err_set(e, MSG_HANDOVER_FILE_OTHER, t->file.name, t->file.code_line, t->channel);
    db_done(row);
    return rc;
}

static int file_check(struct taking *t, struct err *e)
{
    struct handover_row row, last;
    int rc = row_of_file(t, &row, e);

    if (rc == 0)
        rc = handover_row_get(t->b, t->channel_id, &last, e);
    if (rc != 0)
        return rc;
    if (strcmp(t->file.channel, t->channel) != 0)
        return err_set(e, MSG_HANDOVER_FILE_LINE, t->file.name, t->file.code_line, t->file.channel,
                       t->channel);
    if (row.id == 0)
        return code_other(t, e);
    t->out->handover_id = row.id;
    t->out->back_utc = row.back_utc;
    t->out->late = row.id != last.id || row.back_utc != 0;
    text_copy(t->out->from, sizeof t->out->from, row.to);
    return handover_file_sealed(&t->file, row.seal, e);
}

/* ---- the tags */

/* 0: the site has no such meter, it came into the laptop's books there. */
static int meter_of(const struct taking *t, const struct handover_tag *tag, int64_t *meter_id,
                    struct err *e)
{
    return db_get(books_db(t->b), SQL_handover_meter, 0, meter_id, e, "s", tag->meter);
}

/* holder: whose tag hangs there; "": the meter is not known. */
static void leave(const struct taking *t, const struct handover_tag *tag, const char *holder)
{
    if (!t->out->left)
        t->out->left = json_array();
    json_array_append_new(t->out->left, json_pack("{s:s,s:s,s:s}", "meter", tag->meter, "name",
                                                  tag->name, "holder", holder));
}

struct person {
    int64_t id; /* 0: no operator here */
    bool administrator, disabled;
};

/* By login; by name too where one is given: whose tag it is may be guessed so, who cleared another one may not. */
static int person_find(const struct taking *t, const char *login, const char *name,
                       struct person *out, struct err *e)
{
    struct db_row *row;
    int rc = db_find(books_db(t->b), SQL_lock_out_person, &row, e, "ss", login, name);

    *out = (struct person){0};
    if (rc == 0 && row)
        *out = (struct person){.id = db_int(row, 0),
                               .administrator = db_int(row, 2) != 0,
                               .disabled = db_int(row, 3) != 0};
    db_done(row);
    return rc;
}

/* A tag that hung when the books were made, and was cleared there. */
static int site_tag(const struct taking *t, const struct handover_tag *tag, int64_t meter_id,
                    struct err *e)
{
    struct person by = {0};
    struct db_row *row;
    int rc = db_find(books_db(t->b), SQL_lock_out_login, &row, e, "i", tag->site_id);

    if (rc == 0 && (!row || db_int(row, 0) != meter_id))
        rc = err_set(e, MSG_HANDOVER_FILE_TAG, t->file.name, tag->line, tag->site_id, tag->meter);
    const bool hangs = rc == 0 && db_null(row, 1);
    const int64_t owner = rc == 0 ? db_int(row, 3) : 0;
    db_done(row);
    if (rc == 0 && hangs && tag->cleared_utc)
        rc = person_find(t, tag->cleared_login, "", &by, e);
    if (rc != 0 || !hangs || !tag->cleared_utc)
        return rc;
    if (by.id == 0 || by.disabled ||
        (by.id != owner && (!by.administrator || !tag->cleared_reason[0]))) {
        t->out->kept++;
        return 0;
    }
    t->out->cleared++;
    return lock_out_take_down(t->b, tag->site_id, by.id, tag->cleared_utc, tag->cleared_reason,
                              t->fx, e);
}

static int own_tag(const struct taking *t, const struct handover_tag *tag, int64_t meter_id,
                   struct err *e)
{
    struct person owner = {0}, by = {0};
    int64_t id = 0, order = 0;
    int rc = person_find(t, tag->login, tag->name, &owner, e);

    if (rc != 0)
        return rc;
    if (tag->cleared_utc) { /* it came and went there */
        rc = person_find(t, tag->cleared_login, "", &by, e);
        return rc != 0 ? rc
                       : db_run(books_db(t->b), SQL_lock_out_past, e, "iissiiiis", meter_id,
                                owner.id, owner.id ? "" : tag->name, tag->reason, tag->at_utc,
                                tag->verified_utc, tag->cleared_utc, by.id, tag->cleared_reason);
    }
    const struct lock_out_tag fresh = {.meter_id = meter_id,
                                       .operator_id = owner.id,
                                       .owner = tag->name,
                                       .reason = tag->reason,
                                       .at_utc = tag->at_utc};
    struct err why = {0};
    rc = lock_out_hang(t->b, &fresh, &id, &order, t->fx, &why);
    if (rc != 0 && why.msg == MSG_LOCK_OUT_TAKEN) {
        leave(t, tag, why.arg[1].text);
        return 0;
    }
    if (rc != 0)
        *e = why;
    t->out->hung += rc == 0;
    return rc;
}

/* Those cleared there come first: a meter may have got another tag after that. */
static int tags_take(struct taking *t, bool cleared, struct err *e)
{
    int64_t meter_id = 0;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < t->file.count; i++) {
        const struct handover_tag *tag = &t->file.tag[i];
        if ((tag->cleared_utc != 0) != cleared)
            continue;
        rc = meter_of(t, tag, &meter_id, e);
        if (rc == 0 && meter_id == 0 && !cleared)
            leave(t, tag, "");
        if (rc == 0 && meter_id != 0)
            rc = tag->site_id ? site_tag(t, tag, meter_id, e) : own_tag(t, tag, meter_id, e);
    }
    return rc;
}

int handover_take(struct books *b, int64_t channel_id, const char *channel, const json_t *files,
                  struct handover_taken *out, struct effects *fx, struct err *e)
{
    struct taking t = {.b = b, .channel_id = channel_id, .channel = channel, .out = out, .fx = fx};
    int rc = handover_file_read(files, &t.file, e);

    *out = (struct handover_taken){0};
    if (rc == 0)
        rc = file_check(&t, e);
    if (rc == 0 && !out->late) /* first: what the tags drop could not go while the line is away */
        rc = db_run(books_db(b), SQL_handover_back, e, "i", channel_id);
    if (rc == 0)
        rc = tags_take(&t, true, e);
    if (rc == 0)
        rc = tags_take(&t, false, e);
    out->stopped_utc = t.file.stopped_utc;
    handover_file_clear(&t.file);
    return rc;
}
