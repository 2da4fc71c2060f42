-- title: Gateways
-- roles: all
-- column: gateway_id id Id
-- column: gateway text Gateway
-- column: host text Host
-- column: channels integer Channels
-- column: note text Note
SELECT g.id AS gateway_id, g.name AS gateway, g.host, count(c.id) AS channels, g.note
FROM gateway g LEFT JOIN channel c ON c.gateway_id = g.id
GROUP BY g.id ORDER BY g.name
