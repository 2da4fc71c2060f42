-- The whole building at work: rounds of reading and their history, quality of lines, wanted state, lock-outs, batches,
-- alarms and their notices, distribution rooms, channels in other hands.

-- ---- how often: a meter's own interval, else its channel's, else the site's setting read.interval_s
ALTER TABLE channel ADD COLUMN interval_s INTEGER CHECK (interval_s BETWEEN 60 AND 86400);
ALTER TABLE meter ADD COLUMN interval_s INTEGER CHECK (interval_s BETWEEN 60 AND 86400);
-- A main meter of a distribution room sells nothing and has no account.
ALTER TABLE meter ADD COLUMN role TEXT NOT NULL DEFAULT 'tenant' CHECK (role IN ('tenant', 'main'));
CREATE INDEX meter_main ON meter (space_id) WHERE role = 'main';

-- ---- distribution rooms: the lines that start there, and what was seen on each visit
ALTER TABLE channel ADD COLUMN room_id INTEGER REFERENCES space(id);
CREATE INDEX channel_room ON channel (room_id) WHERE room_id IS NOT NULL;
CREATE TABLE inspection (
    id          INTEGER PRIMARY KEY,
    space_id    INTEGER NOT NULL REFERENCES space(id),
    operator_id INTEGER NOT NULL REFERENCES operator(id),
    at_utc      INTEGER NOT NULL,
    note        TEXT NOT NULL CHECK (note <> '')
) STRICT;
CREATE INDEX inspection_space ON inspection (space_id, at_utc);
CREATE TRIGGER inspection_no_update BEFORE UPDATE ON inspection
BEGIN SELECT RAISE(ABORT, 'an inspection is never changed'); END;
CREATE TRIGGER inspection_no_delete BEFORE DELETE ON inspection
BEGIN SELECT RAISE(ABORT, 'an inspection is never deleted'); END;

-- ---- a channel in other hands: the engine is silent on it and holds its orders until it is back
ALTER TABLE channel ADD COLUMN handed_to TEXT NOT NULL DEFAULT '';   -- to whom, as typed; '': the engine has it
ALTER TABLE channel ADD COLUMN handed_by INTEGER REFERENCES operator(id);
ALTER TABLE channel ADD COLUMN handed_at_utc INTEGER;

-- Each time that a line is given away, at the site and in the laptop's books: what its return file answers.
CREATE TABLE handover (
    id           INTEGER PRIMARY KEY,
    code         TEXT NOT NULL UNIQUE,         -- names it
    seal         TEXT NOT NULL,                -- key of the return file's seal: both books have it, the file has not
    channel_id   INTEGER NOT NULL REFERENCES channel(id),
    handed_to    TEXT NOT NULL,
    at_utc       INTEGER NOT NULL,
    stopped_utc  INTEGER,                      -- when the laptop stopped: in its own books, and here when its file came
    back_utc     INTEGER,                      -- when the line came back
    returned_utc INTEGER                       -- when the return file was taken over
) STRICT;
CREATE INDEX handover_channel ON handover (channel_id, id);

