/*
 * Money, prices, energy: integers only. Amounts are int64_t minor units (cents, fen), prices int64_t
 * 1/10000 of the currency per kWh, energy int64_t Wh. Sums are checked for overflow; rounding is
 * written here once and named.
 */
#ifndef MONEY_H
#define MONEY_H

#include <stdbool.h>
#include <stdint.h>

/* The largest amount the program handles: far above any till, far below overflow. */
#define MONEY_MAX_MINOR 99999999999999LL
#define MONEY_TEXT_MAX  32

/* 10000 -> "100.00", -310 -> "-3.10". Returns buf (MONEY_TEXT_MAX bytes). */
const char *money_text(int64_t amount_minor, char *buf);

/* 8216 -> "0.8216". Returns buf (MONEY_TEXT_MAX bytes). */
const char *price_text(int64_t price_e4, char *buf);

/* 12170 Wh -> "12.17" (two decimals, rounded half away from zero). */
const char *energy_text(int64_t energy_wh, char *buf);

/* *sum = a + b (or a - b); false when that leaves int64_t. */
bool money_add(int64_t a, int64_t b, int64_t *sum) __attribute__((warn_unused_result));
bool money_sub(int64_t a, int64_t b, int64_t *difference) __attribute__((warn_unused_result));

/* Cost of energy at a price, rounded half up to a minor unit; false on overflow. */
bool money_of_energy(int64_t energy_wh, int64_t price_e4, int64_t *amount_minor)
    __attribute__((warn_unused_result));

/* Energy an amount buys at a price, rounded down to Wh; 0 where the price is 0. */
int64_t energy_of_money(int64_t amount_minor, int64_t price_e4);

#endif
