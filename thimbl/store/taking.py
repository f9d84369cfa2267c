"""Taking what was verified: what plan-format 4 says of `verified`, in one transaction.

- The judgement was made from what was known a moment before. If another process has learnt more since, the judgement is
  no longer about this store: nothing is taken, and the next answer is judged anew.
- Records first, then what they come to together: see `thimbl.store.edits` for why their order does not matter.
"""

from collections.abc import Collection
from dataclasses import dataclass

from thimbl.core.log import Judgement
from thimbl.core.plan import Head
from thimbl.core.records import Record
from thimbl.store import citing
from thimbl.store.database import Database, chunks, marks
from thimbl.store.derive import target_of, to_json
from thimbl.store.follows import following_by, following_of, nicks_among
from thimbl.store.indexing import Indexing
from thimbl.store.items import Items
from thimbl.store.people import move


@dataclass(slots=True)
class Taking:
    """One verified judgement on its way into the store, for an author who has a row; inside a transaction."""

    database: Database
    items: Items
    author: int
    judgement: Judgement
    head: Head
    now: int
    """Unix seconds."""
    me: bool
    fresh: bool = False
    """Nothing of the author was ever verified: there is no record of theirs, and no head or key."""

    def take(self) -> int:
        """Take it; the number of new items."""
        touched = self._make_room()
        if touched is None:
            return 0
        if self.judgement.moved_to is None:  # else it is the last plan at the old address, which stands there for ever
            move(self.database, self.items, self.author, self.judgement.known.address)
        before = following_of(self.database, self.author)
        arrived, revived = self._store_records()
        citing.note(self.database, self.author, arrived.values())
        self._store_head()
        self._store_keys()
        self._update_author()
        follows = following_by(self.head, self._listed())
        nicks = nicks_among(follows)
        if follows != before:
            self.items.rehang(self.author, nicks)
        index = Indexing(self.database, self.items, self.author, nicks)
        touched |= index.touched_by(arrived, revived)
        return index.add(arrived, touched, dict.fromkeys(arrived, self.now), unread=not self.me)

    def _listed(self) -> str | None:
        sql = "SELECT following_list FROM author WHERE id = ?"
        listed: str | None = self.database.value(sql, (self.author,))
        return listed

    # before

    def _make_room(self) -> set[str] | None:
        """Drop what this answer overrides: the ids of what is touched by that. None: the store knows better by now."""
        db, known, head = self.database, self.judgement.known, self.head
        pinned, newest, updated, anew = db.rows(
            "SELECT pinned, seq, updated, anew FROM author WHERE id = ?", (self.author,)
        )[0]
        if pinned not in {None, known.pinned, *known.retired, *(link.old for link in known.links)}:
            return None
        self.fresh = updated is None
        if self.fresh and not anew:
            return set()
        stored = self._stored(known.seen)
        conflicts = [seq for seq, id_ in stored.items() if known.seen[seq].id != id_]
        dropped_from = self.judgement.dropped_from
        if anew:
            # A person replaced the pin. What the old key said stays where it is seen to be the same log.
            same = stored and not conflicts and newest <= head.seq
            return set() if same else self._drop(1)
        if dropped_from is not None:
            return None if conflicts and min(conflicts) < dropped_from else self._drop(dropped_from)
        return None if conflicts or newest > head.seq or (updated or 0) > head.updated else set()

    def _stored(self, seqs: Collection[int]) -> dict[int, str]:
        found: dict[int, str] = {}
        for some in chunks(sorted(seqs)):
            sql = f"SELECT seq, id FROM record WHERE author = ? AND seq IN ({marks(some)})"
            found.update(self.database.rows(sql, (self.author, *some)))
        return found

    def _drop(self, start: int) -> set[str]:
        """Delete known records from `start` on that the log does not have; the ids that these were of."""
        db, seen = self.database, self.judgement.known.seen
        rows = db.rows("SELECT seq, id, target FROM record WHERE author = ? AND seq >= ?", (self.author, start))
        gone = [row for row in rows if row[0] not in seen or seen[row[0]].id != row[1]]
        rowids: list[int] = []
        for some in chunks([id_ for _, id_, _ in gone]):
            sql = f"SELECT rowid FROM item WHERE author = ? AND seq IS NOT NULL AND id IN ({marks(some)})"
            rowids += db.column(sql, (self.author, *some))
        self.items.remove(sorted(rowids))
        db.run_many("DELETE FROM record WHERE author = ? AND seq = ?", ((self.author, seq) for seq, _, _ in gone))
        db.run("DELETE FROM head WHERE author = ? AND seq >= ?", (self.author, start))
        citing.derive(db, self.author)
        return {target for _, _, target in gone if target is not None}

    # the records

    def _store_records(self) -> tuple[dict[str, Record], list[Record]]:
        """Store what is new: records that were not here by id, and those whose body was not here."""
        db = self.database
        offered = [verified.record for verified in reversed(self.judgement.records)]
        here: dict[str, tuple[int, int]] = {}
        for some in chunks([] if self.fresh else [record.seq for record in offered]):
            for id_, withheld, retracted in db.rows(
                f"SELECT id, withheld, retracted FROM record WHERE author = ? AND seq IN ({marks(some)})",
                (self.author, *some),
            ):
                here[id_] = withheld, retracted
        arrived = {record.id: record for record in offered if record.id not in here}
        db.run_many(
            "INSERT INTO record (author, seq, id, prev, time, kind, target, withheld, stored, data) "
            f"VALUES ({marks(range(10))})",
            [
                (
                    self.author,
                    record.seq,
                    record.id,
                    record.prev,
                    record.time,
                    record.kind,
                    target_of(record),
                    record.withheld,
                    self.now,
                    to_json(record.data),
                )
                for record in arrived.values()
            ],
        )
        revived = [record for record in offered if not record.withheld and here.get(record.id, (0, 0))[0]]
        for record in revived:
            where = (self.author, record.seq)
            db.run(
                "UPDATE record SET withheld = 0, target = ? WHERE author = ? AND seq = ?", (target_of(record), *where)
            )
            if not here[record.id][1]:  # a text that its author retracted is not taken again from whoever still has it
                db.run("UPDATE record SET data = ? WHERE author = ? AND seq = ?", (to_json(record.data), *where))
        return arrived, revived

    # head, keys, author

    def _store_head(self) -> None:
        """Keep this head, and of the older ones those that alone vouch for what lies below a gap."""
        db, head = self.database, self.head
        db.run(
            "INSERT OR REPLACE INTO head (author, seq, last, data) VALUES (?, ?, ?, ?)",
            (self.author, head.seq, head.last, to_json(head.data)),
        )
        if self.fresh:
            return
        db.run(
            "DELETE FROM head WHERE author = ?1 AND seq <> ?2 AND (seq > ?2 OR EXISTS "
            "(SELECT 1 FROM record WHERE record.author = ?1 AND record.seq = head.seq + 1))",
            (self.author, head.seq),
        )

    def _store_keys(self) -> None:
        known = self.judgement.known
        if self.fresh and not known.links and not known.retired:
            return
        self.database.run("DELETE FROM key_link WHERE author = ?", (self.author,))
        self.database.run_many(
            f"INSERT INTO key_link (author, seq, id, old, new, recovered_by, next_recovery) VALUES ({marks(range(7))})",
            [
                (self.author, link.seq, link.id, link.old, link.new, link.recovered_by, link.next_recovery)
                for link in known.links
            ],
        )
        self.database.run("DELETE FROM retired_key WHERE author = ?", (self.author,))
        self.database.run_many(
            "INSERT INTO retired_key (author, key, seq) VALUES (?, ?, ?)",
            [(self.author, key, seq) for key, seq in known.retired.items()],
        )

    def _update_author(self) -> None:
        known, head, moved_to = self.judgement.known, self.head, self.judgement.moved_to
        self.database.run(
            "UPDATE author SET name = ?, bio = ?, pinned = ?, key_line = ?, recovery = ?, anew = 0, seq = ?, "
            "updated = ?, gap_below = ?, moved_to = ? WHERE id = ?",
            (
                head.name,
                head.bio,
                known.pinned,
                head.key.line,
                known.recovery,
                head.seq,
                head.updated,
                self._gap(),
                None if moved_to is None else str(moved_to),
                self.author,
            ),
        )

    def _gap(self) -> int | None:
        """The seq below which the first gap under the head begins; None where the log is whole from 1 on."""
        before: int | None = self.database.value("SELECT gap_below FROM author WHERE id = ?", (self.author,))
        start = self.judgement.gap_below or before
        if start is None:
            return None
        start = min(start, self.head.seq + 1)
        here = "SELECT 1 FROM record WHERE author = ? AND seq = ?"
        if self.database.value(here, (self.author, start - 1)) is None:
            return start
        # What was below that gap is here by now: down to the next one.
        floor = int(
            self.database.value(
                "SELECT seq FROM record AS here WHERE author = ?1 AND seq < ?2 AND NOT EXISTS "
                "(SELECT 1 FROM record WHERE author = ?1 AND seq = here.seq - 1) ORDER BY seq DESC LIMIT 1",
                (self.author, start),
            )
        )
        return None if floor == 1 else floor
