/*
 * One value that came back, as text by its kind.
 */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "clock.h"
#include "message.h"
#include "money.h"
#include "text.h"
#include "wire.h"

static const char *age_text(int64_t at_utc, char *buf, size_t size)
{
    int64_t s = clock_utc() - at_utc;
    if (s < 60)
        snprintf(buf, size, "%lld %s", (long long)(s < 0 ? 0 : s), _("s"));
    else if (s < 3600)
        snprintf(buf, size, "%lld %s", (long long)(s / 60), _("min"));
    else if (s < 2 * 86400)
        snprintf(buf, size, "%lld %s", (long long)(s / 3600), _("h"));
    else
        snprintf(buf, size, "%lld %s", (long long)(s / 86400), _("days"));
    return buf;
}

const char *cli_sentence(const char *packed, char *buf, size_t size)
{
    struct err why = {0};
    json_t *error = packed[0] == '{' ? json_loads(packed, 0, NULL) : NULL;
    text_copy(buf, size, packed);
    if (json_object_get(error, "msg")) {
        wire_error_read(error, &why);
        message_text(&why, buf, size);
    }
    json_decref(error);
    return buf;
}

const char *cli_course(const char *word)
{
    static const struct {
        const char *word, *said;
    } words[] = {{"done", N_("carried out")},
                 {"given", N_("under way")},
                 {"cancelled", N_("not sent")},
                 {"waiting", N_("not begun yet")}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(words[i].word, word) == 0)
            return _(words[i].said);
    }
    return _(word);
}

const char *cli_value(const char *kind, const json_t *value, char *buf, size_t size)
{
    char number[MONEY_TEXT_MAX];
    int64_t n = json_integer_value(value);
    buf[0] = '\0';
    if (!value || json_is_null(value))
        return buf;
    if (json_is_string(value)) {
        const char *text = json_string_value(value);
        if (strcmp(kind, "sentence") == 0)
            return cli_sentence(text, buf, size);
        if (strcmp(kind, "course") == 0)
            text = cli_course(text);
        text_copy(buf, size, strcmp(kind, "state") == 0 ? _(text) : text);
        return buf;
    }
    if (json_is_boolean(value)) {
        text_copy(buf, size, json_is_true(value) ? _("yes") : _("no"));
        return buf;
    }
    if (strcmp(kind, "money") == 0)
        text_copy(buf, size, money_text(n, number));
    else if (strcmp(kind, "price") == 0)
        text_copy(buf, size, price_text(n, number));
    else if (strcmp(kind, "energy") == 0)
        text_copy(buf, size, energy_text(n, number));
    else if (strcmp(kind, "time") == 0 && n > 0)
        text_copy(buf, size, clock_text(n, number));
    else if (strcmp(kind, "age") == 0 && n > 0)
        age_text(n, buf, size);
    else if (json_is_integer(value))
        snprintf(buf, size, "%lld", (long long)n);
    return buf;
}
