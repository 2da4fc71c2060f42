-- What `verify` walks and compares (src/model/verify.c). Each verify_wrong_* gives its first bad row as
-- key and words for what is wrong, or none.
-- name: verify_entries
-- scan: the whole chain is walked
SELECT number, at_utc, kind, coalesce(operator_id, 0), coalesce(shift_id, 0), document, order_id, memo, prev_hash, hash
FROM entry ORDER BY number

-- name: verify_postings
-- scan: the whole journal is walked
SELECT entry_number, line, ledger, ref, amount_minor FROM posting ORDER BY entry_number, line

-- name: verify_entry
SELECT hash FROM entry WHERE number = ?1

-- name: verify_documents
-- scan: every number must follow the last
SELECT d.kind, d.year, d.n, d.number, d.snapshot, coalesce(e.kind, ''), coalesce(e.document, ''), coalesce(e.memo, ''),
       d.at_utc = e.at_utc
FROM document d LEFT JOIN entry e ON e.number = d.entry_number ORDER BY d.kind, d.year, d.n

-- name: verify_wrong_entry
-- scan: each entry must be told by its paper, order, shift or excess
SELECT key, wrong FROM (
    SELECT e.number AS key, CASE
        WHEN e.document <> '' AND NOT EXISTS (SELECT 1 FROM document d WHERE d.number = e.document AND d.entry_number = e.number)
            THEN 'its paper is not there'
        WHEN e.kind IN ('sale', 'cancel', 'paper', 'opening') AND e.document = '' THEN 'it has no number of a paper'
        WHEN e.kind = 'paper' AND EXISTS (SELECT 1 FROM posting p WHERE p.entry_number = e.number)
            THEN 'a paper that moves no money has postings'
        WHEN e.kind = 'cancel' AND (SELECT count(*) FROM sale s WHERE s.cancelled_entry = e.number) <> 1
            THEN 'it cancels not exactly one sale'
        WHEN e.kind = 'opening' AND (SELECT count(*) FROM document d JOIN opening o ON o.document_id = d.id
                                     WHERE d.entry_number = e.number AND o.state = 'done' AND o.settings_order = e.order_id) <> 1
            THEN 'it opens what no opening knows'
        WHEN e.kind = 'delivery' AND NOT EXISTS (SELECT 1 FROM "order" o WHERE o.id = e.order_id AND o.state = 'done'
                                                 AND o.kind = 'top-up')
            THEN 'it tells of a delivery that no done order knows'
        WHEN e.kind = 'excess' AND (SELECT count(*) FROM excess x WHERE x.entry_number = e.number) <> 1
            THEN 'it tells of an excess that is not listed once'
        WHEN e.kind = 'restore' AND (SELECT count(*) FROM restore r WHERE r.entry_number = e.number) <> 1
            THEN 'it tells of a restore that is not listed'
        WHEN e.kind = 'shift open' AND NOT EXISTS (SELECT 1 FROM shift s WHERE s.id = e.shift_id AND s.operator_id = e.operator_id)
            THEN 'it opens a shift that is not there'
    END AS wrong
    FROM entry e)
WHERE wrong IS NOT NULL ORDER BY key LIMIT 1

