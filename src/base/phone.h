/*
 * The phone line: a meter in one sentence, as a cashier reads it out. The same words on the wall, on the pages of tenant
 * and meter and on the command line; where the facts come from (query phone_line) is the caller's business.
 */
#ifndef PHONE_H
#define PHONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PHONE_TEXT_MAX 1024

/* What is known of a meter; texts are never NULL but why. */
struct phone {
    const char *room, *tenant, *meter;
    const char *state; /* the engine's word: "cut" */
    bool vacant;       /* no account is open on it */
    bool main;         /* it measures a room and sells nothing: power and energy instead of money */
    bool has_power;    /* both are known */
    int64_t power_w, energy_wh;
    const char
        *why; /* of an open relay: "credit", "overload", ...; "" not known, NULL not asked yet */
    const char *locked_by; /* of a lock-out */
    int64_t locked_at_utc;
    bool unverified;                  /* forced off was not read back */
    bool unordered;                   /* forced, and nobody here ordered it */
    bool stranger;                    /* another meter answers in its place */
    const char *handed_to;            /* its line; NULL or "": it is here */
    int64_t alarm2_minor, recovery_s; /* of a relay open for alarm 2; recovery_s -1: not known */
    bool never_cuts;                  /* its prepaid function is switched off */
    int64_t waiting_minor;            /* paid, not yet sent to the meter */
    bool has_balance;
    int64_t balance_minor;
    int64_t days;        /* that the credit lasts; -1: not known */
    int64_t read_at_utc; /* 0: never */
};

/* "1204 Zhang San: 37.20 left, about 3 days; on; last read 4 minutes ago" in the language set now. cells > 0: where it is
 * longer the tenant's name loses its middle, then the state: the age is always seen. Returns buf. */
const char *phone_text(const struct phone *p, int64_t now_utc, int cells, char *buf, size_t size);

/* Only the state of it: "locked out by Sun since 10:12". Returns buf. */
const char *phone_state(const struct phone *p, int64_t now_utc, char *buf, size_t size);

#endif
