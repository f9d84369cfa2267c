"""What can go wrong between two ends of a Finger connection.

Rules:

- A fault of the other end and a fault of this program are different classes: `RemoteProtocolError` and
  `LocalProtocolError`, as in h11.
- Everything that `finger.client` reports about a host is an `AskFailed`, so that a caller who asks many hosts catches
  one class and prints one line for each.
- The message is for the person who asked, and says what to do next. Host names in messages are as they were asked
  for: whoever prints them on a terminal escapes them like any other text.
"""

from typing import Literal

#: What was being done when time ran out.
Phase = Literal["connecting", "waiting", "answering"]


class FingerError(Exception):
    """Something went wrong with a Finger query."""


class LocalProtocolError(FingerError):
    """This program used a connection against the rules of the protocol: a mistake in the program, not of the host."""


class RemoteProtocolError(FingerError):
    """The other end of the connection broke the rules of the protocol."""


class QueryTooLong(RemoteProtocolError):
    """The query line is longer than a Finger server reads."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"the query is longer than {limit} bytes; please ask for less at once")
        self.limit = limit


class MalformedQuery(RemoteProtocolError):
    """The query line is not one of RFC 1288's. The message says what is wrong with it."""


class QueryIncomplete(RemoteProtocolError):
    """The connection was closed before the query line came to its end."""

    def __init__(self) -> None:
        super().__init__("the connection was closed before the end of the query line")


class AskFailed(FingerError):
    """A host could not be asked, or did not answer as a Finger server does. Asking again later may work.

    `where` is `host` or `host:port`, as it was asked for; empty where it is not known.
    """

    def __init__(self, where: str, message: str) -> None:
        super().__init__(f"{where}: {message}" if where else message)
        self.where = where


class HostUnreachable(AskFailed):
    """There is no way to the host: its name is not known, or no route leads to it. Check the spelling of the address,
    and whether this computer is online."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(where, f"there is no way to this host ({why}); check its spelling, and that you are online")
        self.why = why


class ConnectionRefused(AskFailed):
    """The host is there, but nothing listens on that port: it serves no Finger, or not at the moment, or a firewall
    turned the connection away."""

    def __init__(self, where: str) -> None:
        super().__init__(where, "nothing listens for Finger there; check the port, or try again later")


class TimedOut(AskFailed):
    """The host took too long. `phase` is what was being done: `connecting`, `waiting` (no byte came for a while) or
    `answering` (bytes came, but the whole answer took too long)."""

    def __init__(self, where: str, phase: Phase, seconds: float) -> None:
        doing = {
            "connecting": f"no connection within {seconds:g} seconds",
            "waiting": f"not a byte for {seconds:g} seconds",
            "answering": f"the answer was not complete after {seconds:g} seconds",
        }
        super().__init__(where, f"{doing[phase]}; the host may be busy or down, try again later")
        self.phase = phase
        self.seconds = seconds


class AnswerTooLarge(RemoteProtocolError, AskFailed):
    """The answer is larger than this program takes; what came of it was thrown away."""

    def __init__(self, limit: int, where: str = "") -> None:
        AskFailed.__init__(self, where, f"the answer is larger than {limit:,} bytes; ask for less, or at another host")
        self.limit = limit


class ConnectionBroken(AskFailed):
    """The connection broke in the middle of the answer. What came of it may be cut anywhere, so it was thrown away.

    `received` is how many bytes had come.
    """

    def __init__(self, where: str, received: int) -> None:
        super().__init__(where, f"the connection broke after {received:,} bytes of the answer; try again")
        self.received = received


class ListenFailed(FingerError):
    """The server can not listen where it was told to."""

    def __init__(self, description: str, why: str) -> None:
        super().__init__(f"can not listen on {description}: {why}")
        self.description = description
