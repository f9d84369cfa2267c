"""PyPI's `twtxt` reading feeds, by its own code: run by the Python of a virtual environment that has it.

Reads the addresses of feeds, a line each, from standard input. Prints the seconds that reading them took by the clock
and of the processor, and how many posts came of it. Nothing is kept and nothing is limited, so that it does the least
that a reader can do.
"""

import importlib
import sys
import time
from types import SimpleNamespace


def main() -> None:
    """Read them all."""
    click = importlib.import_module("click")
    models, twhttp = importlib.import_module("twtxt.models"), importlib.import_module("twtxt.twhttp")
    sources = [models.Source(f"u{number}", line.strip()) for number, line in enumerate(sys.stdin)]
    # Its client asks the command line for the settings of whoever runs it.
    anybody = SimpleNamespace(disclose_identity=False, nick=None, twturl=None)
    with click.Context(click.Command("twtxt"), obj={"conf": anybody}):
        start, busy = time.perf_counter(), time.process_time()
        posts = twhttp.get_remote_tweets(sources, timeout=60.0)
        print(time.perf_counter() - start, time.process_time() - busy, len(posts))


if __name__ == "__main__":
    main()
