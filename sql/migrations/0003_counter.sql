-- The counter: openings, cancels, delivery slips, drafts, the record of backups.
-- A CHECK cannot be altered: the table is copied, dropped and born again (the program checks the foreign keys of all
-- rows before it commits a migration).

-- ---- journal and papers: an 'opening' of an account's meter; 'paper': a numbered paper that moves no money
CREATE TABLE kept AS SELECT * FROM entry;
DROP TABLE entry;
CREATE TABLE entry (
    number      INTEGER PRIMARY KEY,           -- 1, 2, 3 ... without a gap
    at_utc      INTEGER NOT NULL,
    kind        TEXT NOT NULL CHECK (kind IN ('shift open', 'sale', 'delivery', 'cancel', 'excess', 'adoption',
                                               'opening', 'paper', 'restore')),
    operator_id INTEGER REFERENCES operator(id), -- NULL: the program itself
    shift_id    INTEGER REFERENCES shift(id),
    document    TEXT NOT NULL DEFAULT '',      -- number of the paper that goes with it
    order_id    INTEGER NOT NULL DEFAULT 0,
    memo        TEXT NOT NULL DEFAULT '',
    prev_hash   BLOB NOT NULL CHECK (length(prev_hash) = 32),
    hash        BLOB NOT NULL UNIQUE CHECK (length(hash) = 32)
) STRICT;
INSERT INTO entry SELECT * FROM kept;
DROP TABLE kept;
CREATE INDEX entry_document ON entry (document) WHERE document <> '';
CREATE INDEX entry_order ON entry (order_id) WHERE order_id <> 0;
CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'journal entries are never changed'); END;
CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry
BEGIN SELECT RAISE(ABORT, 'journal entries are never deleted'); END;
CREATE TRIGGER entry_no_replace BEFORE INSERT ON entry
WHEN NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM entry) OR EXISTS (SELECT 1 FROM entry WHERE hash = NEW.hash)
BEGIN SELECT RAISE(ABORT, 'journal entries are only appended'); END;


CREATE TABLE kept AS SELECT * FROM document;
DROP TABLE document;
CREATE TABLE document (
    id           INTEGER PRIMARY KEY,
    kind         TEXT NOT NULL CHECK (kind IN ('sale', 'cancel', 'opening', 'delivery')),
    year         INTEGER NOT NULL,
    n            INTEGER NOT NULL CHECK (n > 0),
    number       TEXT NOT NULL UNIQUE,         -- 'S-2026-000001'
    entry_number INTEGER NOT NULL REFERENCES entry(number),
    at_utc       INTEGER NOT NULL,
    snapshot     TEXT NOT NULL,                -- JSON, what the paper says
    UNIQUE (kind, year, n)
) STRICT;
INSERT INTO document SELECT * FROM kept;
DROP TABLE kept;
CREATE TRIGGER document_no_replace BEFORE INSERT ON document
WHEN EXISTS (SELECT 1 FROM document WHERE id = NEW.id OR number = NEW.number
             OR (kind = NEW.kind AND year = NEW.year AND n = NEW.n))
BEGIN SELECT RAISE(ABORT, 'documents are only added'); END;
CREATE TRIGGER document_no_update BEFORE UPDATE ON document
BEGIN SELECT RAISE(ABORT, 'documents are never changed'); END;
CREATE TRIGGER document_no_delete BEFORE DELETE ON document
BEGIN SELECT RAISE(ABORT, 'documents are never deleted'); END;


