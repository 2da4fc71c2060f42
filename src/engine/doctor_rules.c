/*
 * The rules. Each looks at the whole line and says its sentence or nothing; a rule that explains everything ends it.
 */
#include "doctor_rules.h"

#include <stdio.h>
#include <string.h>

#define NAMED_MAX      8   /* so many addresses are named in a sentence */
#define BROKEN_PERCENT 2   /* checksum errors that are no accident */
#define TAIL_MIN       2   /* so many silent at the end are the cable's doing, not the meters' */
#define RUN_MIN        3   /* the same where main meters at higher addresses answer */
#define SLOW_MS        400 /* a meter answers within 50 to 200 ms */

struct look {
    const struct doctor_line *line;
    size_t mute; /* meters without any answer */
    size_t end;  /* where the outgoing meters end: behind it only main meters that are not silent */
    size_t tail; /* silent ones before it in a row; 0: too few to be the cable's doing */
};

/* Not a byte came: what is garbled is no silence. */
static bool is_silent(const struct doctor_meter *m)
{
    return m->answered + m->broken + m->wrong == 0;
}

/* Two at one address for sure: their answers come one after the other. */
static bool is_twin(const struct doctor_meter *m)
{
    return m->more > 0 && 2 * m->more >= m->answered;
}

/* Answers that collide, or are disturbed, at one address while the line as a whole is sound. */
static bool is_garbled(const struct look *l, const struct doctor_meter *m)
{
    int replies = m->answered + m->broken, others = 0, broken = 0;

    if (is_twin(m))
        return true;
    if (replies == 0 || 2 * m->broken < m->asked)
        return false;
    for (size_t i = 0; i < l->line->count; i++) {
        const struct doctor_meter *o = &l->line->meter[i];
        if (o->address == m->address)
            continue;
        others += o->answered + o->broken;
        broken += o->broken;
    }
    return others > 0 && 20 * broken < others;
}

static int percent_of(const struct doctor_line *line, const struct look *without_twins)
{
    int64_t replies = 0, broken = 0;

    for (size_t i = 0; i < line->count; i++) {
        const struct doctor_meter *m = &line->meter[i];
        if (without_twins && is_garbled(without_twins, m))
            continue;
        replies += m->answered + m->broken + m->wrong;
        broken += m->broken;
    }
    return replies > 0 ? (int)((100 * broken + replies - 1) / replies) : 0;
}

int doctor_broken_percent(const struct doctor_line *line)
{
    return percent_of(line, NULL);
}

/* "3, 7, 12 ..." of the meters that a rule means. */
static size_t named(const struct look *l, bool (*means)(const struct look *, size_t), char *buf,
                    size_t size)
{
    size_t count = 0, used = 0;

    buf[0] = '\0';
    for (size_t i = 0; i < l->line->count; i++) {
        if (!means(l, i))
            continue;
        if (count < NAMED_MAX)
            used += (size_t)snprintf(buf + used, size - used, "%s%d", count ? ", " : "",
                                     l->line->meter[i].address);
        else if (count == NAMED_MAX)
            used += (size_t)snprintf(buf + used, size - used, " ...");
        count++;
    }
    return count;
}

/* ---- the rules: true where the sentence is said */

static bool rule_trouble(const struct look *l, struct err *e)
{
    if (!l->line->trouble)
        return false;
    *e = *l->line->trouble;
    return true;
}

static bool rule_empty(const struct look *l, struct err *e)
{
    return l->line->count == 0 && err_set(e, MSG_DOCTOR_EMPTY, l->line->name) != 0;
}

static bool rule_nobody(const struct look *l, struct err *e)
{
    if (l->mute < l->line->count)
        return false;
    for (size_t i = 0; i < l->line->count; i++) {
        if (l->line->meter[i].broken + l->line->meter[i].wrong > 0)
            return err_set(e, MSG_DOCTOR_NOISE, l->line->name) != 0;
    }
    return err_set(e, l->line->serial ? MSG_DOCTOR_NOBODY_SERIAL : MSG_DOCTOR_NOBODY,
                   l->line->name) != 0;
}

static bool rule_tail(const struct look *l, struct err *e)
{
    if (l->tail == 0)
        return false;
    const struct doctor_meter *m = l->line->meter + l->end - l->tail;
    if (l->end < l->line->count)
        return err_set(e, MSG_DOCTOR_RUN, (int64_t)m->address,
                       (int64_t)l->line->meter[l->end - 1].address, (int64_t)m[-1].address) != 0;
    return err_set(e, MSG_DOCTOR_TAIL, (int64_t)m->address, (int64_t)m[-1].address) != 0;
}

static bool means_single(const struct look *l, size_t i)
{
    const struct doctor_meter *m = &l->line->meter[i];
    bool in_tail = i < l->end && i >= l->end - l->tail;
    return is_silent(m) && !in_tail;
}

static bool rule_single(const struct look *l, struct err *e)
{
    char list[ERR_TEXT_MAX];
    return named(l, means_single, list, sizeof list) > 0 &&
           err_set(e, MSG_DOCTOR_SINGLE, list) != 0;
}

static bool means_twin(const struct look *l, size_t i)
{
    return is_twin(&l->line->meter[i]);
}

static bool rule_twin(const struct look *l, struct err *e)
{
    char list[ERR_TEXT_MAX];
    return named(l, means_twin, list, sizeof list) > 0 && err_set(e, MSG_DOCTOR_TWIN, list) != 0;
}

static bool means_garbled(const struct look *l, size_t i)
{
    const struct doctor_meter *m = &l->line->meter[i];
    return is_garbled(l, m) && !is_twin(m);
}

