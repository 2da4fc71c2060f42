/*
 * What values make sense, behind sense.h. What a field is by itself (digits, a range of its register) is the table of the
 * request's or the import's; who may set it is the request's too.
 */
#include "sense.h"

#include "db.h"
#include "money.h"
#include "text.h"

#define PRICE_STEP 10 /* so many times the price before, or so many times less, is odd */

static int64_t value_or(const json_t *values, const char *key, int64_t otherwise)
{
    const json_t *value = json_object_get(values, key);
    return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

int sense_amounts(struct books *b, const json_t *values, int64_t alarm1_minor, int64_t alarm2_minor,
                  struct err *e)
{
    const int64_t alarm1 = value_or(values, "alarm1_minor", alarm1_minor);
    const int64_t alarm2 = value_or(values, "alarm2_minor", alarm2_minor);
    const int64_t overdraft = value_or(values, "overdraft_minor", 0);
    const bool alarms =
        json_object_get(values, "alarm1_minor") || json_object_get(values, "alarm2_minor");

    /* An amount of 0 switches its warning off. */
    if (alarms && alarm1 > 0 && alarm2 > alarm1)
        return err_set(e, MSG_SENSE_ALARMS, alarm2, alarm1);
    const int64_t most = overdraft > 0 ? setting_number(b, "meter.overdraft_max_minor") : 0;
    return overdraft > most ? err_set(e, MSG_SENSE_OVERDRAFT, overdraft, most) : 0;
}

struct meter_now {
    int64_t alarm1_minor, alarm2_minor, ratio;
    char model[32];
};

static int now_get(struct books *b, int64_t meter_id, struct meter_now *now, struct err *e)
{
    struct db_row *row;
    int rc = db_find(books_db(b), SQL_sense_meter, &row, e, "i", meter_id);

    *now = (struct meter_now){.alarm1_minor = SENSE_UNKNOWN, .alarm2_minor = SENSE_UNKNOWN};
    if (rc == 0 && row) {
        now->alarm1_minor = db_null(row, 0) ? SENSE_UNKNOWN : db_int(row, 0);
        now->alarm2_minor = db_null(row, 1) ? SENSE_UNKNOWN : db_int(row, 1);
        text_copy(now->model, sizeof now->model, db_text(row, 2));
        now->ratio = db_int(row, 3);
    }
    db_done(row);
    return rc;
}

int sense_settings(struct books *b, int64_t meter_id, const json_t *values, struct err *e)
{
    struct meter_now now;
    int rc = now_get(b, meter_id, &now, e);

    return rc != 0 ? rc : sense_amounts(b, values, now.alarm1_minor, now.alarm2_minor, e);
}

int sense_load(const struct books *b, const char *model, int64_t ratio, int64_t watts,
               struct err *e)
{
    const int64_t most = books_model_load_w(b, model) * ratio;

    if (most == 0 || watts == 0 || (watts >= ratio && watts <= most))
        return 0;
    return err_set(e, MSG_SENSE_LOAD, ratio, most);
}

int sense_meter_load(struct books *b, int64_t meter_id, int64_t watts, struct err *e)
{
    struct meter_now now;
    int rc = now_get(b, meter_id, &now, e);

    return rc != 0 ? rc : sense_load(b, now.model, now.ratio, watts, e);
}

bool sense_price_odd(int64_t price_e4, int64_t before_e4, struct err *why)
{
    const bool much = price_e4 / PRICE_STEP >= before_e4 || before_e4 / PRICE_STEP >= price_e4;
    char price[MONEY_TEXT_MAX], before[MONEY_TEXT_MAX];

    price_text(price_e4, price);
    price_text(before_e4, before);
    if (price_e4 == 0)
        err_set(why, MSG_SENSE_PRICE_NONE, price);
    else if (before_e4 > 0 && much)
        err_set(why, MSG_SENSE_PRICE_STEP, price, before);
    return price_e4 == 0 || (before_e4 > 0 && much);
}
