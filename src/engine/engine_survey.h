/*
 * Addresses of one line asked one after the other beside the running sweep: what a scan and the doctor have in common. One
 * exchange is on the line at a time, so that a cashier's sale waits for one exchange only. Main thread.
 */
#ifndef ENGINE_SURVEY_H
#define ENGINE_SURVEY_H

#include "core.h"
#include "field.h"
#include "survey.h"
#include "wire_sense.h"

struct survey;

/* One address to ask. */
struct survey_step {
    int address;
    int baud; /* serial line, another speed; 0: the line's own */
    char parity;
    bool again;                       /* asked before, without a clear answer */
    const struct survey_meter *meter; /* of the books at this place, or NULL */
};

/* What one exchange showed. */
struct survey_seen {
    const struct survey_step *step;
    enum job_end end;
    struct bus_result how;
    struct meter_identity identity; /* where end is JOB_DONE; the code also where only it came */
    const struct err *error;
    struct wire_request request[WIRE_REQUESTS];
    size_t requests;
};

struct survey_kind {
    const char *event; /* "scan" */
    /* The books are known: fills in survey_steps(). */
    int (*plan)(struct survey *s, struct err *e);
    void (*seen)(struct engine *engine, struct survey *s, const struct survey_seen *seen);
    /* After the last step, or a stop; s->over says it already. */
    void (*over)(struct engine *engine, struct survey *s);
    void (*clear)(struct survey *s);
};

struct survey {
    struct work work; /* looks into the books */
    struct survey *next;
    const struct survey_kind *kind;
    struct engine *engine;
    int64_t id;         /* for the protocol */
    int64_t channel_id; /* below 0: a place that is no channel of the books */
    char channel[128];
    char type[16];
    struct reply_to to;
    struct survey_meter *books; /* the meters of the site */
    size_t book_count;
    struct survey_step *steps;
    size_t step_count, done;
    int down_run; /* exchanges in a row that found no line */
    bool busy, stop, over;
    struct err error; /* why it ended early; code 0: it did not */
    void *own;        /* the kind's */
};

/* Takes s (from mem_new) and begins; on failure it is freed. plan() and all the rest follow. */
int survey_start(struct engine *engine, struct survey *s, struct err *e);
struct survey *survey_find(struct engine *engine, int64_t id);
/* Is the line being surveyed now? */
bool survey_runs(const struct engine *engine, int64_t channel_id);
/* One more address to ask; before the first is asked, or from seen(). */
void survey_step_add(struct survey *s, const struct survey_step *step);
/* Is who told this identity the meter of the books? One with a blank number is if its kind is. */
bool survey_is(const struct survey_meter *meter, const struct meter_identity *identity);
/* The model of a device code, "" where none is known. */
const char *survey_model_of(uint16_t code);
/* The meter that the books have at an address of this line, or NULL. */
const struct survey_meter *survey_at(const struct survey *s, int address);

#endif
