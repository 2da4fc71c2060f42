-- What the sense of a value depends on.
-- name: sense_meter
SELECT ms.alarm1_minor, ms.alarm2_minor, m.model, CASE WHEN m.transformers THEN coalesce(ms.ratio, 0) ELSE 1 END
FROM meter m LEFT JOIN meter_state ms ON ms.meter_id = m.id WHERE m.id = ?1;
