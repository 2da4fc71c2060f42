/*
 * What a meter's last reading, or its silence, says of alarms. Only what the books hold is looked at, so that the same
 * reading says the same after a restart.
 */
#include <stdlib.h>
#include <string.h>

#include "alarm.h"
#include "clock.h"
#include "db.h"
#include "message.h"
#include "round.h"
#include "text.h"

#define DRIFTS_NAMED 3

/* The meter as the books have it now. */
struct facts {
    int64_t meter_id, channel_id, now;
    char number[32], channel[64], known[256], flag[16];
    struct alarm_object object;
    bool handed, sells, lost, stranger;
    int64_t misses, tried;
    int64_t balance, stage_amount[3]; /* alarm 1, alarm 2, arrears */
    bool stage_flag[3], stage_amount_known[3];
    bool overload, fault;
    int64_t power_w, status1, energy_wh, clock_off, foreign_minor, undone_utc;
    int64_t drift; /* 1: some setting is not as it was said; -1: not known now */
    bool clock_known, foreign;
    char tag_name[64];
};

static bool known(const struct facts *f, enum alarm_kind kind)
{
    return alarm_kinds_have(f->known, kind);
}

static void facts_read(struct db_row *row, struct facts *f)
{
    text_copy(f->number, sizeof f->number, db_text(row, 0));
    f->channel_id = db_int(row, 1);
    text_copy(f->channel, sizeof f->channel, db_text(row, 2));
    f->handed = db_text(row, 3)[0] != '\0';
    f->sells = db_int(row, 4) == 1;
    f->misses = db_int(row, 5);
    f->lost = db_int(row, 6) == 1;
    f->tried = db_int(row, 7);
    f->stranger = strstr(db_text(row, 8), "FIELD_STRANGER") != NULL;
    f->balance = db_int(row, 9);
    for (int i = 0; i < 2; i++) {
        f->stage_amount[i] = db_int(row, 10 + i);
        f->stage_amount_known[i] = !db_null(row, 10 + i);
        f->stage_flag[i] = db_int(row, 13 + i) == 1;
    }
    f->stage_flag[2] = db_int(row, 12) == 1;
    f->stage_amount_known[2] = true;
    f->overload = db_int(row, 15) == 1;
    f->fault = db_int(row, 16) == 1;
    f->power_w = db_int(row, 17);
    f->status1 = db_int(row, 18);
    f->energy_wh = db_int(row, 19);
    f->clock_off = db_int(row, 20);
    f->clock_known = !db_null(row, 20);
    text_copy(f->flag, sizeof f->flag, db_text(row, 21));
    text_copy(f->known, sizeof f->known, db_text(row, 22));
    f->drift = db_int(row, 23);
    f->foreign = !db_null(row, 24);
    f->foreign_minor = db_int(row, 24);
    f->undone_utc = db_int(row, 25);
    text_copy(f->tag_name, sizeof f->tag_name, db_text(row, 26));
    f->object = (struct alarm_object){f->number, f->meter_id, f->channel_id};
}

/* Says whether there is a cause; nothing is asked of the books where none is and none was. */
static int say(struct books *b, const struct facts *f, enum alarm_kind kind, bool cause,
               const struct err *why, struct effects *fx, struct err *e)
{
    if (!cause && !known(f, kind))
        return 0;
    return alarm_set(b, kind, &f->object, cause, why, f->now, fx, e);
}

/* ---- silence */

/* A meter that does not answer while others of its channel do: one of them has answered since it first missed, and it was
 * asked once more after that. Where nobody answers it is the channel that is lost (alarm_tick.c). */
static int alone(struct books *b, const struct facts *f, bool *out, struct err *e)
{
    const char *word = alarm_type(ALARM_LOST_METER)->word;
    const char *channel_word = alarm_type(ALARM_LOST_CHANNEL)->word;
    struct db_row *row = NULL;
    int64_t since = 0, open = 0, others = 0, answered = 0;
    int rc = db_find(books_db(b), SQL_alarm_at, &row, e, "ss", word, f->number);

    if (rc == 0 && row)
        since = db_int(row, 3);
    db_done(row);
    if (rc == 0)
        rc = db_get(books_db(b), SQL_alarm_kind_open, 0, &open, e, "ss", channel_word, f->channel);
    if (rc != 0)
        return rc;
    row = NULL;
    rc = db_find(books_db(b), SQL_alarm_meter_others, &row, e, "ii", f->channel_id, f->meter_id);
    if (rc == 0 && row) {
        others = db_int(row, 0);
        answered = db_int(row, 1);
    }
    db_done(row);
    *out = open == 0 && (others == 0 || (since && answered > since && f->tried >= answered));
    return rc;
}

