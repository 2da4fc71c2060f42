-- What an operator had half typed (src/model/draft.c).
-- name: draft_put
INSERT INTO draft (operator_id, key, title, body, at_utc) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (operator_id, key) DO UPDATE SET title = ?3, body = ?4, at_utc = ?5

-- name: draft_drop
DELETE FROM draft WHERE operator_id = ?1 AND key = ?2

-- name: draft_trim
DELETE FROM draft
WHERE operator_id = ?1
  AND (at_utc < ?2
       OR key IN (SELECT d.key FROM draft d WHERE d.operator_id = ?1 ORDER BY d.at_utc DESC, d.key LIMIT -1 OFFSET ?3))
