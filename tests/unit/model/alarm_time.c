/*
 * What time and the engine's own facts decide of alarms: lines, orders in doubt, protections, batches, printers, disks, the
 * backup, with a clock that is set; over restarts as well. What a meter's reading says is alarm_kinds.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alarm_rig.h"

/* The line itself is broken. */
static void test_line(void **state)
{
    struct site s = site_at_noon(state);
    struct alarm_line line = {.channel_id = 1, .down = true};

    s.facts.lines = &line;
    s.facts.line_count = 1;
    ticks(&s, 0);
    ticks(&s, 29); /* alarm.line_s is 30 */
    is(&s, "lost channel", NONE);
    ticks(&s, 1);
    is(&s, "lost channel", THERE);
    line.down = false;
    ticks(&s, 1);
    line.down = true;
    ticks(&s, 60);
    is(&s, "lost channel", THERE);
    line.down = false;
    ticks(&s, 1);
    ticks(&s, 299); /* alarm.clear_s is 300 */
    is(&s, "lost channel", GONE);
    ticks(&s, 1);
    is(&s, "lost channel", NONE);
    were(&s, "lost channel", 1);
}

static void test_in_doubt(void **state)
{
    struct site s = site_at_noon(state);

    sql(s.rig,
        "INSERT INTO \"order\" (id, kind, meter_id, state, created_at_utc, changed_at_utc, sent_at_utc, sends)"
        " VALUES (9, 'switch', 7, 'in doubt', 0, 0, 1773115200, 1)");
    ticks(&s, 899); /* alarm.in_doubt_s is 900 */
    is(&s, "in doubt", NONE);
    ticks(&s, 1);
    is(&s, "in doubt", THERE);
    ticks(&s, 600);
    were(&s, "in doubt", 1);
    sql(s.rig, "UPDATE \"order\" SET state = 'done' WHERE id = 9");
    ticks(&s, 1);
    is(&s, "in doubt", NONE);
}

static void test_protection(void **state)
{
    struct site s = site_at_noon(state);

    sql(s.rig, "INSERT INTO \"order\" (id, kind, meter_id, state, created_at_utc, changed_at_utc)"
               " VALUES (9, 'switch', 7, 'done', 0, 0);"
               "INSERT INTO protection (meter_id, order_id, until_utc) VALUES (7, 9, 1773115200)");
    ticks(&s, 299);
    is(&s, "protection", NONE);
    ticks(&s, 1); /* alarm.protection_s is 300 */
    is(&s, "protection", THERE);
    sql(s.rig, "UPDATE protection SET ended_utc = 1773115500");
    ticks(&s, 1);
    is(&s, "protection", NONE);
}

static void batch_stops(struct site *s, int64_t id, const char *reason)
{
    char *text = mem_format(
        "INSERT OR REPLACE INTO batch (id, command, state, operator_id, created_at_utc, began_at_utc, ended_at_utc,"
        " expires_at_utc, fail_percent, reason) VALUES (%lld, 'off', 'stopped', 1, 0, 0, %lld, 0, 20, '{\"msg\":\"%s\"}')",
        (long long)id, (long long)s->now, reason);
    sql(s->rig, text);
    free(text);
}

