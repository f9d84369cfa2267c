"""The view Log, and how far a fetch is: in words, escaped, and where the reader left it."""

import json
from dataclasses import replace
from pathlib import Path

from tests.tui.running import Session, play
from tests.tui.village import NOW, Village, furnished
from thimbl.core.log import Verdict
from thimbl.core.schedule import WELL, HostState
from thimbl.core.times import DAY, HOUR, MINUTE
from thimbl.store import askings, scheduling
from thimbl.store.askings import Asking, HostLog
from thimbl.store.writer import Writer
from tui.log import LogPane, came_of, size_words, standing, summary, sums
from tui.progress import Progress
from tui.reports import Report, Tally

ANA, OLD = "ana@fields.example", "old@river.example"


def busy(village: Village) -> None:
    """The poller has been at it: one host is well, one is away, one is hostile."""
    with Writer.open(village.path) as writer:
        some = [
            Asking("fields.example", ANA, Verdict.VERIFIED, 0, "", NOW - 2 * DAY),
            Asking("fields.example", ANA, Verdict.STALE, 0, "an old copy", NOW - DAY),
            Asking("fields.example", ANA, Verdict.VERIFIED, 3, "", NOW - HOUR),
            Asking("evil.example", "eve@evil.example", Verdict.FORGED, 0, "\x1b[2J[red]\nno", NOW - 2 * MINUTE),
            Asking("river.example", OLD, None, 0, "connection refused", NOW - MINUTE),
        ]
        askings.note(writer, some, {"fields.example": 5_000})
        scheduling.note(writer, {}, {"river.example": HostState(3, NOW - DAY, NOW + 20 * MINUTE)}, NOW)


def text_of(pieces: object) -> str:
    assert isinstance(pieces, tuple)
    return "".join(text for text, _ in pieces)


def test_how_a_host_stands() -> None:
    """Verdicts in words and shape; what is away, since when, why, and when it is tried again."""
    well = HostLog("a.example", 9, 8, 0, 0, {Verdict.VERIFIED: 7, Verdict.STALE: 1}, NOW, NOW - DAY, "it was off", WELL)
    assert text_of(standing(well, NOW)) == ("✓ verified 7 · ↓ stale 1 · 1 without a plan, last 1d ago: it was off")
    away = HostLog("a.example", 2, 0, 0, 0, {}, NOW, NOW, "it\nis off", HostState(2, NOW - HOUR, NOW + 60))
    assert text_of(standing(away, NOW)) == "✗ no answer for 1h, again in 1m: it is off"
    assert text_of(standing(replace(away, state=HostState(2, NOW, NOW + 60)), NOW)).startswith("✗ no answer, again in")
    assert sums(well, NOW) == "Asked 9 times, 8 plans came, 0 new, 0 B; last just now."
    assert summary([well, away]) == "2 hosts, 1 of them does not answer. 8 plans for 11 askings, 0 B."
    assert [size_words(size) for size in (0, 1_023, 1_024, 5 << 20, 3 << 30)] == [
        "0 B", "1023 B", "1.0 KiB", "5.0 MiB", "3.0 GiB",
    ]  # fmt: skip


def test_what_came_of_an_asking() -> None:
    asking = Asking("a.example", ANA, Verdict.VERIFIED, 2, "", NOW)
    assert text_of(came_of(asking)) == "2 new, ✓ verified, by way of a.example"
    assert text_of(came_of(Asking("fields.example", ANA, None, 0, "", NOW))) == "✗ no answer: nothing came"
    assert "\x1b" not in text_of(came_of(Asking("a.example", ANA, Verdict.FORGED, 0, "\x1b[2J", NOW)))


def test_how_far_a_fetch_is() -> None:
    """Full only when all is done; more may answer than were expected."""
    progress = Progress(3)
    assert progress.words == "░░░░░░░░░░░░ 0 of 3"
    progress = progress.after(Report(ANA, "verified", 2)).after(Report(OLD, failure="it is off"))
    assert progress.words == "████████░░░░ 2 of 3: old@river.example: it is off"
    assert progress.counted == "2 of 3 asked, 2 new, 1 without an answer"
    for number in range(4):
        assert (progress.bar() == "█" * 12) == (number > 0)
        progress = progress.after(Report(ANA, "verified"))
    assert progress.total == 6
    assert Progress(0).bar(4) == "░░░░"


