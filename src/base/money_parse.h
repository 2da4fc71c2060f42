/*
 * Amounts and prices out of text: minor units and 1/10000 of the currency per kWh, as in money.h.
 */
#ifndef MONEY_PARSE_H
#define MONEY_PARSE_H

#include <stdint.h>

#include "err.h"

/* "100", "100.5", "100.00" -> minor units. No sign, no spaces, no exponent, at most two decimals, full
 * width digits already folded by the caller. Errors AMOUNT_*. */
int money_parse(const char *text, int64_t *amount_minor, struct err *e);

/* "0.8216" -> 8216; at most four decimals. Error PRICE_FORM. */
int price_parse(const char *text, int64_t *price_e4, struct err *e);

#endif
