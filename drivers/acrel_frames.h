/*
 * Acrel DDSY1352-NK and DTSY1352-NK: what their registers mean and how orders are put into bytes.
 * Pure, for the driver, the vectors and the fuzzer. Sections are those of the description of the
 * meter in the project's meters page: 1.2 poll block, 1.5 top-up, 1.6 settings, 1.7 overload, 1.9 clock.
 */
#ifndef ACREL_FRAMES_H
#define ACREL_FRAMES_H

#include "driver.h"

#define ACREL_DDSY 7 /* device codes, register 0200 */
#define ACREL_DTSY 5

#define ACREL_POLL_START     0x0200
#define ACREL_POLL_COUNT     48
#define ACREL_SETTINGS_START 0x0400
#define ACREL_SETTINGS_COUNT 25
#define ACREL_OLD_START      0x0046 /* the settings block of old firmware */
#define ACREL_OLD_COUNT      28
#define ACREL_LINE_START     0x0360
#define ACREL_LINE_COUNT     5
#define ACREL_SWITCH_START   0x0057
#define ACREL_SWITCH_COUNT   2
#define ACREL_LOAD_START     0x0480
#define ACREL_LOAD_COUNT     7  /* DDSY */
#define ACREL_LOAD3_COUNT    19 /* DTSY: six more for each further phase */

#define ACREL_VENDOR       0x20
#define ACREL_REPLY_LEN    11 /* payload of a good reply, of unknown content (1.1) */
#define ACREL_TOPUP_LEN    13 /* bodies after the function */
#define ACREL_SETTINGS_LEN 65
#define ACREL_CLOCK_LEN    15
#define ACREL_LOAD_LEN     31

/* Registers of the poll block (1.2, 1.3) into *out: measured values, money, status, relay, clock. */
void acrel_decode_poll(const uint16_t regs[ACREL_POLL_COUNT], const struct meter_profile *p,
                       struct meter_reading *out);

/* Registers of the settings block (1.6), new and old firmware, into the settings of *out; *count is the
 * block's own purchase count. The old block has no total, base, recovery time or switch. */
void acrel_decode_settings(const uint16_t regs[ACREL_SETTINGS_COUNT], const struct meter_profile *p,
                           struct meter_reading *out, uint16_t *count);
void acrel_decode_old(const uint16_t regs[ACREL_OLD_COUNT], const struct meter_profile *p,
                      struct meter_reading *out, uint16_t *count);

/* Meter number of the line settings (1.10); all 0 or all F is blank. */
void acrel_decode_number(const uint16_t regs[ACREL_LINE_COUNT], char number[METER_NUMBER_MAX]);

/* Registers of the overload control (1.7), of one phase or three. */
void acrel_decode_load(const uint16_t *regs, int phases, struct meter_load *out);

/* Bodies of function 0x20. false: the value does not fit the meter; nothing is in the body then. */
bool acrel_encode_topup(int64_t amount_minor, uint16_t count, uint8_t body[ACREL_TOPUP_LEN]);
bool acrel_encode_settings(const struct meter_profile *p, const struct meter_settings *s,
                           uint8_t body[ACREL_SETTINGS_LEN], struct err *e);
void acrel_encode_load(const struct meter_load *load, uint8_t body[ACREL_LOAD_LEN]);
bool acrel_encode_clock(int64_t local_seconds, uint8_t body[ACREL_CLOCK_LEN]);

/* The settings body with every apply byte 0: changes nothing, proves that 0x20 passes (1.6). */
void acrel_encode_probe(uint8_t body[ACREL_SETTINGS_LEN]);

/* The two registers of the forced switch (1.4). */
void acrel_encode_switch(enum switch_mode mode, uint16_t regs[ACREL_SWITCH_COUNT]);

#endif
