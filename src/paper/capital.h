/*
 * Capital numerals: an amount of yuan in the characters that the payment rules of 1997 ask for on
 * papers. Text only, no layout.
 */
#ifndef CAPITAL_H
#define CAPITAL_H

#include <stdbool.h>
#include <stdint.h>

#define CAPITAL_TEXT_MAX 160

/*
 * 140950 -> "壹仟肆佰零玖元伍角", 0 -> "零元整", -1000 (a refund) -> "退壹拾元整": 整 after yuan always,
 * never after jiao or fen; zeros in the middle written once, before jiao too where the yuan end in 0.
 * buf has CAPITAL_TEXT_MAX bytes. False, and buf empty, beyond MONEY_MAX_MINOR either way.
 */
bool capital_text(int64_t amount_minor, char *buf);

#endif
