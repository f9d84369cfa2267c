"""When to ask whom next. Pure: `now` is an argument, all times are Unix seconds, and nothing is drawn at random.

- **Who writes often is asked often.** The pace of an author is the quickest that they have kept up over any stretch of
  recent posts up to now: `min((now - t[k]) / k)`, where `t[k]` is the time of their k-th newest. A share of that is
  the wait. So whoever has just written is asked soon, whoever falls silent is asked ever more seldom, and one post
  more, or a later one, never makes a wait longer. What oneself says to an author counts like a post of theirs: an
  answer may be near.
- **Between two bounds.** No author, whatever times they state, is asked more often than every `SHORTEST` seconds nor,
  while their host answers, more seldom than every `LONGEST`.
- **Jitter** spreads those who would fall together, such as all who were asked when a laptop woke. It follows from the
  address and the moment, so that a run can be repeated and a test can say what comes.
- **A host that does not answer** is tried by one of its authors after 2 minutes, 4, 8, … up to a day; all others there
  wait. By doubling it is found again, at the latest, after it was away for as long once more. Once it answers, whoever
  came due meanwhile is asked, spread over `RETURN_SPREAD`.
- **A clock that was set back** must not stop anything: a time further ahead than the rule allows is not believed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from zlib import crc32

SHORTEST: Final = 120
"""Seconds between two askings of one author, at least: a conversation can bear it, and a host hardly notices."""

LONGEST: Final = 6 * 3600
"""Seconds between two askings of one author, at most, jitter included: who writes once a month is read the same day."""

AWAY: Final = 86_400
"""Seconds between two tries at a host that does not answer, at most: a machine that is off for good costs one
connection a day, and one that comes back is found within the day."""

SHARE: Final = 4
"""The wait is one part in so many of an author's pace: a post is then read, on average, an eighth of the usual gap
after it was written. Since silence lengthens the pace, each wait is a quarter longer than the one before: from 2
minutes to 6 hours in 27 askings, over a day."""

RECENT: Final = 10
"""Posts that the pace is learned from: enough to know a habit, few enough to forget it within days. And what an author
who states false times can gain by them is bounded: they are asked as a busy one is."""

JITTER: Final = 0.1
"""The part by which a wait is lengthened at most: it parts those who fall together within a few rounds."""

RETURN_SPREAD: Final = 60
"""Seconds over which the authors of a host that answers again are asked: it may have a thousand, and has just begun."""

_MOST_DOUBLINGS: Final = 32
"""Beyond so many failures a wait does not grow however long it was: 2**32 seconds are 136 years."""


@dataclass(frozen=True, slots=True)
class Pace:
    """The bounds in force, in seconds."""

    shortest: int = SHORTEST
    longest: int = LONGEST
    away: int = AWAY

    @classmethod
    def fixed(cls, seconds: int) -> "Pace":
        """Everybody every `seconds`, however often they write."""
        return cls(seconds, seconds, max(AWAY, seconds))


USUAL: Final = Pace()


@dataclass(frozen=True, slots=True)
class HostState:
    """How a host stands: whether it answers, and when to try it again where it does not."""

    failures: int = 0
    """Tries in a row to which nothing came."""
    failing_since: int | None = None
    due: int | None = None
    """Not to be tried before; None: it may be asked."""

    @property
    def is_failing(self) -> bool:
        """Whether the newest try came to nothing."""
        return self.failures > 0

    def failed(self, hostport: str, now: int, pace: Pace = USUAL) -> "HostState":
        """The state after nothing came. Of several who were under way at once the first counts, and no other."""
        if self.due is not None and now < self.due:
            return self
        failures = self.failures + 1
        since = now if self.failing_since is None else min(now, self.failing_since)
        return HostState(failures, since, now + away(failures, chance(hostport, now), pace))


WELL: Final = HostState()
"""A host that answers, or that was never asked."""


def gap(written: Iterable[int], now: int) -> float | None:
    """Seconds between two posts, by the quickest pace that was kept up to `now`; None where nothing was written.

    `written` are times of posts, newest first; those beyond the first `RECENT` do not count, and one from the future
    counts as of now.
    """
    found: float | None = None
    for number, time in enumerate(written, 1):
        if number > RECENT:
            break
        pace = max(0, now - time) / number
        if found is None or pace < found:
            found = pace
    return found


def interval(written: Iterable[int], now: int, pace: Pace = USUAL) -> int:
    """Seconds until an author is asked again, before jitter: between `pace.shortest` and `pace.longest`.

    Of whom nothing is known is asked as one who has been silent for long.
    """
    found = gap(written, now)
    if found is None:
        return pace.longest
    return int(min(max(found / SHARE, pace.shortest), pace.longest))


def wait(seconds: int, chance_: float, pace: Pace = USUAL) -> int:
    """`seconds` (of `interval`) with jitter by `chance_`, from 0 to 1: within the bounds of `pace` too."""
    # Where jitter would go over the longest wait, the wait is made shorter first: those at the bound are the many.
    base = min(seconds, max(pace.shortest, int(pace.longest / (1 + JITTER))))
    return min(int(base * (1 + JITTER * chance_)), pace.longest)


def chance(who: str, now: int) -> float:
    """A number from 0 to 1 (exclusive) that is as good as random, and always the same for `who` at `now`.

    CRC-32 spreads like inputs evenly, which is all that is asked of it; who could choose it gains a tenth of a wait.
    """
    return crc32(f"{now} {who}".encode("utf-8", "surrogateescape")) / 2**32


def next_due(who: str, written: Iterable[int], now: int, pace: Pace = USUAL) -> int:
    """When to ask an author again who was asked `now`."""
    return now + wait(interval(written, now, pace), chance(who, now), pace)


def away(failures: int, chance_: float, pace: Pace = USUAL) -> int:
    """Seconds until a host is tried again that did not answer `failures` times in a row (1 or more)."""
    doubled = pace.shortest * 2 ** min(failures - 1, _MOST_DOUBLINGS)
    return min(int(min(doubled, pace.away) * (1 + JITTER * chance_)), pace.away)


def believed(due: int | None, asked: int | None, now: int, longest: int, shortest: int = 0) -> int:
    """The moment that a stored one stands for: not further ahead than `longest`, else the clock was set back.

    None stands for at once; but never sooner than `shortest` after somebody was `asked`, by whichever program.
    """
    if due is None or due > now + longest:
        due = now
    if asked is not None and asked <= now:
        due = max(due, asked + shortest)
    return due


def on_return(who: str, now: int) -> int:
    """When to ask one who came due while their host did not answer, and now it does."""
    return now + int(RETURN_SPREAD * chance(who, now))


def urgency(due: int, interval_: int) -> int:
    """What to order by where more are due than can be asked; the least comes first.

    It is when one will be late by a whole interval of one's own, so that to be late by an hour weighs more for whoever
    is asked every two minutes than for who is asked every six hours. It does not change while one waits, so a heap can
    hold it; and by the theorem of Liu and Layland (1973, earliest deadline first) nobody is later than that as long as
    anything at all could keep up.
    """
    return due + interval_
