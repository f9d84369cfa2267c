"""Under which licence a text stands: an identifier, as a post and a plan say it (plan-format 3.5, `license`).

- An identifier is one of the SPDX list, in the spelling of the list; ``PPL``, the Peer Production License, which that
  list lacks; or a ``LicenseRef-`` of one's own, as SPDX 2.3 10.1 spells it.
- Writers are held to that: a licence that nobody can look up gives nobody leave. Readers show whatever stands there.
- A whole plan says it under `license` in its properties: of what in it says nothing else.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

PPL: Final = "PPL"
"""Copyfarleft: https://wiki.p2pfoundation.net/Peer_Production_License."""

LICENSE: Final = "license"
"""The field of a post's body, and the property of a plan."""

MAX_REFERENCE: Final = 100
"""Characters of a ``LicenseRef-``: a line, not a text."""

_REFERENCE: Final = re.compile(r"LicenseRef-[A-Za-z0-9.-]+")


class LicenceError(ValueError):
    """That is no licence: give an SPDX identifier such as CC-BY-SA-4.0, PPL, or LicenseRef-… of your own."""


def parse_licence(text: str) -> str:
    """The identifier that a person typed, in its own spelling. Raises `LicenceError`, which says what is like it."""
    text = text.strip()
    if len(text) <= MAX_REFERENCE and _REFERENCE.fullmatch(text):
        return text
    from thimbl.core.spdx import IDS  # only here: of those who post, few say a licence

    known = {id_.lower(): id_ for id_ in (*IDS.split(), PPL)}
    if (found := known.get(text.lower())) is not None:
        return found
    from difflib import get_close_matches

    alike = [known[one] for one in get_close_matches(text.lower()[:MAX_REFERENCE], known, n=3)]
    hint = (
        f"did you mean {' or '.join(alike)}?"
        if alike
        else ("give an SPDX identifier such as CC-BY-SA-4.0, PPL, or LicenseRef-… of your own.")
    )
    raise LicenceError(f"{text[:40]!r} is no licence: {hint}")


def licence_of(body: Mapping[str, Any]) -> str | None:
    """What stands under `license`; None where nothing does that is a text. Not made safe for a terminal."""
    value = body.get(LICENSE)
    return value if isinstance(value, str) and value.strip() else None
