"""Edits and retractions as they come."""

from tests.store.shelf import shown, taken_of
from tests.support.scribe import Scribe
from thimbl.store import Writer
from thimbl.store.changes import Changes


def test_each_change_is_seen_once(writer: Writer) -> None:
    """Of a post that was edited twice one; an edit of an edit is one of the post; what names no post here is none."""
    scribe = Scribe()
    first, second = scribe.post("one"), scribe.post("two")
    scribe.edit(first, "before")
    taken_of(writer, scribe)
    changes = Changes(writer)
    assert changes.look() == []
    scribe.edit(scribe.edit(first, "uno"), "eins")
    scribe.retract(second)
    scribe.retract(scribe.announce("harvest", crates=3))
    taken_of(writer, scribe)
    rowids = {item.id: item.rowid for item in shown(writer)}
    assert changes.look() == [rowids[first.id], rowids[second.id], rowids[scribe.at(7).id]]
    assert changes.look() == []
    scribe.post("three")
    taken_of(writer, scribe)
    assert changes.look() == []
