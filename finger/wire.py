"""Both ends of a Finger connection, without I/O: bytes in, events out, and what to send (RFC 1288 2.1 to 2.3).

Rules:

- A connection carries one query line from the client, then one answer from the server, then the server closes.
- Whoever owns the socket feeds in what was read, in pieces of any size, and gets the same events for any cut.
- What the other end does wrong raises `RemoteProtocolError`; what this end does wrong, `LocalProtocolError`.
- An answer is bytes, 8-bit (2.2), and is over when the server closes: there is no length and no end mark, so an answer
  that was cut by a clean close can not be told from a short one. Its lines end in CRLF (2.2): see `to_wire`.
- What a client sends after its line means nothing. The server reads and forgets it, since a socket closed with bytes
  unread resets the connection, and the answer is lost with it.
"""

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from finger.errors import (
    AnswerTooLarge,
    LocalProtocolError,
    MalformedQuery,
    QueryIncomplete,
    QueryTooLong,
    RemoteProtocolError,
)
from finger.query import MAX_QUERY, Query, QueryError

#: The largest answer that a client takes, in bytes. A plan has at most 1 MiB; its LFs become CRLFs, which at worst
#: doubles it (a file of empty lines); the header that finger(1) shows comes on top. Twice that leaves room for programs
#: that add to it, and is still small enough to hold some hundred of in memory.
MAX_ANSWER = 4 * 1024 * 1024


#: Pollers ask a host for the same names again and again, and reading a line anew costs a tenth of serving it. 16,384
#: lines are those of a large shell host; of at most so many bytes they stay under 8 MiB, whoever sends them.
KEPT_LINE = 80
_parse_kept = lru_cache(maxsize=16_384)(Query.parse)

#: What a server says in place of an answer.
TOO_SLOW = "No query came. Send a name and the enter key, or the enter key alone."
CAN_NOT_ANSWER = "Sorry, this host could not answer that. Its administrator can find the reason in its log."


@dataclass(frozen=True, slots=True)
class QueryReceived:
    """The server has read a whole query line, and now owes an answer."""

    query: Query


@dataclass(frozen=True, slots=True)
class AnswerReceived:
    """The server has closed: this is its answer, as it came. It may be empty."""

    answer: bytes


class ServerState(Enum):
    """Where a server's end of a connection stands."""

    WAITING = "waiting for the query line"
    ANSWERING = "owing the answer to a query"
    REFUSING = "owing a word on why there is no answer"
    DONE = "answered: nothing more to send"


class ClientState(Enum):
    """Where a client's end of a connection stands."""

    IDLE = "nothing sent yet"
    READING = "reading the answer"
    DONE = "answered: the server has closed"
    BROKEN = "the answer broke the rules"


#: What happens -> the states in which it may, and the next state. What is not here is a `LocalProtocolError`.
_SERVER = {
    "query": ((ServerState.WAITING,), ServerState.ANSWERING),
    "bad query": ((ServerState.WAITING,), ServerState.REFUSING),
    "answer": ((ServerState.ANSWERING,), ServerState.DONE),
    # From the first: too busy a server, or too slow a client.
    "refuse": ((ServerState.WAITING, ServerState.ANSWERING, ServerState.REFUSING), ServerState.DONE),
}

#: (state, what happens) -> next state.
_CLIENT = {
    (ClientState.IDLE, "query"): ClientState.READING,
    (ClientState.READING, "data"): ClientState.READING,
    (ClientState.READING, "too much"): ClientState.BROKEN,
    (ClientState.READING, "eof"): ClientState.DONE,
}


