"""Under which licence a text stands: an identifier, as a post and a plan say it (plan-format 3.5, `license`).

- An identifier is one of the SPDX list, in the spelling of the list (``PPL`` is the Peer Production License), or a
  ``LicenseRef-`` of one's own, as SPDX 2.3 10.1 spells it.
- Writers are held to that: a licence that nobody can look up gives nobody leave. Readers show whatever stands there.
- A whole plan says it under `license` in its properties: of what in it says nothing else.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

LICENSE: Final = "license"
"""The field of a post's body, and the property of a plan."""

MAX_REFERENCE: Final = 100
"""Characters of a ``LicenseRef-``: a line, not a text."""

_REFERENCE: Final = re.compile(r"LicenseRef-[A-Za-z0-9.-]+")


class LicenceError(ValueError):
    """That is no licence: give an SPDX identifier such as CC-BY-SA-4.0, PPL, or LicenseRef-… of your own."""


@lru_cache(maxsize=64)
def known_licence(text: str) -> str | None:
    """The identifier that a text is, in its own spelling; None where it is none."""
    text = text.strip()
    if len(text) > MAX_REFERENCE:
        return None
    return text if _REFERENCE.fullmatch(text) else _known().get(text.lower())


def _known() -> dict[str, str]:
    from thimbl.core.spdx import IDS  # only here: of those who post, few say a licence

    return {id_.lower(): id_ for id_ in IDS.split()}


def parse_licence(text: str) -> str:
    """The identifier that a person typed, in its own spelling. Raises `LicenceError`, which says what is like it."""
    text = text.strip()
    if (found := known_licence(text)) is not None:
        return found
    from difflib import get_close_matches

    known = _known()
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
