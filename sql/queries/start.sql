-- title: What waits for a person
-- roles: all
-- column: in_doubt integer In doubt
-- column: failed integer Top-ups that failed and are open
-- column: openings integer Openings under way
-- column: openings_failed integer Openings that failed
-- column: excesses integer Excess credit nobody has seen to
-- column: papers_waiting integer Papers waiting
-- column: papers_unconfirmed integer Papers nobody confirmed
-- column: meters integer Meters
-- column: meters_lost integer Meters lost
-- column: meters_off integer Meters without power
-- column: meters_arrears integer Meters in arrears
-- column: meters_alarm integer Meters with an alarm
-- column: alarms integer Alarms nobody has acknowledged
-- column: batches integer Batches that run
-- column: batches_failed integer Batches that ended with failures
-- column: lock_outs integer Meters locked out
-- column: meters_unread integer Meters never read
-- column: lines_down integer Lines with no meter answering
-- column: backup_at time Last backup
-- column: backup_result state Result of the last backup
-- What the first screen after the login counts.
-- scan: meters counted once
WITH live AS (
    SELECT count(*) AS meters,
           coalesce(sum(ms.lost), 0) AS lost,
           coalesce(sum(ms.relay_closed = 0 AND ms.lost = 0), 0) AS off,
           coalesce(sum(ms.arrears = 1 AND m.role = 'tenant'), 0) AS arrears,
           coalesce(sum((ms.alarm1 = 1 OR ms.alarm2 = 1) AND m.role = 'tenant'), 0) AS alarm,
           coalesce(sum(ms.read_at_utc IS NULL), 0) AS unread
    FROM meter m LEFT JOIN meter_state ms ON ms.meter_id = m.id
), line AS (
    SELECT c.id, count(m.id) AS meters, coalesce(sum(ms.lost), 0) AS lost
    FROM channel c JOIN meter m ON m.channel_id = c.id LEFT JOIN meter_state ms ON ms.meter_id = m.id
    GROUP BY c.id
)
SELECT (SELECT count(*) FROM "order" o
        WHERE o.state IN ('queued', 'sending', 'in doubt') AND o.state = 'in doubt') AS in_doubt,
       (SELECT count(*) FROM sale s JOIN "order" o ON o.sale_id = s.id
        WHERE o.state = 'failed' AND s.cancelled_entry IS NULL) AS failed,
       (SELECT count(*) FROM opening p WHERE p.state = 'waiting') AS openings,
       (SELECT count(*) FROM opening p WHERE p.state = 'failed') AS openings_failed,
       (SELECT count(*) FROM excess x WHERE NOT EXISTS (SELECT 1 FROM excess_seen n WHERE n.excess_id = x.id)) AS excesses,
       (SELECT count(*) FROM outbox x
        WHERE x.state IN ('waiting', 'sending', 'sent', 'unconfirmed') AND x.state IN ('waiting', 'sending'))
           AS papers_waiting,
       (SELECT count(*) FROM outbox x
        WHERE x.state IN ('waiting', 'sending', 'sent', 'unconfirmed') AND x.state = 'unconfirmed')
           AS papers_unconfirmed,
       live.meters, live.lost AS meters_lost, live.off AS meters_off, live.arrears AS meters_arrears,
       live.alarm AS meters_alarm,
       (SELECT count(*) FROM alarm a INDEXED BY alarm_open WHERE a.cleared_utc IS NULL AND a.acked_utc IS NULL) AS alarms,
       (SELECT count(*) FROM batch b WHERE b.state IN ('running', 'stopping')) AS batches,
       -- of a day, and nobody has tried again or taken back
       (SELECT count(*) FROM batch b WHERE b.failed > 0 AND b.ended_at_utc > unixepoch() - 86400
           AND NOT EXISTS (SELECT 1 FROM batch r WHERE r.retry_of = b.id OR r.undo_of = b.id)) AS batches_failed,
       (SELECT count(*) FROM lock_out k INDEXED BY lock_out_open WHERE k.cleared_at_utc IS NULL) AS lock_outs,
       live.unread AS meters_unread,
       (SELECT count(*) FROM line WHERE line.lost = line.meters) AS lines_down,
       (SELECT b.at_utc FROM backup b ORDER BY b.id DESC LIMIT 1) AS backup_at,
       (SELECT b.result FROM backup b ORDER BY b.id DESC LIMIT 1) AS backup_result
FROM live
