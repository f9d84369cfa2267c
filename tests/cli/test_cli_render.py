"""What people and programs are shown: blocks, columns, times, JSON; and what strangers write into them."""

import json
import re
import time
import unicodedata
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thimbl.cli import layout
from thimbl.cli.context import Context
from thimbl.cli.jsonform import item_data
from thimbl.cli.marks import mark_of, words_of
from thimbl.cli.output import json_line
from thimbl.cli.render import DEEPEST, MOST_FIELDS, Renderer
from thimbl.cli.when import age, local, since
from thimbl.core.address import Address, Reference
from thimbl.core.log import Verdict
from thimbl.core.terminal import safe
from thimbl.core.times import parse_time
from thimbl.store.types import Item

NOW = parse_time("2026-11-22T12:00:00Z")
MARK = Address.parse("mark@mill.example")
LOWER = Address.parse("lower@fields.example:7979")
ID = "k3jd92mak3jd92mak3jd92mak3jd92mak3jd92mak3jd92mak3jd".replace("9", "7")
HOSTILE = "\x1b[2J\x9b31m\x07\u202egnp.exe\u2066\x00\r"
PLAIN = Context(environ={}, clock=lambda: NOW, terminal=False)
COLOUR = Context(environ={"TERM": "xterm", "COLUMNS": "200"}, clock=lambda: NOW, terminal=True)


def item(**changes: Any) -> Item:
    """A post of Mark's, two hours old."""
    values: dict[str, Any] = {
        "rowid": 1, "address": MARK, "name": "Mark", "nick": None, "is_me": False, "verdict": Verdict.VERIFIED,
        "id": ID, "seq": 3, "time": NOW - 7200, "kind": "post", "text": "Frost on the lower field.", "subject": None,
        "re": None, "to": None, "edited": None, "retracted": False, "withheld": False, "unread": False,
        "malformed": None, "body": {},
    }
    return Item(**values | changes)


def announcement(kind: str, body: Mapping[str, Any], **changes: Any) -> Item:
    return item(kind=kind, text="", body=body, **changes)


def block(shown: Item, context: Context = PLAIN, **options: bool) -> list[str]:
    return Renderer(context, **options).block(shown)


# blocks


def test_a_post() -> None:
    """Who, where, the verdict in shape and word, when, which; and the text under it."""
    assert block(item()) == [
        "Mark  mark@mill.example  ✓ verified  2h ago, 2026-11-22 10:00  k3jd72ma",
        "    Frost on the lower field.",
    ]


@pytest.mark.parametrize(
    ("changes", "heading"),
    [
        ({"nick": "mark"}, "mark  ✓ verified"),
        ({"nick": "marky"}, "marky (Mark)  ✓ verified"),
        ({"nick": "marky", "name": ""}, "marky  ✓ verified"),
        ({"name": ""}, "mark@mill.example  ✓ verified"),
        ({"is_me": True, "nick": "me"}, "you  2h ago"),
        ({"verdict": None}, "Mark  mark@mill.example  - not asked yet"),
        ({"verdict": Verdict.FORKED, "nick": "mark"}, "mark  ! forked"),
        ({"verdict": Verdict.NEW_KEY, "nick": "mark"}, "mark  ? new-key"),
        ({"verdict": Verdict.UNSIGNED, "nick": "mark"}, "mark  ○ unsigned"),
    ],
)
def test_who(changes: dict[str, Any], heading: str) -> None:
    """One's own name for somebody stands first; a stranger's name never without the address."""
    assert block(item(**changes))[0].startswith(heading)


def test_every_verdict_has_a_mark_and_a_word() -> None:
    """Nothing is told by colour alone."""
    for verdict in Verdict:
        assert words_of(verdict) == f"{mark_of(verdict)} {verdict}"
        assert mark_of(verdict) != mark_of(None)


def test_marks_in_the_heading() -> None:
    """Edited and unread."""
    shown = block(item(nick="mark", edited=NOW - 60, unread=True))
    assert shown[0].endswith("k3jd72ma  edited  ● new")


