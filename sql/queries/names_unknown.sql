-- title: Names that are in no book
-- roles: all
-- param: list text required max=400000
-- column: name text Name
-- Of a pasted list, '["1204","190301527"]', what is neither a meter's number nor the room of one, as it was pasted.
SELECT DISTINCT j.value AS name FROM json_each(:list) j
WHERE NOT EXISTS (SELECT 1 FROM meter m WHERE m.number = j.value)
  AND NOT EXISTS (SELECT 1 FROM space s JOIN meter m ON m.space_id = s.id WHERE s.name = j.value)
ORDER BY j.key
