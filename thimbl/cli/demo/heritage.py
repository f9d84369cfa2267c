"""A host that answers as one did in February 2011: no views, folded lines, whatever is asked.

`python -m thimbl.cli.demo.heritage ENDPOINT FILE` serves the answer in FILE for the one account it is of.
"""

import sys
from pathlib import Path

from twisted.internet import reactor

from finger.query import Query
from finger.server import FingerServerFactory, describe, listen
from finger.wire import to_wire


def answer_of(text: bytes) -> bytes:
    """The host's own words: the file begins with the line that the client of the time printed."""
    heading, _, rest = text.partition(b"\n")
    return to_wire(rest if heading.startswith(b"[") else text)


def main(endpoint: str, path: str) -> None:
    """Serve until a signal comes."""
    answer = answer_of(Path(path).read_bytes())

    def respond(query: Query, peer: object) -> bytes:
        known = query.user == "dk" and not query.hosts
        return answer if known else to_wire(f"finger: {query.user}: no such user.\n")

    def ready(port: object) -> None:
        print(f"Listening on {describe(port)}.", flush=True)  # type: ignore[arg-type]

    listen(reactor, endpoint, FingerServerFactory(respond, clock=reactor)).addCallback(ready)
    reactor.run()  # type: ignore[attr-defined]


if __name__ == "__main__":
    main(*sys.argv[1:])
