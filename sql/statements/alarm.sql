-- Alarms, their causes, and the notices that tell of them.
-- name: alarm_at
SELECT a.id, a.gone_utc, a.acked_utc, (SELECT c.since_utc FROM alarm_cause c WHERE c.kind = ?1 AND c.object = ?2), a.detail
FROM (SELECT 1) LEFT JOIN alarm a ON a.kind = ?1 AND a.object = ?2 AND a.cleared_utc IS NULL;
-- name: alarm_add
INSERT INTO alarm (kind, severity, about, object, meter_id, channel_id, detail, raised_utc)
VALUES (?1, ?2, ?3, ?4, nullif(?5, 0), nullif(?6, 0), ?7, ?8);
-- name: alarm_gone_set
UPDATE alarm SET gone_utc = ?2 WHERE id = ?1;
-- name: alarm_detail_set
UPDATE alarm SET detail = ?2 WHERE id = ?1;
-- name: alarm_cleared_set
UPDATE alarm SET cleared_utc = ?2, gone_utc = coalesce(gone_utc, ?2) WHERE id = ?1;
-- name: alarm_get
SELECT kind, object, acked_utc, gone_utc, cleared_utc FROM alarm WHERE id = ?1;
-- name: alarm_acked_set
UPDATE alarm SET acked_utc = ?2, acked_by = ?3, note = ?4 WHERE id = ?1;
-- name: alarm_cause_add
INSERT OR IGNORE INTO alarm_cause (kind, object, meter_id, since_utc) VALUES (?1, ?2, nullif(?3, 0), ?4);
-- name: alarm_cause_drop
DELETE FROM alarm_cause WHERE kind = ?1 AND object = ?2;
-- name: alarm_gone_list
-- Those whose cause is gone and that may be cleared by time.
SELECT a.id, a.kind, a.object, a.gone_utc, a.acked_utc FROM alarm a INDEXED BY alarm_open
WHERE a.cleared_utc IS NULL AND a.gone_utc IS NOT NULL;
-- name: alarm_known
-- Objects of a kind that are known to have, or to be about to have, an alarm.
SELECT a.object FROM alarm a WHERE a.kind = ?1 AND a.cleared_utc IS NULL AND a.gone_utc IS NULL
UNION SELECT c.object FROM alarm_cause c WHERE c.kind = ?1;
-- name: alarm_kind_open
SELECT count(*) FROM alarm a WHERE a.kind = ?1 AND a.object = ?2 AND a.cleared_utc IS NULL;
-- name: alarm_meter_facts
SELECT m.number, m.channel_id, c.name, c.handed_to, m.role = 'tenant' AND am.account_id IS NOT NULL,
       ms.misses, ms.lost, ms.tried_at_utc, ms.trouble, ms.balance_minor, ms.alarm1_minor, ms.alarm2_minor,
       ms.arrears, ms.alarm1, ms.alarm2, ms.overload, ms.fault, ms.power_w, ms.status1, ms.energy_wh, ms.clock_off_s,
       coalesce((SELECT r.flag FROM reading r WHERE r.at_utc = ms.read_at_utc AND r.meter_id = m.id), ''),
       (SELECT group_concat(x.kind) FROM (
            SELECT a.kind FROM alarm a WHERE a.meter_id = m.id AND a.cleared_utc IS NULL
            UNION SELECT k.kind FROM alarm_cause k WHERE k.meter_id = m.id) x),
       -- -1: not known, an order of ours that was sent and is not proved may be what is seen.
       CASE WHEN ms.drift = 0 THEN 0
            WHEN EXISTS (SELECT 1 FROM "order" o WHERE o.meter_id = ?1 AND o.kind <> 'top-up'
                           AND o.state IN ('queued', 'sending', 'in doubt') AND o.sends > 0) THEN -1
            ELSE 1 END,
       -- Money of somebody else counts as a drift too, and is a kind of its own.
       CASE WHEN ms.drift = 0 THEN NULL ELSE (SELECT sum(w.reported) FROM wanted_purchase w WHERE w.meter_id = ?1) END,
       u.undone_utc, coalesce(op.name, u.owner_name, '')
