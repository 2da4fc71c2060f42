/*
 * A setting changed: what each kind of value must be, and the request that sets one.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alarm.h"
#include "db.h"
#include "message.h"
#include "notice.h"
#include "sense.h"
#include "setting.h"
#include "text.h"

static bool word_among(const char *words, const char *value)
{
    size_t size = strlen(value);

    for (const char *w = words; size > 0 && w != NULL; w = strchr(w, '|')) {
        w += *w == '|';
        if (strncmp(w, value, size) == 0 && (w[size] == '|' || w[size] == '\0'))
            return true;
    }
    return false;
}

static bool whole_number(const char *text, int64_t *number)
{
    char *end;

    errno = 0;
    *number = strtoll(text, &end, 10);
    return text[0] != '\0' && strspn(text, "0123456789") == strlen(text) && *end == '\0' &&
           errno == 0;
}

/* "Asia/Shanghai" and in the time zone data, where this machine has any. */
static bool zone_known(const char *zone)
{
    char path[160];

    if (strstr(zone, "..") != NULL || zone[0] == '/' || zone[0] == '\0' ||
        zone[strspn(zone, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-/")] !=
            '\0')
        return false;
    if (access("/usr/share/zoneinfo", X_OK) != 0)
        return true;
    snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", zone);
    return access(path, R_OK) == 0;
}

/* "HH:MM", or empty. */
static bool hour_known(const char *text)
{
    static const char form[] = "00:00";

    if (text[0] == '\0')
        return true;
    for (size_t i = 0; i < sizeof form; i++) {
        bool digit = form[i] == '0' && text[i] >= '0' && text[i] <= '9';
        if (!digit && text[i] != form[i])
            return false;
    }
    return strtol(text, NULL, 10) < 24 && strtol(text + 3, NULL, 10) < 60;
}

static int value_check(const struct setting *s, const char *value, struct err *e)
{
    int64_t number = (int64_t)strlen(value);

    if (s->kind == SETTING_WORD || s->kind == SETTING_YES)
        return word_among(s->words, value) ? 0
                                           : err_set(e, MSG_SETTING_WORD, s->key, value, s->words);
    if (s->kind == SETTING_ZONE && !zone_known(value))
        return err_set(e, MSG_SETTING_ZONE, value);
    if (s->kind == SETTING_TEXT || s->kind == SETTING_ZONE)
        return text_is_clean(value) && number >= s->min && number <= s->max
                   ? 0
                   : err_set(e, MSG_SETTING_TEXT, s->key, s->min, s->max);
    if (s->kind == SETTING_KINDS && !alarm_kinds_known(value))
        return err_set(e, MSG_SETTING_KINDS, s->key, value);
    if (s->kind == SETTING_MAIL && (!text_is_clean(value) || !notice_addresses_known(value)))
        return err_set(e, MSG_SETTING_MAIL, value);
    if (s->kind == SETTING_KINDS || s->kind == SETTING_MAIL)
        return 0;
    if (s->kind == SETTING_HOUR)
        return hour_known(value) ? 0 : err_set(e, MSG_SETTING_HOUR, s->key, value);
    if (!whole_number(value, &number) || number < s->min || number > s->max)
        return err_set(e, MSG_SETTING_NUMBER, s->key, value, s->min, s->max);
    return 0;
}

static const char *nearest(const char *key)
{
    const struct setting *best = setting_at(0);

    for (size_t i = 1; setting_at(i) != NULL; i++) {
        if (text_distance(setting_at(i)->key, key) < text_distance(best->key, key))
            best = setting_at(i);
    }
    return best->key;
}

int setting_write(struct books *b, const char *key, const char *value, struct err *e)
{
    const struct setting *s = setting_find(key);

    if (s == NULL)
        return err_set(e, MSG_SETTING_UNKNOWN, key, nearest(key));
    int rc = value_check(s, value, e);
    return rc != 0 ? rc : db_run(books_db(b), SQL_setting_put, e, "ss", key, value);
}

static void opening_add(struct books *b, json_t *values, const char *key)
{
    json_object_set_new(values, key + strlen("open."), json_integer(setting_number(b, key)));
}

/* What a new account gets where nothing is said must be what an opening takes: it is refused there, otherwise. */
static int opening_pair_check(struct books *b, const char *key, struct err *e)
{
    json_t *values = json_object();

    if (strncmp(key, "open.alarm", strlen("open.alarm")) == 0) {
        opening_add(b, values, "open.alarm1_minor");
        opening_add(b, values, "open.alarm2_minor");
    } else if (strcmp(key, "open.overdraft_minor") == 0 ||
               strcmp(key, "meter.overdraft_max_minor") == 0) {
        opening_add(b, values, "open.overdraft_minor");
    }
    int rc = sense_amounts(b, values, SENSE_UNKNOWN, SENSE_UNKNOWN, e);
    json_decref(values);
    return rc;
}

/* The smallest sale stays below the largest. */
static int pair_check(struct books *b, const char *key, struct err *e)
{
    int64_t min = setting_number(b, "sale.min_minor"), max = setting_number(b, "sale.max_minor");

    return min <= max ? opening_pair_check(b, key, e)
                      : err_set(e, MSG_SETTING_SALE_RANGE, min, max);
}

static int setting_set(struct books *b, const struct actor *who, const json_t *args,
                       json_t **result, struct effects *fx, struct err *e)
{
    const char *key = json_string_value(json_object_get(args, "key"));
    const char *value = json_string_value(json_object_get(args, "value"));
    const struct setting *s = setting_find(key);

    (void)who;
    if (s != NULL && s->once)
        return err_set(e, MSG_SETTING_ONCE, key);
    int rc = setting_write(b, key, value, e);
    if (rc == 0)
        rc = pair_check(b, key, e);
    if (rc != 0)
        return rc;
    effects_event(fx, "books", json_pack("{s:s}", "setting", key));
    *result = json_pack("{s:s,s:s}", "key", key, "value", value);
    return 0;
}

static const struct param set_params[] = {
    {.name = "key", .kind = PARAM_TEXT, .required = true, .max = 60},
    {.name = "value", .kind = PARAM_TEXT, .required = true, .max = 200},
    {0},
};
static const struct request requests[] = {
    {.name = "setting.set",
     .title = N_("Change a setting"),
     .roles = ROLE_ADMINISTRATOR,
     .params = set_params,
     .run = setting_set},
};
const struct request_table setting_requests = {
    .requests = requests,
    .count = sizeof requests / sizeof requests[0],
};