static int silent(struct books *b, const struct facts *f, struct effects *fx, struct err *e)
{
    struct err why = {0};
    bool is_alone = false;
    int rc;

    if (f->stranger && !f->handed) {
        err_set(&why, MSG_ALARM_STRANGER, f->number);
        rc = alarm_raise(b, ALARM_STRANGER, &f->object, &why, f->now, fx, e);
        return rc != 0 ? rc : say(b, f, ALARM_LOST_METER, false, NULL, fx, e);
    }
    if (f->handed || alarm_kind_in(b, "alarm.off", ALARM_LOST_METER))
        return say(b, f, ALARM_LOST_METER, false, NULL, fx, e);
    rc = db_run(books_db(b), SQL_alarm_cause_add, e, "ssii", alarm_type(ALARM_LOST_METER)->word,
                f->number, f->meter_id, f->tried);
    if (rc == 0 && f->lost)
        rc = alone(b, f, &is_alone, e);
    if (rc != 0 || !is_alone)
        return rc;
    err_set(&why, MSG_ALARM_LOST_METER, f->number, f->channel);
    return alarm_raise(b, ALARM_LOST_METER, &f->object, &why, f->now, fx, e);
}

/* ---- what it said */

/* Of the stages of the balance only the gravest is an alarm. A stage that was reached is left when the balance is a band
 * above its amount. */
static int stages(struct books *b, const struct facts *f, struct effects *fx, struct err *e)
{
    static const enum alarm_kind kinds[3] = {ALARM_AMOUNT1, ALARM_AMOUNT2, ALARM_ARREARS};
    const int64_t band = setting_number(b, "alarm.band_minor");
    int stage = -1, rc = 0;

    for (int i = 0; i < 3 && f->sells; i++) {
        bool near = known(f, kinds[i]) && f->stage_amount_known[i] &&
                    f->balance < f->stage_amount[i] + band;
        if (f->stage_flag[i] || near)
            stage = i;
    }
    for (int i = 0; i < 3 && rc == 0; i++) {
        struct err why = {0};
        if (i == 2)
            err_set(&why, MSG_ALARM_ARREARS, f->balance);
        else
            err_set(&why, MSG_ALARM_AMOUNT, f->balance, f->stage_amount[i]);
        rc = say(b, f, kinds[i], i == stage, &why, fx, e);
    }
    return rc;
}

static int limit(struct books *b, const struct facts *f, enum alarm_kind kind, enum sql_id id,
                 const char *setting, enum msg_id msg, struct effects *fx, struct err *e)
{
    const int64_t kwh = setting_number(b, setting);
    struct err why = {0};
    int64_t used = 0;
    int rc = 0;

    if (kwh == 0 && !known(f, kind))
        return 0;
    if (kwh > 0)
        rc = db_get(books_db(b), id, 0, &used, e, "iii", f->meter_id, f->energy_wh, f->now);
    if (rc != 0)
        return rc;
    err_set(&why, msg, used / 1000, kwh);
    return say(b, f, kind, kwh > 0 && used > kwh * 1000, &why, fx, e);
}

/* What a flag of a reading says of the register. */
static const char *flag_words(const char *flag)
{
    static const struct {
        const char *flag, *words;
    } flags[] = {{"back", N_("it stepped back")},
                 {"jump", N_("it jumped")},
                 {"overflow", N_("it overflowed")},
                 {"reset", N_("it began anew")}};

    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        if (strcmp(flags[i].flag, flag) == 0)
            return flags[i].words;
    }
    return flag;
}

static int energy(struct books *b, const struct facts *f, struct effects *fx, struct err *e)
{
    struct err why = {0};
    int rc;

    err_set(&why, MSG_ALARM_ENERGY, flag_words(f->flag));
    rc = say(b, f, ALARM_ENERGY, f->flag[0] && strcmp(f->flag, "exchanged") != 0, &why, fx, e);
    if (rc != 0 || f->flag[0])
        return rc;
    rc = limit(b, f, ALARM_DAY, SQL_alarm_meter_day, "alarm.day_kwh", MSG_ALARM_DAY, fx, e);
    return rc == 0 ? limit(b, f, ALARM_MONTH, SQL_alarm_meter_month, "alarm.month_kwh",
                           MSG_ALARM_MONTH, fx, e)
                   : rc;
}

/* Off by more than the limit, until it is within half of it. In the day after a change to or from summer time a clock
 * that is off by that change is no news: all are, and they are being set; one that was set since then and is off has no
 * excuse. */