FROM meter m JOIN channel c ON c.id = m.channel_id JOIN meter_state ms ON ms.meter_id = m.id
LEFT JOIN account_meter am ON am.meter_id = m.id AND am.to_utc IS NULL
LEFT JOIN lock_out u ON u.meter_id = m.id AND u.cleared_at_utc IS NULL AND u.off_at_utc IS NULL
LEFT JOIN operator op ON op.id = u.operator_id
WHERE m.id = ?1;
-- name: alarm_meter_drifts
-- The clock is a kind of its own, and so is money that nobody here sold.
SELECT w.what, w.wanted_text, w.reported_text FROM wanted_said w WHERE w.meter_id = ?1 AND w.drift ORDER BY w.place;
-- name: alarm_clock_set
-- Orders of a meter's clock since ?2 that were over when it was read last, whatever came of them.
SELECT count(*) FROM "order" o JOIN meter_state ms ON ms.meter_id = o.meter_id
WHERE o.meter_id = ?1 AND o.kind = 'clock' AND o.created_at_utc >= ?2 AND o.changed_at_utc < ms.read_at_utc
  AND o.state NOT IN ('queued', 'sending', 'in doubt');
-- name: alarm_meter_others
-- Of the channel's other meters: how many, and when one that answers did so last.
SELECT count(*), max(CASE WHEN ms.misses = 0 THEN ms.read_at_utc END)
FROM meter m LEFT JOIN meter_state ms ON ms.meter_id = m.id WHERE m.channel_id = ?1 AND m.id <> ?2;
-- name: alarm_meter_day
-- What the meter counted since the last good reading of the day before, or since the first of today where there is none.
-- Where the register goes on from another value today, only what came after that is known.
SELECT ?2 - coalesce(
    (SELECT r.energy_wh FROM reading r INDEXED BY reading_flagged
     WHERE r.meter_id = ?1 AND r.flag IN ('overflow', 'reset', 'exchanged') AND r.flag <> ''
       AND r.at_utc >= unixepoch(?3, 'unixepoch', 'localtime', 'start of day', 'utc') ORDER BY r.at_utc DESC LIMIT 1),
    (SELECT d.last_wh FROM energy_day d WHERE d.meter_id = ?1 AND d.day = date(?3, 'unixepoch', 'localtime', '-1 day')),
    (SELECT r.energy_wh FROM reading r
     WHERE r.at_utc >= unixepoch(?3, 'unixepoch', 'localtime', 'start of day', 'utc') AND r.meter_id = ?1
       AND r.flag NOT IN ('back', 'jump') ORDER BY r.at_utc LIMIT 1));
-- name: alarm_meter_month
-- The month as far as its days are summed up, and what was counted since; on its first days what the month before ended with;
-- on the first day of these books their first reading.
SELECT coalesce((SELECT e.energy_wh + ?2 - coalesce(x.energy_wh, e.last_wh) FROM energy_month e
                 WHERE e.meter_id = ?1 AND e.month = strftime('%Y-%m', ?3, 'unixepoch', 'localtime')),
                ?2 - x.energy_wh,
                (SELECT ?2 - e.last_wh FROM energy_month e
                 WHERE e.meter_id = ?1
                   AND e.month = strftime('%Y-%m', ?3, 'unixepoch', 'localtime', 'start of month', '-1 day')),
                (SELECT ?2 - r.energy_wh FROM reading r
                 WHERE r.at_utc >= unixepoch(?3, 'unixepoch', 'localtime', 'start of month', 'utc') AND r.meter_id = ?1
                   AND r.flag NOT IN ('back', 'jump') ORDER BY r.at_utc LIMIT 1))
FROM (SELECT (SELECT r.energy_wh FROM reading r INDEXED BY reading_flagged
              WHERE r.meter_id = ?1 AND r.flag IN ('overflow', 'reset', 'exchanged') AND r.flag <> ''
              ORDER BY r.at_utc DESC LIMIT 1) AS energy_wh) x;
-- name: alarm_channels_lost
-- Channels of two meters or more of which every one is lost.
SELECT c.id, c.name, (SELECT count(*) FROM meter m WHERE m.channel_id = c.id) AS meters
FROM (SELECT DISTINCT m.channel_id FROM meter_state ms INDEXED BY meter_lost CROSS JOIN meter m ON m.id = ms.meter_id
      WHERE ms.lost = 1) x
JOIN channel c ON c.id = x.channel_id
WHERE c.handed_to = '' AND meters >= 2
  AND NOT EXISTS (SELECT 1 FROM meter m LEFT JOIN meter_state s ON s.meter_id = m.id
                  WHERE m.channel_id = c.id AND coalesce(s.lost, 0) = 0);
