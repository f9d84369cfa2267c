"""A digest: what is new in a timeline between two moments, put in order for a letter. Two other modules write it.

- What names its owner, or answers them, comes first; then what was announced, and what is wrong in the books of
  communes; then the posts of others, by author or by thread, the oldest first. Nothing stands in it twice, and nothing
  that its owner wrote themselves.
- The words of an item are those of a feed's entry (`feeds.entries`): retracted, withheld and malformed records are
  left out. What an author folded under a subject stays folded, unless its reader wants it otherwise.
- It is bounded, and says what it leaves out.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from feeds.about import About
from feeds.entries import Entry, entry_of
from thimbl.core.address import Reference
from thimbl.core.records import POST
from thimbl.core.text import folded
from thimbl.core.times import format_time
from thimbl.store.types import Item

MOST_ENTRIES: Final = 500
"""In all: a letter of more is not read. The newest are in it."""

MOST_TEXT: Final = 4_000
"""Characters of one text: a post of the usual length whole, and of a pamphlet the first page."""

DEEPEST: Final = 4
"""Steps by which an answer in a thread stands further in, in a letter that is read on a telephone too."""


class By(StrEnum):
    """How the posts are put together."""

    AUTHOR = "author"
    THREAD = "thread"


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that is new."""

    entry: Entry
    text: str
    """To be shown: the whole of it, its beginning, or what it is folded under."""
    cut: bool
    """Whether there is more of it."""
    depth: int = 0
    """Steps from the beginning of its thread; 0 elsewhere."""

    @property
    def answers(self) -> Reference | None:
        """What it answers, where that does not stand right above."""
        return None if self.depth else self.entry.in_reply_to


@dataclass(frozen=True, slots=True)
class Part:
    """Some of a section; by one author, or of one thread."""

    heading: str
    """Empty where each thing says by itself whose it is."""
    told: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter of the letter."""

    title: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Digest:
    """The whole of it."""

    about: About
    since: int
    """Unix seconds, inclusive."""
    until: int
    """Unix seconds, exclusive."""
    sections: tuple[Section, ...]
    counts: tuple[tuple[int, str], ...]
    """How many there are of what, such as 3 and ``posts``; only what there is."""
    left_out: int
    """Older ones that are not in it."""

    @property
    def title(self) -> str:
        """A line on whose it is."""
        tag = f" under #{self.about.tag}" if self.about.tag else ""
        return f"What is new for {self.about.owner.name}{tag}"

    @property
    def period(self) -> str:
        """The two moments."""
        return f"{moment(self.since)} to {moment(self.until)} UTC"

    @property
    def summary(self) -> str:
        """What there is, in a phrase."""
        return ", ".join(f"{number} {word}" for number, word in self.counts) or "nothing new"


def digest(
    items: Iterable[Item],
    named: Collection[Reference],
    findings: Sequence[Entry],
    about: About,
    since: int,
    until: int,
    by: By = By.AUTHOR,
    unfold: bool = False,
) -> Digest:
    """The digest of `items`, in any order; of them `named` name or answer the owner. `since` and `until` are Unix
    seconds, and what the items lie between; of the findings those that do are taken."""
    found = {item.reference: (item, entry) for item in items if not item.is_me and (entry := entry_of(item, about))}
    newest = sorted(found.values(), key=lambda one: (one[0].time, one[0].rowid))
    kept = newest[-MOST_ENTRIES:]
    mentions = [_told(entry, unfold) for item, entry in kept if item.reference in named]
    rest = [(item, entry) for item, entry in kept if item.reference not in named]
    announced = [_told(entry, unfold) for item, entry in rest if item.kind != POST]
    posts = [_told(entry, unfold) for item, entry in rest if item.kind == POST]
    faults = [_told(entry, True) for entry in reversed(findings) if since <= entry.published < until]
    chapters = (
        ("Mentions and answers", [Part("", tuple(mentions))]),
        ("Bonds and communes", _by_author(announced)),
        ("Findings", [Part("", tuple(faults))]),
        ("Posts", _by_author(posts) if by is By.AUTHOR else _by_thread(posts)),
    )
    counted = (
        (len(mentions), "mention"), (len(announced), "announcement"), (len(faults), "finding"), (len(posts), "post")
    )  # fmt: skip
    return Digest(
        about,
        since,
        until,
        tuple(Section(title, tuple(parts)) for title, parts in chapters if any(part.told for part in parts)),
        tuple((number, word if number == 1 else f"{word}s") for number, word in counted if number),
        len(newest) - len(kept),
    )


def moment(seconds: int) -> str:
    """``2026-11-22 08:00``, in UTC."""
    return format_time(seconds)[:16].replace("T", " ")


def _told(entry: Entry, unfold: bool) -> Told:
    if entry.subject is not None and not unfold:
        return Told(entry, folded(entry.subject, entry.text), cut=True)
    text = entry.text.strip("\n")
    text = f"{entry.subject}\n\n{text}" if entry.subject is not None else text
    if len(text) <= MOST_TEXT:
        return Told(entry, text, cut=False)
    end = max(text.rfind(" ", MOST_TEXT // 2, MOST_TEXT), text.rfind("\n", MOST_TEXT // 2, MOST_TEXT))
    return Told(entry, text[: end if end > 0 else MOST_TEXT].rstrip() + " …", cut=True)


def _by_author(told: Sequence[Told]) -> list[Part]:
    """A part for each author, whoever said most first; each in the order of time."""
    each: dict[str, list[Told]] = {}
    for one in told:
        each.setdefault(one.entry.author.iri, []).append(one)
    often = Counter({iri: len(some) for iri, some in each.items()})
    return [Part(each[iri][-1].entry.author.name, tuple(each[iri])) for iri, _ in often.most_common()]


def _by_thread(told: Sequence[Told]) -> list[Part]:
    """A part for each conversation, in the order in which they began here; answers under what they answer."""
    here = {one.entry.reference: one for one in told}
    below: dict[Reference | None, list[Told]] = {}
    for one in told:
        above = one.entry.in_reply_to
        below.setdefault(above if above in here and above != one.entry.reference else None, []).append(one)
    return [Part("", tuple(_thread(root, below))) for root in below.get(None, [])]


def _thread(root: Told, below: Mapping[Reference | None, Sequence[Told]]) -> Iterable[Told]:
    """A conversation from its beginning, without recursion: a stranger may have made it as deep as they like."""
    waiting = [(root, 0)]
    while waiting:
        one, depth = waiting.pop()
        yield Told(one.entry, one.text, one.cut, min(depth, DEEPEST))
        waiting += [(answer, depth + 1) for answer in reversed(below.get(one.entry.reference, ()))]
