"""Writing the store: one transaction for each thing that happens, all or nothing.

- What comes from elsewhere is taken as `thimbl.core.log` judged it (plan-format 4); nothing else puts a record in.
- Two processes may write at once: each waits for its turn (`thimbl.store.database`).
- A text that was retracted leaves the tables, the full-text index, the free pages and the write-ahead log.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from thimbl.core.address import Address
from thimbl.core.log import Judgement, Verdict
from thimbl.core.plan import Follow, ListDigest, head_from_data, list_digest
from thimbl.store import citing, kept, people
from thimbl.store.authors import AUTHOR_ID, author_id
from thimbl.store.database import Database, chunks, marks
from thimbl.store.derive import to_json
from thimbl.store.follows import following_of, follows_to_data, nicks_of
from thimbl.store.indexing import Indexing
from thimbl.store.items import Items
from thimbl.store.reader import Reader
from thimbl.store.take import Take
from thimbl.store.taking import Taking

if TYPE_CHECKING:
    from thimbl.store.mutes import Mute
    from thimbl.store.types import Selection

ENOUGH_BYTES: Final = 4 * 1024 * 1024
"""Bytes of plans that whoever takes many puts into one transaction: some 160 plans of a hundred posts. Each transaction
sorts and writes its full text, so fewer of them cost less; it takes half a second, for which other writers wait."""

MAX_EVIDENCE: Final = 10
"""Answers kept as evidence for each author: a fork takes two, and who floods a reader with lies fills no disk."""

MAX_EVIDENCE_BYTES: Final = 1024 * 1024
"""The largest plan (plan-format 1)."""


class Writer(Reader):
    """A handle on the store for writing, which also reads. Every method may raise `StoreError`."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._items = Items(database)

    @classmethod
    def open(cls, path: Path, patience: float | None = None) -> Self:
        """Open the store at `path`; make it where there is none, and bring an older one up to date.

        `patience` is how many seconds each change waits for another writer, where that is not to be as long as usual.
        """
        return cls(Database.writing(path, patience))

    @contextmanager
    def batch(self) -> Iterator[None]:
        """One transaction around several changes: quicker, and all or nothing. One inside another may fail alone."""
        outer = not self._db.in_batch
        with self._db.batch():
            with self._items.together():
                yield
            left = outer and self._items.tidy()
        if left:
            self._db.flush_log()

    # what was fetched

    def take(
        self,
        judgement: Judgement,
        now: int,
        *,
        me: bool = False,
        asked: Address | None = None,
        raw: bytes | None = None,
    ) -> int:
        """Do what plan-format 4 says for a judgement made at `now` (Unix seconds); the number of new items.

        `asked` is the address that was asked, where the log may have moved since (by default the author's that the
        judgement tells of). `raw` is the text of a version 1 plan, to be kept as it came. Nothing of `me` is unread.
        """
        return self.take_many([Take(judgement, now, asked, raw, me)])[0]

    def take_many(self, takes: Sequence[Take]) -> list[int]:
        """Do what `take` does for each of these, in one transaction; the numbers of new items, in the same order.

        Where one fails none is taken. Of two answers of one author the second counts only where it was judged by what
        the first brought: else it takes nothing, as a judgement that another process has overtaken.
        """
        with self.batch():
            return [self._take(take) for take in takes]

    def _take(self, take: Take) -> int:
        judgement = take.judgement
        if (take.asked or judgement.known.address).is_web:
            return 0  # a feed of the web speaks for itself (`thimbl.store.web`), and no plan for it
        author = self._author_of(judgement, take.asked)
        new = 0
        if judgement.verdict is Verdict.VERIFIED and judgement.head is not None:
            new = Taking(self._db, self._items, author, judgement, judgement.head, take.now, take.me).take()
        elif judgement.verdict is Verdict.UNSIGNED and judgement.classic is not None:
            from thimbl.store.unsigned import take_unsigned

            new = take_unsigned(self._db, self._items, author, judgement.classic, take.raw, take.now, me=take.me)
        self._note(author, take)
        for raw in take.evidence:
            self._keep_evidence(author, judgement.verdict, judgement.reason, raw, take.now)
        return new

    def _author_of(self, judgement: Judgement, asked: Address | None) -> int:
        known = judgement.known
        author = author_id(self._db, asked or known.address)
        if author is None and asked is None and judgement.verdict is Verdict.VERIFIED:
            # A verified move: whoever had an address that its records were written under, by a key of this log.
            keys = {known.pinned, *known.retired}
            for address in {verified.author for verified in judgement.records}:
                before = self.author(address)
                if before is not None and before.key is not None and before.key in keys:
                    return before.id
        return people.add(self._db, asked or known.address) if author is None else author

    def _note(self, author: int, take: Take) -> None:
        """What came of asking; a fork stays in sight until a person has looked."""
        asked = "" if take.carried else "asked = ?4, answered = ?4, failure = NULL, source = ?5, "
        values = (take.judgement.verdict, take.judgement.reason, author, take.now, take.source)
        self._db.run(
            f"UPDATE author SET {asked}reason = CASE verdict WHEN 'forked' THEN reason ELSE ?2 END, "
            "verdict = CASE verdict WHEN 'forked' THEN verdict ELSE ?1 END WHERE id = ?3",
            values[:3] if take.carried else values,
        )

    def note_many(self, asked: Iterable[tuple[Address, int]], source: str | None = None) -> None:
        """Note of these addresses that each was asked again at that time (Unix seconds) and has nothing new.

        For answers that say what was verified before (`Brief.has`): nothing changes but when they were asked and
        answered, by whom (`source`, as in `Take`), and that no failure is left. One transaction for all.
        """
        with self.batch():
            self._db.run_many(
                f"UPDATE author SET asked = ?2, answered = ?2, failure = NULL, source = ?3 WHERE id = {AUTHOR_ID}",
                [(str(address), now, source) for address, now in asked],
            )

    def failed(self, address: Address, reason: str, now: int) -> None:
        """Note that an address could not be asked, and why."""
        with self.batch():
            author = people.ensure(self._db, address)
            self._db.run("UPDATE author SET asked = ?, failure = ? WHERE id = ?", (now, reason, author))

    def keep_following(self, address: Address, follows: Sequence[Follow]) -> bool:
        """Keep the list that the view `following` gave; only where it is the one that the newest head names."""
        with self.batch():
            author, data = author_id(self._db, address), self.head_data(address)
            stated = None if data is None else head_from_data(data).following
            if author is None or not isinstance(stated, ListDigest):
                return False
            if list_digest(follows) != {"count": stated.count, "digest": stated.digest}:
                return False
            before = following_of(self._db, author)
            listed = to_json(follows_to_data(follows))
            self._db.run("UPDATE author SET following_list = ? WHERE id = ?", (listed, author))
            if before != tuple(follows):
                self._items.rehang(author, nicks_of(self._db, author))
            return True

    def keep_evidence(self, address: Address, verdict: Verdict, reason: str, raw: bytes, now: int) -> None:
        """Keep an answer that was not taken: the newest `MAX_EVIDENCE`, each cut at `MAX_EVIDENCE_BYTES`."""
        with self.batch():
            self._keep_evidence(people.ensure(self._db, address), verdict, reason, raw, now)

    def _keep_evidence(self, author: int, verdict: Verdict, reason: str, raw: bytes, now: int) -> None:
        self._db.run(
            "INSERT INTO evidence (author, verdict, reason, time, digest, raw) VALUES (?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (author, digest) DO UPDATE SET "
            "verdict = excluded.verdict, reason = excluded.reason, time = excluded.time",
            (author, verdict, reason, now, hashlib.sha256(raw).digest(), raw[:MAX_EVIDENCE_BYTES]),
        )
        self._db.run(
            "DELETE FROM evidence WHERE author = ?1 AND id NOT IN "
            "(SELECT id FROM evidence WHERE author = ?1 ORDER BY time DESC, id DESC LIMIT ?2)",
            (author, MAX_EVIDENCE),
        )

    # people

    def follow(self, address: Address, nick: str, private: bool = False) -> None:
        """Follow an address under a name of one's own; `private`: not told in one's public plan."""
        with self.batch():
            people.follow(self._db, address, nick, private)

    def unfollow(self, address: Address) -> None:
        """Follow an address no longer; what was fetched stays."""
        with self.batch():
            people.unfollow(self._db, address)

    def sync_following(self, follows: Iterable[tuple[Address, str, bool]]) -> None:
        """Follow exactly these, each an address, a nick, and whether it is private."""
        with self.batch():
            people.sync_following(self._db, follows)

    def set_me(self, address: Address) -> None:
        """Say who oneself is."""
        with self.batch():
            people.set_me(self._db, address)

    def know_me_as(self, addresses: Iterable[str]) -> None:
        """Know one's own log by the canonical addresses, too, that it moved away from; not where they are another's."""
        for address in addresses:
            with self.batch():
                people.know_me_as(self._db, address)

    def pin(self, address: Address, fingerprint: str | None) -> None:
        """Pin the key that a person compared; None: accept whatever key comes next. Clears the mark `forked`.

        Where that is another key than before, the next verified answer counts alone: what the old key signed gives way,
        unless it is the same log.
        """
        with self.batch():
            people.pin(self._db, address, fingerprint)

    # reading marks, hosts, state

    def mark(self, rowids: Iterable[int], read: bool = True) -> int:
        """Mark items as read or unread; the number that changed. Retracted ones and one's own are never unread."""
        own = "" if read else " AND retracted = 0 AND author NOT IN (SELECT id FROM author WHERE is_me = 1)"
        changed = 0
        with self.batch():
            for some in chunks(list(rowids)):
                changed += self._db.run(
                    f"UPDATE item SET unread = ? WHERE rowid IN ({marks(some)}) AND unread = ?{own}",
                    (not read, *some, read),
                )
        return changed

    def mark_all(self, selection_: "Selection", read: bool = True) -> int:
        """Mark all items of a selection; the number that changed."""
        with self.batch():
            return self.mark(self.rowids(selection_), read)

    def set_features(self, hostport: str, features: frozenset[str] | None, now: int) -> None:
        """Remember the views that a host announced (plan-format 6); None: it has no line `Thimbl:`."""
        words = None if features is None else " ".join(sorted(features))
        with self.batch():
            self._db.run(
                "INSERT INTO host (hostport, features, asked) VALUES (?, ?, ?) "
                "ON CONFLICT (hostport) DO UPDATE SET features = excluded.features, asked = excluded.asked",
                (hostport, words, now),
            )

    def sync_mutes(self, mutes: "Iterable[Mute]") -> None:
        """Let exactly these be muted; nothing is written where they are."""
        from thimbl.store.mutes import MUTES, to_text

        text = to_text(mutes)
        if self.state(MUTES) != text:
            self.set_state(MUTES, text)

    def set_state(self, key: str, value: str) -> None:
        """Keep something for a user interface."""
        with self.batch():
            self._db.run("INSERT OR REPLACE INTO state (key, value) VALUES (?, ?)", (key, value))

    # the whole

    def rebuild(self, heard: Callable[[int, int], None] = lambda done, of: None) -> int:
        """Make all that is derived again from what was fetched; the number of items. What was unread stays unread.

        `heard` is told after each author how many of how many are done.
        """
        from thimbl.store import unsigned, web  # only here: a rebuild is rare

        with self.batch():
            kept.forget(self._db)
            unread = self._db.rows("SELECT author, id, seq IS NULL FROM item WHERE unread = 1")
            self._items.clear()
            authors = list(self._db.column("SELECT id FROM author ORDER BY id"))
            for done, author in enumerate(authors, 1):
                unsigned.rebuild_unsigned(self._db, self._items, author)
                web.rebuild(self._db, self._items, author)
                Indexing(self._db, self._items, author).rebuild()
                citing.derive(self._db, author)
                heard(done, len(authors))
            self._db.run_many("UPDATE item SET unread = 1 WHERE author = ? AND id = ? AND (seq IS NULL) = ?", unread)
            return int(self._db.value("SELECT count(*) FROM item"))
