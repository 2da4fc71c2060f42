/*
 * The list of sales that pages share: one table of columns.
 */
#include "sale_list.h"

#include "message.h"

const struct table_column sale_list_columns[] = {
    {.name = "at", .title = N_("Last sales"), .kind = SHOW_TIME, .width = 11, .rank = 1},
    {.name = "amount_minor", .title = N_("Amount"), .kind = SHOW_MONEY, .width = 9, .rank = 1},
    {.name = "pay", .title = N_("Paid by"), .kind = SHOW_WORD, .width = 8, .rank = 2},
    {.name = "operator", .title = N_("Cashier"), .width = 10, .most = 20, .rank = 2},
    {.name = "number", .title = N_("Number"), .width = 13, .rank = 1},
    {.name = "state", .title = N_("State"), .kind = SHOW_STATE, .width = 10, .most = 14, .rank = 1},
    {.name = NULL},
};
