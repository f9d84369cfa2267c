"""Posts that were said before their author had this log (docs/plan-format.md 8): a message of 2010, taken over.

- Such a post has the field ``imported`` in its body, a map: ``from``, the address that the message stood under;
  ``time``, when it was said, as it was stated then; and ``to``, whom it answered, where it was a reply.
- The record's own ``time`` is that time too, as far as a log allows it: not before the record below, and not later than
  when it was signed.
- It is the author's word, like all in a body: the signature says that they call it theirs, not that they said it then.
- What is not so is no reason to refuse the post: it is shown as any other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from thimbl.core.address import Address, AddressError
from thimbl.core.times import TimeError, format_time, parse_time

IMPORTED: Final = "imported"
"""The field of a post's body."""


@dataclass(frozen=True, slots=True)
class Imported:
    """Where a post comes from."""

    source: Address
    """The address that it stood under."""
    time: int
    """When it was said, in Unix seconds, as its author stated it then."""
    to: Address | None = None
    """Whom it answered."""

    @property
    def body(self) -> dict[str, str]:
        """What stands under `imported`."""
        data = {"from": str(self.source), "time": format_time(self.time)}
        return data if self.to is None else data | {"to": str(self.to)}


def imported(body: Mapping[str, Any]) -> Imported | None:
    """Where a post with this body comes from; None where it does not say, or not so."""
    data = body.get(IMPORTED)
    if not isinstance(data, Mapping):
        return None
    try:
        source, time, to = Address.parse(data["from"]), parse_time(data["time"]), data.get("to")
        return Imported(source, time, None if to is None else Address.parse(to))
    except (AddressError, TimeError, KeyError, TypeError, AttributeError):
        return None
