-- title: Meters
-- roles: all
-- param: channel text max=64
-- param: state text max=20
-- column: meter_id id Id
-- column: meter text Meter
-- column: kind state Kind
-- column: model text Model
-- column: room text Room
-- column: path text Place
-- column: tenant text Tenant
-- column: account text Account
-- column: channel text Channel
-- column: address integer Address
-- column: balance_minor money Balance
-- column: balance_at age Age
-- column: state state State
-- column: tariff text Tariff
-- column: price_e4 price Price
-- scan: the list of all meters
SELECT v.meter_id, v.meter, v.kind, v.model, v.room, v.path, v.tenant, v.account, c.name AS channel,
       v.address, v.balance_minor, v.balance_at, v.state, tf.name AS tariff, v.price_e4
FROM meter_shown v JOIN channel c ON c.id = v.channel_id LEFT JOIN tariff tf ON tf.id = v.tariff_id
WHERE (:channel IS NULL OR c.name = :channel) AND (:state IS NULL OR v.state = :state)
ORDER BY v.path, v.meter
