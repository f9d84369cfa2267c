"""Drafts: what somebody is writing survives whatever goes wrong."""

import re
from contextlib import suppress
from pathlib import Path
from typing import Final

from thimbl.home.durable import SECRET, write_file

SUFFIX: Final = ".txt"

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


class Drafts:
    """Texts by name (`post`, `reply-<id>`), one file each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, name: str) -> Path:
        """The file of the draft."""
        return self.folder / f"{_UNSAFE.sub('-', name).strip('.-') or 'post'}{SUFFIX}"

    def names(self) -> list[str]:
        """Those that there are, the one that was written last first."""
        found = []
        for path in self.folder.glob(f"*{SUFFIX}"):
            with suppress(FileNotFoundError):  # it was dropped this moment
                found.append((path.stat().st_mtime_ns, path.name.removesuffix(SUFFIX)))
        return [name for _, name in sorted(found, reverse=True)]

    def save(self, name: str, text: str) -> Path:
        """Keep `text`; where it is."""
        path = self.path(name)
        try:
            raw = text.encode("utf-8", "surrogateescape")  # the bytes that the terminal gave
        except UnicodeEncodeError:
            raw = text.encode("utf-8", "surrogatepass")
        write_file(path, raw, SECRET)
        return path

    def load(self, name: str) -> str:
        """The draft; empty where there is none."""
        try:
            return self.path(name).read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return ""

    def drop(self, name: str) -> None:
        """Forget the draft."""
        self.path(name).unlink(missing_ok=True)