static int its_clock(struct books *b, const struct facts *f, struct effects *fx, struct err *e)
{
    const int64_t most = setting_number(b, "alarm.clock_s");
    int64_t changed = 0, set = 0, off = f->clock_off < 0 ? -f->clock_off : f->clock_off;
    const int64_t by = f->clock_known && off > most ? round_zone_change(f->now, &changed) : 0;
    const int64_t besides = f->clock_off + by < 0 ? -(f->clock_off + by) : f->clock_off + by;
    struct err why = {0};
    int rc = 0;

    if (!f->clock_known)
        return 0;
    if (by != 0)
        rc = db_get(books_db(b), SQL_alarm_clock_set, 0, &set, e, "ii", f->meter_id, changed);
    if (rc != 0)
        return rc;
    if (by != 0 && set == 0 && besides < off)
        off = besides;
    err_set(&why, MSG_ALARM_CLOCK, f->clock_off);
    return say(b, f, ALARM_CLOCK, off > (known(f, ALARM_CLOCK) ? most / 2 : most), &why, fx, e);
}

/* Who works behind a tag must be told at once that it was let go. */
static int tag(struct books *b, const struct facts *f, struct effects *fx, struct err *e)
{
    struct err why = {0};

    err_set(&why, MSG_ALARM_UNDONE, f->tag_name, f->undone_utc);
    return say(b, f, ALARM_UNDONE, f->undone_utc != 0, &why, fx, e);
}

/* Which settings are not as they were said: one with both values, of several the first by name. Their number, or an error. */
static int drift_words(struct books *b, const struct facts *f, struct err *why, struct err *e)
{
    char word[DRIFTS_NAMED][64] = {{0}}, wanted[64] = "", reported[64] = "";
    struct db_row *row = NULL;
    int count = 0, more = 0;
    int rc = db_find(books_db(b), SQL_alarm_meter_drifts, &row, e, "i", f->meter_id);

    for (more = rc == 0 && row; more == 1; more = db_next(row, e), count++) {
        if (count < DRIFTS_NAMED)
            text_copy(word[count], sizeof word[count], db_text(row, 0));
        if (count == 0) {
            text_copy(wanted, sizeof wanted, db_text(row, 1));
            text_copy(reported, sizeof reported, db_text(row, 2));
        }
    }
    db_done(row);
    if (count == 1)
        err_set(why, MSG_ALARM_DRIFT_ONE, word[0], wanted, reported);
    else if (count == 2)
        err_set(why, MSG_ALARM_DRIFT_TWO, word[0], word[1]);
    else if (count == 3)
        err_set(why, MSG_ALARM_DRIFT_THREE, word[0], word[1], word[2]);
    else
        err_set(why, MSG_ALARM_DRIFT, word[0], word[1], word[2], (int64_t)(count - DRIFTS_NAMED));
    return rc != 0 ? rc : more < 0 ? more : count;
}

/* Not as it was set, and paid for by nobody here. */
static int differs(struct books *b, const struct facts *f, struct effects *fx, struct err *e)
{
    struct err drift = {0}, foreign = {0};
    int rc = f->drift == 1 ? drift_words(b, f, &drift, e) : 0;

    if (rc >= 0 && f->drift >= 0)
        rc = say(b, f, ALARM_DRIFT, rc > 0, &drift, fx, e);
    err_set(&foreign, MSG_ALARM_PURCHASE, f->foreign_minor);
    return rc == 0 ? say(b, f, ALARM_PURCHASE, f->foreign, &foreign, fx, e) : rc;
}

static int spoke(struct books *b, const struct facts *f, struct effects *fx, struct err *e)
{
    struct err overload = {0}, fault = {0};
    char status[8];
    int rc = tag(b, f, fx, e);

    err_set(&overload, MSG_ALARM_OVERLOAD, f->number);
    snprintf(status, sizeof status, "0x%04X", (unsigned)f->status1 & 0xFFFFu);
    err_set(&fault, MSG_ALARM_FAULT, f->number, status);
    if (rc == 0)
        rc = say(b, f, ALARM_LOST_METER, false, NULL, fx, e);
    if (rc == 0)
        rc = say(b, f, ALARM_STRANGER, false, NULL, fx, e);
    if (rc == 0)
        rc = stages(b, f, fx, e);
    if (rc == 0)
        rc = say(b, f, ALARM_OVERLOAD, f->overload, &overload, fx, e);
    if (rc == 0)
        rc = say(b, f, ALARM_FAULT, f->fault, &fault, fx, e);
    if (rc == 0)
        rc = energy(b, f, fx, e);
    if (rc == 0)
        rc = its_clock(b, f, fx, e);
    return rc == 0 ? differs(b, f, fx, e) : rc;
}

int alarm_after_reading(struct books *b, int64_t meter_id, struct effects *fx, struct err *e)
{
    struct facts f = {.meter_id = meter_id, .now = clock_utc()};
    struct db_row *row = NULL;
    int rc = db_find(books_db(b), SQL_alarm_meter_facts, &row, e, "i", meter_id);
    const bool there = rc == 0 && row;

    if (there)
        facts_read(row, &f);
    db_done(row);
    if (!there)
        return rc;
    return f.misses > 0 ? silent(b, &f, fx, e) : spoke(b, &f, fx, e);
}
