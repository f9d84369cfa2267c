"""All pages: which there are, what they are made of, and where they go."""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from thimbl import __version__
from thimbl.cli.manual import commands, markdown, roff
from thimbl.cli.manual.roff import Page
from thimbl.cli.table import COMMANDS

PLAN: Final = "thimbl-plan"
"""The page of the plan format. It is plan(5) too, by an alias: another package may have a page of so short a name."""

FORMATS: Final[Mapping[str, tuple[str, str]]] = {
    "thimbl-config": ("configuration.md", "files, settings and environment of thimbl, and what --json prints"),
    PLAN: ("plan-format.md", "the text after the 'Plan:' line of a Finger answer, as thimbl signs and reads it"),
}
"""Pages of section 5: what of docs/ they are made of, and what they are in a line."""

_SEE_ALSO: Final[Mapping[str, tuple[str, ...]]] = {
    "thimbl-config": ("thimbl(1)", "thimbl-serve(1)", "plan(5)"),
    PLAN: ("thimbl(1)", "thimbl-verify(1)", "finger(1)", "ssh-keygen(1)", "thimbl-config(5)"),
}


def pages(docs: Path, environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The pages by the names of their files, such as ``man1/thimbl-post.1``. `docs` is the project's folder of pages.

    Raises `OSError` where one of those can not be read.
    """
    date, version = _date(environ), f"thimbl {__version__}"

    def made(name: str, section: int) -> Page:
        return Page(name, section, date=date, version=version)

    page = made(commands.PROGRAM, 1)
    commands.program_page(page)
    yield f"man1/{commands.PROGRAM}.1", str(page)
    for name in COMMANDS:
        page = made(commands.page_name(name), 1)
        commands.command_page(page, name)
        yield f"man1/{commands.page_name(name)}.1", str(page)
    for name, (source, what) in FORMATS.items():
        page = made(name, 5)
        _format_page(page, name, what, (docs / source).read_text(encoding="utf-8"))
        yield f"man5/{name}.5", str(page)
    yield "man5/plan.5", roff.alias(PLAN, 5)


def write_pages(docs: Path, folder: Path, environ: Mapping[str, str]) -> list[str]:
    """Write the pages below `folder`, as ``share/man`` has them; their names. Raises `OSError`."""
    written = []
    for name, source in pages(docs, environ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")
        written.append(name)
    return written


def _format_page(page: Page, name: str, what: str, source: str) -> None:
    blocks = list(markdown.read(source))
    first = next(at for at, block in enumerate(blocks) if block.kind == "heading" and block.level == 2)
    page.section("Name")
    names = [name, "plan"] if name == PLAN else [name]
    page.put(rf"{', '.join(map(roff.literal, names))} \- {roff.text(what)}")
    page.section("Description")
    markdown.write(page, [block for block in blocks[:first] if block.kind != "heading"])
    markdown.write(page, blocks[first:])
    page.section("See also")
    page.paragraph(", ".join(rf"\fB{roff.literal(one[:-3])}\fR{one[-3:]}" for one in _SEE_ALSO[name]))


def _date(environ: Mapping[str, str]) -> str:
    """The day of the build in UTC, or the one that the build is told."""
    told = environ.get("SOURCE_DATE_EPOCH", "")
    return time.strftime("%Y-%m-%d", time.gmtime(int(told) if told.isdecimal() else None))

