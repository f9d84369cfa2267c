"""What a person types to name a record or somebody, and whom they mean by it (plan-format 3: "unambiguous prefix")."""

from typing import TYPE_CHECKING, Final

from thimbl.cli.errors import FAILED, USAGE, Failure
from thimbl.core.terminal import safe_line

if TYPE_CHECKING:
    from thimbl.cli.context import Context
    from thimbl.core.address import Address
    from thimbl.store.reader import Reader
    from thimbl.store.types import Item

LEAST: Final = 4
"""Characters of an id: fewer are a slip of the finger, and would soon be ambiguous."""

SHOWN: Final = 8
"""Characters of an id that are shown (plan-format 3)."""


def find_item(reader: "Reader", text: str) -> "Item":
    """The one item that `text` names: ``address#id``, or the beginning of an id; after ``address#`` that will do too,
    and after ``nick#``.

    Raises `Failure` where there is none, or several.
    """
    from thimbl.core.address import begins_id

    whose, _, beginning = text.strip().rpartition("#")
    author = find_author(reader, whose) if whose.strip("@") else None
    beginning = beginning.rstrip("…").lower()
    if not begins_id(beginning) or len(beginning) < LEAST or (whose and author is None):
        raise Failure(
            f"{text[:80]!r} names no record: give its address#id, or the first {LEAST} or more characters of its id "
            f"(a-z and 2-7), as 'thimbl timeline' shows them.",
            USAGE,
        )
    found = reader.find(beginning if author is None else f"{author}#{beginning}")
    if len(found) == 1:
        return found[0]
    if not found:
        brings = f"'thimbl follow {author}' brings what they wrote"
        next_step = brings if author else "'thimbl search' finds it by its words"
        raise Failure(f"No record whose id begins with {beginning!r} is here: {next_step}.", FAILED)
    if len({item.id for item in found}) == 1:
        # One entry in several feeds, or one post at several addresses: more of the id would not tell them apart.
        head = f"{beginning!r} is here {len(found)} times. Say whose:"
        whose_each = [_line(item, f"{item.nick or item.address}#{item.id[:SHOWN]}") for item in found]
        raise Failure("\n".join([head, *whose_each]))
    head = f"{beginning!r} is the beginning of {len(found)} ids. Give more of it:"
    raise Failure("\n".join([head, *map(_line, found)]))


def find_author(reader: "Reader", text: str) -> "Address":
    """Whom `text` names: an address, one's own nick for somebody, or the URL of a feed of the web.

    Raises `Failure`, `AddressError` or `UrlError`.
    """
    from thimbl.core.address import Address
    from thimbl.core.web import FeedUrl, looks_like_url

    if looks_like_url(text):
        return FeedUrl.parse(text).address
    if "@" in text.lstrip("@"):
        return Address.parse(text.lstrip("@"))
    wanted = text.removeprefix("@").casefold()
    found = [author for author in reader.authors() if (author.nick or "").casefold() == wanted]
    exact = [author for author in found if author.nick == text.removeprefix("@")]
    if len(exact or found) == 1:
        return (exact or found)[0].address
    if found:
        several = ", ".join(author.place for author in found)
        raise Failure(f"{text[:80]!r} is your name for several: {several}. Give the address.", USAGE)
    raise Failure(f"You follow nobody whom you call {text[:80]!r}: give an address; 'thimbl following' lists all.")


def find_followed(context: "Context", text: str) -> "Address":
    """The same, by the nicks that stand in one's list of whom one follows: no store is needed. Likewise."""
    from thimbl.cli.options import somebody
    from thimbl.core.address import Address
    from thimbl.core.web import looks_like_url
    from thimbl.home import following

    nick = text.removeprefix("@")
    called = next((one for one in following.load(context.paths) if one.nick == nick), None)
    if called is not None:
        return called.address
    if "@" not in nick and not looks_like_url(text):
        raise Failure(
            f"You follow nobody whom you call {text[:80]!r}: give an address; 'thimbl following' lists all.", USAGE
        )
    found = somebody(nick)
    return found if isinstance(found, Address) else found.address


def _line(item: "Item", name: str | None = None) -> str:
    what = safe_line(item.text)[:40] or safe_line(item.kind)
    return f"  {name or item.id[: LEAST * 4]}  {item.nick or item.address.place}  {what}"
