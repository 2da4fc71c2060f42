/*
 * A sale for the tests of papers.
 */
#ifndef SAMPLE_H
#define SAMPLE_H

#include <jansson.h>

/* Room for a whole receipt; 2026-11-02 06:03:09 UTC. The caller drops it. */
static json_t *sample_sale(void)
{
    return json_pack(
        "{s:s,s:s,s:I,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:I,s:I,s:s,s:I,s:I,s:I,s:I,s:s,s:I,s:I,s:I,s:I,s:s,"
        "s:s}",
        "site", "绿意大厦 Lvyi Tower", "number", "S-2026-004310", "at", (json_int_t)1793599389,
        "till", "1", "shift", "12", "operator", "李娜 Li Na", "account", "A-000412", "tenant",
        "张三 Zhang San", "room", "1204", "meter", "190301527", "amount", (json_int_t)140950,
        "capital", (json_int_t)140950, "pay", "cash", "tendered", (json_int_t)150000, "change",
        (json_int_t)9050, "price", (json_int_t)8216, "energy_wh", (json_int_t)1715555, "delivery",
        "on", "balance_before", (json_int_t)3720, "balance_after", (json_int_t)144670,
        "count_before", (json_int_t)41, "count_after", (json_int_t)42, "head_number",
        "J-2026-018231", "head_hash",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08");
}

#endif
