"""What is named by a reference: prefixes, threads; and people, hosts, state, the rebuild."""

import pytest

from tests.store.people import somebody, three
from tests.store.shelf import DERIVED, EVERYTHING, dump, shown, taken, taken_of
from tests.support.scribe import START, Scribe
from thimbl.core.address import Address, Reference
from thimbl.store import Selection, View, threads

BOB = Address.parse("bob@x.example")


# references


def test_find(writer):
    scribe, other = Scribe(), somebody("bo")
    posts = scribe.posts(60)
    other.post("another")
    taken_of(writer, scribe)
    taken_of(writer, other)
    post = posts[0]
    (item,) = writer.find(f"{scribe.address}#{post.id}")
    assert item.id == post.id
    assert writer.find(post.id) == writer.find(f" {post.id[:12]} ") == writer.find(f"#{post.id[:12]}") == [item]
    assert writer.find(f"{scribe.address}#{post.id[:12]}") == [item]
    assert writer.find(f"{other.address}#{post.id}") == []
    first = post.id[0]
    several = writer.find(first)
    assert len(several) == min(10, sum(item.id.startswith(first) for item in shown(writer)))
    assert all(item.id.startswith(first) for item in several)
    for nonsense in ("", "#", "no@where#", "%", "a@b@c#" + post.id, post.id + "a", "A*", "nobody@x.example#aa"):
        assert writer.find(nonsense) == []


def test_threads(writer):
    ana, bo = somebody("ana"), somebody("bo", START + 10)

    def answer(scribe: Scribe, reference: str, text: str) -> str:
        return f"{scribe.address}#{scribe.post(text, re=reference).id}"

    root = f"{ana.address}#{ana.post('root').id}"
    first = answer(bo, root, "first")
    second = answer(ana, root, "second")
    deeper = answer(ana, first, "deeper")
    answer(bo, second, "under second")
    ana.post("elsewhere")
    for scribe in (bo, ana):
        taken_of(writer, scribe)
    expected = [(0, "root"), (1, "first"), (2, "deeper"), (1, "second"), (2, "under second")]
    for start in (root, first, deeper):
        found = writer.thread(Reference.parse(start))
        assert [(place.depth, place.item.text) for place in found] == expected
        assert [place.item.reference for place in found] == [place.reference for place in found]
    ana.retract(ana.at(1))
    taken_of(writer, ana)
    assert [place.item.retracted for place in writer.thread(Reference.parse(first))] == [True, *[False] * 4]


def test_a_thread_whose_beginning_is_not_here(writer):
    elsewhere = Reference(Address.parse("carl@x.example"), "a" * 52)
    scribe = Scribe()
    one, two = (scribe.post(text, re=str(elsewhere)) for text in ("one", "two"))
    taken_of(writer, scribe)
    found = writer.thread(Reference(scribe.address, one.id))
    assert [(place.depth, place.reference.id, place.item and place.item.text) for place in found] == [
        (0, elsewhere.id, None),
        (1, one.id, "one"),
        (1, two.id, "two"),
    ]
    assert writer.thread(elsewhere) == found
    nowhere = Reference(scribe.address, "b" * 52)
    assert [(place.reference, place.item) for place in writer.thread(nowhere)] == [(nowhere, None)]


def test_a_thread_is_bounded(writer, monkeypatch):
    scribe = Scribe()
    post = scribe.post("0")
    for number in range(1, 150):
        post = scribe.post(str(number), re=f"{scribe.address}#{post.id}")
    taken_of(writer, scribe)
    found = writer.thread(Reference(scribe.address, scribe.at(1).id))
    assert [place.depth for place in found] == list(range(threads.MAX_DEPTH + 1))
    assert writer.thread(Reference(scribe.address, post.id))[-1].item.text == "149"
    monkeypatch.setattr(threads, "MAX_ITEMS", 20)
    assert len(writer.thread(Reference(scribe.address, scribe.at(1).id))) == 20


