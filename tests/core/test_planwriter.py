"""Plans that people like to read (plan-format 1): a golden page, and read(write(x)) == x for everything."""

import re
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.support.scribe import Scribe
from thimbl.core.plantext import MAX_INTEGER, read_data
from thimbl.core.planwriter import LONG_TEXT, write, write_line, write_plan

GOLDEN = """\
thimbl: 2
address: alice@fields.example
name: Alice Field
bio: |-
  Grows leeks at the lower end of the field, and mends what comes by.
properties:
  website: https://lowerfield.example
entries:
- time: '2026-11-20T08:02:00Z'
  commune: commune@fields.example
  as: member
  kind: join
  seq: 3
  prev: rgj76tkfidnhmtd3hrpsgqpuf2mg53abcsi6rucawpt7mdslmexa
  sig: @SIG@
- time: '2026-11-20T08:01:00Z'
  text: |-
    The tractor runs again 🚜

    Thanks to @bob, who found the gasket: "it was in the shed".
  re: bob@dairy.example#aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
  salt: w6aoUw27R48=
  kind: post
  seq: 2
  prev: e64iulkodeoh6ymzfyogz2mgxgg5fntdeua2ntbwdyk3kqxjnfda
- time: '2026-11-20T08:00:00Z'
  text: 'yes'
  salt: MmG0qPvlS0c=
  kind: post
  seq: 1
pronouns: she
following:
- nick: bob
  address: bob@dairy.example
mirrors:
- mirror.example:7979
key: ssh-ed25519 @KEY@
updated: '2026-11-20T08:03:00Z'
seq: 3
last: @ID@
sig: @SIG@
"""


def pleasant() -> Scribe:
    scribe = Scribe(
        name="Alice Field",
        following=[{"nick": "bob", "address": "bob@dairy.example"}],
        pronouns="she",
        mirrors=["mirror.example:7979"],
        properties={"website": "https://lowerfield.example"},
        bio="Grows leeks at the lower end of the field, and mends what comes by.",
    )
    scribe.post("yes")
    scribe.post(
        'The tractor runs again 🚜\n\nThanks to @bob, who found the gasket: "it was in the shed".',
        re="bob@dairy.example#" + "a" * 52,
    )
    # As a record comes whose writer had another order in mind.
    scribe.announce("join", commune="commune@fields.example", **{"as": "member"})
    return scribe


def test_golden() -> None:
    text = pleasant().text()
    text = re.sub(r"\b[a-z2-7]{52}\b(?<!a{52})", "@ID@", re.sub(r"sig: \S{88}", "sig: @SIG@", text))
    assert re.sub(r"ssh-ed25519 \S+", "ssh-ed25519 @KEY@", text) == re.sub(r"(?<=prev: )\w{52}", "@ID@", GOLDEN)


def test_the_golden_page_is_the_plan() -> None:
    scribe = pleasant()
    assert read_data(scribe.text()) == read_data(scribe.line()) == scribe.data()
    assert scribe.line().count("\n") == 1


def test_another_order_of_the_data_gives_the_same_page() -> None:
    data = pleasant().data()
    backwards = dict(reversed(data.items()))
    backwards["entries"] = [dict(reversed(entry.items())) for entry in data["entries"]]
    lines = write_plan(backwards).splitlines()
    assert [line for line in lines if line.startswith("  text")] == ["  text: |-", "  text: 'yes'"]
    assert [line.split(":")[0] for line in lines if line[:1].isalpha()] == [
        *["thimbl", "address", "name", "bio", "properties", "entries", "pronouns"],
        *["following", "mirrors", "key", "updated", "seq", "last", "sig"],
    ]


