"""A plan in a feed is found as it was put there, in its place alone; any bytes have a plan, none, or a reason."""

import json
from contextlib import suppress
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thimbl.core.feedplan import BEGINS, ENDS, MAX_FEED, NAMESPACE, NoPlan, commented, find_plans, is_feed
from thimbl.core.plantext import MAX_BYTES, read_data
from thimbl.core.planwriter import write

ANA = "finger://fields.example/ana"
PLAN = f'<thimbl:plan xmlns:thimbl="{NAMESPACE}">thimbl: 2\n</thimbl:plan>'
ATOM = f'<feed xmlns="http://www.w3.org/2005/Atom"><id> {ANA}\n</id>%s</feed>'
RSS = "<rss><channel>%s<item><guid>x</guid></item><item><guid>y</guid></item></channel></rss>"
TWT = "2026-11-22T08:00:00Z\tFrost.\n"

TEXT = st.text(max_size=40)


def reason(data: bytes) -> str:
    """Why no plan can be taken."""
    with pytest.raises(NoPlan) as fault:
        find_plans(data)
    assert "\n" not in str(fault.value)
    return str(fault.value)


@given(st.dictionaries(st.from_regex(r"[a-z]{1,4}", fullmatch=True), TEXT, min_size=1, max_size=3))
def test_whatever_a_plan_says_comes_back(data: dict[str, str]) -> None:
    """As a plan is written, byte for byte, with lines of any kind in it."""
    text = write(data)
    forms = (
        ATOM % PLAN.replace("thimbl: 2\n", escape(text)), RSS % PLAN.replace("thimbl: 2\n", escape(text)),
        json.dumps({"version": "https://jsonfeed.org/version/1.1", "_thimbl": {"plan": text}}),
        "\n".join([TWT.strip(), *commented(text), ""]),
    )  # fmt: skip
    for made in forms:
        assert is_feed(made.encode())
        assert find_plans(made.encode()).plans == (text,)
        assert read_data(text) == data


@given(st.binary(max_size=60) | st.text("<>&{}[]\"':#|=\n\t 2ab", max_size=60).map(str.encode))
def test_any_bytes(data: bytes) -> None:
    """They have none, or that is said."""
    for some in (data, b"<" + data, b"{" + data, BEGINS.encode() + b"\n" + data, (ATOM % "%s").encode() + data):
        is_feed(some)
        with suppress(NoPlan):
            assert not [plan for plan in find_plans(some).plans if len(plan) > len(some)]


def test_it_counts_in_its_place_alone() -> None:
    """Not in an entry, which can be somebody else's; nor by another name."""
    assert find_plans((ATOM % PLAN).encode()).plans == ("thimbl: 2\n",)
    assert find_plans((RSS % PLAN).encode()).plans == ("thimbl: 2\n",)
    for elsewhere in (ATOM % f"<entry>{PLAN}</entry>", RSS % f"<item>{PLAN}</item>", f"<rss>{PLAN}</rss>"):
        assert find_plans(elsewhere.encode()).plans == ()
    assert find_plans((ATOM % PLAN.replace(NAMESPACE, "urn:x")).encode()).plans == ()
    for other in ('{"_thimbl": {"plan": 1}}', '{"_thimbl": []}', '{"items": [{"_thimbl": {"plan": "x"}}]}', "{}"):
        assert find_plans(other.encode()).plans == ()
    assert len(find_plans((ATOM % (PLAN + PLAN)).encode()).plans) == 2
    assert len(find_plans("\n".join(commented("a: 1") * 2).encode()).plans) == 2


def test_what_the_feed_calls_itself() -> None:
    """Whose it says that it is, to be compared with whose plan it has."""
    assert find_plans((ATOM % f"<entry><id>z</id></entry>{PLAN}").encode()).of == ANA
    assert find_plans((RSS % "").encode()).of == "x"
    assert find_plans((RSS % "").replace("x<", f"{'x' * 9_999}<!-- --><b>b</b>x<").encode()).of != ""
    assert find_plans(b"# nick = ana\n# url = finger://a\n# url = finger://b\n").of == "finger://a"
    one, two = {"url": ANA}, {"url": "finger://mill.example/mark"}
    assert find_plans(json.dumps({"authors": [one]}).encode()).of == ANA
    assert find_plans(json.dumps({"authors": [one, two]}).encode()).of == ""


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (ATOM % PLAN[:-3], "it is cut short or damaged: "),
        (ATOM % PLAN.replace("thimbl: 2", "<b>2</b>"), "the plan in it is damaged: it has elements of XML"),
        (ATOM % PLAN.replace(": 2", "2" * MAX_BYTES), "the plan in it is longer than 1,048,576 bytes, which no"),
        ('<!DOCTYPE x [<!ENTITY a "b">]>' + ATOM % PLAN, "it defines a document type, which no feed of thimbl does"),
        ("<!DOCTYPE HTML><html></html>", "it is a page, and no feed; "),
        ("<a>" * 300_000, "it is cut short or damaged: "),
        ("<opml></opml>", "it is a list of feeds: 'thimbl follow --opml' takes those"),
        (PLAN, "it is XML, and neither Atom nor RSS"),
        ('<?xml version="1.0" encoding="klingon"?><feed/>', "it is in an encoding that nobody knows"),
        ('{"_thimbl": {"plan": "a", "plan": "b"}}', "it has a name twice in one object, so that nobody can tell"),
        ('{"_thimbl": ', "it is cut short or damaged: Expecting value (line 1)"),
        ('{"a":' * 100_000, "it is cut short or damaged: |its JSON is nested too deeply"),
        (f"{BEGINS}\n# |a: 1\n", "it is cut short: the plan in it does not end"),
        (f"{BEGINS}\n# | a: 1\n{TWT}{ENDS}\n", "the plan in it is damaged: a line is none of it (line 3)"),
        (f"{BEGINS}\n# |{'a' * (MAX_BYTES + 1)}\n{ENDS}", "the plan in it is longer than"),
    ],
)
def test_what_is_refused(data: str, why: str) -> None:
    """Each in a line, which goes on after whose file it is."""
    assert len(data) < MAX_FEED
    assert any(reason(data.encode()).startswith(one) for one in why.split("|"))


def test_other_encodings() -> None:
    """XML says which it is in; the others are UTF-8, with a mark or without."""
    for encoding in ("utf-8-sig", "iso-8859-1", "utf-16"):
        said = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>'
        data = (said + ATOM % PLAN.replace(": 2", ": ü")).encode(encoding)
        assert find_plans(data).plans == ("thimbl: ü\n",) if encoding != "utf-16" else not is_feed(data)
    assert find_plans(b'\xef\xbb\xbf{"_thimbl": {"plan": "x"}}').plans == ("x",)
    assert reason('{"a": "ü"}'.encode("iso-8859-1")) == "it is not UTF-8, as feeds of thimbl are"


@pytest.mark.parametrize(
    "plan",
    [
        "thimbl: 2\n", "# a comment\nthimbl: 2\n", '{"thimbl":2,"bio":"https://jsonfeed.org/version/1.1"}', "#\n\n",
        f"Login: ana\nPlan:\nbio: |\n  {BEGINS}\n", "2026 was a good year\tfor leeks\n", "",
    ],
)  # fmt: skip
def test_a_plan_is_no_feed(plan: str) -> None:
    """Nor is an answer of finger."""
    assert not is_feed(plan.encode())
