/*
 * The words behind setting_words.h. Units of time stand in one table, which both writes and reads them.
 */
#include "setting_words.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "money.h"
#include "money_parse.h"
#include "text.h"

#define TYPED_MAX 256

/* The largest first; from: seconds from which a span is told in it. */
static const struct span_unit {
    const char *word; /* N_() */
    int64_t seconds, from;
    const char *typed[5]; /* what else it is called */
} units[] = {
    {N_("days"), 86400, 172800, {"d", "day", "天", "日"}},
    {N_("h"), 3600, 3600, {"hour", "hours", "小时", "时"}},
    {N_("min"), 60, 60, {"m", "minute", "minutes", "分钟", "分"}},
    {N_("s"), 1, 0, {"", "sec", "seconds", "秒"}},
};
#define UNITS (sizeof units / sizeof *units)

static const struct {
    const char *word, *label;
} labels[] = {
    {"0", N_("no")},          {"1", N_("yes")},          {"en", N_("English")},
    {"zh_CN", N_("Chinese")}, {"ask", N_("is offered")}, {"auto", N_("comes by itself")},
    {"never", N_("never")},
};

const char *setting_label(const char *word)
{
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
        if (strcmp(labels[i].word, word) == 0)
            return labels[i].label;
    }
    return word;
}

static bool is(const struct setting_form *f, const char *kind)
{
    return strcmp(f->kind, kind) == 0;
}

static bool is_span(const struct setting_form *f)
{
    return is(f, "number") && strcmp(f->unit, "s") == 0;
}

static bool is_choice(const struct setting_form *f)
{
    return is(f, "word") || is(f, "yes");
}

/* In the largest unit that tells it exactly. */
static const char *span_text(int64_t seconds, char *buf)
{
    const struct span_unit *u = units;

    while (u->seconds > 1 && (seconds < u->from || seconds % u->seconds != 0))
        u++;
    snprintf(buf, SETTING_VALUE_MAX, "%lld %s", (long long)(seconds / u->seconds), _(u->word));
    return buf;
}

const char *setting_shown(const struct setting_form *f, const char *value, char *buf)
{
    char number[MONEY_TEXT_MAX];

    if (value[0] == '\0')
        text_copy(buf, SETTING_VALUE_MAX, _("none"));
    else if (is(f, "amount"))
        text_copy(buf, SETTING_VALUE_MAX, money_text(strtoll(value, NULL, 10), number));
    else if (is_choice(f))
        text_copy(buf, SETTING_VALUE_MAX, message_gettext(setting_label(value)));
    else if (is_span(f))
        span_text(strtoll(value, NULL, 10), buf);
    else if (f->unit[0] != '\0')
        snprintf(buf, SETTING_VALUE_MAX, "%s %s", value, message_gettext(f->unit));
    else
        text_copy(buf, SETTING_VALUE_MAX, value);
    return buf;
}

const char *setting_filled(const struct setting_form *f, const char *value, char *buf)
{
    if (value[0] != '\0' && (is(f, "amount") || is_choice(f) || is_span(f)))
        return setting_shown(f, value, buf);
    text_copy(buf, SETTING_VALUE_MAX, value);
    return buf;
}

/* "is offered / comes by itself"; kinds of alarm as they are typed, with what they mean. */
static void words_add(const struct setting_form *f, char *buf)
{
    const bool typed = is(f, "kinds");
    char word[TYPED_MAX];
    size_t at = strlen(buf);

    for (const char *w = f->words; *w != '\0' && at < SETTING_RANGE_MAX; w += *w == '|') {
        const size_t size = strcspn(w, "|");
        snprintf(word, sizeof word, "%.*s", (int)size, w);
        const char *shown = message_gettext(typed ? word : setting_label(word));
        const bool twice = typed && strcmp(shown, word) != 0;
        snprintf(buf + at, SETTING_RANGE_MAX - at, "%s%s%s%s%s",
                 w == f->words ? ""
                 : typed       ? ", "
                               : " / ",
                 typed ? word : shown, twice ? " (" : "", twice ? shown : "", twice ? ")" : "");
        at = strlen(buf);
        w += size;
    }
}

