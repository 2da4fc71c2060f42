/*
 * Settings of the site: the table of keys, and reading with the built-in default. Setting one is
 * setting_change.c, the table for who looks at it setting_table.c.
 */
#include <stdlib.h>
#include <string.h>

#include "db.h"
#include "message.h"
#include "setting.h"
#include "text.h"

static const struct setting settings[] = {
    {"site.name", SETTING_TEXT, "Metertill", 1, 60, NULL, NULL,
     N_("the site's name, on screens and papers"), false},
    {"site.timezone", SETTING_ZONE, "Asia/Shanghai", 1, 60, NULL, NULL,
     N_("the time zone of days and papers"), false},
    {"site.language", SETTING_WORD, "zh_CN", 0, 0, "en|zh_CN", NULL,
     N_("the language of who has chosen none"), false},
    {"site.currency", SETTING_TEXT, "CNY", 3, 3, NULL, NULL, N_("the currency, three letters"),
     true},
    {"site.demo", SETTING_YES, "0", 0, 0, "0|1", NULL,
     N_("a demo or training database: every screen and paper says so"), true},
    {"site.structure", SETTING_YES, "0", 0, 0, "0|1", NULL,
     N_("the books of an electrician's laptop: nothing is sold with them"), true},
    {"sale.min_minor", SETTING_AMOUNT, "100", 1, 100000000, NULL, NULL, N_("the smallest sale"),
     false},
    {"sale.max_minor", SETTING_AMOUNT, "5000000", 1, 100000000, NULL, NULL, N_("the largest sale"),
     false},
    {"meter.balance_max_minor", SETTING_AMOUNT, "99999999", 10000, 2147483647, NULL, NULL,
     N_("the most a meter can hold: what its display shows"), false},
    {"meter.overdraft_max_minor", SETTING_AMOUNT, "500000", 0, 2000000000, NULL, NULL,
     N_("the largest overdraft that a meter may be given"), false},
    {"read.interval_s", SETTING_NUMBER, "1800", 60, 86400, NULL, "s",
     N_("time between two readings of every meter"), false},
    {"read.settings_s", SETTING_NUMBER, "21600", 600, 604800, NULL, "s",
     N_("time between two readings of a meter's prices, amounts and overload power"), false},
    {"read.clock_tolerance_s", SETTING_NUMBER, "60", 0, 3600, NULL, "s",
     N_("how far a meter's clock may be off before it is set; 0: it is never set"), false},
    {"read.jump_kw", SETTING_NUMBER, "200", 1, 100000, NULL, "kW",
     N_("most power a meter can measure, before its transformers; energy that rises faster is kept out of the sums"),
     false},
    {"history.keep_days", SETTING_NUMBER, "1826", 40, 36500, NULL, "days",
     N_("how long single readings and hours are kept; days and months stay for good"), false},
    {"order.look_first_s", SETTING_NUMBER, "5", 1, 3600, NULL, "s",
     N_("time until an order in doubt is looked at again"), false},
    {"order.look_max_s", SETTING_NUMBER, "300", 1, 86400, NULL, "s",
     N_("time between two such looks at most"), false},
    {"order.switch_expire_s", SETTING_NUMBER, "600", 10, 86400, NULL, "s",
     N_("time after which a switch order that was not sent lapses"), false},
    {"batch.fail_percent", SETTING_NUMBER, "20", 1, 100, NULL, "%",
     N_("a batch stops by itself when more of its meters failed than this"), false},
    {"batch.fail_after", SETTING_NUMBER, "10", 1, 20000, NULL, NULL,
     N_("meters of a batch that must be through before its failures count"), false},
    {"batch.line_wait_s", SETTING_NUMBER, "120", 0, 3600, NULL, "s",
     N_("how long a batch waits for a line that is away before its meters are tried and fail"),
     false},
    {"batch.expire_s", SETTING_NUMBER, "3600", 60, 86400, NULL, "s",
     N_("how long after its start a batch still sends"), false},
    {"open.alarm1_minor", SETTING_AMOUNT, "2000", 0, 2000000000, NULL, NULL,
     N_("first alarm amount of a new account where none is said"), false},
    {"open.alarm2_minor", SETTING_AMOUNT, "0", 0, 2000000000, NULL, NULL,
     N_("second alarm amount of a new account where none is said"), false},
    {"open.overdraft_minor", SETTING_AMOUNT, "0", 0, 2000000000, NULL, NULL,
     N_("overdraft of a new account where none is said"), false},
    {"paper.delivery_slip", SETTING_WORD, "ask", 0, 0, "ask|auto|never", NULL,
     N_("delivery slip for a receipt that said \"not yet on the meter\""), false},
    {"session.idle_lock_s", SETTING_NUMBER, "600", 0, 86400, NULL, "s",
     N_("time without a key after which a console locks itself; 0: never"), false},
    {"backup.at", SETTING_HOUR, "03:10", 0, 5, NULL, NULL,
     N_("time of the nightly backup; empty: none is made"), false},
    {"backup.keep", SETTING_NUMBER, "14", 1, 1000, NULL, NULL,
     N_("good backups that are kept; older ones are removed after a new good one"), false},
    {"alarm.off", SETTING_KINDS, "", 0, 200, NULL, NULL, N_("kinds of alarm that are not watched"),
     false},
    {"alarm.bell", SETTING_KINDS, "default", 0, 200, NULL, NULL,
     N_("kinds of alarm that ring the consoles' bell; default: the urgent ones"), false},
    {"alarm.command", SETTING_KINDS, "", 0, 200, NULL, NULL,
     N_("kinds of alarm that the site's own command is told (notify-command)"), false},
    {"alarm.mail_to", SETTING_MAIL, "", 0, 200, NULL, NULL,
     N_("who gets mail; kinds and language may be left out"), false},
    {"alarm.notify_cleared", SETTING_YES, "0", 0, 0, "0|1", NULL,
     N_("who was told of an alarm is also told when it is over"), false},
    {"alarm.day_kwh", SETTING_NUMBER, "0", 0, 1000000, NULL, "kWh",
     N_("most energy of a day before an alarm; 0: no limit"), false},
    {"alarm.month_kwh", SETTING_NUMBER, "0", 0, 10000000, NULL, "kWh",
     N_("most energy of a month before an alarm; 0: no limit"), false},
    {"alarm.band_minor", SETTING_AMOUNT, "200", 0, 100000000, NULL, NULL,
     N_("how far above its amount a balance must rise to end an alarm"), false},
    {"alarm.clock_s", SETTING_NUMBER, "600", 10, 86400, NULL, "s",
     N_("how far a meter's clock may be off before an alarm"), false},
    {"alarm.clear_s", SETTING_NUMBER, "300", 0, 86400, NULL, "s",
     N_("how long the cause of an alarm must be gone before it is cleared"), false},
    {"alarm.line_s", SETTING_NUMBER, "30", 0, 86400, NULL, "s",
     N_("how long a line must be silent before an alarm"), false},
    {"alarm.printer_s", SETTING_NUMBER, "300", 0, 86400, NULL, "s",
     N_("how long a printer may need somebody before an alarm"), false},
    {"alarm.in_doubt_s", SETTING_NUMBER, "900", 0, 86400, NULL, "s",
     N_("how long an order may be in doubt before an alarm"), false},
    {"alarm.protection_s", SETTING_NUMBER, "300", 0, 86400, NULL, "s",
     N_("how long a power protection that is over may take to end before an alarm"), false},
    {"alarm.disk_mib", SETTING_NUMBER, "1024", 64, 1000000, NULL, "MiB",
     N_("least room on the disks of books and backups before an alarm"), false},
    {"alarm.backup_s", SETTING_NUMBER, "129600", 600, 31536000, NULL, "s",
     N_("age of the last good backup before an alarm"), false},
    {"handover.listen_s", SETTING_NUMBER, "3", 0, 60, NULL, "s",
     N_("how long a line is listened to before it is taken back without the laptop's file; 0: not at all"),
     false},
    {"notice.retry_s", SETTING_NUMBER, "30", 1, 3600, NULL, "s",
     N_("time until a notice that failed is tried again; twice as long after each try"), false},
    {"notice.tries", SETTING_NUMBER, "10", 1, 100, NULL, NULL,
     N_("tries until a notice has failed"), false},
};

const struct setting *setting_find(const char *key)
{
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        if (strcmp(settings[i].key, key) == 0)
            return &settings[i];
    }
    return NULL;
}

const struct setting *setting_at(size_t i)
{
    return i < sizeof settings / sizeof settings[0] ? &settings[i] : NULL;
}

const char *setting_text(struct books *b, const char *key, char *buf, size_t size)
{
    const struct setting *setting = setting_find(key);
    struct db_row *row = NULL;
    struct err e = {0};

    if (setting == NULL)
        die("there is no setting %s", key);
    text_copy(buf, size, setting->value);
    if (db_find(books_db(b), SQL_setting_get, &row, &e, "s", key) == 0 && row != NULL)
        text_copy(buf, size, db_text(row, 0));
    db_done(row);
    return buf;
}

int64_t setting_number(struct books *b, const char *key)
{
    char text[32];

    return strtoll(setting_text(b, key, text, sizeof text), NULL, 10);
}
