"""What a serving process has to do: plain data, which a parent sends to its workers at the start and at each reload.

- Workers read no configuration: it is read, checked and complained about once, and all of them do the same.
- On the way it is one JSON object a line, over a pipe that nobody else holds.
- No Twisted here: a process that inetd starts for one query makes its answer of the same.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from thimbl.home.serving import ServeSettings, read_serving, serving_data
from thimbl.node.serving.accounts import Account
from thimbl.node.serving.answering import Answerer
from thimbl.node.serving.hosting import make_accounts, make_answerer
from thimbl.node.serving.refreshed import Background

if TYPE_CHECKING:
    from thimbl.store.reader import Reader

MAX_MESSAGE: Final = 16 * 1024 * 1024
"""Bytes of one message between a parent and a worker: an alias table of a hundred thousand names fits."""


class Unservable(Exception):
    """The daemon can not serve as the settings say."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """Settings, and the two things of the daemon's own account that serving needs."""

    serve: ServeSettings
    own: Account | None = None
    """The one account, where the settings name neither a spool nor homes."""
    store: Path | None = None
    """Where copies of others' plans are; None where there are none to serve."""
    host: str = ""
    """Whom to ask by Finger, as ``host`` or ``host:port``, for the pages of the web; empty where that is not known."""

    def check(self) -> None:
        """Whether there is anybody to answer for. Raises `Unservable`."""
        try:
            make_accounts(self.serve, self.own)
        except (ValueError, OSError) as error:
            raise Unservable(str(error)) from None

    def warnings(self) -> Iterator[str]:
        """What this process may not read, though it is to be served: a line each. Nobody who asks is told of it."""
        spool, message = self.serve.spool, self.serve.message
        if spool is not None and not os.access(spool, os.X_OK):
            yield f"This daemon's account may not enter the spool {spool}: nobody there can be served."
        elif spool is not None and not os.access(spool, os.R_OK):
            yield f"This daemon's account may not read the spool {spool}: it can list nobody, whoever agreed."
        if message is not None:
            try:
                os.close(os.open(message, os.O_RDONLY | os.O_NONBLOCK))  # a pipe would hold up the daemon
                fault = "" if message.is_file() else "It is no file"
            except OSError as error:
                fault = error.strerror or str(error)
            if fault:
                yield f"The message of the host, {message}, can not be read: {fault}."

    def answerer(self, background: Background | None = None) -> Answerer:
        """What answers so; `background` runs work in a thread. Raises `Unservable`."""
        try:
            return make_answerer(self.serve, self.own, self._reader if self.store else None, background=background)
        except (ValueError, OSError) as error:
            raise Unservable(str(error)) from None

    def _reader(self) -> "Reader":
        from thimbl.store.reader import Reader  # inetd starts a process for each query, and most hosts mirror nobody

        assert self.store is not None
        return Reader.open(self.store)

    def to_data(self) -> dict[str, Any]:
        """As plain data."""
        own = self.own and {"name": self.own.name, "full_name": self.own.full_name, "plan": str(self.own.plan)}
        return {
            "serve": serving_data(self.serve),
            "own": own,
            "store": self.store and str(self.store),
            "host": self.host,
        }

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> "Assignment":
        """What `to_data` made."""
        own, store = data["own"], data["store"]
        return cls(
            read_serving(data["serve"], "serve", Path()),
            own and Account(own["name"], own["full_name"], Path(own["plan"])),
            store and Path(store),
            data["host"],
        )


def to_line(message: dict[str, Any]) -> bytes:
    """One message, with its line end."""
    return json.dumps(message).encode("ascii") + b"\n"


class Lines:
    """Messages from bytes in whatever pieces they come."""

    def __init__(self) -> None:
        self._rest = b""

    def receive(self, data: bytes) -> list[dict[str, Any]]:
        """The messages that are complete now. Raises `ValueError` for what is none, or is too long."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > MAX_MESSAGE:
            raise ValueError("a message between daemon and worker is too long")
        return [json.loads(line) for line in lines]