-- ---- orders: 'load' is the overload control of a meter
CREATE TABLE kept AS SELECT * FROM "order";
DROP TABLE "order";
CREATE TABLE "order" (
    id             INTEGER PRIMARY KEY,
    kind           TEXT NOT NULL CHECK (kind IN ('top-up', 'switch', 'settings', 'load', 'clock')),
    meter_id       INTEGER NOT NULL REFERENCES meter(id),
    sale_id        INTEGER UNIQUE REFERENCES sale(id),
    operator_id    INTEGER REFERENCES operator(id),
    state          TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'in doubt', 'done', 'failed', 'superseded', 'cancelled')),
    created_at_utc INTEGER NOT NULL,
    changed_at_utc INTEGER NOT NULL,
    expires_at_utc INTEGER,                    -- NULL: never (top-ups)
    detail         TEXT NOT NULL DEFAULT '{}', -- JSON: mode, settings
    amount_minor   INTEGER NOT NULL DEFAULT 0,
    -- what was read before the (last) send, and the count that was sent
    count_before   INTEGER, balance_before_minor INTEGER, total_before_minor INTEGER, energy_before_wh INTEGER,
    count_sent     INTEGER, sent_at_utc INTEGER, sends INTEGER NOT NULL DEFAULT 0,
    -- what proved it
    count_after    INTEGER, balance_after_minor INTEGER, total_after_minor INTEGER,
    excess_minor   INTEGER NOT NULL DEFAULT 0 CHECK (excess_minor >= 0),
    flag           TEXT NOT NULL DEFAULT '',   -- 'total stood still', ...
    reason         TEXT NOT NULL DEFAULT '',   -- JSON error: why failed or in doubt
    looks          INTEGER NOT NULL DEFAULT 0,
    next_look_utc  INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO "order" SELECT * FROM kept;
DROP TABLE kept;
CREATE INDEX order_open ON "order" (state, next_look_utc) WHERE state IN ('queued', 'sending', 'in doubt');
CREATE INDEX order_meter ON "order" (meter_id, id);

ALTER TABLE "order" ADD COLUMN retried INTEGER NOT NULL DEFAULT 0; -- its sends when a person last sent it again

-- ---- openings: a meter that was put onto an account at the counter. The settings that were wanted stand in the
-- orders; the last of them is settings_order, and sales to the meter are refused until the opening is 'done'.
CREATE TABLE opening (
    id             INTEGER PRIMARY KEY,
    account_id     INTEGER NOT NULL REFERENCES account(id),
    meter_id       INTEGER NOT NULL REFERENCES meter(id),
    how            TEXT NOT NULL CHECK (how IN ('new', 'adopt')),
    state          TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'failed', 'dropped')),
    operator_id    INTEGER REFERENCES operator(id),
    document_id    INTEGER UNIQUE REFERENCES document(id),
    settings_order INTEGER NOT NULL UNIQUE REFERENCES "order"(id),
    load_order     INTEGER REFERENCES "order"(id),
    clock_order    INTEGER REFERENCES "order"(id),
    tariff_id      INTEGER REFERENCES tariff(id),  -- becomes the meter's when it is done
    new_account    INTEGER NOT NULL CHECK (new_account IN (0, 1)),
    reset          INTEGER NOT NULL DEFAULT 0 CHECK (reset IN (0, 1)), -- what the meter held is given up, knowingly:
    agreed_minor   INTEGER NOT NULL DEFAULT 0,     -- no more than this balance
    agreed_count   INTEGER NOT NULL DEFAULT 0,     -- at this purchase count
    at_utc         INTEGER NOT NULL,
    done_at_utc    INTEGER
) STRICT;
CREATE UNIQUE INDEX opening_waiting ON opening (meter_id) WHERE state IN ('waiting', 'failed');
CREATE INDEX opening_account ON opening (account_id);
CREATE INDEX opening_meter ON opening (meter_id, id);
CREATE VIEW opening_shown AS
SELECT p.id AS opening, p.at_utc AS at, p.how, p.state, a.number AS account, t.name AS tenant, sp.name AS room,
       m.number AS meter, m.model, coalesce(f.name, '') AS tariff, op.name AS operator, coalesce(d.number, '') AS number,
       CASE WHEN l.state NOT IN ('done', 'cancelled') AND l.reason <> '' THEN l.reason
            WHEN c.state NOT IN ('done', 'cancelled') AND c.reason <> '' THEN c.reason ELSE o.reason END AS reason,
       o.state AS order_state,
       CASE WHEN l.state IN ('queued', 'sending', 'in doubt') THEN 'load'
            WHEN c.state IN ('queued', 'sending', 'in doubt') THEN 'clock' ELSE 'settings' END AS step,
       CASE WHEN p.how = 'new' AND o.state = 'sending' THEN o.sent_at_utc + (ch.quiet_ms + 999) / 1000 END AS quiet_until,
       o.sends, o.expires_at_utc AS expires_at, p.reset, p.agreed_minor, o.count_before, o.balance_before_minor,
       o.balance_after_minor, p.done_at_utc AS done_at, p.account_id, p.meter_id, p.document_id,
       p.settings_order AS "order", p.load_order, p.clock_order, t.alias, t.phone,
       p.state IN ('waiting', 'failed') AND o.flag <> 'written'
           AND (o.state = 'failed' AND (o.sends = 0 OR o.flag = 'not applied') OR o.state = 'queued' AND o.sends = 0) AS droppable