def test_a_thread_goes_on_through_a_move(writer):
    scribe, bo = Scribe("ana@old.example"), somebody("bo")
    old = scribe.address
    root = scribe.post("root")
    before = bo.post("before", re=f"{old}#{root.id}")
    taken_of(writer, scribe)
    scribe.move("ana@new.example")
    taken(writer, scribe.plan(), scribe.now, asked=old)
    after = bo.post("after", re=f"{scribe.address}#{root.id}")
    taken_of(writer, bo)
    found = writer.thread(Reference(old, root.id))
    assert [place.reference.id for place in found] == [root.id, before.id, after.id]
    assert found[0].reference.address == scribe.address


# people, hosts, state


def test_following(writer):
    ana, bo, cy = (Address.parse(f"{name}@x.example") for name in ("ana", "bo", "cy"))
    writer.sync_following([(cy, "zed", False), (ana, "Bee", True), (bo, "ant", False)])
    assert [(author.nick, author.private) for author in writer.authors()] == [
        ("ant", False),
        ("Bee", True),
        ("zed", False),
    ]
    writer.sync_following([(cy, "cyrus", False)])
    writer.follow(bo, "bobo", private=True)
    assert [author.nick for author in writer.authors()] == ["bobo", "cyrus"]
    writer.unfollow(cy)
    assert [author.address for author in writer.authors()] == [bo]
    assert len(writer.authors(followed_only=False)) == 3
    assert (writer.author(cy).followed, writer.author(cy).nick, writer.author(BOB)) == (False, None, None)
    assert writer.me() is None
    writer.set_me(ana)
    assert writer.me().address == ana


def test_who_is_followed_no_longer_stays_readable(writer):
    _, bo, _ = three(writer)
    writer.unfollow(bo.address)
    assert writer.count(Selection()) == 5
    assert writer.count(Selection(View.AUTHOR, author=bo.address)) == 5
    assert writer.author(bo.address).key == bo.fingerprint


def test_hosts_and_state(writer):
    assert writer.features("x.example") is None
    writer.set_features("x.example", frozenset({"since", "before"}), START)
    assert writer.features("x.example") == {"since", "before"}
    writer.set_features("x.example", frozenset(), START)
    assert writer.features("x.example") == frozenset()
    writer.set_features("x.example", None, START)
    assert writer.features("x.example") is None
    assert writer.state("place") is None
    writer.set_state("place", "3")
    writer.set_state("place", "4")
    assert writer.state("place") == "4"


# the whole


def test_rebuild_makes_the_same_again(path, writer):
    _, bo, cy = three(writer)
    bo.edit(bo.at(2), "edited #tag @cy@x.example")
    bo.retract(bo.at(3))
    cy.announce("harvest", crates=1)
    for scribe in (bo, cy):
        taken_of(writer, scribe)
    writer.mark(writer.rowids(EVERYTHING)[::2])
    before = dump(path, *DERIVED)
    assert before["words"]
    assert before["tag"]
    for table in ("item", "mention", "tag"):
        writer._db.run(f"DELETE FROM {table} WHERE rowid IS NOT NULL" if table == "item" else f"DELETE FROM {table}")
    unread = {row[0] for row in before["item"] if row[3]}
    assert writer.rebuild() == 16
    writer.mark_all(EVERYTHING)
    writer.mark(unread, read=False)
    assert dump(path, *DERIVED) == before
    assert writer.rebuild() == 16
    assert dump(path, *DERIVED) == before


def test_a_rebuild_that_fails_changes_nothing(path, writer, monkeypatch):
    three(writer)
    before = dump(path, *DERIVED)

    def broken(*_: object, **__: object) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr("thimbl.store.indexing.Indexing.add", broken)
    with pytest.raises(ZeroDivisionError):
        writer.rebuild()
    assert dump(path, *DERIVED) == before
