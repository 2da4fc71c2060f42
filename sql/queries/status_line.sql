-- title: What needs a person
-- roles: all
-- column: in_doubt integer In doubt
-- column: papers_waiting integer Papers waiting
-- column: alarms integer Alarms
-- column: meters integer Meters
-- column: meters_lost integer Meters lost
-- column: orders_queued integer Orders queued
-- Alarms that nobody has acknowledged.
-- scan: meters counted
SELECT (SELECT count(*) FROM "order" o
        WHERE o.state IN ('queued', 'sending', 'in doubt') AND o.state = 'in doubt') AS in_doubt,
       (SELECT count(*) FROM outbox x WHERE x.state IN ('waiting', 'sending', 'sent', 'unconfirmed'))
           AS papers_waiting,
       (SELECT count(*) FROM alarm a INDEXED BY alarm_open WHERE a.cleared_utc IS NULL AND a.acked_utc IS NULL) AS alarms,
       (SELECT count(*) FROM meter) AS meters,
       (SELECT count(*) FROM meter_state ms WHERE ms.lost = 1) AS meters_lost,
       (SELECT count(*) FROM "order" o
        WHERE o.state IN ('queued', 'sending', 'in doubt') AND o.state = 'queued') AS orders_queued
