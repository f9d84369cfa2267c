"""Make the pictures of the terminal UI that the README and `docs/` show: `.venv/bin/python docs/pictures/make.py`.

They are no drawings: the demonstration's hosts are started, its newcomer fetches, and the program opens without a
terminal and is asked for what it shows. Ages and ids are those of the moment. A PNG is made from its SVG by
`rsvg-convert` (Debian: librsvg2-bin), where that is installed.
"""

import asyncio
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from textual.pilot import Pilot

from thimbl.cli.demo.people import YOU
from thimbl.cli.demo.village import Village
from thimbl.home.desk import Desk
from thimbl.store.reader import Reader
from thimbl.store.types import Item, Selection, View
from tui.app import ThimblApp

HERE: Final = Path(__file__).resolve().parent

SIZE: Final = (120, 36)
"""Columns and rows: a terminal window of somebody who likes to see two things at once."""

BEYOND: Final = 5
"""Rows that are seen below what is selected."""

OFFER: Final = "A small tractor"
ANSWER: Final = "Then we owe the rent"
"""How the records begin that are selected in the pictures of a timeline and of a thread."""

SCENES: Final = {
    "bonds": ("3", "enter"),
    "commune": ("4", *["right_square_bracket"] * 2, "enter", *["right_square_bracket"] * 2),
    "why": ("escape", *["right_square_bracket"] * 5, *["j"] * 12, "w", "j", "enter"),
    "keys": ("escape", "escape", "1", "question_mark"),
}
"""What is pressed for each of the other pictures, one after the other."""

FONT: Final = "DejaVu Sans Mono"
"""For the PNG, so that it comes out the same on machines with and without Fira Code."""

_REMOTE_FONT = re.compile(r',\s*url\("https:[^"]*"\) format\("[^"]*"\)')
"""Textual's SVG asks for its font from the network: a picture should ask for nothing."""


class StillDesk(Desk):
    """The newcomer's desk, but nothing is fetched while the picture is taken."""

    def watch_command(self) -> list[str] | None:
        """None."""
        return None


async def pictures(village: Village) -> dict[str, str]:
    """SVG by the names of the files: an offer in the timeline, a thread, an offer with what is subscribed, a commune's
    series as a chart, where a dividend comes from, and the keys."""
    account = village.account(YOU)
    with Reader.open(account.paths.store) as store:
        listed = store.items(store.rowids(Selection(View.FOLLOWED)))
    found = {}
    app = ThimblApp(account.paths.store, StillDesk(account), time.time)
    async with app.run_test(size=SIZE) as pilot:

        async def take(name: str, *keys: str) -> None:
            await pilot.press(*keys)
            await settled(pilot)
            found[name] = app.export_screenshot(title="thimbl")

        await settled(pilot)
        await take("timeline", *_way_to(listed, OFFER))
        await take("thread", *_way_to(listed, ANSWER), "t")
        await pilot.press("escape")
        for name, keys in SCENES.items():
            await take(name, *keys)
    return found


def _way_to(listed: Sequence[Item], words: str) -> list[str]:
    """The keys that select a record of the list: somewhat further and back again, so that it is not at the edge."""
    row = next(at for at, item in enumerate(listed) if (item.text or str(item.body.get("asset"))).startswith(words))
    return ["g", *["j"] * (row + BEYOND), *["k"] * BEYOND]


async def settled(pilot: Pilot[None]) -> None:
    """Wait until the screen has not changed for a moment."""
    before = ""
    for _ in range(50):
        await pilot.pause(0.2)
        now = pilot.app.export_screenshot()
        if now == before:
            return
        before = now
    raise RuntimeError("The screen does not come to rest.")


def main() -> None:
    """Write each as SVG and, where it can be made, as PNG, beside this file."""
    with TemporaryDirectory(prefix="thimbl-picture-") as folder:
        village = Village(Path(folder), os.environ, int(time.time()))
        try:
            village.start()
            village.populate()
            village.fetch().check_returncode()
            village.look_back()
            made = asyncio.run(pictures(village))
        finally:
            village.stop()
    for name, picture in made.items():
        svg = _REMOTE_FONT.sub("", picture)
        path = HERE / f"{name}.svg"
        path.write_text(svg, encoding="utf-8")
        if shutil.which("rsvg-convert") is not None:
            local = svg.replace("Fira Code", FONT)
            target = str(path.with_suffix(".png"))
            subprocess.run(["rsvg-convert", "--zoom", "1", "-o", target], input=local.encode(), check=True)
    if shutil.which("rsvg-convert") is None:
        sys.exit("The SVG files are made; for the PNG files install rsvg-convert.")


if __name__ == "__main__":
    main()
