"""A person's browser: how it is found, whether it needs this terminal, and whether it opened what it was given.

- ``$BROWSER`` is one command, or several between colons of which the first that is there counts. Each is split as a
  shell would; the link takes the place of ``%s``, or stands last.
- A browser of text gets the terminal, and so does every command where there is no other screen to draw on. Others run
  beside this program and draw nothing here.
- Where there is no ``$BROWSER``, the standard library looks for one.
"""

import os
import shlex
import shutil
import subprocess
import webbrowser
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Final

OF_TEXT: Final = frozenset({"browsh", "carbonyl", "cha", "elinks", "links", "links2", "lynx", "w3m", "www-browser"})
"""Browsers that draw in a terminal."""

SCREENS: Final = ("DISPLAY", "WAYLAND_DISPLAY")
"""Variables that name a screen that is no terminal."""

PATIENCE: Final = 5.0
"""Seconds after which a browser that goes on has opened what it was given: one that can not says so sooner."""

SET_IT: Final = "Set BROWSER to the one you use."


class NoBrowser(Exception):
    """No browser was found. Set BROWSER to the one you use."""


@dataclass(frozen=True, slots=True)
class Browser:
    """How links are opened."""

    open: Callable[[str], str]
    """Open a link; what went wrong, as a sentence, or nothing. It may take `PATIENCE`, and where it has the terminal as
    long as somebody reads."""
    in_terminal: bool
    """Whether it must have the terminal to itself."""


def find(environ: Mapping[str, str] = os.environ) -> Browser:
    """The person's browser. Asks the disk, and perhaps other programs. Raises `NoBrowser`."""
    wanted = environ.get("BROWSER", "")
    for command in filter(None, wanted.split(os.pathsep)):
        try:
            argv = shlex.split(command.removesuffix("&"))
        except ValueError as error:
            raise NoBrowser(f"BROWSER can not be understood: {error}.") from None
        if argv and shutil.which(argv[0], path=environ.get("PATH")):
            has_screen = command.endswith("&") or any(environ.get(name) for name in SCREENS)
            in_terminal = Path(argv[0]).name in OF_TEXT or not has_screen
            return Browser(partial(_run, argv, in_terminal=in_terminal), in_terminal)
    if wanted:
        raise NoBrowser(f"BROWSER names {wanted!r}, which is not here. {SET_IT}")
    try:
        found = webbrowser.get()
    except webbrowser.Error:
        raise NoBrowser(f"No browser was found. {SET_IT}") from None
    beside = webbrowser.BackgroundBrowser
    in_terminal = isinstance(found, webbrowser.GenericBrowser) and not isinstance(found, beside)
    return Browser(partial(_ask, found), in_terminal)


def _run(argv: list[str], link: str, *, in_terminal: bool) -> str:
    command = [part.replace("%s", link) for part in argv]
    if command == argv:
        command.append(link)
    try:
        if in_terminal:
            status = subprocess.run(command, check=False).returncode
        else:
            nothing = subprocess.DEVNULL
            beside = subprocess.Popen(command, stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True)
            try:
                status = beside.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                Thread(target=beside.wait, daemon=True).start()  # the kernel wants to be asked, whenever it ends
                return ""
    except OSError as error:
        return f"The browser {argv[0]!r} does not start: {error.strerror}. {SET_IT}"
    return f"The browser {argv[0]!r} ended with {status}." if status else ""


def _ask(browser: webbrowser.BaseBrowser, link: str) -> str:
    return "" if browser.open(link) else f"The browser could not be started. {SET_IT}"
