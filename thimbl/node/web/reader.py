"""The process that reads one feed and ends: bytes of a stranger on standard input, JSON on standard output.

- What reads HTML and XML is large, and some of it takes a time that grows with the square of what it is given. So it
  runs here, where the system bounds time, memory and files, and where nothing of the account is open.
- One feed, one process: what one feed does to the libraries, the next one does not meet.
- It is told the URL and the type on a first line of JSON, then come the bytes. It says `{"feed": …}` or
  `{"fault": …}`; any other end is one that the bounds made.
"""

import json
import resource
import sys
from contextlib import suppress
from typing import Final

CPU_SECONDS: Final = 20
"""Time that reading may take: 8 MiB of RSS take 8 s on a slow machine."""

MEMORY: Final = 1 << 30
"""Bytes of address space: what 8 MiB of RSS become takes a fifth of it."""


def bound() -> None:
    """Let this process do no more than read. Where the system lets nobody set bounds, the clock of whoever began it is
    the one that there is."""
    bounds = (
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    )
    for what, most in bounds:
        with suppress(OSError, ValueError):
            hard = resource.getrlimit(what)[1]
            least = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(what, (least, hard if what == resource.RLIMIT_CPU else least))


def answer(body: bytes, url: str, content_type: str) -> str:
    """What to say of a feed: JSON in ASCII."""
    from thimbl.core.web import FeedUrl
    from thimbl.core.webfeed import NotAFeed
    from thimbl.node.web.reading import read_feed

    try:
        return json.dumps({"feed": read_feed(body, FeedUrl.parse(url), content_type).to_data()})
    except NotAFeed as fault:
        return json.dumps({"fault": str(fault)})


def main() -> None:
    """Read one, and say it."""
    bound()
    about = json.loads(sys.stdin.buffer.readline())
    said = answer(sys.stdin.buffer.read(), about["url"], about["type"])
    sys.stdout.buffer.write(said.encode("ascii"))


if __name__ == "__main__":
    main()
