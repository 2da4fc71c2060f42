/*
 * The two requests behind sale_paper.h, and what is said when they are answered.
 */
#include "sale_paper.h"

#include <stdio.h>

#include "message.h"
#include "show.h"

static void printed(struct view *v, const json_t *result, const struct err *e)
{
    char copy[24], text[SHOW_TEXT_MAX];
    if (e) {
        view_error(v, e);
        return;
    }
    snprintf(copy, sizeof copy, "%lld", (long long)rows_member(result, "copy", 0));
    view_say(v, show_format(text, sizeof text, _("%1 is printed again, marked as copy %2."),
                            SHOW_ARGS(rows_member_text(result, "number"), copy)));
}

static void slip_made(struct view *v, const json_t *result, const struct err *e)
{
    char text[SHOW_TEXT_MAX];
    if (e)
        view_error(v, e);
    else
        view_say(v,
                 show_format(text, sizeof text, _("Delivery slip %1 is on its way to the printer."),
                             SHOW_ARGS(rows_member_text(result, "number"))));
}

void sale_paper_again(struct view *v, const struct rows *r)
{
    view_ask(v, "paper.reprint",
             json_pack("{s:I}", "document", (json_int_t)rows_number(r, 0, "document", 0)), NULL,
             N_("telling the engine"), printed);
}

void sale_paper_slip(struct view *v, const struct rows *r)
{
    view_ask(v, "paper.delivery",
             json_pack("{s:I}", "sale", (json_int_t)rows_number(r, 0, "sale_id", 0)), NULL,
             N_("telling the engine"), slip_made);
}

const char *sale_paper_again_why_not(const struct rows *r)
{
    return rows_number(r, 0, "document", 0) ? NULL : N_("This order is no sale.");
}

const char *sale_paper_slip_why_not(const struct rows *r)
{
    if (rows_number(r, 0, "slip", 0) == 1)
        return NULL;
    return N_("A delivery slip is for a receipt that said \"not yet on the meter\" of a sale that "
              "is on it by now.");
}
