-- title: Settings
-- roles: manager administrator auditor
-- column: key text Setting
-- column: value text Value
SELECT s.key, s.value FROM setting s ORDER BY s.key
