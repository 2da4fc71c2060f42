-- title: The last backup
-- roles: all
-- column: at time Last try
-- column: result state Result
-- column: second state Second place
-- column: reason sentence Reason
-- column: good_at age Last good one
-- column: entries_since integer Journal entries since
-- One row always: result '' where there never was one. Age is the engine's to judge: good_at 0 is never.
-- scan: a row a night
SELECT coalesce((SELECT b.at_utc FROM backup b WHERE b.why <> 'file' ORDER BY b.id DESC LIMIT 1), 0) AS at,
       coalesce((SELECT b.result FROM backup b WHERE b.why <> 'file' ORDER BY b.id DESC LIMIT 1), '') AS result,
       coalesce((SELECT b.second FROM backup b WHERE b.why <> 'file' ORDER BY b.id DESC LIMIT 1), '') AS second,
       coalesce((SELECT b.reason FROM backup b WHERE b.why <> 'file' ORDER BY b.id DESC LIMIT 1), '') AS reason,
       coalesce((SELECT max(b.at_utc) FROM backup b WHERE b.result = 'ok' AND b.why <> 'file'), 0) AS good_at,
       coalesce((SELECT max(e.number) FROM entry e), 0)
           - coalesce((SELECT b.head FROM backup b WHERE b.result = 'ok' AND b.why <> 'file' ORDER BY b.id DESC LIMIT 1), 0)
           AS entries_since