def test_a_heading_too_long_goes_on() -> None:
    """Nothing of it is cut but the stranger's name."""
    far = Address.parse("somebody@a-host-with-a-long-name.in-a-village.fields.example:7979")
    shown = block(item(address=far, name="N" * 100, unread=True))
    assert all(layout.width_of(line) <= 80 for line in shown)
    assert " ".join(" ".join(shown).split()) == (
        f"{'N' * 39}… {far} ✓ verified 2h ago, 2026-11-22 10:00 k3jd72ma ● new Frost on the lower field."
    )


def test_answers() -> None:
    """Whom it answers, in a list; in a thread its place says so."""
    reply = item(re=Reference(LOWER, ID))
    assert block(reply)[1] == "    answers lower@fields.example:7979 k3jd72ma"
    assert Renderer(PLAIN).block(reply, reply_line=False)[1:] == ["    Frost on the lower field."]
    assert block(item(to=LOWER, seq=None))[1] == "    to lower@fields.example:7979"


def test_folded_under_a_subject() -> None:
    """Only counted, unless the person unfolds it."""
    shown = item(subject="the end of the film", text="He was dead all along.")
    assert block(shown)[1:] == ["    the end of the film [folded: 22 characters]"]
    assert block(shown, unfold=True)[1:] == ["    the end of the film", "    He was dead all along."]


def test_what_is_not_there() -> None:
    """Retracted, withheld, malformed, missing: each says so."""
    assert block(item(retracted=True, text=""))[1:] == ["    [retracted by its author]"]
    assert block(item(withheld=True, text=""))[1:] == ["    [the text is not here: the host withholds it]"]
    assert block(item(malformed="re"))[1:] == [
        "    [malformed: re is not as it should be]", "    Frost on the lower field.",
    ]
    assert Renderer(PLAIN).missing(Reference(LOWER, ID), 1) == [
        "  [lower@fields.example:7979 wrote k3jd72ma, which is not here]"
    ]


def test_depth() -> None:
    """Further in, but not without end; empty lines carry no blanks."""
    renderer = Renderer(PLAIN)
    shown = item(text="one\n\ntwo " + "words " * 40)
    for depth in (0, 1, DEEPEST, 90):
        lines = renderer.block(shown, depth=depth)
        margin = " " * (2 * min(depth, DEEPEST))
        assert lines[0].startswith(f"{margin}Mark")
        assert lines.count("") == 1
        assert all(layout.width_of(line) <= 80 and line == line.rstrip(" ") for line in lines)


OFFER = {
    "commune": "commune@fields.example", "series": "TRACTOR-1", "asset": "a small tractor", "face": "12000.00 EUR",
    "unit": "100.00 EUR", "rent": "550.00 EUR", "term": 24, "rate_bp": 400, "closes": "2026-12-01T12:00:00Z",
}


def test_bond_offer() -> None:
    """As an offer, not as data: a line in a list, the page in full."""
    listed = " ".join(" ".join(block(announcement("bond-offer", OFFER))[1:]).split())
    assert listed == (
        "offers bonds TRACTOR-1: a small tractor, 12000.00 EUR at 4 % a year, rent 550.00 EUR a month, closes in 9 days"
    )
    full = block(announcement("bond-offer", OFFER), full=True)
    assert any("term" in line and "24 months" in line for line in full)
    bad = block(announcement("bond-offer", OFFER | {"unit": "7.00 EUR"}))
    assert bad[1].startswith("    bond-offer (malformed: unit: does not divide")
    assert any("a small tractor" in line for line in bad)


def test_key_and_move() -> None:
    """In words; where the fields are not what they should be, as data."""
    line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBkZ"
    assert block(announcement("key", {"key": line, "from": line}))[1].startswith("    key (malformed: ")
    moved = block(announcement("move", {"from": "a@b.example", "to": "c@d.example"}))
    assert moved[1:] == ["    moved from a@b.example to c@d.example"]
    odd = block(announcement("move", {"to": 5}, malformed="from"))
    assert odd[1:] == ["    move (malformed: from: is no address)", "      to  5"]


