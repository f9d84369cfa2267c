"""Figures for Prometheus: counters, gauges and histograms of one process, and the text that a scrape reads.

- The text is the exposition format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats).
- Names are fixed when a family is made, and labels take only values that the program itself chose: nothing that a
  stranger sends becomes a label, so the number of lines has a bound.
- A `Snapshot` is plain data, for JSON: workers send theirs to the process that is scraped, which adds them up.
- Counting costs a dictionary look-up; nothing is written until somebody asks.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Final, Literal, cast

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

SECONDS: Final = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30)
"""Bounds of a histogram of times, in seconds: from an answer that is kept, a tenth of a millisecond, to the longest
time-out."""

Labels = tuple[str, ...]
Kind = Literal["counter", "gauge", "histogram"]

Snapshot = dict[str, list[list[Any]]]
"""Name of a family to `[labels, value]` pairs. The value of a histogram is `[sum, count in each bucket ...]`."""


class Counter:
    """What only grows."""

    def __init__(self, *, labelled: bool = False) -> None:
        # One that has no labels is shown from the start: a rate needs the zero that it begins at.
        self._values: dict[Labels, float] = {} if labelled else {(): 0}

    def add(self, *labels: str, amount: float = 1) -> None:
        """Count one more, or `amount` more."""
        self._values[labels] = self._values.get(labels, 0) + amount

    def samples(self) -> list[list[Any]]:
        return [[list(labels), value] for labels, value in self._values.items()]


class Gauge:
    """What goes up and down."""

    def __init__(self) -> None:
        self._values: dict[Labels, Callable[[], float]] = {}

    def set(self, value: float, *labels: str) -> None:
        """What it is now."""
        self._values[labels] = lambda: value

    def follow(self, look: Callable[[], float], *labels: str) -> None:
        """Look when somebody asks."""
        self._values[labels] = look

    def samples(self) -> list[list[Any]]:
        return [[list(labels), look()] for labels, look in self._values.items()]


class Histogram:
    """How often a value lay within each of some bounds."""

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = tuple(bounds)
        self._values: dict[Labels, list[float]] = {}

    def observe(self, value: float, *labels: str) -> None:
        """Count one value."""
        held = self._values.get(labels)
        if held is None:
            held = self._values[labels] = [0.0] * (len(self._bounds) + 2)
        held[0] += value
        held[1 + bisect_left(self._bounds, value)] += 1

    def samples(self) -> list[list[Any]]:
        return [[list(labels), list(held)] for labels, held in self._values.items()]


@dataclass(frozen=True, slots=True)
class _Family:
    name: str
    kind: Kind
    help: str
    labels: Labels
    bounds: tuple[float, ...]
    metric: Counter | Gauge | Histogram


class Metrics:
    """The families of a process, each made once, in the order in which they are shown."""

    def __init__(self) -> None:
        self._families: dict[str, _Family] = {}

    def counter(self, name: str, help: str, labels: Iterable[str] = ()) -> Counter:
        """A new counter; its name ends in `_total`."""
        labels = tuple(labels)
        return cast(Counter, self._made(name, "counter", help, labels, Counter(labelled=bool(labels))))

    def gauge(self, name: str, help: str, labels: Iterable[str] = ()) -> Gauge:
        """A new gauge. Those of several workers are added up."""
        return cast(Gauge, self._made(name, "gauge", help, labels, Gauge()))

    def histogram(
        self, name: str, help: str, labels: Iterable[str] = (), bounds: Sequence[float] = SECONDS
    ) -> Histogram:
        """A new histogram; its name says the unit."""
        return cast(Histogram, self._made(name, "histogram", help, labels, Histogram(bounds), tuple(bounds)))

    def snapshot(self) -> Snapshot:
        """All figures as they are now."""
        return {family.name: family.metric.samples() for family in self._families.values()}

    def render(self, snapshots: Sequence[Snapshot] | None = None) -> bytes:
        """The text of a scrape: of these processes together, or of this one."""
        together = merge(snapshots if snapshots is not None else [self.snapshot()])
        lines: list[str] = []
        for family in self._families.values():
            lines.append(f"# HELP {family.name} {_escaped(family.help)}")
            lines.append(f"# TYPE {family.name} {family.kind}")
            for labels, value in sorted(together.get(family.name, ())):
                lines += _lines(family, labels, value)
        return ("\n".join(lines) + "\n").encode("utf-8")

    def lasting(self, snapshot: Snapshot) -> Snapshot:
        """What goes on to count when a process is gone: what it counted, but nothing that it held."""
        return {
            name: samples
            for name, samples in snapshot.items()
            if name in self._families and self._families[name].kind != "gauge"
        }

    def _made(
        self,
        name: str,
        kind: Kind,
        help: str,
        labels: Iterable[str],
        metric: Counter | Gauge | Histogram,
        bounds: tuple[float, ...] = (),
    ) -> Counter | Gauge | Histogram:
        if name in self._families:
            raise ValueError(f"There is a metric {name} already.")
        self._families[name] = _Family(name, kind, help, tuple(labels), bounds, metric)
        return metric


def merge(snapshots: Iterable[Snapshot]) -> Snapshot:
    """The sums of several snapshots."""
    sums: dict[str, dict[Labels, Any]] = {}
    for snapshot in snapshots:
        for name, samples in snapshot.items():
            family = sums.setdefault(name, {})
            for labels, value in samples:
                key = tuple(labels)
                family[key] = _sum(family[key], value) if key in family else value
    return {name: [[list(labels), value] for labels, value in family.items()] for name, family in sums.items()}


def _sum(one: Any, other: Any) -> Any:
    return [a + b for a, b in zip(one, other, strict=True)] if isinstance(one, list) else one + other


def _lines(family: _Family, labels: list[str], value: Any) -> list[str]:
    given = [f'{name}="{_escaped(text, quoted=True)}"' for name, text in zip(family.labels, labels, strict=True)]
    if family.kind != "histogram":
        return [f"{family.name}{_braced(given)} {_number(value)}"]
    total, *counts = value
    buckets = zip([*map(_number, family.bounds), "+Inf"], accumulate(counts), strict=True)
    lines = []
    for bound, count in buckets:
        within = f'le="{bound}"'
        lines.append(f"{family.name}_bucket{_braced([*given, within])} {_number(count)}")
    lines.append(f"{family.name}_sum{_braced(given)} {_number(total)}")
    return [*lines, f"{family.name}_count{_braced(given)} {_number(sum(counts))}"]


def _braced(given: Sequence[str]) -> str:
    return f"{{{','.join(given)}}}" if given else ""


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(float(value))


def _escaped(text: str, *, quoted: bool = False) -> str:
    text = text.replace("\\", "\\\\").replace("\n", "\\n")
    return text.replace('"', '\\"') if quoted else text
