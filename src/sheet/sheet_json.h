/*
 * A sheet as an argument of a request: its rows by the names of their columns, each with its line in the file.
 */
#ifndef SHEET_JSON_H
#define SHEET_JSON_H

#include <jansson.h>

#include "csv.h"

/* {"name","line","columns":[...],"rows":[{"line","fields":{...}},...]}; the caller's. */
json_t *sheet_json(const struct sheet *sheet);

#endif
