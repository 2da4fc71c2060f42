/* fault.h - faults on demand.
 *
 * Belongs here: the kinds of faults, the rules a test has set (which target, how often, how
 * many milliseconds, which function code) and the dice. Each channel throws its own dice, so
 * that the timing of one does not disturb another. Not here: what a fault does to a frame
 * (channel.c).
 */
#ifndef SIM_FAULT_H
#define SIM_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fault_kind {
    FAULT_REQUEST_LOST,
    FAULT_REQUEST_LATE,
    FAULT_REQUEST_DOUBLED,
    FAULT_REPLY_LOST,
    FAULT_REPLY_LATE,
    FAULT_REPLY_DOUBLED,
    FAULT_BIT_FLIP,
    FAULT_CUT,
    FAULT_NOISE,
    FAULT_WRONG_ADDRESS,
    FAULT_EXCEPTION,
    FAULT_RESET,
    FAULT_HALF_OPEN,
    FAULT_FOREIGN_MASTER,
    FAULT_REFUSE_20,
    FAULT_DEAD,
    FAULT_KINDS
};

struct fault_rule {
    char target[64]; /* "*", a channel, a meter number or CHANNEL:ADDRESS */
    enum fault_kind kind;
    double rate;
    int64_t amount; /* milliseconds; for `exception` the code */
    int only;       /* function code, -1 = every one */
};

struct fault_list {
    struct fault_rule *rules; /* owned */
    size_t count;
};

/* What the dice say for one frame. */
struct fault_hits {
    bool hit[FAULT_KINDS];
    int64_t amount[FAULT_KINDS];
};

struct meter;

/* The name of a kind, and back (FAULT_KINDS = there is none of that name). */
const char *fault_name(enum fault_kind kind);
enum fault_kind fault_find(const char *name);

/* Sets a rule, in place of one for the same target, kind and function; rate 0 removes it.
 * A negative amount stands for the default of the kind. */
void fault_set(struct fault_list *list, const char *target, enum fault_kind kind, double rate,
               int64_t amount, int only);

/* Removes the rules of a target; NULL = all. */
void fault_clear(struct fault_list *list, const char *target);

/* Throws the dice of a channel for one frame; `meter` may be NULL (nobody at that address). */
struct fault_hits fault_draw(const struct fault_list *list, uint64_t *dice, const char *channel,
                             const struct meter *meter, int function);

/* True when a target names this meter: its number (leading zeros do not matter), or the
 * CHANNEL:ADDRESS it was built with. */
bool fault_names_meter(const char *target, const struct meter *meter);

/* Dice: the start for a seed and a name, the next number below `sides`. */
uint64_t dice_new(uint64_t seed, const char *name);
uint64_t dice_throw(uint64_t *dice, uint64_t sides);

#endif
