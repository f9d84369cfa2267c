"""The page of a record as it was signed: its id computed again, its signature checked again, and where it came from."""

import json

import pytest

from tests.support.scribe import Scribe
from tests.tui.village import NOW, OFFER, Village
from thimbl.core.address import Reference
from thimbl.core.canonical import Value, canonical
from thimbl.core.times import DAY
from thimbl.store.reader import Reader
from tui.provenance import Provenance, canonical_text, gather, indented_text, record_page


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Village, Scribe]:
    """An author with a post, an offer, another key, an offer by that, and a retracted post."""
    village = Village(tmp_path_factory.mktemp("provenance"))
    ana = village.meet("ana@fields.example", "ana", start=NOW - 5 * DAY)
    ana.post("Frost. \u202e[red]")
    ana.announce("bond-offer", **OFFER)
    ana.rotate("ana2")
    ana.announce("bond-offer", **(OFFER | {"series": "B-2"}))
    slip = ana.post("A slip.")
    ana.retract(slip)
    village.follow(ana, "ana")
    return village, ana


def found(world: tuple[Village, Scribe], seq: int) -> Provenance:
    village, ana = world
    with Reader.open(village.path) as reader:
        return gather(reader, Reference(ana.address, ana.at(seq).id))


def page(provenance: Provenance, width: int = 100) -> str:
    lines = record_page(provenance, width)
    assert all(line.width <= width for line in lines)
    return "\n".join(line.text for line in lines)


def test_a_post_is_vouched_for_by_the_record_after_it(world: tuple[Village, Scribe]) -> None:
    """Its id is computed again; its data stands there, escaped."""
    told = page(found(world, 1))
    assert "computed again: it is the same" in told
    assert "✓ It has none of its own. Record 2 names it" in told
    assert "prev           none: it is the first" in told
    assert '"text": "Frost. \\u{202e}[red]"' in told
    assert "by their own host" in told
    assert "2026-11-15T12:00:00Z (2026-11-15 12:00:00 +0000 here)" in told


def test_an_announcement_is_checked_by_the_key_of_its_time(world: tuple[Village, Scribe]) -> None:
    """The one before the change, the one that changed it, and the one after."""
    _, ana = world
    old, new = ana.keys[2].public.fingerprint, ana.keys[-1].public.fingerprint
    assert old != new
    for seq, key in ((2, old), (3, old), (4, new)):
        signature = found(world, seq).signature
        assert signature is not None
        assert signature.holds is True
        assert f"by {key} as ana@fields.example" in signature.told


def test_a_signature_that_does_not_hold_is_said(world: tuple[Village, Scribe], monkeypatch: pytest.MonkeyPatch) -> None:
    """The store was damaged, or somebody wrote into it."""
    original = Reader.record_data

    def damaged(self, address, low, high):
        return [data | {"series": "B-3"} if data["seq"] == 2 else data for data in original(self, address, low, high)]

    monkeypatch.setattr(Reader, "record_data", damaged)
    told = page(found(world, 2))
    assert "NOT its own" in told
    assert "✗ Its own signature does not hold" in told
    told = page(found(world, 1))
    assert "✓" in told  # the record after it still names it: a post's id does not hang on others


def test_a_retracted_post_has_its_digest(world: tuple[Village, Scribe]) -> None:
    """And the same id."""
    told = page(found(world, 5))
    assert "in place of its text" in told
    assert "A slip" not in told
    assert "computed again: it is the same" in told


def test_what_is_not_here(world: tuple[Village, Scribe]) -> None:
    """Is said."""
    village, ana = world
    with Reader.open(village.path) as reader:
        missing = gather(reader, Reference(ana.address, "a" * 52))
    assert "is not here" in page(missing)


def test_what_is_copied_holds_no_key_strokes() -> None:
    """The canonical bytes, or where they would act on a terminal the same data with escapes."""
    plain: dict[str, Value] = {"text": "é", "seq": 1}
    assert canonical_text(plain) == canonical(plain).decode()
    hostile: dict[str, Value] = {"text": "\x9b2J\u202e\x7f", "seq": 1}
    for copied in (canonical_text(hostile), indented_text(hostile)):
        assert copied.isascii()
        assert copied.replace("\n", "").isprintable()
        assert json.loads(copied) == hostile


def test_narrow_pages_hold(world: tuple[Village, Scribe]) -> None:
    """At 20 cells too."""
    for seq in range(1, 6):
        page(found(world, seq), 20)
