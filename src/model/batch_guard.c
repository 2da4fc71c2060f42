/*
 * What stands against giving a meter the order of a batch, and whether it would go dark by it: by what was read of it last.
 * Asked for the preview, at the start and once more when the row's turn comes.
 */
#include <stdlib.h>
#include <string.h>

#include "batch_state.h"
#include "clock.h"
#include "hold.h"
#include "opening.h"
#include "order_turn.h"
#include "sense.h"

/* The mode that a switch would set: the command's, or what an undo goes back to. */
static const char *mode_then(const struct batch_plan *p, const json_t *values)
{
    const char *mode = json_string_value(json_object_get(values, "mode"));
    return mode ? mode : batch_kinds[p->command].mode;
}

static const char *mode_now(const struct batch_meter *m)
{
    if (m->forced == UNKNOWN_NUMBER)
        return NULL;
    return !m->forced ? "prepaid" : m->relay_closed == 1 ? "on" : "off";
}

/* ---- who goes dark */

static int64_t or_zero(int64_t value)
{
    return value == UNKNOWN_NUMBER ? 0 : value;
}

static bool number_of(const json_t *values, const char *key, int64_t *out)
{
    const json_t *value = json_object_get(values, key);
    *out = json_integer_value(value);
    return json_is_integer(value);
}

static bool spent(const struct batch_meter *m, int64_t overdraft_minor)
{
    return m->balance_minor != UNKNOWN_NUMBER && m->balance_minor <= -overdraft_minor;
}

static bool dark_by_settings(const struct batch_meter *m, const json_t *values)
{
    int64_t overdraft, alarm2;

    if (m->forced == 1 || m->balance_minor == UNKNOWN_NUMBER)
        return false;
    if (number_of(values, "overdraft_minor", &overdraft) && spent(m, overdraft))
        return true;
    /* Below the second alarm a meter trips, once: not again where it is below it already. */
    return number_of(values, "alarm2_minor", &alarm2) && m->balance_minor < alarm2 &&
           m->balance_minor >= or_zero(m->alarm2_minor);
}

static bool dark_by_load(const struct batch_meter *m, const json_t *values)
{
    int64_t most, flows = m->phase_w ? m->phase_w : or_zero(m->power_w);

    return m->forced != 1 && number_of(values, "max_power_w", &most) && most > 0 && flows > most;
}

static bool goes_dark(const struct batch_plan *p, const struct batch_meter *m, const json_t *values)
{
    if (m->relay_closed == 0) /* one that was never read may have power */
        return false;
    switch (batch_kinds[p->command].order) {
    case ORDER_SWITCH: {
        const char *mode = mode_then(p, values);
        return mode &&
               (strcmp(mode, "off") == 0 || (strcmp(mode, "prepaid") == 0 && m->forced == 1 &&
                                             spent(m, or_zero(m->overdraft_minor))));
    }
    case ORDER_SETTINGS: return dark_by_settings(m, values);
    case ORDER_LOAD: return dark_by_load(m, values);
    case ORDER_CLOCK:
    case ORDER_TOPUP: break;
    }
    return false;
}

/* ---- who is passed over */

/* Tags and channels in other hands. A locked-out meter gets no switch at all, not even off: it is off. */
static int held(struct books *b, const struct batch_plan *p, const struct batch_meter *m,
                const json_t *values, struct err *why)
{
    const struct batch_kind *kind = &batch_kinds[p->command];
    bool clock = p->command == BATCH_READ || p->command == BATCH_CLOCK;
    char *detail = batch_order_detail(p->command, values);
    struct hold_ask ask = {
        .kind = kind->order,
        .mode = m->lock_out && kind->order == ORDER_SWITCH ? "on" : mode_then(p, values),
        .detail = detail};

    if (!m->lock_out && !m->handed) {
        free(detail);
        return 0;
    }
    if (m->lock_out && !clock && p->command != BATCH_TARIFF && p->command != BATCH_SETTINGS)
        ask.kind = ORDER_SWITCH, ask.mode = "on";
    int rc = hold_check(b, m->meter_id, &ask, why);
    free(detail);
    return rc;
}

