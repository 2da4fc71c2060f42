/*
 * Notices of alarms: who is told is written down in the alarm's own transaction; what became of each is noted here.
 * The sending itself is the engine's (notices.c) and src/notify's. Runs inside books_within() or a request.
 */
#ifndef NOTICE_H
#define NOTICE_H

#include "alarm.h"

/* One address of setting alarm.mail_to: "[KIND,KIND=]ADDRESS[/LANGUAGE]", several between semicolons. */
struct notice_address {
    char kinds[200], address[128], language[8]; /* language "": the site's */
};
/* The next one; false at the end. Moves *at. A wrong one has an empty address. */
bool notice_address_next(const char **at, struct notice_address *out);
/* Is every part of it right? */
bool notice_addresses_known(const char *list);

/* Writes who is to be told of an alarm that was raised just now. */
int notice_add_all(struct books *b, int64_t alarm_id, enum alarm_kind kind, int64_t now_utc,
                   struct effects *fx, struct err *e);

/* It is over: those who were told of it are told of that, where setting alarm.notify_cleared says so. */
int notice_add_cleared(struct books *b, int64_t alarm_id, int64_t now_utc, struct effects *fx,
                       struct err *e);

/* What a sender needs to know of one. */
struct notice {
    int64_t id, alarm_id, raised_utc;
    char way[8], recipient[128], language[8];
    int tries;
    char kind[24], about[16], object[128];
    char tells[8]; /* "raised", "cleared" */
    enum alarm_severity severity;
    char detail[1024]; /* JSON of the sentence */
    char meter[32], place[128], tenant[128], phone[64], channel[64], site[128];
    int64_t cleared_utc; /* 0: it is open */
};
/* The first that is due on this way ("command", "mail"): 1, or 0 and when the next will be (INT64_MAX: none waits). */
int notice_due(struct books *b, int64_t now_utc, const char *way, struct notice *out,
               int64_t *next_utc, struct err *e);

/* It is about to be sent: the try is counted and the time of the next one set before a byte leaves. */
int notice_take(struct books *b, const struct notice *n, const char *subject, const char *body,
                int64_t now_utc, struct err *e);
/* What became of it: why NULL: sent; else it is tried again, or has failed: for good, or when it was tried often enough. */
int notice_over(struct books *b, const struct notice *n, const struct err *why, bool for_good,
                int64_t now_utc, struct effects *fx, struct err *e);

#endif
