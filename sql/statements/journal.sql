-- The journal and its papers.
-- name: journal_last
-- scan: the last row, along the key backwards
SELECT number, at_utc, hash FROM entry ORDER BY number DESC LIMIT 1;
-- name: entry_add
INSERT INTO entry (number, at_utc, kind, operator_id, shift_id, document, order_id, memo, prev_hash, hash)
VALUES (?1, ?2, ?3, nullif(?4, 0), nullif(?5, 0), ?6, ?7, ?8, ?9, ?10);
-- name: posting_add
INSERT INTO posting (entry_number, line, ledger, ref, amount_minor) VALUES (?1, ?2, ?3, ?4, ?5);
-- name: document_last
-- Numbers that a restore left out count as used.
SELECT max((SELECT coalesce(max(n), 0) FROM document WHERE kind = ?1 AND year = ?2),
           (SELECT coalesce(max(to_n), 0) FROM document_gap WHERE kind = ?1 AND year = ?2));
-- name: document_add
INSERT INTO document (kind, year, n, number, entry_number, at_utc, snapshot) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7);