-- name: alarm_channel_name
SELECT c.name FROM channel c WHERE c.id = ?1 AND c.handed_to = '' AND EXISTS (SELECT 1 FROM meter m WHERE m.channel_id = c.id);
-- name: alarm_handed
-- Meters that are looked after elsewhere are not ours to miss.
SELECT a.kind, a.object FROM alarm a INDEXED BY alarm_open JOIN meter m ON m.id = a.meter_id JOIN channel c ON c.id = m.channel_id
WHERE a.kind IN ('lost meter', 'wrong meter') AND a.cleared_utc IS NULL AND c.handed_to <> '';
-- name: alarm_in_doubt
SELECT m.id, m.number, o.changed_at_utc, coalesce(d.number, ''), o.created_at_utc
FROM "order" o JOIN meter m ON m.id = o.meter_id LEFT JOIN sale s ON s.id = o.sale_id LEFT JOIN document d ON d.id = s.document_id
WHERE o.state IN ('queued', 'sending', 'in doubt') AND o.state = 'in doubt'
  AND coalesce(o.sent_at_utc, o.created_at_utc) <= ?1;
-- name: alarm_protections
SELECT m.id, m.number, p.until_utc FROM protection p INDEXED BY protection_open JOIN meter m ON m.id = p.meter_id
WHERE p.ended_utc IS NULL AND p.until_utc <= ?1;
-- name: alarm_batches
-- Those that stopped by themselves, and that nobody has gone on with or undone.
-- scan: batches are few, and those of the last day fewer
SELECT b.id, b.command, b.reason FROM batch b
WHERE b.state = 'stopped' AND b.reason <> '' AND instr(b.reason, 'STOPPED_BY') = 0 AND b.ended_at_utc > ?1
  AND NOT EXISTS (SELECT 1 FROM batch u WHERE u.undo_of = b.id);
-- name: alarm_backup
-- The last try of the night's backup, the last good one, and since when these books are kept.
-- scan: a row a night
SELECT coalesce((SELECT b.result FROM backup b WHERE b.why <> 'file' ORDER BY b.id DESC LIMIT 1), ''),
       coalesce((SELECT b.second FROM backup b WHERE b.why <> 'file' ORDER BY b.id DESC LIMIT 1), ''),
       coalesce((SELECT max(b.at_utc) FROM backup b WHERE b.result = 'ok' AND b.why <> 'file'),
                (SELECT min(o.created_at_utc) FROM operator o));
-- name: notice_add
INSERT INTO notice (alarm_id, tells, way, recipient, language, state, next_utc, created_utc, changed_utc)
VALUES (?1, 'raised', ?2, ?3, ?4, 'waiting', ?5, ?5, ?5);
-- name: notice_add_cleared
-- Whoever was told that it began, or is about to be, is told that it is over.
INSERT INTO notice (alarm_id, tells, way, recipient, language, state, next_utc, created_utc, changed_utc)
SELECT n.alarm_id, 'cleared', n.way, n.recipient, n.language, 'waiting', ?2, ?2, ?2
FROM notice n WHERE n.alarm_id = ?1 AND n.tells = 'raised' AND n.state <> 'failed';
-- name: notice_due
SELECT n.id, n.way, n.recipient, n.language, n.tries, a.id, a.kind, a.object, a.severity, a.detail, a.raised_utc,
       coalesce(m.number, ''), coalesce(v.path, ''), coalesce(t.name, ''), coalesce(t.phone, ''), coalesce(c.name, ''),
       coalesce((SELECT x.value FROM setting x WHERE x.key = 'site.name'), ''), a.cleared_utc, a.about, n.tells
FROM notice_turn n JOIN alarm a ON a.id = n.alarm_id
LEFT JOIN meter m ON m.id = a.meter_id LEFT JOIN space v ON v.id = m.space_id
LEFT JOIN account_meter am ON am.meter_id = m.id AND am.to_utc IS NULL
LEFT JOIN account k ON k.id = am.account_id LEFT JOIN tenant t ON t.id = k.tenant_id
LEFT JOIN channel c ON c.id = coalesce(a.channel_id, m.channel_id)
WHERE n.next_utc <= ?1 AND n.way = ?2
ORDER BY n.next_utc, n.id LIMIT 1;
-- name: notice_next_at
SELECT min(n.next_utc) FROM notice_turn n WHERE n.way = ?1;
-- name: notice_tried
UPDATE notice SET tries = tries + 1, next_utc = ?2, changed_utc = ?3, subject = ?4, body = ?5 WHERE id = ?1;
-- name: notice_over
UPDATE notice SET state = ?2, reason = ?3, changed_utc = ?4 WHERE id = ?1;
