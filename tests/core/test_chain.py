"""Whether a plan holds together by itself (plan-format 3): signature, chain, order of times, announcements."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.scribe import Scribe, announcement_sig, fingerprint, mixed_log, private_key
from thimbl.core.address import Address
from thimbl.core.canonical import Value, b64, content_id, unb64
from thimbl.core.chain import Forged, walk
from thimbl.core.keys import KEY_NAMESPACE, sign
from thimbl.core.plan import Follow, ListDigest, following_data, list_digest, plan_from_data

ID = "a" * 52
Data = dict[str, Any]


def forged(data: Data) -> str:
    with pytest.raises(Forged) as caught:
        walk(plan_from_data(data))
    return str(caught.value)


def test_a_log_holds() -> None:
    scribe = mixed_log()
    state = walk(scribe.plan())
    assert state.authors == [(Address.parse("alice@fields.example"), scribe.fingerprint)] * 5
    assert state.links == []


@pytest.mark.parametrize("name", ["name", "bio", "updated", "seq", "address", "key", "last"])
def test_the_signature_covers_the_head(name: str) -> None:
    other = mixed_log()
    other.post("more")
    there = {"key": private_key("x").public.line, "address": "bob@fields.example", "last": other.at(6).id, "seq": 6}
    data = mixed_log().data() | {name: there.get(name, "2026-11-20T09:00:00Z")}
    assert forged(data) == "head signature"


@pytest.mark.parametrize(
    "respell", [lambda sig: sig.rstrip("="), lambda sig: sig + "\n", lambda sig: sig[:-3] + "h==", lambda sig: "é"]
)
def test_the_spelling_of_signatures(respell: Callable[[str], str]) -> None:
    data = mixed_log().data()
    assert forged(data | {"sig": respell(data["sig"])}) == "signature spelling (head signature)"
    data["entries"][3] = data["entries"][3] | {"sig": respell(data["entries"][3]["sig"])}
    assert forged(data) == "signature spelling (announcement signature (entry 2))"


@pytest.mark.parametrize("length", [0, 63, 65])
def test_a_signature_of_another_length_does_not_hold(length: int) -> None:
    data = mixed_log().data()
    assert forged(data | {"sig": b64((unb64(data["sig"]) * 2)[:length])}) == "head signature"


# the list behind a digest


FOLLOWS = [Follow(f"n{number}", Address.parse(f"n{number}@b.example")) for number in range(201)]


def test_a_long_list_of_following_stands_beside_the_head() -> None:
    stated = list_digest(FOLLOWS)
    scribe = Scribe(following=stated)
    assert scribe.plan().head.following == ListDigest(201, stated["digest"])
    plan = plan_from_data(scribe.data() | {"following_list": following_data(FOLLOWS)})
    assert plan.following_list == tuple(FOLLOWS)
    walk(plan)


@pytest.mark.parametrize(
    "alter",
    [
        lambda listed: listed[:-1],
        lambda listed: [listed[1], listed[0], *listed[2:]],
        lambda listed: [*listed, listed[0]],
        lambda listed: [listed[0] | {"nick": "other"}, *listed[1:]],
        lambda listed: [listed[0] | {"note": "more"}, *listed[1:]],
        lambda listed: [listed[0] | {"address": "n0@B.example"}, *listed[1:]],
        lambda listed: [],
    ],
)
def test_another_list_than_the_head_names_is_forged(alter: Callable[[list[Data]], list[Data]]) -> None:
    data = Scribe(following=list_digest(FOLLOWS)).data()
    assert "list of following" in forged(data | {"following_list": alter(following_data(FOLLOWS))})


def test_the_digest_is_of_the_list_as_it_is_written() -> None:
    """An author may spell an address in capitals; what is hashed is what stands there."""
    listed = [{"nick": "n", "address": "n@B.EXAMPLE:79"}]
    stated: dict[str, Value] = {"count": 1, "digest": content_id(listed)}
    plan = plan_from_data(Scribe(following=stated).data() | {"following_list": listed})
    assert plan.following_digest == ListDigest(1, content_id(listed))
    walk(plan)


def test_a_list_beside_a_list_must_be_the_same() -> None:
    """Nobody has signed it: a mirror could put in whom it likes."""
    listed = following_data(FOLLOWS[:2])
    scribe = Scribe(following=listed)
    walk(plan_from_data(scribe.data() | {"following_list": listed}))
    assert "list of following" in forged(scribe.data() | {"following_list": listed[:1]})
    assert "list of following" in forged(Scribe().data() | {"following_list": listed})


# the chain


def reverse(entries: list[Data]) -> list[Data]:
    return entries[::-1]


@pytest.mark.parametrize(
    ("alter", "reason"),
    [
        (reverse, "not the head's last"),
        (lambda entries: entries[1:], "not the head's last"),
        (lambda entries: entries[:2] + entries[3:], "not contiguous"),
        (lambda entries: [entries[0], entries[0], *entries[1:]], "not contiguous"),
        (lambda entries: [entries[0] | {"text": "x"}, *entries[1:]], "not the head's last"),
        (lambda entries: [*entries[:4], entries[4] | {"text": "x"}], "entry 1 does not have the id that entry 2"),
        (lambda entries: [*entries[:4], entries[4] | {"time": "2026-11-20T07:00:00Z"}], "does not have the id"),
        (lambda entries: [*entries[:4], entries[4] | {"kind": "edit"}], "does not have the id"),
        (lambda entries: [*entries[:4], entries[4] | {"more": 1}], "does not have the id"),
    ],
)
def test_the_chain(alter: Callable[[list[Data]], list[Data]], reason: str) -> None:
    data = mixed_log().data()
    assert reason in forged(data | {"entries": alter(data["entries"])})


def test_entries_may_stop_anywhere() -> None:
    for newest in range(6):
        assert len(walk(mixed_log().plan(newest)).authors) == newest


def test_entries_of_an_empty_log() -> None:
    assert "not the head's last" in forged(Scribe().data() | {"entries": mixed_log().data()["entries"][4:]})


def test_times_never_go_back() -> None:
    scribe = mixed_log()
    scribe.now -= 60
    scribe.post()  # in the same second as the one before
    walk(scribe.plan())
    scribe.now -= 61
    scribe.post()
    assert forged(scribe.data()) == "entry 7 is earlier than entry 6"


# announcements, and what is none


@pytest.mark.parametrize("kind", ["join", "bond-offer", "x", "Ünknown kind"])
def test_every_other_kind_is_an_announcement(kind: str) -> None:
    scribe = Scribe()
    scribe.announce(kind, a=1)
    walk(scribe.plan())
    unsigned = Scribe()
    unsigned.add(kind, {"a": 1})
    assert forged(unsigned.data()) == "announcement signature missing (entry 1)"


@pytest.mark.parametrize("kind", ["post", "edit", "retract"])
def test_the_quiet_kinds_have_no_signature(kind: str) -> None:
    scribe = Scribe()
    scribe.add(kind, {"text": "x", "of": ID}, sig=announcement_sig(scribe.address, mixed_log().at(2), scribe.key))
    assert forged(scribe.data()) == f"a {kind} has no signature of its own (entry 1)"
    assert "of its own" in forged(scribe.data(withheld={1}))


def test_an_announcement_is_signed_by_the_key_in_force_under_the_address_in_force() -> None:
    scribe = Scribe()
    template = scribe.copy().announce("join", commune="c@c.example")
    for author, key in (("alice@fields.example", "thief"), ("bob@fields.example", "alice")):
        other = scribe.copy()
        sig = announcement_sig(Address.parse(author), template, private_key(key))
        other.add("join", {"commune": "c@c.example"}, sig=sig)
        assert forged(other.data()) == "announcement signature (entry 1)"
    scribe.add("join", {"commune": "c@c.example"}, sig=announcement_sig(scribe.address, template, scribe.key))
    walk(scribe.plan())


def test_an_announcement_can_not_be_withheld() -> None:
    assert "can not be withheld" in forged(mixed_log().data(withheld={2}))


@pytest.mark.parametrize("seq", [1, 2, 3, 4, 5])
def test_a_digest_beside_a_body(seq: int) -> None:
    scribe = mixed_log()
    data = scribe.data()
    data["entries"][5 - seq] = data["entries"][5 - seq] | {"digest": scribe.at(seq).digest}
    assert forged(data) == f"a digest stands beside a body (entry {seq})"


def test_cosigs_are_beside_the_body_and_kept() -> None:
    scribe = mixed_log()
    cosigs = [{"key": private_key("bob").public.line, "sig": "reserved"}]
    data = scribe.data()
    data["entries"][3] = data["entries"][3] | {"cosigs": cosigs}
    plan = plan_from_data(data)
    walk(plan)
    assert plan.records[3].id == scribe.at(2).id
    assert plan.records[3].data["cosigs"] == cosigs
    assert "cosigs" not in plan.records[3].body


# changes of key


def test_a_change_of_key_shows_what_was_in_force() -> None:
    scribe = mixed_log()
    scribe.rotate("second")
    scribe.announce("join", commune="d@c.example")
    state = walk(scribe.plan())
    assert [key for _, key in state.authors] == [fingerprint("second"), *[fingerprint("alice")] * 6]
    assert state.key == private_key("alice").public


def with_turn(alter: Callable[[Data], Data], signer: str = "alice") -> Data:
    """A log that ends with a change of key whose body is altered before it is signed."""
    scribe = Scribe()
    body = alter(dict(scribe.copy().rotate("second").body))
    scribe._announce("key", body, private_key(signer))
    scribe.keys[-1] = private_key("second")
    return scribe.data()


def proof(old: str, new: str, by: str) -> str:
    return sign(private_key(by), KEY_NAMESPACE, {"from": fingerprint(old), "key": fingerprint(new)})


def line(name: str) -> str:
    return private_key(name).public.line


@pytest.mark.parametrize(
    ("alter", "reason"),
    [
        *[(lambda body, key=key: body | {key: "x"}, "from which key to which") for key in ("from", "key", "recovered")],
        *[(lambda body, key=key: body | {key: 5}, "from which key to which") for key in ("from", "key", "recovered")],
        (lambda body: {"key": body["key"], "proof": body["proof"]}, "from which key to which"),
        (lambda body: {"from": body["from"], "proof": body["proof"]}, "from which key to which"),
        (lambda body: {"from": body["from"], "key": body["key"]}, "the new key did not sign the change"),
        (lambda body: body | {"proof": 5}, "the new key did not sign the change"),
        (lambda body: body | {"proof": "x"}, "signature spelling (the new key did not sign the change"),
        (lambda body: body | {"proof": proof("alice", "second", "alice")}, "the new key did not sign the change"),
        (lambda body: body | {"proof": proof("other", "second", "second")}, "the new key did not sign the change"),
        (lambda body: body | {"key": line("third"), "proof": proof("alice", "third", "third")}, "comes after it"),
        (lambda body: body | {"from": line("other"), "proof": proof("other", "second", "second")}, "announcement sig"),
        (lambda body: body | {"recovered": line("safe")}, "announcement signature"),
    ],
)
def test_a_change_of_key_that_does_not_hold(alter: Callable[[Data], Data], reason: str) -> None:
    assert reason in forged(with_turn(alter))
    walk(plan_from_data(with_turn(lambda body: body)))


def test_a_recovery_is_signed_by_the_recovery_key() -> None:
    data = with_turn(lambda body: body | {"recovered": line("safe"), "recovery": fingerprint("next")}, signer="safe")
    (link,) = walk(plan_from_data(data)).links
    assert (link.recovered_by, link.next_recovery) == (fingerprint("safe"), fingerprint("next"))
    assert "announcement signature" in forged(with_turn(lambda body: body | {"recovered": line("safe")}, signer="x"))


def test_a_next_recovery_that_is_no_fingerprint_is_none() -> None:
    data = with_turn(lambda body: body | {"recovered": line("safe"), "recovery": "x"}, signer="safe")
    assert walk(plan_from_data(data)).links[0].next_recovery is None
