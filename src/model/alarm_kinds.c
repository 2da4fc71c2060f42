/*
 * The table of kinds of alarm, and the settings that are lists of kinds. What raises one is not here.
 */
#include <string.h>

#include "alarm.h"
#include "message.h"

#define LIST_MAX 256

static const struct alarm_type types[ALARM_COUNT] = {
    [ALARM_ARREARS] = {N_("arrears"), N_("Arrears"), N_("Meter"), ALARM_WARNING, false, NULL, NULL,
                       false},
    [ALARM_AMOUNT2] = {N_("amount 2"), N_("Balance under the second alarm amount"), N_("Meter"),
                       ALARM_NOTICE, false, NULL, NULL, false},
    [ALARM_AMOUNT1] = {N_("amount 1"), N_("Balance under the first alarm amount"), N_("Meter"),
                       ALARM_NOTICE, false, NULL, NULL, false},
    [ALARM_OVERLOAD] = {N_("overload"), N_("Switched off for overload"), N_("Meter"), ALARM_WARNING,
                        true, NULL, "alarm.clear_s", false},
    [ALARM_FAULT] = {N_("fault"), N_("The meter reports a fault"), N_("Meter"), ALARM_URGENT, true,
                     NULL, "alarm.clear_s", false},
    [ALARM_LOST_METER] = {N_("lost meter"), N_("A meter does not answer"), N_("Meter"),
                          ALARM_WARNING, false, NULL, "alarm.clear_s", false},
    [ALARM_LOST_CHANNEL] = {N_("lost channel"), N_("No meter of a line answers"), N_("Line"),
                            ALARM_URGENT, true, "alarm.line_s", "alarm.clear_s", false},
    [ALARM_DAY] = {N_("day limit"), N_("Consumption over the day's limit"), N_("Meter"),
                   ALARM_WARNING, false, NULL, NULL, false},
    [ALARM_MONTH] = {N_("month limit"), N_("Consumption over the month's limit"), N_("Meter"),
                     ALARM_WARNING, false, NULL, NULL, false},
    [ALARM_ENERGY] = {N_("energy step"), N_("A register stepped back, jumped or overflowed"),
                      N_("Meter"), ALARM_WARNING, true, NULL, NULL, true},
    [ALARM_CLOCK] = {N_("clock off"), N_("The meter's clock is off"), N_("Meter"), ALARM_NOTICE,
                     false, NULL, NULL, false},
    [ALARM_DRIFT] = {N_("drift"), N_("A meter is not as it was set"), N_("Meter"), ALARM_WARNING,
                     false, NULL, NULL, false},
    [ALARM_UNDONE] = {N_("lock-out undone"), N_("A locked-out meter was not forced off"),
                      N_("Meter"), ALARM_URGENT, true, NULL, NULL, true},
    [ALARM_PURCHASE] = {N_("foreign purchase"), N_("Money on a meter that no sale explains"),
                        N_("Meter"), ALARM_WARNING, true, NULL, NULL, false},
    [ALARM_IN_DOUBT] = {N_("in doubt"), N_("An order is in doubt too long"), N_("Meter"),
                        ALARM_WARNING, true, NULL, NULL, false},
    [ALARM_STRANGER] = {N_("wrong meter"), N_("Another meter answers at the address"), N_("Meter"),
                        ALARM_URGENT, true, NULL, NULL, false},
    [ALARM_PROTECTION] = {N_("protection"), N_("A power protection could not be ended"),
                          N_("Meter"), ALARM_WARNING, true, NULL, NULL, false},
    [ALARM_BATCH] = {N_("batch stopped"), N_("A batch stopped by itself"), N_("Batch"),
                     ALARM_WARNING, true, NULL, NULL, true},
    [ALARM_PRINTER] = {N_("printer"), N_("A printer needs somebody"), N_("Printer"), ALARM_NOTICE,
                       false, "alarm.printer_s", NULL, false},
    [ALARM_DISK] = {N_("disk"), N_("Little room on a disk"), N_("Disk"), ALARM_URGENT, true, NULL,
                    NULL, false},
    [ALARM_BACKUP] = {N_("backup"), N_("The backup failed or is overdue"), N_("Backup"),
                      ALARM_URGENT, false, NULL, NULL, false},
    [ALARM_TEST] = {N_("test"), N_("A test of the notices"), N_("Test"), ALARM_NOTICE, false, NULL,
                    NULL, false},
};

const struct alarm_type *alarm_type(enum alarm_kind kind)
{
    return &types[kind];
}

int alarm_kind_find(const char *word)
{
    for (int i = 0; i < ALARM_COUNT; i++) {
        if (strcmp(types[i].word, word) == 0)
            return i;
    }
    return -1;
}

const char *alarm_severity_word(enum alarm_severity severity)
{
    static const char *const words[] = {[ALARM_URGENT] = N_("urgent"),
                                        [ALARM_WARNING] = N_("warning"),
                                        [ALARM_NOTICE] = N_("notice")};
    return words[severity];
}

/* The next word between commas, without the spaces around it; its length, or -1 at the end. */
static int word_next(const char **at, const char **word)
{
    const char *s = *at;

    if (*s == '\0')
        return -1;
    s += strspn(s, " ");
    size_t n = strcspn(s, ",");
    *word = s;
    *at = s + n + (s[n] == ',');
    while (n > 0 && s[n - 1] == ' ')
        n--;
    return (int)n;
}

static bool is_word(const char *word, int n, const char *wanted)
{
    return (size_t)n == strlen(wanted) && memcmp(word, wanted, (size_t)n) == 0;
}

bool alarm_kinds_known(const char *list)
{
    const char *word = NULL;
    int n;

    while ((n = word_next(&list, &word)) >= 0) {
        bool known = is_word(word, n, "all") || is_word(word, n, "default");
        for (int i = 0; i < ALARM_COUNT; i++)
            known = known || is_word(word, n, types[i].word);
        if (!known)
            return false;
    }
    return true;
}

bool alarm_kinds_have(const char *list, enum alarm_kind kind)
{
    const char *word = NULL;
    int n;

    while ((n = word_next(&list, &word)) >= 0) {
        if (is_word(word, n, "all") || is_word(word, n, types[kind].word) ||
            (types[kind].bell && is_word(word, n, "default")))
            return true;
    }
    return false;
}

bool alarm_kind_in(struct books *b, const char *setting, enum alarm_kind kind)
{
    char list[LIST_MAX];

    return alarm_kinds_have(setting_text(b, setting, list, sizeof list), kind);
}
