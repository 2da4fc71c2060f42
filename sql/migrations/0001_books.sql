-- The books as they are born: places, people, money, orders, readings, papers, records.
-- Money is INTEGER minor units, prices 1/10000 a kWh, energy Wh, time UTC seconds.

CREATE TABLE setting (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- ---- places
CREATE TABLE space (
    id        INTEGER PRIMARY KEY,
    parent_id INTEGER REFERENCES space(id),
    kind      TEXT NOT NULL CHECK (kind IN ('building', 'floor', 'room', 'distribution')),
    path      TEXT NOT NULL UNIQUE,            -- 'Tower A/12F/1204'
    name      TEXT NOT NULL,                   -- '1204'
    note      TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX space_name ON space (name);
CREATE INDEX space_parent ON space (parent_id);

CREATE TABLE gateway (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    host TEXT NOT NULL,
    note TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE channel (
    id         INTEGER PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE,
    gateway_id INTEGER REFERENCES gateway(id),
    type       TEXT NOT NULL CHECK (type IN ('rtu', 'rtu-tcp', 'tcp')),
    host       TEXT NOT NULL DEFAULT '',       -- empty: the gateway's
    port       INTEGER NOT NULL DEFAULT 0 CHECK (port BETWEEN 0 AND 65535),
    device     TEXT NOT NULL DEFAULT '',
    baud       INTEGER NOT NULL DEFAULT 9600,
    parity     TEXT NOT NULL DEFAULT 'N' CHECK (parity IN ('N', 'E', 'O')),
    stop_bits  INTEGER NOT NULL DEFAULT 1 CHECK (stop_bits IN (1, 2)),
    quiet_ms   INTEGER NOT NULL DEFAULT 5000 CHECK (quiet_ms BETWEEN 10 AND 60000),
    note       TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE tariff (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('flat', 'tou', 'stepped')),
    note TEXT NOT NULL DEFAULT ''
) STRICT;

-- A tariff's prices from a date on. rate 0 holds for all hours (flat); 1-4 sharp, peak, flat, valley.
CREATE TABLE tariff_price (
    tariff_id INTEGER NOT NULL REFERENCES tariff(id),
    from_day  TEXT NOT NULL CHECK (from_day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    rate      INTEGER NOT NULL CHECK (rate BETWEEN 0 AND 4),
    step_wh   INTEGER NOT NULL DEFAULT 0,      -- stepped: holds from this much on
    price_e4  INTEGER NOT NULL CHECK (price_e4 >= 0),
    PRIMARY KEY (tariff_id, from_day, rate, step_wh)
) STRICT, WITHOUT ROWID;

CREATE TABLE meter (
    id              INTEGER PRIMARY KEY,
    number          TEXT NOT NULL UNIQUE,      -- plate number, digits
    kind            TEXT NOT NULL CHECK (kind IN ('electricity', 'water')),
    model           TEXT NOT NULL,             -- plate name: 'DDSY1352'
    credit_mode     TEXT NOT NULL CHECK (credit_mode IN ('meter', 'console')),
    channel_id      INTEGER NOT NULL REFERENCES channel(id),
    address         INTEGER NOT NULL CHECK (address BETWEEN 1 AND 247),
    space_id        INTEGER NOT NULL REFERENCES space(id),
    tariff_id       INTEGER REFERENCES tariff(id),
    transformers    INTEGER NOT NULL DEFAULT 1 CHECK (transformers IN (0, 1)),
    total_purchased TEXT NOT NULL DEFAULT 'proof' CHECK (total_purchased IN ('proof', 'ignore')),
    note            TEXT NOT NULL DEFAULT '',
    UNIQUE (channel_id, address)
) STRICT;
CREATE INDEX meter_space ON meter (space_id);

-- What the books know of the money on a meter: the last count, total and balance that were read and
-- accounted for. No row: never read; the first reading adopts it.
CREATE TABLE meter_known (
    meter_id       INTEGER PRIMARY KEY REFERENCES meter(id),
    purchase_count INTEGER NOT NULL CHECK (purchase_count BETWEEN 0 AND 65535),
    balance_minor  INTEGER NOT NULL,
    total_minor    INTEGER,                    -- NULL: the meter has no such register
    total_stuck    INTEGER NOT NULL DEFAULT 0 CHECK (total_stuck IN (0, 1)), -- 0412 stood still: ignored
    energy_wh      INTEGER NOT NULL,
    old_firmware   INTEGER NOT NULL CHECK (old_firmware IN (0, 1)),
    at_utc         INTEGER NOT NULL,
    compared       INTEGER NOT NULL DEFAULT 1 CHECK (compared IN (0, 1)) -- 0: a top-up since the last comparison
) STRICT;

-- The last reading of each meter, for screens; history is in reading.
CREATE TABLE meter_state (
    meter_id      INTEGER PRIMARY KEY REFERENCES meter(id),
    read_at_utc   INTEGER,                     -- NULL: never answered
    tried_at_utc  INTEGER NOT NULL,
    misses        INTEGER NOT NULL DEFAULT 0,  -- tries in a row without an answer
    trouble       TEXT NOT NULL DEFAULT '',    -- JSON of the last error, '' when it answered
    balance_minor INTEGER, purchase_count INTEGER, total_minor INTEGER, energy_wh INTEGER,
    rate1_wh INTEGER, rate2_wh INTEGER, rate3_wh INTEGER, rate4_wh INTEGER,
    voltage1_mv INTEGER, voltage2_mv INTEGER, voltage3_mv INTEGER,
    current1_ma INTEGER, current2_ma INTEGER, current3_ma INTEGER,
    power1_w INTEGER, power2_w INTEGER, power3_w INTEGER, power_w INTEGER,
    reactive_var INTEGER, factor_e3 INTEGER,
    status1 INTEGER, status2 INTEGER,
    relay_closed INTEGER, forced INTEGER, prepaid INTEGER, arrears INTEGER, alarm1 INTEGER,
    alarm2 INTEGER, overload INTEGER, fault INTEGER, why TEXT, clock_local INTEGER,
    price1_e4 INTEGER, price2_e4 INTEGER, price3_e4 INTEGER, price4_e4 INTEGER,
    alarm1_minor INTEGER, alarm2_minor INTEGER, overdraft_minor INTEGER,
    device_code INTEGER, old_firmware INTEGER
) STRICT;

-- Whether a channel lets vendor function 0x20 through, by model and firmware generation.
CREATE TABLE channel_vendor (
    channel_id   INTEGER NOT NULL REFERENCES channel(id),
    model        TEXT NOT NULL,
    old_firmware INTEGER NOT NULL CHECK (old_firmware IN (0, 1)),
    passes       INTEGER NOT NULL CHECK (passes IN (0, 1)),
    at_utc       INTEGER NOT NULL,
    PRIMARY KEY (channel_id, model, old_firmware)
) STRICT, WITHOUT ROWID;

-- ---- people
CREATE TABLE tenant (
    id     INTEGER PRIMARY KEY,
    code   TEXT NOT NULL UNIQUE,
    name   TEXT NOT NULL,
    alias  TEXT NOT NULL DEFAULT '',           -- Latin name, pinyin, what people call them
    phone  TEXT NOT NULL DEFAULT '',
    note   TEXT NOT NULL DEFAULT '',
    search TEXT NOT NULL                       -- folded name and alias
) STRICT;

CREATE TABLE account (
    id            INTEGER PRIMARY KEY,
    number        TEXT NOT NULL UNIQUE,        -- 'A-000412'
    tenant_id     INTEGER NOT NULL REFERENCES tenant(id),
    opened_at_utc INTEGER NOT NULL,
    closed_at_utc INTEGER,
    no_sale       INTEGER NOT NULL DEFAULT 0 CHECK (no_sale IN (0, 1)), -- "do not sell, see the manager"
    note          TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX account_tenant ON account (tenant_id);

CREATE TABLE account_meter (
    account_id  INTEGER NOT NULL REFERENCES account(id),
    meter_id    INTEGER NOT NULL REFERENCES meter(id),
    from_utc    INTEGER NOT NULL,
    to_utc      INTEGER,
    adopted     INTEGER NOT NULL DEFAULT 0 CHECK (adopted IN (0, 1)), -- 0: waits for its first reading
    PRIMARY KEY (account_id, meter_id, from_utc)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX account_meter_open ON account_meter (meter_id) WHERE to_utc IS NULL;

CREATE TABLE operator (
    id               INTEGER PRIMARY KEY,
    login            TEXT NOT NULL UNIQUE COLLATE NOCASE,
    name             TEXT NOT NULL,
    role             TEXT NOT NULL CHECK (role IN ('cashier', 'electrician', 'manager', 'administrator', 'auditor')),
    password_hash    TEXT NOT NULL,
    language         TEXT NOT NULL DEFAULT '',
    unix_uid         INTEGER UNIQUE,
    must_change      INTEGER NOT NULL DEFAULT 0 CHECK (must_change IN (0, 1)),
    failures         INTEGER NOT NULL DEFAULT 0,
    locked_until_utc INTEGER NOT NULL DEFAULT 0,
    disabled_at_utc  INTEGER,
    created_at_utc   INTEGER NOT NULL
) STRICT;

CREATE TABLE session (
    id           INTEGER PRIMARY KEY,
    operator_id  INTEGER NOT NULL REFERENCES operator(id),
    token_hash   BLOB NOT NULL UNIQUE,
    client       TEXT NOT NULL,
    opened_utc   INTEGER NOT NULL,
    closed_utc   INTEGER
) STRICT;
CREATE INDEX session_operator ON session (operator_id) WHERE closed_utc IS NULL;

-- ---- tills
CREATE TABLE till (
    id       INTEGER PRIMARY KEY,
    name     TEXT NOT NULL UNIQUE,
    queue    TEXT NOT NULL DEFAULT '',         -- CUPS queue; '' no printer: papers wait
    columns  INTEGER NOT NULL DEFAULT 48 CHECK (columns BETWEEN 24 AND 96),
    encoding TEXT NOT NULL DEFAULT 'GB18030',
    language TEXT NOT NULL DEFAULT 'zh_CN',
    confirms INTEGER NOT NULL DEFAULT 0 CHECK (confirms IN (0, 1))
) STRICT;

CREATE TABLE shift (
    id            INTEGER PRIMARY KEY,         -- its number
    till_id       INTEGER NOT NULL REFERENCES till(id),
    operator_id   INTEGER NOT NULL REFERENCES operator(id),
    opened_at_utc INTEGER NOT NULL,
    closed_at_utc INTEGER,
    float_minor   INTEGER NOT NULL CHECK (float_minor >= 0)
) STRICT;
CREATE UNIQUE INDEX shift_till_open ON shift (till_id) WHERE closed_at_utc IS NULL;
CREATE UNIQUE INDEX shift_operator_open ON shift (operator_id) WHERE closed_at_utc IS NULL;

-- ---- the journal
-- One entry a movement; hash = BLAKE2b-256 over the canonical text of the entry, its postings and prev_hash
-- (model/journal.h). Never changed, never deleted.
CREATE TABLE entry (
    number      INTEGER PRIMARY KEY,           -- 1, 2, 3 ... without a gap
    at_utc      INTEGER NOT NULL,
    kind        TEXT NOT NULL CHECK (kind IN ('shift open', 'sale', 'delivery', 'cancel', 'excess', 'adoption')),
    operator_id INTEGER REFERENCES operator(id), -- NULL: the program itself
    shift_id    INTEGER REFERENCES shift(id),
    document    TEXT NOT NULL DEFAULT '',      -- number of the paper that goes with it
    order_id    INTEGER NOT NULL DEFAULT 0,
    memo        TEXT NOT NULL DEFAULT '',
    prev_hash   BLOB NOT NULL CHECK (length(prev_hash) = 32),
    hash        BLOB NOT NULL UNIQUE CHECK (length(hash) = 32)
) STRICT;
CREATE INDEX entry_document ON entry (document) WHERE document <> '';
CREATE INDEX entry_order ON entry (order_id) WHERE order_id <> 0;

-- ledger: 'cash', 'card', 'transfer', 'wechat', 'alipay' (ref: shift), 'float' (ref: shift), 'pending' money taken and not yet
-- on the meter (ref: account), 'on meter' (ref: meter), 'adopted' (ref: meter), 'excess' credited by the wire (ref: meter).
CREATE TABLE posting (
    entry_number INTEGER NOT NULL REFERENCES entry(number),
    line         INTEGER NOT NULL,
    ledger       TEXT NOT NULL CHECK (ledger IN ('cash', 'card', 'transfer', 'wechat', 'alipay', 'float',
                                                 'pending', 'on meter', 'adopted', 'excess')),
    ref          INTEGER NOT NULL,
    amount_minor INTEGER NOT NULL CHECK (amount_minor <> 0),
    PRIMARY KEY (entry_number, line)
) STRICT, WITHOUT ROWID;
CREATE INDEX posting_ledger ON posting (ledger, ref);

CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'journal entries are never changed'); END;
CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry
BEGIN SELECT RAISE(ABORT, 'journal entries are never deleted'); END;
-- INSERT OR REPLACE deletes without a word to the triggers above: a row that would push another one out is refused,
-- and entries come one after the other.
CREATE TRIGGER entry_no_replace BEFORE INSERT ON entry
WHEN NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM entry) OR EXISTS (SELECT 1 FROM entry WHERE hash = NEW.hash)
BEGIN SELECT RAISE(ABORT, 'journal entries are only appended'); END;
CREATE TRIGGER posting_no_replace BEFORE INSERT ON posting
WHEN NEW.entry_number <> (SELECT max(number) FROM entry)
     OR EXISTS (SELECT 1 FROM posting WHERE entry_number = NEW.entry_number AND line = NEW.line)
BEGIN SELECT RAISE(ABORT, 'postings are only appended to the newest entry'); END;
CREATE TRIGGER posting_no_update BEFORE UPDATE ON posting
BEGIN SELECT RAISE(ABORT, 'postings are never changed'); END;
CREATE TRIGGER posting_no_delete BEFORE DELETE ON posting
BEGIN SELECT RAISE(ABORT, 'postings are never deleted'); END;

-- Numbered papers: gapless per kind and year because the number is taken in the entry's transaction.
CREATE TABLE document (
    id           INTEGER PRIMARY KEY,
    kind         TEXT NOT NULL CHECK (kind IN ('sale', 'cancel')),
    year         INTEGER NOT NULL,
    n            INTEGER NOT NULL CHECK (n > 0),
    number       TEXT NOT NULL UNIQUE,         -- 'S-2026-000001'
    entry_number INTEGER NOT NULL REFERENCES entry(number),
    at_utc       INTEGER NOT NULL,
    snapshot     TEXT NOT NULL,                -- JSON, what the paper says
    UNIQUE (kind, year, n)
) STRICT;
CREATE TRIGGER document_no_replace BEFORE INSERT ON document
WHEN EXISTS (SELECT 1 FROM document WHERE id = NEW.id OR number = NEW.number
             OR (kind = NEW.kind AND year = NEW.year AND n = NEW.n))
BEGIN SELECT RAISE(ABORT, 'documents are only added'); END;
CREATE TRIGGER document_no_update BEFORE UPDATE ON document
BEGIN SELECT RAISE(ABORT, 'documents are never changed'); END;
CREATE TRIGGER document_no_delete BEFORE DELETE ON document
BEGIN SELECT RAISE(ABORT, 'documents are never deleted'); END;

CREATE TABLE sale (
    id             INTEGER PRIMARY KEY,
    document_id    INTEGER NOT NULL UNIQUE REFERENCES document(id),
    account_id     INTEGER NOT NULL REFERENCES account(id),
    meter_id       INTEGER NOT NULL REFERENCES meter(id),
    shift_id       INTEGER NOT NULL REFERENCES shift(id),
    operator_id    INTEGER NOT NULL REFERENCES operator(id),
    at_utc         INTEGER NOT NULL,
    amount_minor   INTEGER NOT NULL CHECK (amount_minor > 0),
    pay            TEXT NOT NULL CHECK (pay IN ('cash', 'card', 'transfer', 'wechat', 'alipay')),
    reference      TEXT NOT NULL DEFAULT '',
    tendered_minor INTEGER NOT NULL,
    change_minor   INTEGER NOT NULL CHECK (change_minor = tendered_minor - amount_minor),
    cancelled_entry INTEGER REFERENCES entry(number)
) STRICT;
CREATE INDEX sale_account ON sale (account_id, at_utc);
CREATE INDEX sale_meter ON sale (meter_id, at_utc);

-- ---- orders
CREATE TABLE "order" (
    id             INTEGER PRIMARY KEY,
    kind           TEXT NOT NULL CHECK (kind IN ('top-up', 'switch', 'settings', 'clock')),
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
CREATE INDEX order_open ON "order" (state, next_look_utc) WHERE state IN ('queued', 'sending', 'in doubt');
CREATE INDEX order_meter ON "order" (meter_id, id);

CREATE TABLE attempt (
    order_id INTEGER NOT NULL REFERENCES "order"(id),
    n        INTEGER NOT NULL,
    at_utc   INTEGER NOT NULL,
    outcome  TEXT NOT NULL,
    frames   TEXT NOT NULL,                    -- JSON: every frame and remark with its time
    PRIMARY KEY (order_id, n)
) STRICT, WITHOUT ROWID;

-- Money on meters that no order of ours explains, and doubled frames.
CREATE TABLE excess (
    id           INTEGER PRIMARY KEY,
    meter_id     INTEGER NOT NULL REFERENCES meter(id),
    order_id     INTEGER REFERENCES "order"(id), -- the order whose frame was doubled
    kind         TEXT NOT NULL CHECK (kind IN ('over-credited', 'foreign', 'unexplained')),
    amount_minor INTEGER NOT NULL,
    entry_number INTEGER NOT NULL REFERENCES entry(number),
    at_utc       INTEGER NOT NULL
) STRICT;
CREATE INDEX excess_meter ON excess (meter_id);
CREATE INDEX excess_order ON excess (order_id);

-- ---- readings: appended by time
CREATE TABLE reading (
    at_utc        INTEGER NOT NULL,
    meter_id      INTEGER NOT NULL REFERENCES meter(id),
    energy_wh     INTEGER NOT NULL,
    rate1_wh INTEGER NOT NULL, rate2_wh INTEGER NOT NULL, rate3_wh INTEGER NOT NULL, rate4_wh INTEGER NOT NULL,
    balance_minor INTEGER NOT NULL,
    purchase_count INTEGER NOT NULL,
    power_w       INTEGER NOT NULL,
    status1       INTEGER NOT NULL,
    status2       INTEGER NOT NULL,
    PRIMARY KEY (at_utc, meter_id)
) STRICT, WITHOUT ROWID;

-- ---- papers
CREATE TABLE outbox (
    id             INTEGER PRIMARY KEY,
    document_id    INTEGER NOT NULL REFERENCES document(id),
    till_id        INTEGER NOT NULL REFERENCES till(id),
    copy           INTEGER NOT NULL DEFAULT 1, -- 1 the first print, 2.. reprints
    state          TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'printed', 'unconfirmed', 'cancelled')),
    marked         INTEGER NOT NULL DEFAULT 0 CHECK (marked IN (0, 1)),
    tries          INTEGER NOT NULL DEFAULT 0,
    job_uuid       TEXT NOT NULL DEFAULT '',
    job_id         INTEGER NOT NULL DEFAULT 0,
    reasons        TEXT NOT NULL DEFAULT '',
    created_at_utc INTEGER NOT NULL,
    changed_at_utc INTEGER NOT NULL
) STRICT;
CREATE INDEX outbox_open ON outbox (state, id) WHERE state IN ('waiting', 'sending', 'sent', 'unconfirmed');
CREATE INDEX outbox_document ON outbox (document_id);

-- ---- records
CREATE TABLE operation (
    id          INTEGER PRIMARY KEY,
    at_utc      INTEGER NOT NULL,
    operator_id INTEGER REFERENCES operator(id),
    login       TEXT NOT NULL,
    session_id  INTEGER NOT NULL DEFAULT 0,
    client      TEXT NOT NULL,
    action      TEXT NOT NULL,
    object      TEXT NOT NULL DEFAULT '',
    detail      TEXT NOT NULL DEFAULT '{}',
    result      TEXT NOT NULL DEFAULT 'ok'     -- 'ok' or the message id of the refusal
) STRICT;
CREATE TRIGGER operation_no_replace BEFORE INSERT ON operation
WHEN EXISTS (SELECT 1 FROM operation WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'the operation log is only appended'); END;
CREATE TRIGGER operation_no_update BEFORE UPDATE ON operation
BEGIN SELECT RAISE(ABORT, 'the operation log is never changed'); END;
CREATE TRIGGER operation_no_delete BEFORE DELETE ON operation
BEGIN SELECT RAISE(ABORT, 'the operation log is never shortened'); END;

-- Requests that happen once: the client's own id, what was asked, what came of it.
CREATE TABLE once (
    id          TEXT PRIMARY KEY CHECK (length(id) = 32),
    operator_id INTEGER REFERENCES operator(id),
    call        TEXT NOT NULL,
    body_hash   BLOB NOT NULL,
    result      TEXT NOT NULL,
    at_utc      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
