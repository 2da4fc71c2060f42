/*
 * Notices written, taken and ended.
 */
#include "notice.h"

#include <stdlib.h>
#include <string.h>

#include "db.h"
#include "text.h"

#define RETRY_MAX_S 3600

static bool address_clean(const char *address)
{
    const char *at = strchr(address, '@');

    for (const char *c = address; *c; c++) {
        if ((unsigned char)*c <= ' ' || (unsigned char)*c >= 127 || strchr("<>\"(),;:\\", *c))
            return false;
    }
    return at && at != address && at[1] != '\0' && !strchr(at + 1, '@');
}

bool notice_address_next(const char **at, struct notice_address *out)
{
    char part[256];
    const char *s = *at + strspn(*at, "; ");
    size_t n = strcspn(s, ";");

    memset(out, 0, sizeof *out);
    *at = s + n;
    while (n > 0 && s[n - 1] == ' ')
        n--;
    if (n == 0)
        return false;
    if (n >= sizeof part)
        return true;
    memcpy(part, s, n);
    part[n] = '\0';
    char *address = strchr(part, '='), *language = strrchr(part, '/');
    if (address)
        *address++ = '\0';
    text_copy(out->kinds, sizeof out->kinds, address ? part : "all");
    address = address ? address + strspn(address, " ") : part;
    if (language && language > address) {
        *language++ = '\0';
        text_copy(out->language, sizeof out->language, language);
        if (strcmp(language, "en") != 0 && strcmp(language, "zh_CN") != 0)
            return true;
    }
    if (address_clean(address) && alarm_kinds_known(out->kinds))
        text_copy(out->address, sizeof out->address, address);
    return true;
}

bool notice_addresses_known(const char *list)
{
    struct notice_address a;

    while (notice_address_next(&list, &a)) {
        if (a.address[0] == '\0')
            return false;
    }
    return true;
}

int notice_add_all(struct books *b, int64_t alarm_id, enum alarm_kind kind, int64_t now_utc,
                   struct effects *fx, struct err *e)
{
    char list[512], site[8];
    const char *at = setting_text(b, "alarm.mail_to", list, sizeof list);
    struct notice_address a;
    const bool test = kind == ALARM_TEST; /* goes every way there is */
    int rc = 0;

    setting_text(b, "site.language", site, sizeof site);
    if (test || alarm_kind_in(b, "alarm.command", kind)) {
        rc =
            db_run(books_db(b), SQL_notice_add, e, "isssi", alarm_id, "command", "", site, now_utc);
        fx->notices = true;
    }
    while (rc == 0 && notice_address_next(&at, &a)) {
        if (!test && !alarm_kinds_have(a.kinds, kind))
            continue;
        rc = db_run(books_db(b), SQL_notice_add, e, "isssi", alarm_id, "mail", a.address,
                    a.language[0] ? a.language : site, now_utc);
        fx->notices = true;
    }
    return rc;
}

int notice_add_cleared(struct books *b, int64_t alarm_id, int64_t now_utc, struct effects *fx,
                       struct err *e)
{
    if (setting_number(b, "alarm.notify_cleared") == 0)
        return 0;
    fx->notices = true;
    return db_run(books_db(b), SQL_notice_add_cleared, e, "ii", alarm_id, now_utc);
}

static void notice_read(struct db_row *row, struct notice *n)
{
    const struct {
        char *to;
        size_t size;
        int column;
    } texts[] = {
        {n->way, sizeof n->way, 1},           {n->recipient, sizeof n->recipient, 2},
        {n->language, sizeof n->language, 3}, {n->kind, sizeof n->kind, 6},
        {n->object, sizeof n->object, 7},     {n->detail, sizeof n->detail, 9},
        {n->meter, sizeof n->meter, 11},      {n->place, sizeof n->place, 12},
        {n->tenant, sizeof n->tenant, 13},    {n->phone, sizeof n->phone, 14},
        {n->channel, sizeof n->channel, 15},  {n->site, sizeof n->site, 16},
        {n->about, sizeof n->about, 18},      {n->tells, sizeof n->tells, 19},
    };

    memset(n, 0, sizeof *n);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        text_copy(texts[i].to, texts[i].size, db_text(row, texts[i].column));
    n->id = db_int(row, 0);
    n->tries = (int)db_int(row, 4);
    n->alarm_id = db_int(row, 5);
    n->severity = (enum alarm_severity)db_int(row, 8);
    n->raised_utc = db_int(row, 10);
    n->cleared_utc = db_int(row, 17);
}

int notice_due(struct books *b, int64_t now_utc, const char *way, struct notice *out,
               int64_t *next_utc, struct err *e)
{
    struct db_row *row = NULL;
    int rc = db_find(books_db(b), SQL_notice_due, &row, e, "is", now_utc, way);
    const bool found = rc == 0 && row;

    if (found)
        notice_read(row, out);
    db_done(row);
    if (rc == 0 && !found)
        rc = db_get(books_db(b), SQL_notice_next_at, INT64_MAX, next_utc, e, "s", way);
    return rc != 0 ? rc : found;
}

/* Twice as long after each try. */
static int64_t wait_s(struct books *b, int tries)
{
    int64_t s = setting_number(b, "notice.retry_s");

    for (int i = 0; i < tries && s < RETRY_MAX_S; i++)
        s *= 2;
    return s < RETRY_MAX_S ? s : RETRY_MAX_S;
}

int notice_take(struct books *b, const struct notice *n, const char *subject, const char *body,
                int64_t now_utc, struct err *e)
{
    return db_run(books_db(b), SQL_notice_tried, e, "iiiss", n->id, now_utc + wait_s(b, n->tries),
                  now_utc, subject, body);
}

int notice_over(struct books *b, const struct notice *n, const struct err *why, bool for_good,
                int64_t now_utc, struct effects *fx, struct err *e)
{
    const bool last = for_good || n->tries + 1 >= setting_number(b, "notice.tries");
    const char *state = !why ? "sent" : last ? "failed" : "waiting";
    char *reason = err_packed(why);
    int rc = db_run(books_db(b), SQL_notice_over, e, "issi", n->id, state, reason, now_utc);

    free(reason);
    if (rc == 0)
        effects_event(fx, "alarm",
                      json_pack("{s:I,s:s,s:s,s:s}", "alarm", (json_int_t)n->alarm_id, "kind",
                                n->kind, "state", "notice", "notice", state));
    return rc;
}
