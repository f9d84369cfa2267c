"""How far a fetch is: a bar and words, the same in the status line and in the log."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tui.reports import Report

FULL: Final = "█"
EMPTY: Final = "░"

BAR: Final = 12
"""Cells of the bar in the status line."""


@dataclass(frozen=True, slots=True)
class Progress:
    """A fetch that is going on."""

    total: int
    """How many are to be asked, as far as that is known."""
    done: int = 0
    new: int = 0
    failed: int = 0
    last: str = ""
    """What came of the one who answered last; not escaped."""

    def after(self, report: "Report") -> "Progress":
        """The same with one more who was asked."""
        what = report.trouble or (f"{report.new} new" if report.new else report.verdict or "nothing new")
        return replace(
            self,
            done=self.done + 1,
            total=max(self.total, self.done + 1),
            new=self.new + report.new,
            failed=self.failed + bool(report.failure),
            last=f"{report.address}: {what}",
        )

    def bar(self, width: int = BAR) -> str:
        """`width` cells, of which as much is full as is done; full only when all is."""
        full = width * self.done // self.total if self.total else 0
        return FULL * full + EMPTY * (width - full)

    @property
    def counted(self) -> str:
        """How many of how many, and what that came to."""
        failed = f", {self.failed} without an answer" if self.failed else ""
        return f"{self.done} of {self.total} asked, {self.new} new{failed}"

    @property
    def words(self) -> str:
        """All of it in one line; not escaped."""
        return f"{self.bar()} {self.done} of {self.total}" + (f": {self.last}" if self.last else "")
