-- Said versus is.
-- name: wanted_set
INSERT INTO wanted (meter_id, item, value, how, order_id, operator_id, at_utc) VALUES (?1, ?2, ?3, ?4, nullif(?5, 0), nullif(?6, 0), ?7)
ON CONFLICT (meter_id, item) DO UPDATE SET value = excluded.value, how = excluded.how, order_id = excluded.order_id,
    operator_id = excluded.operator_id, at_utc = excluded.at_utc;
-- name: wanted_order
SELECT coalesce(operator_id, 0) FROM "order" WHERE id = ?1;
-- name: wanted_missing
-- Has the meter told something of which nothing was said yet?
SELECT (ms.forced IS NOT NULL AND NOT EXISTS (SELECT 1 FROM wanted w WHERE w.meter_id = ?1 AND w.item = 'mode'))
    OR (ms.prepaid IS NOT NULL AND NOT EXISTS (SELECT 1 FROM wanted w WHERE w.meter_id = ?1 AND w.item = 'prepaid'))
    OR (ms.price1_e4 IS NOT NULL AND NOT EXISTS (SELECT 1 FROM wanted w WHERE w.meter_id = ?1 AND w.item = 'price1_e4'))
    OR (ms.overdraft_minor IS NOT NULL AND NOT EXISTS (SELECT 1 FROM wanted w WHERE w.meter_id = ?1 AND w.item = 'overdraft_minor'))
    OR (ms.load_max_w IS NOT NULL AND NOT EXISTS (SELECT 1 FROM wanted w WHERE w.meter_id = ?1 AND w.item = 'max_power_w'))
FROM meter_state ms WHERE ms.meter_id = ?1;
-- name: wanted_adopt
-- As the meter has it; only, a meter with an account sells, so its prepaid function is to be on whatever it was.
INSERT OR IGNORE INTO wanted (meter_id, item, value, how, at_utc)
SELECT ?1, i.item, i.value, 'adopted', ?2 FROM (
    SELECT 'mode' AS item, CASE WHEN ms.forced = 0 THEN 0 WHEN ms.why = 'forced off' THEN 1 WHEN ms.forced = 1 THEN 2 END AS value
      FROM meter_state ms WHERE ms.meter_id = ?1
    UNION ALL SELECT 'prepaid', max(ms.prepaid, EXISTS (SELECT 1 FROM account_meter am WHERE am.meter_id = ?1 AND am.to_utc IS NULL))
      FROM meter_state ms WHERE ms.meter_id = ?1
    UNION ALL SELECT 'price1_e4', ms.price1_e4 FROM meter_state ms WHERE ms.meter_id = ?1
    UNION ALL SELECT 'price2_e4', ms.price2_e4 FROM meter_state ms WHERE ms.meter_id = ?1
    UNION ALL SELECT 'price3_e4', ms.price3_e4 FROM meter_state ms WHERE ms.meter_id = ?1
    UNION ALL SELECT 'price4_e4', ms.price4_e4 FROM meter_state ms WHERE ms.meter_id = ?1
    UNION ALL SELECT 'alarm1_minor', ms.alarm1_minor FROM meter_state ms WHERE ms.meter_id = ?1
    UNION ALL SELECT 'alarm2_minor', ms.alarm2_minor FROM meter_state ms WHERE ms.meter_id = ?1
    UNION ALL SELECT 'overdraft_minor', ms.overdraft_minor FROM meter_state ms WHERE ms.meter_id = ?1
    UNION ALL SELECT 'max_power_w', ms.load_max_w FROM meter_state ms WHERE ms.meter_id = ?1) i
WHERE i.value IS NOT NULL;
-- name: wanted_back_seen
-- Read since its line came back: it is not forced off, or that was said.
UPDATE meter_state SET back_from = '' WHERE meter_id = ?1 AND back_from <> '' AND ?2 >= back_at_utc
  AND (forced = 0 OR relay_closed <> 0 OR why <> 'forced off'
       OR EXISTS (SELECT 1 FROM wanted w WHERE w.meter_id = ?1 AND w.item = 'mode' AND w.value = 1));
-- name: wanted_back_decided
UPDATE meter_state SET back_from = '' WHERE meter_id = ?1 AND back_from <> '';
-- name: wanted_back
SELECT m.number, ms.back_from FROM meter_state ms JOIN meter m ON m.id = ms.meter_id WHERE ms.meter_id = ?1 AND ms.back_from <> '';
-- name: wanted_count
SELECT (SELECT count(*) FROM wanted_drift w WHERE w.meter_id = ?1), ms.drift, m.number
FROM meter_state ms JOIN meter m ON m.id = ms.meter_id WHERE ms.meter_id = ?1;
-- name: wanted_drift_set
UPDATE meter_state SET drift = ?2 WHERE meter_id = ?1;
-- name: wanted_drifted
SELECT w.item, w.wanted, w.reported FROM wanted_drift w WHERE w.meter_id = ?1;
-- name: wanted_prices
SELECT value FROM wanted WHERE meter_id = ?1 AND item LIKE 'price%' ORDER BY item;
