-- Settings of the site, tills and shifts (src/model/setting.c, site.c, till.c).
-- name: setting_get
SELECT value FROM setting WHERE key = ?1

-- name: setting_put
INSERT INTO setting (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value

-- name: till_by_name
SELECT id FROM till WHERE name = ?1

-- name: till_insert
INSERT INTO till (name, language) VALUES (?1, ?2)

-- name: till_change
-- NULL leaves what is there.
UPDATE till SET queue = coalesce(?2, queue), columns = coalesce(?3, columns), language = coalesce(?4, language),
       confirms = coalesce(?5, confirms), encoding = coalesce(?6, encoding), qr = coalesce(?7, qr), raster = coalesce(?8, raster),
       drawer = coalesce(?9, drawer), copies = coalesce(?10, copies)
WHERE id = ?1

-- name: shift_open_of_till
SELECT s.id, o.name FROM shift s JOIN operator o ON o.id = s.operator_id
WHERE s.till_id = ?1 AND s.closed_at_utc IS NULL

-- name: shift_insert
INSERT INTO shift (till_id, operator_id, opened_at_utc, float_minor) VALUES (?1, ?2, ?3, ?4)