-- ---- readings: electrical values beside the energies; flag: why it is kept out of the sums. 'back' and 'jump': left out
-- alone, the sums go on from the last good one. 'overflow', 'reset' (the second one that goes on from another register
-- value) and 'exchanged': the sums go on from this one, and what lies between the one before and this is in none.
ALTER TABLE reading ADD COLUMN flag TEXT NOT NULL DEFAULT '' CHECK (flag IN ('', 'back', 'jump', 'overflow', 'reset', 'exchanged'));
ALTER TABLE reading ADD COLUMN voltage1_mv INTEGER;
ALTER TABLE reading ADD COLUMN voltage2_mv INTEGER;
ALTER TABLE reading ADD COLUMN voltage3_mv INTEGER;
ALTER TABLE reading ADD COLUMN current1_ma INTEGER;
ALTER TABLE reading ADD COLUMN current2_ma INTEGER;
ALTER TABLE reading ADD COLUMN current3_ma INTEGER;
ALTER TABLE reading ADD COLUMN reactive_var INTEGER;
ALTER TABLE reading ADD COLUMN factor_e3 INTEGER;
ALTER TABLE reading ADD COLUMN frequency_mhz INTEGER;
-- The same, by meter: readings of days that are over are folded into it at night.
CREATE TABLE history (
    meter_id      INTEGER NOT NULL REFERENCES meter(id),
    at_utc        INTEGER NOT NULL,
    energy_wh     INTEGER NOT NULL,
    rate1_wh INTEGER NOT NULL, rate2_wh INTEGER NOT NULL, rate3_wh INTEGER NOT NULL, rate4_wh INTEGER NOT NULL,
    balance_minor INTEGER NOT NULL,
    purchase_count INTEGER NOT NULL,
    power_w       INTEGER NOT NULL,
    status1       INTEGER NOT NULL,
    status2       INTEGER NOT NULL,
    flag          TEXT NOT NULL DEFAULT '',
    voltage1_mv INTEGER, voltage2_mv INTEGER, voltage3_mv INTEGER,
    current1_ma INTEGER, current2_ma INTEGER, current3_ma INTEGER,
    reactive_var INTEGER, factor_e3 INTEGER, frequency_mhz INTEGER,
    PRIMARY KEY (meter_id, at_utc)
) STRICT, WITHOUT ROWID;
-- Energy of a span: what lies between two good readings is spread evenly over the hours it covers, so that the hours
-- add up to the register to the watt-hour. seen_s: seconds of the span that lie between readings no further apart than
-- two intervals; the rest is a gap that was bridged.
CREATE TABLE energy_hour (
    meter_id INTEGER NOT NULL REFERENCES meter(id),
    hour_utc INTEGER NOT NULL,                 -- its first second
    energy_wh INTEGER NOT NULL,
    rate1_wh INTEGER NOT NULL, rate2_wh INTEGER NOT NULL, rate3_wh INTEGER NOT NULL, rate4_wh INTEGER NOT NULL,
    power_max_w INTEGER,
    seen_s INTEGER NOT NULL,
    PRIMARY KEY (meter_id, hour_utc)
) STRICT, WITHOUT ROWID;
CREATE TABLE energy_day (
    meter_id INTEGER NOT NULL REFERENCES meter(id),
    day TEXT NOT NULL,                         -- '2026-11-22' of the site's time zone
    energy_wh INTEGER NOT NULL,
    rate1_wh INTEGER NOT NULL, rate2_wh INTEGER NOT NULL, rate3_wh INTEGER NOT NULL, rate4_wh INTEGER NOT NULL,
    power_max_w INTEGER,
    seen_s INTEGER NOT NULL,
    first_wh INTEGER, last_wh INTEGER,         -- registers at the day's first and last good reading
    balance_minor INTEGER,                     -- at its last
    PRIMARY KEY (meter_id, day)
) STRICT, WITHOUT ROWID;
CREATE TABLE energy_month (
    meter_id INTEGER NOT NULL REFERENCES meter(id),
    month TEXT NOT NULL,                       -- '2026-11'
    energy_wh INTEGER NOT NULL,
    rate1_wh INTEGER NOT NULL, rate2_wh INTEGER NOT NULL, rate3_wh INTEGER NOT NULL, rate4_wh INTEGER NOT NULL,
    power_max_w INTEGER,
    seen_s INTEGER NOT NULL,
    first_wh INTEGER, last_wh INTEGER,
    balance_minor INTEGER,
    PRIMARY KEY (meter_id, month)
) STRICT, WITHOUT ROWID;
CREATE TABLE fold (
    id          INTEGER PRIMARY KEY CHECK (id = 1),
    until_utc   INTEGER NOT NULL               -- readings before this are in history and in the sums
) STRICT;
INSERT INTO fold VALUES (1, 0);
-- Meters with readings in history that are not in the sums yet: the night's work that is left.
CREATE TABLE fold_meter (
    meter_id    INTEGER PRIMARY KEY REFERENCES meter(id),
    from_utc    INTEGER NOT NULL,              -- first such reading; where `exact` the day to go on with
    exact       INTEGER NOT NULL DEFAULT 0 CHECK (exact IN (0, 1))
) STRICT;
-- What a reading is compared with: the last good one, and the last that did not fit it.
CREATE TABLE energy_base (
    meter_id    INTEGER PRIMARY KEY REFERENCES meter(id),
    at_utc      INTEGER NOT NULL,
    energy_wh   INTEGER NOT NULL,
    odd_at_utc  INTEGER,                       -- NULL: the last one fitted
    odd_wh      INTEGER
) STRICT;

-- ---- rounds: what was due on a channel and what came of it. A round the engine was not there for has no row: a gap.
CREATE TABLE round (
    channel_id  INTEGER NOT NULL REFERENCES channel(id),
    due_utc     INTEGER NOT NULL,
    began_utc   INTEGER NOT NULL,
    ended_utc   INTEGER,                       -- NULL: under way, or the engine ended in it
    meters      INTEGER NOT NULL,
    answered    INTEGER NOT NULL DEFAULT 0,
    interval_s  INTEGER NOT NULL,              -- the shortest of the channel's meters
    next_utc    INTEGER NOT NULL,              -- when the next was due: by that, or by what it became before then
    PRIMARY KEY (channel_id, due_utc)
) STRICT, WITHOUT ROWID;

