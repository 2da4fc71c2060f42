-- The copy of the books compared with the books, and the record of it (src/model/backup.c).
-- name: backup_facts
-- scan: what must be the same in a copy is counted
SELECT 'journal entries' AS name, count(*) AS value FROM entry
UNION ALL SELECT 'postings', count(*) FROM posting
UNION ALL SELECT 'papers', count(*) FROM document
UNION ALL SELECT 'sales', count(*) FROM sale
UNION ALL SELECT 'sold', coalesce(sum(amount_minor), 0) FROM sale
UNION ALL SELECT 'orders', count(*) FROM "order"
UNION ALL SELECT 'attempts', count(*) FROM attempt
UNION ALL SELECT 'excesses', count(*) FROM excess
UNION ALL SELECT 'excesses seen to', count(*) FROM excess_seen
UNION ALL SELECT 'papers to print', count(*) FROM outbox
UNION ALL SELECT 'operation log', count(*) FROM operation
UNION ALL SELECT 'operators', count(*) FROM operator
UNION ALL SELECT 'accounts', count(*) FROM account
UNION ALL SELECT 'meters', count(*) FROM meter
UNION ALL SELECT 'readings', count(*) FROM reading
UNION ALL SELECT 'money of ' || ledger, sum(amount_minor) FROM posting GROUP BY ledger

-- name: backup_times
-- scan: a row a night
SELECT (SELECT coalesce(max(at_utc), 0) FROM backup WHERE result = 'ok' AND why <> 'file'),
       (SELECT coalesce(max(at_utc), 0) FROM backup WHERE why <> 'file'),
       (SELECT coalesce(min(at_utc), 0) FROM operation WHERE id = 1)

-- name: backup_add
INSERT INTO backup (at_utc, why, file, bytes, millis, head, result, second, reason, kept)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?7 = 'ok')

-- name: backup_gone
-- scan: a row a night
UPDATE backup SET kept = 0 WHERE file = ?1
