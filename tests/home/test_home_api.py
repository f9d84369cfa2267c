"""The Python API: a person who reads and writes by it, plans and books checked without a store, what is no part of it.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import thimbl
from tests.cli.reading_room import MARK, World
from tests.support.warm import warm_thimbl
from thimbl.home.account import Account
from thimbl.home.beginning import begin, for_address
from thimbl.store.mutes import Mute, MuteKind

VECTORS = Path(__file__).resolve().parents[1] / "vectors"
COMMUNE = "commune@fields.example"
ANA = thimbl.Address.parse("ana@fields.example")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[thimbl.Home]:
    """Ana's, in a folder of its own; nothing is in it but the account."""
    environ = {"THIMBL_HOME": str(tmp_path / "ana")}
    begin(for_address(Account.find(environ, time.time, os.urandom), ANA), {"name": "Ana"})
    with thimbl.open(tmp_path / "ana") as opened:
        yield opened


def test_writing_and_reading(home: thimbl.Home) -> None:
    """What is posted is in the timeline, is answered, edited and taken back, as by the commands."""
    first = home.post("First furrow. #leeks", lang="en", licence="cc-by-sa-4.0")
    assert home.address == first.address == ANA
    [item] = home.timeline()
    assert (item.reference, item.text, item.body["license"], item.is_me) == (
        first, "First furrow. #leeks", "CC-BY-SA-4.0", True,
    )  # fmt: skip
    answer = home.reply(first, "And the second.")
    assert [place.depth for place in home.thread(answer)] == [0, 1]
    home.edit(first, "Furrows. #leeks")
    assert [found.text for found in home.search("#leeks")] == ["Furrows. #leeks"]
    home.retract(first.id[:12])
    assert home.item(first).retracted
    assert [one.text for one in home.posts(ANA, 1)] == ["And the second."]
    with pytest.raises(ValueError, match="is no licence"):
        home.post("No.", licence="GPL-nought")
    with pytest.raises(thimbl.HomeError, match="nothing to post"):
        home.post("  ")


def test_people(home: thimbl.Home, tmp_path: Path) -> None:
    """Followed without asking, under one's own name for them; what they wrote once it is here; muted as elsewhere."""
    home.follow("mark@mill.example", "marky", private=True)
    [mark] = home.following()
    assert (mark.nick, mark.private, mark.verdict) == ("marky", True, None)
    world = World(tmp_path)
    world.post(MARK, "The river is up, @ana@fields.example.")
    assert [item.text for item in home.posts("@marky")] == ["The river is up, @ana@fields.example."]
    assert [item.nick for item in home.mentions(unread=True)] == ["marky"]
    assert home.author("marky").verdict is thimbl.Verdict.VERIFIED
    home.mark_read(*home.timeline())
    assert home.timeline(unread=True) == []
    home._account.mute(Mute.of(MuteKind.WORD, "river"))
    assert home.timeline() == []
    home.unfollow("marky")
    assert (home.following(), home.timeline(everyone=True)) == ([], [])
    with pytest.raises(thimbl.NotFound, match="nobody whom you call 'marky'"):
        home.posts("marky")
    with pytest.raises(thimbl.AddressError):
        home.follow("nobody")
    with pytest.raises(thimbl.HomeError, match="That is you"):
        home.follow(ANA)


def test_feeds_of_the_web(home: thimbl.Home) -> None:
    """By their URLs, under the name of their host unless another is given; nobody types what stands for one."""
    url = "https://blog.example/feed.xml"
    home.follow(url)
    assert [(one.nick, one.private) for one in home.following()] == [("blog.example", True)]
    home.follow(url, "blog")
    [blog] = home.following()
    assert (blog.nick, home.posts(url), home.posts("blog")) == ("blog", [], [])
    with pytest.raises(thimbl.HomeError, match="follow its URL"):
        home.follow(blog.address)
    home.unfollow(url)
    assert home.following() == []


