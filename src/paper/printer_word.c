/*
 * Words of printers: states of jobs and the reasons a printer gives. Tables only; asking CUPS is printer.c.
 */
#include <string.h>

#include "message.h"
#include "printer.h"

/* Worst first: the first that a printer reports is the one that is said. "-error" and the like are cut off. */
static const struct reason {
    const char *keyword;
    const char *word;
    bool hinders;
} reasons[] = {
    {"media-empty", N_("out of paper"), true},
    {"media-needed", N_("out of paper"), true},
    {"media-jam", N_("paper jam"), true},
    {"cover-open", N_("cover open"), true},
    {"door-open", N_("cover open"), true},
    {"offline", N_("not connected"), true},
    {"paused", N_("stopped"), true},
    {"connecting-to-device", N_("connecting to the printer"), false},
    {"media-low", N_("paper is running low"), false},
};

static bool keyword_is(const char *keyword, const char *name)
{
    static const char *const severities[] = {"", "-report", "-warning", "-error"};
    size_t n = strlen(name);
    if (strncmp(keyword, name, n) != 0) {
        return false;
    }
    for (size_t i = 0; i < sizeof(severities) / sizeof(severities[0]); i++) {
        if (strcmp(keyword + n, severities[i]) == 0) {
            return true;
        }
    }
    return false;
}

const char *printer_reason_word(const char *keyword, bool *hinders)
{
    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        if (keyword_is(keyword, reasons[i].keyword)) {
            if (hinders) {
                *hinders = reasons[i].hinders;
            }
            return reasons[i].word;
        }
    }
    return NULL;
}

const char *printer_job_state_wire(enum printer_job_state state)
{
    static const char *const wire[] = {
#define X(name, wire_word, word) [PRINTER_JOB_##name] = wire_word,
        PRINTER_JOB_STATES(X)
#undef X
    };
    return wire[state];
}