static void test_batch(void **state)
{
    struct site s = site_at_noon(state);

    batch_stops(&s, 1, "BATCH_STOPPED_BY");
    ticks(&s, 1);
    is(&s, "batch stopped", NONE);
    batch_stops(&s, 2, "BATCH_STOPPED_FAILURES");
    ticks(&s, 1);
    is(&s, "batch stopped", THERE); /* the rest of it waits for a decision */
    ticks(&s, DAY);
    is(&s, "batch stopped", GONE); /* too late for one; it waits for somebody to see it */
    acks(&s, "batch stopped");
    ticks(&s, 1);
    is(&s, "batch stopped", NONE);
    were(&s, "batch stopped", 1);
    batch_stops(&s, 3, "BATCH_STOPPED_FAILURES");
    ticks(&s, 1);
    acks(&s, "batch stopped");
    ticks(&s, 600);
    is(&s, "batch stopped", THERE); /* seen, and still stopped */
    sql(s.rig, "UPDATE batch SET state = 'running', ended_at_utc = NULL WHERE id = 3");
    ticks(&s, 1);
    is(&s, "batch stopped", NONE);
    batch_stops(&s, 3, "BATCH_STOPPED_FAILURES"); /* gone on with, and stopped once more */
    ticks(&s, 1);
    is(&s, "batch stopped", THERE);
    were(&s, "batch stopped", 3);
    batch_stops(&s, 4, "BATCH_STOPPED_BY");
    sql(s.rig, "UPDATE batch SET state = 'done', undo_of = 3 WHERE id = 4");
    ticks(&s, 1);
    is(&s, "batch stopped", GONE);
    acks(&s, "batch stopped");
    is(&s, "batch stopped", NONE);
}

static void test_printer(void **state)
{
    struct site s = site_at_noon(state);
    struct alarm_queue queue = {.queue = "receipt", .trouble = "paper out"};

    s.facts.queues = &queue;
    s.facts.queue_count = 1;
    ticks(&s, 0);
    ticks(&s, 299); /* alarm.printer_s is 300 */
    is(&s, "printer", NONE);
    queue.trouble[0] = '\0';
    ticks(&s, 1); /* somebody was quick: the time begins again */
    snprintf(queue.trouble, sizeof queue.trouble, "paper out");
    ticks(&s, 1);
    ticks(&s, 299);
    is(&s, "printer", NONE);
    ticks(&s, 1);
    is(&s, "printer", THERE);
    queue.trouble[0] = '\0';
    ticks(&s, 1);
    is(&s, "printer", NONE);
    were(&s, "printer", 1);
}

static void test_disk(void **state)
{
    struct site s = site_at_noon(state);
    static const struct {
        int64_t mib;
        enum is wanted;
    } steps[] = {{1024, NONE},  {1023, THERE}, {1100, THERE}, {-1, THERE},
                 {1023, THERE}, {1127, NONE},  {1100, NONE}};

    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        s.facts.disk_free = steps[i].mib < 0 ? -1 : steps[i].mib * MIB;
        ticks(&s, 5);
        is(&s, "disk", steps[i].wanted);
    }
    were(&s, "disk", 1);
    s.facts.backup_disk = "/backup";
    s.facts.backup_free = 1000 * MIB;
    ticks(&s, 5);
    is(&s, "disk", THERE);
}

static void backs_up(struct site *s, const char *result, const char *second)
{
    char *text = mem_format(
        "INSERT INTO backup (at_utc, why, file, result, second) VALUES (%lld, 'night', 'f', '%s', '%s')",
        (long long)s->now, result, second);
    sql(s->rig, text);
    free(text);
    ticks(s, 5);
}

static void test_backup(void **state)
{
    struct site s = site_at_noon(state);

    set(&s, "backup.at", "03:10");
    sql(s.rig, "UPDATE operator SET created_at_utc = 1773115200");
    ticks(&s, 129600);
    is(&s, "backup", NONE);
    ticks(&s, 1);
    is(&s, "backup", THERE); /* these books never had one */
    backs_up(&s, "ok", "");
    is(&s, "backup", NONE);
    backs_up(&s, "failed", "");
    is(&s, "backup", THERE);
    backs_up(&s, "ok", "failed");
    is(&s, "backup", THERE);
    backs_up(&s, "ok", "ok");
    is(&s, "backup", NONE);
    ticks(&s, 129600);
    is(&s, "backup", THERE);
    set(&s, "backup.at", ""); /* none is planned */
    ticks(&s, 5);
    is(&s, "backup", NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_in_doubt, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_protection, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_batch, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_printer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_disk, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_backup, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