WORDS = "yes no on off Yes NO true True null ~ 1 -1 010 0x1f 1_000 1.5 .5 .inf 12:30:45 2026-11-22 = <<"
"""Text here, and something else to some YAML: it is quoted."""


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Hello, world", "a: Hello, world\n"),
        ("🚜 ü 字", "a: 🚜 ü 字\n"),
        ("", "a: ''\n"),
        ("it's", "a: it's\n"),
        ("'tis", "a: '''tis'\n"),
        ("a: b", "a: 'a: b'\n"),
        ("a:b", "a: a:b\n"),
        ("a #b", "a: 'a #b'\n"),
        ("a#b", "a: a#b\n"),
        ("#tag", "a: '#tag'\n"),
        ("@bob", "a: '@bob'\n"),
        ("- x", "a: '- x'\n"),
        ("end:", "a: 'end:'\n"),
        (" x ", "a: ' x '\n"),
        *[(word, f"a: '{word}'\n") for word in WORDS.split()],
        ("two\nlines", "a: |-\n  two\n  lines\n"),
        ("two\nlines\n", "a: |\n  two\n  lines\n"),
        ("two\nlines\n\n", "a: |+\n  two\n  lines\n\n"),
        ("  deep\nlines", "a: |2-\n    deep\n  lines\n"),
        ("\nlines", 'a: "\\nlines"\n'),
        ("\n\n", 'a: "\\n\\n"\n'),
        ("tab\there", 'a: "tab\\there"\n'),
        ("bell\x07 esc\x1b nul\0 \x85", 'a: "bell\\x07 esc\\e nul\\0 \\x85"\n'),
        ("\u2028 \ufeff \x7f", 'a: "\\u2028 \\uFEFF \\x7F"\n'),
        ("cr\r\nlf", 'a: "cr\\r\\nlf"\n'),
        ("word " * 12 + "ends", "a: |-\n  " + "word " * 12 + "ends\n"),
        ("k" * 100, "a: " + "k" * 100 + "\n"),
    ],
)
def test_how_a_text_is_written(text: str, written: str) -> None:
    assert write({"a": text}) == written
    assert read_data(written) == {"a": text}
    # YAML 1.1 takes it for the same text: a sceptic's parser may be of either kind.
    assert yaml.safe_load(written) == {"a": text}


def test_long_is_longer_than_a_line() -> None:
    words = "one two three four " * 10
    assert write({"a": words[:LONG_TEXT].strip()}).count("\n") == 1
    assert write({"a": words[: LONG_TEXT + 2].strip()}).count("\n") == 2


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"a": {}, "b": [], "c": [{}, [], [[]], [{"d": [1, True]}]]},
        {"a": {"b": {"c": ["x", {"d": "two\nlines", "e": "x"}]}}},
        {"a": [["two\nlines", ["  x\ny\n\n"], 1], "z"]},
        {"a": -MAX_INTEGER, "b": MAX_INTEGER, "c": False},
        {"y": 1, "no": 2, "null": 3, "true": 4, "e1": 5},
        {"k" * 200: {"l" * 1500: ["x\ny\n"]}, "m" * 101: []},
    ],
)
def test_written_is_read(data: dict[str, Any]) -> None:
    assert read_data(write(data)) == data
    assert read_data(write_line(data)) == data


odd = ["", "yes", "null", "~", "1", "-0", "1.5", ".inf", "2026-11-22", "---", "...", "- a", "? a", "a: b", "a #b", "<<"]
texts = st.text() | st.text(alphabet=" \n\t\rab:#-'\"\\|>🚜\x85\ufeff") | st.sampled_from(odd)
keys = st.from_regex(r"[a-z][a-z0-9_-]{0,6}", fullmatch=True) | st.sampled_from(["y", "no", "null", "true", "k" * 130])
scalars = texts | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER)


def inside(depth: int) -> st.SearchStrategy[Any]:
    """Values that go at most `depth` deep."""
    if depth == 0:
        return scalars
    below = inside(depth - 1)
    return scalars | st.lists(below, max_size=3) | st.dictionaries(keys, below, max_size=3)


plans = st.dictionaries(keys, inside(3), max_size=4)


@settings(max_examples=100)
@given(plans)
@example({"a": " \n x"})
@example({"a": "x\n \n"})
@example({"a": ["\n x y z " + "w" * 60]})
@example({"a": "x\n\t\ty"})
@example({"a": "x" * 70 + " \n"})
def test_reading_what_was_written(data: dict[str, Any]) -> None:
    """Types too: a boolean is not a number; and a wire's CRLF changes nothing."""
    text = write(data)
    for form in (text, text.replace("\n", "\r\n"), write_line(data), write_line(data).replace("\n", "\r\n")):
        assert repr(read_data(form)) == repr(data)


@given(st.lists(st.dictionaries(keys, texts, max_size=4), max_size=3), st.dictionaries(keys, texts, max_size=4))
def test_reading_a_plan_that_was_written(entries: list[dict[str, str]], head: dict[str, str]) -> None:
    data: dict[str, Any] = head | {"entries": entries}
    assert read_data(write_plan(data)) == data


def test_what_turns_the_reading_order_round_is_escaped() -> None:
    text = "pay \u202e001 RUE\u202c to \u2066ana\u2069"
    written = write({"text": text})
    assert written == 'text: "pay \\u202E001 RUE\\u202C to \\u2066ana\\u2069"\n'
    assert read_data(written) == {"text": text}
