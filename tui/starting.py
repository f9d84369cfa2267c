"""Starting: the first rows as soon as can be.

- The store is asked where the reader left off before Textual is imported, which takes longer than the answer.
- No garbage is collected before the first screen is painted: what is imported until then stays, and a collection goes
  through all of it; several of them take a tenth of the start. Afterwards it is left out of every later one
  (`gc.freeze`), which else would hold up the one key in a hundred that it falls on.
- Threads change places sooner than by default: whoever reads the store gives the interpreter away at each row, and has
  to wait for it as long as somebody who draws may keep it; and the other way round.
"""

import gc
import sys
from collections.abc import Callable
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


def run(reader_path: Path, desk: Desk, clock: Callable[[], float], comfort: Comfort | None = None) -> int:
    """Run the terminal UI until its reader leaves; the exit status. The caller has seen that there is a terminal.

    `clock` gives Unix seconds. Raises what the desk raised when the place was to be kept at the end.
    """
    gc.disable()
    sys.setswitchinterval(SWITCH)
    shelf = shelf_of(reader_path, clock)
    asked = shelf.begin(partial(resume, me=desk.address))
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


def let_go() -> None:
    """Collect garbage again, but not what is there now. Nothing happens where it is collected."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
