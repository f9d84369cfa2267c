"""Whom a mirror keeps copies of."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.task import Clock

from finger.client import FingerClient
from finger.query import Query
from finger.testing import FakeInternet, Lying
from thimbl.core.address import Address
from thimbl.node.polling.mirroring import DAILY, LISTS, LOOK, MAX_LISTED, MIRRORED, Mirroring, mirrored, read_list
from thimbl.store.writer import Writer

ANA, BO, CY = (Address.parse(text) for text in ("ana@fields.example", "bo@mill.example:7979", "cy@dairy.example"))
START = 1_793_000_000

OURS = """\
Welcome.

Login                Name
ana                  Ana Field
bo

Copies are kept here of
cy@dairy.example
"""
BSD = "Login    Name       Tty   Idle  Login Time   Office\r\nana      Ana Field  pts/0       Nov 22 08:00 (fields)\r\n"


def test_our_own_list_with_all_that_stands_around_it() -> None:
    assert read_list(OURS) == ("ana", "bo")


def test_the_list_of_a_finger_server_of_decades_ago() -> None:
    assert read_list(BSD) == ("ana",)


@pytest.mark.parametrize(
    "text", ["", "No one logged on.\n", "The list is being made: ask again in a moment.\n", "Name Login\n"]
)
def test_what_is_no_list_says_nothing(text: str) -> None:
    assert read_list(text) is None


def test_a_list_of_nobody_says_that() -> None:
    assert read_list("Nobody here has asked to be listed. Ask for an account by its name.\n") == ()
    assert read_list("Login                Name\n\nana\n") == ()


def test_a_list_has_bounds_and_holds_names() -> None:
    lines = [
        "Login Name",
        "../../etc/passwd x",
        "ana",
        "ana again",
        "\x1b[2J",
        *(f"u{n}" for n in range(2 * MAX_LISTED)),
    ]
    found = read_list("\n".join(lines))
    assert found is not None
    assert (len(found), found[:3]) == (MAX_LISTED - 1, ("ana", "u0", "u1"))


@given(st.text() | st.text(max_size=50).map(lambda text: f"Login Name\n{text}"))
def test_any_text_can_be_read(text: str) -> None:
    for name in read_list(text) or ():
        assert Address(name, "host.example").user == name


class Mirror:
    """A mirroring over a store, and a host whose list is `text`."""

    def __init__(self, store: Writer, *wanted: str) -> None:
        self.store, self.text, self.asked, self.changes = store, OURS, 0, 0
        self.clock = Clock()
        self.internet = FakeInternet(self.clock)
        self.internet.add("fields.example", 79, Lying(self.answer))
        self.wanted = wanted
        self.mirroring = self.again()

    def again(self) -> Mirroring:
        client = FingerClient(self.internet.endpoint, self.clock)
        return Mirroring(self.clock, self.now, client, self.store, self.wanted, self.changed)

    def now(self) -> float:
        return START + self.clock.seconds()

    def changed(self) -> None:
        self.changes += 1

    def answer(self, query: Query) -> bytes:
        assert query.user == ""
        self.asked += 1
        return self.text.replace("\r", "").replace("\n", "\r\n").encode()

    def run(self, seconds: float) -> "Mirror":
        for _ in range(int(seconds / LOOK) + 1):
            self.internet.advance(LOOK)
        return self

    @property
    def whom(self) -> list[str]:
        return sorted(map(str, self.mirroring.addresses()))


@pytest.fixture
def store(tmp_path):
    with Writer.open(tmp_path / "store.sqlite3") as writer:
        yield writer


def test_addresses_and_all_whom_a_host_lists(store: Writer) -> None:
    mirror = Mirror(store, str(BO), "@fields.example")
    assert mirror.whom == [str(BO)]
    mirror.mirroring.start()
    mirror.run(0)
    assert mirror.changes == 1
    assert mirror.whom == ["ana@fields.example", "bo@fields.example", str(BO)]
    assert mirrored(store) == {ANA, BO, Address.parse("bo@fields.example")}
    assert json.loads(store.state(MIRRORED) or "") == mirror.whom


def test_a_list_is_looked_at_once_a_day_whoever_restarts(store: Writer) -> None:
    mirror = Mirror(store, "@fields.example")
    mirror.mirroring.start()
    mirror.run(DAILY / 3)
    mirror.mirroring.stop()
    mirror.mirroring = mirror.again()
    assert mirror.whom == ["ana@fields.example", "bo@fields.example"]
    mirror.mirroring.start()
    mirror.run(DAILY / 3)
    assert mirror.asked == 1
    mirror.run(DAILY / 2)
    assert (mirror.asked, mirror.changes) == (2, 1)


def test_who_leaves_the_list_is_mirrored_no_longer(store: Writer) -> None:
    mirror = Mirror(store, "@fields.example")
    mirror.mirroring.start()
    mirror.run(0)
    mirror.text = OURS.replace("bo\n", "")
    mirror.run(DAILY)
    assert (mirror.whom, mirror.changes) == ([str(ANA)], 2)
    assert mirrored(store) == {ANA}


@pytest.mark.parametrize("down", [True, False])
def test_a_host_without_a_list_changes_nothing_and_is_asked_again(store: Writer, down: bool) -> None:
    mirror = Mirror(store, "@fields.example")
    mirror.mirroring.start()
    mirror.run(0)
    before = mirror.whom
    mirror.text = "We are upgrading.\n"
    if down:
        mirror.internet.remove("fields.example", 79)
    mirror.run(1.2 * DAILY)
    assert (mirror.whom, mirror.changes) == (before, 1)
    mirror.internet.add("fields.example", 79, Lying(mirror.answer))
    mirror.text = OURS.replace("bo\n", "dora\n")
    mirror.run(DAILY)
    assert mirror.whom == [str(ANA), "dora@fields.example"]


def test_whoever_is_followed_in_private_is_not_told(store: Writer) -> None:
    store.follow(ANA, "ana", private=True)
    store.follow(CY, "cy", private=False)
    mirror = Mirror(store, str(ANA), str(BO), "@fields.example")
    mirror.mirroring.start()
    mirror.run(0)
    assert str(ANA) in mirror.whom
    assert mirrored(store) == {BO, Address.parse("bo@fields.example")}
    store.follow(ANA, "ana", private=False)
    assert str(ANA) in mirror.whom
    assert ANA in mirrored(store)


def test_settings_that_mirror_nobody_any_more_are_told_too(store: Writer) -> None:
    mirror = Mirror(store, "@fields.example")
    mirror.mirroring.start()
    mirror.run(0)
    mirror.wanted = ()
    mirror.mirroring = mirror.again()
    assert mirror.whom == []
    assert mirrored(store) == frozenset()
    assert json.loads(store.state(LISTS) or "")


def test_stopping_leaves_nothing_behind(store: Writer) -> None:
    mirror = Mirror(store, "@fields.example")
    mirror.mirroring.start()
    mirror.run(0)
    mirror.mirroring.stop()
    assert mirror.clock.getDelayedCalls() == []
