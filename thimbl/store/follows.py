"""Whom an author follows in public, as the store holds it, and what that makes of the nicks in their texts."""

import json
from collections.abc import Sequence
from typing import Any

from thimbl.core.address import Address
from thimbl.core.plan import Follow, Head, ListDigest, by_nick, head_from_data, list_digest
from thimbl.core.text import Nicks
from thimbl.store.database import Database


def following_of(database: Database, author: int) -> tuple[Follow, ...]:
    """Whom an author follows in public, as far as it is known: of the newest head, or of the version 1 plan."""
    row = database.row(
        "SELECT following_list, (SELECT data FROM head WHERE head.author = author.id ORDER BY head.seq DESC LIMIT 1), "
        "(SELECT data FROM classic WHERE classic.author = author.id) FROM author WHERE id = ?",
        (author,),
    )
    return () if row is None else profile_of(row[1], row[2], row[0])[1]


def following_by(head: Head, listed: str | None) -> tuple[Follow, ...]:
    """Whom a head says that its author follows; `listed` is the list that came by itself, as JSON holds it here."""
    if not isinstance(head.following, ListDigest):
        return head.following
    follows = follows_from_data(json.loads(listed)) if listed is not None else ()
    # A list from before the head's is not what the author says now.
    return follows if list_digest(follows) == {"count": head.following.count, "digest": head.following.digest} else ()


def nicks_among(follows: Sequence[Follow]) -> Nicks:
    """The names of these, to be looked up in texts."""
    return Nicks(by_nick(follows))


def nicks_of(database: Database, author: int) -> Nicks:
    """What an author calls the people whom they follow."""
    return nicks_among(following_of(database, author))


def follows_to_data(follows: Sequence[Follow]) -> list[list[str]]:
    """A list of follows as JSON holds it here."""
    return [[follow.nick, str(follow.address)] for follow in follows]


def follows_from_data(data: Sequence[Sequence[str]]) -> tuple[Follow, ...]:
    """The follows of such a list."""
    return tuple(Follow(nick, Address.parse(address)) for nick, address in data)


def profile_of(head: str | None, classic: str | None, listed: str | None) -> tuple[dict[str, str], tuple[Follow, ...]]:
    """Properties and following, by the head where there is one."""
    if head is not None:
        read = head_from_data(json.loads(head))
        return dict(read.properties), following_by(read, listed)
    if classic is not None:
        data: dict[str, Any] = json.loads(classic)
        return data["properties"], follows_from_data(data["following"])
    return {}, ()
