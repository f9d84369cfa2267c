"""What a fetch tells of itself, a line for each who was asked (`thimbl fetch --json`), and what that comes to in words.

Of whom a commune cites and nobody follows, it is no failure of the fetch that they did not answer.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

TAKEN: Final = frozenset({"verified", "unsigned"})
"""The verdicts whose plans are taken (plan-format 4)."""

NAMED: Final = 2
"""Troubles that are told in one line, and people of each: the log has all of them."""


@dataclass(frozen=True, slots=True)
class Report:
    """One line of a fetch: what became of asking one author."""

    address: str
    verdict: str = ""
    new: int = 0
    failure: str = ""
    """Why no plan came; empty where one did."""
    reason: str = ""
    """Why the verdict is not `verified`."""
    moved_to: str = ""
    """Where they say that they have moved: an address, or the URL of a feed; empty where they do not."""

    @property
    def refused(self) -> bool:
        """Whether a plan came, and was not taken."""
        return bool(self.verdict) and self.verdict not in TAKEN

    @property
    def trouble(self) -> str:
        """What is wrong, in words; not escaped. Empty where nothing is."""
        return self.failure or (f"{self.verdict.replace('-', ' ')}, not taken: {self.reason}" if self.refused else "")

    @classmethod
    def read(cls, raw: bytes) -> "Report | None":
        """The report that a line makes; None for a line that is none."""
        try:
            data = json.loads(raw)
        except ValueError:
            return None
        if not isinstance(data, dict) or not isinstance(data.get("address"), str):
            return None
        new, failure = data.get("new"), None if data.get("cited_by") else data.get("failure")
        reason = data.get("reason")
        url = data.get("url")
        moved = None if data.get("cited_by") else data.get("moved_to") or data.get("moved_url")
        return cls(
            url if isinstance(url, str) else data["address"],
            str(data.get("verdict") or ""),
            new if isinstance(new, int) and not isinstance(new, bool) else 0,
            str(failure) if failure else "",
            str(reason) if reason else "",
            moved if isinstance(moved, str) else "",
        )


def _some(who: Sequence[str]) -> str:
    """The first of these, and how many more there are."""
    return ", ".join(who[:NAMED]) + (f" and {len(who) - NAMED} more" if len(who) > NAMED else "")


@dataclass(slots=True)
class Tally:
    """What a whole fetch came to."""

    asked: int = 0
    new: int = 0
    failures: list[Report] = field(default_factory=list)
    """Of those who did not answer, and of those whose answer was not taken."""
    moved: list[Report] = field(default_factory=list)
    """Of those who say that they have moved."""

    def add(self, report: Report) -> None:
        """Count one more."""
        self.asked += 1
        self.new += report.new
        if report.trouble:
            self.failures.append(report)
        if report.moved_to:
            self.moved.append(report)

    @property
    def words(self) -> str:
        """The fetch in one line; not escaped."""
        posts = f"{self.new} new" if self.new else "nothing new"
        people = f"{self.asked} asked"
        if not self.failures:
            return f"Fetched: {posts}, {people}."
        silent = sum(1 for report in self.failures if report.failure)
        refused = len(self.failures) - silent
        counts = [f"{silent} did not answer"] if silent else []
        counts += [f"{refused} not taken"] if refused else []
        alike: dict[str, list[str]] = {}
        for report in self.failures:
            alike.setdefault(report.trouble, []).append(report.address)
        named = "; ".join(f"{_some(who)}: {trouble}" for trouble, who in list(alike.items())[:NAMED])
        more = "; and more, which the log has" if len(alike) > NAMED else ""
        return f"Fetched: {posts}, {people}, {', '.join(counts)}. {named}{more}"

    def moves(self, followed: Collection[str]) -> str:
        """Who has moved, a sentence each, where `followed` are the addresses of those who are followed now; not
        escaped."""
        told = []
        for report in self.moved:
            if report.moved_to in followed:
                told.append(f"{report.address} has moved to {report.moved_to}, and you follow them there now.")
            elif "://" in report.moved_to:
                told.append(f"{report.address} has moved for good to {report.moved_to}: follow that in its place.")
            else:
                told.append(f"{report.address} says that they move to {report.moved_to}, where they are not yet.")
        return " ".join(told)
