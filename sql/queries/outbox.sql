-- title: Papers
-- A queue that confirms nothing never says more than "sent to the printer".
-- roles: all
-- param: state text words=waiting|sending|sent|printed|unconfirmed|cancelled|open
-- column: outbox_id id Id
-- column: number text Number
-- column: copy integer Copy
-- column: till text Till
-- column: queue text Printer
-- column: state state State
-- column: reasons text Reasons
-- column: tries integer Tries
-- column: marked integer Marked
-- column: created_at time Made
-- column: changed_at time Changed
-- column: sale_id id Sale id
-- key: outbox_id down
SELECT o.id AS outbox_id, d.number, o.copy, t.name AS till, t.queue,
       CASE WHEN o.state = 'printed' AND t.confirms = 0 THEN 'sent to the printer' ELSE o.state END AS state, o.reasons, o.tries, o.marked,
       o.created_at_utc AS created_at, o.changed_at_utc AS changed_at, s.id AS sale_id
FROM outbox o JOIN document d ON d.id = o.document_id JOIN till t ON t.id = o.till_id
LEFT JOIN sale s ON s.document_id = d.id
WHERE :state IS NULL OR o.state = :state
   OR (:state = 'open' AND o.state IN ('waiting', 'sending', 'sent', 'unconfirmed'))
ORDER BY o.id DESC
