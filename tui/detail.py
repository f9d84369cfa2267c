"""The page of what is selected, scrolled line by line (`tui.pages` sets it).

- Tab goes through what the page names, as it does through the links of a page elsewhere, and leaves it after the last;
  Enter or a click goes there. The selected one is shown in reverse, which needs no colour.
- A page that is set anew, because time has passed or the store has changed, stays as the reader left it.
"""

from collections.abc import Callable
from itertools import zip_longest
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from thimbl.core.address import Address
from tui.lines import BLANK, Lead, Line, line
from tui.pages import DEFAULT_KEYS, Earlier, Facts, KeyOf, set_page
from tui.paint import Painted, reversed_in
from tui.stops import Stop, at, stops


class Detail(Painted):
    """One page. It is set again for another width, for other facts, and as time goes by."""

    STYLED_BY_FOCUS: ClassVar[bool] = True

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "step(1)", "Down", show=True, id="down", tooltip="a line down"),
        Binding("up,k", "step(-1)", "Up", show=False, id="up", tooltip="a line up"),
        Binding("home,g", "go_end(-1)", "Top", show=False, id="top", tooltip="to the top of the page"),
        Binding("end,G", "go_end(1)", "End", show=False, id="end", tooltip="to its end"),
        Binding("pagedown,space,ctrl+f", "turn(1)", "Page down", show=False, id="page-down", tooltip="a page down"),
        Binding("pageup,ctrl+b", "turn(-1)", "Page up", show=False, id="page-up", tooltip="a page up"),
        Binding("tab", "stop(1)", "Next name", show=False, id="next-stop", tooltip="to what the page names next"),
        Binding("shift+tab", "stop(-1)", "Name before", show=False, id="stop-before", tooltip="to the one before"),
        Binding("enter", "lead", "Go there", show=False, id="lead", tooltip="open what is selected on the page"),
        Binding(
            "right_square_bracket", "turn_over(1)", "Next one", show=False, id="turn-over", key_display="]",
            tooltip="the page of the next row, without the list",
        ),
        Binding(
            "left_square_bracket", "turn_over(-1)", "One before", show=False, id="turn-back", key_display="[",
            tooltip="the page of the row above",
        ),
    ]  # fmt: skip

    class Led(Message):
        """Something that leads somewhere was chosen."""

        def __init__(self, lead: Lead) -> None:
            super().__init__()
            self.lead = lead

    class Pointed(Message):
        """Something that leads somewhere was selected; None: nothing is any more."""

        def __init__(self, lead: Lead | None) -> None:
            super().__init__()
            self.lead = lead

    class Turned(Message):
        """The page of another row is wanted, so many rows further down."""

        def __init__(self, rows: int) -> None:
            super().__init__()
            self.rows = rows

    def __init__(self, now: Callable[[], float], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._now = now
        self.facts = Facts()
        self.key_of: KeyOf = DEFAULT_KEYS.__getitem__
        """Which key is bound to what a page names; the screen knows."""
        self.unfolded = False
        self.earlier: Earlier | None = None
        self.lines: list[Line] = []
        self.stops: list[Stop] = []
        self._stop: int | None = None
        self._shown_at: object = None

    @property
    def lead(self) -> Lead | None:
        """Where what is selected on the page leads."""
        return self.stops[self._stop].lead if self._stop is not None else None

    @property
    def pointed(self) -> Address | None:
        """Whom the selected mention names, while the reader is on the page."""
        lead = self.lead
        return lead if isinstance(lead, Address) and self.has_focus else None

    def show(self, facts: Facts) -> None:
        """Set a page; another record's begins at its top and folded, the same one's stays where it is."""
        if facts == self.facts and self.lines:
            return  # `tick` draws the ages anew
        same = _subject(facts) == _subject(self.facts)
        if _edited(facts) != _edited(self.facts):
            self.earlier = None  # what was asked for is no longer all that it said before
        self.facts = facts
        if not same:
            self.unfolded = False
            self.earlier = None
            self._stop = None
            self.scroll_to(y=0, animate=False, force=True, immediate=True)
        self._set()

    def unfold(self) -> None:
        """Show what is folded under a subject, or fold it again."""
        self.unfolded = not self.unfolded
        self._set()

    def show_earlier(self, earlier: Earlier | None) -> None:
        """Show what the post said before it was edited; None: no longer."""
        self.earlier = earlier
        self._set()

    def tick(self) -> None:
        """Time has passed."""
        self._set()

    def _set(self) -> None:
        width = self.columns
        lead, before = self.lead, self.lines
        self.lines = []
        if width > 0:
            self.lines = set_page(
                self.facts, width, self._now(), unfolded=self.unfolded, earlier=self.earlier, key=self.key_of
            )
        self.stops = stops(self.lines)
        # The number counts only while it leads to the same: a page may have come to name other things.
        if self._stop is not None and (self._stop >= len(self.stops) or self.stops[self._stop].lead != lead):
            self._stop = next((number for number, stop in enumerate(self.stops) if stop.lead == lead), None)
        self.set_height(len(self.lines))
        if self._shown_at != (shown_at := (width, self.scroll_offset.y, self._stop)):
            self._shown_at = shown_at
            self.refresh()
        else:  # pages are much alike: only what is another line is painted
            for row, (old, new) in enumerate(zip_longest(before, self.lines, fillvalue=BLANK)):
                if old != new:
                    self.refresh_lines(row)

    def forget_strips(self) -> None:
        self.refresh()

    def on_resize(self) -> None:
        self._set()

    def on_blur(self) -> None:
        # It leads nowhere from elsewhere, and the next Tab begins at the top of what is in sight.
        self._select(None)

    def render_line(self, y: int) -> Strip:
        row = y + self.scroll_offset.y
        strip = self.paint(self.lines[row] if row < len(self.lines) else line(), self.columns)
        span = self.stops[self._stop].on(row) if self._stop is not None else None
        return strip if span is None else reversed_in(strip, span.start, span.end)

    def action_step(self, lines: int) -> None:
        self.scroll_to(y=self.scroll_offset.y + lines, animate=False, immediate=True)

    def action_turn(self, pages: int) -> None:
        self.scroll_to(y=self.scroll_offset.y + pages * max(1, self.size.height - 1), animate=False, immediate=True)

    def action_go_end(self, end: int) -> None:
        self.scroll_to(y=0 if end < 0 else len(self.lines), animate=False, immediate=True)

    def action_turn_over(self, rows: int) -> None:
        self.post_message(self.Turned(rows))

    # What the page names

    def action_stop(self, step: int) -> None:
        """The next thing that leads somewhere; after the last one, the next part of the screen."""
        number = self._beginning(step) if self._stop is None else self._stop + step
        if 0 <= number < len(self.stops):
            self._select(number)
            self._bring_into_sight(self.stops[number])
        elif step > 0:
            self.screen.focus_next()
        else:
            self.screen.focus_previous()

    def _beginning(self, step: int) -> int:
        """The first stop in sight, or below; going back, the one before all of these."""
        top = self.scroll_offset.y
        first = next((n for n, stop in enumerate(self.stops) if stop.spans[0].row >= top), len(self.stops))
        return first if step > 0 else first - 1

    def _select(self, number: int | None) -> None:
        if number != self._stop:
            self._stop = number
            self.refresh()
            self.post_message(self.Pointed(self.lead))

    def _bring_into_sight(self, stop: Stop) -> None:
        top, height = self.scroll_offset.y, self.scrollable_content_region.height
        first, last = stop.spans[0].row, stop.spans[-1].row
        if first < top or last >= top + height:
            self.scroll_to(y=max(0, first - height // 3), animate=False, immediate=True)

    def action_lead(self) -> None:
        if (lead := self.lead) is not None:
            self.post_message(self.Led(lead))

    def on_click(self, event: events.Click) -> None:
        where = event.get_content_offset(self)
        if where is None:
            return
        if (stop := at(self.stops, where.y + self.scroll_offset.y, where.x)) is not None:
            self.post_message(self.Led(stop.lead))


def _edited(facts: Facts) -> int | None:
    return None if facts.item is None else facts.item.edited


def _subject(facts: Facts) -> object:
    if facts.item is not None:
        return facts.item.reference
    return facts.author.address if facts.author is not None else facts.stranger
