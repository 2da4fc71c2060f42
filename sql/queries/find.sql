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
-- The one box: room or its end, meter number or its tail, account, tenant's name, alias, initials, code, phone tail, number of
-- a paper in the tenant's hand (a sale's with or without its letters; a cancel slip's, an opening's, a delivery slip's). The
-- text comes folded (lower case, narrow). place 0 is exactly what was typed. Every way in gives its first 300 along an index, so that a short text costs no more than a long one; of all
-- of them the best 300 are shown: who sees that many types more.
-- scan: the inside of a name has no index; the names of 10,000 tenants are walked along tenant_search in a millisecond or two
WITH typed (digits) AS MATERIALIZED (
    SELECT CASE WHEN length(:text) BETWEEN 4 AND 20 THEN replace(replace(:text, ' ', ''), '-', '') END
), of_account (account_id, place) AS (
    SELECT a.id, 0 FROM account a WHERE a.number = :text COLLATE NOCASE
    UNION ALL
    SELECT a.id, 0 FROM tenant t JOIN account a ON a.tenant_id = t.id WHERE t.code = :text COLLATE NOCASE
    UNION ALL
    SELECT a.id, i.place FROM (
        SELECT id, CASE WHEN lower(name) = :text THEN 0 WHEN substr(search, 1, length(:text)) = :text THEN 3 ELSE 4 END AS place
        FROM tenant WHERE id IN (SELECT id FROM tenant INDEXED BY tenant_search WHERE :text <> '' AND instr(search, :text) > 0 LIMIT 300)
    ) i JOIN account a ON a.tenant_id = i.id
    UNION ALL
    SELECT a.id, 5 FROM (
        SELECT t.id FROM typed CROSS JOIN tenant t
        WHERE t.phone <> '' AND substr(replace(replace(t.phone, ' ', ''), '-', ''), -4) = substr(typed.digits, -4)
          AND substr(replace(replace(t.phone, ' ', ''), '-', ''), -length(typed.digits)) = typed.digits LIMIT 300
    ) i JOIN account a ON a.tenant_id = i.id
), hit (meter_id, place) AS (
    SELECT m.id, 0 FROM space s JOIN meter m ON m.space_id = s.id WHERE s.name = :text COLLATE NOCASE
    UNION ALL
    SELECT m.id, 0 FROM meter m WHERE m.number = :text
    UNION ALL
    SELECT s.meter_id, 0 FROM document d JOIN sale s ON s.document_id = d.id WHERE d.number = upper(:text)
    UNION ALL
    SELECT s.meter_id, 0 FROM document d JOIN sale s ON s.cancelled_entry = d.entry_number
    WHERE d.number = upper(:text) AND d.kind = 'cancel'
    UNION ALL
    SELECT p.meter_id, 0 FROM document d JOIN opening p ON p.document_id = d.id WHERE d.number = upper(:text)
    UNION ALL
    SELECT s.meter_id, 0 FROM document d JOIN delivery_slip y ON y.document_id = d.id JOIN sale s ON s.id = y.sale_id
    WHERE d.number = upper(:text)
    UNION ALL
    SELECT s.meter_id, 0 FROM document d JOIN sale s ON s.document_id = d.id
    WHERE length(:text) = 10 AND d.kind = 'sale'
      AND d.year = CAST(substr(:text, 1, 4) AS INTEGER) AND d.n = CAST(substr(:text, 5) AS INTEGER)
    UNION ALL
    SELECT am.meter_id, h.place FROM of_account h
    JOIN account_meter am ON am.account_id = h.account_id AND am.to_utc IS NULL
    UNION ALL
    SELECT id, 1 FROM (
        SELECT m.id FROM space s JOIN meter m ON m.space_id = s.id
        WHERE s.name >= :text COLLATE NOCASE AND s.name < :text || char(1114111) COLLATE NOCASE
        ORDER BY s.name COLLATE NOCASE LIMIT 300)
    UNION ALL
    SELECT id, 2 FROM (
        SELECT m.id FROM meter m WHERE :text <> '' AND m.number >= :text AND m.number < :text || ':'
        ORDER BY m.number LIMIT 300)
    UNION ALL
    SELECT id, 2 FROM (
        SELECT m.id FROM space s JOIN meter m ON m.space_id = s.id
        WHERE lower(substr(s.name, -3)) = substr(:text, -3) AND length(:text) >= 3
          AND lower(substr(s.name, -length(:text))) = :text LIMIT 300)
    UNION ALL
    SELECT id, 6 FROM (
        SELECT m.id FROM meter m
        WHERE substr(m.number, -4) = substr(:text, -4) AND length(:text) >= 4
          AND substr(m.number, -length(:text)) = :text LIMIT 300)
), best (meter_id, place) AS MATERIALIZED (
    SELECT h.meter_id, h.place
    FROM (SELECT meter_id, min(place) AS place FROM hit GROUP BY meter_id) h
    JOIN meter m ON m.id = h.meter_id JOIN space s ON s.id = m.space_id
    ORDER BY h.place, s.name, m.number LIMIT 300
)
SELECT v.meter_id, v.account_id, v.room, v.tenant, v.meter, v.model, v.balance_minor, v.balance_at,
       v.state,
       (SELECT s.at_utc FROM sale s WHERE s.meter_id = v.meter_id ORDER BY s.at_utc DESC LIMIT 1)
           AS last_sale_at,
       (SELECT s.amount_minor FROM sale s WHERE s.meter_id = v.meter_id ORDER BY s.at_utc DESC LIMIT 1)
           AS last_sale_minor,
       h.place = 0 AS exact, v.account, v.alias, v.phone
FROM best h CROSS JOIN meter_shown v ON v.meter_id = h.meter_id
ORDER BY h.place, v.room, v.meter
