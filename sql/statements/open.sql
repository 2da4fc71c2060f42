-- Accounts opened at the counter: tenant, account, meter, the opening and its paper.
-- name: open_meter
SELECT m.id, m.model, m.credit_mode, m.channel_id, coalesce(am.account_id, 0), coalesce(a.number, ''),
       coalesce(t.name, ''), coalesce(ms.old_firmware, k.old_firmware, 0), ms.read_at_utc,
       coalesce(CASE WHEN k.at_utc >= ms.read_at_utc THEN k.balance_minor ELSE ms.balance_minor END, 0),
       coalesce(CASE WHEN k.at_utc >= ms.read_at_utc THEN k.purchase_count ELSE ms.purchase_count END, 0),
       coalesce(m.tariff_id, 0), m.total_purchased = 'proof' AND coalesce(k.total_stuck, 0) = 0,
       coalesce(ms.trouble, ''), k.meter_id IS NOT NULL, m.role = 'main'
FROM meter m
LEFT JOIN account_meter am ON am.meter_id = m.id AND am.to_utc IS NULL
LEFT JOIN account a ON a.id = am.account_id
LEFT JOIN tenant t ON t.id = a.tenant_id
LEFT JOIN meter_state ms ON ms.meter_id = m.id
LEFT JOIN meter_known k ON k.meter_id = m.id
WHERE m.number = ?1;
-- name: open_meter_busy
-- Top-ups that are not over, or failed and neither sent again nor cancelled.
SELECT coalesce(d.number, '') FROM "order" o LEFT JOIN sale s ON s.id = o.sale_id LEFT JOIN document d ON d.id = s.document_id
WHERE o.meter_id = ?1 AND o.kind = 'top-up' AND s.cancelled_entry IS NULL
  AND o.state IN ('queued', 'sending', 'in doubt', 'failed') ORDER BY o.id DESC LIMIT 1;
-- name: open_waiting
SELECT id, state, settings_order FROM opening WHERE meter_id = ?1 AND state IN ('waiting', 'failed');
-- name: open_tariff
SELECT id, kind FROM tariff WHERE name = ?1;
-- name: open_tariff_prices
-- What holds today, rate by rate.
SELECT p.rate, p.price_e4 FROM tariff_price p JOIN tariff t ON t.id = p.tariff_id
WHERE p.tariff_id = ?1 AND p.step_wh = 0 AND p.from_day = (
    SELECT max(q.from_day) FROM tariff_price q WHERE q.tariff_id = ?1 AND q.from_day <= ?2) ORDER BY p.rate;
-- name: open_tariff_kind
SELECT kind FROM tariff WHERE id = ?1;
-- name: open_tenant
SELECT id FROM tenant WHERE code = ?1;
-- name: open_tenant_last
-- scan: the codes of all tenants, for the next one
SELECT coalesce(max(CAST(substr(code, 3) AS INTEGER)), 0) FROM tenant WHERE code GLOB 'T-[0-9]*' AND length(code) < 12;
-- name: open_tenant_add
INSERT INTO tenant (code, name, alias, phone, search) VALUES (?1, ?2, ?3, ?4, ?5);
-- name: open_account
SELECT a.id, a.tenant_id, t.code, a.closed_at_utc IS NOT NULL FROM account a JOIN tenant t ON t.id = a.tenant_id
WHERE a.number = ?1 COLLATE NOCASE;
-- name: open_account_last
-- scan: the numbers of all accounts, for the next one
SELECT coalesce(max(CAST(substr(number, 3) AS INTEGER)), 0) FROM account WHERE number GLOB 'A-[0-9]*' AND length(number) < 12;
-- name: open_account_add
INSERT INTO account (number, tenant_id, opened_at_utc) VALUES (?1, ?2, ?3);
-- name: open_account_meter_add
INSERT INTO account_meter (account_id, meter_id, from_utc, adopted)
VALUES (?1, ?2, max(?3, coalesce((SELECT max(from_utc) + 1 FROM account_meter WHERE account_id = ?1 AND meter_id = ?2), 0)), ?4);
-- name: open_add
INSERT INTO opening (account_id, meter_id, how, state, operator_id, settings_order, load_order, clock_order, tariff_id,
                     new_account, reset, agreed_minor, agreed_count, at_utc)
