-- title: Notices of alarms
-- roles: all
-- param: alarm int
-- param: state text words=waiting|sent|failed
-- column: notice_id id Notice
-- column: tells state Tells
-- column: way state Way
-- column: recipient text To
-- column: state state State
-- column: tries integer Tries
-- column: changed_at time Last try
-- column: next_at time Next try
-- column: reason sentence Reason
-- column: subject text Subject
-- column: alarm_id id Alarm
-- column: kind state Kind
-- column: about state About
-- column: object text Object
-- key: notice_id down
-- reason: JSON of a sentence, with the last line that the server or the command said.
-- scan: newest first along the key, one page
SELECT n.id AS notice_id, n.tells, n.way, n.recipient, n.state, n.tries, n.changed_utc AS changed_at,
       CASE WHEN n.state = 'waiting' THEN n.next_utc END AS next_at, n.reason, n.subject, n.alarm_id, a.kind, a.about, a.object
FROM notice n JOIN alarm a ON a.id = n.alarm_id
WHERE (:alarm IS NULL OR n.alarm_id = :alarm) AND (:state IS NULL OR n.state = :state)
ORDER BY n.id DESC
