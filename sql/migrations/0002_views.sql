-- A meter as people see it, with the one word for its state: shared by the queries, so that every
-- screen calls the same meter the same. Of the states the first that holds.

CREATE INDEX space_name_folded ON space (name COLLATE NOCASE);
CREATE INDEX account_number_folded ON account (number COLLATE NOCASE);
CREATE INDEX operation_time ON operation (at_utc);

CREATE VIEW meter_shown AS
SELECT m.id AS meter_id, m.number AS meter, m.kind, m.model, m.credit_mode, m.channel_id, m.address,
       m.space_id, m.tariff_id, s.name AS room, s.path,
       am.account_id, am.adopted, a.number AS account, a.no_sale, a.tenant_id,
       t.name AS tenant, t.alias, t.phone,
       -- after a top-up the books know the balance before the next reading does
       CASE WHEN k.at_utc >= ms.read_at_utc THEN k.balance_minor ELSE ms.balance_minor END AS balance_minor,
       CASE WHEN k.at_utc >= ms.read_at_utc THEN k.at_utc ELSE ms.read_at_utc END AS balance_at,
       ms.tried_at_utc AS tried_at, ms.misses,
       coalesce(ms.price1_e4, (
           SELECT p.price_e4 FROM tariff_price p
           WHERE p.tariff_id = m.tariff_id AND p.from_day <= date('now', 'localtime')
           ORDER BY p.from_day DESC, p.rate LIMIT 1)) AS price_e4,
       CASE
           WHEN m.id IN (
               SELECT o.meter_id FROM "order" o      -- the first term is that of index order_open
               WHERE o.state IN ('queued', 'sending', 'in doubt') AND o.state = 'in doubt') THEN 'in doubt'
           WHEN ms.misses >= 2 THEN 'lost'
           WHEN am.account_id IS NULL THEN 'not opened'
           WHEN ms.read_at_utc IS NULL THEN 'unread'
           WHEN ms.forced = 1 AND ms.relay_closed = 0 THEN 'forced off'
           WHEN ms.forced = 1 THEN 'forced on'
           WHEN ms.relay_closed = 0 THEN 'cut'
           WHEN ms.arrears = 1 THEN 'arrears'
           WHEN ms.alarm2 = 1 THEN 'alarm 2'
           WHEN ms.alarm1 = 1 THEN 'alarm 1'
           ELSE 'on'
       END AS state
FROM meter m
JOIN space s ON s.id = m.space_id
LEFT JOIN account_meter am ON am.meter_id = m.id AND am.to_utc IS NULL
LEFT JOIN account a ON a.id = am.account_id
LEFT JOIN tenant t ON t.id = a.tenant_id
LEFT JOIN meter_state ms ON ms.meter_id = m.id
LEFT JOIN meter_known k ON k.meter_id = m.id;
