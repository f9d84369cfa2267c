"""Starting: the first rows as soon as can be.

- The store is asked where the reader left off before Textual is imported, which takes longer than the answer.
- No garbage is collected before the first screen is painted: what is imported until then stays, and a collection goes
  through all of it; several of them take a tenth of the start. Afterwards it is left out of every later one
  (`gc.freeze`), which else would hold up the one key in a hundred that it falls on.
- Escape alone is told from the beginning of what another key sends by waiting; here not for as long as by default.
- Threads change places sooner than by default: whoever reads the store gives the interpreter away at each row, and has
  to wait for it as long as somebody who draws may keep it; and the other way round.
"""

import gc
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from tui.aside import shelf_of
from tui.ports import Desk
from tui.resuming import resume
from tui.settings import Comfort

SWITCH: Final = 0.0005
"""Seconds for which a thread goes on while another one waits for the interpreter. Python's own is 0.005, and whoever
reads a page while something is drawn waits several times."""

YOUNG: Final = 10_000
"""Objects after which those that are new are looked through for garbage. Python's own 700 are less than one painting
makes, of which nothing is garbage yet: a twentieth of each key."""

PACE: Final[Mapping[str, str]] = {"ESCDELAY": "10", "TEXTUAL_FPS": "1000"}
"""What Textual is told by the environment when it is imported.

- Milliseconds for which Escape waits for the rest of a sequence: what tmux takes. A terminal sends a sequence at once,
  and a network mostly carries it whole; where a line is so bad that an arrow is taken for Escape, `ESCDELAY` in the
  environment is the remedy. Terminals that speak kitty's protocol need none of it.
- How often a second what changed may be painted. Textual's own is 60: a key waits for that when it has moved
  something, and once more when what it asked for has come. What opens is painted when it stands (`tui.holding`), and
  nobody's keys and no fetch bring anything a thousand times a second."""


def run(reader_path: Path, desk: Desk, clock: Callable[[], float], comfort: Comfort | None = None) -> int:
    """Run the terminal UI until its reader leaves; the exit status. The caller has seen that there is a terminal.

    `clock` gives Unix seconds. Raises what the desk raised when the place was to be kept at the end.
    """
    gc.disable()
    sys.setswitchinterval(SWITCH)
    shelf = shelf_of(reader_path, clock)
    asked = shelf.begin(partial(resume, me=desk.address))
    with pace():
        from tui.app import ThimblApp  # only here: see above

    app = ThimblApp(reader_path, desk, clock, comfort, shelf)
    app.reading.resuming = asked
    try:
        app.run()
    finally:
        let_go()
        app.close()
    if app.left is not None:
        raise app.left
    return app.return_code or 0


@contextmanager
def pace() -> Iterator[None]:
    """`PACE`, for as long as Textual is imported. A person's own settings stand, and what is started from here, such as
    an editor, gets none of ours."""
    ours = {name: value for name, value in PACE.items() if name not in os.environ}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name in ours:
            del os.environ[name]


def let_go() -> None:
    """Collect garbage again, but not what is there now. Nothing happens where it is collected."""
    if not gc.isenabled():
        gc.freeze()
        gc.set_threshold(YOUNG, *gc.get_threshold()[1:])
        gc.enable()