class ServerConnection:
    """A server's end of one connection.

    `excess` says whether bytes came that are no part of a query: they were forgotten, but more may be on their way, and
    the socket should then be closed in one direction and read on, instead of closed at once.
    """

    def __init__(self) -> None:
        self.state = ServerState.WAITING
        self.excess = False
        self._line = b""

    def receive_data(self, data: bytes) -> list[QueryReceived]:
        """Take what the client sent. The list has one event when `data` completes the query, and is empty otherwise.

        Raises `QueryTooLong` or `MalformedQuery`, once; what comes later is forgotten.
        """
        if self.state is not ServerState.WAITING:
            self.excess = self.excess or bool(data)
            return []
        seen = len(self._line)
        if seen or len(data) > MAX_QUERY:
            self._line += data[: MAX_QUERY - seen]
        else:
            self._line = data  # mostly the whole query comes at once
        end = self._line.find(b"\n", seen)
        if end < 0:
            if len(self._line) < MAX_QUERY:
                return []
            self.excess = True
            self._line = b""
            self._move("bad query")
            raise QueryTooLong(MAX_QUERY)
        line, self._line = self._line[: end + 1], b""
        self.excess = seen + len(data) > len(line)
        try:
            query = _parse_kept(line) if len(line) <= KEPT_LINE else Query.parse(line)
        except QueryError as error:
            self._move("bad query")
            raise MalformedQuery(str(error)) from error
        self._move("query")
        return [QueryReceived(query)]

    def receive_eof(self) -> None:
        """The client closed its direction. Raises `QueryIncomplete` if that was before its query line ended."""
        if self.state is ServerState.WAITING:
            self._move("bad query")
            raise QueryIncomplete

    def send_answer(self, answer: bytes) -> bytes:
        """What to send for `answer`: its bytes as they are. Close after it. `LocalProtocolError` without a query."""
        self._move("answer")
        return answer

    def send_refusal(self, text: str) -> bytes:
        """What to send instead of an answer: `text` as a sentence for the person at the other end. Close after it."""
        self._move("refuse")
        return to_wire(f"{text[:1].upper()}{text[1:].rstrip('.')}.\n")

    def _move(self, what: str) -> None:
        before, after = _SERVER[what]
        if self.state not in before:
            raise LocalProtocolError(f"a server can not send: it is {self.state.value} ({what})")
        self.state = after


class ClientConnection:
    """A client's end of one connection. An answer of more than `max_answer` bytes is refused."""

    def __init__(self, *, max_answer: int = MAX_ANSWER) -> None:
        self.state = ClientState.IDLE
        self.max_answer = max_answer
        self._pieces: list[bytes] = []
        self._received = 0

    @property
    def received(self) -> int:
        """How many bytes of the answer have come."""
        return self._received

    def send_query(self, query: Query | bytes) -> bytes:
        """What to send for `query`. Bytes are sent as they are, for old servers with a grammar of their own: they are
        one line of at most `MAX_QUERY` bytes, and get a CRLF if they have no line end. Raises `LocalProtocolError`."""
        line = query.encode() if isinstance(query, Query) else _raw_line(query)
        self._move("query")
        return line

    def receive_data(self, data: bytes) -> list[AnswerReceived]:
        """Take what the server sent. The list is always empty, since an answer ends where the server closes.

        Raises `AnswerTooLarge`, and again for whatever comes after it.
        """
        if self.state is ClientState.BROKEN:
            raise AnswerTooLarge(self.max_answer)
        self._move("data")
        self._received += len(data)
        if self._received > self.max_answer:
            self._pieces.clear()
            self._move("too much")
            raise AnswerTooLarge(self.max_answer)
        self._pieces.append(data)
        return []

    def receive_eof(self) -> AnswerReceived:
        """The server closed cleanly: the answer is all that came."""
        if self.state is ClientState.BROKEN:
            raise AnswerTooLarge(self.max_answer)
        self._move("eof")
        answer = b"".join(self._pieces)
        self._pieces.clear()
        return AnswerReceived(answer)

    def _move(self, what: str) -> None:
        after = _CLIENT.get((self.state, what))
        if after is None:
            if self.state is ClientState.IDLE:
                raise RemoteProtocolError("the server spoke before it was asked")
            raise LocalProtocolError(f"a client can not take this now ({what}): {self.state.value}")
        self.state = after


def _raw_line(raw: bytes) -> bytes:
    line = raw.removesuffix(b"\n").removesuffix(b"\r")
    if b"\n" in line or b"\r" in line or b"\0" in line:
        raise LocalProtocolError("a query is one line, without NUL")
    if len(line) + 2 > MAX_QUERY:
        raise LocalProtocolError(f"a query has at most {MAX_QUERY} bytes")
    return line + b"\r\n"


def to_wire(text: str | bytes) -> bytes:
    """Text with its line ends made CRLF (RFC 1288 2.2); text that has them already stays as it is.

    A string becomes UTF-8; surrogate escapes become the bytes they stand for. A CR that ends no line stays.
    """
    raw = text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text
    return raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def from_wire(answer: bytes) -> bytes:
    """An answer with its line ends made LF, as in files."""
    return answer.replace(b"\r\n", b"\n")
