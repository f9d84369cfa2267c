-- The store, version 3. A change to a table that is in use goes into upgrade-3-4.sql, and into schema-4.sql as a whole.
--
-- First the truth: what was fetched, as it came, and what a person decided. Then what follows from it, which
-- 'thimbl rebuild' makes again. JSON is as `json.dumps` writes it, in the order in which it came. Times are Unix seconds.

-- The truth ----------------------------------------------------------------------------------------------------------

CREATE TABLE author (
    id INTEGER PRIMARY KEY,
    address TEXT NOT NULL UNIQUE,           -- canonical; after a verified move the new one, and the old one is in alias
    nick TEXT,                              -- one's own name for them
    followed INTEGER NOT NULL DEFAULT 0,
    private INTEGER NOT NULL DEFAULT 0,     -- followed, but not told in one's public plan
    is_me INTEGER NOT NULL DEFAULT 0,
    name TEXT NOT NULL DEFAULT '',          -- of the newest head, or of the version 1 plan
    bio TEXT NOT NULL DEFAULT '',
    following_list TEXT,                    -- JSON, as the view `following` gave it; counts while the head names its digest
    pinned TEXT,                            -- fingerprint
    key_line TEXT,                          -- NULL where only a fingerprint was pinned
    recovery TEXT,                          -- fingerprint of the pinned recovery key
    anew INTEGER NOT NULL DEFAULT 0,        -- a person replaced the pin: what was known does not bind the next answer
    verdict TEXT,                           -- of the newest answer, but 'forked' stays
    reason TEXT NOT NULL DEFAULT '',
    seq INTEGER NOT NULL DEFAULT 0,         -- of the newest verified head
    updated INTEGER,
    gap_below INTEGER,
    moved_to TEXT,
    asked INTEGER,
    answered INTEGER,
    failure TEXT,
    due INTEGER,                            -- when to ask again; NULL: at once
    source TEXT,                            -- host[:port] of the mirror that gave the newest answer; NULL: its own host
    caught INTEGER,                         -- how far down a catch-up through the archive has come; NULL: none is begun
    newest INTEGER                          -- rowid of their newest item: follows from what is here, and is made again
);
-- The timeline of the followed begins with whoever said something last, however many are followed.
CREATE INDEX author_newest ON author (newest) WHERE followed = 1 OR is_me = 1;

CREATE TABLE alias (
    address TEXT PRIMARY KEY,
    author INTEGER NOT NULL REFERENCES author (id) ON DELETE CASCADE
) WITHOUT ROWID;

-- The newest verified head of each author, and every older one that alone vouches for the records below a gap.
CREATE TABLE head (
    author INTEGER NOT NULL REFERENCES author (id) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    last TEXT,
    data TEXT NOT NULL,
    PRIMARY KEY (author, seq)
);

CREATE TABLE record (
    author INTEGER NOT NULL REFERENCES author (id) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    id TEXT NOT NULL,
    prev TEXT,
    time INTEGER NOT NULL,
    kind TEXT NOT NULL,
    target TEXT,                            -- `of` of an edit or a retract; stays when the body is dropped
    withheld INTEGER NOT NULL,              -- it came without its body
    retracted INTEGER NOT NULL DEFAULT 0,   -- its author retracted it: the body was replaced by its digest here
    stored INTEGER NOT NULL,                -- when it first came
    data TEXT NOT NULL,
    PRIMARY KEY (author, seq)
) WITHOUT ROWID;
CREATE INDEX record_target ON record (author, target) WHERE target IS NOT NULL;
CREATE INDEX record_edit ON record (author, id) WHERE kind = 'edit';

CREATE TABLE key_link (
    author INTEGER NOT NULL REFERENCES author (id) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    id TEXT NOT NULL,
    old TEXT NOT NULL,
    new TEXT NOT NULL,
    recovered_by TEXT,
    next_recovery TEXT,
    PRIMARY KEY (author, seq)
) WITHOUT ROWID;

