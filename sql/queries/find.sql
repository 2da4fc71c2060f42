-- title: Find anybody
-- roles: all
-- param: text search required max=100
-- column: meter_id id Meter id
-- column: account_id id Account id
-- column: room text Room
-- column: tenant text Tenant
-- column: meter text Meter
-- column: model text Model
-- column: balance_minor money Balance
-- column: balance_at age Age
-- column: state state State
-- column: last_sale_at time Last sale
-- column: last_sale_minor money Last sale amount
-- column: exact integer Exact
-- column: account text Account
-- column: alias text Alias
-- column: phone text Phone
-- The one box: room, meter number (or its tail), account, tenant, phone tail, number of a receipt (with or without its letters).
-- The text comes folded (lower case, narrow). place 0 is exactly what was typed.
-- scan: the tail of a meter number and the inside of a name have no index; 10,000 rows are walked in a few ms
WITH hit (meter_id, place) AS (
    SELECT m.id, 0 FROM space s JOIN meter m ON m.space_id = s.id
    WHERE s.name = :text COLLATE NOCASE
    UNION ALL
    SELECT m.id, 0 FROM meter m WHERE m.number = :text
    UNION ALL
    SELECT am.meter_id, 0 FROM account a
    JOIN account_meter am ON am.account_id = a.id AND am.to_utc IS NULL
    WHERE a.number = :text COLLATE NOCASE
    UNION ALL
    SELECT s.meter_id, 0 FROM document d JOIN sale s ON s.document_id = d.id
    WHERE d.number = upper(:text)
    UNION ALL
    SELECT s.meter_id, 0 FROM document d JOIN sale s ON s.document_id = d.id
    WHERE length(:text) = 10 AND d.kind = 'sale'
      AND d.year = CAST(substr(:text, 1, 4) AS INTEGER) AND d.n = CAST(substr(:text, 5) AS INTEGER)
    UNION ALL
    SELECT m.id, 1 FROM space s JOIN meter m ON m.space_id = s.id
    WHERE s.name >= :text COLLATE NOCASE AND s.name < :text || char(1114111) COLLATE NOCASE
    UNION ALL
    SELECT m.id, 2 FROM meter m
    WHERE :text <> '' AND m.number >= :text AND m.number < :text || ':'
    UNION ALL
    SELECT am.meter_id,
           CASE WHEN lower(t.name) = :text OR lower(t.code) = :text THEN 0
                WHEN instr(t.search, :text) > 0 THEN 3 ELSE 4 END
    FROM tenant t CROSS JOIN account a ON a.tenant_id = t.id
    CROSS JOIN account_meter am ON am.account_id = a.id AND am.to_utc IS NULL
    WHERE :text <> ''
      AND (instr(t.search, :text) > 0 OR lower(t.code) = :text
           OR length(:text) >= 4
              AND substr(replace(replace(t.phone, ' ', ''), '-', ''), -length(:text)) = :text)
    UNION ALL
    SELECT m.id, 5 FROM meter m
    WHERE length(:text) >= 4 AND substr(m.number, -length(:text)) = :text
)
SELECT v.meter_id, v.account_id, v.room, v.tenant, v.meter, v.model, v.balance_minor, v.balance_at,
       v.state,
       (SELECT s.at_utc FROM sale s WHERE s.meter_id = v.meter_id ORDER BY s.at_utc DESC LIMIT 1)
           AS last_sale_at,
       (SELECT s.amount_minor FROM sale s WHERE s.meter_id = v.meter_id ORDER BY s.at_utc DESC LIMIT 1)
           AS last_sale_minor,
       h.place = 0 AS exact, v.account, v.alias, v.phone
FROM (SELECT meter_id, min(place) AS place FROM hit GROUP BY meter_id) h
JOIN meter_shown v ON v.meter_id = h.meter_id
ORDER BY h.place, v.room, v.meter
