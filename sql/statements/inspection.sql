-- The inspection log of distribution rooms (src/model/inspection.c).
-- name: inspection_room
SELECT 1 FROM space WHERE id = ?1 AND kind = 'distribution';
-- name: inspection_add
INSERT INTO inspection (space_id, operator_id, at_utc, note) VALUES (?1, ?2, ?3, ?4);
