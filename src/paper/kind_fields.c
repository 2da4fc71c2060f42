/*
 * The kinds of papers and their fields: const tables. A new paper is a table here and its layouts in
 * share/templates.
 */
#include "kind.h"

/* What every paper may say. head_* and reprint* are added when it is printed. */
/* clang-format off */
#define FIELDS_EVERY \
    {.name = "site"}, \
    {.name = "demo"}, /* present where the books are a demo or training database */ \
    {.name = "number", .required = true}, \
    {.name = "at", .kind = FIELD_TIME, .required = true}, \
    {.name = "till"}, {.name = "operator"}, \
    {.name = "account"}, {.name = "tenant"}, {.name = "room"}, {.name = "meter"}, \
    {.name = "head_number"}, {.name = "head_hash"}, \
    {.name = "copy", .words = "customer|accounts|stub"}, /* in data: this copy alone */ \
    {.name = "reprint", .kind = FIELD_INTEGER}, /* 2 and up */ \
    {.name = "reprint_at", .kind = FIELD_TIME}, \
    {.name = "reprint_by"}
/* clang-format on */

static const struct paper_field sale_fields[] = {
    FIELDS_EVERY,
    {.name = "shift"},
    {.name = "amount", .kind = FIELD_MONEY, .required = true},
    {.name = "capital", .kind = FIELD_MONEY}, /* the amount that capital numerals say */
    {.name = "pay"},
    {.name = "pay_reference"},
    {.name = "tendered", .kind = FIELD_MONEY},
    {.name = "change", .kind = FIELD_MONEY},
    {.name = "price", .kind = FIELD_PRICE},
    {.name = "energy_wh", .kind = FIELD_ENERGY},
    /* held: a lock-out; cancelled: the sale was cancelled and its money paid out */
    {.name = "delivery", .words = "on|pending|held|cancelled", .required = true},
    {.name = "locked_by"}, /* held: whose tag is on the meter */
    {.name = "handed_to"}, /* held: who has the line */
    {.name = "balance_before", .kind = FIELD_MONEY},
    {.name = "balance_after", .kind = FIELD_MONEY},
    {.name = "count_before", .kind = FIELD_COUNT},
    {.name = "count_after", .kind = FIELD_COUNT},
    {.name = NULL},
};

static const struct paper_field cancel_fields[] = {
    FIELDS_EVERY,
    {.name = "shift"},
    {.name = "sale", .required = true}, /* the receipt that is cancelled */
    {.name = "sale_at", .kind = FIELD_TIME},
    {.name = "sold_by"},
    {.name = "amount", .kind = FIELD_MONEY, .required = true},
    {.name = "capital", .kind = FIELD_MONEY},
    {.name = "paid_out", .kind = FIELD_MONEY},
    {.name = "pay"},
    {.name = "pay_reference"},
    {.name = "reason"},
    {.name = NULL},
};

static const struct paper_field opening_fields[] = {
    FIELDS_EVERY,
    {.name = "shift"},
    {.name = "tenant_code"},
    {.name = "alias"},
    {.name = "phone"},
    {.name = "model"},
    {.name = "how", .words = "new|adopt", .required = true},
    {.name = "tariff"},
    {.name = "price", .kind = FIELD_PRICE}, /* where the four are the same */
    {.name = "price_sharp", .kind = FIELD_PRICE},
    {.name = "price_peak", .kind = FIELD_PRICE},
    {.name = "price_flat", .kind = FIELD_PRICE},
    {.name = "price_valley", .kind = FIELD_PRICE},
    {.name = "alarm1", .kind = FIELD_MONEY},
    {.name = "alarm2", .kind = FIELD_MONEY},
    {.name = "overdraft", .kind = FIELD_MONEY},
    {.name = "overload_w", .kind = FIELD_INTEGER},
    {.name = "clock"},
    {.name = "balance", .kind = FIELD_MONEY},
    {.name = "count", .kind = FIELD_COUNT},
    {.name = "total", .kind = FIELD_MONEY},
    {.name = "energy_wh", .kind = FIELD_ENERGY},
    {.name = "before_balance", .kind = FIELD_MONEY}, /* after a reset: what the meter held */
    {.name = "before_count", .kind = FIELD_COUNT},
    {.name = "written_off", .kind = FIELD_MONEY},
    {.name = NULL},
};

static const struct paper_field delivery_fields[] = {
    FIELDS_EVERY,
    {.name = "sale", .required = true}, /* the receipt that said "not yet on the meter" */
    {.name = "sale_at", .kind = FIELD_TIME},
    {.name = "amount", .kind = FIELD_MONEY, .required = true},
    {.name = "capital", .kind = FIELD_MONEY},
    {.name = "delivered_at", .kind = FIELD_TIME},
    {.name = "balance_before", .kind = FIELD_MONEY},
    {.name = "balance_after", .kind = FIELD_MONEY},
    {.name = "count_before", .kind = FIELD_COUNT},
    {.name = "count_after", .kind = FIELD_COUNT},
    {.name = NULL},
};

const struct paper_kind paper_kinds[] = {
    {.name = "sale", .fields = sale_fields},
    {.name = "cancel", .fields = cancel_fields},
    {.name = "opening", .fields = opening_fields},
    {.name = "delivery", .fields = delivery_fields},
    {.name = NULL},
};
