-- Orders: what is due, each step, what the books know of a meter's money.
-- name: order_due
SELECT o.id FROM "order" o
WHERE o.state IN ('queued', 'sending', 'in doubt') AND (?1 OR o.next_look_utc <= ?2)
  AND NOT EXISTS (SELECT 1 FROM "order" p WHERE p.meter_id = o.meter_id AND p.id < o.id
                  AND p.state IN ('queued', 'sending', 'in doubt')
                  -- A switch waits for older switches only: it leaves the money alone, and may be urgent.
                  AND (o.kind <> 'switch' OR p.kind = 'switch')
                  -- A top-up that a tag holds is in nobody's way.
                  AND NOT (p.kind = 'top-up' AND p.sends = 0 AND o.kind <> 'top-up'
                           AND EXISTS (SELECT 1 FROM lock_out l WHERE l.meter_id = p.meter_id
                                       AND l.cleared_at_utc IS NULL AND l.off_at_utc IS NULL)))
-- What never lapses (money, the forced off of a tag) is not kept waiting by a long list of what does.
ORDER BY o.state = 'queued', o.expires_at_utc IS NOT NULL, o.id LIMIT ?3;
-- name: order_load
SELECT o.id, o.kind, o.meter_id, coalesce(o.sale_id, 0), o.state, o.amount_minor, o.count_before,
       o.balance_before_minor, o.total_before_minor, o.energy_before_wh, o.count_sent, o.sends, o.looks,
       o.detail, coalesce(o.expires_at_utc, 0), coalesce(s.account_id, 0), m.channel_id, m.model, m.total_purchased,
       coalesce(k.total_stuck, 0), k.meter_id IS NOT NULL, coalesce(k.old_firmware, ms.old_firmware, 0),
       coalesce(nullif(ms.price1_e4, 0), (SELECT p.price_e4 FROM tariff_price p WHERE p.tariff_id = m.tariff_id
                                          ORDER BY p.from_day DESC, p.rate LIMIT 1), 0),
       c.quiet_ms, m.number, coalesce((SELECT p.id FROM opening p WHERE p.settings_order = o.id), 0), o.retried, o.flag = 'decided',
       coalesce(o.batch_id, 0)
FROM "order" o JOIN meter m ON m.id = o.meter_id JOIN channel c ON c.id = m.channel_id
LEFT JOIN sale s ON s.id = o.sale_id LEFT JOIN meter_known k ON k.meter_id = o.meter_id
LEFT JOIN meter_state ms ON ms.meter_id = o.meter_id
WHERE o.id = ?1;
-- name: order_recent_send
-- Only frames whose copies change money: top-ups, and openings that reset it.
SELECT count(*) FROM "order" o WHERE o.meter_id = ?1 AND o.id <> ?2 AND o.sent_at_utc >= ?3
   AND (o.kind = 'top-up' OR EXISTS (SELECT 1 FROM opening p WHERE p.settings_order = o.id));
-- name: order_vendor
SELECT passes FROM channel_vendor WHERE channel_id = ?1 AND model = ?2 AND old_firmware = ?3;
-- name: order_vendor_set
INSERT INTO channel_vendor (channel_id, model, old_firmware, passes, at_utc)
SELECT ?1, m.model, ?3, ?4, ?5 FROM meter m WHERE m.id = ?2
ON CONFLICT (channel_id, model, old_firmware) DO UPDATE SET passes = excluded.passes, at_utc = excluded.at_utc;
-- name: order_sending
UPDATE "order" SET state = 'sending', changed_at_utc = ?2, count_before = ?3, balance_before_minor = ?4,
       total_before_minor = ?5, energy_before_wh = ?6, count_sent = ?7, sent_at_utc = ?2, sends = sends + 1, reason = ''
WHERE id = ?1;
-- name: order_plain_sending
UPDATE "order" SET state = 'sending', changed_at_utc = ?2, sent_at_utc = ?2, sends = sends + 1, reason = '' WHERE id = ?1;
-- name: order_done
UPDATE "order" SET state = 'done', changed_at_utc = ?2, count_after = ?3, balance_after_minor = ?4,
       total_after_minor = ?5, flag = ?6, reason = '' WHERE id = ?1;
