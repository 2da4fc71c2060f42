-- A sale from the counter.
-- name: sale_meter
SELECT m.id, m.model, m.channel_id, sp.name, coalesce(am.account_id, 0), coalesce(a.number, ''), coalesce(a.no_sale, 0),
       coalesce(t.name, ''), coalesce(ms.trouble, ''), coalesce(k.balance_minor, ms.balance_minor, 0),
       coalesce(k.old_firmware, ms.old_firmware, 0), k.meter_id IS NOT NULL, c.name,
       coalesce(nullif(ms.price1_e4, 0), (SELECT p.price_e4 FROM tariff_price p WHERE p.tariff_id = m.tariff_id
                                          ORDER BY p.from_day DESC, p.rate LIMIT 1), 0), m.credit_mode, coalesce(a.note, ''),
       m.role = 'main'
FROM meter m JOIN space sp ON sp.id = m.space_id JOIN channel c ON c.id = m.channel_id
LEFT JOIN account_meter am ON am.meter_id = m.id AND am.to_utc IS NULL
LEFT JOIN account a ON a.id = am.account_id AND a.closed_at_utc IS NULL
LEFT JOIN tenant t ON t.id = a.tenant_id LEFT JOIN meter_state ms ON ms.meter_id = m.id
LEFT JOIN meter_known k ON k.meter_id = m.id
WHERE m.number = ?1;
-- name: sale_waiting
SELECT coalesce(sum(amount_minor), 0) FROM "order"
WHERE meter_id = ?1 AND kind = 'top-up' AND state IN ('queued', 'sending', 'in doubt');
-- name: sale_doubtful
SELECT d.number, o.state FROM "order" o JOIN sale s ON s.id = o.sale_id JOIN document d ON d.id = s.document_id
WHERE o.meter_id = ?1 AND o.kind = 'top-up' AND o.state IN ('in doubt', 'failed') AND s.cancelled_entry IS NULL
ORDER BY o.id DESC LIMIT 1;
-- name: sale_shift
SELECT s.id, s.till_id, t.name, t.language, o.name FROM shift s JOIN till t ON t.id = s.till_id
JOIN operator o ON o.id = s.operator_id WHERE s.operator_id = ?1 AND s.closed_at_utc IS NULL;
-- name: sale_add
INSERT INTO sale (document_id, account_id, meter_id, shift_id, operator_id, at_utc, amount_minor, pay, reference, tendered_minor, change_minor)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11);
-- name: sale_outbox_add
INSERT INTO outbox (document_id, till_id, state, created_at_utc, changed_at_utc) VALUES (?1, ?2, 'waiting', ?3, ?3);
-- name: sale_vendor
SELECT passes FROM channel_vendor WHERE channel_id = ?1 AND model = ?2 AND old_firmware = ?3;
-- name: sale_once
SELECT 1 FROM once WHERE id = ?1;
