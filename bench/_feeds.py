"""The same posts as feeds of twtxt, on a web server of its own; run with a folder, it says where it listens.

    python bench/_feeds.py FOLDER
"""

import subprocess
import sys
from pathlib import Path
from typing import Any

from bench._authors import START, WORDS


def write_feeds(folder: Path, authors: int, posts: int) -> None:
    """As many feeds, each with the posts of a plan of `bench._authors`."""
    from thimbl.core.times import format_time

    lines = [f"{format_time(START + 60 * number)}\t{number}: {WORDS}\n" for number in range(posts, 0, -1)]
    for author in range(authors):
        (folder / f"u{author}.txt").write_text("".join(lines), encoding="utf-8")


def twtxt_python(given: str | None, folder: Path) -> str:
    """The Python of a virtual environment with twtxt: of the one that is `given`, or one that is made in `folder`.

    Raises `OSError` or `subprocess.SubprocessError` where there is none to be had, as without a network.
    """
    if given is None:
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, stdout=subprocess.DEVNULL)
        pip = [str(folder / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check"]
        # twtxt asks for its version by a module that newer setuptools no longer have.
        subprocess.run([*pip, "twtxt==1.3.1", "setuptools<80"], check=True, stderr=subprocess.DEVNULL)
    return str((folder if given is None else Path(given)) / "bin" / "python")


def read_feeds(python: str, port: int, authors: int) -> tuple[float, float, int]:
    """What twtxt takes to read the feeds, in seconds by the clock and of the processor; and how many posts it had."""
    addresses = "".join(f"http://127.0.0.1:{port}/u{author}.txt\n" for author in range(authors))
    script = Path(__file__).with_name("_twtxt.py")
    reader = [python, "-W", "ignore", str(script)]
    done = subprocess.run(reader, input=addresses, text=True, check=True, capture_output=True)
    seconds, busy, posts = done.stdout.split()
    return float(seconds), float(busy), int(posts)


def main() -> None:
    """Serve the folder."""
    from twisted.internet.defer import Deferred
    from twisted.internet.task import react
    from twisted.web.server import Site
    from twisted.web.static import File

    def serve(reactor: Any) -> "Deferred[None]":
        port = reactor.listenTCP(0, Site(File(sys.argv[1])), backlog=1024, interface="127.0.0.1")
        print(f"http://127.0.0.1:{port.getHost().port}/", flush=True)
        return Deferred()

    react(serve)


if __name__ == "__main__":
    main()
