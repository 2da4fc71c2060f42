/*
 * What the screens of alarms say alike: whose meter it is. Tables and keys are the screens' own.
 */
#ifndef ALARM_WORDS_H
#define ALARM_WORDS_H

#include "rows.h"
#include "show.h"

#define ALARM_WHO_MAX (SHOW_TEXT_MAX * 3)

/* Room, tenant and phone in one line of `cells` cells: the tenant's name loses its middle, since the phone is there to be
 * called. "" where there is no tenant; buf has ALARM_WHO_MAX. Returns buf. */
const char *alarm_who(const struct rows *r, int row, int cells, char *buf);

#endif
