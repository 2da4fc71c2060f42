/*
 * What is wrong with the data of an import, or odd, listed as it is found.
 */
#include "import.h"
#include "message.h"

/* An error as the protocol carries it. */
static json_t *problem_json(const struct err *p)
{
    const struct message *m = message_get(p->msg);
    json_t *args = json_array();

    for (size_t i = 0; m->types[i] != '\0'; i++) {
        bool text = m->types[i] == 's' || m->types[i] == 'k';
        json_array_append_new(args,
                              text ? json_string(p->arg[i].text) : json_integer(p->arg[i].number));
    }
    return json_pack("{s:s,s:s,s:o}", "code", err_word(p->code), "msg", m->name, "args", args);
}

void import_problem(struct import *im, const struct err *problem)
{
    if (im->first.code == 0)
        im->first = *problem;
    if (json_array_size(im->problems) < IMPORT_PROBLEMS_MAX)
        json_array_append_new(im->problems, problem_json(problem));
}

void import_odd(struct import *im, const struct err *odd)
{
    if (im->first_odd.code == 0)
        im->first_odd = *odd;
    if (json_array_size(im->odd) < IMPORT_PROBLEMS_MAX)
        json_array_append_new(im->odd, problem_json(odd));
}
