-- title: Spaces
-- roles: all
-- column: space_id id Id
-- column: path text Place
-- column: kind state Kind
-- column: meters integer Meters
-- column: note text Note
SELECT s.id AS space_id, s.path, s.kind, count(m.id) AS meters, s.note
FROM space s LEFT JOIN meter m ON m.space_id = s.id
GROUP BY s.id ORDER BY s.path
