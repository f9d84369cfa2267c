"""Pages that are kept ready for a moment, so that who asks often costs no more than who asks once.

- A page is kept for a second, or twenty times as long as it took to make, if that is longer: so the making of one takes
  at most a twentieth of a processor, and an edited plan shows after a second.
- Only what was asked for and found, of the kinds that cost something. How it was asked for (HEAD, `If-None-Match`) is
  looked at each time.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from feeds.web.answering import Answers, Response, conditional

LEAST_SECONDS: Final = 1.0
"""For what a page is kept: shorter than anybody notices, longer than between two requests of a flood."""

REST: Final = 20.0
"""Times as long as it took to make."""

MOST_SECONDS: Final = 60.0
"""However long it took: who waited for a large ledger sees what came meanwhile a minute later."""

KEPT_BYTES: Final = 32 * 1024 * 1024
"""Of all that are kept: a thousand pages of the largest host."""

KEPT: Final = frozenset({"front", "timeline", "tag", "account", "post", "archive", "commune", "feed"})
"""What is kept. A plan is kept by Finger's side, WebFinger's answers depend on who asks, and the rest costs nothing."""

_CONDITIONS: Final = ("if-modified-since", "if-match", "if-unmodified-since")
"""Conditions that only whoever makes the answer can judge."""


@dataclass(frozen=True, slots=True)
class _Kept:
    response: Response
    until: float


class KeptAnswers:
    """`Answers` that keeps pages. `clock` is in seconds, from any beginning."""

    def __init__(self, answers: Answers, clock: Callable[[], float]) -> None:
        self._answers, self._clock = answers, clock
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._size = 0

    def __call__(self, method: str, target: str, headers: Mapping[str, str]) -> Response:
        """See `Answers`."""
        if method not in ("GET", "HEAD") or any(name in headers for name in _CONDITIONS):
            return self._answers(method, target, headers)
        began = self._clock()
        kept = self._kept.get(target)
        if kept is not None and began < kept.until:
            self._kept.move_to_end(target)
            return conditional(kept.response, headers)
        response = self._answers("GET", target, {name: headers[name] for name in headers if name != "if-none-match"})
        self._drop(target)
        if response.status == 200 and response.kind in KEPT:
            now = self._clock()
            seconds = min(MOST_SECONDS, max(LEAST_SECONDS, REST * (now - began)))
            self._kept[target] = _Kept(response, now + seconds)
            self._size += len(response.body)
            while self._size > KEPT_BYTES:
                self._drop(next(iter(self._kept)))
        return conditional(response, headers)

    def refused(self, status: int, why: str, then: str = "") -> Response:
        """See `Answers`."""
        return self._answers.refused(status, why, then)

    def _drop(self, target: str) -> None:
        kept = self._kept.pop(target, None)
        if kept is not None:
            self._size -= len(kept.response.body)
