-- title: Batches
-- roles: all
-- param: state text words=running|stopping|stopped|done|open|failed
-- param: from int
-- param: to int
-- column: batch id Batch
-- column: at time Started
-- column: command state Command
-- column: state course State
-- column: way state Given as
-- column: undo_of id Undo of
-- column: retry_of id Retry of
-- column: total integer Meters
-- column: done integer Done
-- column: failed integer Failed
-- column: skipped integer Skipped
-- column: cancelled integer Cancelled
-- column: dark integer Went dark
-- column: operator text Operator
-- column: selection text Selection
-- column: until_at time Until
-- column: ended_at time Ended
-- column: detail held Commanded
-- column: reason sentence Reason
-- key: batch down
-- An undo is of the command that it takes back: way says so. "open" are those that are running or stopping, "failed" those in which meters failed.
-- scan: newest first along the key, one page
SELECT b.id AS batch, b.created_at_utc AS at, b.command,
       CASE WHEN b.state = 'done' AND b.done = 0 AND b.failed > 0 THEN 'failed' ELSE b.state END AS state,
       CASE WHEN b.undo_of THEN 'undo' WHEN b.retry_of THEN 'retry' ELSE '' END AS way, b.undo_of, b.retry_of, b.total, b.done, b.failed, b.skipped, b.cancelled,
       -- those that were switched, not those of the preview
       (SELECT count(*) FROM batch_row r WHERE r.batch_id = b.id AND r.dark AND r.state = 'done') AS dark,
       coalesce(o.name, '') AS operator, substr(b.selection, 1, 200) AS selection, b.until_utc AS until_at,
       b.ended_at_utc AS ended_at, b.detail, b.reason
FROM batch b LEFT JOIN operator o ON o.id = b.operator_id
WHERE (:state IS NULL OR b.state = :state OR (:state = 'open' AND b.state IN ('running', 'stopping'))
       OR (:state = 'failed' AND b.failed > 0))
  AND (:from IS NULL OR b.created_at_utc >= :from) AND (:to IS NULL OR b.created_at_utc < :to)
ORDER BY b.id DESC