-- name: verify_wrong_sale
-- scan: each sale against journal and order
SELECT key, wrong FROM (
    SELECT d.number AS key, s.id, CASE
        WHEN d.kind <> 'sale' OR e.kind <> 'sale' THEN 'its journal entry is none of a sale'
        WHEN (SELECT coalesce(sum(p.amount_minor), 0) FROM posting p WHERE p.entry_number = e.number AND p.ledger = s.pay
              AND p.ref = s.shift_id) <> s.amount_minor
            THEN 'the journal says that another amount was taken'
        WHEN (SELECT coalesce(sum(p.amount_minor), 0) FROM posting p WHERE p.entry_number = e.number AND p.ledger = 'pending'
              AND p.ref = s.account_id) <> -s.amount_minor
            THEN 'the journal owes another amount to its account'
        WHEN e.operator_id IS NOT s.operator_id OR e.shift_id IS NOT s.shift_id OR e.at_utc <> s.at_utc
            THEN 'the journal names another operator, shift or time'
        WHEN json_extract(d.snapshot, '$.tendered') <> s.tendered_minor OR json_extract(d.snapshot, '$.change') <> s.change_minor
             OR coalesce(json_extract(d.snapshot, '$.pay_reference'), '') <> s.reference
            THEN 'its paper names another payment'
        WHEN json_extract(d.snapshot, '$.meter') <> (SELECT m.number FROM meter m WHERE m.id = s.meter_id)
             OR json_extract(d.snapshot, '$.account') <> (SELECT a.number FROM account a WHERE a.id = s.account_id)
            THEN 'its paper names another meter or account'
        WHEN s.cancelled_entry IS NULL AND NOT EXISTS (SELECT 1 FROM outbox x WHERE x.document_id = d.id)
            THEN 'its paper was taken out of the outbox'
        WHEN (SELECT count(*) FROM "order" o WHERE o.sale_id = s.id AND o.kind = 'top-up' AND o.meter_id = s.meter_id
              AND o.amount_minor = s.amount_minor) <> 1
            THEN 'it has not exactly one order of its amount and meter'
        WHEN (SELECT o.state = 'cancelled' FROM "order" o WHERE o.sale_id = s.id) <> (s.cancelled_entry IS NOT NULL)
            THEN 'sale and order disagree whether it was cancelled'
        WHEN s.cancelled_entry IS NOT NULL
             AND (SELECT coalesce(sum(p.amount_minor), 0) FROM entry c JOIN posting p ON p.entry_number = c.number
                  WHERE c.number = s.cancelled_entry AND c.kind = 'cancel' AND p.ledger = 'pending'
                    AND p.ref = s.account_id) <> s.amount_minor
            THEN 'the journal cancels another amount'
        WHEN s.cancelled_entry IS NOT NULL
             AND (SELECT coalesce(sum(p.amount_minor), 0) FROM entry c JOIN posting p ON p.entry_number = c.number
                  WHERE c.number = s.cancelled_entry AND p.ledger = s.pay AND p.ref = c.shift_id) <> -s.amount_minor
            THEN 'the journal paid another amount back, or out of another shift'
        WHEN s.cancelled_entry IS NOT NULL
             AND NOT EXISTS (SELECT 1 FROM entry c JOIN document k ON k.number = c.document JOIN "order" o ON o.id = c.order_id
                             WHERE c.number = s.cancelled_entry AND k.kind = 'cancel' AND o.sale_id = s.id
                               AND json_extract(k.snapshot, '$.sale') = d.number
                               AND json_extract(k.snapshot, '$.paid_out') = s.amount_minor
                               AND json_extract(k.snapshot, '$.pay') = s.pay
                               AND EXISTS (SELECT 1 FROM outbox x WHERE x.document_id = k.id))
            THEN 'the paper of its cancel tells of another sale, or was taken out of the outbox'
    END AS wrong
    FROM sale s JOIN document d ON d.id = s.document_id LEFT JOIN entry e ON e.number = d.entry_number)
WHERE wrong IS NOT NULL ORDER BY id LIMIT 1

-- name: verify_wrong_document
-- scan: each paper of a sale or of its cancel has its sale
SELECT d.number, CASE d.kind WHEN 'sale' THEN 'there is no sale for it' ELSE 'there is no cancelled sale for it' END
FROM document d
WHERE d.kind = 'sale' AND NOT EXISTS (SELECT 1 FROM sale s WHERE s.document_id = d.id)
   OR d.kind = 'cancel' AND NOT EXISTS (SELECT 1 FROM sale s WHERE s.cancelled_entry = d.entry_number)
