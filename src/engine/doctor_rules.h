/*
 * The bus doctor's verdict: from what each meter of a line said when it was asked some times to sentences that tell where
 * to look. Pure: a table of rules, the gravest first.
 */
#ifndef DOCTOR_RULES_H
#define DOCTOR_RULES_H

#include <stdbool.h>

#include "err.h"

/* What came of one meter's requests. */
struct doctor_meter {
    int address;
    bool main;    /* of a distribution room: it stands at the head of the line */
    int asked;    /* requests that left */
    int answered; /* refusals are answers too */
    int silent, broken, wrong;
    int more;           /* answers that another one followed */
    int refused;        /* answers that were refusals */
    unsigned exception; /* the last refusal's code */
    bool stranger;      /* who answers is not the meter of the books */
    int most_ms;        /* the slowest answer */
};

struct doctor_line {
    const char *name;
    bool serial;                      /* a device of this machine, no gateway */
    const struct err *trouble;        /* why the line is not there; NULL: it is */
    const struct doctor_meter *meter; /* by address, rising */
    size_t count;
    size_t answers; /* whose times these are */
    int median_ms, most_ms;
    int64_t strange; /* frames heard meanwhile that nobody here asked for */
};

#define DOCTOR_VERDICTS 10

/* Fills sentences, the gravest first; returns how many (at least 1). Checksum errors in percent of all replies come
 * back too, for who shows them. */
size_t doctor_verdict(const struct doctor_line *line, struct err out[DOCTOR_VERDICTS]);
int doctor_broken_percent(const struct doctor_line *line);

#endif
