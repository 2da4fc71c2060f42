/*
 * What was taken out of the books into a file, for the operation log. The file itself is the client's; it bears its
 * name only after this was written.
 */
#include "books.h"
#include "message.h"

static int export_note(struct books *b, const struct actor *who, const json_t *args,
                       json_t **result, struct effects *fx, struct err *e)
{
    (void)b;
    (void)who;
    (void)args;
    (void)result;
    (void)fx;
    (void)e;
    return 0; /* the line in the operation log is all of it */
}

static const struct param note_params[] = {
    {.name = "what", .kind = PARAM_TEXT, .required = true, .max = 64},
    {.name = "rows", .kind = PARAM_INT, .required = true, .min = 0, .max = INT64_MAX},
    {.name = "file", .kind = PARAM_TEXT, .required = true, .max = 200},
    {.name = "args", .kind = PARAM_OBJECT},
    {.name = "page", .kind = PARAM_OBJECT},
    {0},
};
static const struct request requests[] = {
    {.name = "export.note",
     .title = N_("Record that a list was taken out"),
     .roles = ROLE_ALL,
     .params = note_params,
     .run = export_note},
};
const struct request_table export_requests = {
    .requests = requests,
    .count = sizeof requests / sizeof requests[0],
};
