/*
 * What the query calls how; no words are made here.
 */
#include "phone_row.h"

#include <string.h>

bool phone_row(const struct rows *r, struct phone *p)
{
    if (rows_count(r) == 0)
        return false;
    *p = (struct phone){
        .room = rows_text(r, 0, "room"),
        .tenant = rows_text(r, 0, "tenant"),
        .meter = rows_text(r, 0, "meter"),
        .state = rows_text(r, 0, "state"),
        .why = rows_text(r, 0, "why"),
        .locked_by = rows_text(r, 0, "locked_by"),
        .locked_at_utc = rows_number(r, 0, "locked_at", 0),
        .unverified = rows_number(r, 0, "unverified", 0) != 0,
        .unordered = rows_number(r, 0, "unordered", 0) != 0,
        .stranger = rows_number(r, 0, "stranger", 0) != 0,
        .handed_to = rows_text(r, 0, "handed_to"),
        .alarm2_minor = rows_number(r, 0, "alarm2_minor", 0),
        .recovery_s = rows_number(r, 0, "recovery_s", -1),
        .never_cuts = rows_number(r, 0, "never_cuts", 0) != 0,
        .vacant = rows_number(r, 0, "vacant", 0) != 0,
        .main = strcmp(rows_text(r, 0, "role"), "main") == 0,
        .has_power = rows_value(r, 0, "power_w") != NULL,
        .power_w = rows_number(r, 0, "power_w", 0),
        .energy_wh = rows_number(r, 0, "energy_wh", 0),
        .waiting_minor = rows_number(r, 0, "waiting_minor", 0),
        .has_balance = rows_value(r, 0, "balance_minor") != NULL,
        .balance_minor = rows_number(r, 0, "balance_minor", 0),
        .days = rows_number(r, 0, "days", -1),
        .read_at_utc = rows_number(r, 0, "balance_at", 0),
    };
    return true;
}