static bool rule_garbled(const struct look *l, struct err *e)
{
    char list[ERR_TEXT_MAX];
    return named(l, means_garbled, list, sizeof list) > 0 &&
           err_set(e, MSG_DOCTOR_GARBLED, list) != 0;
}

static bool means_unclear(const struct look *l, size_t i)
{
    const struct doctor_meter *m = &l->line->meter[i];
    return m->answered == 0 && !is_silent(m) && !is_garbled(l, m);
}

static bool rule_unclear(const struct look *l, struct err *e)
{
    char list[ERR_TEXT_MAX];
    return named(l, means_unclear, list, sizeof list) > 0 &&
           err_set(e, MSG_DOCTOR_UNCLEAR, list) != 0;
}

static bool means_stranger(const struct look *l, size_t i)
{
    return l->line->meter[i].stranger;
}

static bool rule_stranger(const struct look *l, struct err *e)
{
    char list[ERR_TEXT_MAX];
    return named(l, means_stranger, list, sizeof list) > 0 &&
           err_set(e, MSG_DOCTOR_STRANGER, list) != 0;
}

/* An old meter refuses a register it has not: only who refuses everything is named. */
static bool means_refused(const struct look *l, size_t i)
{
    const struct doctor_meter *m = &l->line->meter[i];
    return m->refused > 0 && m->refused == m->answered;
}

static bool rule_refused(const struct look *l, struct err *e)
{
    char list[ERR_TEXT_MAX];
    unsigned code = 0;

    if (named(l, means_refused, list, sizeof list) == 0)
        return false;
    for (size_t i = 0; i < l->line->count && code == 0; i++)
        code = means_refused(l, i) ? l->line->meter[i].exception : 0;
    return err_set(e, MSG_DOCTOR_REFUSED, list, (int64_t)code) != 0;
}

static bool rule_broken(const struct look *l, struct err *e)
{
    int percent = percent_of(l->line, l);
    return percent >= BROKEN_PERCENT && err_set(e, MSG_DOCTOR_CRC, (int64_t)percent) != 0;
}

/* Heard for sure: whole frames that were for somebody else. */
static bool rule_master(const struct look *l, struct err *e)
{
    return l->line->strange > 0 &&
           err_set(e, MSG_DOCTOR_MASTER, l->line->name, l->line->strange) != 0;
}

static bool rule_wrong(const struct look *l, struct err *e)
{
    int64_t wrong = 0;

    for (size_t i = 0; i < l->line->count; i++)
        wrong += l->line->meter[i].wrong;
    return wrong > 0 && l->line->strange == 0 && err_set(e, MSG_DOCTOR_WRONG, wrong) != 0;
}

static bool means_shaky(const struct look *l, size_t i)
{
    const struct doctor_meter *m = &l->line->meter[i];
    return m->answered > 0 && m->silent > 0;
}

static bool rule_shaky(const struct look *l, struct err *e)
{
    char list[ERR_TEXT_MAX];
    return named(l, means_shaky, list, sizeof list) > 0 && err_set(e, MSG_DOCTOR_SHAKY, list) != 0;
}

static bool rule_slow(const struct look *l, struct err *e)
{
    return l->line->median_ms >= SLOW_MS &&
           err_set(e, MSG_DOCTOR_SLOW, (int64_t)l->line->median_ms) != 0;
}

static bool rule_good(const struct look *l, struct err *e)
{
    return err_set(e, MSG_DOCTOR_GOOD, (int64_t)l->line->count, (int64_t)l->line->median_ms,
                   (int64_t)l->line->most_ms) != 0;
}

static const struct {
    bool (*says)(const struct look *, struct err *);
    bool last; /* nothing more is said after it */
    bool only; /* only where nothing was said before */
} rules[] = {
    {rule_trouble, true, false}, {rule_empty, true, false},     {rule_master, false, false},
    {rule_nobody, true, false},  {rule_stranger, false, false}, {rule_refused, false, false},
    {rule_tail, false, false},   {rule_twin, false, false},     {rule_garbled, false, false},
    {rule_single, false, false}, {rule_unclear, false, false},  {rule_broken, false, false},
    {rule_wrong, false, false},  {rule_shaky, false, false},    {rule_slow, false, false},
    {rule_good, true, true},
};

/* A main meter with a high address is no end of the cable: it stands at its head. */
static void ends(struct look *l)
{
    const struct doctor_meter *m = l->line->meter;

    l->end = l->line->count;
    while (l->end > 0 && m[l->end - 1].main && !is_silent(&m[l->end - 1]))
        l->end--;
    while (l->tail < l->end && is_silent(&m[l->end - 1 - l->tail]))
        l->tail++;
    if (l->tail < (l->end < l->line->count ? RUN_MIN : TAIL_MIN) || l->tail == l->end)
        l->tail = 0;
}

size_t doctor_verdict(const struct doctor_line *line, struct err out[DOCTOR_VERDICTS])
{
    struct look l = {.line = line};
    size_t said = 0;

    for (size_t i = 0; i < line->count; i++)
        l.mute += line->meter[i].answered == 0;
    ends(&l);
    for (size_t i = 0; i < sizeof rules / sizeof *rules && said < DOCTOR_VERDICTS; i++) {
        if (rules[i].only && said > 0)
            continue;
        memset(&out[said], 0, sizeof out[said]);
        if (!rules[i].says(&l, &out[said]))
            continue;
        said++;
        if (rules[i].last)
            break;
    }
    return said;
}
