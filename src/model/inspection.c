/*
 * The inspection log of a distribution room: what somebody saw there. Entries are added and never changed.
 */
#include "books.h"
#include "clock.h"
#include "db.h"
#include "message.h"

static int inspection_add(struct books *b, const struct actor *who, const json_t *args,
                          json_t **result, struct effects *fx, struct err *e)
{
    const int64_t space_id = json_integer_value(json_object_get(args, "space"));
    const char *note = json_string_value(json_object_get(args, "note"));
    int64_t there = 0;
    int rc = db_get(books_db(b), SQL_inspection_room, 0, &there, e, "i", space_id);

    if (rc == 0 && there == 0)
        rc = err_set(e, MSG_INSPECTION_ROOM, space_id);
    if (rc == 0 && note[0] == '\0')
        rc = err_set(e, MSG_INSPECTION_NOTE);
    if (rc == 0)
        rc = db_run(books_db(b), SQL_inspection_add, e, "iiis", space_id, who->operator_id,
                    clock_utc(), note);
    if (rc != 0)
        return rc;
    *result = json_pack("{s:I}", "inspection", (json_int_t)db_last_id(books_db(b)));
    effects_event(fx, "books", json_pack("{s:I}", "inspection", (json_int_t)space_id));
    return 0;
}

static const struct param add_params[] = {
    {.name = "space", .kind = PARAM_INT, .required = true},
    {.name = "note", .kind = PARAM_TEXT, .required = true, .max = 500},
    {0},
};
static const struct request requests[] = {
    {.name = "inspection.add",
     .title = N_("Write into the inspection log"),
     .roles = ROLE_FIELD,
     .params = add_params,
     .run = inspection_add},
};
const struct request_table inspection_requests = {
    .requests = requests,
    .count = sizeof requests / sizeof requests[0],
};
