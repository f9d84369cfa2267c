"""Whom one's own people follow, and who names oneself: counted from what is in the store."""

import json

from tests.store.people import somebody, three
from tests.store.shelf import taken, taken_of
from tests.support.scribe import Scribe
from thimbl.core.address import Address
from thimbl.core.classic import read_classic
from thimbl.core.log import judge
from thimbl.core.plan import Follow, list_digest
from thimbl.store import Writer
from thimbl.store.known import Acquaintance, Wanted

ALL = Wanted()
MINE = "@ana@x.example"


def follows(*names: str) -> list[dict[str, str]]:
    """A list of following: `name`, or `nick=address`."""
    pairs = [name.partition("=") for name in names]
    return [{"nick": nick, "address": address or f"{nick}@x.example"} for nick, _, address in pairs]


def followed(writer: Writer, name: str, *names: str) -> Scribe:
    """Somebody whom one follows, and who follows these."""
    scribe = somebody(name, following=follows(*names))
    writer.follow(scribe.address, name)
    taken_of(writer, scribe)
    return scribe


def found(writer: Writer, wanted: Wanted = ALL) -> list[Acquaintance]:
    return writer.acquaintances(wanted)


def counts(writer: Writer, wanted: Wanted = ALL) -> list[tuple[str, int]]:
    """Who was found, and how many of one's own follow them."""
    return [(one.address.user, len(one.followed_by)) for one in found(writer, wanted)]


def test_by_how_many_follow_them_and_then_by_address(writer: Writer) -> None:
    three(writer)  # Ana is oneself, Bo is followed, Cy is known
    followed(writer, "dee", "zoe", "cy", "ana", "bo")
    followed(writer, "eve", "zoe", "yan")
    followed(writer, "fay", "zoe", "cy", "cy2=cy@x.example")
    assert counts(writer) == [("zoe", 3), ("cy", 2), ("yan", 1)]
    assert counts(writer, Wanted(limit=1)) == [("zoe", 3)]
    assert counts(writer, Wanted(least=2)) == [("zoe", 3), ("cy", 2)]
    assert counts(writer, Wanted(followed=True)) == [("zoe", 3), ("cy", 2), ("bo", 1), ("yan", 1)]
    zoe, cy, *_ = found(writer)
    assert [address.user for address in zoe.followed_by] == ["dee", "eve", "fay"]
    assert (zoe.nicks, cy.nicks) == (("zoe",), ("cy", "cy2"))
    assert zoe.seen is not None
    assert not zoe.followed


def test_those_whom_nobody_follows_do_not_count(writer: Writer) -> None:
    """Nor those whom one follows no longer."""
    scribe = somebody("cy", following=follows("zoe"))
    taken_of(writer, scribe)
    assert counts(writer) == []
    writer.follow(scribe.address, "cy")
    assert counts(writer) == [("zoe", 1)]
    writer.unfollow(scribe.address)
    assert counts(writer) == []


def test_spellings_of_one_address_count_as_one(writer: Writer) -> None:
    """The canonical form is the one in every comparison (plan-format 1); a port that only ends in 79 is another."""
    followed(writer, "bo", "a=Zoe@X.Example", "b=zoe@x.example:79", "c=zoe@X.example:1079", "d=zoe@[2001:DB8::79]")
    followed(writer, "dee", "e=zoe@x.example", "f=zoe@[2001:db8::79]:79")
    assert [(str(one.address), len(one.followed_by)) for one in found(writer)] == [
        ("zoe@[2001:db8::79]", 2),
        ("zoe@x.example", 2),
        ("Zoe@x.example", 1),
        ("zoe@x.example:1079", 1),
    ]


def test_a_list_that_only_its_digest_stands_for(writer: Writer) -> None:
    """It counts while it is the one that the head names."""
    listed = [Follow(f"n{number}", Address.parse(f"n{number}@x.example")) for number in range(201)]
    scribe = somebody("bo", following=list_digest(listed))
    writer.follow(scribe.address, "bo")
    taken_of(writer, scribe)
    assert counts(writer) == []
    assert writer.keep_following(scribe.address, listed)
    assert len(found(writer)) == 201
    scribe.now += 60
    scribe.head_data["following"] = list_digest(listed[1:])
    taken_of(writer, scribe)
    assert counts(writer) == []


def test_whoever_names_oneself_and_is_not_followed(writer: Writer) -> None:
    """After all whom somebody follows, or among them; one's own posts, and what was taken back, are not counted."""
    ana, bo, cy = three(writer)
    ana.post(f"I, {MINE}")
    bo.post(f"Hello {MINE}.")
    post = cy.post(f"Hello {MINE}.")
    for scribe in (ana, bo, cy):
        taken_of(writer, scribe)
    [one] = found(writer)
    assert (one.address, one.mentions, one.followed_by, one.seen) == (cy.address, 1, (), post.time)
    assert found(writer, Wanted(mentioning=True)) == [one]
    assert found(writer, Wanted(least=1)) == found(writer, Wanted(limit=0)) == []
    followed(writer, "dee", "cy", "zoe")
    assert counts(writer) == [("cy", 1), ("zoe", 1)]
    assert [(o.address.user, o.mentions) for o in found(writer, Wanted(mentioning=True))] == [("cy", 1)]
    cy.retract(post)
    taken_of(writer, cy)
    assert found(writer, Wanted(mentioning=True)) == []


def test_an_address_that_they_left_is_theirs(writer: Writer) -> None:
    """Whom one follows is not found under an address from before a move."""
    scribe = somebody("bo")
    old = scribe.address
    writer.follow(old, "bo")
    scribe.post()
    taken_of(writer, scribe)
    scribe.move("bo@new.example")
    taken(writer, scribe.plan(), scribe.now, asked=old)
    followed(writer, "dee", "zoe", "bo", "bobo=bo@new.example")
    assert counts(writer) == [("zoe", 1)]


def test_version_1_plans(writer: Writer) -> None:
    address = Address.parse("old@x.example")
    writer.follow(address, "old")
    text = json.dumps({"address": str(address), "name": "Old", "messages": [], "following": follows("zoe")})
    writer.take(judge(read_classic(text), writer.known(address, 1, 1), 10**9), 10**9)
    assert counts(writer) == [("zoe", 1)]
