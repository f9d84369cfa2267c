"""Two people on two ports: one follows the other, sees a post within one fetch, and answers; the answer arrives."""

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.end_to_end.stage import Daemon, Person, ask, serving


class Two(NamedTuple):
    """Two people who have just made their accounts; their addresses have the ports of their daemons in them."""

    ana: Person
    bo: Person
    ana_at: str
    bo_at: str


class Hosts(NamedTuple):
    """The daemons of Ana's host and of Bo's, and the folders that they serve."""

    anas: Daemon
    bos: Daemon
    folder: Path


@pytest.fixture(scope="module")
def hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosts]:
    folder = tmp_path_factory.mktemp("hosts")
    admin = Person(folder)
    for name in ("anas", "bos"):
        (folder / name).mkdir()
    with serving(admin, "--spool", "anas") as anas, serving(admin, "--spool", "bos") as bos:
        yield Hosts(anas, bos, folder)


_numbers = itertools.count()


@pytest.fixture
def two(hosts: Hosts, tmp_path: Path) -> Two:
    """Each test has people of its own there."""
    number = next(_numbers)
    ana_at, bo_at = f"ana{number}@127.0.0.1:{hosts.anas.port}", f"bo{number}@127.0.0.1:{hosts.bos.port}"
    ana = Person(tmp_path / "ana").settle(ana_at, hosts.folder / "anas" / f"ana{number}.plan")
    bo = Person(tmp_path / "bo").settle(bo_at, hosts.folder / "bos" / f"bo{number}.plan")
    return Two(ana, bo, ana_at, bo_at)


def test_a_post_is_seen_and_its_answer_comes_back(two: Two, hosts: Hosts) -> None:
    """The main job, as it is told in the issue: follow, fetch, reply, fetch, thread, mentions, edit, retract."""
    ana, bo, ana_at, bo_at = two
    first = ana.says("post", "Leeks in before the frost.").strip()
    assert first.startswith(f"{ana_at}#")

    # Bo follows her: the key's fingerprint is shown, and what she said is here.
    followed = bo.run("follow", ana_at)
    assert followed.stdout == ""
    assert ana.fingerprint in followed.stderr
    assert bo.texts("timeline") == ["Leeks in before the frost."]

    # A post from then on is seen within one fetch.
    question = ana.says("post", "Who brings a barrow?").strip()
    assert bo.run("fetch").stderr == "1 asked, 1 new.\n"
    shown = bo.says("timeline")
    assert shown.index("Leeks in") < shown.index("Who brings a barrow?")

    # Bo answers by the beginning of its id; she follows him, and it stands in thread and mentions.
    prefix = question.partition("#")[2][:8]
    answer = bo.objects("reply", prefix, "I do.")[0]
    assert answer["reference"].startswith(f"{bo_at}#")
    ana.run("follow", bo_at, "--nick", "barrow-bo")
    (mention,) = ana.objects("mentions")
    assert mention["reference"] == answer["reference"]
    assert (mention["text"], mention["re"]) == ("I do.", question)
    assert (mention["nick"], mention["verdict"], mention["unread"], mention["me"]) == (
        "barrow-bo", "verified", True, False,
    )
    places = ana.objects("thread", prefix)
    assert [(place["depth"], place["me"], place["text"]) for place in places] == [
        (0, True, "Who brings a barrow?"), (1, False, "I do."),
    ]
    for command in (("mentions",), ("thread", prefix)):
        shown = ana.says(*command)
        assert "I do." in shown
        assert "barrow-bo" in shown

    # What she changes and takes back, changes and goes at his.
    ana.run("edit", prefix, "Who brings a barrow, or two?")
    ana.run("retract", first, "--yes")
    bo.run("fetch")
    by_reference = {item["reference"]: item for item in bo.objects("timeline", "-n", "0")}
    assert by_reference[question]["text"] == "Who brings a barrow, or two?"
    assert by_reference[question]["edited"]
    assert "Leeks" not in json.dumps(by_reference)
    assert b"Leeks" not in ask(hosts.anas.port, ana_at.partition("@")[0])
    (row,) = bo.objects("following")
    assert (row["address"], row["verdict"], row["failure"], row["seq"]) == (ana_at, "verified", None, 4)


