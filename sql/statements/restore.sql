-- What a restore does to the copy before it becomes the books (src/model/restore.c), and what it left to compare.
-- name: numbers_all
-- scan: once at the start, along the index of the numbers
SELECT kind, year, max(n) FROM document WHERE ?1 = 0 GROUP BY kind, year
UNION ALL SELECT kind, year, max(to_n) FROM document_gap GROUP BY kind, year
-- name: numbers_since
SELECT kind, year, n FROM document WHERE id > ?1
-- name: numbers_last
-- scan: the last row
SELECT max(id) FROM document
-- name: restore_add
INSERT INTO restore (at_utc, file, entry_number, detail) VALUES (?1, ?2, ?3, ?4)
-- name: restore_gap_add
INSERT INTO document_gap (kind, year, from_n, to_n, restore_id) VALUES (?1, ?2, ?3, ?4, ?5)
-- name: restore_meters
-- scan: every meter is to be compared
INSERT INTO restore_meter (restore_id, meter_id, count_before, balance_before_minor, total_before_minor)
SELECT ?1, k.meter_id, k.purchase_count, k.balance_minor, k.total_minor FROM meter_known k
-- name: restore_uncompared
-- scan: every meter is to be compared, and asked for sooner than by the next round
UPDATE meter_known SET compared = 0
-- name: restore_topups
-- What the meter held before the send of one that was not sent yet is what was known then. So many sends that it is proved,
-- and not sent again by itself.
UPDATE "order" SET state = 'sending', sends = ?1, sent_at_utc = ?2, changed_at_utc = ?2, looks = 0, next_look_utc = 0,
    count_before = CASE WHEN sends > 0 THEN count_before ELSE k.purchase_count END,
    balance_before_minor = CASE WHEN sends > 0 THEN balance_before_minor ELSE k.balance_minor END,
    total_before_minor = CASE WHEN sends > 0 THEN total_before_minor ELSE k.total_minor END,
    energy_before_wh = CASE WHEN sends > 0 THEN energy_before_wh ELSE k.energy_wh END,
    count_sent = CASE WHEN sends > 0 THEN count_sent ELSE (k.purchase_count + 1) % 65536 END
FROM meter_known k
WHERE k.meter_id = "order".meter_id AND "order".state IN ('queued', 'sending', 'in doubt') AND "order".kind = 'top-up'
-- name: restore_others
-- Nothing is set, switched or begun anew because of an order of the past.
UPDATE "order" SET state = 'failed', changed_at_utc = ?1, reason = ?2
WHERE state IN ('queued', 'sending', 'in doubt') AND kind <> 'top-up'
-- name: restore_openings
-- scan: openings are few
UPDATE opening SET state = 'failed' WHERE state = 'waiting'
-- name: restore_last
-- scan: restores are few
SELECT detail FROM restore ORDER BY id DESC LIMIT 1
-- name: restore_waiting
SELECT x.restore_id, x.count_before, r.entry_number FROM restore_meter x JOIN restore r ON r.id = x.restore_id
WHERE x.meter_id = ?1 AND x.compared_utc IS NULL
-- name: restore_delivered
-- Purchases that these books themselves put onto the meter since the restore.
SELECT count(*) FROM posting p JOIN entry e ON e.number = p.entry_number
WHERE p.ledger = 'on meter' AND p.ref = ?1 AND p.entry_number > ?2 AND e.kind = 'delivery'
-- name: restore_excess
SELECT coalesce(sum(p.amount_minor), 0) FROM posting p WHERE p.ledger = 'excess' AND p.ref = ?1 AND p.entry_number > ?2
-- name: restore_compared
UPDATE restore_meter SET compared_utc = ?3, count_after = ?4, balance_after_minor = ?5, total_after_minor = ?6, steps = ?7,
       amount_minor = ?8
WHERE restore_id = ?1 AND meter_id = ?2
-- name: restore_meter_waits
SELECT count(*) FROM restore_meter WHERE meter_id = ?1 AND compared_utc IS NULL
