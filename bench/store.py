"""What it costs to find the newest posts of those who are followed, and to search, among a million posts.

20,000 authors with 50 posts each: half of them fell asleep half a year ago, the others have written since. To have a
million posts signed and taken would take most of an hour; SQL writes the rows that `Writer` writes, with ids of the
right form that are no hashes. That they are the same rows is checked first: a small village of signed logs goes through
`Writer`, the same village comes by SQL, and the tables and the answers have to be equal.

Each question is asked ROUNDS times, from a cache that is warm but for the first. Printed are the least and the median
of processor time, which tell of the store and not of what else runs on the machine (nothing here waits for a disk), and
beside them the median of what passed on the clock. The ratio is that of the processor time to bare SQL: for a timeline
the newest rows of the table in its own order, for a search the rowids that the full-text index gives. What is measured
beyond that is whom one follows, the records, and making items of rows.

    python bench/store.py
"""

import hashlib
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from bench._authors import START, machine
from thimbl.core.address import Address
from thimbl.core.compose import Entry, make_head, make_record
from thimbl.core.keys import PrivateKey
from thimbl.core.log import Known, judge
from thimbl.core.plan import Plan
from thimbl.core.records import POST, Record
from thimbl.store.reader import Reader
from thimbl.store.schema import statements
from thimbl.store.take import Take
from thimbl.store.types import Selection, View
from thimbl.store.writer import Writer

NEWEST: Final = 50
ROUNDS: Final = 41
STEP: Final = 30
"""Seconds between one post and the next, whoever wrote it."""

FOLLOWED: Final = {500: 2.0, 10_000: 5.0}
"""How many are followed, and the milliseconds in which their newest posts should be there."""

SEARCH_GOAL: Final = 10.0
"""Milliseconds for a search."""

SENTENCES: Final = 4_999
"""Texts of some 100 characters, of which each post has one, and a number and a tag of its own beside."""

WORDS: Final = 20_000
"""Different words in them; how often one is used falls off as 1/n, as it does in most languages."""

SALT: Final = "AAAAAAAAAAA="