CREATE TABLE retired_key (
    author INTEGER NOT NULL REFERENCES author (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (author, key)
) WITHOUT ROWID;

-- Version 1 plans: what was read of it, and the text itself where the caller gave it.
CREATE TABLE classic (
    author INTEGER PRIMARY KEY REFERENCES author (id) ON DELETE CASCADE,
    data TEXT NOT NULL,
    raw BLOB
);

CREATE TABLE classic_stored (
    author INTEGER NOT NULL REFERENCES author (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    stored INTEGER NOT NULL,
    PRIMARY KEY (author, id)
) WITHOUT ROWID;

-- Feeds of the web that are or were followed (thimbl/store/web.py); the row of `author` has an address that stands for
-- the URL.
CREATE TABLE web (
    author INTEGER PRIMARY KEY REFERENCES author (id) ON DELETE CASCADE,
    url TEXT NOT NULL,                      -- canonical
    kind TEXT,                              -- NULL before the first answer that could be read
    home TEXT NOT NULL DEFAULT '',          -- the page that it is of
    people TEXT NOT NULL DEFAULT '{}',      -- JSON: nick to address, of whom its texts name
    location TEXT,                          -- the URL that gave the newest answer, of which the next three are
    etag TEXT,
    modified TEXT,
    digest BLOB,
    moved TEXT                              -- where it says that it has moved for good
);

CREATE TABLE web_entry (
    author INTEGER NOT NULL REFERENCES author (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    time INTEGER NOT NULL,                  -- as the feed stated it first; where it does not, of when it came
    stored INTEGER NOT NULL,
    edited INTEGER,
    answers TEXT,                           -- id of the entry that it answers, of whichever feed
    data TEXT NOT NULL,                     -- JSON: what it says
    PRIMARY KEY (author, id)
) WITHOUT ROWID;
CREATE INDEX web_entry_id ON web_entry (id);
CREATE INDEX web_entry_answers ON web_entry (answers) WHERE answers IS NOT NULL;

CREATE TABLE evidence (
    id INTEGER PRIMARY KEY,
    author INTEGER NOT NULL REFERENCES author (id) ON DELETE CASCADE,
    verdict TEXT NOT NULL,
    reason TEXT NOT NULL,
    time INTEGER NOT NULL,
    digest BLOB NOT NULL,                   -- the same lie told twice is kept once
    raw BLOB NOT NULL,
    UNIQUE (author, digest)
);

CREATE TABLE host (
    hostport TEXT PRIMARY KEY,
    features TEXT,                          -- space between; NULL: the host has no line `Thimbl:`
    asked INTEGER NOT NULL,
    failures INTEGER NOT NULL DEFAULT 0,    -- in a row, up to now
    failing_since INTEGER,
    due INTEGER                             -- not to be asked before; NULL: may be asked
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

CREATE TABLE state (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- What follows from it -----------------------------------------------------------------------------------------------

-- The rowid holds the sort key (thimbl/store/derive.py): by rowid is by time, also in the full-text index, and the
-- index on the author alone covers "the newest of these authors". Only `unread` is a person's, and is kept.
CREATE TABLE item (
    rowid INTEGER PRIMARY KEY,
    author INTEGER NOT NULL REFERENCES author (id) ON DELETE CASCADE,
    unread INTEGER NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    seq INTEGER,                            -- NULL for what is no record: a message of version 1, an entry of a feed
    time INTEGER NOT NULL,                  -- as its author stated it
    words TEXT NOT NULL,                    -- the text that readers show; of an announcement what a search looks through
    subject TEXT,
    re TEXT,
    reply_to TEXT,                          -- of a reply of version 1
    edited INTEGER,
    retracted INTEGER NOT NULL,
    withheld INTEGER NOT NULL,
    malformed TEXT
);
CREATE INDEX item_author ON item (author);
CREATE INDEX item_id ON item (id);
CREATE INDEX item_re ON item (re) WHERE re IS NOT NULL;
CREATE INDEX item_kind ON item (kind) WHERE kind <> 'post';
CREATE INDEX item_unread ON item (author) WHERE unread = 1;

CREATE VIRTUAL TABLE item_fts USING fts5 (
    words, subject, content = 'item', content_rowid = 'rowid', tokenize = 'unicode61 remove_diacritics 2'
);

CREATE TABLE mention (
    address TEXT NOT NULL,
    item INTEGER NOT NULL,
    PRIMARY KEY (address, item)
) WITHOUT ROWID;
CREATE INDEX mention_item ON mention (item);

CREATE TABLE tag (
    tag TEXT NOT NULL,
    item INTEGER NOT NULL,
    PRIMARY KEY (tag, item)
) WITHOUT ROWID;
CREATE INDEX tag_item ON tag (item);

-- Whom the records of a commune cite, by whoever's log has such records (thimbl/store/citations.py).
CREATE TABLE citation (
    commune INTEGER NOT NULL REFERENCES author (id) ON DELETE CASCADE,
    address TEXT NOT NULL,                  -- canonical; whether or not anything is here of it
    newest INTEGER NOT NULL,                -- seq of the newest record that cites it
    PRIMARY KEY (commune, address)
) WITHOUT ROWID;

-- Ledgers (thimbl/store/ledgers.py, kept.py) -------------------------------------------------------------------------

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
