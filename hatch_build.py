"""What a build adds to the wheel: the man pages, made of the commands and of docs/ (`thimbl.cli.manual`).

It runs in an environment that holds hatchling and click. hatchling installs what is under ``shared_data`` below the
prefix: ``share/man`` of a virtual environment, or of /usr/local.
"""

import os
import sys
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Manual(BuildHookInterface[Any]):
    """Makes the man pages, and removes them when they are packed."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make them."""
        root = Path(self.root)
        sys.path.insert(0, str(root))
        try:
            from thimbl.cli.manual.pages import write_pages
        finally:
            sys.path.remove(str(root))
        self.folder = Path(mkdtemp(prefix="thimbl-man-"))
        for name in write_pages(root / "docs", self.folder, os.environ):
            build_data["shared_data"][str(self.folder / name)] = f"share/man/{name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove them."""
        rmtree(self.folder, ignore_errors=True)
