"""A plan of 2010 as the beginning of a log: marked as imported, at its own times, and out again as it was."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.sneaker import NOW, account_in
from thimbl.core.address import Address
from thimbl.core.chain import walk
from thimbl.core.classic import Message, read_classic, write_classic
from thimbl.core.imported import Imported, imported
from thimbl.core.plan import Plan
from thimbl.core.times import parse_time
from thimbl.home import following
from thimbl.home.account import Account
from thimbl.home.beginning import begin, for_address
from thimbl.home.bundles.classic import classic_of
from thimbl.home.errors import Refused
from thimbl.home.following import Followed
from thimbl.home.heritage import Heritage, bequeath, read_heritage
from thimbl.node.serving.views import messages_of

DATA = Path(__file__).resolve().parents[1] / "data"
DK = Address.parse("dk@telekommunisten.org")
ASHULL = Address.parse("ashull@telekommunisten.org")


def inherit(folder: Path, plan: Path, address: Address = DK) -> Account:
    account = begin(for_address(account_in(folder), address), {}).account
    bequeath(account, read_heritage(plan, address))
    return account


def classic(account: Account) -> str:
    with account.writer() as store:
        return classic_of(account, store, account.address, messages_of)


@pytest.mark.parametrize("name", ["thimbl-2010-plan.json", "thimbl-2011-finger-answer.txt"])
def test_real_plans_come_back(tmp_path: Path, name: str) -> None:
    """Every message and reply, whom he followed and what he told of himself; each at its own time in the log."""
    heritage = read_heritage(DATA / name, DK)
    account = inherit(tmp_path, DATA / name)
    again = read_classic(classic(account))
    assert again.messages == heritage.plan.messages
    assert again.following == heritage.plan.following
    assert again.properties == heritage.plan.properties
    assert (again.name, again.bio) == (heritage.plan.name, heritage.plan.bio)
    records = account.files.all_records(account.files.load())
    log = account.files.load()
    assert log.head is not None
    walk(Plan(log.head, tuple(records[::-1])))
    assert [record.time for record in records] == [message.time for message in heritage.plan.messages[::-1]]
    for record, message in zip(records, heritage.plan.messages[::-1], strict=True):
        assert imported(record.body) == Imported(DK, message.time, message.to)
        assert record.text == message.text


def test_what_was_said_since_stands_above(tmp_path: Path) -> None:
    """And an edit of an imported post keeps that it was imported."""
    account = inherit(tmp_path, DATA / "thimbl-2010-plan.json")
    first = account.files.all_records(account.files.load())[0]
    account.authoring.edit(first.id, "@rico, I'll finger you later")
    account.authoring.post("Now.")
    messages = read_classic(classic(account)).messages
    assert messages[0] == Message("Now.", NOW)
    rico = Address.parse("rw@telekommunisten.org")
    assert messages[-1] == Message("@rico, I'll finger you later", parse_time("2010-06-22T16:23:40Z"), rico)
    assert account.files.load().window[0].time == NOW


def test_what_can_not_be_taken_over(tmp_path: Path) -> None:
    """It is named; a message from the future stands where it was signed, and keeps its own time."""
    path = tmp_path / "plan.json"
    path.write_text(
        json.dumps(
            {
                "name": "Dmytri",
                "messages": [
                    {"text": "x" * 9000, "time": "20100101000000"},
                    {"text": "no time"},
                    {"text": "From the future.", "time": "20990101000000"},
                    {"text": "First.", "time": "20100101000000"},
                ],
                "properties": {"Home Page": "http://x.example", "EMail": "dk@x.example"},
                "following": [
                    {"nick": "a", "address": "a@x.example"},
                    {"nick": "a", "address": "b@x.example"},
                    {"nick": "me", "address": "dk@telekommunisten.org"},
                ],
            }
        )
    )
    heritage = read_heritage(path, DK)
    account = begin(for_address(account_in(tmp_path / "home"), DK), {"name": "DK"}).account
    account.follow(Followed("quiet", Address.parse("c@x.example"), private=True))
    assert bequeath(account, heritage) == 2
    assert heritage.left_out == [
        "messages: item 2 has no time",
        "a message of 9000 bytes; 8192 are the most",
        "the property 'home page'",
    ]
    records = account.files.load().window
    assert [record.time for record in records] == [NOW, parse_time("2010-01-01T00:00:00Z")]
    assert imported(records[0].body) == Imported(DK, parse_time("2099-01-01T00:00:00Z"))
    about = account.authoring.head_about()
    assert (about["name"], about["properties"]) == ("DK", {"email": "dk@x.example"})
    assert [(one.nick, one.private) for one in following.load(account.paths)] == [
        ("quiet", True), ("a", False), ("b@x.example", False),
    ]  # fmt: skip
    assert [follow["nick"] for follow in about["following"]] == ["a", "b@x.example"]


def test_only_the_beginning_of_a_log(tmp_path: Path) -> None:
    account = inherit(tmp_path, DATA / "thimbl-2010-plan.json")
    before = account.paths.plan.read_bytes()
    with pytest.raises(Refused, match="only be its beginning"):
        bequeath(account, read_heritage(DATA / "thimbl-2010-plan.json", DK))
    assert account.paths.plan.read_bytes() == before


@pytest.mark.parametrize("text", ["Gone fishing.", '{"thimbl": 2}', "{}", '{"messages": [}'])
def test_what_is_no_plan_of_2010(tmp_path: Path, text: str) -> None:
    (tmp_path / "it").write_text(text)
    with pytest.raises(Refused, match="is no plan of Thimbl of 2010: "):
        read_heritage(tmp_path / "it", DK)


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
messages = st.lists(
    st.builds(
        Message,
        texts,
        st.datetimes(datetime(1, 1, 1), datetime(2026, 11, 1)).map(lambda at: int(at.replace(tzinfo=UTC).timestamp())),
        st.sampled_from([None, DK, ASHULL]),
    ),
    max_size=6,
)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Account:
    return begin(for_address(account_in(tmp_path_factory.mktemp("fresh")), DK), {}).account


@given(messages)
def test_any_messages_come_back(fresh: Account, said: list[Message]) -> None:
    """As many, as they were, in the order of their times: by way of posts of a log that was signed."""
    heritage = Heritage(read_classic(write_classic("dk", DK, "", said, [], {})), DK)
    entries = heritage.entries()
    assert heritage.left_out == []
    made = _signed(fresh, entries)
    again = read_classic(write_classic("dk", DK, "", messages_of(made[::-1]), [], {}))
    assert sorted(map(repr, again.messages)) == sorted(map(repr, said))
    assert [record.time for record in made] == sorted(message.time for message in said)


def _signed(account: Account, entries: list) -> list:
    """The records that would be published, without writing a file for each example."""
    from thimbl.core.compose import make_record, salted

    signer, records, prev = account.signer(), [], None
    for seq, entry in enumerate(entries, 1):
        made = salted(entry, account.random)
        record = make_record(made, address=DK, seq=seq, prev=prev, time=entry.time, signer=signer)
        records.append(record)
        prev = record.id
    return records


def test_what_is_not_so_is_shown_as_any_other() -> None:
    """A body may say anything."""
    good = {"from": "dk@telekommunisten.org", "time": "2010-06-22T17:00:25Z"}
    assert imported({"imported": good}) == Imported(DK, parse_time("2010-06-22T17:00:25Z"))
    crooked: list[object] = [None, "2010", [], {}, {**good, "from": 3}, {**good, "time": "2010"}, {**good, "to": "x"}]
    for bad in crooked:
        assert imported({"imported": bad}) is None
