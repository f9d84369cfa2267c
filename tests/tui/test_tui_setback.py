"""A clock that was set back: said once, by what the machine itself knows of the time."""

from thimbl.core.times import DAY, MINUTE
from tui.setback import SLACK, ClockWatch


def test_it_is_said_once_and_again_after_it_was_right() -> None:
    now = 100.5 * DAY
    watch = ClockWatch(lambda: now)
    watch.know(None)
    assert watch.look() == ""
    now -= SLACK
    assert watch.look() == ""
    now -= 3 * DAY
    told = watch.look()
    assert "was set back: it says 1970-" in told
    assert "has said 1970-" in told
    now += MINUTE
    assert watch.look() == ""
    now += 4 * DAY
    assert watch.look() == ""
    now -= DAY
    assert watch.look()


def test_what_the_store_was_told_counts_as_well() -> None:
    """As at a start: there has been no look before."""
    watch = ClockWatch(lambda: 10.0 * DAY)
    watch.know(int(10 * DAY + SLACK))
    assert watch.look() == ""
    watch.know(11 * DAY)
    assert "set back" in watch.look()
