/*
 * Where the books say each meter is, in the words of whoever stands before the line: for scans and the doctor.
 */
#ifndef SURVEY_H
#define SURVEY_H

#include "books.h"

struct survey_meter {
    int64_t meter_id, channel_id;
    int address;
    bool main; /* of a distribution room */
    char number[16], model[32], channel[64], room[128], tagged_by[128];
};

/* Meters of a channel (0: of the site) by channel and address; *out is the caller's to free(). */
int survey_meters(struct books *b, int64_t channel_id, struct survey_meter **out, size_t *count,
                  struct err *e);

#endif
