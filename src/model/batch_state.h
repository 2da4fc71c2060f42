/*
 * A batch from inside, shared by batch_kinds.c (its commands), batch_plan.c (whom it is for), batch_guard.c (who is passed over),
 * batch_course.c (its next rows, its end), batch_row.c (what its orders come to), batch_turn.c (each turn), batch.c (the requests).
 */
#ifndef BATCH_STATE_H
#define BATCH_STATE_H

#include "batch.h"

#define BATCH_METERS_MAX 20000
#define UNKNOWN_NUMBER   INT64_MIN /* a value that was never read */

enum batch_command {
    BATCH_TARIFF,
    BATCH_SETTINGS,
    BATCH_LOAD,
    BATCH_ON,
    BATCH_PREPAID,
    BATCH_OFF,
    BATCH_CLOCK,
    BATCH_READ,
    BATCH_COMMANDS
};

/* A command: its order, and the values it takes. */
struct batch_kind {
    const char *word;
    enum order_kind order; /* not of BATCH_READ */
    const char *mode;      /* of a switch */
    bool settings;         /* old firmware does not take it */
    bool main_too;         /* for main meters as well */
    bool undo;             /* what was before can be gone back to */
};
extern const struct batch_kind batch_kinds[BATCH_COMMANDS];
enum batch_command batch_command_find(const char *word);

/* A meter as a batch sees it. */
struct batch_meter {
    int64_t meter_id, channel_id;
    char number[16], room[48], tenant[96], state[16], model[32], path[160];
    bool main;
    int64_t balance_minor, power_w, phase_w, relay_closed, forced, price_e4[4];
    int64_t alarm1_minor, alarm2_minor, overdraft_minor, load_max_w, clock_off_s;
    int64_t read_at_utc, lock_out, protection, until_utc, opening;
    int64_t protection_batch; /* that began it; 0: another order, or none */
    int64_t lock_off_at;      /* when its tag was verified; 0: not */
    int64_t in_doubt;         /* a top-up that is in doubt; 0: none */
    /* The oldest plain order that was sent and is not proved, and the oldest such switch: a new one follows it, or ends it. */
    int64_t behind, behind_switch;
    int64_t ratio; /* of its transformers; 0: not known */
    bool lost, old_firmware,
        handed; /* handed: in other hands, or back from them and not decided on */
    char *undo; /* what an undo goes back to, JSON; NULL: no undo */
};

/* What becomes of it. */
struct batch_fate {
    struct batch_meter meter;
    char *skip, *note; /* JSON of the sentence, or NULL */
    bool dark;
};

struct batch_plan {
    enum batch_command command;
    json_t *values; /* of each order: borrowed from nobody */
    int64_t until_utc, undo_of, retry_of;
    bool protected_too;    /* protections of others may be ended or shortened: it was said so */
    const char *selection; /* as typed; borrowed */
    struct batch_fate *rows;
    size_t count, will, dark, skipped, tried;
    char *unmet; /* what the selection names and no meter has (select.h); NULL: a batch again */
    size_t unmet_count;
    struct err odd; /* what is odd about its values; code 0: nothing is */
};

/* A batch that was, and what of it is planned anew: those that failed, those done, those that were not reached. */
enum batch_again { BATCH_RETRY, BATCH_UNDO, BATCH_RESUME };
/* From args of batch.start; from a batch that was: as its meters are now. */
int batch_plan_new(struct books *b, const json_t *args, struct batch_plan **out, struct err *e);
int batch_plan_again(struct books *b, int64_t batch_id, enum batch_again how,
                     struct batch_plan **out, struct err *e);
/* One more meter into a plan; undo: what an undo goes back to, or NULL. */
int batch_plan_meter(struct books *b, struct batch_plan *p, int64_t meter_id, const char *undo,
                     struct err *e);
void batch_plan_free(struct batch_plan *p);

/* batch_guard.c: why a batch passes a meter over (*skip, packed; the caller's), what is to be said of it, and whether it
 * loses its power now. values: of this meter's order. */
int batch_guard(struct books *b, const struct batch_plan *p, struct batch_fate *f, struct err *e);
/* The order that one of this command would come after; 0: none. */
int64_t batch_behind(enum batch_command command, const struct batch_meter *m);
/* The values of one meter's order: those of the batch, or what an undo goes back to. NULL: not known. The caller's. */
json_t *batch_values_of(const struct batch_plan *p, const struct batch_meter *m);
/* What is and what will be, for people; the caller's. */
json_t *batch_now(const struct batch_plan *p, const struct batch_meter *m);
json_t *batch_then(const struct batch_plan *p, const struct batch_meter *m);
/* Its detail as an order has it, text; the caller's. */
char *batch_order_detail(enum batch_command command, const json_t *values);

/* batch_course.c: the next rows of a batch's plan become rows, at most so many; BATCH_SLICE leaves room for a sale. */
#define BATCH_SLICE 500
int batch_rows_write(struct books *b, int64_t batch_id, int64_t most, struct err *e);

/* ---- batch_course.c */

/* A batch as its turn needs it. */
struct batch_course {
    int64_t id, expires_at_utc, fail_percent, operator_id;
    int64_t total, done, failed, skipped, cancelled;
    int64_t began_over, began_failed; /* of done and failed, when it was last resumed */
    char state[16];
    bool writing;           /* its rows are not all there */
    struct batch_plan plan; /* without rows */
};
/* Fills it in; ERR_NOT_FOUND for no such batch. batch_course_clear() after it. */
int batch_course_get(struct books *b, int64_t id, struct batch_course *c, struct err *e);
void batch_course_clear(struct batch_course *c);
/* Looks at a sent order that is not proved, until the batch does not wait for it any more: half a minute. */
#define BATCH_LOOKS_MAX 3
/* A row is over: "done", "failed", "cancelled"; reason: packed, or "". */
int batch_row_end(struct books *b, int64_t batch_id, int64_t n, const char *state,
                  const char *reason, struct err *e);
/* The next ones of a channel after one of it is over. */
int batch_go_on(struct books *b, int64_t batch_id, int64_t channel_id, struct batch_reads *reads,
                struct effects *fx, struct err *e);

/* "batch" {batch, state, total, done, failed, skipped, cancelled} to whoever listens. */
int batch_event(struct books *b, int64_t batch_id, struct effects *fx, struct err *e);
/* Ends what was not sent and gives nothing more; its state is stopping, or stopped where nothing is on a line. */
int batch_halt(struct books *b, int64_t batch_id, const struct err *why, struct effects *fx,
               struct err *e);
/* Its time is up: what was sent and is not proved goes on being looked at, but the batch does not wait for it. */
int batch_expire(struct books *b, const struct batch_course *c, struct effects *fx, struct err *e);
/* Too many failures stop it, the last row ends it. What was over when it was resumed is not counted again: whoever goes on
 * with it has seen that. */
int batch_end_check(struct books *b, int64_t batch_id, struct effects *fx, struct err *e);
/* Gives every channel what it has room for. */
int batch_give(struct books *b, const struct batch_course *c, struct batch_reads *reads,
               struct effects *fx, struct err *e);
/* Gives the first rows of every channel. */
int batch_begin(struct books *b, int64_t batch_id, struct effects *fx, struct err *e);

#endif
