"""Which items a `Selection` is of, as SQL.

- By rowid is by time (`thimbl.store.derive`), so an index on the author alone covers "their newest".
- What the reader has muted (`thimbl.store.mutes`) is left out of lists by others: an author by the statement, and
  single items by their rowids afterwards: they are few among many.
- The newest few of those who are followed begin with whoever of them said something last, whom an index names: neither
  the number of the followed counts, nor how long they have been silent while others wrote.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Final

from thimbl.core.text import fold_tag
from thimbl.core.times import FIRST
from thimbl.store.authors import author_id
from thimbl.store.database import Database
from thimbl.store.derive import BOND_OFFER, rowid_at
from thimbl.store.mutes import NOTHING, Hidden
from thimbl.store.types import Selection, View

FOLLOWED: Final = "(followed = 1 OR is_me = 1)"

MUTED: Final = frozenset({View.FOLLOWED, View.EVERYONE, View.MENTIONS})
"""The lists that leave out what is muted; the others are asked for by name."""

SPARE: Final = 8
"""Items that are read beyond those that are missing, where some were hidden: the next few may be hidden too."""


@dataclass(slots=True)
class Query:
    """The parts of a statement about items; `where` holds the conditions that all hold."""

    tables: str = "item"
    order: str = "item.rowid"
    where: list[str] = field(default_factory=list)
    values: list[object] = field(default_factory=list)

    def add(self, condition: str, *values: object) -> None:
        """One condition more."""
        self.where.append(condition)
        self.values.extend(values)

    def sql(self, columns: str, tail: str = "") -> str:
        """The statement."""
        where = f" WHERE {' AND '.join(self.where)}" if self.where else ""
        return f"SELECT {columns} FROM {self.tables}{where} {tail}"


def rowids(
    database: Database, selection: Selection, limit: int | None = None, hidden: Hidden = NOTHING
) -> list[int]:
    """The rowids of a selection, newest first, without those that are hidden."""
    hidden = _hidden_in(selection, hidden)
    query = _query(database, selection, hidden)
    if query is None or limit == 0:
        return []
    if limit is None:
        # Sorted here: SQLite then takes the smallest index that covers the question, in whatever order. In one row: at
        # each of many the interpreter's lock is taken and given away, and whoever draws a screen meanwhile waits.
        text = database.value(query.sql("json_group_array(item.rowid)"), query.values)
        found: list[int] = sorted(json.loads(text), reverse=True)
        return [rowid for rowid in found if rowid not in hidden.rowids] if hidden.rowids else found
    reach = limit
    while True:
        found = _newest(database, selection, query, reach, hidden)
        shown = [rowid for rowid in found if rowid not in hidden.rowids] if hidden.rowids else found
        if len(shown) >= limit or len(found) < reach:
            return shown[:limit]
        # What is missing again as much: where everything is hidden, each look reaches twice as far.
        reach += max(reach, limit - len(shown)) if not shown else 2 * (limit - len(shown)) + SPARE


def count(database: Database, selection: Selection, hidden: Hidden = NOTHING) -> int:
    """How many items a selection holds, without those that are hidden."""
    hidden = _hidden_in(selection, hidden)
    query = _query(database, selection, hidden)
    if query is None:
        return 0
    found = int(database.value(query.sql("count(*)"), query.values))
    return found - _hidden_of(database, query, hidden.rowids) if hidden.rowids and found else found


def holds(database: Database, selection: Selection, rowid: int, hidden: Hidden = NOTHING) -> bool:
    """Whether this item is one of a selection, and not hidden."""
    hidden = _hidden_in(selection, hidden)
    query = _query(database, selection, hidden)
    if query is None or rowid in hidden.rowids:
        return False
    query.add(f"{query.order} = ?", rowid)
    return bool(database.value(query.sql("count(*)"), query.values))


def _hidden_in(selection: Selection, hidden: Hidden) -> Hidden:
    return hidden if selection.view in MUTED and not selection.muted else NOTHING


def _hidden_of(database: Database, query: Query, rowids: Collection[int]) -> int:
    """How many of these rows a statement would find."""
    # CROSS JOIN keeps the order of the tables: SQLite would go through an author's rows, and look each up in the list.
    tables = "json_each(?) AS hidden CROSS JOIN item ON item.rowid = hidden.value"
    part = replace(query, tables=tables, values=[json.dumps(list(rowids)), *query.values])
    return int(database.value(part.sql("count(*)"), part.values))


def _newest(database: Database, selection: Selection, query: Query, limit: int, hidden: Hidden) -> list[int]:
    if _is_whole_timeline(selection):
        return _newest_of_followed(database, selection, limit, hidden)
    return database.column(query.sql("item.rowid", f"ORDER BY {query.order} DESC LIMIT ?"), [*query.values, limit])


def _is_whole_timeline(selection: Selection) -> bool:
    """Whether a selection is the timeline of the followed from some time on, without other conditions."""
    return selection == Selection(View.FOLLOWED, since=selection.since, muted=selection.muted)


def _newest_of_followed(database: Database, selection: Selection, limit: int, hidden: Hidden) -> list[int]:
    # The newest `limit` items can only be by those whose own newest is among the newest `limit` of these; and none that
    # is wanted is older than the last of so many, be they the newest of as many authors or what was found up to here.
    newest = database.rows(
        f"SELECT id, newest FROM author WHERE {FOLLOWED} AND newest IS NOT NULL{_unmuted('id', hidden)} "
        "ORDER BY newest DESC LIMIT ?",
        (limit,),
    )
    floor = rowid_at(FIRST if selection.since is None else selection.since)
    if len(newest) == limit:
        floor = max(floor, newest[-1][1])
    found: list[int] = []
    for author, last in newest:
        if last < floor:
            break
        found += database.column(
            "SELECT rowid FROM item WHERE author = ? AND rowid >= ? ORDER BY rowid DESC LIMIT ?", (author, floor, limit)
        )
        found.sort(reverse=True)
        if len(found) >= limit:
            del found[limit:]
            floor = max(floor, found[-1])
    return found


def _unmuted(column: str, hidden: Hidden) -> str:
    """The condition that an author is not muted; ids are integers, and stand in the statement as they are."""
    return f" AND {column} NOT IN ({', '.join(map(str, hidden.authors))})" if hidden.authors else ""


def _query(database: Database, selection: Selection, hidden: Hidden) -> Query | None:
    """The statement for a selection; None where it can hold nothing. Of what is `hidden` it leaves out the authors."""
    query = Query()
    if hidden.authors:
        query.add(_unmuted("item.author", hidden).removeprefix(" AND "))
    if selection.author is not None or selection.view is View.AUTHOR:
        author = None if selection.author is None else author_id(database, selection.author)
        if author is None:
            return None
        query.add("item.author = ?", author)
    if selection.view is View.FOLLOWED:
        query.add(f"item.author IN (SELECT id FROM author WHERE {FOLLOWED})")
    elif selection.view is View.BONDS:
        # Named a second time, so that SQLite sees that the partial index has them all.
        query.add("item.kind = ? AND item.kind <> 'post'", BOND_OFFER)
    elif selection.view is View.MENTIONS:
        _add_mentions(query)
    if (selection.words or selection.view is View.SEARCH) and not _add_words(query, selection.words):
        return None
    if selection.unread:
        query.add("item.unread = 1")
    if selection.since is not None:
        query.add("item.rowid >= ?", rowid_at(selection.since))
    if selection.until is not None:
        query.add("item.rowid < ?", rowid_at(selection.until))
    return query


def _add_mentions(query: Query) -> None:
    query.add(
        "item.rowid IN (SELECT item FROM mention WHERE address IN (SELECT address FROM author WHERE is_me = 1 "
        "UNION ALL SELECT alias.address FROM alias JOIN author ON author.id = alias.author WHERE is_me = 1)) "
        "AND item.author NOT IN (SELECT id FROM author WHERE is_me = 1)"
    )


def _add_words(query: Query, words: str) -> bool:
    """Ask for all of `words`; False where there is nothing to look for."""
    tags = [word for word in words.split() if word.startswith("#") and len(word) > 1]
    terms = [_term(word) for word in words.split() if word not in tags and any(map(str.isalnum, word))]
    for tag in tags:
        query.add("item.rowid IN (SELECT item FROM tag WHERE tag = ?)", fold_tag(tag))
    if terms:
        # Asked by rowid, the full-text index gives the newest first without ranking or sorting what it found.
        query.tables, query.order = "item_fts CROSS JOIN item ON item.rowid = item_fts.rowid", "item_fts.rowid"
        query.add("item_fts MATCH ?", " ".join(terms))
    return bool(tags or terms)


def _term(word: str) -> str:
    """One word for FTS5: quoted, so that nothing in it is an operator; after a `*` the words that begin so."""
    begins = word.endswith("*")
    quoted = word.rstrip("*").replace('"', '""').replace("\0", "")
    return f'"{quoted}"*' if begins else f'"{quoted}"'