-- ---- quality of communication, by hour and channel, by day and meter
CREATE TABLE line_hour (
    channel_id INTEGER NOT NULL REFERENCES channel(id),
    hour_utc   INTEGER NOT NULL,
    requests INTEGER NOT NULL, answers INTEGER NOT NULL, timeouts INTEGER NOT NULL, crc INTEGER NOT NULL,
    wrong INTEGER NOT NULL, exceptions INTEGER NOT NULL, reconnects INTEGER NOT NULL,
    strange INTEGER NOT NULL DEFAULT 0,        -- frames that nobody here asked for
    median_ms INTEGER, p99_ms INTEGER,
    PRIMARY KEY (channel_id, hour_utc)
) STRICT, WITHOUT ROWID;
CREATE TABLE meter_day (
    meter_id INTEGER NOT NULL REFERENCES meter(id),
    day      TEXT NOT NULL,
    requests INTEGER NOT NULL, answers INTEGER NOT NULL, timeouts INTEGER NOT NULL, crc INTEGER NOT NULL,
    wrong INTEGER NOT NULL, exceptions INTEGER NOT NULL,
    median_ms INTEGER, p99_ms INTEGER,
    PRIMARY KEY (meter_id, day)
) STRICT, WITHOUT ROWID;

-- ---- said versus is: what was said last; what is, stands in meter_state
ALTER TABLE meter_state ADD COLUMN settings_at_utc INTEGER;           -- when prices and amounts were read last
ALTER TABLE meter_state ADD COLUMN recovery_s INTEGER;                -- after an opening for alarm 2; 0: it stays open until the balance reaches alarm 2
ALTER TABLE meter_state ADD COLUMN load_max_w INTEGER;                -- overload power, primary side, one phase; 0 off
ALTER TABLE meter_state ADD COLUMN load_at_utc INTEGER;
ALTER TABLE meter_state ADD COLUMN clock_off_s INTEGER;               -- the meter's clock less ours when it was read
ALTER TABLE meter_state ADD COLUMN frequency_mhz INTEGER;
ALTER TABLE meter_state ADD COLUMN ratio INTEGER;                     -- of its transformers, voltage x current
ALTER TABLE meter_state ADD COLUMN back_from TEXT NOT NULL DEFAULT '';  -- who had its line, until it is read and found not forced off, or somebody decides
ALTER TABLE meter_state ADD COLUMN back_at_utc INTEGER;                -- when that line came back
CREATE INDEX meter_back ON meter_state (meter_id) WHERE back_from <> '';
CREATE TABLE wanted_item (                     -- what can be said of a meter
    item       TEXT PRIMARY KEY,
    place      INTEGER NOT NULL,               -- in lists
    what       TEXT NOT NULL,                  -- its words
    order_kind TEXT NOT NULL,                  -- of the order that says it
    form       TEXT NOT NULL,                  -- how a value is written: sign, whole steps, the rest; '' is a word
    step       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO wanted_item (item, place, what, order_kind, form, step) VALUES
    ('mode', 1, 'relay', 'switch', '', 1),
    ('prepaid', 2, 'prepaid function', 'settings', '', 1),
    ('price1_e4', 3, 'price sharp', 'settings', '%s%d.%04d', 10000),
    ('price2_e4', 4, 'price peak', 'settings', '%s%d.%04d', 10000),
    ('price3_e4', 5, 'price flat', 'settings', '%s%d.%04d', 10000),
    ('price4_e4', 6, 'price valley', 'settings', '%s%d.%04d', 10000),
    ('alarm1_minor', 7, 'alarm 1 amount', 'settings', '%s%d.%02d', 100),
    ('alarm2_minor', 8, 'alarm 2 amount', 'settings', '%s%d.%02d', 100),
    ('overdraft_minor', 9, 'overdraft', 'settings', '%s%d.%02d', 100),
    ('max_power_w', 10, 'overload power', 'load', '%s%d.%03d kW', 1000);
CREATE TABLE wanted (
    meter_id    INTEGER NOT NULL REFERENCES meter(id),
    item        TEXT NOT NULL REFERENCES wanted_item(item),
    value       INTEGER NOT NULL,              -- mode: 0 prepaid, 1 forced off, 2 forced on; prepaid: 0 off, the meter counts and never cuts
    how         TEXT NOT NULL CHECK (how IN ('order', 'adopted', 'accepted')),
    order_id    INTEGER REFERENCES "order"(id),
    operator_id INTEGER REFERENCES operator(id),
    at_utc      INTEGER NOT NULL,
    PRIMARY KEY (meter_id, item)
) STRICT, WITHOUT ROWID;
ALTER TABLE meter_state ADD COLUMN drift INTEGER NOT NULL DEFAULT 0;  -- items of it that are not as said
CREATE INDEX meter_drift ON meter_state (meter_id) WHERE drift > 0;
-- The three that follow have the same columns in the same order. One row an item that was said. Overload power steps by the transformers' ratio, so it is near enough within 1 %.
CREATE VIEW wanted_said AS
SELECT meter_id, item, place, what, order_kind, wanted, reported, reported_at, how, said_by, said_at, order_id,
       CASE form WHEN '' THEN CASE WHEN item = 'prepaid' THEN iif(wanted, 'switched on', 'switched off')
               WHEN wanted = 0 THEN 'prepaid' WHEN wanted = 1 THEN 'forced off' ELSE 'forced on' END
           ELSE printf(form, CASE WHEN wanted < 0 THEN '-' ELSE '' END, abs(wanted) / step, abs(wanted) % step) END AS wanted_text,
       CASE WHEN reported IS NULL THEN ''
           WHEN form = '' THEN CASE WHEN item = 'prepaid' THEN iif(reported, 'switched on', 'switched off')
               WHEN reported = 0 THEN 'prepaid' WHEN reported = 1 THEN 'forced off' ELSE 'forced on' END
           ELSE printf(form, CASE WHEN reported < 0 THEN '-' ELSE '' END, abs(reported) / step, abs(reported) % step) END AS reported_text,
       reported IS NOT NULL AND reported_at >= said_at
           AND CASE item WHEN 'max_power_w' THEN abs(reported - wanted) * 100 > wanted ELSE reported <> wanted END AS drift
FROM (
    SELECT w.meter_id, w.item, i.place, i.what, i.order_kind, i.form, i.step, w.value AS wanted,
           CASE w.item
               WHEN 'mode' THEN CASE WHEN ms.forced = 0 THEN 0 WHEN ms.why = 'forced off' THEN 1 WHEN ms.forced = 1 THEN 2 END
               WHEN 'prepaid' THEN ms.prepaid
               WHEN 'price1_e4' THEN ms.price1_e4 WHEN 'price2_e4' THEN ms.price2_e4
               WHEN 'price3_e4' THEN ms.price3_e4 WHEN 'price4_e4' THEN ms.price4_e4
               WHEN 'alarm1_minor' THEN ms.alarm1_minor WHEN 'alarm2_minor' THEN ms.alarm2_minor
               WHEN 'overdraft_minor' THEN ms.overdraft_minor ELSE ms.load_max_w END AS reported,
           CASE w.item WHEN 'mode' THEN ms.read_at_utc WHEN 'prepaid' THEN ms.read_at_utc WHEN 'max_power_w' THEN ms.load_at_utc
               ELSE ms.settings_at_utc END AS reported_at,
           w.how, w.operator_id AS said_by, w.at_utc AS said_at, w.order_id
    FROM wanted w CROSS JOIN wanted_item i ON i.item = w.item CROSS JOIN meter_state ms ON ms.meter_id = w.meter_id);
-- The meter's clock against ours, and money that somebody else put onto it: nobody has to say those.
CREATE VIEW wanted_clock AS
SELECT ms.meter_id, 'clock' AS item, 11 AS place, 'meter clock' AS what, 'clock' AS order_kind, 0 AS wanted, ms.clock_off_s AS reported,
       ms.read_at_utc AS reported_at, 'clock' AS how, NULL AS said_by, NULL AS said_at, NULL AS order_id, '0 s' AS wanted_text,
       CASE ms.clock_off_s WHEN 0 THEN '0 s' ELSE printf('%+d s', ms.clock_off_s) END AS reported_text,
       abs(ms.clock_off_s) > CAST(coalesce((SELECT s.value FROM setting s WHERE s.key = 'read.clock_tolerance_s'), 60) AS INTEGER) AS drift
FROM meter_state ms WHERE ms.clock_off_s IS NOT NULL;
CREATE VIEW wanted_purchase AS
SELECT x.meter_id, 'purchase' AS item, 12 AS place, 'purchase' AS what, '' AS order_kind, 0 AS wanted, x.amount_minor AS reported,
       x.at_utc AS reported_at, 'purchase' AS how, NULL AS said_by, NULL AS said_at, NULL AS order_id, '0.00' AS wanted_text,
       printf('%s%d.%02d', CASE WHEN x.amount_minor < 0 THEN '-' ELSE '' END, abs(x.amount_minor) / 100, abs(x.amount_minor) % 100) AS reported_text,
       1 AS drift
FROM excess x WHERE x.kind IN ('foreign', 'unexplained') AND NOT EXISTS (SELECT 1 FROM excess_seen n WHERE n.excess_id = x.id);

-- What of a meter is not as it was said, of every sort: the count in meter_state and the alarm go by this, the list by the same three.
CREATE VIEW wanted_drift AS
SELECT meter_id, item, wanted, reported, reported_at, how, said_by, said_at, order_id, drift FROM wanted_said WHERE drift
UNION ALL SELECT meter_id, item, wanted, reported, reported_at, how, said_by, said_at, order_id, drift FROM wanted_clock WHERE drift
UNION ALL SELECT meter_id, item, wanted, reported, reported_at, how, said_by, said_at, order_id, drift FROM wanted_purchase;

-- ---- lock-outs
CREATE TABLE lock_out (
    id             INTEGER PRIMARY KEY,
    meter_id       INTEGER NOT NULL REFERENCES meter(id),
    operator_id    INTEGER REFERENCES operator(id), -- whose tag it is; NULL: somebody's of a laptop who is no operator here
    owner_name     TEXT,                       -- his name then
    from_site      INTEGER NOT NULL DEFAULT 0 CHECK (from_site IN (0, 1)), -- in a laptop's books: it hangs at the site too
    reason         TEXT NOT NULL CHECK (reason <> ''),
    at_utc         INTEGER NOT NULL,
    off_order      INTEGER REFERENCES "order"(id),
    off_at_utc     INTEGER,                    -- forced off was read back; NULL: not verified
    undone_utc     INTEGER,                    -- when it was last found not forced off after that
    cleared_at_utc INTEGER,
    cleared_by     INTEGER REFERENCES operator(id),
    cleared_reason TEXT NOT NULL DEFAULT '',
    CHECK (operator_id IS NOT NULL OR owner_name IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX lock_out_open ON lock_out (meter_id) WHERE cleared_at_utc IS NULL;
CREATE INDEX lock_out_meter ON lock_out (meter_id, id);

-- What a receipt says of a top-up that a tag or a channel in other hands keeps back.
DROP VIEW paper;
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
       s.id AS sale_id, s.cancelled_entry,
       CASE WHEN o.state = 'queued' AND o.sends = 0 THEN
           (SELECT coalesce(w.name, l.owner_name) FROM lock_out l LEFT JOIN operator w ON w.id = l.operator_id
            WHERE l.meter_id = o.meter_id AND l.cleared_at_utc IS NULL AND l.off_at_utc IS NULL) END AS locked_by,
       CASE WHEN o.state = 'queued' AND o.sends = 0 THEN
           (SELECT nullif(h.handed_to, '') FROM meter m JOIN channel h ON h.id = m.channel_id WHERE m.id = o.meter_id) END AS handed_to
FROM document d LEFT JOIN outbox x ON x.document_id = d.id LEFT JOIN till t ON t.id = x.till_id
LEFT JOIN operator p ON p.id = x.operator_id JOIN entry e ON e.number = d.entry_number
LEFT JOIN sale s ON s.document_id = d.id LEFT JOIN "order" o ON o.sale_id = s.id;

-- ---- batches
CREATE TABLE batch (
    id             INTEGER PRIMARY KEY,
    command        TEXT NOT NULL CHECK (command IN ('tariff', 'settings', 'load', 'on', 'prepaid', 'off', 'clock', 'read')),
    detail         TEXT NOT NULL DEFAULT '{}', -- JSON: the values
    selection      TEXT NOT NULL DEFAULT '',   -- what was selected, as typed
    state          TEXT NOT NULL CHECK (state IN ('running', 'stopping', 'stopped', 'done')),
    operator_id    INTEGER NOT NULL REFERENCES operator(id),
    created_at_utc INTEGER NOT NULL,
    began_at_utc   INTEGER NOT NULL,           -- when it was started or resumed, how many rows were over then, and failed
    began_over     INTEGER NOT NULL DEFAULT 0,
    began_failed   INTEGER NOT NULL DEFAULT 0,
    ended_at_utc   INTEGER,
    expires_at_utc INTEGER NOT NULL,           -- nothing of it is sent after this
    until_utc      INTEGER,                    -- 'on': back to prepaid by itself at this time
    fail_percent   INTEGER NOT NULL CHECK (fail_percent BETWEEN 1 AND 100),
    dark           INTEGER NOT NULL DEFAULT 0, -- meters that would lose power, as confirmed
    undo_of        INTEGER REFERENCES batch(id),
    retry_of       INTEGER REFERENCES batch(id),
    reason         TEXT NOT NULL DEFAULT '',   -- JSON: why it stopped by itself
    order_mark     INTEGER NOT NULL DEFAULT 0, -- orders with a greater id are newer than this batch
    plan           TEXT NOT NULL DEFAULT '',   -- JSON [[meter, channel, dark, reason], ...] until all are rows: nothing is given before
    total INTEGER NOT NULL DEFAULT 0, done INTEGER NOT NULL DEFAULT 0, failed INTEGER NOT NULL DEFAULT 0,
    skipped INTEGER NOT NULL DEFAULT 0, cancelled INTEGER NOT NULL DEFAULT 0 -- of its rows: kept by the trigger below
) STRICT;
CREATE INDEX batch_open ON batch (state) WHERE state IN ('running', 'stopping');
CREATE TABLE batch_row (
    batch_id INTEGER NOT NULL REFERENCES batch(id),
    n        INTEGER NOT NULL,
    meter_id INTEGER NOT NULL REFERENCES meter(id),
    channel_id INTEGER NOT NULL REFERENCES channel(id),
    state    TEXT NOT NULL CHECK (state IN ('waiting', 'skipped', 'given', 'done', 'failed', 'cancelled')),
    reason   TEXT NOT NULL DEFAULT '',         -- JSON: why skipped or failed
    order_id INTEGER REFERENCES "order"(id),
    dark     INTEGER NOT NULL DEFAULT 0 CHECK (dark IN (0, 1)),
    before   TEXT NOT NULL DEFAULT '{}',       -- JSON: what was read before: what an undo goes back to
    after    TEXT NOT NULL DEFAULT '{}',       -- JSON: what was read back
    at_utc   INTEGER,
    PRIMARY KEY (batch_id, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX batch_row_meter ON batch_row (meter_id, batch_id);
CREATE INDEX batch_row_order ON batch_row (order_id) WHERE order_id IS NOT NULL;
CREATE INDEX batch_row_waiting ON batch_row (batch_id, channel_id, n) WHERE state = 'waiting';
CREATE INDEX batch_row_given ON batch_row (batch_id, channel_id, n) WHERE state = 'given';
CREATE TRIGGER batch_row_moved AFTER UPDATE OF state ON batch_row WHEN NEW.state <> OLD.state
BEGIN
    UPDATE batch SET done = done + (NEW.state = 'done') - (OLD.state = 'done'),
        failed = failed + (NEW.state = 'failed') - (OLD.state = 'failed'),
        skipped = skipped + (NEW.state = 'skipped') - (OLD.state = 'skipped'),
        cancelled = cancelled + (NEW.state = 'cancelled') - (OLD.state = 'cancelled'),
        -- one that was given up before, and turned out to be done after all
        began_failed = began_failed - (OLD.state = 'failed' AND began_failed > 0 AND OLD.at_utc <= began_at_utc)
    WHERE id = NEW.batch_id;
END;
-- A line that went away under a batch: its rows wait until this time, those after it are tried and fail.
CREATE TABLE batch_line (
    batch_id   INTEGER NOT NULL REFERENCES batch(id),
    channel_id INTEGER NOT NULL REFERENCES channel(id),
    until_utc  INTEGER NOT NULL,
    PRIMARY KEY (batch_id, channel_id)
) STRICT, WITHOUT ROWID;
ALTER TABLE "order" ADD COLUMN batch_id INTEGER REFERENCES batch(id);
-- Forced on until a time: given back to prepaid by an order of the engine's own.
CREATE TABLE protection (
    id           INTEGER PRIMARY KEY,
    meter_id     INTEGER NOT NULL REFERENCES meter(id),
    order_id     INTEGER REFERENCES "order"(id), -- that forced it on; NULL: found so, and accepted
    accepted_by  INTEGER REFERENCES operator(id),
    until_utc    INTEGER,                      -- NULL: until somebody ends it
    from_utc     INTEGER,                      -- when it was read back
    from_wh      INTEGER,
    ended_utc    INTEGER,
    ended_wh     INTEGER,                      -- ended_wh - from_wh went unpaid
    end_order    INTEGER REFERENCES "order"(id)
) STRICT;
CREATE UNIQUE INDEX protection_open ON protection (meter_id) WHERE ended_utc IS NULL;

-- ---- alarms and who was told
CREATE TABLE alarm (
    id           INTEGER PRIMARY KEY,
    kind         TEXT NOT NULL,                -- a row of the program's table of kinds
    severity     INTEGER NOT NULL,             -- of it: 1 urgent, 2 warning, 3 notice
    about        TEXT NOT NULL,                -- of it: what its objects are, 'Meter', 'Line', 'Printer'
    object       TEXT NOT NULL,                -- which one: '190301527', 'L07', 'receipt'; '' where there is one only
    meter_id     INTEGER REFERENCES meter(id),
    channel_id   INTEGER REFERENCES channel(id),
    detail       TEXT NOT NULL DEFAULT '',     -- JSON: the sentence with its figures
    raised_utc   INTEGER NOT NULL,
    acked_utc    INTEGER,
    acked_by     INTEGER REFERENCES operator(id),
    note         TEXT NOT NULL DEFAULT '',
    gone_utc     INTEGER,                      -- since when its cause is gone; it is cleared when that lasts
    cleared_utc  INTEGER
) STRICT;
CREATE UNIQUE INDEX alarm_open ON alarm (kind, object) WHERE cleared_utc IS NULL;
CREATE INDEX alarm_meter ON alarm (meter_id, id) WHERE meter_id IS NOT NULL;
CREATE INDEX alarm_meter_open ON alarm (meter_id) WHERE cleared_utc IS NULL AND meter_id IS NOT NULL;
CREATE INDEX alarm_object ON alarm (object, kind);
CREATE INDEX alarm_time ON alarm (raised_utc);
-- A cause that is there, whose alarm waits for its time: it is not forgotten over a restart.
CREATE TABLE alarm_cause (
    kind         TEXT NOT NULL,
    object       TEXT NOT NULL,
    meter_id     INTEGER REFERENCES meter(id),
    since_utc    INTEGER NOT NULL,
    PRIMARY KEY (kind, object)
) STRICT, WITHOUT ROWID;
CREATE INDEX alarm_cause_meter ON alarm_cause (meter_id) WHERE meter_id IS NOT NULL;
CREATE INDEX meter_lost ON meter_state (meter_id) WHERE lost = 1;
CREATE INDEX reading_flagged ON reading (meter_id, at_utc) WHERE flag <> '';
CREATE TABLE notice (
    id          INTEGER PRIMARY KEY,
    alarm_id    INTEGER NOT NULL REFERENCES alarm(id),
    tells       TEXT NOT NULL CHECK (tells IN ('raised', 'cleared')),
    way         TEXT NOT NULL CHECK (way IN ('command', 'mail')),
    recipient   TEXT NOT NULL DEFAULT '',
    language    TEXT NOT NULL DEFAULT '',
    subject     TEXT NOT NULL DEFAULT '',
    body        TEXT NOT NULL DEFAULT '',
    state       TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'failed')),
    tries       INTEGER NOT NULL DEFAULT 0,
    next_utc    INTEGER NOT NULL DEFAULT 0,
    created_utc INTEGER NOT NULL,
    changed_utc INTEGER NOT NULL,
    reason      TEXT NOT NULL DEFAULT ''       -- JSON or the last line of what was said
) STRICT;
CREATE INDEX notice_waiting ON notice (next_utc) WHERE state = 'waiting';
CREATE INDEX notice_alarm ON notice (alarm_id);
-- Those whose turn it is: nobody hears of an end before he heard of the beginning.
CREATE VIEW notice_turn AS
SELECT n.* FROM notice n INDEXED BY notice_waiting
WHERE n.state = 'waiting' AND NOT EXISTS (SELECT 1 FROM notice w WHERE w.alarm_id = n.alarm_id AND w.id < n.id
                                            AND w.state = 'waiting' AND w.way = n.way AND w.recipient = n.recipient);

-- ---- a meter as people see it: a lock-out comes before everything
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
           WHEN l.id IS NOT NULL THEN 'locked out'
           WHEN m.id IN (
               SELECT o.meter_id FROM "order" o      -- the first term is that of index order_open
               WHERE o.state IN ('queued', 'sending', 'in doubt') AND o.state = 'in doubt') THEN 'in doubt'
           WHEN ms.lost = 1 THEN 'lost'
           WHEN ms.forced = 1 AND ms.relay_closed = 0 THEN 'forced off'  -- a room without an account, too
           WHEN ms.forced = 1 THEN 'forced on'
           WHEN am.account_id IS NULL AND m.role = 'tenant' THEN 'not opened'
           WHEN ms.read_at_utc IS NULL THEN 'unread'
           WHEN ms.relay_closed = 0 AND ms.why = 'alarm 2' THEN 'alarm 2 off' -- there is credit; it may close by itself
           WHEN ms.relay_closed = 0 THEN 'cut'
           WHEN ms.arrears = 1 AND m.role = 'tenant' THEN 'arrears'
           WHEN ms.alarm2 = 1 AND m.role = 'tenant' THEN 'alarm 2'
           WHEN ms.alarm1 = 1 AND m.role = 'tenant' THEN 'alarm 1'
           ELSE 'on'
       END AS state,
       m.role, l.id AS lock_out,
       (SELECT c.handed_to FROM channel c WHERE c.id = m.channel_id) AS handed_to
FROM meter m
JOIN space s ON s.id = m.space_id
LEFT JOIN account_meter am ON am.meter_id = m.id AND am.to_utc IS NULL
LEFT JOIN account a ON a.id = am.account_id
LEFT JOIN tenant t ON t.id = a.tenant_id
LEFT JOIN meter_state ms ON ms.meter_id = m.id
LEFT JOIN meter_known k ON k.meter_id = m.id
LEFT JOIN lock_out l ON l.meter_id = m.id AND l.cleared_at_utc IS NULL;

-- What a batch looks at of each meter before it plans: the statements batch_meters and batch_meter read these columns in this order.
CREATE VIEW batch_meter AS
SELECT v.meter_id, v.channel_id, v.meter, v.room, v.tenant, v.state, v.model, v.path, v.role = 'main' AS main, v.balance_minor,
       ms.power_w, max(coalesce(ms.power1_w, 0), coalesce(ms.power2_w, 0), coalesce(ms.power3_w, 0)) AS power_phase_w,
       ms.relay_closed, ms.forced, ms.price1_e4, ms.price2_e4, ms.price3_e4, ms.price4_e4, ms.alarm1_minor, ms.alarm2_minor,
       ms.overdraft_minor, ms.load_max_w, ms.clock_off_s, ms.read_at_utc, v.lock_out, p.id AS protection, p.until_utc,
       (SELECT o.id FROM opening o WHERE o.meter_id = v.meter_id AND o.state IN ('waiting', 'failed') LIMIT 1) AS opening,
       (SELECT o.id FROM "order" o WHERE o.state IN ('queued', 'sending', 'in doubt') AND o.state = 'in doubt'
        AND o.kind = 'top-up' AND o.meter_id = v.meter_id LIMIT 1) AS topup_in_doubt,
       v.state = 'lost' OR coalesce(ms.lost, 0) AS lost, coalesce(ms.old_firmware, 0) AS old_firmware,
       v.handed_to <> '' OR coalesce(ms.back_from, '') <> '' AS handed_over, c.name AS channel, t.search, tf.name AS tariff,
       v.account, v.role, (SELECT CASE WHEN x.transformers THEN ms.ratio ELSE 1 END FROM meter x WHERE x.id = v.meter_id) AS ratio,
       (SELECT min(o.id) FROM "order" o WHERE o.state IN ('queued', 'sending', 'in doubt') AND o.state = 'in doubt'
        AND o.kind <> 'top-up' AND o.meter_id = v.meter_id) AS plain_in_doubt,
       (SELECT min(o.id) FROM "order" o WHERE o.state IN ('queued', 'sending', 'in doubt') AND o.state = 'in doubt'
        AND o.kind = 'switch' AND o.meter_id = v.meter_id) AS switch_in_doubt,
       -- the batch that began its protection: it may take it back
       (SELECT b.id FROM "order" o JOIN batch b ON b.id = o.batch_id
        WHERE o.id = p.order_id AND p.from_utc >= b.created_at_utc) AS protection_batch,
       (SELECT l.off_at_utc FROM lock_out l WHERE l.id = v.lock_out) AS lock_off_at
FROM meter_shown v JOIN channel c ON c.id = v.channel_id LEFT JOIN tenant t ON t.id = v.tenant_id
LEFT JOIN tariff tf ON tf.id = v.tariff_id LEFT JOIN meter_state ms ON ms.meter_id = v.meter_id
LEFT JOIN protection p ON p.meter_id = v.meter_id AND p.ended_utc IS NULL;

-- ---- who changed a setting last
CREATE INDEX operation_setting ON operation (object) WHERE action = 'setting.set' AND result = 'ok';
