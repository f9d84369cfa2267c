"""Who an author is: keys that change, logs that move, plans of version 1, and whom they follow."""

import json

from tests.store.shelf import WHOLE, dump, judged, shown, taken, taken_of, texts
from tests.support.scribe import MINUTE, START, Scribe, fingerprint
from thimbl.core.address import Address
from thimbl.core.chain import KeyLink
from thimbl.core.classic import read_classic
from thimbl.core.log import Known, Verdict, judge
from thimbl.core.plan import Follow, following_data, head_from_data, list_digest
from thimbl.core.times import parse_time
from thimbl.store import Reader, Selection, View, Writer

# keys


def test_recovery_drops_what_the_thief_said(path, writer):
    """What they said, and what they took back: the posts that they retracted are wanted again."""
    scribe = Scribe(recovery="safe")
    scribe.post("mine @bob@x.example #one")
    scribe.post("also mine")
    taken_of(writer, scribe)
    thief = scribe.copy()
    thief.post("I am she @carl@x.example #two")
    thief.retract(thief.at(1))
    thief.edit(thief.at(2), "send money")
    taken_of(writer, thief)
    assert texts(writer) == ["I am she @carl@x.example #two", "send money", ""]
    scribe.now = thief.now
    scribe.recover("fresh", by="safe")
    scribe.post("It is me again")
    taken_of(writer, scribe)
    assert [item.kind for item in shown(writer)] == ["post", "key", "post", "post"]
    assert texts(writer) == ["It is me again", "", "also mine", ""]
    lost = shown(writer)[-1]
    assert (lost.retracted, lost.withheld) == (False, True)
    assert writer.known(scribe.address, 1, WHOLE).seen[1].withheld
    assert taken_of(writer, scribe) == 0  # the next answer has the text
    assert texts(writer)[-1] == "mine @bob@x.example #one"
    rows = dump(path, "mention", "tag", "words")
    assert [row[0] for row in rows["mention"]] == ["bob@x.example"]
    assert [row[0] for row in rows["tag"]] == ["one"]
    assert "money" not in {row[0] for row in rows["words"]}
    author = writer.author(scribe.address)
    assert (author.key, author.verdict) == (fingerprint("fresh"), Verdict.VERIFIED)


def test_a_new_key_is_taken_when_a_person_says_so(writer):
    old = Scribe(key="lost")
    old.posts(5)
    taken_of(writer, old)
    new = Scribe(key="found", start=old.now)
    new.post("A new beginning")
    assert judged(writer, new.plan(), new.now).verdict is Verdict.NEW_KEY
    writer.pin(new.address, None)
    assert writer.author(new.address).key is None
    assert texts(writer) == [f"Post {n}." for n in (5, 4, 3, 2, 1)]  # until the answer comes
    assert taken_of(writer, new) == 1
    assert texts(writer) == ["A new beginning"]
    assert writer.author(new.address).key == fingerprint("found")
    assert writer.known(new.address, 1, WHOLE) == judge(new.plan(), Known(new.address), new.now).known


def test_a_new_pin_for_the_same_log_keeps_what_is_here(writer):
    old = Scribe(key="lost")
    old.posts(5)
    taken_of(writer, old)
    writer.mark_all(Selection(View.EVERYONE))
    again = old.copy()
    again.keys = [Scribe(key="found").key] * 6
    again.post("Signed by another key")
    writer.pin(again.address, fingerprint("found"))
    assert taken_of(writer, again, 3) == 1
    assert len(shown(writer)) == 6
    assert writer.count(Selection(View.EVERYONE, unread=True)) == 1


def test_a_pin_beforehand_binds_the_first_answer(writer):
    scribe = Scribe()
    scribe.post()
    writer.pin(scribe.address, fingerprint("another"))
    assert judged(writer, scribe.plan(), scribe.now).verdict is Verdict.NEW_KEY
    author = writer.author(scribe.address)
    assert (author.key, author.key_line) == (fingerprint("another"), None)
    writer.pin(scribe.address, scribe.fingerprint)
    assert taken_of(writer, scribe) == 1
    assert writer.author(scribe.address).key_line == scribe.key.public.line


def test_key_links_are_kept(writer):
    scribe = Scribe(recovery="safe")
    scribe.post()
    change = scribe.rotate("second")
    taken_of(writer, scribe)
    known = writer.known(scribe.address, 1, WHOLE)
    assert known.links == (KeyLink(2, change.id, fingerprint("alice"), fingerprint("second"), None, None),)
    assert known.retired == {fingerprint("alice"): 2}
    assert known.recovery == fingerprint("safe")


# moves


def moved() -> Scribe:
    scribe = Scribe("alice@old.example")
    scribe.post("at the old place")
    return scribe


