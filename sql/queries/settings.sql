-- title: Settings
-- roles: manager administrator auditor
-- param: key text max=60
-- settings: settings
-- column: key text Setting
-- column: value text Value
-- column: meaning state What it is
-- column: unit text Unit
-- column: built_in text Built in
-- column: min integer Least
-- column: max integer Most
-- column: words text Words
-- column: kind text Kind
-- column: once integer Set once
-- column: changed_at time Changed
-- column: changed_by text Changed by
-- In the order of the program's table. `changed_at` and `changed_by` are null where nobody changed it since the books
-- were begun; `once`: made with the books and never changed; min and max of a text count its bytes.
SELECT json_extract(k.value, '$[0]') AS key,
       coalesce(s.value, json_extract(k.value, '$[2]')) AS value,
       json_extract(k.value, '$[7]') AS meaning, json_extract(k.value, '$[6]') AS unit,
       json_extract(k.value, '$[2]') AS built_in,
       json_extract(k.value, '$[3]') AS min, json_extract(k.value, '$[4]') AS max,
       json_extract(k.value, '$[5]') AS words, json_extract(k.value, '$[1]') AS kind,
       json_extract(k.value, '$[8]') AS once, o.at_utc AS changed_at,
       coalesce(nullif(p.name, ''), o.login) AS changed_by
FROM json_each(:settings) k
LEFT JOIN setting s ON s.key = json_extract(k.value, '$[0]')
LEFT JOIN operation o ON o.id = (SELECT max(c.id) FROM operation c
                                 WHERE c.action = 'setting.set' AND c.result = 'ok'
                                   AND c.object = json_extract(k.value, '$[0]'))
LEFT JOIN operator p ON p.id = o.operator_id
WHERE :key IS NULL OR json_extract(k.value, '$[0]') = :key
ORDER BY k.key
