/* fault.c - faults on demand.
 *
 * Belongs here: rules and dice. Not here: what a fault does to a frame (channel.c).
 */
#define _GNU_SOURCE 1
#include "fault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "meter.h"

struct kind_fact {
    const char *name;
    int64_t default_amount;
};

static const struct kind_fact facts[FAULT_KINDS] = {
    [FAULT_REQUEST_LOST] = {"request-lost", 0},
    [FAULT_REQUEST_LATE] = {"request-late", 800},
    [FAULT_REQUEST_DOUBLED] = {"request-doubled", 100},
    [FAULT_REPLY_LOST] = {"reply-lost", 0},
    [FAULT_REPLY_LATE] = {"reply-late", 800},
    [FAULT_REPLY_DOUBLED] = {"reply-doubled", 0},
    [FAULT_BIT_FLIP] = {"bit-flip", 0},
    [FAULT_CUT] = {"cut", 0},
    [FAULT_NOISE] = {"noise", 0},
    [FAULT_WRONG_ADDRESS] = {"wrong-address", 0},
    [FAULT_EXCEPTION] = {"exception", 4},
    [FAULT_RESET] = {"reset", 0},
    [FAULT_HALF_OPEN] = {"half-open", 0},
    [FAULT_FOREIGN_MASTER] = {"foreign-master", 0},
    [FAULT_REFUSE_20] = {"refuse-20", 0},
    [FAULT_DEAD] = {"dead", 0},
};

const char *fault_name(enum fault_kind kind)
{
    return facts[kind].name;
}

enum fault_kind fault_find(const char *name)
{
    for (int k = 0; k < FAULT_KINDS; k++) {
        if (strcmp(facts[k].name, name) == 0) {
            return (enum fault_kind)k;
        }
    }
    return FAULT_KINDS;
}

static void remove_at(struct fault_list *list, size_t i)
{
    memmove(list->rules + i, list->rules + i + 1, (list->count - i - 1) * sizeof *list->rules);
    list->count--;
}

void fault_set(struct fault_list *list, const char *target, enum fault_kind kind, double rate,
               int64_t amount, int only)
{
    for (size_t i = 0; i < list->count; i++) {
        struct fault_rule *r = &list->rules[i];
        if (r->kind == kind && r->only == only && strcmp(r->target, target) == 0) {
            remove_at(list, i);
            break;
        }
    }
    if (rate <= 0) {
        return;
    }
    struct fault_rule *rules = realloc(list->rules, (list->count + 1) * sizeof *rules);
    if (!rules) {
        fputs("metersim: out of memory\n", stderr);
        exit(70);
    }
    list->rules = rules;
    struct fault_rule *r = &rules[list->count++];
    *r = (struct fault_rule){.kind = kind, .rate = rate, .amount = amount, .only = only};
    snprintf(r->target, sizeof r->target, "%s", target);
    if (amount < 0) {
        r->amount = facts[kind].default_amount;
    }
}

void fault_clear(struct fault_list *list, const char *target)
{
    for (size_t i = list->count; i-- > 0;) {
        if (!target || strcmp(list->rules[i].target, target) == 0) {
            remove_at(list, i);
        }
    }
    if (list->count == 0) {
        free(list->rules);
        list->rules = NULL;
    }
}

bool fault_names_meter(const char *target, const struct meter *meter)
{
    const char *colon = strrchr(target, ':');
    if (colon) {
        size_t length = (size_t)(colon - target);
        return strlen(meter->channel) == length && strncmp(meter->channel, target, length) == 0 &&
               strtoll(colon + 1, NULL, 10) == meter->plate_address;
    }
    char number[13];
    meter_print_number(meter, number);
    const char *digits = number;
    while (*digits == '0' && digits[1]) {
        digits++;
    }
    while (*target == '0' && target[1]) {
        target++;
    }
    return strcmp(target, digits) == 0;
}

struct fault_hits fault_draw(const struct fault_list *list, uint64_t *dice, const char *channel,
                             const struct meter *meter, int function)
{
    struct fault_hits hits = {0};
    for (size_t i = 0; i < list->count; i++) {
        const struct fault_rule *r = &list->rules[i];
        bool aimed = strcmp(r->target, "*") == 0 || strcmp(r->target, channel) == 0 ||
                     (meter && fault_names_meter(r->target, meter));
        if (!aimed || (r->only >= 0 && r->only != function)) {
            continue;
        }
        if ((double)dice_throw(dice, 1000000) < r->rate * 1e6) {
            hits.hit[r->kind] = true;
            hits.amount[r->kind] = r->amount;
        }
    }
    return hits;
}

/* splitmix64 */
uint64_t dice_throw(uint64_t *dice, uint64_t sides)
{
    uint64_t x = *dice += UINT64_C(0x9E3779B97F4A7C15);
    x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
    return (x ^ x >> 31) % sides;
}

uint64_t dice_new(uint64_t seed, const char *name)
{
    uint64_t dice = seed ^ UINT64_C(0xCBF29CE484222325);
    for (const char *c = name; *c; c++) {
        dice = (dice ^ (uint8_t)*c) * UINT64_C(0x100000001B3);
    }
    return dice;
}