@dataclass(frozen=True, slots=True)
class Village:
    """So many posts by so many authors: the first half of the posts by the first half of the authors, in turn."""

    posts: int
    authors: int

    @property
    def writers(self) -> int:
        """Authors who write at one time."""
        return self.authors // 2

    @property
    def end(self) -> int:
        """Unix seconds at which everything came."""
        return START + self.posts * STEP

    def sleeping(self, number: int) -> range:
        """So many who have been silent for half of the time."""
        return range(1, number + 1)

    def busy(self, number: int) -> range:
        """So many who wrote to the end."""
        return range(self.writers + 1, self.writers + 1 + number)

    def address(self, author: int) -> Address:
        """Of author 1 to `authors`."""
        return Address(f"u{author}", f"host{author % 75}.example")

    def numbers(self, author: int) -> range:
        """Which posts an author wrote."""
        half, place = divmod(author - 1, self.writers)
        start = half * (self.posts // 2)
        return range(start + place, start + self.posts // 2, self.writers)


WHOLE: Final = Village(1_000_000, 20_000)
SAMPLE: Final = Village(1_000, 40)


def word(number: int) -> str:
    """A word of two to nine letters, of no language."""
    letters = hashlib.sha256(number.to_bytes(4, "big")).hexdigest().translate(str.maketrans("0123456789", "ioulnrstmk"))
    return letters[: 1 + number % 8] + "aeiou"[number % 5]


def sentence(number: int) -> str:
    """One of the texts."""
    seed = hashlib.shake_128(number.to_bytes(4, "big")).digest(42)
    picks = [int.from_bytes(seed[place : place + 3], "big") / 2**24 for place in range(0, 42, 3)]
    return " ".join(word(int(WORDS**pick)) for pick in picks)


def text_of(number: int) -> str:
    """What a post says."""
    return f"{sentence(number * 7 % SENTENCES)} {number} #tag{number % 1000}"


FILL: Final = f"""
CREATE TEMP TABLE post AS
WITH RECURSIVE counted (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM counted WHERE n + 1 < :posts)
SELECT author, seq, {START} + {STEP} * n AS time, n % 1000 AS tag, id(author, seq) AS id,
    (SELECT text FROM sentence WHERE number = n * 7 % {SENTENCES}) || ' ' || n || ' #tag' || (n % 1000) AS text
FROM (
    SELECT n, n / :half * :writers + n % :half % :writers + 1 AS author, n % :half / :writers + 1 AS seq FROM counted
);

INSERT INTO item (rowid, author, unread, kind, id, seq, time, words, retracted, withheld)
SELECT (time << 24) | ((seq & 4095) << 12) | (author & 4095), author, 1, 'post', id, seq, time, text, 0, 0
FROM post ORDER BY rowid;

INSERT INTO tag (tag, item)
SELECT 'tag' || tag, (time << 24) | ((seq & 4095) << 12) | (author & 4095) FROM post ORDER BY 1, 2;

INSERT INTO record (author, seq, id, prev, time, kind, withheld, stored, data)
SELECT author, seq, id, lag(id) OVER log, time, 'post', 0, :end,
    '{{"time":"' || strftime('%Y-%m-%dT%H:%M:%SZ', time, 'unixepoch') || '","text":"' || text || '","salt":"{SALT}",'
    || '"kind":"post","seq":' || seq || coalesce(',"prev":"' || lag(id) OVER log || '"', '') || '}}'
FROM post WINDOW log AS (PARTITION BY author ORDER BY seq);

DROP TABLE post;
INSERT INTO item_fts (item_fts) VALUES ('rebuild');
"""


def by_sql(path: Path, village: Village, id_of: Callable[[int, int], str]) -> None:
    """Make a store of the village at `path` by SQL."""
    Writer.open(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for setting in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -500000", "temp_store = MEMORY"):
            connection.execute(f"PRAGMA {setting}")
        connection.create_function("id", 2, id_of, deterministic=True)
        connection.execute("CREATE TEMP TABLE sentence (number INTEGER PRIMARY KEY, text TEXT)")
        connection.executemany("INSERT INTO sentence VALUES (?, ?)", [(n, sentence(n)) for n in range(SENTENCES)])
        connection.executemany(
            "INSERT INTO author (id, address, verdict) VALUES (?, ?, 'verified')",
            [(author, str(village.address(author))) for author in range(1, village.authors + 1)],
        )
        # Indexes are quicker to make of all rows at once.
        indexes = connection.execute(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name IN ('item', 'record', 'tag') "
            "AND sql IS NOT NULL"
        ).fetchall()
        for name, _ in indexes:
            connection.execute(f"DROP INDEX {name}")
        facts = {"posts": village.posts, "half": village.posts // 2, "writers": village.writers, "end": village.end}
        for statement in statements(FILL):
            connection.execute(statement, facts)
        for _, sql in indexes:
            connection.execute(sql)
        connection.execute("UPDATE author SET newest = (SELECT max(rowid) FROM item WHERE item.author = author.id)")
        connection.execute("PRAGMA journal_mode = WAL")


_AS_BASE32: Final = str.maketrans("0189", "ghij")


def like_an_id(author: int, seq: int) -> str:
    """52 letters and digits that look like a record's id."""
    scattered = (author << 12 | seq) * 0x9E3779B97F4A7C15F39CC0605CEDC8341082276BF3A27251F87D % 16**52
    return f"{scattered:052x}".translate(_AS_BASE32)


def by_writer(path: Path, village: Village) -> dict[tuple[int, int], str]:
    """Make a store of the village at `path` as a fetch does, and tell the ids by author and place."""
    takes, ids = [], {}
    for author in range(1, village.authors + 1):
        address = village.address(author)
        key = PrivateKey.from_seed(hashlib.sha256(str(address).encode()).digest())
        records: list[Record] = []
        for seq, number in enumerate(village.numbers(author), 1):
            entry = Entry(POST, {"text": text_of(number), "salt": SALT})
            prev, when = records[-1].id if records else None, START + STEP * number
            records.append(make_record(entry, address=address, seq=seq, prev=prev, time=when, signer=key))
            ids[author, seq] = records[-1].id
        about, last = {"address": str(address)}, records[-1].id
        head = make_head(about, seq=len(records), last=last, updated=village.end, signer=key)
        judgement = judge(Plan(head, tuple(reversed(records))), Known(address), village.end)
        takes.append(Take(judgement, village.end))
    with Writer.open(path) as writer:
        writer.take_many(takes)
    return ids


def follow(path: Path, village: Village, authors: range) -> None:
    """Follow exactly these."""
    with Writer.open(path) as writer:
        writer.sync_following((village.address(author), f"u{author}", False) for author in authors)


def check(folder: Path) -> None:
    """Stop unless SQL makes the rows that `Writer` makes, and both stores answer alike."""
    taken, made = folder / "taken", folder / "made"
    ids = by_writer(taken, SAMPLE)
    by_sql(made, SAMPLE, lambda author, seq: ids[author, seq])
    with closing(sqlite3.connect(taken)) as connection:
        connection.execute("ATTACH ? AS made", (str(made),))
        for name in ("main", "made"):
            connection.execute(f"CREATE VIRTUAL TABLE temp.{name}_words USING fts5vocab ({name}, item_fts, instance)")
        pairs = [("main.item", "made.item"), ("main.record", "made.record"), ("main.tag", "made.tag")]
        for one, other in [*pairs, ("temp.main_words", "temp.made_words")]:
            for here, there in ((one, other), (other, one)):
                row = connection.execute(f"SELECT * FROM {here} EXCEPT SELECT * FROM {there} LIMIT 1").fetchone()
                if row is not None:
                    raise SystemExit(f"{here} has a row that {there} lacks: {row!r}")
    for authors in (SAMPLE.sleeping(7), SAMPLE.busy(7)):
        for path in (taken, made):
            follow(path, SAMPLE, authors)
        with Reader.open(taken) as by_taking, Reader.open(made) as by_making:
            for selection in (Selection(), *map(searching, QUERIES.values())):
                if by_taking.timeline(selection, NEWEST) != by_making.timeline(selection, NEWEST):
                    raise SystemExit(f"the stores answer differently: {selection}")


def searching(words: str) -> Selection:
    """A search for these words."""
    return Selection(View.SEARCH, words=words)


QUERIES: Final = {
    "a word in half of the posts": word(1),
    "a word in a hundredth": word(60),
    "a word in few": word(15_005),
    "a word of one post": "499",
    "two words, both frequent": f"{word(1)} {word(3)}",
    "two words, seldom together": f"{word(60)} {word(900)}",
    "a tag": "#tag99",
    "the beginning of words": f"{word(15_005)[:4]}*",
}


class Times:
    """Milliseconds of `ROUNDS` askings."""

    def __init__(self, ask: Callable[[], object]) -> None:
        spent, passed = [], []
        for _ in range(ROUNDS):
            begun, used = time.perf_counter(), time.process_time()
            ask()
            spent.append((time.process_time() - used) * 1000)
            passed.append((time.perf_counter() - begun) * 1000)
        self.least, self.median, self.clock = min(spent), statistics.median(spent), statistics.median(passed)

    def __str__(self) -> str:
        return f"{self.least:7.2f} {self.median:7.2f} {self.clock:7.2f} ms"


def tell(what: str, times: Times, bare: Times, goal: float) -> None:
    """One line of figures."""
    kept = "" if times.median < goal else ": MISSED"
    print(f"  {what:<34} {times}   ratio {times.median / bare.median:6.1f}   goal {goal:g} ms{kept}")


def _fetch(connection: sqlite3.Connection, sql: str, values: tuple[object, ...]) -> list[object]:
    return connection.execute(sql, values).fetchall()


def measure(path: Path, village: Village) -> None:
    """Ask, and print."""
    print(f"{' ' * 39}least  median   clock")
    with Reader.open(path) as reader:
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        newest = "SELECT * FROM item ORDER BY rowid DESC LIMIT ?"
        bare = Times(partial(_fetch, connection, newest, (NEWEST,)))
        print(f"  {f'the newest {NEWEST} rows by bare SQL':<34} {bare}")
        for number, goal in FOLLOWED.items():
            for name, authors in (("busy", village.busy(number)), ("sleeping", village.sleeping(number))):
                follow(path, village, authors)
                if len(reader.timeline(Selection(), NEWEST)) != NEWEST:
                    raise SystemExit("the timeline is not whole")
                times = Times(partial(reader.timeline, Selection(), NEWEST))
                tell(f"the newest {NEWEST} of {number:,} {name}", times, bare, goal)
        matching = "SELECT rowid FROM item_fts WHERE item_fts MATCH ? ORDER BY rowid DESC LIMIT ?"
        for name, words in QUERIES.items():
            asked = Times(partial(_fetch, connection, matching, (words.removeprefix("#"), NEWEST)))
            times = Times(partial(reader.timeline, searching(words), NEWEST))
            tell(f"search: {name}", times, asked, SEARCH_GOAL)
        connection.close()


def main() -> None:
    """Make a store for the run alone, and measure."""
    print(machine("cryptography") + f"; SQLite {sqlite3.sqlite_version}")
    with tempfile.TemporaryDirectory(prefix="thimbl-bench-") as name:
        folder = Path(name)
        check(folder)
        path, begun = folder / "store.sqlite3", time.perf_counter()
        by_sql(path, WHOLE, like_an_id)
        took, size = time.perf_counter() - begun, path.stat().st_size / 2**20
        print(f"{WHOLE.posts:,} posts of {WHOLE.authors:,} authors, {size:,.0f} MiB, made in {took:.0f} s")
        measure(path, WHOLE)


if __name__ == "__main__":
    main()
