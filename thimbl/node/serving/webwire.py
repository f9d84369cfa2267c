"""HTTP/1.1 as far as reading takes (RFC 9112): requests out of bytes, and the bytes of an answer. No I/O.

The wire is h11's, which takes bytes in any chunks and refuses what two programs might read differently (11.2, request
smuggling). What is added:

- Bounds of our own, each with the status that says which one it was.
- No request has content: nothing can be written here. One that announces some is told so, and the connection ends,
  since what would come next on it is not a request. That goes by the fields alone: of content in parts (6.1), two
  programs may see different ends, also where it is empty.
- Empty lines before a request are overlooked (2.2). A target as to a proxy is taken as one to this host (3.2.2).
- A connection goes on after an answer where both sides want it (9.3), and after a refusal by this module never.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import h11

MAX_LINE: Final = 4_096
"""Bytes of a request line: twice what the longest address of a page takes (`feeds.web.answering.MAX_TARGET`), so that
it is a page that says so. RFC 9112 3 recommends 8,000 where any address may mean something."""

MAX_HEAD: Final = 16_384
"""Bytes of a request's line and fields together: twice what browsers send to a site without cookies, and what other
servers take."""

_ABSOLUTE: Final = re.compile(r"https?://[^/?#]*", re.IGNORECASE)

_LONG_LINE: Final = "The first line of that request is too long: no page here has an address like that."

_WHY: Final[Mapping[int, str]] = {
    400: "That is no HTTP request ({why}).",
    431: "The header fields of that request are too long.",
    501: "This host takes no content in parts or compressed: nothing can be sent to it.",
}
"""What is said where h11 refuses, by the status that it gives; `why` is its word for it."""


class BadRequest(Exception):
    """What came is no request that is taken here; the message says why."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


@dataclass(frozen=True, slots=True)
class Request:
    """One request."""

    method: str
    target: str
    """A path with its query, as it was sent; or ``*``, or a host and port."""
    fields: Mapping[str, str]
    """By name in lower case; several of a name are joined by a comma (RFC 9110 5.3)."""
    has_content: bool = False
    """Whether more follows that is no request."""


class WebWire:
    """A server's end of one connection: takes bytes, gives requests, and makes the bytes of answers."""

    def __init__(self) -> None:
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEAD)
        self._head_alone = False

    @property
    def begun(self) -> bool:
        """Whether a part of a request is here that was not given yet."""
        return bool(self._http.trailing_data[0])

    @property
    def held(self) -> int:
        """Bytes that wait."""
        return len(self._http.trailing_data[0])

    @property
    def goes_on(self) -> bool:
        """Whether another request may come, now that the answer is made."""
        return self._http.our_state is h11.DONE and self._http.their_state is h11.DONE

    def receive(self, data: bytes) -> None:
        """More bytes came."""
        if not self.begun:
            data = data.lstrip(b"\r\n")
        if data:  # nothing at all would mean the end to h11
            self._http.receive_data(data)

    def next(self) -> Request | None:
        """The next request; None until it is whole. Raises `BadRequest`: then nothing more is to be read of it."""
        if self.goes_on:
            self._http.start_next_cycle()
            self._overlook_empty_lines()
        http = self._http
        held = self.held
        try:
            event = http.next_event()
            if not isinstance(event, h11.Request):
                self._check_line()
                return None
        except h11.RemoteProtocolError as fault:
            self._check_line()
            status = fault.error_status_hint if fault.error_status_hint in _WHY else 400
            raise BadRequest(status, _WHY[status].format(why=str(fault).partition(": bytearray(")[0])) from None
        self._head_alone = event.method == b"HEAD"
        if len(event.method) + len(event.target) > MAX_LINE:
            raise BadRequest(414, _LONG_LINE)
        if held - self.held > MAX_HEAD:  # it came at once; h11 counts what is not whole yet
            raise BadRequest(431, _WHY[431])
        if not event.http_version.startswith(b"1."):
            raise BadRequest(505, "This host speaks HTTP/1.1.")
        fields = _fields(event)
        return Request(event.method.decode("ascii"), _target(event), fields, self._has_content(fields))

    def answer(self, status: int, fields: Sequence[tuple[str, str]], body: bytes, *, ends: bool) -> bytes:
        """The bytes of an answer, to a request or in place of one; `ends`: no other request is wanted.

        `body` is empty where none is sent (304), and is left out where HEAD was asked. Raises `h11.LocalProtocolError`
        for a field that would not stay one: what a stranger sent must not begin another.
        """
        given = [*fields, ("Connection", "close")] if ends else list(fields)
        head = h11.Response(status_code=status, headers=given, reason=HTTPStatus(status).phrase)
        http = self._http
        data = h11.Data(data=b"" if self._head_alone else body)
        return http.send(head) + http.send(data) + http.send(h11.EndOfMessage())

    def _has_content(self, fields: Mapping[str, str]) -> bool:
        """Whether something follows the head that was read. It is not looked at, however it is spelt."""
        if "transfer-encoding" in fields:
            return True
        try:
            return not isinstance(self._http.next_event(), h11.EndOfMessage)
        except h11.RemoteProtocolError:
            return True

    def _overlook_empty_lines(self) -> None:
        """Those that came behind the last request, before it was answered."""
        rest = self._http.trailing_data[0]
        if rest.startswith((b"\r", b"\n")):
            self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEAD)
            self.receive(rest)

    def _check_line(self) -> None:
        """The first line has a bound of its own."""
        held = self._http.trailing_data[0]
        if self._http.their_state is h11.IDLE and len(held) > MAX_LINE and b"\n" not in held[:MAX_LINE]:
            raise BadRequest(414, _LONG_LINE)


def _target(event: h11.Request) -> str:
    target = event.target.decode("ascii")
    if (whole := _ABSOLUTE.match(target)) is not None:
        target = target[whole.end() :]
        return target if target.startswith("/") else f"/{target}"
    return target


def _fields(event: h11.Request) -> dict[str, str]:
    fields: dict[str, str] = {}
    for raw, content in event.headers:
        name, value = raw.decode("ascii"), content.decode("latin-1")
        fields[name] = f"{fields[name]}, {value}" if name in fields else value
    return fields