/* An undo goes back to what was before its batch: not where somebody changed it after that batch. */
static int changed_since(struct books *b, const struct batch_plan *p, const struct batch_meter *m,
                         const json_t *values, struct err *why)
{
    struct err e = {0}, later = {0};
    char *detail = batch_order_detail(p->command, values);
    const struct turn_ask ask = {.batch_id = p->undo_of,
                                 .meter_id = m->meter_id,
                                 .kind = batch_kinds[p->command].order,
                                 .detail = detail,
                                 .done_too = true,
                                 .orders_only = true};
    int rc = turn_later(b, &ask, &later, &e);

    free(detail);
    if (rc != 0)
        *why = e;
    return rc != 0 || !later.code ? rc : err_set(why, MSG_BATCH_SKIP_NEWER, later.arg[0].number);
}

/* Values that this meter cannot be given: what its driver would refuse before a byte leaves, and warnings in the wrong
 * order. What was there before comes back whatever it is. */
static int values_fit(struct books *b, const struct batch_plan *p, const struct batch_meter *m,
                      const json_t *values, struct err *why)
{
    int64_t watts;

    if (p->command == BATCH_LOAD && number_of(values, "max_power_w", &watts))
        return sense_load(b, m->model, m->ratio, watts, why);
    if (p->command != BATCH_SETTINGS || p->undo_of ||
        sense_amounts(b, values, m->alarm1_minor, m->alarm2_minor, why) == 0)
        return 0;
    why->code = ERR_REFUSED;
    return why->code;
}

/* Power that is protected is not taken, given back to prepaid or protected for less long, unless it was said to be meant; an
 * undo ends the protection that its batch began. */
static bool ends_protection(const struct batch_plan *p, const struct batch_meter *m,
                            const char *mode)
{
    if (!m->protection || !mode || p->protected_too)
        return false;
    if (p->undo_of) /* nothing came after its batch: to less than off it goes back */
        return strcmp(mode, "off") == 0 && m->protection_batch != p->undo_of;
    if (strcmp(mode, "on") != 0)
        return true;
    return p->until_utc && (!m->until_utc || p->until_utc < m->until_utc);
}

static int against(struct books *b, const struct batch_plan *p, const struct batch_meter *m,
                   const json_t *values, struct err *why)
{
    const struct batch_kind *kind = &batch_kinds[p->command];
    const char *mode = mode_then(p, values);

    if (m->main && !kind->main_too)
        return err_set(why, MSG_BATCH_SKIP_MAIN);
    if (!books_model_takes(b, m->model, p->command == BATCH_READ ? -1 : (int)kind->order))
        return err_set(why, MSG_BATCH_SKIP_MODEL, m->model);
    int rc = held(b, p, m, values, why);
    if (rc != 0)
        return rc;
    if (p->command == BATCH_READ)
        return 0;
    if (m->in_doubt)
        return err_set(why, MSG_BATCH_SKIP_IN_DOUBT, m->in_doubt);
    if (m->opening)
        return opening_check(b, m->meter_id, m->number, why);
    if (kind->settings && m->old_firmware)
        return err_set(why, MSG_BATCH_SKIP_OLD);
    if ((rc = values_fit(b, p, m, values, why)) != 0)
        return rc;
    if (p->undo_of && (rc = changed_since(b, p, m, values, why)) != 0)
        return rc;
    if (ends_protection(p, m, mode))
        return m->until_utc ? err_set(why, MSG_BATCH_SKIP_PROTECTED_UNTIL, m->until_utc)
                            : err_set(why, MSG_BATCH_SKIP_PROTECTED);
    return 0;
}

int64_t batch_behind(enum batch_command command, const struct batch_meter *m)
{
    if (command == BATCH_READ)
        return 0;
    return batch_kinds[command].order == ORDER_SWITCH ? m->behind_switch : m->behind;
}

