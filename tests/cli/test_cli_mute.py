"""`mute`, `unmute`, `key pin` and `log`: what they do, what they print, and what they refuse."""

import json

import pytest

from tests.cli.reading_room import MARK, World
from tests.support.scribe import Scribe
from thimbl.core.log import Verdict, judge
from thimbl.core.times import WEEK
from thimbl.home import following
from thimbl.home.following import Followed
from thimbl.store import askings
from thimbl.store.askings import Asking
from thimbl.store.mutes import MuteKind


def muted(world: World) -> list[tuple[str, str, int | None]]:
    with world.writer() as writer:
        return [(str(mute.kind), mute.what, mute.until) for mute in writer.mutes()]


def test_what_is_meant(world: World) -> None:
    """An address, one's own name for somebody, a tag, a word; and --word for a word that is a name too."""
    following.save(world.paths, [Followed("mark", MARK)])
    world.run("mute", "mark", "@Lower@Fields.Example", "#Frost", "lower field", "--for", "1w")
    until = world.time + WEEK
    assert muted(world) == [
        ("author", "mark@mill.example", until), ("author", "Lower@fields.example", until), ("tag", "frost", until),
        ("word", "lower field", until),
    ]  # fmt: skip
    world.run("unmute", "mark", "#frost", "Lower@fields.example", "Lower Field")
    world.run("mute", "--word", "mark")
    assert muted(world) == [(str(MuteKind.WORD), "mark", None)]
    assert json.loads(world.lines("mute", "--json")[0]) == {"kind": "word", "what": "mark", "until": None}
    assert world.lines("mute")[1].split() == ["word", "mark", "-"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("mute", "ana@fields.example"), "That is you"),
        (("mute", "x", "--for", "soon"), "is not a length of time"),
        (("mute", "--for", "1w"), "Say what to mute"),
        (("mute", "..."), "no letter or digit"),
        (("mute", "nobody@"), "no host after"),
        (("unmute", "leeks"), "'thimbl mute' lists what is"),
        (("key", "pin", "nobody@x.example"), "Nothing is known of"),
        (("key", "pin", "mark", "SHA256:short"), "is no fingerprint"),
    ],
)
def test_what_is_refused(world: World, arguments: tuple[str, ...], words: str) -> None:
    result = world.run(*arguments)
    assert result.exit_code in (1, 2)
    assert words in result.output
    assert "Traceback" not in result.output
    assert muted(world) == []


def test_lists_and_threads(world: World) -> None:
    """Out of the timeline; folded where a search finds it; plain on the author's own page, and where it is unfolded."""
    world.post(MARK, "Leeks in the frost.")
    world.run("mute", "frost")
    assert world.run("timeline").stdout == ""
    assert "    [you have muted frost: --unfold shows it]" in world.lines("search", "leeks")
    for arguments in (("search", "leeks", "--unfold"), ("timeline", "-a", "mark")):
        assert "    Leeks in the frost." in world.lines(*arguments)
    found = json.loads(world.lines("search", "leeks", "--json")[0])
    assert (found["muted"], found["text"]) == ("frost", "Leeks in the frost.")
    world.run("unmute", "frost")
    assert "    Leeks in the frost." in world.lines("timeline")


def test_key_pin(world: World) -> None:
    """Both keys, what it means, and what to type; then the one that was typed."""
    first, second = (Scribe(str(MARK), key=key, start=world.time - 60) for key in ("first", "second"))
    with world.writer() as writer:
        for scribe in (first, second):
            scribe.post("It is me.")
            judgement = judge(scribe.plan(), writer.known(MARK, 0, 9), world.time)
            writer.take(judgement, world.time)
        assert judgement.verdict is Verdict.NEW_KEY
        writer.keep_evidence(MARK, judgement.verdict, judgement.reason, second.text().encode(), world.time)
    result = world.run("key", "pin", "mark")
    assert result.stdout == f"pinned  {first.fingerprint}\nseen    {second.fingerprint}\n"
    assert f"thimbl key pin {MARK} {second.fingerprint}" in result.output
    assert "nothing has changed" in world.run("key", "pin", "mark", first.fingerprint).output
    assert "Pinned" in world.run("key", "pin", "mark", second.fingerprint).output
    assert world.run("key", "pin", "mark").stdout.strip() == f"pinned  {second.fingerprint}"


def test_log(world: World) -> None:
    """The host that was asked last first; what is wrong stands below it, escaped."""
    assert "Nobody was asked yet" in world.run("log").output
    with world.writer() as writer:
        asked = [
            Asking("mill.example", str(MARK), Verdict.VERIFIED, 2, "", world.time - 9),
            Asking("x.example", "a@x.example", None, 0, "it\x1b[2J is\noff", world.time),
        ]
        askings.note(writer, asked, {"mill.example": 2_048})
    header, away, why, well = world.lines("log")
    assert header.split() == ["host", "asked", "plans", "new", "size", "last", "verdicts"]
    assert away.split()[:4] == ["x.example", "1", "0", "0"]
    assert why == "    no plan came 1 times, last just now: it^[[2J is off"
    assert well.split() == ["mill.example", "1", "1", "2", "2.0", "KiB", "just", "now", "✓", "verified", "1"]
