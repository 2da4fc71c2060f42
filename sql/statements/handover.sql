-- Channels in other hands, channels that go, and the books of a laptop.
-- name: handover_find
SELECT id, handed_to, (SELECT count(*) FROM meter m WHERE m.channel_id = c.id),
       (SELECT count(*) FROM "order" o JOIN meter m ON m.id = o.meter_id
        WHERE m.channel_id = c.id AND o.state IN ('queued', 'sending', 'in doubt') AND o.state = 'queued'),
       (SELECT count(*) FROM "order" o JOIN meter m ON m.id = o.meter_id
        WHERE m.channel_id = c.id AND o.state IN ('queued', 'sending', 'in doubt') AND o.state <> 'queued'),
       (SELECT count(*) FROM channel_vendor v WHERE v.channel_id = c.id AND v.passes <> 0)
FROM channel c WHERE c.name = ?1;
-- name: handover_set
UPDATE channel SET handed_to = ?2, handed_by = nullif(?3, 0), handed_at_utc = ?4 WHERE id = ?1;
-- name: handover_back
UPDATE channel SET handed_to = '', handed_by = NULL, handed_at_utc = NULL WHERE id = ?1;
-- name: handover_begin
INSERT INTO handover (code, seal, channel_id, handed_to, at_utc) VALUES (?1, ?2, ?3, ?4, ?5);
-- name: handover_over
-- Taken back; ?3: by its return file, which says when the laptop stopped (?4; 0: no file).
UPDATE handover SET back_utc = coalesce(back_utc, ?2), stopped_utc = coalesce(nullif(?4, 0), stopped_utc),
    returned_utc = CASE WHEN ?3 THEN ?2 ELSE returned_utc END
WHERE id = ?1;
-- name: handover_last
SELECT h.id, h.code, h.seal, h.handed_to, h.at_utc, h.stopped_utc, h.back_utc, h.returned_utc
FROM handover h WHERE h.channel_id = ?1 ORDER BY h.id DESC LIMIT 1;
-- name: handover_coded
-- One whose file did not come yet.
SELECT h.id, h.code, h.seal, h.handed_to, h.at_utc, h.stopped_utc, h.back_utc, h.returned_utc
FROM handover h WHERE h.code = ?1 AND h.channel_id = ?2 AND h.returned_utc IS NULL;
-- name: handover_named
SELECT h.returned_utc, c.name, h.at_utc FROM handover h JOIN channel c ON c.id = h.channel_id WHERE h.code = ?1;
-- name: handover_stopped
UPDATE handover SET stopped_utc = nullif(?2, 0) WHERE id = ?1;
-- name: handover_tags
-- What a laptop tells of its tags: of those that came from the site only the ones that were cleared there.
SELECT m.number, coalesce(p.login, ''), coalesce(p.name, l.owner_name, ''), l.reason, l.at_utc, l.off_at_utc, l.cleared_at_utc,
       coalesce(q.login, ''), coalesce(q.name, ''), l.cleared_reason, CASE WHEN l.from_site THEN l.id ELSE 0 END
FROM lock_out l JOIN meter m ON m.id = l.meter_id LEFT JOIN operator p ON p.id = l.operator_id
LEFT JOIN operator q ON q.id = l.cleared_by
WHERE m.channel_id = ?1 AND (l.cleared_at_utc IS NOT NULL OR NOT l.from_site) ORDER BY l.id;
-- name: handover_meter
SELECT m.id FROM meter m WHERE m.number = ?1;
-- name: handover_back_mark
-- All are read at once; what was not said to be forced off is looked at before it is switched on. A tag guards its meter itself.
UPDATE meter_state SET back_at_utc = ?3, back_from = CASE
    WHEN EXISTS (SELECT 1 FROM lock_out l WHERE l.meter_id = meter_state.meter_id AND l.cleared_at_utc IS NULL) THEN ''
    WHEN EXISTS (SELECT 1 FROM wanted w WHERE w.meter_id = meter_state.meter_id AND w.item = 'mode' AND w.value <> 1) THEN ?2
    ELSE '' END
WHERE meter_id IN (SELECT m.id FROM meter m WHERE m.channel_id = ?1);
-- name: channel_drop_rounds
DELETE FROM round WHERE channel_id = ?1;
-- name: channel_drop_hours
DELETE FROM line_hour WHERE channel_id = ?1;
-- name: channel_drop_handover
DELETE FROM handover WHERE channel_id = ?1;
-- name: channel_drop_vendor
DELETE FROM channel_vendor WHERE channel_id = ?1;
-- name: channel_drop_alarms
-- scan: a channel goes once in a blue moon; what was raised stays, with its name
UPDATE alarm SET channel_id = NULL WHERE channel_id = ?1;
-- name: channel_drop
DELETE FROM channel WHERE id = ?1;
-- name: survey_meters
-- scan: every meter may be the one that answers
SELECT m.id, m.channel_id, m.address, m.number, m.model, c.name, s.path, m.role = 'main', coalesce(p.name, l.owner_name, '')
FROM meter m JOIN channel c ON c.id = m.channel_id JOIN space s ON s.id = m.space_id
LEFT JOIN lock_out l ON l.meter_id = m.id AND l.cleared_at_utc IS NULL LEFT JOIN operator p ON p.id = l.operator_id
WHERE ?1 = 0 OR m.channel_id = ?1 ORDER BY m.channel_id, m.address;
-- name: structure_setting
-- scan: all of them; a laptop makes no nightly backup and tells nobody of alarms
SELECT key, CASE WHEN key = 'site.structure' THEN '1'
                 WHEN key IN ('backup.at', 'alarm.command', 'alarm.mail_to') THEN '' ELSE value END AS value