def test_fetching_runs_the_command(home: thimbl.Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A host that is not there is an outcome; that nobody could be asked is an error with the command's own words."""
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\n[ \"$1 $2\" = '-m thimbl' ] && shift 2 && exec '{warm_thimbl()}' \"$@\"\n")
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    assert home.fetch() == []
    monkeypatch.setattr(home, "_environ", {**home._environ, "THIMBL_ROUTES": "mill.example=127.0.0.1:1"})
    [outcome] = home.fetch("mark@mill.example")
    assert (outcome.address, outcome.verdict, outcome.new) == (MARK, None, 0)
    assert outcome.failure
    Path(home._environ["THIMBL_HOME"], "config.yaml").write_text("adress: ana@fields.example\n")
    with pytest.raises(thimbl.FetchFailed, match="there is no setting 'adress'"):
        home.fetch()


def test_where_nothing_is(tmp_path: Path) -> None:
    """Lists are empty, a name is nobody's, and writing says what to do first."""
    with thimbl.open(tmp_path / "nobody") as nobody:
        assert (nobody.timeline(), nobody.following(), nobody.mentions(None)) == ([], [], [])
        for ask in (lambda: nobody.item("abcd"), lambda: nobody.author(MARK), nobody.ledger, nobody.audit):
            with pytest.raises(thimbl.NotFound):
                ask()
        with pytest.raises(thimbl.HomeError, match="thimbl init"):
            nobody.post("Hello.")
    assert not (tmp_path / "nobody").exists()


def test_a_plan_is_read_and_checked() -> None:
    """As `thimbl verify` does, of a file or a whole answer, text or bytes; and never an exception for what it is."""
    raw = (VECTORS / "alice.plan").read_bytes()
    now = 1_795_500_000
    for text in (raw, raw.decode(), b"Login: alice\r\nPlan:\r\n" + raw.replace(b"\n", b"\r\n")):
        plan = thimbl.parse_plan(text)
        assert isinstance(plan, thimbl.Plan)
        assert (plan.head.name, plan.records[0].seq) == ("Alice Field", 5)
        assert thimbl.verify(text, plan.head.address, now=now).verdict is thimbl.Verdict.VERIFIED
    address = "alice@lowerfield.example"
    for other, who, pinned, verdict in (
        (raw, "bob@dairy.example", None, "forged"),
        (raw, address, "SHA256:O1iTiXz9h6XlkPTwLH/iq+W4TfGs0rEXDgZIQOjaV18", "new-key"),
        (raw.replace(b"winter", b"summer"), address, None, "forged"),
        (b"{" * 100_000, address, None, "unreadable"),
        ("Login: alice\nNo Plan.\n", address, None, "unreadable"),
        ("\udc80", address, None, "unreadable"),
    ):
        found = thimbl.verify(other, who, fingerprint=pinned, now=now)
        assert (found.verdict, bool(found.reason)) == (verdict, True)
    with pytest.raises(thimbl.PlanUnreadable):
        thimbl.parse_plan("no plan")
    with pytest.raises(thimbl.PlanUnreadable):
        thimbl.parse_plan(b"\xff")


def test_a_communes_books(tmp_path: Path) -> None:
    """Of a folder of plans, as the vectors have them: what the command prints is what the function returns."""
    folder = VECTORS / "fields"
    expected = json.loads((folder / "expected-ledger.json").read_text())
    found = thimbl.ledger(folder, COMMUNE)
    assert {**found, "notices": []} == expected | {"notices": []}
    assert [one["code"] for one in thimbl.audit(folder) if one["fault"]] == [one["code"] for one in found["findings"]]
    with pytest.raises(thimbl.NotFound, match=r"no plan of eva@mill\.example"):
        thimbl.ledger(folder, "eva@mill.example")
    with pytest.raises(thimbl.HomeError, match=r"no \*\.plan file"):
        thimbl.ledger(tmp_path)


def test_names() -> None:
    """All that is promised is there, and nothing else is shown; importing it loads nothing."""
    assert dir(thimbl) == sorted(thimbl.__all__)
    for name in thimbl.__all__:
        assert getattr(thimbl, name) is not None
    with pytest.raises(AttributeError):
        _ = thimbl.Writer
    code = "import sys, thimbl; print([name for name in sys.modules if name.startswith('thimbl')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['thimbl.core', 'thimbl.core.version', 'thimbl']"
