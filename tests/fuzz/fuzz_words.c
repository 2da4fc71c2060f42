/*
 * Fuzz target: any text as what a person types or a cell says: an amount, a price, a day, a line's speed, kinds of alarm,
 * addresses of mail, a name to be cut and folded. What is taken stays the same when it is written out and read again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "import.h"
#include "message.h"
#include "money.h"
#include "money_parse.h"
#include "notice.h"
#include "text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void amounts(const char *text)
{
    char buf[MONEY_TEXT_MAX];
    int64_t n = -1, again = -1;
    struct err e = {0};
    if (money_parse(text, &n, &e) == 0) {
        if (n < 0 || n > MONEY_MAX_MINOR || money_parse(money_text(n, buf), &again, &e) != 0 ||
            again != n)
            abort();
    } else if (e.code == 0)
        abort();
    e = (struct err){0};
    if (price_parse(text, &n, &e) == 0) {
        if (n < 0 || price_parse(price_text(n, buf), &again, &e) != 0 || again != n)
            abort();
    } else if (e.code == 0)
        abort();
}

static void lists(const char *text)
{
    struct notice_address a;
    bool known = notice_addresses_known(text);
    const char *at = text;
    for (size_t left = strlen(text) + 2; notice_address_next(&at, &a); left--) {
        if (left == 0 || (known && (!a.address[0] || strpbrk(a.address, "\r\n ,;"))))
            abort();
    }
    if (alarm_kinds_known(text))
        alarm_kinds_have(text, ALARM_BACKUP);
    char parity[2];
    int64_t baud, stop;
    if (import_line(text, &baud, parity, &stop) && (baud <= 0 || stop < 1 || stop > 2))
        abort();
    import_day(text);
}

static void names(const char *text)
{
    char buf[64], folded[256], *width = mem_text(text);
    for (int cells = 0; cells < 20; cells++) {
        if (text_fit(buf, sizeof buf, text, cells) > cells ||
            (text_is_clean(text) && (!text_is_clean(buf) || text_width(buf) > cells)))
            abort();
        if (text_fit_middle(buf, sizeof buf, text, cells) > cells ||
            (text_is_clean(text) && (!text_is_clean(buf) || text_width(buf) > cells)))
            abort();
    }
    text_fold_search(folded, sizeof folded, text);
    text_fold_width(width);
    if (text_is_clean(text) && !text_is_clean(width))
        abort();
    if (text_compare_natural(text, text) != 0 || text_compare_floor(text, text) != 0 ||
        text_compare_natural(text, "12F") + text_compare_natural("12F", text) != 0)
        abort();
    free(width);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = mem_format("%.*s", (int)size, (const char *)data);
    amounts(text);
    lists(text);
    names(text);
    free(text);
    return 0;
}
