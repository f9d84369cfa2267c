"""What answers HTTP, as the server knows it, and what became of each answer."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from twisted.internet.interfaces import IAddress

from finger.served import Outcome


class Response(Protocol):
    """An answer, whole: `feeds.web.answering.Response`, or a test's."""

    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> tuple[tuple[str, str], ...]: ...
    @property
    def body(self) -> bytes: ...
    @property
    def kind(self) -> str: ...


class Respond(Protocol):
    """What answers."""

    def __call__(self, method: str, target: str, headers: Mapping[str, str]) -> Response:
        """The answer to a request; `headers` by their names in lower case."""

    def refused(self, status: int, why: str, then: str = "") -> Response:
        """A page that says why there is none."""


class Visit(NamedTuple):
    """One answer that is over, or a connection that had none."""

    method: str
    """Empty where no request was read."""
    target: str
    status: int
    """0 where nothing was answered."""
    kind: str
    outcome: Outcome
    size: int
    """Bytes that were handed to the system."""
    seconds: float
    """From the request to the end of the answer."""
    peer: IAddress | None
