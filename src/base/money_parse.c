/*
 * Amounts and prices out of text that somebody typed or wrote into a file. Money as text, and sums: money.c.
 */
#include "money_parse.h"

#include "money.h"

/* Digits with at most `decimals` decimals scaled to an integer; 0 or the kind of fault. */
enum fault { FAULT_NONE, FAULT_FORM, FAULT_DECIMALS, FAULT_RANGE };

static enum fault fixed_parse(const char *text, int decimals, int64_t max, int64_t *out)
{
    int64_t value = 0;
    int digits = 0, after = -1;

    for (; *text; text++) {
        if (*text == '.') {
            if (after >= 0 || digits == 0)
                return FAULT_FORM;
            after = 0;
            continue;
        }
        if (*text < '0' || *text > '9')
            return FAULT_FORM;
        digits++;
        if (after >= 0 && ++after > decimals)
            return FAULT_DECIMALS;
        if (value > (max - (*text - '0')) / 10)
            return FAULT_RANGE;
        value = value * 10 + (*text - '0');
    }
    if (digits == 0 || after == 0)
        return FAULT_FORM;
    for (int i = after < 0 ? 0 : after; i < decimals; i++) {
        if (value > max / 10)
            return FAULT_RANGE;
        value *= 10;
    }
    *out = value;
    return FAULT_NONE;
}

int money_parse(const char *text, int64_t *amount_minor, struct err *e)
{
    int64_t value;

    if (text[0] == '\0')
        return err_set(e, MSG_AMOUNT_EMPTY);
    switch (fixed_parse(text, 2, MONEY_MAX_MINOR, &value)) {
    case FAULT_NONE: *amount_minor = value; return 0;
    case FAULT_DECIMALS: return err_set(e, MSG_AMOUNT_DECIMALS, text);
    case FAULT_RANGE: return err_set(e, MSG_AMOUNT_RANGE, text);
    default: return err_set(e, MSG_AMOUNT_FORM, text);
    }
}

int price_parse(const char *text, int64_t *price_e4, struct err *e)
{
    int64_t value;

    if (fixed_parse(text, 4, 1000000000, &value) != FAULT_NONE)
        return err_set(e, MSG_PRICE_FORM, text);
    *price_e4 = value;
    return 0;
}
