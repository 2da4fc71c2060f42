-- title: Papers
-- roles: all
-- param: state text words=open|waiting|sent|printed|unconfirmed|cancelled|slip
-- param: kind text words=sale|cancel|opening|delivery
-- param: from int
-- param: to int
-- param: text search max=64
-- column: document_id id Id
-- column: number text Number
-- column: kind state Paper
-- column: at time Made
-- column: outbox_id id Print
-- column: copy integer Copy
-- column: state state State
-- column: reasons state Why
-- column: till text Till
-- column: queue text Printer
-- column: room text Room
-- column: tenant text Tenant
-- column: created_at age Age
-- column: changed_at time Changed
-- column: sale_id id Sale id
-- column: slip integer Delivery slip
-- column: open integer Open
-- Every document with its last print; what is not printed comes first, then the newest. state: open: not printed yet;
-- slip: the receipt said "not yet on the meter", and now it is. from, to: UTC seconds, to not included. text: number
-- (its digits too), room, tenant, meter.
-- scan: newest first along the key, one page (the LIMITs keep each half in its order)
SELECT p.document_id, p.number,
       CASE p.kind WHEN 'sale' THEN 'receipt' WHEN 'cancel' THEN 'cancel slip' WHEN 'opening' THEN 'account opening'
            ELSE 'delivery slip' END AS kind,
       p.at_utc AS at, p.outbox_id, p.copy,
       CASE WHEN p.state = 'printed' AND p.confirms = 0 AND p.reasons = '' THEN 'sent to the printer'
            WHEN p.state IN ('sending', 'sent') THEN 'being printed' ELSE coalesce(p.state, 'never printed') END AS state,
       CASE WHEN p.open = 1 AND p.taken_back = 1 THEN 'being cancelled' WHEN p.state = 'waiting' AND p.queue = '' THEN 'no printer'
            ELSE coalesce(p.reasons, '') END AS reasons,
       p.till, p.queue, json_extract(p.snapshot, '$.room') AS room, json_extract(p.snapshot, '$.tenant') AS tenant,
       coalesce(p.created_at_utc, p.at_utc) AS created_at, p.changed_at_utc AS changed_at, p.sale_id, p.slip, p.open
FROM (SELECT * FROM (SELECT 1 AS open, document_id FROM outbox WHERE state IN ('waiting', 'sending', 'sent', 'unconfirmed')
                     ORDER BY document_id DESC LIMIT -1)
      UNION ALL SELECT * FROM (SELECT 0, id FROM document ORDER BY id DESC LIMIT -1) LIMIT -1) AS o
CROSS JOIN document_print p ON p.document_id = o.document_id AND p.open = o.open
WHERE (:kind IS NULL OR p.kind = :kind) AND p.at_utc >= coalesce(:from, 0) AND p.at_utc < coalesce(:to, 9223372036854775807)
  AND (:state IS NULL OR p.state = :state OR :state = 'open' AND p.open = 1 OR :state = 'slip' AND p.slip = 1)
  AND (:text IS NULL OR instr(lower(p.number), :text) > 0 OR instr(replace(substr(p.number, 3), '-', ''), :text) > 0
       OR instr(lower(json_extract(p.snapshot, '$.room')), :text) > 0 OR instr(lower(json_extract(p.snapshot, '$.tenant')), :text) > 0
       OR json_extract(p.snapshot, '$.meter') = :text)
