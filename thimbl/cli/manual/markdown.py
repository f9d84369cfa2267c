"""The project's own pages as man pages: the Markdown that they use, and no more (CommonMark 0.31, with GFM's tables).

Headings, paragraphs, lists, fenced blocks, quotes and tables; in a line code, strong, stressed words and links. A table
becomes a list, since 80 columns hold no third column: the first cell is the tag, the longest column what it is, those
between stand in parentheses, and those behind follow with their titles.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from thimbl.cli.manual import roff
from thimbl.cli.manual.roff import Page
from thimbl.core.layout import wrap

CONSOLE: Final = 72
"""Columns of what a console prints: such a line may be longer than a page of man is wide."""

Kind = Literal["heading", "paragraph", "item", "fence", "quote", "table"]

_HEADING: Final = re.compile(r"(#+) +(.*)")
_ITEM: Final = re.compile(r"( *)(?:[-*]|(\d+)\.) +(.*)")
_FENCE: Final = re.compile(r" *(`{3,}|~{3,})")
_RULE: Final = re.compile(r"\|(?: *:?-+:? *\|)+ *")
_CELLS: Final = re.compile(r"(?<!\\)\|")
_INLINE: Final = re.compile(
    r"(?P<ticks>`+)(?P<code>.+?)(?P=ticks)|!?\[(?P<said>(?:`[^`]*`|[^\]])+)\]\((?P<target>[^)]+)\)"
    r"|\*\*(?P<strong>.+?)\*\*|(?<![\w*])\*(?P<stress>[^*\s][^*]*)\*|<(?P<link>https?://[^>]+)>|\\(?P<escaped>[|\\*_`<>])"
)


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a page."""

    kind: Kind
    lines: tuple[str, ...]
    level: int = 0
    """Of a heading, from 1; of an item, how far it stands in."""
    number: str = ""
    """Of an item in an ordered list."""
    console: bool = False
    """Of a fence: whether it shows commands and what they print."""


def read(source: str) -> Iterator[Block]:
    """The blocks of a page."""
    lines = source.splitlines()
    at = 0
    while at < len(lines):
        line = lines[at]
        if not line.strip():
            at += 1
        elif found := _HEADING.fullmatch(line):
            yield Block("heading", (found[2],), len(found[1]))
            at += 1
        elif fence := _FENCE.match(line):
            end = next(number for number in range(at + 1, len(lines)) if lines[number].strip() == fence[1])
            indent = len(line) - len(line.lstrip(" "))
            inside = tuple(inner[indent:] for inner in lines[at + 1 : end])
            yield Block("fence", inside, console=line.strip().endswith("console"))
            at = end + 1
        elif line.startswith("|"):
            end = _end(lines, at, lambda each: each.startswith("|"))
            yield Block("table", tuple(lines[at:end]))
            at = end
        elif line.startswith(">"):
            end = _end(lines, at, lambda each: each.startswith(">"))
            yield Block("quote", tuple(each.removeprefix(">").removeprefix(" ") for each in lines[at:end]))
            at = end
        else:
            first = _ITEM.fullmatch(line)
            end = _end(lines, at + 1, lambda each: bool(each.strip()) and not _begins_block(each))
            words = (first[3] if first else line, *lines[at + 1 : end])
            level, number = (len(first[1]), first[2] or "") if first else (0, "")
            yield Block("item" if first else "paragraph", words, level, number)
            at = end


def _end(lines: Sequence[str], at: int, holds: Callable[[str], bool]) -> int:
    while at < len(lines) and holds(lines[at]):
        at += 1
    return at


def _begins_block(line: str) -> bool:
    return bool(_ITEM.fullmatch(line) or _FENCE.match(line) or _HEADING.fullmatch(line) or line.startswith(("|", ">")))


def inline(words: str) -> str:
    """A line of Markdown, escaped and set for a page."""
    out, at = [], 0
    for found in _INLINE.finditer(words):
        out.append(roff.text(words[at : found.start()]))
        out.append(_set(found))
        at = found.end()
    return "".join([*out, roff.text(words[at:])])


def _set(found: re.Match[str]) -> str:
    match found.lastgroup:
        case "code":
            return roff.bold(found["code"].strip() or found["code"])
        case "target":
            said = inline(found["said"])
            return f"{said} ({roff.literal(found['target'])})" if found["target"].startswith("http") else said
        case "strong":
            return roff.bold(found["strong"]) if "`" not in found["strong"] else inline(found["strong"])
        case "stress":
            return roff.italic(found["stress"])
        case "link":
            return roff.literal(found["link"])
        case _:
            return roff.text(found["escaped"])


def write(page: Page, blocks: Sequence[Block]) -> None:
    """Put blocks into a page: headings of the second level are sections, deeper ones their parts."""
    deep = 0
    for block in blocks:
        if block.kind != "item" and deep:
            page.back()
            deep = 0
        match block.kind:
            case "heading":
                _heading(page, block)
            case "paragraph":
                page.paragraph(inline(" ".join(block.lines)))
            case "item":
                if bool(block.level) != bool(deep):
                    page.indented() if block.level else page.back()
                    deep = block.level
                sign = f"{block.number}." if block.number else "•"
                page.item(roff.text(sign), inline(" ".join(block.lines)), indent=4)
            case "fence":
                page.block(folded(block.lines) if block.console else block.lines)
            case "quote":
                page.indented()
                write(page, list(read("\n".join(block.lines))))
                page.back()
            case _:
                _table(page, block)
    if deep:
        page.back()


def folded(lines: Sequence[str]) -> Iterator[str]:
    """Lines of a console as one of `CONSOLE` columns shows them, but broken at blanks."""
    for line in lines:
        yield from wrap(line, CONSOLE, links=False) or [""]


def _heading(page: Page, block: Block) -> None:
    if block.level == 2:
        page.section(re.sub(r"[`*]", "", block.lines[0]))
    elif block.level > 2:
        page.subsection(inline(block.lines[0]))


def _table(page: Page, block: Block) -> None:
    titles, *rows = [_cells(line) for line in block.lines if not _RULE.fullmatch(line)]
    if all(re.fullmatch(r"(\[[^\]]*\]\(#[^)]*\)[, ]*)+", row[0]) for row in rows):
        return  # a table of contents, which a page of man needs none of
    body = max(range(1, len(titles)), key=lambda column: sum(len(row[column]) for row in rows), default=0)
    for row in rows:
        between = "; ".join(inline(cell) for cell in row[1:body] if cell)
        behind = [
            f"{roff.text(title.capitalize())}: {inline(cell)}." if title else inline(cell)
            for title, cell in zip(titles[body + 1 :], row[body + 1 :], strict=True)
            if cell
        ]
        said = inline(row[body]) if body else ""
        if said and behind and not said.endswith((".", "?", ":")):
            said += "."
        page.item(inline(row[0]) + (f" ({between})" if between else ""), " ".join([said, *behind]))


def _cells(line: str) -> list[str]:
    return [cell.strip().replace(r"\|", "|") for cell in _CELLS.split(line.strip().removeprefix("|").removesuffix("|"))]