def test_announcements_of_a_commune_are_sentences_with_a_table() -> None:
    """Nothing of their data is left to be read, but on the record's own page."""
    offer = "farm@fields.example#" + "a" * 52
    shares = [{"holder": who, "amount": "3.33 EUR"} for who in ("ana@fields.example", "bo@dairy.example")]
    body = {"offer": offer, "period": "2026-11", "interest": shares, "principal": []}
    lines = block(announcement("redemption", body))
    assert lines[1:] == [
        "    pays on offer farm@fields.example#aaaaaaaa for 2026-11",
        "      interest to ana@fields.example  3.33 EUR",
        "      interest to bo@dairy.example    3.33 EUR",
    ]
    full = block(announcement("redemption", body), full=True)
    assert (full[: len(lines)], full[-1]) == (lines, "      period  2026-11")
    assert not any("{" in line for line in full)
    known = block(announcement("redemption", body, series="TRACTOR-1"))
    assert known[1] == "    pays on TRACTOR-1 for 2026-11"
    digest = {"count": 200, "total": "9.00 EUR", "digest": "d" * 52}
    assert any("ddd" in line for line in block(announcement("redemption", body | {"interest": digest}), full=True))
    many = [{"holder": f"h{number:03}@x.example", "amount": "1.00 EUR"} for number in range(MOST_FIELDS + 1)]
    cut = block(announcement("redemption", body | {"interest": many}))
    assert cut[-1] == f"      (all {MOST_FIELDS + 1}: thimbl show k3jd72ma)"


def test_lists_in_full_are_a_line_each() -> None:
    """Of references, and of maps that hold no lists; all else is JSON."""
    body = {"of": ["a", "b"], "seen": [{"address": "ana@x.example", "seq": 3}], "odd": [["x"]], "none": []}
    assert block(announcement("harvest-report", body), full=True)[2:] == [
        "      of    a", "            b", "      seen  ana@x.example  3", '      odd   [["x"]]', "      none  []",
    ]


def test_other_announcements() -> None:
    """The kind, and a small table; in full nothing is left out."""
    body = {f"field-{number}": number for number in range(12)} | {"list": [1, {"a": "b"}], "long": "words " * 99}
    listed = block(announcement("harvest-report", body))
    assert listed[1] == "    harvest-report"
    assert listed[2] == "      field-0  0"
    assert len(listed) == 2 + MOST_FIELDS + 1
    assert listed[-1] == "      (all of it: thimbl show k3jd72ma)"
    full = block(announcement("harvest-report", body), full=True)
    assert any('list      [1, {"a": "b"}]' in line for line in full)
    assert " ".join(" ".join(full).split()).count("words") == 99
    assert block(announcement("nothing", {}))[1:] == ["    nothing"]


# what strangers write


@pytest.mark.parametrize("context", [PLAIN, COLOUR], ids=["plain", "colour"])
@pytest.mark.parametrize("full", [False, True])
def test_nothing_hostile_reaches_the_terminal(context: Context, full: bool) -> None:
    """From any field that a stranger fills in."""
    shown = [
        item(name=HOSTILE, text=HOSTILE, subject=HOSTILE, nick=HOSTILE),
        item(name=HOSTILE, text=HOSTILE, malformed=HOSTILE),
        announcement(HOSTILE, {HOSTILE: HOSTILE, "b": [HOSTILE], "c": {"d": HOSTILE}}, malformed=HOSTILE),
        announcement("move", {"from": HOSTILE, "to": HOSTILE}),
        announcement("key", {"key": HOSTILE, "recovered": HOSTILE}),
        announcement("bond-offer", OFFER | {"asset": HOSTILE, "description": HOSTILE, "risk": HOSTILE}),
        announcement("bond-offer", OFFER | {"series": HOSTILE}),
    ]
    for one in shown:
        text = "\n".join(Renderer(context, full=full).block(one))
        if context is COLOUR:
            assert "\x1b[" in text
            text = re.sub("\x1b\\[[0-9;]*m", "", text)
        assert safe(text) == text


def test_no_colour_but_on_a_terminal() -> None:
    """Nor with NO_COLOR, nor on a dumb terminal."""
    for environ, terminal, coloured in [
        ({}, True, True), ({}, False, False), ({"NO_COLOR": "1"}, True, False), ({"NO_COLOR": ""}, True, True),
        ({"TERM": "dumb"}, True, False),
    ]:
        context = Context(environ=environ, clock=lambda: NOW, terminal=terminal)
        assert ("\x1b" in "".join(block(item(), context))) == coloured