VALUES (?1, ?2, ?3, 'waiting', nullif(?4, 0), ?5, nullif(?6, 0), nullif(?7, 0), nullif(?8, 0), ?9, ?10, ?11, ?12, ?13);
-- name: open_load
SELECT p.id, p.account_id, p.meter_id, p.how, p.state, coalesce(p.operator_id, 0), p.settings_order,
       coalesce(p.load_order, 0), coalesce(p.clock_order, 0), coalesce(p.tariff_id, 0), p.new_account, p.reset,
       p.agreed_minor, p.agreed_count, m.number, a.number, o.state, o.sends, o.flag, c.quiet_ms
FROM opening p JOIN meter m ON m.id = p.meter_id JOIN channel c ON c.id = m.channel_id
JOIN account a ON a.id = p.account_id JOIN "order" o ON o.id = p.settings_order
WHERE p.id = ?1;
-- name: open_state
UPDATE opening SET state = ?2 WHERE id = ?1;
-- name: open_done
UPDATE opening SET state = 'done', document_id = ?2, done_at_utc = ?3 WHERE id = ?1;
-- name: open_meter_tariff
UPDATE meter SET tariff_id = ?2 WHERE id = ?1;
-- name: open_order_flag
UPDATE "order" SET flag = ?2 WHERE id = ?1;
-- name: open_order_again
-- A failed or lapsed order goes (again): what was sent before is proved not to be on its way any more.
UPDATE "order" SET state = 'queued', reason = '', looks = 0,
       flag = CASE WHEN flag = 'written' THEN flag ELSE '' END, next_look_utc = 0, sends = 0, changed_at_utc = ?2,
       expires_at_utc = ?3 WHERE id = ?1 AND state IN ('failed', 'superseded', 'cancelled');
-- name: open_reset_agree
UPDATE opening SET state = 'waiting', reset = max(reset, ?2), agreed_minor = CASE WHEN ?2 THEN ?3 ELSE agreed_minor END,
       agreed_count = CASE WHEN ?2 THEN ?4 ELSE agreed_count END WHERE id = ?1;
-- name: open_order_cancel
UPDATE "order" SET state = 'cancelled', changed_at_utc = ?2 WHERE id = ?1 AND state IN ('queued', 'failed', 'superseded');
-- name: open_meter_off
UPDATE account_meter SET to_utc = max(?3, from_utc) WHERE account_id = ?1 AND meter_id = ?2 AND to_utc IS NULL;
-- name: open_account_close
UPDATE account SET closed_at_utc = ?2 WHERE id = ?1
   AND NOT EXISTS (SELECT 1 FROM account_meter am WHERE am.account_id = ?1 AND am.to_utc IS NULL);
-- name: open_orders_undone
-- The orders beside the settings that did not come to a good end, and how the first of them stands.
SELECT o.kind, o.state, o.reason FROM opening p JOIN "order" o ON o.id IN (p.load_order, p.clock_order)
WHERE p.id = ?1 AND o.state <> 'done' ORDER BY o.id LIMIT 1;
-- name: open_booked
-- What the books have put onto a meter since it began, less what was written off.
SELECT coalesce(-sum(amount_minor), 0) FROM posting WHERE ledger = 'on meter' AND ref = ?1;
-- name: open_adopted
UPDATE account_meter SET adopted = 1 WHERE meter_id = ?1 AND to_utc IS NULL;
-- name: open_paper
SELECT a.number, t.name, t.code, t.alias, t.phone, sp.name, m.number, m.model, coalesce(f.name, ''), coalesce(op.name, ''),
       coalesce(sh.id, 0), coalesce(ti.id, 0), coalesce(ti.name, ''), coalesce(l.detail, ''), p.clock_order IS NOT NULL,
       o.count_before, o.balance_before_minor
FROM opening p JOIN account a ON a.id = p.account_id JOIN tenant t ON t.id = a.tenant_id JOIN meter m ON m.id = p.meter_id
JOIN space sp ON sp.id = m.space_id JOIN "order" o ON o.id = p.settings_order
LEFT JOIN tariff f ON f.id = coalesce(p.tariff_id, m.tariff_id) LEFT JOIN operator op ON op.id = p.operator_id
LEFT JOIN shift sh ON sh.operator_id = p.operator_id AND sh.closed_at_utc IS NULL LEFT JOIN till ti ON ti.id = sh.till_id
LEFT JOIN "order" l ON l.id = p.load_order
WHERE p.id = ?1;
-- name: open_outbox_add
INSERT INTO outbox (document_id, till_id, state, created_at_utc, changed_at_utc) VALUES (?1, ?2, 'waiting', ?3, ?3);