int batch_guard(struct books *b, const struct batch_plan *p, struct batch_fate *f, struct err *e)
{
    const struct batch_meter *m = &f->meter;
    struct err why = {0}, note = {0};
    json_t *values = batch_values_of(p, m);
    int rc = values ? against(b, p, m, values, &why) : err_set(&why, MSG_BATCH_SKIP_BEFORE);

    if (rc != 0 && why.code != ERR_REFUSED) { /* the books failed */
        *e = why;
        json_decref(values);
        return rc;
    }
    if (rc != 0)
        f->skip = err_packed(&why);
    f->dark = values && goes_dark(p, m, values);
    if (!m->read_at_utc)
        err_set(&note, MSG_BATCH_NOTE_NEVER);
    else if (m->lost)
        err_set(&note, MSG_BATCH_NOTE_LOST, m->read_at_utc);
    else if (batch_behind(p->command, m))
        err_set(&note, MSG_BATCH_NOTE_BEHIND, batch_behind(p->command, m));
    if (note.code && !f->skip)
        f->note = err_packed(&note);
    json_decref(values);
    return 0;
}

/* ---- what is, what will be */

static json_t *number_json(int64_t value)
{
    return value == UNKNOWN_NUMBER ? json_null() : json_integer(value);
}

static json_t *bool_json(int64_t value)
{
    return value == UNKNOWN_NUMBER ? json_null() : json_boolean(value != 0);
}

static json_t *prices_json(const struct batch_meter *m)
{
    json_t *four = json_array();
    for (int i = 0; i < 4; i++)
        json_array_append_new(four, number_json(m->price_e4[i]));
    return four;
}

static json_t *mode_json(const char *mode)
{
    return mode ? json_string(mode) : json_null();
}

/* What the books know of a value that a batch can set. */
static json_t *value_now(const struct batch_meter *m, const char *key)
{
    const struct {
        const char *key;
        int64_t value;
    } table[] = {{"alarm1_minor", m->alarm1_minor},
                 {"alarm2_minor", m->alarm2_minor},
                 {"overdraft_minor", m->overdraft_minor},
                 {"max_power_w", m->load_max_w}};

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (strcmp(table[i].key, key) == 0)
            return number_json(table[i].value);
    }
    return strcmp(key, "price_e4") == 0 ? prices_json(m) : json_null();
}

json_t *batch_now(const struct batch_plan *p, const struct batch_meter *m)
{
    json_t *now = json_object(), *value;
    const char *key;

    json_object_set_new(now, "relay_closed", bool_json(m->relay_closed));
    json_object_set_new(now, "mode", mode_json(mode_now(m)));
    json_object_foreach(p->values, key, value)
    {
        if (strcmp(key, "tariff") != 0 && strcmp(key, "tariff_id") != 0 &&
            strcmp(key, "protected") != 0)
            json_object_set_new(now, key, value_now(m, key));
    }
    if (p->command == BATCH_CLOCK)
        json_object_set_new(now, "clock_off_s", number_json(m->clock_off_s));
    if (p->command == BATCH_READ)
        json_object_set_new(now, "read_at",
                            m->read_at_utc ? json_integer(m->read_at_utc) : json_null());
    json_object_set_new(now, "balance_minor", number_json(m->balance_minor));
    return now;
}

/* The relay after a switch, as far as it can be told. */
static int64_t relay_then(const struct batch_meter *m, const char *mode)
{
    if (strcmp(mode, "off") == 0)
        return 0;
    if (strcmp(mode, "on") == 0)
        return 1;
    if (m->balance_minor == UNKNOWN_NUMBER)
        return UNKNOWN_NUMBER;
    return !spent(m, or_zero(m->overdraft_minor));
}

json_t *batch_then(const struct batch_plan *p, const struct batch_meter *m)
{
    json_t *values = batch_values_of(p, m), *then = values ? json_deep_copy(values) : json_object();
    const char *mode = mode_then(p, values);
    bool dark = values && goes_dark(p, m, values);

    json_object_del(then, "tariff_id");
    json_object_del(then, "protected");
    json_object_set_new(then, "mode", mode_json(mode ? mode : mode_now(m)));
    json_object_set_new(then, "relay_closed",
                        bool_json(mode   ? relay_then(m, mode)
                                  : dark ? 0
                                         : m->relay_closed));
    if (p->command == BATCH_CLOCK)
        json_object_set_new(then, "clock_off_s", json_integer(0));
    if (p->until_utc)
        json_object_set_new(then, "until_utc", json_integer(p->until_utc));
    json_decref(values);
    return then;
}
