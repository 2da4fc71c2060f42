/*
 * Money as text, checked sums, and the two roundings of the program. Text as money is money_parse.c.
 */
#include "money.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

static const char *fixed_text(int64_t value, int64_t unit, int decimals, char *buf)
{
    uint64_t size = value < 0 ? 0u - (uint64_t)value : (uint64_t)value;

    snprintf(buf, MONEY_TEXT_MAX, "%s%llu.%0*llu", value < 0 ? "-" : "",
             (unsigned long long)(size / (uint64_t)unit), decimals,
             (unsigned long long)(size % (uint64_t)unit));
    return buf;
}

const char *money_text(int64_t amount_minor, char *buf)
{
    return fixed_text(amount_minor, 100, 2, buf);
}

const char *price_text(int64_t price_e4, char *buf)
{
    return fixed_text(price_e4, 10000, 4, buf);
}

const char *energy_text(int64_t energy_wh, char *buf)
{
    int64_t half = energy_wh < 0 ? -5 : 5;
    int64_t rounded;

    if (!money_add(energy_wh, half, &rounded))
        rounded = energy_wh;
    return fixed_text(rounded / 10, 100, 2, buf);
}

bool money_add(int64_t a, int64_t b, int64_t *sum)
{
    return !__builtin_add_overflow(a, b, sum);
}

bool money_sub(int64_t a, int64_t b, int64_t *difference)
{
    return !__builtin_sub_overflow(a, b, difference);
}

/* Wh x 1/10000 per kWh: minor units are 1/100, so 1000 x 10000 / 100 = 100,000 to one. */
#define WH_E4_PER_MINOR 100000

bool money_of_energy(int64_t energy_wh, int64_t price_e4, int64_t *amount_minor)
{
    int64_t product;

    if (energy_wh < 0 || price_e4 < 0 || __builtin_mul_overflow(energy_wh, price_e4, &product) ||
        product > INT64_MAX - WH_E4_PER_MINOR / 2)
        return false;
    *amount_minor = (product + WH_E4_PER_MINOR / 2) / WH_E4_PER_MINOR;
    return true;
}

int64_t energy_of_money(int64_t amount_minor, int64_t price_e4)
{
    int64_t product;

    if (price_e4 <= 0 || amount_minor < 0 ||
        __builtin_mul_overflow(amount_minor, WH_E4_PER_MINOR, &product))
        return 0;
    return product / price_e4;
}
