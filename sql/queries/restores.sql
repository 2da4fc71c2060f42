-- title: Restores of the books
-- roles: manager administrator auditor
-- column: restore_id id Id
-- column: at time Time
-- column: entry integer Journal entry
-- column: waiting integer Meters to compare
-- column: meters integer Meters
-- column: steps integer Purchases lost
-- column: amount_minor money Amount
-- column: numbers integer Numbers left out
-- column: file text Copy
-- key: restore_id down
-- scan: restores are few
SELECT r.id AS restore_id, r.at_utc AS at, r.entry_number AS entry,
       (SELECT count(*) FROM restore_meter x WHERE x.restore_id = r.id AND x.compared_utc IS NULL) AS waiting,
       (SELECT count(*) FROM restore_meter x WHERE x.restore_id = r.id) AS meters,
       (SELECT coalesce(sum(x.steps), 0) FROM restore_meter x WHERE x.restore_id = r.id) AS steps,
       (SELECT coalesce(sum(x.amount_minor), 0) FROM restore_meter x WHERE x.restore_id = r.id) AS amount_minor,
       (SELECT coalesce(sum(g.to_n - g.from_n + 1), 0) FROM document_gap g WHERE g.restore_id = r.id) AS numbers, r.file
FROM restore r
ORDER BY r.id DESC