def test_a_move_renames_the_author_and_the_old_name_still_leads_there(writer):
    scribe = moved()
    writer.follow(scribe.address, "ali")
    old = scribe.address
    taken_of(writer, scribe)
    scribe.move("alice@new.example")
    taken(writer, scribe.last_plan_before_move(), scribe.now)
    assert writer.author(old).moved_to == Address.parse("alice@new.example")
    scribe.post("at the new place")
    assert taken(writer, scribe.plan(), scribe.now, asked=old) == 1
    (author,) = writer.authors()
    assert (author.address, author.nick, author.posts, author.moved_to) == (scribe.address, "ali", 3, None)
    assert writer.author(old) == author
    first = shown(writer)[-1]
    assert str(first.reference) == f"alice@new.example#{scribe.at(1).id}"
    assert writer.find(f"{old}#{scribe.at(1).id}") == [first]
    assert writer.known(scribe.address, 1, WHOLE).seq == 3
    # the last plan at the old address stands there for ever, and moves nobody back
    assert judged(writer, scribe.rewound(2).last_plan_before_move(), scribe.now, asked=old).verdict is Verdict.STALE


def test_the_last_plan_at_the_old_address_does_not_move_an_author_back(writer):
    scribe = moved()
    old = scribe.address
    taken_of(writer, scribe)
    scribe.move("alice@new.example")
    taken(writer, scribe.plan(), scribe.now, asked=old)
    taken(writer, scribe.last_plan_before_move(), scribe.now, asked=old)
    assert [author.address for author in writer.authors(False)] == [scribe.address]
    # but an author may go back themselves
    scribe.move("alice@old.example")
    taken(writer, scribe.plan(), scribe.now, asked=Address.parse("alice@new.example"))
    assert writer.author(Address.parse("alice@new.example")).address == old


def test_one_log_that_was_met_at_both_addresses_becomes_one_author(writer):
    scribe = moved()
    old = scribe.address
    taken_of(writer, scribe)
    scribe.move("alice@new.example")
    scribe.post()
    taken(writer, scribe.plan(), scribe.now, asked=scribe.address)
    writer.follow(scribe.address, "ali", private=True)
    assert len(writer.authors(False)) == 2
    taken(writer, scribe.plan(), scribe.now, asked=old)
    (author,) = writer.authors(False)
    assert (author.address, author.nick, author.followed, author.private, author.posts) == (
        scribe.address,
        "ali",
        True,
        True,
        3,
    )


def test_nobody_takes_the_place_of_somebody_who_is_known(writer):
    bob = Scribe("bob@new.example", key="bob")
    bob.post("I am Bob")
    taken_of(writer, bob)
    carl = Address.parse("carl@new.example")
    writer.follow(carl, "carl")
    me = Address.parse("me@new.example")
    writer.set_me(me)
    for name in (bob.address, carl, me):
        liar = Scribe(f"{name.user}@liar.example", key=f"liar {name.user}")
        liar.post("at home")
        taken_of(writer, liar)
        old = liar.address
        liar.move(str(name))
        taken(writer, liar.plan(), liar.now, asked=old)
        assert writer.author(old).address == old
        assert writer.author(name).posts == (name == bob.address)
    assert writer.author(bob.address).key == bob.fingerprint


def test_a_log_that_claims_an_address_without_its_key_is_another_author(writer):
    """Judged for somebody new, whose records tell of a move from an address that a person follows."""
    alice = moved()
    writer.follow(alice.address, "ali")
    for number in (1, 2):  # before Alice's key is known, and after
        liar = Scribe(str(alice.address), key="liar")
        liar.post("I am Alice")
        liar.move(f"liar{number}@new.example")
        taken(writer, liar.plan(), liar.now)
        assert writer.author(liar.address).posts == 2
        assert writer.author(alice.address).answered == (None if number == 1 else alice.now)
        if number == 1:
            assert taken_of(writer, alice) == 1
    assert writer.author(alice.address).posts == 1


# version 1


def classic(*messages: tuple[str, str], **extra: object) -> str:
    data = {"name": "Dmytri", "address": "dk@old.example", "messages": [{"text": t, "time": w} for t, w in messages]}
    return json.dumps(data | extra)


def unsigned(writer: Writer, text: str, now: int) -> int:
    address = Address.parse("dk@old.example")
    judgement = judge(read_classic(text), writer.known(address, 1, 1), now)
    assert judgement.verdict is Verdict.UNSIGNED, judgement.reason
    return writer.take(judgement, now, raw=text.encode())