def test_who_has_moved_is_told_after_a_fetch() -> None:
    """As it stands then: the same log may be there, or be still to come; of a feed its reader decides."""
    tally = Tally()
    for new, also in (("ana@dairy.example", {}), ("bo@x.example", {}), ("cy@x.example", {"cited_by": ["c@x.example"]})):
        line = {"address": ANA, "verdict": "verified", "new": 0, "moved_to": new, **also}
        report = Report.read(json.dumps(line).encode())
        assert report is not None
        tally.add(report)
    feed = Report.read(b'{"address": "x@y.web", "url": "https://old.example/", "moved_url": "https://new.example/"}')
    assert feed is not None
    tally.add(feed)
    assert tally.moves({"ana@dairy.example"}).split(". ") == [
        f"{ANA} has moved to ana@dairy.example, and you follow them there now",
        f"{ANA} says that they move to bo@x.example, where they are not yet",
        "https://old.example/ has moved for good to https://new.example/: follow that in its place.",
    ]
    assert tally.words == "Fetched: nothing new, 4 asked."


def test_what_went_wrong_is_told_once_for_all_to_whom_it_happened() -> None:
    """Of a host with twenty people that is away, one sentence."""
    tally = Tally()
    for user in "abc":
        tally.add(Report(f"{user}@river.example", failure="it is off"))
    tally.add(Report(ANA, "forged", reason="a signature bends"))
    assert tally.words == (
        "Fetched: nothing new, 4 asked, 3 did not answer, 1 not taken. a@river.example, b@river.example and 1 more: "
        "it is off; ana@fields.example: forged, not taken: a signature bends"
    )
    tally.add(Report(OLD, failure="it is gone"))
    assert tally.words.endswith("; and more, which the log has")


def test_hosts_news_and_an_author_over_them(tmp_path: Path) -> None:
    """Nothing yet; then Enter leads deeper, and back out again; a fetch shows how far it is; and the page is kept."""
    village = furnished(tmp_path)

    async def scene(s: Session) -> None:
        await s.press("7")
        await s.until(lambda: "Nobody was asked yet." in s.shown)
        await s.press("enter", "G", "]", "enter", "[")
        pane = s.screen.pane
        assert isinstance(pane, LogPane)
        busy(village)
        await s.screen.look()
        await s.until(lambda: "3 hosts, 1 of them does not answer. 4 plans for 5 askings, 4.9 KiB." in s.shown)
        assert "river.example" in pane.grid.text.splitlines()[-3]
        assert "^[[2J" not in pane.grid.text  # a verdict has its own words; why stands with the news
        await s.press("G", "enter")
        await s.until(lambda: pane.title == "Log: fields.example")
        assert "Asked 3 times, 3 plans came, 3 new, 4.9 KiB; last 1h ago." in pane.grid.text
        assert [line.split()[-4:] for line in pane.grid.text.splitlines()[-2:]] == [
            ["3", "new,", "✓", "verified"], ["stale:", "an", "old", "copy"],
        ]  # fmt: skip
        await s.press("escape")
        assert pane.grid.row is not None
        assert (pane.title, pane.grid.row.key) == ("Log: hosts", "fields.example")
        await s.press("]")
        await s.until(lambda: pane.title == "Log: news")
        assert "^[[2J[red] no" in pane.grid.text
        await s.press("G", "k", "enter")
        await s.until(lambda: str(s.screen.spot.place.author) == ANA and s.screen.is_listed)
        await s.press("escape")
        await s.until(lambda: s.screen.pane is pane and s.screen.is_listed)
        pane.progress(Progress(8, 2, 1, 0, "bo\x1b@x: 1 new"))
        await s.until(lambda: "2 of 8 asked, 1 new" in pane.grid.text)
        assert "\x1b" not in pane.grid.text
        pane.progress(None)
        with Writer.open(village.path) as writer:
            askings.note(writer, [Asking("mill.example", "bo@mill.example", None, 0, "gone", NOW)], {})
        await s.screen.look()
        await s.until(lambda: "mill.example" in pane.grid.text)
        pane.tick()
        assert "mill.example" in pane.grid.text
        other = LogPane(s.screen.shelf, s.screen.pen, s.screen.clock)
        for kept in (pane.remembered(), {"page": 7}, {}):
            other.recall(kept)
            assert other.title == ("Log: news" if kept == {"page": "news"} else "Log: hosts")

    play(tmp_path, scene, village=village, size=(120, 30))
