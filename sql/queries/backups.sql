-- title: Backups
-- roles: manager administrator auditor
-- column: backup_id id Id
-- column: at time Time
-- column: why state Why
-- column: result state Result
-- column: second state Second place
-- column: head integer Last entry
-- column: bytes integer Bytes
-- column: millis integer Milliseconds
-- column: kept integer Still there
-- column: file text File
-- column: reason sentence Reason
-- key: backup_id down
-- scan: a row a night
SELECT b.id AS backup_id, b.at_utc AS at, b.why, b.result, b.second, b.head, b.bytes, b.millis, b.kept, b.file, b.reason
FROM backup b
ORDER BY b.id DESC
