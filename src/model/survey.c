/*
 * Meters with the names of their line and room.
 */
#include "survey.h"

#include "db.h"
#include "text.h"

#define STEP 256

int survey_meters(struct books *b, int64_t channel_id, struct survey_meter **out, size_t *count,
                  struct err *e)
{
    struct survey_meter *list = mem_new(STEP * sizeof *list);
    struct db_row *row = NULL;
    size_t n = 0;
    int rc = db_find(books_db(b), SQL_survey_meters, &row, e, "i", channel_id);

    for (bool more = rc == 0 && row; more; more = rc == 1) {
        if (n > 0 && n % STEP == 0)
            list = mem_grow(list, (n + STEP) * sizeof *list);
        struct survey_meter *m = &list[n++];
        *m = (struct survey_meter){.meter_id = db_int(row, 0),
                                   .channel_id = db_int(row, 1),
                                   .address = (int)db_int(row, 2),
                                   .main = db_int(row, 7) != 0};
        text_copy(m->number, sizeof m->number, db_text(row, 3));
        text_copy(m->model, sizeof m->model, db_text(row, 4));
        text_copy(m->channel, sizeof m->channel, db_text(row, 5));
        text_copy(m->room, sizeof m->room, db_text(row, 6));
        text_copy(m->tagged_by, sizeof m->tagged_by, db_text(row, 8));
        rc = db_next(row, e);
    }
    db_done(row);
    *out = list;
    *count = n;
    return rc < 0 ? rc : 0;
}
