-- What an import looks up and writes (src/model/import*.c).
-- name: import_gateway_find
SELECT id FROM gateway WHERE name = ?1
-- name: import_channel_find
SELECT id FROM channel WHERE name = ?1
-- name: import_tariff_find
SELECT id FROM tariff WHERE name = ?1
-- name: import_space_find
SELECT id FROM space WHERE path = ?1
-- name: import_tenant_find
SELECT id FROM tenant WHERE code = ?1
-- name: import_account_find
SELECT id FROM account WHERE number = ?1
-- name: import_meter_find
SELECT id FROM meter WHERE number = ?1

-- name: import_channels
SELECT c.name, c.host, coalesce(g.name, ''), coalesce(g.host, ''), c.port, c.type, c.device
FROM channel c LEFT JOIN gateway g ON g.id = c.gateway_id

-- name: import_channel_get
SELECT c.host, coalesce(g.name, ''), c.device, c.port FROM channel c LEFT JOIN gateway g ON g.id = c.gateway_id WHERE c.name = ?1

-- name: import_space_kind
SELECT kind = 'distribution' FROM space WHERE path = ?1
-- name: import_meter_main
SELECT role = 'main' FROM meter WHERE number = ?1

-- name: import_gateway_host
SELECT host FROM gateway WHERE name = ?1

-- name: import_price_get
SELECT p.price_e4,
       EXISTS (SELECT 1 FROM meter m WHERE m.tariff_id = p.tariff_id) -- scan: stops at the first meter
FROM tariff_price p JOIN tariff t ON t.id = p.tariff_id
WHERE t.name = ?1 AND p.from_day = ?2 AND p.rate = 0 AND p.step_wh = 0

-- name: import_price_before
-- The price that a tariff has until a day, or from that day on already.
SELECT p.price_e4, p.from_day FROM tariff_price p JOIN tariff t ON t.id = p.tariff_id
WHERE t.name = ?1 AND p.rate = 0 AND p.step_wh = 0 AND p.from_day <= ?2 ORDER BY p.from_day DESC LIMIT 1

-- name: import_account_get
SELECT t.code, a.closed_at_utc IS NOT NULL FROM account a JOIN tenant t ON t.id = a.tenant_id WHERE a.number = ?1

-- name: import_meter_get
SELECT m.model, m.kind, coalesce(a.number, ''), k.meter_id IS NOT NULL
FROM meter m LEFT JOIN account_meter am ON am.meter_id = m.id AND am.to_utc IS NULL
LEFT JOIN account a ON a.id = am.account_id LEFT JOIN meter_known k ON k.meter_id = m.id
WHERE m.number = ?1

-- name: import_meter_at
SELECT m.number, m.id FROM meter m JOIN channel c ON c.id = m.channel_id WHERE c.name = ?1 AND m.address = ?2

-- name: import_gateway_add
INSERT INTO gateway (name, host, note) VALUES (?1, ?2, coalesce(?3, ''))
-- name: import_gateway_change
UPDATE gateway SET host = ?2, note = coalesce(?3, note)
WHERE name = ?1 AND (host, note) IS NOT (?2, coalesce(?3, note))

-- name: import_channel_add
INSERT INTO channel (name, type, port, gateway_id, host, quiet_ms, note, device, baud, parity, stop_bits,
                     timeout_min_ms, low_latency, room_id, interval_s)
VALUES (?1, ?2, coalesce(?3, 0), (SELECT id FROM gateway WHERE name = ?4), coalesce(?5, ''),
        coalesce(?6, CASE ?2 WHEN 'rtu' THEN 1000 ELSE 5000 END), coalesce(?7, ''), coalesce(?8, ''),
        coalesce(?9, 9600), coalesce(?10, 'N'), coalesce(?11, 1), coalesce(?12, 150), coalesce(?13, 1),
        (SELECT id FROM space WHERE path = ?14), CAST(nullif(?15, '') AS INTEGER))
-- name: import_channel_change
-- ?4 NULL: the column is not there; '': no gateway. The same with ?14 (room) and ?15 (interval).
UPDATE channel SET type = ?2, port = coalesce(?3, port),
       gateway_id = CASE WHEN ?4 IS NULL THEN gateway_id ELSE (SELECT id FROM gateway WHERE name = ?4) END,
       host = coalesce(?5, host), quiet_ms = coalesce(?6, quiet_ms), note = coalesce(?7, note),
       device = coalesce(?8, device), baud = coalesce(?9, baud), parity = coalesce(?10, parity),
       stop_bits = coalesce(?11, stop_bits), timeout_min_ms = coalesce(?12, timeout_min_ms),
       low_latency = coalesce(?13, low_latency),
       room_id = CASE WHEN ?14 IS NULL THEN room_id ELSE (SELECT id FROM space WHERE path = ?14) END,
       interval_s = CASE WHEN ?15 IS NULL THEN interval_s ELSE CAST(nullif(?15, '') AS INTEGER) END
WHERE name = ?1 AND (type, port, gateway_id, host, quiet_ms, note, device, baud, parity, stop_bits, timeout_min_ms,
                     low_latency, room_id, interval_s) IS NOT
      (?2, coalesce(?3, port), CASE WHEN ?4 IS NULL THEN gateway_id ELSE (SELECT id FROM gateway WHERE name = ?4) END,
       coalesce(?5, host), coalesce(?6, quiet_ms), coalesce(?7, note), coalesce(?8, device), coalesce(?9, baud),
       coalesce(?10, parity), coalesce(?11, stop_bits), coalesce(?12, timeout_min_ms), coalesce(?13, low_latency),
       CASE WHEN ?14 IS NULL THEN room_id ELSE (SELECT id FROM space WHERE path = ?14) END,
       CASE WHEN ?15 IS NULL THEN interval_s ELSE CAST(nullif(?15, '') AS INTEGER) END)

