"""Announcements of a commune as sentences: each kind has one, and nobody's text reaches a terminal unescaped."""

from hypothesis import given
from hypothesis import strategies as st

from tests.core.commune.test_commune_vectors import COMMUNES, gathered
from thimbl.core.commune.participants import PARTICIPANT_KINDS
from thimbl.core.commune.sentences import sentence, table
from thimbl.core.commune.statements import STATEMENT_KINDS

KINDS = sorted(PARTICIPANT_KINDS | STATEMENT_KINDS)
OFFER = f"farm@fields.example#{'a' * 52}"


def say(kind: str, **body: object) -> str | None:
    return sentence(kind, {name.rstrip("_"): value for name, value in body.items()})


def test_every_announcement_of_the_vectors_that_is_sound_has_a_sentence() -> None:
    seen = set()
    for name in COMMUNES:
        for log in gathered(name).logs.values():
            for verified in log.in_order:
                if sentence(verified.record.kind, verified.record.body):
                    seen.add(verified.record.kind)
    assert seen == set(KINDS) - {"acknowledgement", "bond-offer"}


def test_a_series_goes_by_its_code_where_the_offer_is_known() -> None:
    body = {"offer": OFFER, "amount": "100.00 EUR", "rate_bp": 250}
    codes = {OFFER: "TRACTOR-1"}.get
    assert sentence("subscription", body, codes) == "subscribes 100.00 EUR of TRACTOR-1 at 2.5 % or more"
    assert (
        sentence("subscription", body)
        == f"subscribes 100.00 EUR of offer farm@fields.example#{'a' * 8} at 2.5 % or more"
    )
    withdrawal = {"offer": OFFER, "amount": "0.00 EUR"}
    assert sentence("subscription", withdrawal, codes) == "withdraws from TRACTOR-1"
    assert say("acknowledgement", of=OFFER) == f"acknowledges farm@fields.example#{'a' * 8}"
    registered = sentence("registration", {"transfer": OFFER}, codes)
    assert registered == f"registers the transfer farm@fields.example#{'a' * 8}, of TRACTOR-1"


def test_shares_are_a_table_and_a_digest_is_one_row() -> None:
    shares = [{"holder": "ana@fields.example", "amount": "3.33 EUR"}]
    digest = {"count": 101, "total": "9.00 EUR", "digest": "b" * 52}
    paid = {"offer": OFFER, "period": "2026-11", "interest": shares, "principal": digest}
    assert table("redemption", paid) == [
        ("interest to ana@fields.example", "3.33 EUR"),
        ("principal to 101 holders", "9.00 EUR"),
    ]
    assert table("join", {"commune": "c@x.example", "as": "member"}) == []


def test_what_is_malformed_or_not_of_a_commune_has_no_sentence() -> None:
    assert say("dividend", period="2026-13") is None
    assert say("post", text="hello") is None
    assert table("clearing", {"offer": 1}) == []


def test_hostile_words_are_escaped() -> None:
    said = say("charter", name="\x1b[2JEvil", currency="EUR", digits=2, period="month", rules=1)
    assert said is not None
    assert "\x1b" not in said


values = st.one_of(st.text(max_size=20), st.integers(), st.booleans(), st.lists(st.text(max_size=5), max_size=2))


@given(st.sampled_from(KINDS), st.dictionaries(st.sampled_from(["offer", "amount", "who", "commune"]), values))
def test_no_body_makes_it_fail(kind: str, body: dict[str, object]) -> None:
    said = sentence(kind, body)
    assert said is None or said.isprintable()