ORDER BY d.id LIMIT 1

-- name: verify_wrong_slip
-- scan: each delivery slip against its sale and order
SELECT key, wrong FROM (
    SELECT d.number AS key, d.id, CASE
        WHEN ds.sale_id IS NULL THEN 'it tells of no sale'
        WHEN o.state <> 'done' OR e.order_id <> o.id THEN 'it tells of a delivery that its order does not know'
        WHEN json_extract(d.snapshot, '$.sale') <> sd.number OR json_extract(d.snapshot, '$.amount') <> s.amount_minor
             OR json_extract(d.snapshot, '$.balance_after') IS NOT o.balance_after_minor
             OR json_extract(d.snapshot, '$.count_after') IS NOT o.count_after
            THEN 'it tells of another sale, amount or balance'
        WHEN NOT EXISTS (SELECT 1 FROM outbox x WHERE x.document_id = d.id) THEN 'it was taken out of the outbox'
    END AS wrong
    FROM document d LEFT JOIN entry e ON e.number = d.entry_number LEFT JOIN delivery_slip ds ON ds.document_id = d.id
    LEFT JOIN sale s ON s.id = ds.sale_id LEFT JOIN document sd ON sd.id = s.document_id
    LEFT JOIN "order" o ON o.sale_id = s.id
    WHERE d.kind = 'delivery')
WHERE wrong IS NOT NULL ORDER BY id LIMIT 1

-- name: verify_wrong_order
-- scan: each order against journal and excess
SELECT key, wrong FROM (
    SELECT o.id AS key, CASE
        WHEN o.kind = 'top-up' AND o.sale_id IS NULL THEN 'nobody paid for it'
        WHEN o.kind = 'top-up' AND (SELECT count(*) FROM entry e WHERE e.order_id = o.id AND e.order_id <> 0
                                    AND e.kind = 'delivery') <> (o.state = 'done')
            THEN CASE WHEN o.state = 'done' THEN 'it is done, but the journal has not one delivery of it'
                 ELSE 'it is not done, but the journal has a delivery of it' END
        WHEN o.kind = 'top-up' AND o.state = 'done'
             AND (SELECT coalesce(sum(p.amount_minor), 0) FROM entry e JOIN posting p ON p.entry_number = e.number
                  WHERE e.order_id = o.id AND e.order_id <> 0 AND e.kind = 'delivery' AND p.ledger = 'on meter'
                    AND p.ref = o.meter_id) <> -o.amount_minor
            THEN 'the journal delivered another amount or to another meter'
        WHEN o.kind = 'top-up' AND o.state = 'done'
             AND (SELECT coalesce(sum(p.amount_minor), 0) FROM entry e JOIN posting p ON p.entry_number = e.number
                  JOIN sale s ON s.id = o.sale_id
                  WHERE e.order_id = o.id AND e.order_id <> 0 AND e.kind = 'delivery' AND p.ledger = 'pending'
                    AND p.ref = s.account_id) <> o.amount_minor
            THEN 'the journal delivered for another account'
        WHEN o.kind = 'top-up' AND o.state = 'done' AND o.flag <> 'decided'
             AND (SELECT e.memo FROM entry e WHERE e.order_id = o.id AND e.order_id <> 0 AND e.kind = 'delivery'
                    AND e.operator_id IS NULL)
                 IS NOT coalesce('count ' || o.count_after || ' balance ' || o.balance_after_minor, 'nothing')
            THEN 'the journal was proved by another count or balance'
        WHEN o.kind = 'top-up' AND o.state = 'done' AND o.flag = 'decided'
             AND NOT EXISTS (SELECT 1 FROM entry e JOIN operator p ON p.id = e.operator_id JOIN attempt a ON a.order_id = o.id
                             WHERE e.order_id = o.id AND e.order_id <> 0 AND e.kind = 'delivery'
                               AND a.outcome = 'decided: applied' AND json_extract(a.frames, '$[0].hex') = p.login
                               AND e.memo = 'decided by ' || p.login || ': ' || json_extract(a.frames, '$[1].hex')
                               AND o.count_after IS NULL AND o.balance_after_minor IS NULL)
            THEN 'it is marked as decided by a person, and the journal does not say so'
        WHEN o.excess_minor <> (SELECT coalesce(sum(max(x.amount_minor, 0)), 0) FROM excess x WHERE x.order_id = o.id)
            THEN 'the list of excesses says another amount'
    END AS wrong
    FROM "order" o)