def test_a_plan_of_version_1_replaces_the_one_before(path, writer):
    first = classic(
        ("one #old", "20101122080000"),
        ("two", "20101122090000"),
        replies={"bob@x.example": [{"text": "yes", "time": "20101122100000"}]},
        following=[{"nick": "mark", "address": "mark@x.example"}],
        properties={"website": "http://x.example"},
    )
    assert unsigned(writer, first, START) == 3
    assert texts(writer) == ["yes", "two", "one #old"]
    reply = shown(writer)[0]
    assert (reply.to, reply.seq, reply.verdict) == (Address.parse("bob@x.example"), None, Verdict.UNSIGNED)
    author = writer.author(reply.address)
    assert (author.name, author.properties) == ("Dmytri", {"website": "http://x.example"})
    assert author.following == (Follow("mark", Address.parse("mark@x.example")),)
    writer.mark_all(Selection(View.EVERYONE))
    kept = {item.id: item.rowid for item in shown(writer)}
    second = classic(("two", "20101122090000"), ("three @mark", "20101122110000"), following=author_following())
    assert unsigned(writer, second, START + 9) == 1
    assert texts(writer) == ["three @mark", "two"]
    assert [item.unread for item in shown(writer)] == [True, False]
    assert shown(writer)[1].rowid == kept[shown(writer)[1].id]
    rows = dump(path, "tag", "mention", "words", "classic")
    assert rows["tag"] == []
    assert [row[0] for row in rows["mention"]] == ["mark@x.example"]
    assert {row[0] for row in rows["words"]} == {"two", "three", "mark"}
    assert rows["classic"][0][2] == second.encode()


def author_following() -> list[dict[str, str]]:
    return [{"nick": "mark", "address": "mark@x.example"}]


def test_a_message_from_the_future_is_shown_as_it_is_and_sorted_as_when_it_came(writer):
    text = classic(("tomorrow", "20990101000000"), ("then", "20101122080000"))
    unsigned(writer, text, START)
    scribe = Scribe(start=START + 60)
    scribe.post("later")
    taken_of(writer, scribe)
    unsigned(writer, text, START + 600)
    assert texts(writer) == ["later", "tomorrow", "then"]
    assert shown(writer)[1].time == parse_time("2099-01-01T00:00:00Z")
    writer.rebuild()
    assert texts(writer) == ["later", "tomorrow", "then"]


def test_the_same_message_twice_is_one(writer):
    assert unsigned(writer, classic(("hi", "20101122080000"), ("hi", "20101122080000")), START) == 1


def test_messages_of_version_1_stay_unsigned_when_their_author_signs(writer):
    unsigned(writer, classic(("of old", "20101122080000")), START)
    scribe = Scribe("dk@old.example")
    scribe.post("of new")
    taken_of(writer, scribe)
    assert [(item.text, item.verdict) for item in shown(writer)] == [
        ("of new", Verdict.VERIFIED),
        ("of old", Verdict.UNSIGNED),
    ]
    before = judge(read_classic(classic(("late", "20101122080000"))), Known(scribe.address), scribe.now)
    assert writer.take(before, scribe.now) == 0  # judged before the key was pinned
    assert texts(writer) == ["of new", "of old"]


# whom an author follows, evidence


def test_a_long_following_list_is_kept_where_the_head_names_it(writer):
    follows = tuple(Follow(f"n{n}", Address.parse(f"n{n}@x.example")) for n in range(201))
    scribe = Scribe(following=list_digest(follows))
    scribe.post("@n7 look")
    taken_of(writer, scribe)
    assert writer.author(scribe.address).following == ()
    assert not writer.keep_following(scribe.address, follows[1:])
    assert not writer.keep_following(Address.parse("nobody@x.example"), follows)
    writer.set_me(Address.parse("n7@x.example"))
    assert writer.count(Selection(View.MENTIONS)) == 0
    assert writer.keep_following(scribe.address, follows)
    assert writer.author(scribe.address).following == follows
    assert writer.count(Selection(View.MENTIONS)) == 1  # now it is known who n7 is
    scribe.head_data["following"] = following_data(follows[:1])
    scribe.now += MINUTE
    taken_of(writer, scribe)
    assert writer.author(scribe.address).following == follows[:1]
    assert writer.count(Selection(View.MENTIONS)) == 0
    assert head_from_data(writer.head_data(scribe.address)).following == follows[:1]


def test_evidence_is_kept_and_bounded(path, writer):
    address = Address.parse("liar@x.example")
    for number in range(13):
        writer.keep_evidence(address, Verdict.FORGED, "chain", b"%d" % number, START + number)
    writer.keep_evidence(address, Verdict.FORKED, "again", b"5", START + 99)
    writer.keep_evidence(address, Verdict.FORGED, "long", b"x" * (3 << 20), START + 100)
    with Reader.open(path) as reader:
        kept = reader.evidence(address)
    assert [found.raw[:2] for found in kept] == [b"xx", b"5", b"12", b"11", b"10", b"9", b"8", b"7", b"6", b"4"]
    assert len(kept[0].raw) == 1 << 20
    assert (kept[1].verdict, kept[1].reason, kept[1].time) == (Verdict.FORKED, "again", START + 99)
