"""What somebody who writes may be about to name: people and tags that this node knows, by how they begin.

Both are asked for at each key, aside: they look no further than the index and a bounded number of rows.
"""

from dataclasses import dataclass
from typing import Final

from thimbl.core.address import Address
from thimbl.core.text import fold_tag
from thimbl.store.database import Database

TAGS_LOOKED_AT: Final = 200
"""Tags that begin alike and are compared for which was used last; each costs a step in the index."""

_LAST: Final = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody who may be meant."""

    address: Address
    nick: str | None
    """The reader's own name for them, where they are followed."""
    name: str
    """Their own; may be empty."""
    followed: bool


def nicks(database: Database) -> dict[Address, str]:
    """What the reader calls those whom they follow."""
    rows = database.rows("SELECT address, nick FROM author WHERE followed = 1 AND nick IS NOT NULL")
    return {Address.parse(address): nick for address, nick in rows}


def people(database: Database, begins: str, limit: int) -> list[Named]:
    """Those whose nick, name or address begins so, without oneself and feeds of the web, to which nobody speaks: the
    followed first, then who wrote last."""
    pattern = begins.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%"
    rows = database.rows(
        "SELECT address, nick, name, followed FROM author WHERE is_me = 0 "
        "AND NOT EXISTS (SELECT 1 FROM web WHERE web.author = author.id) AND (nick LIKE ?1 ESCAPE '\\' "
        "OR address LIKE ?1 ESCAPE '\\' OR name LIKE ?1 ESCAPE '\\') "
        "ORDER BY followed DESC, nick IS NULL, newest DESC, address LIMIT ?2",
        (pattern, limit),
    )
    return [Named(Address.parse(address), nick, name, bool(followed)) for address, nick, name, followed in rows]


def tags(database: Database, begins: str, limit: int) -> list[str]:
    """The tags that begin so, folded, the one that was used last first."""
    first = fold_tag(begins)
    rows = database.rows(
        "WITH RECURSIVE found (tag) AS ("
        "  SELECT min(tag) FROM tag WHERE tag >= ?1 AND tag < ?2"
        "  UNION ALL SELECT (SELECT min(tag) FROM tag WHERE tag.tag > found.tag AND tag.tag < ?2)"
        "  FROM found WHERE found.tag IS NOT NULL LIMIT ?3)"
        "SELECT tag, (SELECT max(item) FROM tag AS used WHERE used.tag = found.tag) AS latest "
        "FROM found WHERE tag IS NOT NULL ORDER BY latest DESC, tag LIMIT ?4",
        (first, first + _LAST, TAGS_LOOKED_AT, limit),
    )
    return [tag for tag, _ in rows]
