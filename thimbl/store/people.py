"""The rows of authors: whom one follows, who oneself is, whose key is pinned, who moved where."""

from collections.abc import Iterable

from thimbl.core.address import Address
from thimbl.core.log import Verdict
from thimbl.store.authors import author_id
from thimbl.store.database import Database
from thimbl.store.items import Items


def ensure(database: Database, address: Address) -> int:
    """The author of this address; a new one where nobody has it."""
    found = author_id(database, address)
    return add(database, address) if found is None else found


def add(database: Database, address: Address) -> int:
    """A new author, of an address that nobody has."""
    database.run("INSERT INTO author (address) VALUES (?)", (str(address),))
    return int(database.value("SELECT last_insert_rowid()"))


def follow(database: Database, address: Address, nick: str, private: bool) -> None:
    """Follow an address under a name of one's own."""
    database.run(
        "UPDATE author SET followed = 1, nick = ?, private = ? WHERE id = ?",
        (nick, private, ensure(database, address)),
    )


def unfollow(database: Database, address: Address) -> None:
    """Follow an address no longer; what was fetched stays."""
    database.run(
        "UPDATE author SET followed = 0, nick = NULL, private = 0 WHERE id = ?", (author_id(database, address),)
    )


def sync_following(database: Database, follows: Iterable[tuple[Address, str, bool]]) -> None:
    """Follow exactly these: (address, nick, private)."""
    database.run("UPDATE author SET followed = 0, nick = NULL, private = 0 WHERE followed = 1")
    for address, nick, private in follows:
        follow(database, address, nick, private)


def set_me(database: Database, address: Address) -> None:
    """Say who oneself is. Nothing of one's own is unread."""
    author = ensure(database, address)
    database.run("UPDATE author SET is_me = (id = ?) WHERE is_me = 1 OR id = ?", (author, author))
    database.run("UPDATE item SET unread = 0 WHERE author = ? AND unread = 1", (author,))


def know_me_as(database: Database, address: str) -> None:
    """Let an address that one's own log moved away from lead to it, unless somebody has that address."""
    database.run(
        "INSERT OR IGNORE INTO alias (address, author) SELECT ?1, id FROM author WHERE is_me = 1 "
        "AND NOT EXISTS (SELECT 1 FROM author WHERE address = ?1)",
        (address,),
    )


def pin(database: Database, address: Address, fingerprint: str | None) -> None:
    """Pin a key that a person compared, or none: then the next answer pins its own. A mark `forked` is cleared.

    Where that is another key than the pinned one, what the old key said does not bind the next answer.
    """
    author = ensure(database, address)
    pinned = database.value("SELECT pinned FROM author WHERE id = ?", (author,))
    if fingerprint is None or fingerprint != pinned:
        database.run(
            "UPDATE author SET pinned = ?, key_line = NULL, recovery = NULL, anew = ? WHERE id = ?",
            (fingerprint, pinned is not None, author),
        )
    database.run("UPDATE author SET verdict = NULL, reason = '' WHERE id = ? AND verdict = ?", (author, Verdict.FORKED))


def move(database: Database, items: Items, author: int, address: Address) -> bool:
    """Give an author the address that their log moved to; the old one stays an alias. Whether that was done.

    It is not where that address is known by itself: one's own, that of another key, or one that a person follows or has
    read and whose key is not known yet. One plan can not take another's place by saying so.
    """
    old, pinned = database.rows("SELECT address, pinned FROM author WHERE id = ?", (author,))[0]
    if old == str(address):
        return True
    row = database.row(
        "SELECT id, pinned, is_me, followed OR EXISTS (SELECT 1 FROM item WHERE author = author.id), "
        "nick, followed, private FROM author WHERE address = ?",
        (str(address),),
    )
    if row is not None:
        other, other_pinned, is_me, in_use, nick, followed, private = row
        if is_me or (in_use if other_pinned is None else other_pinned != pinned):
            return False
        # The same log was met under both addresses: one row, and what is missing in it is fetched again.
        items.remove(database.column("SELECT rowid FROM item WHERE author = ?", (other,)))
        database.run("UPDATE alias SET author = ? WHERE author = ?", (author, other))
        database.run("DELETE FROM author WHERE id = ?", (other,))
        if followed:
            database.run(
                "UPDATE author SET nick = coalesce(nick, ?1), private = ?2 AND (private OR NOT followed), followed = 1 "
                "WHERE id = ?3",
                (nick, private, author),
            )
    database.run("DELETE FROM alias WHERE address = ?", (str(address),))
    database.run("UPDATE author SET address = ? WHERE id = ?", (str(address), author))
    database.run("INSERT OR REPLACE INTO alias (address, author) VALUES (?, ?)", (old, author))
    return True
