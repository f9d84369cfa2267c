"""Version 1 plans in the store (plan-format 5): each one replaces the one before; nobody has signed any of it.

What was read of a plan is kept whole, and its text beside it where the caller gave it. A message that was there before
keeps the time at which it first came, and stays read.
"""

import json
from typing import Any

from thimbl.core.address import Address
from thimbl.core.classic import ClassicPlan, Message
from thimbl.store.database import Database, chunks, marks
from thimbl.store.derive import to_json
from thimbl.store.follows import following_of, follows_from_data, follows_to_data, nicks_of
from thimbl.store.indexing import Indexing
from thimbl.store.items import Items


def plan_to_data(plan: ClassicPlan) -> dict[str, Any]:
    """All that was read of a version 1 plan, as JSON holds it here."""
    return {
        "name": plan.name,
        "address": None if plan.address is None else str(plan.address),
        "bio": plan.bio,
        "messages": [
            [message.text, message.time, None if message.to is None else str(message.to)] for message in plan.messages
        ],
        "following": follows_to_data(plan.following),
        "properties": dict(plan.properties),
        "problems": list(plan.problems),
        "stated_address": plan.stated_address,
    }


def plan_from_data(data: dict[str, Any]) -> ClassicPlan:
    """The plan of such data."""
    return ClassicPlan(
        name=data["name"],
        address=None if data["address"] is None else Address.parse(data["address"]),
        bio=data["bio"],
        messages=tuple(
            Message(text, time, None if to is None else Address.parse(to)) for text, time, to in data["messages"]
        ),
        following=follows_from_data(data["following"]),
        properties=data["properties"],
        problems=tuple(data["problems"]),
        stated_address=data["stated_address"],
    )


def take_unsigned(
    database: Database, items: Items, author: int, plan: ClassicPlan, raw: bytes | None, now: int, *, me: bool
) -> int:
    """Replace what was there of version 1 by `plan`; the number of new items. `now` in Unix seconds."""
    if database.value("SELECT pinned FROM author WHERE id = ?", (author,)) is not None:
        return 0  # another process pinned a key since this was judged
    follows = following_of(database, author)
    database.run(
        "INSERT OR REPLACE INTO classic (author, data, raw) VALUES (?, ?, ?)",
        (author, to_json(plan_to_data(plan)), raw),
    )
    database.run("UPDATE author SET name = ?, bio = ? WHERE id = ?", (plan.name, plan.bio, author))
    if follows != following_of(database, author):
        items.rehang(author, nicks_of(database, author))
    here: dict[str, int] = dict(database.rows("SELECT id, rowid FROM item WHERE author = ? AND seq IS NULL", (author,)))
    wanted = {message.id for message in plan.messages}
    gone = sorted(here.keys() - wanted)
    items.remove(sorted(here[id_] for id_ in gone))
    for some in chunks(gone):
        database.run(f"DELETE FROM classic_stored WHERE author = ? AND id IN ({marks(some)})", (author, *some))
    fresh = [message for message in plan.messages if message.id not in here]
    database.run_many(
        "INSERT INTO classic_stored (author, id, stored) VALUES (?, ?, ?)",
        sorted((author, id_, now) for id_ in wanted - here.keys()),
    )
    stored = {message.id: now for message in fresh}
    return Indexing(database, items, author).add_messages(fresh, stored, unread=not me)


def rebuild_unsigned(database: Database, items: Items, author: int) -> None:
    """Make all items of an author's version 1 plan, of which there are none."""
    data = database.value("SELECT data FROM classic WHERE author = ?", (author,))
    if data is not None:
        stored: dict[str, int] = dict(
            database.rows("SELECT id, stored FROM classic_stored WHERE author = ?", (author,))
        )
        messages = plan_from_data(json.loads(data)).messages
        Indexing(database, items, author).add_messages(messages, stored, unread=False)
