"""What a person has muted, in texts that are not in the store: a feed that another program reads.

A tag and an author are compared; a word is looked for by the same full-text index as in the store, so that it hides the
same texts wherever they are read (`thimbl.store.mutes`).
"""

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Final

from thimbl.store.mutes import Mute, MuteKind

TOKENIZER: Final = "unicode61 remove_diacritics 2"
"""That of the store's own index (schema: item_fts); a test compares them."""


@dataclass(frozen=True, slots=True)
class Said:
    """A text from elsewhere."""

    text: str
    tags: Collection[str]
    """Folded, without ``#``."""
    author: str | None
    """The address, where it is known whose it is."""


def muted(mutes: Iterable[Mute], said: Sequence[Said]) -> list[Mute | None]:
    """What each of these is muted by; None for one that is not."""
    found: list[Mute | None] = [None] * len(said)
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute(f"CREATE VIRTUAL TABLE said USING fts5 (words, tokenize = '{TOKENIZER}')")
        database.executemany(
            "INSERT INTO said (rowid, words) VALUES (?, ?)",
            ((number, one.text.encode("utf-8", "replace").decode()) for number, one in enumerate(said)),
        )
        for mute in mutes:
            for number in _hit(database, mute, said):
                found[number] = found[number] or mute
    return found


def _hit(database: sqlite3.Connection, mute: Mute, said: Sequence[Said]) -> list[int]:
    match mute.kind:
        case MuteKind.AUTHOR:
            return [number for number, one in enumerate(said) if one.author == mute.what]
        case MuteKind.TAG:
            return [number for number, one in enumerate(said) if mute.what in one.tags]
        case MuteKind.WORD:
            quoted = mute.what.replace('"', '""').replace("\0", "")
            rows = database.execute("SELECT rowid FROM said WHERE said MATCH ?", (f'"{quoted}"',))
            return [row[0] for row in rows]
