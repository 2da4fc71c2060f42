-- title: Inspection log
-- roles: all
-- param: space int required
-- column: inspection id Id
-- column: at time Time
-- column: operator text By
-- column: note text What was seen
-- key: at down
-- key: inspection down
SELECT i.id AS inspection, i.at_utc AS at, p.name AS operator, i.note
FROM inspection i JOIN operator p ON p.id = i.operator_id WHERE i.space_id = :space ORDER BY i.at_utc DESC, i.id DESC