WHERE wrong IS NOT NULL ORDER BY key LIMIT 1

-- name: verify_wrong_opening
-- scan: each opening against paper, orders and journal
SELECT key, wrong FROM (
    SELECT o.id AS key, CASE
        WHEN (o.state = 'done') <> (o.document_id IS NOT NULL) THEN 'it is done without its paper, or not done with one'
        WHEN o.state = 'waiting' AND s.state NOT IN ('queued', 'sending', 'in doubt') THEN 'it waits for an order that is over'
        WHEN o.state = 'done' AND (s.state <> 'done' OR s.kind <> 'settings' OR s.meter_id <> o.meter_id)
            THEN 'its settings were not proved'
        WHEN o.state = 'done' AND EXISTS (SELECT 1 FROM "order" x WHERE x.id IN (o.load_order, o.clock_order) AND x.state <> 'done')
            THEN 'an order that goes before it was not proved'
        WHEN o.state = 'done' AND (d.kind <> 'opening' OR e.kind <> 'opening' OR e.operator_id IS NOT o.operator_id)
            THEN 'its journal entry is none of an opening, or names another operator'
        WHEN o.state = 'done' AND (json_extract(d.snapshot, '$.meter') <> m.number OR json_extract(d.snapshot, '$.account') <> a.number
                                   OR json_extract(d.snapshot, '$.how') <> o.how)
            THEN 'its paper names another meter or account'
        WHEN o.state = 'done' AND (json_extract(d.snapshot, '$.count') <> s.count_after
                                   OR json_extract(d.snapshot, '$.balance') <> s.balance_after_minor)
            THEN 'its paper names another balance or count'
        WHEN o.state = 'done' AND o.how = 'adopt' AND EXISTS (SELECT 1 FROM posting p WHERE p.entry_number = e.number)
            THEN 'the journal moved money for a meter that keeps its own'
        WHEN o.state = 'done' AND o.how = 'new' AND (s.count_after <> 0 OR s.balance_after_minor > 0)
            THEN 'it was proved by a meter that was not at zero'
        WHEN o.state = 'done' AND o.how = 'new'
             AND (SELECT coalesce(sum(p.amount_minor), 0) FROM posting p WHERE p.ledger = 'on meter' AND p.ref = o.meter_id
                  AND p.entry_number <= e.number) <> 0
            THEN 'the journal did not begin its meter at zero'
    END AS wrong
    FROM opening o JOIN "order" s ON s.id = o.settings_order JOIN meter m ON m.id = o.meter_id JOIN account a ON a.id = o.account_id
    LEFT JOIN document d ON d.id = o.document_id LEFT JOIN entry e ON e.number = d.entry_number)
WHERE wrong IS NOT NULL ORDER BY key LIMIT 1

-- name: verify_wrong_excess
SELECT key, wrong FROM (
    SELECT x.id AS key, CASE
        WHEN e.kind IS NOT 'excess' OR e.order_id <> coalesce(x.order_id, 0) THEN 'its journal entry is none of this excess'
        WHEN (SELECT coalesce(sum(p.amount_minor), 0) FROM posting p WHERE p.entry_number = x.entry_number
              AND p.ledger = 'excess' AND p.ref = x.meter_id) <> x.amount_minor
            THEN 'the journal says another amount'
    END AS wrong
    FROM excess x LEFT JOIN entry e ON e.number = x.entry_number)
