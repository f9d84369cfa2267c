"""What edits and retractions come to (plan-format 3), whichever came first.

- An edit of an edit of a post counts for the post. The newest by seq wins, not the one that came last.
- A retract of an edit drops that edit's text, and the one before it shows again; a retract of a post drops its text and
  that of its edits. An announcement can be neither edited nor retracted; nor can anything in another log.
- Dropped is dropped at once: the digest takes the place of the body in what is kept. What an edit or a retract was of
  stays known (`record.target`), so that the outcome does not hang on what came first.
- An edit whose text is not here (its host withholds it) shows nothing: the one before does.
"""

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from thimbl.core.records import EDIT, POST, Record, withheld_data
from thimbl.store.database import Database, Row
from thimbl.store.derive import AS_WRITTEN, Shown, counts, to_json

if TYPE_CHECKING:
    from thimbl.store.types import Item

_EDITS: Final = """
WITH RECURSIVE of_post (seq, id) AS (
    SELECT seq, id FROM record WHERE author = ?1 AND target = ?2 AND kind = 'edit'
    UNION
    SELECT record.seq, record.id FROM of_post JOIN record ON record.target = of_post.id
    WHERE record.author = ?1 AND record.kind = 'edit'
)
SELECT record.seq, record.data, record.retracted,
    EXISTS (SELECT 1 FROM record AS taken
        WHERE taken.author = ?1 AND taken.target = of_post.id AND taken.kind = 'retract')
FROM of_post JOIN record ON record.author = ?1 AND record.seq = of_post.seq ORDER BY record.seq
"""


class Settling:
    """Works out, for one author inside a transaction, what posts show now; drops what was retracted."""

    def __init__(self, database: Database, author: int, arrived: Mapping[str, Record]) -> None:
        """`arrived` are records that have no item yet, by id."""
        self._db = database
        self._author = author
        self._arrived = arrived
        self._roots: dict[str, str | None] = {}

    def settle(self, touched: Iterable[str]) -> dict[str, Shown]:
        """What the posts show that the ids of `touched` (posts and edits, here or not) belong to, by the post's id."""
        posts: dict[str, Shown] = {}
        for id_ in touched:
            root = self._root(id_)
            if root is None:
                self._drop_edit(id_)
            elif root not in posts:
                posts[root] = self._shown(root)
        return posts

    def _root(self, id_: str) -> str | None:
        """The post that an id belongs to; None where it is no post's, or the way there is not here yet."""
        path: list[str] = []
        root: str | None = None
        here: str | None = id_
        while here is not None:
            if here in self._roots:
                root = self._roots[here]
                break
            path.append(here)
            if self._is_post(here):
                root = here
                break
            here = self._db.value(
                "SELECT target FROM record WHERE author = ? AND id = ? AND kind = 'edit'", (self._author, here)
            )
        self._roots.update(dict.fromkeys(path, root))
        return root

    def _is_post(self, id_: str) -> bool:
        if id_ in self._arrived:
            return self._arrived[id_].kind == POST
        kind = "SELECT 1 FROM item WHERE id = ? AND author = ? AND kind = ? AND seq IS NOT NULL"
        return self._db.value(kind, (id_, self._author, POST)) is not None

    def _is_retracted(self, id_: str) -> bool:
        sql = "SELECT 1 FROM record WHERE author = ? AND target = ? AND kind = 'retract' LIMIT 1"
        return self._db.value(sql, (self._author, id_)) is not None

    def _shown(self, post: str) -> Shown:
        gone = self._is_retracted(post)
        shown = Shown(retracted=True) if gone else AS_WRITTEN
        for seq, data, dropped, retracted in self._db.rows(_EDITS, (self._author, post)):
            self._keep_or_drop((seq, data, dropped), gone or bool(retracted))
            if not gone and not retracted:
                edit = Record.from_data(json.loads(data))
                if counts(edit):
                    shown = Shown(edit.text, edit.time)
        seq = self._seq(post)
        row = self._db.row("SELECT seq, data, retracted FROM record WHERE author = ? AND seq = ?", (self._author, seq))
        if row is not None:
            self._keep_or_drop(row, gone)
        return shown

    def _seq(self, post: str) -> int:
        if post in self._arrived:
            return self._arrived[post].seq
        return int(self._db.value("SELECT seq FROM item WHERE id = ? AND author = ?", (post, self._author)))

    def _drop_edit(self, id_: str) -> None:
        """Drop the text of a retracted edit whose post is not here yet."""
        row = self._db.row(
            "SELECT seq, data, retracted FROM record WHERE author = ? AND id = ? AND kind = ?",
            (self._author, id_, EDIT),
        )
        if row is not None:
            self._keep_or_drop(row, self._is_retracted(id_))

    def _keep_or_drop(self, row: Row, retracted: bool) -> None:
        seq, data, dropped = row
        if retracted and not dropped:
            record = Record.from_data(json.loads(data))
            kept = data if record.withheld else to_json(withheld_data(record))
            self._update("retracted = 1, data = ?", kept, seq)
        elif dropped and not retracted:
            # The retraction itself was overridden by a recovery: the text is wanted again, and is not here.
            self._update("retracted = 0, withheld = ?", 1, seq)

    def _update(self, change: str, value: object, seq: int) -> None:
        self._db.run(f"UPDATE record SET {change} WHERE author = ? AND seq = ?", (value, self._author, seq))


def earlier_texts(database: Database, item: "Item") -> list[tuple[int, str]]:
    """What a post said before its newest edit, as (time, text): the original and the edits in between."""
    if item.retracted or item.seq is None:
        return []
    author = database.value("SELECT author FROM item WHERE rowid = ? AND id = ?", (item.rowid, item.id))
    rows: list[Row] = database.rows(_EDITS, (author, item.id))
    records = [Record.from_data(json.loads(data)) for _, data, _, retracted in rows if not retracted]
    edits = [edit for edit in records if counts(edit)]
    original = [(item.time, str(item.body["text"]))] if isinstance(item.body.get("text"), str) else []
    return original + [(edit.time, edit.text) for edit in edits[:-1]] if edits else []


def retracted_at(database: Database, item: "Item") -> int | None:
    """When a post was retracted, as its author stated it, in Unix seconds; None where it was not."""
    time: int | None = database.value(
        "SELECT taken.time FROM item JOIN record AS taken ON taken.author = item.author AND taken.target = item.id "
        "WHERE item.rowid = ? AND item.id = ? AND taken.kind = 'retract' ORDER BY taken.seq LIMIT 1",
        (item.rowid, item.id),
    )
    return time