FROM opening p JOIN account a ON a.id = p.account_id JOIN tenant t ON t.id = a.tenant_id
JOIN meter m ON m.id = p.meter_id JOIN space sp ON sp.id = m.space_id JOIN channel ch ON ch.id = m.channel_id
JOIN "order" o ON o.id = p.settings_order
LEFT JOIN "order" l ON l.id = p.load_order LEFT JOIN "order" c ON c.id = p.clock_order
LEFT JOIN tariff f ON f.id = coalesce(p.tariff_id, m.tariff_id) LEFT JOIN operator op ON op.id = p.operator_id
LEFT JOIN document d ON d.id = p.document_id;

-- ---- what an operator had half typed, by screen and object: offered again after Esc, a lost line, a restart
CREATE TABLE draft (
    operator_id INTEGER NOT NULL REFERENCES operator(id),
    key         TEXT NOT NULL,                 -- 'sale 190301527'
    title       TEXT NOT NULL,                 -- 'sale to 1204'
    body        TEXT NOT NULL,                 -- JSON, the screen's own
    at_utc      INTEGER NOT NULL,
    PRIMARY KEY (operator_id, key)
) STRICT, WITHOUT ROWID;

-- ---- backups that the engine made, and what a restore did: numbers that were never used again, and each meter as
-- the copy knew it, until it was compared
CREATE TABLE backup (
    id       INTEGER PRIMARY KEY,
    at_utc   INTEGER NOT NULL,
    why      TEXT NOT NULL CHECK (why IN ('night', 'asked', 'file')),
    file     TEXT NOT NULL,
    bytes    INTEGER NOT NULL DEFAULT 0,
    millis   INTEGER NOT NULL DEFAULT 0,
    head     INTEGER NOT NULL DEFAULT 0,       -- number of the last entry in it
    result   TEXT NOT NULL CHECK (result IN ('ok', 'failed')),
    second   TEXT NOT NULL DEFAULT '' CHECK (second IN ('', 'ok', 'failed')), -- the copy to the second target
    reason   TEXT NOT NULL DEFAULT '',         -- JSON error of what failed
    kept     INTEGER NOT NULL DEFAULT 1 CHECK (kept IN (0, 1)) -- 0: removed again, since newer ones are there
) STRICT;
CREATE TABLE restore (
    id           INTEGER PRIMARY KEY,
    at_utc       INTEGER NOT NULL,
    file         TEXT NOT NULL,
    entry_number INTEGER NOT NULL UNIQUE REFERENCES entry(number), -- its memo is the hash of detail
    detail       TEXT NOT NULL                 -- JSON: who, the copy's head, the old head, the gaps
) STRICT;
CREATE TABLE document_gap (
    kind       TEXT NOT NULL,
    year       INTEGER NOT NULL,
    from_n     INTEGER NOT NULL,
    to_n       INTEGER NOT NULL CHECK (to_n >= from_n),
    restore_id INTEGER NOT NULL REFERENCES restore(id),
    PRIMARY KEY (kind, year, from_n)
) STRICT, WITHOUT ROWID;
CREATE TABLE restore_meter (
    restore_id INTEGER NOT NULL REFERENCES restore(id),
    meter_id   INTEGER NOT NULL REFERENCES meter(id),
    count_before INTEGER NOT NULL, balance_before_minor INTEGER NOT NULL, total_before_minor INTEGER,
    compared_utc INTEGER,                      -- NULL: it was not read yet, and nothing is sold to it
    count_after INTEGER, balance_after_minor INTEGER, total_after_minor INTEGER,
    steps        INTEGER NOT NULL DEFAULT 0,   -- purchases on the meter that the books lost
    amount_minor INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (restore_id, meter_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX restore_meter_waiting ON restore_meter (meter_id) WHERE compared_utc IS NULL;

-- ---- money on meters that no sale explains: a manager has seen to it, and says what was done
CREATE TABLE excess_seen (
    excess_id   INTEGER PRIMARY KEY REFERENCES excess(id),
    operator_id INTEGER NOT NULL REFERENCES operator(id),
    at_utc      INTEGER NOT NULL,
    note        TEXT NOT NULL
) STRICT;

-- ---- an account keeps its tenant: another tenant gets another account
CREATE TRIGGER account_keeps_tenant BEFORE UPDATE OF tenant_id ON account WHEN NEW.tenant_id <> OLD.tenant_id
BEGIN SELECT RAISE(ABORT, 'an account keeps its tenant'); END;

-- ---- tills: what their printer can do
ALTER TABLE till ADD COLUMN qr TEXT NOT NULL DEFAULT 'raster' CHECK (qr IN ('none', 'native', 'raster'));
ALTER TABLE till ADD COLUMN raster INTEGER NOT NULL DEFAULT 1 CHECK (raster IN (0, 1));
ALTER TABLE till ADD COLUMN drawer INTEGER NOT NULL DEFAULT 0 CHECK (drawer IN (0, 1));
ALTER TABLE till ADD COLUMN copies INTEGER NOT NULL DEFAULT 3 CHECK (copies BETWEEN 1 AND 3);

-- ---- papers: who asked for a copy, what became of earlier attempts, and slips that tell of a delivery later
ALTER TABLE outbox ADD COLUMN operator_id INTEGER REFERENCES operator(id); -- who asked for this copy; NULL: came with its document
ALTER TABLE outbox ADD COLUMN unknown INTEGER NOT NULL DEFAULT 0 CHECK (unknown >= 0); -- attempts that may have come out
ALTER TABLE outbox ADD COLUMN taken_back INTEGER NOT NULL DEFAULT 0 CHECK (taken_back IN (0, 1)); -- cancelled while the print service has it
ALTER TABLE outbox ADD COLUMN owes_slip INTEGER NOT NULL DEFAULT 0 CHECK (owes_slip IN (0, 1)); -- it left with "paid, not yet on the meter"
CREATE UNIQUE INDEX outbox_one ON outbox (document_id) WHERE state IN ('waiting', 'sending', 'sent', 'unconfirmed');
CREATE INDEX outbox_owes ON outbox (document_id) WHERE owes_slip = 1;
CREATE TABLE delivery_slip (
    sale_id     INTEGER PRIMARY KEY REFERENCES sale(id),
    document_id INTEGER NOT NULL UNIQUE REFERENCES document(id)
) STRICT;
-- A document with each of its prints, as printer and screens need them; the columns' order is outbox.c's.
CREATE VIEW paper AS
SELECT x.id AS outbox_id, d.kind, d.number, d.snapshot, t.queue,
       coalesce(t.columns, 48) AS columns, coalesce(t.encoding, '') AS encoding, coalesce(t.language, '') AS language,
       coalesce(t.confirms, 0) AS confirms, coalesce(x.copy, 1) AS copy, coalesce(x.unknown, 0) AS unknown,
       x.state, coalesce(x.job_uuid, '') AS job_uuid, coalesce(x.job_id, 0) AS job_id,
       e.number AS head_number, e.hash AS head_hash, coalesce(o.state, '') AS order_state,
       o.balance_before_minor, o.balance_after_minor, o.count_before, o.count_after,
       coalesce(t.qr, 'raster') AS qr, coalesce(t.raster, 1) AS raster, coalesce(t.drawer, 0) AS drawer,
       coalesce(t.copies, 1) AS copies, coalesce(x.created_at_utc, d.at_utc) AS created_at_utc,
       coalesce(x.changed_at_utc, d.at_utc) AS changed_at_utc, coalesce(x.reasons, '') AS reasons,
       coalesce(p.name, '') AS asked_by, coalesce(x.taken_back, 0) AS taken_back, d.id AS document_id,
       s.id AS sale_id, s.cancelled_entry
FROM document d LEFT JOIN outbox x ON x.document_id = d.id LEFT JOIN till t ON t.id = x.till_id
LEFT JOIN operator p ON p.id = x.operator_id JOIN entry e ON e.number = d.entry_number
LEFT JOIN sale s ON s.document_id = d.id LEFT JOIN "order" o ON o.sale_id = s.id;

-- A document with its last print, as lists show it; its open print, if there is one, is the last.
CREATE VIEW document_print AS
SELECT d.id AS document_id, d.number, d.kind, d.at_utc, d.snapshot, x.id AS outbox_id, x.copy + x.unknown AS copy, x.state,
       x.reasons, x.taken_back, x.created_at_utc, x.changed_at_utc,
       coalesce(x.state IN ('waiting', 'sending', 'sent', 'unconfirmed'), 0) AS open,
       t.name AS till, t.queue, t.confirms, coalesce(s.id, ds.sale_id) AS sale_id,
       s.id IS NOT NULL AND o.state = 'done' AND o.flag <> 'decided' AND gone.sale_id IS NULL
           AND EXISTS (SELECT 1 FROM outbox z WHERE z.document_id = d.id AND z.owes_slip = 1
                       AND z.state IN ('sent', 'printed', 'unconfirmed')) AS slip
FROM document d LEFT JOIN outbox x ON x.id = (SELECT max(y.id) FROM outbox y WHERE y.document_id = d.id)
LEFT JOIN till t ON t.id = x.till_id LEFT JOIN sale s ON s.document_id = d.id LEFT JOIN "order" o ON o.sale_id = s.id
LEFT JOIN delivery_slip ds ON ds.document_id = d.id LEFT JOIN delivery_slip gone ON gone.sale_id = s.id;

-- ---- sales and orders as people see them: lists, stories and totals share these
CREATE INDEX sale_time ON sale (at_utc);
CREATE INDEX sale_cancelled ON sale (cancelled_entry) WHERE cancelled_entry IS NOT NULL;
CREATE VIEW sale_shown AS
SELECT s.id AS sale_id, s.at_utc AS at, d.number, s.amount_minor, s.pay, p.name AS operator, m.number AS meter,
       coalesce(o.state, '') AS state, o.balance_before_minor, o.balance_after_minor, o.count_after, o.id AS "order",
       sp.name AS room, t.name AS tenant, a.number AS account, s.shift_id AS shift, s.reference, s.tendered_minor,
       s.change_minor, c.document AS cancelled, o.sends, s.operator_id, p.login, s.meter_id, s.account_id, a.tenant_id,
       t.search, s.document_id, d.entry_number AS entry, s.cancelled_entry
FROM sale s JOIN document d ON d.id = s.document_id JOIN operator p ON p.id = s.operator_id
JOIN meter m ON m.id = s.meter_id JOIN space sp ON sp.id = m.space_id JOIN account a ON a.id = s.account_id
JOIN tenant t ON t.id = a.tenant_id LEFT JOIN "order" o ON o.sale_id = s.id LEFT JOIN entry c ON c.number = s.cancelled_entry;
CREATE VIEW order_shown AS
SELECT o.id AS "order", o.created_at_utc AS created_at, o.kind, o.state, v.meter, v.room, v.tenant, d.number,
       o.amount_minor, p.name AS operator, o.changed_at_utc AS changed_at, o.count_before, o.count_sent, o.count_after,
       o.balance_before_minor, o.balance_after_minor, o.total_before_minor, o.total_after_minor, o.excess_minor, o.flag,
       o.reason, o.sends, o.looks, o.next_look_utc AS next_look_at, o.sale_id, o.detail, o.sent_at_utc AS sent_at,
       o.expires_at_utc AS expires_at
FROM "order" o JOIN meter_shown v ON v.meter_id = o.meter_id LEFT JOIN sale s ON s.id = o.sale_id
LEFT JOIN document d ON d.id = s.document_id LEFT JOIN operator p ON p.id = o.operator_id;

-- ---- channels
ALTER TABLE channel ADD COLUMN timeout_min_ms INTEGER NOT NULL DEFAULT 150 CHECK (timeout_min_ms BETWEEN 20 AND 5000);
ALTER TABLE channel ADD COLUMN low_latency INTEGER NOT NULL DEFAULT 1 CHECK (low_latency IN (0, 1));

-- ---- find: names are walked along an index of their own, tails of numbers are looked up by their last digits
CREATE INDEX tenant_search ON tenant (search);
CREATE INDEX tenant_code_folded ON tenant (code COLLATE NOCASE);
CREATE INDEX tenant_phone_tail ON tenant (substr(replace(replace(phone, ' ', ''), '-', ''), -4)) WHERE phone <> '';
CREATE INDEX meter_tail ON meter (substr(number, -4));
CREATE INDEX space_tail ON space (lower(substr(name, -3)));

-- ---- meters that do not answer: twice in a row, or from the first try on; one missed once is tried again soon
ALTER TABLE meter_state ADD COLUMN lost INTEGER GENERATED ALWAYS AS
    (misses >= 2 OR (misses >= 1 AND read_at_utc IS NULL)) VIRTUAL;
CREATE INDEX meter_missed ON meter_state (meter_id) WHERE misses = 1;
DROP VIEW meter_shown;
CREATE VIEW meter_shown AS
SELECT m.id AS meter_id, m.number AS meter, m.kind, m.model, m.credit_mode, m.channel_id, m.address,
       m.space_id, m.tariff_id, s.name AS room, s.path,
       am.account_id, am.adopted, a.number AS account, a.no_sale, a.tenant_id,
       t.name AS tenant, t.alias, t.phone,
       -- after a top-up the books know the balance before the next reading does
       CASE WHEN k.at_utc >= ms.read_at_utc THEN k.balance_minor ELSE ms.balance_minor END AS balance_minor,
       CASE WHEN k.at_utc >= ms.read_at_utc THEN k.at_utc ELSE ms.read_at_utc END AS balance_at,
       ms.tried_at_utc AS tried_at, ms.misses,
       coalesce(ms.price1_e4, (
           SELECT p.price_e4 FROM tariff_price p
           WHERE p.tariff_id = m.tariff_id AND p.from_day <= date('now', 'localtime')
           ORDER BY p.from_day DESC, p.rate LIMIT 1)) AS price_e4,
       CASE
           WHEN m.id IN (
               SELECT o.meter_id FROM "order" o      -- the first term is that of index order_open
               WHERE o.state IN ('queued', 'sending', 'in doubt') AND o.state = 'in doubt') THEN 'in doubt'
           WHEN ms.lost = 1 THEN 'lost'
           WHEN am.account_id IS NULL THEN 'not opened'
           WHEN ms.read_at_utc IS NULL THEN 'unread'
           WHEN ms.forced = 1 AND ms.relay_closed = 0 THEN 'forced off'
           WHEN ms.forced = 1 THEN 'forced on'
           WHEN ms.relay_closed = 0 THEN 'cut'
           WHEN ms.arrears = 1 THEN 'arrears'
           WHEN ms.alarm2 = 1 THEN 'alarm 2'
           WHEN ms.alarm1 = 1 THEN 'alarm 1'
           ELSE 'on'
       END AS state
FROM meter m
JOIN space s ON s.id = m.space_id
LEFT JOIN account_meter am ON am.meter_id = m.id AND am.to_utc IS NULL
LEFT JOIN account a ON a.id = am.account_id
LEFT JOIN tenant t ON t.id = a.tenant_id
LEFT JOIN meter_state ms ON ms.meter_id = m.id
LEFT JOIN meter_known k ON k.meter_id = m.id;
