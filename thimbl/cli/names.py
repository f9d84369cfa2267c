"""What a person types to name a record or somebody, and whom they mean by it (plan-format 3: "unambiguous prefix")."""

from typing import TYPE_CHECKING, Final

from thimbl.cli.errors import FAILED, USAGE, Failure
from thimbl.core.terminal import safe_line

if TYPE_CHECKING:
    from thimbl.core.address import Address
    from thimbl.store.reader import Reader
    from thimbl.store.types import Item

LEAST: Final = 4
"""Characters of an id: fewer are a slip of the finger, and would soon be ambiguous."""

SHOWN: Final = 8
"""Characters of an id that are shown (plan-format 3)."""



def find_item(reader: "Reader", text: str) -> "Item":
    """The one item that `text` names: ``address#id``, or the beginning of an id; after ``address#`` that will do too.

    Raises `Failure` where there is none, or several.
    """
    from thimbl.core.address import Address, begins_id

    whose, _, beginning = text.strip().rpartition("#")
    author = Address.parse(whose) if whose else None
    beginning = beginning.rstrip("…").lower()
    if not begins_id(beginning) or len(beginning) < LEAST:
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
    head = f"{beginning!r} is the beginning of {len(found)} ids. Give more of it:"
    raise Failure("\n".join([head, *map(_line, found)]))


def find_author(reader: "Reader", text: str) -> "Address":
    """Whom `text` names: an address, or one's own nick for somebody. Raises `Failure` or `AddressError`."""
    from thimbl.core.address import Address

    if "@" in text.lstrip("@"):
        return Address.parse(text.lstrip("@"))
    wanted = text.removeprefix("@").casefold()
    found = [author for author in reader.authors() if (author.nick or "").casefold() == wanted]
    exact = [author for author in found if author.nick == text.removeprefix("@")]
    if len(exact or found) == 1:
        return (exact or found)[0].address
    if found:
        several = ", ".join(str(author.address) for author in found)
        raise Failure(f"{text[:80]!r} is your name for several: {several}. Give the address.", USAGE)
    raise Failure(f"You follow nobody whom you call {text[:80]!r}: give an address; 'thimbl following' lists all.")


def _line(item: "Item") -> str:
    what = safe_line(item.text)[:40] or safe_line(item.kind)
    return f"  {item.id[: LEAST * 4]}  {item.nick or item.address}  {what}"
