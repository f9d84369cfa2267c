"""The first lines of a plan tell the same as all of it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.scribe import Scribe
from thimbl.core.plan import PlanUnreadable, read_plan
from thimbl.core.plantext import PlanTextError, decode
from thimbl.node.serving.glance import glance

# What could be taken for the structure of the plan around it.
odd = st.lists(
    st.sampled_from(["entries:", "- seq: 9", "-", "", "thimbl: 2", "  x", "name: Eve", "#", '"', "'", "{", "}"]),
    max_size=8,
).map("\n".join)


@settings(max_examples=50)
@given(odd, st.lists(odd, max_size=6), st.integers(0, 8), st.integers(0, 8), st.booleans())
def test_as_read_whole(bio, texts, entries, since, as_json):
    scribe = Scribe(name="Ana", bio=bio, properties={"note": bio, "listed": "yes"})
    for text in texts:
        scribe.post(text)
    raw = (scribe.line() if as_json else scribe.text()).encode()
    plan = read_plan(decode(raw))
    found = glance(raw, entries)
    assert found is not None
    assert found.listed
    assert (found.head, found.records) == (plan.head, plan.records[:entries])
    assert found.whole == (len(plan.records) <= entries)
    above = glance(raw, since=since)
    assert above is not None
    assert above.records == tuple(record for record in plan.records if record.seq > since)


@pytest.mark.parametrize(
    "damage",
    [
        *("\nname: twice\n", "\nentries: []\n", "\nentries:\n- seq: 1\n", "\n\x1b\n", "\nx: ~\n", "\n---\nthimbl: 2\n"),
        *("\nentries: 3\n", "\n\xff"),
    ],
)
def test_what_is_no_plan_is_none(damage):
    scribe = Scribe(name="Ana")
    scribe.posts(3)
    raw = (scribe.text() + damage).encode("latin-1")
    with pytest.raises((PlanUnreadable, PlanTextError)):
        read_plan(decode(raw))
    assert glance(raw, 2) is None


@pytest.mark.parametrize(
    "raw", [b"", b"Plain words.", b"entries:\n- x\n", b"{", b'{"thimbl":2}', b"\xff", b"entries:\n"]
)
def test_no_plan(raw):
    assert glance(raw) is None
    assert glance(raw, since=0) is None
