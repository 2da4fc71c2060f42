/*
 * Which knowledge of a meter is newer: the monotonic time at which the books last learned what a meter
 * holds. A reading that was begun before a top-up was proved must not be compared with what the books
 * know since. In memory only: after a start every reading is newer.
 */
#ifndef LEDGER_CLOCK_H
#define LEDGER_CLOCK_H

#include <stdint.h>

struct books;
struct ledger_clock;

struct ledger_clock *ledger_clock_new(void);
void ledger_clock_free(struct ledger_clock *clock);
struct ledger_clock *books_clocks(struct books *b);

/* Notes that the books know the meter as of now. */
void ledger_clock_note(struct ledger_clock *clock, int64_t meter_id);
/* Monotonic milliseconds of the last note, -1 when there is none. */
int64_t ledger_clock_get(struct ledger_clock *clock, int64_t meter_id);

#endif