-- name: order_plain_done
UPDATE "order" SET state = 'done', changed_at_utc = ?2, reason = '' WHERE id = ?1;
-- name: order_state
UPDATE "order" SET state = ?2, changed_at_utc = ?3, reason = ?4, looks = ?5, next_look_utc = ?6 WHERE id = ?1;
-- name: order_excess
UPDATE "order" SET excess_minor = excess_minor + ?2 WHERE id = ?1;
-- name: order_look_now
UPDATE "order" SET next_look_utc = 0 WHERE id = ?1;
-- name: order_add
INSERT INTO "order" (kind, meter_id, sale_id, operator_id, state, created_at_utc, changed_at_utc, expires_at_utc, detail, amount_minor)
VALUES (?1, ?2, ?3, nullif(?4, 0), 'queued', ?5, ?5, ?6, ?7, ?8);
-- name: order_document
SELECT d.number FROM document d JOIN sale s ON s.document_id = d.id WHERE s.id = ?1;
-- name: attempt_add
INSERT INTO attempt (order_id, n, at_utc, outcome, frames)
SELECT ?1, 1 + coalesce((SELECT max(n) FROM attempt WHERE order_id = ?1), 0), ?2, ?3, ?4;
-- name: known_find
SELECT k.purchase_count, k.balance_minor, k.total_minor, k.total_stuck, k.energy_wh, k.old_firmware, m.total_purchased,
       coalesce(nullif(ms.price1_e4, 0), (SELECT p.price_e4 FROM tariff_price p WHERE p.tariff_id = m.tariff_id
                                          ORDER BY p.from_day DESC, p.rate LIMIT 1), 0)
FROM meter_known k JOIN meter m ON m.id = k.meter_id LEFT JOIN meter_state ms ON ms.meter_id = k.meter_id
WHERE k.meter_id = ?1;
-- name: known_set
INSERT INTO meter_known (meter_id, purchase_count, balance_minor, total_minor, total_stuck, energy_wh, old_firmware, at_utc, compared)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
ON CONFLICT (meter_id) DO UPDATE SET purchase_count = excluded.purchase_count, balance_minor = excluded.balance_minor,
    total_minor = excluded.total_minor, total_stuck = excluded.total_stuck, energy_wh = excluded.energy_wh,
    old_firmware = excluded.old_firmware, at_utc = excluded.at_utc, compared = excluded.compared;
-- name: known_last_order
SELECT id, amount_minor FROM "order" WHERE meter_id = ?1 AND kind = 'top-up' AND state = 'done' AND id <> ?2
ORDER BY id DESC LIMIT 1;
-- name: known_adopted
UPDATE account_meter SET adopted = 1 WHERE meter_id = ?1 AND to_utc IS NULL;
-- name: known_recent
SELECT count(*) FROM "order" o JOIN meter m ON m.id = o.meter_id JOIN channel c ON c.id = m.channel_id
WHERE o.meter_id = ?1 AND o.kind = 'top-up' AND o.sent_at_utc >= ?2 - c.quiet_ms / 1000 - 1;
-- name: excess_look
SELECT x.id, CASE WHEN n.excess_id IS NOT NULL THEN n.note END
FROM excess x LEFT JOIN excess_seen n ON n.excess_id = x.id WHERE x.id = ?1;
-- name: excess_meter
SELECT meter_id FROM excess WHERE id = ?1;
-- name: excess_seen_add
INSERT INTO excess_seen (excess_id, operator_id, at_utc, note) VALUES (?1, ?2, ?3, ?4);
-- name: excess_add
INSERT INTO excess (meter_id, order_id, kind, amount_minor, entry_number, at_utc) VALUES (?1, nullif(?2, 0), ?3, ?4, ?5, ?6);
-- name: order_open_sent
-- An opening that resets the meter counts too, until it is over.
SELECT (SELECT count(*) FROM "order" WHERE meter_id = ?1 AND kind = 'top-up' AND sends > 0
        AND state IN ('queued', 'sending', 'in doubt'))
     + (SELECT count(*) FROM opening WHERE meter_id = ?1 AND how = 'new' AND state IN ('waiting', 'failed'));
-- name: order_info
SELECT id, state, kind, sends, coalesce(sale_id, 0), meter_id FROM "order" WHERE id = ?1;
-- name: order_retry
-- What was sent stays sent: it is proved against what the books know of the meter now before another frame leaves.
UPDATE "order" SET state = 'queued', reason = '', looks = 0, next_look_utc = 0, retried = sends, changed_at_utc = ?2,
    count_before = CASE WHEN sends > 0 THEN k.purchase_count ELSE count_before END,
    balance_before_minor = CASE WHEN sends > 0 THEN k.balance_minor ELSE balance_before_minor END,
    total_before_minor = CASE WHEN sends > 0 THEN k.total_minor ELSE total_before_minor END,
    energy_before_wh = CASE WHEN sends > 0 THEN k.energy_wh ELSE energy_before_wh END
FROM (SELECT 1) LEFT JOIN meter_known k ON k.meter_id = (SELECT meter_id FROM "order" WHERE id = ?1) WHERE id = ?1;
-- name: order_claimed
-- The frame with this count that was sent to this meter and called not applied.
SELECT id FROM "order" WHERE meter_id = ?1 AND kind = 'top-up' AND sends > 0 AND count_sent = ?2 AND state IN ('failed', 'cancelled')
ORDER BY id DESC LIMIT 1;
-- name: order_belied
-- A top-up that a person called applied, and whose count the meter does not have.
SELECT id FROM "order" WHERE meter_id = ?1 AND kind = 'top-up' AND state = 'done' AND flag = 'decided' AND count_sent = ?2
    AND amount_minor = ?3 ORDER BY id DESC LIMIT 1;