def test_a_forged_answer_is_told_and_not_followed(two: Two, hosts: Hosts) -> None:
    """`verify` ends with 4 where a served plan does not hold; `follow` refuses it, and nothing is stored."""
    ana, bo, ana_at, _ = two
    ana.has_posted("Forty rows.")
    answer = ask(hosts.anas.port, ana_at.partition("@")[0])
    for name, data in (("sound", answer), ("forged", answer.replace(b"Forty", b"Fifty"))):
        (bo.home / name).write_bytes(data)
    (sound,) = bo.objects("verify", "sound")
    assert (sound["verdict"], sound["address"], sound["seq"]) == ("verified", ana_at, 1)
    assert sound["fingerprint"] == ana.fingerprint
    (forged,) = bo.objects("verify", "forged", code=4)
    assert forged["verdict"] == "forged"
    assert forged["reason"]

    ana.plan.write_text(ana.plan.read_text(encoding="utf-8").replace("Forty", "Fifty"), encoding="utf-8")
    assert "forged" in bo.run("follow", ana_at, code=1).stderr
    assert bo.objects("following") == []


def test_faults_have_their_codes_and_a_line(ana: Person) -> None:
    """2 for a command that is called wrongly, 1 for what fails; nothing on stdout, no prompt off a terminal."""
    for arguments in (["timeline", "--nonsense"], ["follow", "nobody"], ["bond", "offer"]):
        told = ana.run(*arguments, code=2)
        assert told.stdout == ""
        assert told.stderr
    for arguments in (["show", "abcdefgh"], ["init", "ana@fields.example"]):
        told = ana.run(*arguments, code=1)
        assert told.stdout == ""
        assert len(told.stderr.splitlines()) == 1
    nobody = Person(ana.home.parent / "nobody")
    assert "thimbl init" in nobody.run("post", "Hello.", code=1).stderr


def test_a_list_of_people_that_was_edited_by_hand_counts(two: Two, hosts: Hosts) -> None:
    """following.yaml is the one place for whom one follows: the next fetch takes it as it stands."""
    ana, bo, ana_at, bo_at = two
    ana.has_posted("Found by hand.")
    listed = bo.home / "following.yaml"
    listed.write_text(
        f"# whom I read\nfollowing:\n  - nick: ana\n    address: {ana_at}\n    private: true\n", encoding="utf-8"
    )
    bo.run("fetch")
    assert bo.texts("timeline") == ["Found by hand."]
    (row,) = bo.objects("following")
    assert (row["nick"], row["private"]) == ("ana", True)
    assert ana_at.encode() not in ask(hosts.bos.port, bo_at.partition("@")[0]), "a private follow is nobody's business"
    listed.write_text("following:\n  - adress: oops\n", encoding="utf-8")
    told = bo.run("fetch", code=1).stderr
    assert "following.yaml" in told
    assert len(told.splitlines()) == 1


def test_the_store_is_made_again_from_plan_and_archive(two: Two) -> None:
    """Without its store a home has its own log; `rebuild` and a fetch give the same timeline as before."""
    ana, bo, ana_at, _ = two
    for number in range(3):
        ana.has_posted(f"Row {number}.")
    bo.run("follow", ana_at)
    own = bo.has_posted("And after it?")
    before = bo.objects("timeline", "-n", "0")
    assert len(before) == 4
    bo.run("rebuild")
    assert bo.objects("timeline", "-n", "0") == before
    for path in bo.home.glob("store.sqlite3*"):
        path.unlink()
    bo.run("rebuild")
    assert [item["reference"] for item in bo.objects("timeline", "-n", "0")] == [own]
    bo.run("fetch")
    assert bo.objects("timeline", "-n", "0") == before
