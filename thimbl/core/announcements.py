"""Any announcement as one sentence, for people (plan-format 3; commune.md 2 and 3).

- A sentence has no subject and no full stop: it goes on from its author's name, as in "ana moved from … to …".
- Everything is escaped for a terminal; other sinks escape it again for their own.
- A kind that this program does not know has none: it is kept, and shown as its name (plan-format 3).
"""

from collections.abc import Mapping
from typing import Any

from thimbl.core.commune.fields import Malformed
from thimbl.core.commune.offer import BondOffer, one_line
from thimbl.core.commune.participants import BOND_OFFER
from thimbl.core.commune.sentences import Codes, tell
from thimbl.core.keys import KeyFault, PublicKey
from thimbl.core.records import KEY, MOVE
from thimbl.core.terminal import safe_line


def announced(
    kind: str, body: Mapping[str, Any], now: int | None, code_of: Codes = lambda reference: None
) -> str | None:
    """What an announcement says its author does; None where the kind is not known here. Raises `Malformed`.

    `now`, in Unix seconds, says in how many days an offer closes; without it the day itself is said.
    """
    if kind == BOND_OFFER:
        return f"offers bonds {one_line(BondOffer.from_body(body), now)}"
    if kind == KEY:
        return _key(body)
    if kind == MOVE:
        return f"moved from {_address(body, 'from')} to {_address(body, 'to')}"
    return tell(kind, body, code_of)


def _key(body: Mapping[str, Any]) -> str:
    try:
        found = PublicKey.parse(str(body.get("key"))).fingerprint
    except KeyFault as error:
        raise Malformed("key", safe_line(str(error))) from None
    how = ", by the recovery key: the old one is lost or stolen" if "recovered" in body else ""
    return f"signs with a new key from here on, {found}{how}"


def _address(body: Mapping[str, Any], field: str) -> str:
    if not isinstance(value := body.get(field), str):
        raise Malformed(field, "is no address")
    return safe_line(value)