-- name: import_tariff_add
INSERT INTO tariff (name, kind, note) VALUES (?1, 'flat', coalesce(?2, ''))
-- name: import_tariff_change
UPDATE tariff SET note = coalesce(?2, note) WHERE name = ?1 AND note IS NOT coalesce(?2, note)
-- name: import_price_add
INSERT INTO tariff_price (tariff_id, from_day, rate, price_e4)
VALUES ((SELECT id FROM tariff WHERE name = ?1), ?2, 0, ?3)
-- name: import_price_change
UPDATE tariff_price SET price_e4 = ?3
WHERE tariff_id = (SELECT id FROM tariff WHERE name = ?1) AND from_day = ?2 AND rate = 0 AND step_wh = 0
  AND price_e4 <> ?3

-- name: import_space_add
INSERT INTO space (path, kind, parent_id, name, note)
VALUES (?1, ?2, (SELECT id FROM space WHERE path = ?3), ?4, coalesce(?5, ''))
-- name: import_space_change
UPDATE space SET kind = ?2, note = coalesce(?3, note)
WHERE path = ?1 AND (kind, note) IS NOT (?2, coalesce(?3, note))

-- name: import_tenant_alias
SELECT alias FROM tenant WHERE code = ?1
-- name: import_tenant_add
INSERT INTO tenant (code, name, alias, phone, note, search)
VALUES (?1, ?2, coalesce(?3, ''), coalesce(?4, ''), coalesce(?5, ''), ?6)
-- name: import_tenant_change
UPDATE tenant SET name = ?2, alias = coalesce(?3, alias), phone = coalesce(?4, phone), note = coalesce(?5, note),
       search = ?6
WHERE code = ?1 AND (name, alias, phone, note, search) IS NOT
      (?2, coalesce(?3, alias), coalesce(?4, phone), coalesce(?5, note), ?6)

-- name: import_account_add
INSERT INTO account (number, tenant_id, opened_at_utc, no_sale, note)
VALUES (?1, (SELECT id FROM tenant WHERE code = ?2), coalesce(?3, ?6), coalesce(?4, 0), coalesce(?5, ''))
-- name: import_account_change
UPDATE account SET opened_at_utc = coalesce(?2, opened_at_utc), no_sale = coalesce(?3, no_sale), note = coalesce(?4, note)
WHERE number = ?1 AND (opened_at_utc, no_sale, note) IS NOT
      (coalesce(?2, opened_at_utc), coalesce(?3, no_sale), coalesce(?4, note))

-- name: import_meter_free_place
-- A place where no meter is: two meters that change places need a third.
WITH RECURSIVE n (address) AS (SELECT 247 UNION ALL SELECT address - 1 FROM n WHERE address > 1)
SELECT c.id, n.address FROM channel c JOIN n
WHERE NOT EXISTS (SELECT 1 FROM meter m WHERE m.channel_id = c.id AND m.address = n.address) LIMIT 1
-- name: import_meter_park
UPDATE meter SET channel_id = ?2, address = ?3 WHERE id = ?1

-- name: import_meter_place
SELECT c.name, m.address FROM meter m JOIN channel c ON c.id = m.channel_id WHERE m.number = ?1
-- name: import_meter_add
INSERT INTO meter (number, model, kind, credit_mode, channel_id, address, space_id, tariff_id, transformers,
                   total_purchased, note, role, interval_s)
VALUES (?1, ?2, ?3, 'meter', (SELECT id FROM channel WHERE name = ?4), ?5, (SELECT id FROM space WHERE path = ?6),
        (SELECT id FROM tariff WHERE name = ?7), coalesce(?8, 1), coalesce(?9, 'proof'), coalesce(?10, ''),
        coalesce(?11, 'tenant'), CAST(nullif(?12, '') AS INTEGER))
-- name: import_meter_change
UPDATE meter SET model = ?2, kind = ?3, channel_id = (SELECT id FROM channel WHERE name = ?4), address = ?5,
       space_id = (SELECT id FROM space WHERE path = ?6), tariff_id = (SELECT id FROM tariff WHERE name = ?7),
       transformers = coalesce(?8, transformers), total_purchased = coalesce(?9, total_purchased),
       note = coalesce(?10, note), role = coalesce(?11, role),
       interval_s = CASE WHEN ?12 IS NULL THEN interval_s ELSE CAST(nullif(?12, '') AS INTEGER) END
WHERE number = ?1 AND (model, kind, channel_id, address, space_id, tariff_id, transformers, total_purchased, note, role,
                       interval_s) IS NOT
      (?2, ?3, (SELECT id FROM channel WHERE name = ?4), ?5, (SELECT id FROM space WHERE path = ?6),
       (SELECT id FROM tariff WHERE name = ?7), coalesce(?8, transformers), coalesce(?9, total_purchased),
       coalesce(?10, note), coalesce(?11, role),
       CASE WHEN ?12 IS NULL THEN interval_s ELSE CAST(nullif(?12, '') AS INTEGER) END)
-- name: import_account_meter_add
-- adopted 0: the first reading makes the opening entries.
INSERT INTO account_meter (account_id, meter_id, from_utc)
SELECT a.id, m.id, ?3 FROM account a, meter m WHERE a.number = ?1 AND m.number = ?2
  AND NOT EXISTS (SELECT 1 FROM account_meter x WHERE x.meter_id = m.id AND x.to_utc IS NULL)
