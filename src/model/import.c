/*
 * The requests of an import: check, apply, and the description that templates are made of. All files
 * of one call go in together or not at all; the same files again change nothing.
 */
#include <string.h>

#include "import.h"
#include "message.h"

static int read_and_check(struct import *im, struct books *b, const json_t *args, struct err *e)
{
    *im = (struct import){.b = b, .problems = json_array(), .odd = json_array()};
    int rc = import_read(im, json_object_get(args, "files"), e);

    return rc != 0 ? rc : import_check(im, e);
}

static int check_run(struct books *b, const struct actor *who, const json_t *args, json_t **result,
                     struct effects *fx, struct err *e)
{
    struct import im;
    int rc = read_and_check(&im, b, args, e);

    (void)who;
    (void)fx;
    if (rc == 0)
        *result = json_pack("{s:O,s:O}", "problems", im.problems, "odd", im.odd);
    import_clear(&im);
    return rc;
}

static int apply_run(struct books *b, const struct actor *who, const json_t *args, json_t **result,
                     struct effects *fx, struct err *e)
{
    struct import im;
    int rc = read_and_check(&im, b, args, e);

    (void)who;
    const bool meant = json_is_true(json_object_get(args, "odd"));
    if (rc == 0 && (im.first.code != 0 || (!meant && im.first_odd.code != 0))) {
        *e = im.first.code != 0 ? im.first : im.first_odd;
        rc = e->code;
    }
    if (rc == 0)
        rc = import_write(&im, e);
    if (rc == 0) {
        *result = json_pack("{s:I,s:I,s:I}", "added", (json_int_t)im.added, "changed",
                            (json_int_t)im.changed, "unchanged", (json_int_t)im.unchanged);
        if (im.added + im.changed > 0)
            effects_event(fx, "books", json_pack("{s:s}", "changed", "import"));
    }
    import_clear(&im);
    return rc;
}

static int templates_run(struct books *b, const struct actor *who, const json_t *args,
                         json_t **result, struct effects *fx, struct err *e)
{
    json_t *files = json_array();

    (void)b;
    (void)who;
    (void)args;
    (void)fx;
    (void)e;
    for (size_t i = 0; i < IMPORT_FILES; i++) {
        const struct import_file *f = &import_files[i];
        json_t *columns = json_array();
        for (const struct import_column *c = f->columns; c->name != NULL; c++)
            json_array_append_new(columns, json_pack("{s:s,s:b,s:s}", "name", c->name, "must",
                                                     (int)c->must, "meaning", c->meaning));
        json_array_append_new(files,
                              json_pack("{s:s,s:s,s:o,s:s}", "name", f->name, "meaning", f->meaning,
                                        "columns", columns, "example", f->example));
    }
    *result = json_pack("{s:o}", "files", files);
    return 0;
}

static const struct param files_params[] = {
    {.name = "files", .kind = PARAM_ARRAY, .required = true},
    {.name = "odd", .kind = PARAM_BOOL}, /* what is odd is meant */
    {0},
};
static const struct param no_params[] = {{0}};
static const struct request requests[] = {
    {.name = "import.apply",
     .title = N_("Import"),
     .roles = ROLE_ADMINISTRATOR,
     .params = files_params,
     .run = apply_run},
    {.name = "import.check",
     .title = N_("Check an import"),
     .roles = ROLE_ADMINISTRATOR,
     .params = files_params,
     .run = check_run},
    {.name = "import.templates",
     .title = N_("Describe the files of an import"),
     .roles = ROLE_ADMINISTRATOR,
     .params = no_params,
     .run = templates_run},
};
const struct request_table import_requests = {
    .requests = requests,
    .count = sizeof requests / sizeof requests[0],
};
