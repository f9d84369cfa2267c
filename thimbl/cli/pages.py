"""The pages of `thimbl serve --http`, from the settings: what a daemon and its workers make them with.

`python -m thimbl.cli.pages COUNT WEB_COUNT` is a worker that answers HTTP too. It is for the daemon to start.
"""

import sys
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from feeds.web.answering import Answers
from feeds.web.asked import Site
from feeds.web.kept import KeptAnswers

if TYPE_CHECKING:
    from thimbl.home.shown import Source
    from thimbl.node.serving.assignment import Assignment

UNNAMED = "This host"
"""What a site is called that knows neither its address nor its host."""


def make(source: "Source", assignment: "Assignment") -> KeptAnswers:
    """What answers requests, by the settings of a daemon."""
    return KeptAnswers(Answers(site_of(assignment), source, time.time), time.monotonic)


def site_of(assignment: "Assignment") -> Site:
    """What the site is called, where it is, and what its pages have in their header."""
    url = assignment.serve.url
    name = assignment.host or urlsplit(url).hostname or UNNAMED
    places: tuple[tuple[str, str], ...] = (("/", "People"), ("/timeline", "Timeline"))
    if assignment.store is not None:
        places = (*places, ("/bonds", "Bonds"))
    return Site(name, url, assignment.host, places)


def main() -> None:
    """Be a worker."""
    from thimbl.node.serving.worker import main as answer

    answer(int(sys.argv[1]), int(sys.argv[2]), make)


if __name__ == "__main__":
    main()
