"""Texts that say where to listen, taken apart: `tcp:7979:interface=127.0.0.1`. Without Twisted or sockets.

The syntax is that of Twisted's endpoints: a kind, then fields parted by colons, positional ones first and
`name=value` after; a backslash quotes the next character (`unix:/run/a\\:b`). An IPv6 address for `interface` needs no
quoting, and may stand in brackets: `tcp6:79:interface=::1`, `tcp6:79:interface=[2001:db8::7]:backlog=5`.
"""

import re
import socket
from dataclasses import dataclass
from pathlib import Path

_SOMAXCONN = Path("/proc/sys/net/core/somaxconn")

#: The kinds of endpoint that take a backlog, and which positional field it is when it is not given as `backlog=`.
_POSITION_OF_BACKLOG = {"tcp": 3, "tcp6": 2, "dual": 2, "unix": 3}

#: `interface=` with an address of IPv6 (and a zone, RFC 4007 11), as far as the next named field.
_IPV6 = r"interface=\[?[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]+(?:%[\w.-]+)?\]?(?=:[A-Za-z]\w*=|$)"

_FIELD = re.compile(rf"(?:^|:)({_IPV6}|(?:\\.|[^:\\])*)")
_NAMED = re.compile(r"[A-Za-z]\w*=")
_QUOTED = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class Description:
    """A kind and its fields, unquoted."""

    kind: str
    fields: tuple[str, ...]
    named: dict[str, str]

    @classmethod
    def parse(cls, text: str) -> "Description":
        """Never fails: what makes no sense is for `take` to say."""
        kind, *rest = _FIELD.findall(text)
        fields = tuple(_unquote(field) for field in rest if not _NAMED.match(field))
        pairs = (field.split("=", 1) for field in rest if _NAMED.match(field))
        named = {name: _unquote(value) for name, value in pairs}
        if named.get("interface", "").startswith("["):
            named["interface"] = named["interface"].removeprefix("[").removesuffix("]")
        return cls(kind, fields, named)

    def take(self, *names: str) -> dict[str, str]:
        """The fields by these names: positional ones in this order, named ones by theirs.

        Raises `ValueError` where one is given twice, is not known, or is too many.
        """
        if len(self.fields) > len(names):
            raise ValueError(f"{self.kind} takes at most {len(names)} fields: {', '.join(names)}")
        taken = dict(zip(names, self.fields, strict=False))
        for name, value in self.named.items():
            if name not in names:
                raise ValueError(f"{self.kind} has no field {name}; it has {', '.join(names)}")
            if name in taken:
                raise ValueError(f"{name} is given twice")
            taken[name] = value
        return taken


def maximum_backlog(path: Path = _SOMAXCONN) -> int:
    """The longest listen queue that the system allows. Linux says it in /proc; elsewhere C's constant has to do."""
    try:
        return int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return socket.SOMAXCONN


def with_backlog(description: str, backlog: int) -> str:
    """The description with `backlog=` added, where its kind takes one and it does not say one itself."""
    kind, *fields = _FIELD.findall(description)
    positional = [field for field in fields if not _NAMED.match(field)]
    if len(positional) >= _POSITION_OF_BACKLOG.get(kind, 0) or any(field.startswith("backlog=") for field in fields):
        return description
    return f"{description}:backlog={backlog}"


def _unquote(text: str) -> str:
    return _QUOTED.sub(r"\1", text)
