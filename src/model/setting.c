/*
 * Settings of the site: the table of keys, and reading with the built-in default. Setting one is setting_change.c.
 */
#include <stdlib.h>
#include <string.h>

#include "db.h"
#include "message.h"
#include "setting.h"
#include "text.h"

static const struct setting settings[] = {
    {"site.name", SETTING_TEXT, "Metertill", 1, 60, NULL,
     N_("name of the site, on screens and papers"), false},
    {"site.timezone", SETTING_ZONE, "Asia/Shanghai", 1, 60, NULL,
     N_("time zone of days and papers"), false},
    {"site.language", SETTING_WORD, "zh_CN", 0, 0, "en|zh_CN",
     N_("language where an operator has chosen none"), false},
    {"site.currency", SETTING_TEXT, "CNY", 3, 3, NULL, N_("currency, three letters"), true},
    {"site.demo", SETTING_WORD, "0", 0, 0, "0|1",
     N_("1: a demo or training database; every screen and paper says so"), true},
    {"site.structure", SETTING_WORD, "0", 0, 0, "0|1",
     N_("1: the books of an electrician's laptop, made from the site's; nothing is sold with them"),
     true},
    {"sale.min_minor", SETTING_AMOUNT, "100", 1, 100000000, NULL,
     N_("smallest sale, in minor units"), false},
    {"sale.max_minor", SETTING_AMOUNT, "5000000", 1, 100000000, NULL,
     N_("largest sale, in minor units"), false},
    {"meter.balance_max_minor", SETTING_AMOUNT, "99999999", 10000, 2147483647, NULL,
     N_("most a meter can hold, in minor units: what its display shows"), false},
    {"meter.overdraft_max_minor", SETTING_AMOUNT, "500000", 0, 2000000000, NULL,
     N_("largest overdraft that a meter may be given, in minor units"), false},
    {"read.interval_s", SETTING_NUMBER, "1800", 60, 86400, NULL,
     N_("seconds between two readings of every meter"), false},
    {"read.settings_s", SETTING_NUMBER, "21600", 600, 604800, NULL,
     N_("seconds after which a round reads a meter's prices, amounts and overload power again"),
     false},
    {"read.clock_tolerance_s", SETTING_NUMBER, "60", 0, 3600, NULL,
     N_("seconds a meter's clock may be off before it is set; 0: it is never set"), false},
    {"read.jump_kw", SETTING_NUMBER, "200", 1, 100000, NULL,
     N_("most a meter can measure in kW, before its transformers; energy that rises faster is kept out of the sums"),
     false},
    {"history.keep_days", SETTING_NUMBER, "1826", 40, 36500, NULL,
     N_("days for which single readings and hours are kept; days and months stay for good"), false},
    {"order.look_first_s", SETTING_NUMBER, "5", 1, 3600, NULL,
     N_("seconds until an order in doubt is looked at again"), false},
    {"order.look_max_s", SETTING_NUMBER, "300", 1, 86400, NULL,
     N_("seconds between two such looks at most"), false},
    {"order.switch_expire_s", SETTING_NUMBER, "600", 10, 86400, NULL,
     N_("seconds after which a switch order that was not sent lapses"), false},
    {"batch.fail_percent", SETTING_NUMBER, "20", 1, 100, NULL,
     N_("a batch stops by itself when more of its meters failed, in per cent"), false},
    {"batch.fail_after", SETTING_NUMBER, "10", 1, 20000, NULL,
     N_("meters of a batch that must be through before its failures count"), false},
    {"batch.line_wait_s", SETTING_NUMBER, "120", 0, 3600, NULL,
     N_("seconds that a batch waits for a line that is away before its meters are tried and fail"),
     false},
    {"batch.expire_s", SETTING_NUMBER, "3600", 60, 86400, NULL,
     N_("seconds after its start in which a batch is through: nothing of it is sent later"), false},
    {"open.alarm1_minor", SETTING_AMOUNT, "2000", 0, 2000000000, NULL,
     N_("first alarm of a new account where none is said, in minor units"), false},
    {"open.alarm2_minor", SETTING_AMOUNT, "0", 0, 2000000000, NULL,
     N_("second alarm of a new account where none is said, in minor units"), false},
    {"open.overdraft_minor", SETTING_AMOUNT, "0", 0, 2000000000, NULL,
     N_("overdraft of a new account where none is said, in minor units"), false},
    {"paper.delivery_slip", SETTING_WORD, "ask", 0, 0, "ask|auto|never",
     N_("delivery slip for a receipt that said \"not yet on the meter\": offered, made by itself, never"),
     false},
    {"session.idle_lock_s", SETTING_NUMBER, "600", 0, 86400, NULL,
     N_("seconds without a key after which a console locks itself; 0: never"), false},
    {"backup.at", SETTING_HOUR, "03:10", 0, 5, NULL,
     N_("time of the nightly backup, like 03:10; empty: none is made"), false},
    {"backup.keep", SETTING_NUMBER, "14", 1, 1000, NULL,
     N_("good backups that are kept; older ones are removed after a new good one"), false},
    {"alarm.off", SETTING_KINDS, "", 0, 200, NULL,
     N_("kinds of alarm that are not watched, between commas"), false},
    {"alarm.bell", SETTING_KINDS, "default", 0, 200, NULL,
     N_("kinds that ring the consoles' bell; default: the urgent ones, all, or none"), false},
    {"alarm.command", SETTING_KINDS, "", 0, 200, NULL,
     N_("kinds that are told by the site's own command (notify-command); all, or none"), false},
    {"alarm.mail_to", SETTING_MAIL, "", 0, 200, NULL,
     N_("who gets mail: KIND,KIND=ADDRESS/LANGUAGE; kinds and language may be left out"), false},
    {"alarm.notify_cleared", SETTING_WORD, "0", 0, 0, "0|1",
     N_("1: those who were told of an alarm are also told when it is over"), false},
    {"alarm.day_kwh", SETTING_NUMBER, "0", 0, 1000000, NULL,
     N_("most energy of a day before an alarm, in kWh; 0: none"), false},
    {"alarm.month_kwh", SETTING_NUMBER, "0", 0, 10000000, NULL,
     N_("most energy of a month before an alarm, in kWh; 0: none"), false},
    {"alarm.band_minor", SETTING_AMOUNT, "200", 0, 100000000, NULL,
     N_("how far above its amount a balance must rise to end an alarm, in minor units"), false},
    {"alarm.clock_s", SETTING_NUMBER, "600", 10, 86400, NULL,
     N_("seconds a meter's clock may be off before an alarm"), false},
    {"alarm.clear_s", SETTING_NUMBER, "300", 0, 86400, NULL,
     N_("seconds the cause of an alarm must be gone before it is cleared"), false},
    {"alarm.line_s", SETTING_NUMBER, "30", 0, 86400, NULL,
     N_("seconds a channel must be silent before an alarm"), false},
    {"alarm.printer_s", SETTING_NUMBER, "300", 0, 86400, NULL,
     N_("seconds a printer may need somebody before an alarm"), false},
    {"alarm.in_doubt_s", SETTING_NUMBER, "900", 0, 86400, NULL,
     N_("seconds an order may be in doubt before an alarm"), false},
    {"alarm.protection_s", SETTING_NUMBER, "300", 0, 86400, NULL,
     N_("seconds a power protection that is over may take to end before an alarm"), false},
    {"alarm.disk_mib", SETTING_NUMBER, "1024", 64, 1000000, NULL,
     N_("least room on the disks of books and backups before an alarm, in MiB"), false},
    {"alarm.backup_s", SETTING_NUMBER, "129600", 600, 31536000, NULL,
     N_("age of the last good backup before an alarm, in seconds"), false},
    {"handover.listen_s", SETTING_NUMBER, "3", 0, 60, NULL,
     N_("seconds a line is listened to before it is taken back without the laptop's file; 0: not at all"),
     false},
    {"notice.retry_s", SETTING_NUMBER, "30", 1, 3600, NULL,
     N_("seconds until a notice that failed is tried again; twice as long after each try"), false},
    {"notice.tries", SETTING_NUMBER, "10", 1, 100, NULL, N_("tries until a notice has failed"),
     false},
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