FROM setting UNION SELECT 'site.structure', '1' ORDER BY key DESC;
-- name: structure_setting_put
INSERT INTO setting (key, value)
VALUES (?1, ?2);
-- name: structure_space
-- scan: all of them
SELECT id, parent_id, kind, path, name, note FROM space ORDER BY id;
-- name: structure_space_put
INSERT INTO space (id, parent_id, kind, path, name, note)
VALUES (?1, ?2, ?3, ?4, ?5, ?6);
-- name: structure_gateway
SELECT id, name, host, note FROM gateway ORDER BY id;
-- name: structure_gateway_put
INSERT INTO gateway (id, name, host, note)
VALUES (?1, ?2, ?3, ?4);
-- name: structure_operator
SELECT id, login, name, role, password_hash, language, must_change, disabled_at_utc, created_at_utc FROM operator ORDER BY id;
-- name: structure_operator_put
INSERT INTO operator (id, login, name, role, password_hash, language, must_change, disabled_at_utc, created_at_utc)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9);
-- name: structure_channel
-- Turned round: what the site handed over is the laptop's, the rest is the site's.
SELECT id, name, gateway_id, type, host, port, device, baud, parity, stop_bits, quiet_ms, timeout_min_ms, low_latency,
       note, interval_s, room_id,
       CASE WHEN handed_to <> '' THEN ''
            ELSE coalesce((SELECT value FROM setting WHERE key = 'site.name'), 'site') END AS handed_to,
       CASE WHEN handed_to <> '' THEN NULL ELSE unixepoch() END AS handed_at_utc
FROM channel ORDER BY id;
-- name: structure_channel_put
INSERT INTO channel (id, name, gateway_id, type, host, port, device, baud, parity, stop_bits, quiet_ms, timeout_min_ms, low_latency, note, interval_s, room_id, handed_to, handed_at_utc)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18);
-- name: structure_tariff
SELECT id, name, kind, note FROM tariff ORDER BY id;
-- name: structure_tariff_put
INSERT INTO tariff (id, name, kind, note)
VALUES (?1, ?2, ?3, ?4);
-- name: structure_price
-- scan: all of them
SELECT tariff_id, from_day, rate, step_wh, price_e4 FROM tariff_price;
-- name: structure_price_put
INSERT INTO tariff_price (tariff_id, from_day, rate, step_wh, price_e4)
VALUES (?1, ?2, ?3, ?4, ?5);
-- name: structure_meter
-- scan: all of them
SELECT id, number, kind, model, credit_mode, channel_id, address, space_id, tariff_id, transformers, total_purchased, note, interval_s, role FROM meter ORDER BY id;
-- name: structure_meter_put
INSERT INTO meter (id, number, kind, model, credit_mode, channel_id, address, space_id, tariff_id, transformers, total_purchased, note, interval_s, role)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14);
-- name: structure_tenant
-- scan: all of them; who is where, and no more than that
SELECT id, code, name, alias, '' AS phone, '' AS note, search FROM tenant ORDER BY id;
-- name: structure_tenant_put
INSERT INTO tenant (id, code, name, alias, phone, note, search)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7);
-- name: structure_account
-- scan: all of them
SELECT id, number, tenant_id, opened_at_utc, closed_at_utc, no_sale, '' AS note FROM account ORDER BY id;
-- name: structure_account_put
INSERT INTO account (id, number, tenant_id, opened_at_utc, closed_at_utc, no_sale, note)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7);
-- name: structure_account_meter
-- scan: all of them
SELECT account_id, meter_id, from_utc, to_utc, adopted FROM account_meter;
-- name: structure_account_meter_put
INSERT INTO account_meter (account_id, meter_id, from_utc, to_utc, adopted)
VALUES (?1, ?2, ?3, ?4, ?5);
-- name: structure_lock_out
-- scan: the tags that hang
SELECT id, meter_id, operator_id, owner_name, reason, at_utc, off_at_utc, 1 AS from_site FROM lock_out WHERE cleared_at_utc IS NULL;
-- name: structure_lock_out_put
INSERT INTO lock_out (id, meter_id, operator_id, owner_name, reason, at_utc, off_at_utc, from_site)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8);
-- name: structure_handover
-- Of the lines that are the laptop's: what its return file answers.
SELECT h.id, h.code, h.seal, h.channel_id, h.handed_to, h.at_utc FROM handover h JOIN channel c ON c.id = h.channel_id
WHERE c.handed_to <> '' AND h.back_utc IS NULL;
-- name: structure_handover_put
INSERT INTO handover (id, code, seal, channel_id, handed_to, at_utc)
VALUES (?1, ?2, ?3, ?4, ?5, ?6);
-- name: structure_active
SELECT count(*) FROM channel WHERE handed_to = '';