const char *setting_range(const struct setting_form *f, char *buf)
{
    char least[SETTING_VALUE_MAX], most[SETTING_VALUE_MAX], number[24];
    struct err e = {0};

    buf[0] = '\0';
    if (is(f, "zone")) {
        text_copy(buf, SETTING_RANGE_MAX, _("a zone like Asia/Shanghai"));
    } else if (is(f, "hour")) {
        text_copy(buf, SETTING_RANGE_MAX, _("a time like 03:10, or nothing"));
    } else if (is(f, "mail")) {
        snprintf(buf, SETTING_RANGE_MAX,
                 "%s lost channel,disk=ops@example.cn/zh_CN; boss@example.cn", _("like"));
    } else if (is(f, "kinds")) {
        snprintf(buf, SETTING_RANGE_MAX, "%s ", _("all, nothing, or kinds between commas:"));
        words_add(f, buf);
    } else if (is_choice(f)) {
        words_add(f, buf);
    } else if (is(f, "text")) {
        err_set(&e, MSG_SETTING_BYTES, f->min, f->max);
        message_text(&e, buf, SETTING_RANGE_MAX);
    } else {
        snprintf(number, sizeof number, "%lld", (long long)f->min);
        setting_shown(f, number, least);
        snprintf(number, sizeof number, "%lld", (long long)f->max);
        err_set(&e, MSG_SETTING_FROM_TO, least, setting_shown(f, number, most));
        message_text(&e, buf, SETTING_RANGE_MAX);
    }
    return buf;
}

/* ---- what was typed */

static bool unit_is(const struct span_unit *u, const char *word)
{
    if (strcmp(word, u->word) == 0 || strcmp(word, _(u->word)) == 0)
        return true;
    for (size_t i = 0; i < sizeof u->typed / sizeof *u->typed && u->typed[i] != NULL; i++) {
        if (strcmp(word, u->typed[i]) == 0)
            return true;
    }
    return false;
}

/* "30 min", "6h", "1800" into seconds. */
static int span_parse(const struct setting_form *f, const char *typed, int64_t *seconds,
                      struct err *e)
{
    char *end;

    errno = 0;
    const int64_t number = strtoll(typed, &end, 10);
    end += strspn(end, " ");
    for (size_t i = 0; i < UNITS && typed[0] >= '0' && typed[0] <= '9' && errno == 0; i++) {
        if (unit_is(&units[i], end) && number <= INT64_MAX / units[i].seconds) {
            *seconds = number * units[i].seconds;
            return 0;
        }
    }
    return err_set(e, MSG_SETTING_SPAN, f->key, typed);
}

/* "200", and with its unit too: "200 kW". */
static int number_parse(const struct setting_form *f, const char *typed, int64_t *number,
                        struct err *e)
{
    char *end;

    errno = 0;
    *number = strtoll(typed, &end, 10);
    end += strspn(end, " ");
    const bool unit = *end == '\0' || strcmp(end, f->unit) == 0 ||
                      (f->unit[0] != '\0' && strcmp(end, message_gettext(f->unit)) == 0);
    if (typed[0] < '0' || typed[0] > '9' || errno != 0 || !unit)
        return err_set(e, MSG_SETTING_NUMBER, f->key, typed, f->min, f->max);
    return 0;
}

/* The word itself, or its label in either language; what is none of them stays, for the engine to refuse. */
static void choice_parse(const struct setting_form *f, const char *typed, char *value)
{
    for (const char *w = f->words; *w != '\0'; w += *w == '|') {
        const size_t size = strcspn(w, "|");
        snprintf(value, SETTING_VALUE_MAX, "%.*s", (int)size, w);
        const char *label = setting_label(value);
        if (strcmp(typed, value) == 0 || strcmp(typed, label) == 0 ||
            strcmp(typed, message_gettext(label)) == 0)
            return;
        w += size;
    }
    text_copy(value, SETTING_VALUE_MAX, typed);
}

int setting_typed(const struct setting_form *f, const char *typed, char *value, struct err *e)
{
    char text[TYPED_MAX], range[SETTING_RANGE_MAX];
    int64_t number = 0;
    int rc;

    text_copy(text, sizeof text, typed);
    for (size_t n = strlen(text); n > 0 && text[n - 1] == ' '; n--)
        text[n - 1] = '\0';
    const char *first = text + strspn(text, " ");
    if (!is(f, "number") && !is(f, "amount")) {
        text_copy(value, SETTING_VALUE_MAX, first);
        if (is_choice(f))
            choice_parse(f, first, value);
        return 0;
    }
    text_fold_width(text);
    if (is(f, "amount"))
        rc = money_parse(first, &number, e);
    else
        rc = is_span(f) ? span_parse(f, first, &number, e) : number_parse(f, first, &number, e);
    if (rc == 0 && (number < f->min || number > f->max))
        rc = err_set(e, MSG_SETTING_RANGE, f->key, first, setting_range(f, range));
    if (rc == 0)
        snprintf(value, SETTING_VALUE_MAX, "%lld", (long long)number);
    return rc;
}
