-- title: A batch
-- roles: all
-- param: batch int required
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
-- column: left integer Left
-- column: rate_e3 integer Meters a second (1/1000)
-- column: left_s integer Seconds left
-- column: away text Lines that are away
-- column: away_meters integer Meters that wait for them
-- column: away_until time They wait until
-- column: dark integer Went dark
-- column: operator text Operator
-- column: selection text Selection
-- column: undone_by id Undone by
-- column: fail_percent integer Stops above failures (%)
-- column: expires_at time Expires
-- column: until_at time Until
-- column: ended_at time Ended
-- column: detail held Commanded
-- column: reason sentence Reason
-- An undo is of the command that it takes back: way says so. The rate is that since it was started or resumed.
WITH b AS (
    -- by its key
    SELECT b.*, b.done + b.failed - b.began_over AS over_now,
           max(1, coalesce(b.ended_at_utc, unixepoch()) - b.began_at_utc) AS span_s,
           b.total - b.done - b.failed - b.skipped - b.cancelled AS left_now
    FROM batch b WHERE b.id = :batch
)
SELECT b.id AS batch, b.created_at_utc AS at, b.command,
       CASE WHEN b.state = 'done' AND b.done = 0 AND b.failed > 0 THEN 'failed' ELSE b.state END AS state,
       CASE WHEN b.undo_of THEN 'undo' WHEN b.retry_of THEN 'retry' ELSE '' END AS way, b.undo_of, b.retry_of, b.total, b.done, b.failed, b.skipped, b.cancelled,
       b.left_now AS left, b.over_now * 1000 / b.span_s AS rate_e3,
       CASE WHEN b.over_now > 0 THEN b.left_now * b.span_s / b.over_now END AS left_s,
       (SELECT group_concat(w.name, ', ') FROM (SELECT c.name FROM batch_line l JOIN channel c ON c.id = l.channel_id
                                               WHERE l.batch_id = b.id AND l.until_utc > unixepoch() ORDER BY c.name) w) AS away,
       (SELECT count(*) FROM batch_line l CROSS JOIN batch_row r ON r.batch_id = b.id AND r.channel_id = l.channel_id
        WHERE l.batch_id = b.id AND l.until_utc > unixepoch() AND r.state IN ('waiting', 'given')) AS away_meters,
       (SELECT max(l.until_utc) FROM batch_line l WHERE l.batch_id = b.id AND l.until_utc > unixepoch()) AS away_until,
       -- those that were switched, not those of the preview
       (SELECT count(*) FROM batch_row r WHERE r.batch_id = b.id AND r.dark AND r.state = 'done') AS dark,
       coalesce(o.name, '') AS operator, b.selection,
       -- scan: batches are few, and asked about one at a time
       (SELECT max(u.id) FROM batch u WHERE u.undo_of = b.id) AS undone_by, b.fail_percent, b.expires_at_utc AS expires_at,
       b.until_utc AS until_at, b.ended_at_utc AS ended_at, b.detail, b.reason
FROM b LEFT JOIN operator o ON o.id = b.operator_id
