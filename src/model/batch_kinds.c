/*
 * The commands of a batch: which order each gives, and the values of one meter's order.
 */
#include <stdlib.h>
#include <string.h>

#include "batch_state.h"
#include "clock.h"
#include "message.h"

const struct batch_kind batch_kinds[BATCH_COMMANDS] = {
    [BATCH_TARIFF] = {N_("tariff"), ORDER_SETTINGS, NULL, true, false, true},
    [BATCH_SETTINGS] = {N_("settings"), ORDER_SETTINGS, NULL, true, false, true},
    [BATCH_LOAD] = {N_("load"), ORDER_LOAD, NULL, true, false, true},
    [BATCH_ON] = {N_("on"), ORDER_SWITCH, "on", false, false, true},
    [BATCH_PREPAID] = {N_("prepaid"), ORDER_SWITCH, "prepaid", false, false, true},
    [BATCH_OFF] = {N_("off"), ORDER_SWITCH, "off", false, false, true},
    [BATCH_CLOCK] = {N_("clock"), ORDER_CLOCK, NULL, false, true, false},
    [BATCH_READ] = {N_("read"), ORDER_CLOCK, NULL, false, true, false},
};

enum batch_command batch_command_find(const char *word)
{
    int i = 0;
    while (i < BATCH_READ && (!word || strcmp(batch_kinds[i].word, word) != 0))
        i++;
    return (enum batch_command)i;
}

/* Power that was protected until a time is so again, as long as that time lies ahead; then it would be prepaid by now. */
static void mode_back(const json_t *before, json_t *out)
{
    const char *mode = json_string_value(json_object_get(before, "mode"));
    json_t *until = json_object_get(before, "until_utc");
    const bool timed = mode && strcmp(mode, "on") == 0 && json_is_integer(until);

    json_object_set(out, "mode", json_object_get(before, "mode"));
    if (timed && json_integer_value(until) > clock_utc())
        json_object_set(out, "until_utc", until);
    else if (timed)
        json_object_set_new(out, "mode", json_string("prepaid"));
}

json_t *batch_values_of(const struct batch_plan *p, const struct batch_meter *m)
{
    if (!p->undo_of)
        return json_incref(p->values);
    json_t *before = m->undo ? json_loads(m->undo, 0, NULL) : NULL, *out = json_object(), *value;
    const char *key;
    bool all = before != NULL;

    /* What the batch set is set back; what it did not touch stays. */
    json_object_foreach(p->values, key, value)
    {
        json_t *was = json_object_get(before, key);
        bool meant = strcmp(key, "tariff") != 0 && strcmp(key, "tariff_id") != 0 &&
                     strcmp(key, "protected") != 0;
        all = all && (was || !meant || strcmp(key, "wait_s") == 0 || strcmp(key, "allowed") == 0);
        if (was)
            json_object_set(out, key, was);
    }
    if (batch_kinds[p->command].order == ORDER_SWITCH) {
        mode_back(before, out);
        all = all && json_is_string(json_object_get(before, "mode"));
    }
    json_decref(before);
    if (all)
        return out;
    json_decref(out);
    return NULL;
}

char *batch_order_detail(enum batch_command command, const json_t *values)
{
    json_t *detail = json_deep_copy(values);
    const char *mode = batch_kinds[command].mode;

    json_object_del(detail, "tariff");
    json_object_del(detail, "tariff_id");
    json_object_del(detail, "protected");
    if (mode && !json_object_get(detail, "mode")) /* an undo has its own */
        json_object_set_new(detail, "mode", json_string(mode));
    char *text = json_dumps(detail, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(detail);
    return text ? text : mem_text("{}");
}
