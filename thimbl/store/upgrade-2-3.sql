-- Feeds of the web: as in schema-3.sql.

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
