-- title: Tariffs
-- roles: all
-- column: tariff_id id Id
-- column: tariff text Tariff
-- column: kind state Kind
-- column: from_day text From
-- column: rate integer Rate
-- column: price_e4 price Price
-- column: meters integer Meters
-- column: note text Note
-- scan: meters counted by tariff
SELECT t.id AS tariff_id, t.name AS tariff, t.kind, p.from_day, p.rate, p.price_e4, n.meters, t.note
FROM tariff t LEFT JOIN tariff_price p ON p.tariff_id = t.id
LEFT JOIN (SELECT m.tariff_id, count(*) AS meters FROM meter m GROUP BY m.tariff_id) n
       ON n.tariff_id = t.id
ORDER BY t.name, p.from_day DESC, p.rate
