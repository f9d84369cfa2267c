"""The query line of RFC 1288, section 2.3.

::

    {Q1}    ::= [{W}|{W}{S}{U}]{C}
    {Q2}    ::= [{W}{S}][{U}]{H}{C}
    {U}     ::= username
    {H}     ::= @hostname | @hostname{H}
    {W}     ::= /W
    {S}     ::= <SP> | <SP>{S}
    {C}     ::= <CRLF>

Rules, where the RFC is silent or contradicts its own examples:

- {Q1} has no form for a bare `{U}{C}`, but section 2.5.2 is all about it: {U} may stand alone.
- {W} is a token of its own in either case; BSD's clients send `/W ` even when nothing follows. A user `/Wayne` is a
  user. A {W} at the end of the line is taken too: RFC 742's servers looked for it anywhere on the line. A name
  that begins or ends with the word `/W` can therefore not be asked for.
- {C} may be a bare LF on reading (section 2.2 wants CRLF; printf sends what one types), and is CRLF on writing.
- {U} may hold spaces (BSD takes several names), which are runs of one; it holds no `@` and no control character
  (section 3.3 warns of them: they reach terminals and log files).
- Bytes are 8-bit clean (section 2.2): text is UTF-8, and what is not UTF-8 survives as surrogate escapes.
- A hostname may carry a port, `her.host:7979`, and may be a bracketed IPv6 address, `[2001:db8::1]:7979`.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv6Address
from typing import NamedTuple, Self

#: The port of the Finger protocol (RFC 1288 2.1).
FINGER_PORT = 79

#: The longest query line in bytes, its CRLF included. RFC 1288 sets no limit; 512 is the longest command line of SMTP
#: (RFC 5321 4.5.3.1.4) and the longest message of IRC (RFC 2812 2.3), and holds a user, a view and several hosts.
#: A line that ends in a bare LF may be as long as one whose CRLF would still fit, so what was read can be sent on.
MAX_QUERY = 512

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_HOST = re.compile(r"(?:\[(?P<ipv6>[^\s\[\]@]+)\]|(?P<name>[^\s\[\]@:/]+))(?::(?P<port>[0-9]{1,5}))?")


class QueryError(ValueError):
    """This is not a Finger query. The message says why, and what a query looks like."""


@dataclass(frozen=True, slots=True)
class Query:
    """One query: whom to tell of (`user`; empty for everyone), through which hosts, and whether at length.

    `hosts` are in the order in which they are written: the last one is the next to be asked (RFC 1288 2.3 and
    3.2.1). Text of `user` and `hosts` may hold surrogate escapes. Raises `QueryError` if it can not be sent.
    """

    user: str = ""
    hosts: tuple[str, ...] = ()
    verbose: bool = False

    def __post_init__(self) -> None:
        words = self.user.split(" ")
        if "@" in self.user:
            raise QueryError("a user name holds no @: what follows an @ is a host")
        if self.user and "" in words:
            raise QueryError("a user name has no space at its ends, and single spaces between words")
        if _is_w(words[0]) or _is_w(words[-1]):
            raise QueryError("a user name does not begin or end with the word /W: it asks for a longer answer")
        for host in self.hosts:
            split_host(host)
        text = str(self)
        _refuse_control(text)
        try:
            raw = text.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            raise QueryError("the query holds a lone surrogate, which is no character") from None
        if raw.decode("utf-8", "surrogateescape") != text:
            raise QueryError("the query spells a character as the bytes of its UTF-8; write the character")
        if len(raw) + 2 > MAX_QUERY:
            raise QueryError(f"the query is longer than {MAX_QUERY} bytes; ask for less at once")

    @classmethod
    def parse(cls, line: bytes) -> Self:
        """The query of one line, with or without its line end (CRLF or LF). Raises `QueryError`."""
        if line.endswith(b"\n"):
            line = line[:-2] if line.endswith(b"\r\n") else line[:-1]
        if len(line) + 2 > MAX_QUERY:
            raise QueryError(f"the query is longer than {MAX_QUERY} bytes; ask for less at once")
        text = line.decode("utf-8", "surrogateescape")
        _refuse_control(text)
        return cls._from_text(text)

    @classmethod
    def _from_text(cls, text: str) -> Self:
        words = [word for word in text.split(" ") if word]
        verbose = True
        if words and _is_w(words[0]):
            del words[0]
        elif words and _is_w(words[-1]):
            del words[-1]
        elif words and _is_w(words[0].partition("@")[0]):  # {W}{H} without {S} between: nobody is called /W
            words[0] = words[0][2:]
        else:
            verbose = False
        user, *hosts = " ".join(words).split("@")
        return cls(user, tuple(hosts), verbose)

    def encode(self) -> bytes:
        """The query line with its CRLF, as it goes over the wire."""
        return str(self).encode("utf-8", "surrogateescape") + b"\r\n"

    def __str__(self) -> str:
        """The query line without its CRLF; `/W` comes first. It may hold surrogate escapes: escape it to print it."""
        text = "".join((self.user, *(f"@{host}" for host in self.hosts)))
        if not self.verbose:
            return text
        return f"/W {text}" if text else "/W"


class Target(NamedTuple):
    """What a person typed, `ana@fields.example:7979`, as what to send where.

    `host` is a name or an address without brackets, ready to connect to; `port` is an integer from 1 to 65535.
    """

    query: Query
    host: str
    port: int

    @classmethod
    def parse(cls, text: str, *, verbose: bool = False) -> Self:
        """The last @host of `text` is the host to connect to (`localhost` without any), the rest is the query to send.

        `verbose` asks for a longer answer, as `/W` in the text does. Raises `QueryError`.
        """
        _refuse_control(text)
        asked = Query._from_text(text)
        *others, last = asked.hosts or ("localhost",)
        host, port = split_host(last)
        return cls(Query(asked.user, tuple(others), asked.verbose or verbose), host, port or FINGER_PORT)

    def __str__(self) -> str:
        """`ana@fields.example:7979`: what `parse` reads as this target."""
        return f"{self.query}@{host_port(self.host, self.port)}"


def split_host(host: str) -> tuple[str, int | None]:
    """A host as written in a query, `name`, `name:port`, `[ipv6]` or `[ipv6]:port`: its name without brackets, and its
    port or None. Raises `QueryError`."""
    match = _HOST.fullmatch(host)
    if match is None:
        raise QueryError(_why_not_a_host(host))
    port = None if match["port"] is None else int(match["port"])
    if port is not None and not 1 <= port <= 65535:
        raise QueryError(f"{port} is not a port: ports go from 1 to 65535")
    if match["ipv6"] is None:
        return match["name"], port
    try:
        IPv6Address(match["ipv6"])
    except ValueError:
        raise QueryError("brackets hold an IPv6 address, like [2001:db8::1]") from None
    return match["ipv6"], port


def host_port(host: str, port: int) -> str:
    """`host:port`, with brackets around an IPv6 address, and without the port where it is Finger's own."""
    name = f"[{host}]" if ":" in host else host
    return name if port == FINGER_PORT else f"{name}:{port}"


def _is_w(word: str) -> bool:
    return word in ("/W", "/w")


def _refuse_control(text: str) -> None:
    if _CONTROL.search(text):
        raise QueryError("the query holds a control character; a query is one line of plain text")


def _why_not_a_host(host: str) -> str:
    if not host:
        return "a host is missing after an @; write user@host"
    if any(c.isspace() for c in host):
        return "a host name holds no space"
    if host.count(":") > 1 and "[" not in host:
        return "write an IPv6 address in brackets, like [2001:db8::1]"
    return "this is not a host: write a name or an address, and after a colon a port"