WHERE wrong IS NOT NULL ORDER BY key LIMIT 1

-- name: verify_wrong_shift
-- scan: the entries that open shifts
SELECT key, wrong FROM (
    SELECT s.id AS key, CASE
        WHEN n.entries IS NOT 1 THEN 'the journal does not open it once'
        WHEN n.cash <> s.float_minor THEN 'the journal gives it another float'
    END AS wrong
    FROM shift s LEFT JOIN (
        SELECT e.shift_id, count(*) AS entries,
               sum((SELECT coalesce(sum(p.amount_minor), 0) FROM posting p WHERE p.entry_number = e.number AND p.ledger = 'cash'
                    AND p.ref = e.shift_id)) AS cash
        FROM entry e WHERE e.kind = 'shift open' GROUP BY e.shift_id) n ON n.shift_id = s.id)
WHERE wrong IS NOT NULL ORDER BY key LIMIT 1

-- name: verify_order_count
-- scan: counted
SELECT count(*) FROM "order"

-- name: verify_wrong_operation
-- scan: the log has no gap, and each sale its line
SELECT key, wrong FROM (
    SELECT (SELECT count(*) FROM operation) AS key, CASE
        WHEN (SELECT count(*) FROM operation) <> (SELECT coalesce(max(id), 0) FROM operation) THEN 'lines of it are missing'
        WHEN (SELECT count(*) FROM operation WHERE action = 'sale.new' AND result = 'ok') < (SELECT count(*) FROM sale)
            THEN 'it does not know every sale'
        WHEN (SELECT count(*) FROM operation WHERE action = 'sale.cancel' AND result = 'ok')
             < (SELECT count(*) FROM sale WHERE cancelled_entry IS NOT NULL)
            THEN 'it does not know every cancel'
        WHEN (SELECT count(*) FROM operation WHERE action = 'order.decide' AND result = 'ok')
             < (SELECT count(*) FROM "order" WHERE flag = 'decided')
            THEN 'it does not know every decision'
    END AS wrong)
WHERE wrong IS NOT NULL

-- name: verify_gaps
-- scan: the numbers that restores left out
SELECT kind, year, from_n, to_n FROM document_gap ORDER BY kind, year, from_n

-- name: verify_restores
-- scan: restores are few
SELECT r.id, r.detail, coalesce(e.memo, '') FROM restore r LEFT JOIN entry e ON e.number = r.entry_number ORDER BY r.id

-- name: verify_wrong_restore
-- scan: restores are few
SELECT key, wrong FROM (
    SELECT r.id AS key, CASE
        WHEN e.kind IS NOT 'restore' THEN 'its journal entry is none of a restore'
        WHEN (SELECT count(*) FROM document_gap g WHERE g.restore_id = r.id)
             <> coalesce(json_array_length(r.detail, '$.gaps'), 0)
             OR EXISTS (SELECT 1 FROM document_gap g WHERE g.restore_id = r.id AND NOT EXISTS (
                 SELECT 1 FROM json_each(r.detail, '$.gaps') j
                 WHERE json_extract(j.value, '$.kind') = g.kind AND json_extract(j.value, '$.year') = g.year
                   AND json_extract(j.value, '$.from') = g.from_n AND json_extract(j.value, '$.to') = g.to_n))
            THEN 'other numbers were left out than it says'
    END AS wrong
    FROM restore r LEFT JOIN entry e ON e.number = r.entry_number)
WHERE wrong IS NOT NULL ORDER BY key LIMIT 1

-- name: verify_wrong_attempt
-- scan: the attempts of each order are numbered 1, 2, 3
SELECT order_id, 'a record of its attempts is missing' FROM attempt
GROUP BY order_id HAVING count(*) <> max(n) ORDER BY order_id LIMIT 1
