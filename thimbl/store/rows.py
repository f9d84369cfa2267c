"""Rows of the database as the values of `thimbl.store.types`."""

import json
from typing import Any, Final

from thimbl.core.address import Address, Reference
from thimbl.core.licences import LICENSE
from thimbl.core.log import Verdict
from thimbl.core.records import POST
from thimbl.store.database import Row
from thimbl.store.follows import profile_of
from thimbl.store.types import Author, Brief, Evidence, Item, WebFeed

AUTHOR_COLUMNS: Final = (
    "author.id, author.address, author.nick, author.followed, author.private, author.is_me, author.name, author.bio, "
    "author.pinned, author.key_line, author.recovery, author.verdict, author.reason, author.seq, author.updated, "
    "author.asked, author.answered, author.failure, author.gap_below, author.moved_to, author.following_list, "
    "(SELECT data FROM head WHERE head.author = author.id ORDER BY head.seq DESC LIMIT 1), "
    "(SELECT data FROM classic WHERE classic.author = author.id), "
    "(SELECT count(*) FROM item WHERE item.author = author.id), author.due, author.source, "
    "(SELECT json_array(url, kind, home, moved) FROM web WHERE web.author = author.id)"
)

BRIEF_COLUMNS: Final = (
    "author.id, author.address, author.verdict, author.pinned, author.seq, author.updated, author.gap_below, "
    "author.moved_to, author.source, author.due, "
    "(SELECT data FROM head WHERE head.author = author.id ORDER BY head.seq DESC LIMIT 1)"
)

ITEM_COLUMNS: Final = (
    "item.rowid, author.address, author.name, author.nick, author.is_me, author.verdict, item.id, item.seq, item.time, "
    "item.kind, item.words, item.subject, item.re, item.reply_to, item.edited, item.retracted, item.withheld, "
    "item.unread, item.malformed, record.data, CASE WHEN item.seq IS NULL THEN "
    "(SELECT data FROM web_entry WHERE web_entry.author = item.author AND web_entry.id = item.id) END"
)

_NO_BODY: Final = frozenset({"seq", "prev", "time", "kind", "sig", "cosigs", "digest"})

# A timeline is fifty of these at once: looked up and decoded with nothing around it.
_VERDICTS: Final = {verdict.value: verdict for verdict in Verdict}
_decode: Final = json.JSONDecoder().raw_decode

ITEM_TABLES: Final = (
    "item JOIN author ON author.id = item.author "
    "LEFT JOIN record ON record.author = item.author AND record.seq = item.seq"
)


def author_of(row: Row) -> Author:
    """The author of a row of `AUTHOR_COLUMNS`."""
    (key, address, nick, followed, private, is_me, name, bio, pinned, key_line, recovery, verdict, reason) = row[:13]
    (seq, updated, asked, answered, failure, gap_below, moved_to, listed, head, classic, posts, due) = row[13:-2]
    properties, following = profile_of(head, classic, listed)
    return Author(
        id=key,
        address=Address.parse(address),
        nick=nick,
        followed=bool(followed),
        private=bool(private),
        is_me=bool(is_me),
        name=name,
        bio=bio,
        properties=properties,
        following=following,
        key=pinned,
        key_line=key_line,
        recovery=recovery,
        verdict=None if verdict is None else Verdict(verdict),
        reason=reason,
        seq=seq,
        updated=updated,
        asked=asked,
        answered=answered,
        failure=failure,
        gap_below=gap_below,
        moved_to=None if moved_to is None else Address.parse(moved_to),
        posts=posts,
        due=due,
        source=row[-2],
        web=None if row[-1] is None else WebFeed(*json.loads(row[-1])),
    )


def brief_of(row: Row) -> Brief:
    """What a row of `BRIEF_COLUMNS` tells."""
    key, address, verdict, pinned, seq, updated, gap_below, moved_to, source, due, head = row
    return Brief(
        id=key,
        address=Address.parse(address),
        verdict=None if verdict is None else Verdict(verdict),
        key=pinned,
        seq=seq,
        updated=updated,
        gap_below=gap_below,
        moved_to=None if moved_to is None else Address.parse(moved_to),
        source=source,
        due=due,
        head=head,
    )


def item_of(row: Row) -> Item:
    """The item of a row of `ITEM_COLUMNS`."""
    (rowid, address, name, nick, is_me, verdict, id_, seq, time, kind, words, subject, re, reply_to) = row[:14]
    (edited, retracted, withheld, unread, malformed, data, entry) = row[14:]
    if seq is None:
        # Whatever its author signed since, nobody has signed a message of version 1, nor an entry of a feed.
        verdict = Verdict.UNSIGNED
    body: dict[str, Any] = {} if data is None else _body(_decode(data)[0])
    more: dict[str, str] = {}
    if entry is not None:
        body, more = _of_entry(_decode(entry)[0])
    return Item(
        rowid=rowid,
        address=Address.parse(address),
        name=name,
        nick=nick,
        is_me=bool(is_me),
        verdict=None if verdict is None else _VERDICTS[verdict],
        id=id_,
        seq=seq,
        time=time,
        kind=kind,
        text=words if kind == POST else "",
        subject=subject,
        re=None if re is None else Reference.parse(re),
        to=None if reply_to is None else Address.parse(reply_to),
        edited=edited,
        retracted=bool(retracted),
        withheld=bool(withheld),
        unread=bool(unread),
        malformed=malformed,
        body=body,
        **more,
    )


def _of_entry(data: dict[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """What an item tells of the entry of a feed that it is, besides its words: in the body of a post, and by itself."""
    body = {LICENSE: data["licence"]} if "licence" in data else {}
    told = {name: data[key] for name, key in (("link", "link"), ("by", "author"), ("named", "name")) if key in data}
    return body, told


def evidence_of(row: Row) -> Evidence:
    """The evidence of a row: verdict, reason, time, raw."""
    verdict, reason, time, raw = row
    return Evidence(Verdict(verdict), reason, time, raw)


def _body(data: dict[str, Any]) -> dict[str, Any]:
    """The body of a verified record; empty where a digest stands in its place (plan-format 3)."""
    return {key: value for key, value in data.items() if key not in _NO_BODY}
