/*
 * What the steps of a batch have in common: the line that tells where one is, commands and their values put into words.
 */
#ifndef BATCH_WORDS_H
#define BATCH_WORDS_H

#include "canvas.h"
#include "rows.h"
#include "screen.h"

/* Who may command many meters; the engine decides. */
#define BATCH_ROLES (SCREEN_ELECTRICIAN | SCREEN_MANAGER)
#define BATCH_SEES  (BATCH_ROLES | SCREEN_ADMINISTRATOR | SCREEN_AUDITOR)

#define BATCH_TITLE_MAX 600

enum batch_step { STEP_SELECT, STEP_COMMAND, STEP_PREVIEW, STEP_RUN };

/* "1 select > 2 command > 3 preview > 4 run", this one bold. */
void batch_steps_draw(struct canvas *c, int row, enum batch_step here);

/* N_() what a command of the protocol does to a meter ("off": "Force off"); the word itself where it is unknown. */
const char *batch_command_words(const char *command);
/* Does it switch, so that now and then are told as relay and mode? */
bool batch_switches(const char *command);
/* Values as people read them: "alarm 1 20.00, overdraft 5.00". Returns buf (size). */
const char *batch_values_words(const json_t *values, int64_t now_utc, char *buf, size_t size);
/* The word of a batch's or row's state with its sign: "done" of a batch is no top-up. Returns buf (SHOW_TEXT_MAX). */
const char *batch_shown_state(const struct rows *r, int row, char *buf);
/* N_() "forced off" of the mode "off". */
const char *batch_mode_words(const char *mode);
/* The command with its values in one line: "Settings: alarm 1 20.00, overdraft 5.00". Returns buf (BATCH_TITLE_MAX). */
const char *batch_title(const char *command, const json_t *values, int64_t now_utc, char *buf);
/* What is, or what will be, of a meter, from batch.preview's objects. Returns buf (SHOW_TEXT_MAX). */
const char *batch_state_words(const char *command, const json_t *state, int64_t now_utc, char *buf);
/* All that was read of a meter, before or after: "on, prepaid, price 0.8216, balance 37.20". Returns buf (size). */
const char *batch_held_words(const json_t *held, int64_t now_utc, char *buf, size_t size);
/* What was read before and after of the values that were commanded: "alarm 1 20.00 -> 30.50"; of a switch the mode. Returns
 * buf (size). */
const char *batch_change_words(const char *command, const json_t *values, const json_t *before,
                               const json_t *after, int64_t now_utc, char *buf, size_t size);
/* The sentence of an error as the protocol brings it: an object, or the same as text; "" for none. Returns buf. */
const char *batch_sentence(const json_t *error, char *buf, size_t size);

#endif
