/*
 * The columns of a list of sales, as the page of an account and that of a meter show it.
 */
#ifndef SALE_LIST_H
#define SALE_LIST_H

#include "table.h"

extern const struct table_column sale_list_columns[]; /* of account_sales and meter_sales */

#endif
