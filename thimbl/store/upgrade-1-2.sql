-- Schedules, answers by way of mirrors, and whose item is the newest: see schema-3.sql for what the columns hold.

ALTER TABLE author ADD COLUMN due INTEGER;
ALTER TABLE author ADD COLUMN source TEXT;
ALTER TABLE author ADD COLUMN caught INTEGER;
ALTER TABLE author ADD COLUMN newest INTEGER;
UPDATE author SET newest = (SELECT max(rowid) FROM item WHERE item.author = author.id);
CREATE INDEX author_newest ON author (newest) WHERE followed = 1 OR is_me = 1;

ALTER TABLE host ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
ALTER TABLE host ADD COLUMN failing_since INTEGER;
ALTER TABLE host ADD COLUMN due INTEGER;

-- Whom the records of a commune cite, by whoever's log has such records (thimbl/store/citations.py).
CREATE TABLE citation (
    commune INTEGER NOT NULL REFERENCES author (id) ON DELETE CASCADE,
    address TEXT NOT NULL,                  -- canonical; whether or not anything is here of it
    newest INTEGER NOT NULL,                -- seq of the newest record that cites it
    PRIMARY KEY (commune, address)
) WITHOUT ROWID;

-- Who was asked, and when, for a log of which they have seen another record than is here (thimbl/store/disputes.py).
CREATE TABLE disputed (
    author INTEGER NOT NULL REFERENCES author (id) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    last TEXT NOT NULL,                     -- the id that they saw
    witness TEXT NOT NULL,                  -- their address
    asked INTEGER NOT NULL,
    PRIMARY KEY (author, seq, last, witness)
) WITHOUT ROWID;

-- Ledgers, and what they depend on: as in schema-3.sql.


-- Announcements apart from the posts between them, for those who read nothing else. Not by NOT IN, for which SQLite
-- makes a table of the three at each record that is stored: that takes as long as storing it.
CREATE INDEX record_announced ON record (author, seq, kind)
WHERE kind <> 'post' AND kind <> 'edit' AND kind <> 'retract';

-- Whose log may read otherwise than before, by one counter that only grows: the triggers count it on, in the transaction
-- of whatever changed, whoever writes. A poll that finds nothing new does not touch it.
CREATE TABLE revision (
    author INTEGER PRIMARY KEY,             -- stays when the author goes
    number INTEGER NOT NULL
);
CREATE UNIQUE INDEX revision_number ON revision (number);
CREATE TRIGGER revised_by_head AFTER INSERT ON head BEGIN
    INSERT INTO revision SELECT NEW.author, coalesce(max(number), 0) + 1 FROM revision WHERE true
    ON CONFLICT (author) DO UPDATE SET number = excluded.number;
END;
CREATE TRIGGER revised_by_author AFTER UPDATE OF address, pinned, verdict, anew ON author
WHEN (OLD.address, OLD.pinned, OLD.verdict, OLD.anew) IS NOT (NEW.address, NEW.pinned, NEW.verdict, NEW.anew) BEGIN
    INSERT INTO revision SELECT NEW.id, coalesce(max(number), 0) + 1 FROM revision WHERE true
    ON CONFLICT (author) DO UPDATE SET number = excluded.number;
END;
CREATE TRIGGER revised_by_deletion AFTER DELETE ON author BEGIN
    INSERT INTO revision SELECT OLD.id, coalesce(max(number), 0) + 1 FROM revision WHERE true
    ON CONFLICT (author) DO UPDATE SET number = excluded.number;
END;
CREATE TRIGGER revised_by_evidence AFTER INSERT ON evidence WHEN NEW.verdict = 'forked' BEGIN
    INSERT INTO revision SELECT NEW.author, coalesce(max(number), 0) + 1 FROM revision WHERE true
    ON CONFLICT (author) DO UPDATE SET number = excluded.number;
END;
CREATE TRIGGER revised_by_other_evidence AFTER UPDATE OF verdict ON evidence WHEN OLD.verdict <> NEW.verdict BEGIN
    INSERT INTO revision SELECT NEW.author, coalesce(max(number), 0) + 1 FROM revision WHERE true
    ON CONFLICT (author) DO UPDATE SET number = excluded.number;
END;
CREATE TRIGGER revised_by_less_evidence AFTER DELETE ON evidence WHEN OLD.verdict = 'forked' BEGIN
    INSERT INTO revision SELECT OLD.author, coalesce(max(number), 0) + 1 FROM revision WHERE true
    ON CONFLICT (author) DO UPDATE SET number = excluded.number;
END;

-- What was computed of the logs as they stood at one revision; empty until somebody asks.
CREATE TABLE kept_ledger (
    commune TEXT PRIMARY KEY,
    maker TEXT NOT NULL,                    -- which program: another one's answer is none
    revision INTEGER NOT NULL,
    communes INTEGER NOT NULL,              -- how many there were in all
    page TEXT NOT NULL,                     -- of 'thimbl ledger'
    data TEXT NOT NULL,                     -- of 'thimbl ledger --json'
    audit TEXT NOT NULL                     -- JSON
) WITHOUT ROWID;

CREATE TABLE kept_log (
    author INTEGER PRIMARY KEY,
    mark TEXT NOT NULL                      -- what a ledger depends on, of all who ever announced something
);

-- What the node did: a row for each host and what came of asking it; and the newest askings that are worth telling
-- (thimbl/store/askings.py).
CREATE TABLE asking (
    hostport TEXT NOT NULL,                 -- of whoever was asked: an author's own host, or a mirror
    verdict TEXT NOT NULL,                  -- '': no plan came
    number INTEGER NOT NULL,
    new INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    last INTEGER NOT NULL,                  -- when that was, the last time
    words TEXT NOT NULL,                    -- and why
    PRIMARY KEY (hostport, verdict)
) WITHOUT ROWID;

CREATE TABLE news (
    id INTEGER PRIMARY KEY,
    time INTEGER NOT NULL,
    hostport TEXT NOT NULL,
    address TEXT NOT NULL,
    verdict TEXT,                           -- NULL: no plan came
    new INTEGER NOT NULL,
    words TEXT NOT NULL
);
