"""A host that answers as one did in February 2011: no views, folded lines, whatever is asked.

`python -m thimbl.cli.demo.heritage ENDPOINT FILE` serves the answer in FILE for the one account it is of.
"""

import os
import sys
from pathlib import Path

from finger.query import Query
from finger.wire import to_wire
from thimbl.node.running import installed
from thimbl.node.serving.daemon import Bound, Daemon
from thimbl.node.serving.host import Host

LOGIN = "dk"


def answer_of(text: bytes) -> bytes:
    """The host's own words: the file begins with the line that the client of the time printed."""
    heading, _, rest = text.partition(b"\n")
    return to_wire(rest if heading.startswith(b"[") else text)


def main(endpoint: str, path: str) -> None:
    """Serve until a signal comes."""
    answer = answer_of(Path(path).read_bytes())

    def respond(query: Query, peer: object) -> bytes:
        return answer if query.user == LOGIN and not query.hosts else to_wire("finger: no such user.\n")

    reactor = installed()
    bound = Bound.to([endpoint], os.environ)
    Daemon(reactor, Host(reactor, respond)).run(bound, lambda place: print(f"Listening on {place}.", flush=True))


if __name__ == "__main__":
    main(*sys.argv[1:])
