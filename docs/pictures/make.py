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
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from textual.pilot import Pilot

from thimbl.cli.demo.people import YOU
from thimbl.cli.demo.village import Village
from thimbl.home.desk import Desk
from thimbl.store.reader import Reader
from thimbl.store.types import Selection, View
from tui.app import ThimblApp

HERE: Final = Path(__file__).resolve().parent

SIZE: Final = (120, 36)
"""Columns and rows: a terminal window of somebody who likes to see two things at once."""

OFFER: Final = "TRACTOR-1"
"""What is selected in the picture: the offer of this series."""

BEYOND: Final = 5
"""Rows that are seen below it."""

SCENES: Final = {
    "commune": (*["right_square_bracket"] * 2, "enter", *["right_square_bracket"] * 2),
    "why": ("escape", *["right_square_bracket"] * 5, *["j"] * 12, "w", "j", "enter"),
}
"""What is pressed in the commune for each of the other pictures."""

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
    """SVG by the names of the files: an offer, a commune's series as a chart, and where a dividend comes from."""
    account = village.account(YOU)
    with Reader.open(account.paths.store) as store:
        rows = store.rowids(Selection(View.FOLLOWED))
        offer = next(at for at, item in enumerate(store.items(rows)) if item.body.get("series") == OFFER)
    app = ThimblApp(account.paths.store, StillDesk(account), time.time)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        # Somewhat further and back again, so that the offer is not at the edge.
        await pilot.press("g", *["j"] * (offer + BEYOND), *["k"] * BEYOND)
        await settled(pilot)
        found = {"timeline": app.export_screenshot(title="thimbl")}
        await pilot.press("4")
        await settled(pilot)
        for name, keys in SCENES.items():
            await pilot.press(*keys)
            await settled(pilot)
            found[name] = app.export_screenshot(title="thimbl")
        return found


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
