/*
 * Which knowledge of a meter is newer: the monotonic time at which the books last learned what a meter
 * holds. A reading that was begun before a top-up was proved must not be compared with what the books
 * know since. In memory only: after a start every reading is newer.
 */
#ifndef LEDGER_CLOCK_H
#define LEDGER_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct books;
struct ledger_clock;

struct ledger_clock *ledger_clock_new(void);
void ledger_clock_free(struct ledger_clock *clock);
struct ledger_clock *books_clocks(struct books *b);

/* Notes that the books know the meter as of now. */
void ledger_clock_note(struct ledger_clock *clock, int64_t meter_id);
/* What a reading told is known as of its beginning, however long it waited to be stored: the next one is newer. */
void ledger_clock_read(struct ledger_clock *clock, int64_t meter_id, int64_t begun_mono_ms);
/* Monotonic milliseconds of the last note, -1 when there is none. */
int64_t ledger_clock_get(struct ledger_clock *clock, int64_t meter_id);
/* A reading that was begun then is about to be stored. false: one that was begun later is stored already, since readings
 * of a round wait for one another; this one is history and no longer what the meter is. */
bool ledger_clock_newest(struct ledger_clock *clock, int64_t meter_id, int64_t begun_mono_ms);

#endif
