/*
 * The order in which people expect names: numbers inside them by their value, floors as they stand on
 * each other. Declared in text.h.
 */
#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "text.h"

#define NUMBER_MAX INT64_C(1000000000000)

/* The number at *s, which is moved behind it; what is larger than any name holds is all the same. */
static int64_t number_take(const char **s)
{
    int64_t value = 0;

    for (; isdigit((unsigned char)**s); (*s)++) {
        if (value < NUMBER_MAX)
            value = value * 10 + (**s - '0');
    }
    return value;
}

int text_compare_natural(const char *a, const char *b)
{
    while (*a && *b) {
        if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
            const int64_t na = number_take(&a), nb = number_take(&b);
            if (na != nb)
                return na < nb ? -1 : 1;
            continue;
        }
        const int ca = tolower((unsigned char)*a++), cb = tolower((unsigned char)*b++);
        if (ca != cb)
            return ca < cb ? -1 : 1;
    }
    return (*a != 0) - (*b != 0);
}

/* Bytes of what marks a floor below the ground, 0: none. */
static size_t below_ground(const char *floor)
{
    static const char *const marks[] = {"B", "b", "-", "负", "地下"};

    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        const size_t n = strlen(marks[i]);
        if (strncmp(floor, marks[i], n) == 0 &&
            (isdigit((unsigned char)floor[n]) || (unsigned char)marks[i][0] >= 0x80))
            return n;
    }
    return 0;
}

int text_compare_floor(const char *a, const char *b)
{
    const size_t below_a = below_ground(a), below_b = below_ground(b);

    if (below_a && below_b)
        return text_compare_natural(b + below_b, a + below_a); /* B2 is below B1 */
    if (below_a || below_b)
        return below_a ? -1 : 1;
    return text_compare_natural(a, b);
}
