/*
 * The line behind alarm_words.h.
 */
#include "alarm_words.h"

#include "text.h"

#define NAME_CELLS_MIN 8
#define GAPS           4 /* cells between the three */

const char *alarm_who(const struct rows *r, int row, int cells, char *buf)
{
    char name[SHOW_TEXT_MAX];
    const char *room = rows_text(r, row, "room"), *phone = rows_text(r, row, "phone");
    const int left = cells - text_width(room) - text_width(phone) - GAPS;

    buf[0] = '\0';
    if (!rows_text(r, row, "tenant")[0])
        return buf;
    text_fit_middle(name, sizeof name, rows_text(r, row, "tenant"),
                    left > NAME_CELLS_MIN ? left : NAME_CELLS_MIN);
    return show_format(buf, ALARM_WHO_MAX, "%1  %2  %3", SHOW_ARGS(room, name, phone));
}
