-- Schedules, answers by way of mirrors, and whose item is the newest: see schema-2.sql for what the columns hold.

ALTER TABLE author ADD COLUMN due INTEGER;
ALTER TABLE author ADD COLUMN source TEXT;
ALTER TABLE author ADD COLUMN caught INTEGER;
ALTER TABLE author ADD COLUMN newest INTEGER;
UPDATE author SET newest = (SELECT max(rowid) FROM item WHERE item.author = author.id);
CREATE INDEX author_newest ON author (newest) WHERE followed = 1 OR is_me = 1;

ALTER TABLE host ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
ALTER TABLE host ADD COLUMN failing_since INTEGER;
ALTER TABLE host ADD COLUMN due INTEGER;
