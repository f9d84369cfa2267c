"""Announcements of a commune as sentences: each kind has one, and nobody's text reaches a terminal unescaped."""

from hypothesis import given
from hypothesis import strategies as st

from tests.core.commune.test_commune_vectors import COMMUNES, gathered
from thimbl.core.commune.participants import PARTICIPANT_KINDS
from thimbl.core.commune.sentences import is_offer, sentence, table
from thimbl.core.commune.statements import STATEMENT_KINDS
from thimbl.core.records import Record, make_data

KINDS = sorted(PARTICIPANT_KINDS | STATEMENT_KINDS)
OFFER = f"farm@fields.example#{'a' * 52}"


def record(kind: str, **body: object) -> Record:
    data = make_data(1, None, "2026-11-22T08:00:00Z", kind, {name.rstrip("_"): value for name, value in body.items()})
    return Record.from_data(data)


def test_every_announcement_of_the_vectors_that_is_sound_has_a_sentence() -> None:
    seen = set()
    for name in COMMUNES:
        for log in gathered(name).logs.values():
            for verified in log.in_order:
                if verified.record.kind in KINDS and (sentence(verified.record) or is_offer(verified.record)):
                    seen.add(verified.record.kind)
    assert seen == set(KINDS) - {"acknowledgement"}


def test_a_series_goes_by_its_code_where_the_offer_is_known() -> None:
    said = record("subscription", offer=OFFER, amount="100.00 EUR", rate_bp=250)
    assert sentence(said, {OFFER: "TRACTOR-1"}.get) == "subscribes 100.00 EUR of TRACTOR-1 at 2.5 % or more"
    assert sentence(said) == f"subscribes 100.00 EUR of offer farm@fields.example#{'a' * 8} at 2.5 % or more"
    assert sentence(record("subscription", offer=OFFER, amount="0.00 EUR"), {OFFER: "T"}.get) == "withdraws from T"
    assert sentence(record("acknowledgement", of=OFFER)) == f"acknowledges farm@fields.example#{'a' * 8}"


def test_shares_are_a_table_and_a_digest_is_one_row() -> None:
    shares = [{"holder": "ana@fields.example", "amount": "3.33 EUR"}]
    digest = {"count": 101, "total": "9.00 EUR", "digest": "b" * 52}
    paid = record("redemption", offer=OFFER, period="2026-11", interest=shares, principal=digest)
    assert table(paid) == [("interest to ana@fields.example", "3.33 EUR"), ("principal to 101 holders", "9.00 EUR")]
    assert table(record("join", commune="c@x.example", as_="member")) == []


def test_what_is_malformed_or_not_of_a_commune_has_no_sentence() -> None:
    assert sentence(record("dividend", period="2026-13")) is None
    assert sentence(record("post", text="hello")) is None
    assert table(record("clearing", offer=1)) == []


def test_hostile_words_are_escaped() -> None:
    said = sentence(record("charter", name="\x1b[2JEvil", currency="EUR", digits=2, period="month", rules=1))
    assert said is not None
    assert "\x1b" not in said


values = st.one_of(st.text(max_size=20), st.integers(), st.booleans(), st.lists(st.text(max_size=5), max_size=2))


@given(st.sampled_from(KINDS), st.dictionaries(st.sampled_from(["offer", "amount", "who", "commune"]), values))
def test_no_body_makes_it_fail(kind: str, body: dict[str, object]) -> None:
    said = sentence(record(kind, **body))
    assert said is None or said.isprintable()