@given(st.text(), st.integers(2, 90))
def test_wrap_keeps_every_word_and_fits(text: str, width: int) -> None:
    """All but links fit, and nothing but blanks is lost."""
    shown = safe(text)
    lines = layout.wrap(shown, width)
    assert "".join(lines).replace(" ", "") == shown.replace("\n", "").replace(" ", "")
    for line in lines:
        assert "\n" not in line
        assert layout.width_of(line) <= width or "://" in line or _one_cluster(line)


def _one_cluster(line: str) -> bool:
    """A wide character, or one with its marks, where there is room for less."""
    return sum(unicodedata.category(character) not in ("Mn", "Me", "Cf") for character in line) <= 1


def test_wrap() -> None:
    """Lines that fit stay; long ones break at blanks; links stay whole; wide characters count twice."""
    assert layout.wrap("  code stays\n\nand so does this", 20) == ["  code stays", "", "and so does this"]
    assert layout.wrap("one two three", 7) == ["one two", "three"]
    assert layout.wrap("abcdefghij", 4) == ["abcd", "efgh", "ij"]
    assert layout.wrap("see https://a.example/long now", 8) == ["see", "https://a.example/long", "now"]
    assert layout.wrap("日本語日本語", 5) == ["日本", "語日", "本語"]
    assert layout.clip("日本語日本語", 6) == "日本…"
    assert layout.columns([["a", "b"], ["日本", "c"]]) == [["a     ", "b"], ["日本  ", "c"]]


# JSON


def test_item_json() -> None:
    """These keys, in this order."""
    data = item_data(item(re=Reference(LOWER, ID), edited=NOW))
    assert list(data) == [
        "reference", "id", "address", "name", "nick", "me", "verdict", "seq", "time", "kind", "text", "subject", "re",
        "to", "edited", "retracted", "withheld", "malformed", "unread", "muted", "licence", "imported", "body",
        "link", "by", "says",
    ]
    assert data["reference"] == f"mark@mill.example#{ID}"
    assert data["time"] == "2026-11-22T10:00:00Z"
    assert data["body"] is None
    assert (data["says"], item_data(announcement("x", {"a": 1}))["says"]) == (None, None)
    assert item_data(announcement("x", {"a": 1}))["body"] == {"a": 1}
    moved = {"from": "mark@old.example", "to": "mark@mill.example"}
    assert item_data(announcement("move", moved))["says"] == "moved from mark@old.example to mark@mill.example"
    assert item_data(announcement("move", {"from": 3}))["says"] is None


@given(st.text())
def test_json_line_says_the_same_and_is_safe(text: str) -> None:
    """Whatever a terminal would act on is an escape of JSON's."""
    line = json_line({"text": text})
    assert json.loads(line) == {"text": text}
    assert "\n" not in line
    assert all(safe(character) == character for character in line)


def test_json_line_is_utf8_where_it_can_be() -> None:
    """Letters stay letters."""
    assert json_line({"text": "Grüße 🚜 \x9b\u202e\U000e0041"}) == '{"text": "Grüße 🚜 \\u009b\\u202e\\udb40\\udc41"}'


# times


@pytest.mark.parametrize(
    ("then", "short", "long"),
    [
        (NOW - 7200, "2h ago", "2h ago, 2026-11-22 10:00"),
        (NOW - 5, "just now", "just now, 2026-11-22 11:59"),
        (NOW + 600, "in 10m", "in 10m, 2026-11-22 12:10"),
        (parse_time("2010-12-01T12:00:00Z"), "2010-12-01", "2010-12-01 12:00"),
        (parse_time("0001-01-01T00:00:00Z"), "0001-01-01", "0001-01-01 00:00"),
        (parse_time("9999-12-31T23:59:59Z"), "9999-12-31", "9999-12-31 23:59"),
    ],
)
def test_when(then: int, short: str, long: str) -> None:
    """An age while it is young, then the date; the exact time beside it."""
    assert (age(then, NOW), since(then, NOW)) == (short, long)


def test_local_beyond_the_calendar(monkeypatch: pytest.MonkeyPatch) -> None:
    """What this machine can not write is given in UTC."""

    def overflow(_seconds: float) -> time.struct_time:
        raise OverflowError

    monkeypatch.setattr(time, "localtime", overflow)
    assert local(NOW) == "2026-11-22 12:00 UTC"
