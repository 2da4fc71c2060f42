/*
 * Between the field's words and the books': readings, credit, frames. Nothing is decided here.
 */
#include <string.h>
#include <time.h>

#include "clock.h"
#include "core.h"
#include "field.h"
#include "message.h"
#include "text.h"

static const char *const why_words[] = {
    [RELAY_CLOSED] = N_("closed"),   [RELAY_FORCED_OFF] = N_("forced off"),
    [RELAY_CREDIT] = N_("credit"),   [RELAY_OVERLOAD] = N_("overload"),
    [RELAY_TIME] = N_("time"),       [RELAY_UNKNOWN] = N_("unknown"),
    [RELAY_ALARM_2] = N_("alarm 2"),
};

void seen_convert(const struct meter_credit *credit, struct order_seen *out)
{
    *out = (struct order_seen){
        .count = credit->count,
        .balance_minor = credit->balance_minor,
        .has_total = credit->has_total,
        .total_minor = credit->total_minor,
        .energy_wh = credit->energy_wh,
        .old_firmware = credit->old_firmware,
        .forced_off = credit->forced_off,
    };
}

/* The meter's clock less the site's. */
static int64_t clock_off_s(int64_t clock_local, int64_t at_utc)
{
    time_t at = (time_t)at_utc;
    struct tm tm;
    return clock_local != 0 && localtime_r(&at, &tm) ? clock_local - (at_utc + tm.tm_gmtoff) : 0;
}

void reading_convert(const struct job *job, struct reading *out)
{
    const struct meter_reading *r = &job->reading;
    *out = (struct reading){
        .at_utc = clock_utc(),
        .meter_id = job->meter.meter_id,
        .begun_mono_ms = job->begun_mono_ms,
        .ratio = (int64_t)r->pt * r->ct,
        .status1 = r->status[0],
        .status2 = r->status[1],
        .relay_closed = r->relay_closed,
        .forced = r->forced,
        .prepaid = r->prepaid,
        .arrears = r->arrears,
        .alarm1 = r->alarm1,
        .alarm2 = r->alarm2,
        .overload = r->overload,
        .fault = r->fault,
        .clock_local = r->clock_local,
        .has_settings = r->has_settings,
        .alarm1_minor = r->alarm1_minor,
        .alarm2_minor = r->alarm2_minor,
        .overdraft_minor = r->overdraft_minor,
        .recovery_s = r->recovery_s,
        .device_code = r->identity.device_code,
    };
    seen_convert(&r->credit, &out->seen);
    out->one_phase = r->one_phase;
    out->clock_off_s = clock_off_s(out->clock_local, out->at_utc);
    out->frequency_mhz = r->frequency_mhz;
    out->has_load = r->has_load;
    out->load_max_w = r->load_max_w;
    for (size_t i = 0; i < 4; i++) {
        out->rate_wh[i] = r->rate_wh[i];
        out->price_e4[i] = r->price_e4[i];
        out->power_w[i] = r->power_w[i];
        out->reactive_var[i] = r->reactive_var[i];
        out->factor_e3[i] = r->factor_e3[i];
    }
    for (size_t i = 0; i < 3; i++) {
        out->voltage_mv[i] = r->voltage_mv[i];
        out->current_ma[i] = r->current_ma[i];
    }
    text_copy(out->why, sizeof out->why, why_words[r->why]);
    if (r->has_identity)
        text_copy(out->number, sizeof out->number, r->identity.number);
}

static json_t *numbers(const int64_t *values, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_integer(values[i]));
    return list;
}

json_t *reading_json(const struct reading *r, const struct meter_place *place)
{
    json_t *o =
        json_pack("{s:s,s:I,s:I,s:I,s:i,s:I,s:o,s:b,s:s,s:I}", "meter", place->number, "meter_id",
                  (json_int_t)r->meter_id, "at", (json_int_t)r->at_utc, "balance_minor",
                  (json_int_t)r->seen.balance_minor, "count", (int)r->seen.count, "energy_wh",
                  (json_int_t)r->seen.energy_wh, "rate_wh", numbers(r->rate_wh, 4), "relay_closed",
                  (int)r->relay_closed, "why", r->why, "clock_local", (json_int_t)r->clock_local);
    const struct {
        const char *name;
        bool value;
    } flags[] = {{"forced", r->forced},   {"prepaid", r->prepaid},
                 {"arrears", r->arrears}, {"alarm1", r->alarm1},
                 {"alarm2", r->alarm2},   {"overload", r->overload},
                 {"fault", r->fault},     {"old_firmware", r->seen.old_firmware}};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        json_object_set_new(o, flags[i].name, json_boolean(flags[i].value));
    json_object_set_new(o, "voltage_mv", numbers(r->voltage_mv, 3));
    json_object_set_new(o, "current_ma", numbers(r->current_ma, 3));
    json_object_set_new(o, "power_w", numbers(r->power_w, 4));
    json_object_set_new(o, "reactive_var", numbers(r->reactive_var, 4));
    json_object_set_new(o, "factor_e3", numbers(r->factor_e3, 4));
    if (r->seen.has_total)
        json_object_set_new(o, "total_minor", json_integer(r->seen.total_minor));
    if (r->has_settings) {
        json_object_set_new(o, "price_e4", numbers(r->price_e4, 4));
        json_object_set_new(o, "alarm1_minor", json_integer(r->alarm1_minor));
        json_object_set_new(o, "alarm2_minor", json_integer(r->alarm2_minor));
        json_object_set_new(o, "overdraft_minor", json_integer(r->overdraft_minor));
    }
    return o;
}

json_t *frames_json(const struct job *job)
{
    json_t *list = json_array();
    for (size_t i = 0; i < job->frame_count; i++) {
        const struct job_frame *f = &job->frames[i];
        char direction[2] = {f->direction, '\0'};
        json_array_append_new(list,
                              json_pack("{s:I,s:I,s:s,s:s}", "at", (json_int_t)f->at_utc, "ms",
                                        (json_int_t)f->ms, "dir", direction, "hex", f->hex));
    }
    return list;
}

bool driver_takes(const char *model, int order_kind)
{
    uint16_t code;
    const struct driver *d = driver_by_model(model, &code);
    const bool takes[] = {[ORDER_TOPUP] = d && d->topup,
                          [ORDER_SWITCH] = d && d->relay,
                          [ORDER_SETTINGS] = d && d->settings,
                          [ORDER_CLOCK] = d && d->clock,
                          [ORDER_LOAD] = d && d->load && d->load_read};
    return order_kind < 0 ? d != NULL : takes[order_kind];
}

int64_t driver_load_max_w(const char *model)
{
    uint16_t code;
    const struct driver *d = driver_by_model(model, &code);
    return d ? d->load_max_w : 0;
}

int job_meter_fill(struct job *job, const struct meter_place *place, struct err *e)
{
    struct job_meter *m = &job->meter;
    m->meter_id = place->meter_id;
    m->address = (uint8_t)place->address;
    m->driver = driver_by_model(place->model, &m->device_code);
    m->profile = (struct meter_profile){
        .transformers = place->transformers, .price_scale = 10000, .balance_signed = true};
    text_copy(m->number, sizeof m->number, place->number);
    if (!m->driver)
        return err_set(e, MSG_ENGINE_NO_DRIVER, place->number, place->model);
    return 0;
}
