"""Moving to another address: one log under two addresses, whoever looks, and wherever it is cut short."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.home.pen import settled_log
from tests.support.scribe import Scribe
from thimbl.core.address import Address, Reference
from thimbl.core.chain import walk
from thimbl.core.compose import Entry
from thimbl.core.keys import PrivateKey
from thimbl.core.log import Judgement, Known, Verdict, judge_bytes
from thimbl.core.plan import read_plan
from thimbl.core.records import MOVE, POST
from thimbl.home import following, settings
from thimbl.home.account import Account
from thimbl.home.beginning import begin, for_address
from thimbl.home.errors import KeyProblem, PlanEdited, PlanProblem, Refused
from thimbl.home.following import Followed
from thimbl.home.hooks.settings import Hook, HookSettings
from thimbl.home.keyfile import make_key
from thimbl.home.moving import Settled, plan_move, publish, settle
from thimbl.home.settings import Settings
from thimbl.store.types import Selection, View

OLD = Address.parse("ana@fields.example")
NEW = Address.parse("ana@dairy.example")
THIRD = Address.parse("anna@mill.example:7979")
NOW = 1_796_000_000


def find(folder: Path) -> Account:
    """The account of a home, as the next command finds it."""
    return Account.find({"THIMBL_HOME": str(folder)}, lambda: NOW, lambda number: b"\7" * number)


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which Ana has posted, and announced something."""
    folder = tmp_path_factory.mktemp("ana")
    account = begin(for_address(find(folder), OLD), {"name": "Ana"}).account
    account.authoring.say([Entry(POST, {"text": "Before."}), Entry("join", {"commune": "commune@fields.example"})])
    with account.writer() as store:
        account.catch_up(store)
    return folder


@pytest.fixture
def ana(furnished: Path, tmp_path: Path) -> Account:
    """Ana, in a copy of that home."""
    shutil.copytree(furnished, tmp_path, dirs_exist_ok=True)
    return find(tmp_path)


def move(account: Account, new: Address) -> Settled:
    """All of it, as the command does it."""
    wanted = plan_move(account, new)
    return settle(account, wanted, wanted.record or publish(account, wanted).records[-1])


def judged(plan: Path, who: Address) -> Judgement:
    """What somebody concludes who asks for `who`, has never heard of them, and gets this plan."""
    return judge_bytes(plan.read_bytes(), Known(who), NOW)


def everything(folder: Path) -> dict[str, bytes]:
    """All files of a home but the store's and locks."""
    paths = [path for path in folder.rglob("*") if path.is_file() and "store" not in path.name]
    return {str(path): path.read_bytes() for path in paths if not path.name.endswith("lock")}


def moves(account: Account) -> list[tuple[str, str]]:
    """The moves in a log, after every check that plan and archive must stand."""
    return [(one.body["from"], one.body["to"]) for one in settled_log(account.files) if one.kind == MOVE]


def test_the_log_goes_on_at_the_new_address(ana: Account, tmp_path: Path) -> None:
    """Earlier records verify under the old address, later ones under the new; two plans lead from one to the other."""
    done = move(ana, NEW)
    ana = find(tmp_path)
    assert (ana.address, done.account.address) == (NEW, NEW)
    ana.remember_published(ana.authoring.announce("leave", {"commune": "commune@fields.example"}))
    plan = read_plan(ana.paths.plan.read_text())
    assert plan.head.address == NEW
    assert [str(address) for address, _ in walk(plan).authors] == [str(NEW), str(OLD), str(OLD), str(OLD)]
    for asked in (OLD, NEW):
        assert judged(ana.paths.plan, asked).verdict is Verdict.VERIFIED
    last = judged(done.last_plan, OLD)
    assert (last.verdict, last.moved_to, len(last.records)) == (Verdict.VERIFIED, NEW, 3)
    assert done.last_plan.stat().st_mode & 0o777 == 0o644
    assert moves(ana) == [(str(OLD), str(NEW))]


def test_the_store_knows_the_two_for_one(ana: Account, tmp_path: Path) -> None:
    """One author, oneself, by both addresses; an answer to the old reference hangs on the post."""
    reference = f"{OLD}#{ana.files.load().window[-1].id}"
    move(ana, NEW)
    ana = find(tmp_path)
    ana.remember_published(ana.authoring.post("An answer to myself.", re=reference))
    with ana.writer() as store:
        [author] = store.authors(followed_only=False)
        assert (author.address, author.is_me, author.seq, author.moved_to) == (NEW, True, 4, None)
        assert store.brief(OLD) == store.brief(NEW)
        items = store.items(store.rowids(Selection(View.EVERYONE)))
        assert {item.address for item in items} == {NEW}
        assert len(items) == 4
        assert [one.depth for one in store.thread(Reference.parse(reference))] == [0, 1]


@pytest.mark.parametrize("lost", ["before", "after"])
def test_also_where_the_store_was_lost(ana: Account, tmp_path: Path, lost: str) -> None:
    """The log itself tells the next one where it has been."""
    if lost == "after":
        move(ana, NEW)
    for path in tmp_path.glob("store.sqlite3*"):
        path.unlink()
    if lost == "before":
        move(ana, NEW)
    ana = find(tmp_path)
    with ana.writer() as store:
        ana.catch_up(store)
        [author] = store.authors(followed_only=False)
        assert (author.address, author.seq, author.gap_below) == (NEW, 3, None)
        assert store.brief(OLD) == store.brief(NEW)


def test_whoever_finishes_by_hand_what_was_cut_short(ana: Account, tmp_path: Path) -> None:
    """The store, which took the new address for somebody new, knows better when the command is said again."""
    publish(ana, plan_move(ana, NEW))
    settings.change_address(ana.paths, NEW)
    ana = find(tmp_path)
    ana.remember_published(ana.authoring.post("Here."))
    done = move(ana, NEW)
    assert judged(done.last_plan, OLD).moved_to == NEW
    ana = find(tmp_path)
    with ana.writer() as store:
        ana.catch_up(store)
        [author] = store.authors(followed_only=False)
        assert (author.address, author.is_me, author.seq, author.gap_below) == (NEW, True, 4, None)
        assert len(store.rowids(Selection(View.EVERYONE))) == 4


def test_the_settings_stay_as_they_are_otherwise(ana: Account) -> None:
    config = ana.paths.config
    config.write_text("# mine\naddress: 'ana@fields.example'  # where I am\nwindow: 20000\n")
    move(ana, NEW)
    assert config.read_text() == f"# mine\naddress: {NEW}  # where I am\nwindow: 20000\n"
    config.write_text(f'{{"window": 20000, "address": "{NEW}"}}')
    settings.change_address(ana.paths, Address.parse("ana@[::1]:7979"))
    assert settings.load(ana.paths, {}) == Settings(Address.parse("ana@[::1]:7979"), window=20_000)


@pytest.mark.parametrize("cut", ["write_file", "settings.change_address"])
def test_cut_short_it_goes_on_where_it_was(
    ana: Account, tmp_path: Path, cut: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once published it can not be signed again, nothing else can be published, and the same words finish it."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(f"thimbl.home.moving.{cut}", full)
        with pytest.raises(OSError, match="No space"):
            move(ana, NEW)
    ana = find(tmp_path)
    assert ana.address == OLD
    with pytest.raises(PlanProblem, match=f"thimbl move {NEW}"):
        ana.authoring.post("Where am I?")
    with pytest.raises(Refused, match=f"thimbl move {NEW}"):
        plan_move(ana, THIRD)
    with ana.writer() as store:
        ana.catch_up(store)
    done = move(ana, NEW)
    assert judged(done.last_plan, OLD).moved_to == NEW
    ana = find(tmp_path)
    ana.remember_published(ana.authoring.post("Here."))
    assert moves(ana) == [(str(OLD), str(NEW))]
    with ana.writer() as store:
        assert [(author.address, author.seq) for author in store.authors(followed_only=False)] == [(NEW, 4)]


def test_said_again_it_only_makes_the_last_plan_anew(ana: Account, tmp_path: Path) -> None:
    """Without what was retracted since, and with nothing that was said since."""
    done = move(ana, NEW)
    before = done.last_plan.read_bytes()
    done.last_plan.unlink()
    assert move(find(tmp_path), NEW).last_plan.read_bytes() == before
    ana = find(tmp_path)
    ana.authoring.post("After.")
    ana.authoring.retract(ana.files.load().window[-1].id)
    done = move(ana, NEW)
    text = done.last_plan.read_text()
    assert "Before." not in text
    assert "After." not in text
    assert judged(done.last_plan, OLD).moved_to == NEW
    assert len(moves(ana)) == 1


def test_the_last_plan_of_a_long_log_is_a_window_that_ends_with_the_move(ana: Account, tmp_path: Path) -> None:
    config = ana.paths.config
    config.write_text(config.read_text() + "window: 16384\n")
    ana = find(tmp_path)
    ana.authoring.say([Entry(POST, {"text": "Frost on the lower field. " * 20})] * 99)
    done = move(ana, NEW)
    ana = find(tmp_path)
    ana.authoring.post("After.")
    text = done.last_plan.read_bytes()
    assert len(text) <= 16_384
    last = judged(done.last_plan, OLD)
    assert (last.moved_to, last.records[0].record.kind, last.wants_older) == (NEW, MOVE, True)
    done.last_plan.unlink()
    again = judged(move(ana, NEW).last_plan, OLD)
    assert [one.record.id for one in again.records] == [one.record.id for one in last.records]


def test_moving_on_and_back(ana: Account, tmp_path: Path) -> None:
    """Each address has its last plan, but the one where the log is now."""
    second = move(ana, NEW).last_plan
    third = move(find(tmp_path), THIRD).last_plan
    assert (judged(second, OLD).moved_to, judged(third, NEW).moved_to) == (NEW, THIRD)
    back = move(find(tmp_path), OLD)
    ana = find(tmp_path)
    ana.authoring.post("Home.")
    assert moves(ana) == [(str(OLD), str(NEW)), (str(NEW), str(THIRD)), (str(THIRD), str(OLD))]
    assert not second.exists(), "it would lead people away from here"
    assert judged(third, NEW).moved_to == THIRD
    assert judged(back.last_plan, THIRD).moved_to == OLD
    for asked in (OLD, NEW, THIRD):
        assert judged(ana.paths.plan, asked).verdict is Verdict.VERIFIED
    with ana.writer() as store:
        ana.catch_up(store)
        assert [(author.address, author.seq) for author in store.authors(followed_only=False)] == [(OLD, 6)]


def test_settings_that_were_changed_by_hand_before(ana: Account, tmp_path: Path) -> None:
    """The plan says where the log is; until it has moved, nothing can be published."""
    settings.change_address(ana.paths, NEW)
    ana = find(tmp_path)
    with pytest.raises(PlanProblem, match=f"thimbl move {NEW}"):
        ana.authoring.post("Here I am.")
    with ana.writer():
        pass  # the store thinks that there is somebody new
    with pytest.raises(PlanProblem, match="is the plan of"):
        plan_move(ana, THIRD)
    done = move(ana, NEW)
    assert judged(done.last_plan, OLD).moved_to == NEW
    with find(tmp_path).writer() as store:
        [author] = store.authors(followed_only=False)
        assert (author.address, author.is_me, author.seq) == (NEW, True, 3)


def followed(ana: Account) -> str:
    following.save(ana.paths, [Followed("di", NEW)])
    return "You follow"


def known_by_another_key(ana: Account) -> str:
    stranger = Scribe(str(NEW), key="stranger")
    stranger.post()
    with ana.writer() as store:
        store.take(judge_bytes(stranger.text().encode(), Known(NEW), NOW), NOW, asked=NEW)
    return "somebody else's, by the key"


def known_unsigned(ana: Account) -> str:
    raw = b'{"name": "dk", "messages": [{"text": "Old.", "time": "20101206070601"}]}'
    with ana.writer() as store:
        store.take(judge_bytes(raw, Known(NEW), NOW), NOW, asked=NEW, raw=raw)
    return "nobody signed"


def settings_of_a_third(ana: Account) -> str:
    publish(ana, plan_move(ana, NEW))
    ana.paths.config.write_text(f"address: {THIRD}\n")
    return f"is the plan of {NEW}"


def unpublished(ana: Account) -> str:
    ana.paths.plan.unlink()
    for path in ana.paths.archive.glob("*.json"):
        path.unlink()
    return "published nothing"


@pytest.mark.parametrize(
    "wrong",
    [followed, known_by_another_key, known_unsigned, settings_of_a_third, unpublished],
    ids=lambda one: one.__name__,
)
def test_what_is_no_place_to_move_to(ana: Account, tmp_path: Path, wrong: Callable[[Account], str]) -> None:
    reason = wrong(ana)
    before = everything(tmp_path)
    with pytest.raises((Refused, PlanProblem), match=reason):
        plan_move(find(tmp_path), NEW)
    assert everything(tmp_path) == before


def test_where_one_is_already(ana: Account) -> None:
    with pytest.raises(Refused, match=f"You are {OLD} already"):
        plan_move(ana, OLD)


def by_hand(ana: Account) -> Account:
    ana.paths.plan.write_text(ana.paths.plan.read_text().replace("Before.", "Behind."))
    return ana


def without_key(ana: Account) -> Account:
    ana.paths.key.unlink()
    ana.paths.key.with_name("key.pub").unlink()
    return ana


def gated(ana: Account) -> Account:
    hooks = HookSettings({Hook.BEFORE_POST: ("sh", "-c", "echo 'Not today.'; exit 1")})
    return replace(ana, settings=replace(ana.settings, hooks=hooks))


@pytest.mark.parametrize(
    ("spoil", "error", "reason"),
    [
        (by_hand, PlanEdited, "thimbl sign"),
        (without_key, KeyProblem, "key"),
        (gated, Refused, "before_post"),
    ],
    ids=["edited", "no key", "before_post"],
)
def test_what_keeps_it_from_being_signed_changes_nothing(
    ana: Account, tmp_path: Path, spoil: Callable[[Account], Account], error: type[Exception], reason: str
) -> None:
    ana = spoil(ana)
    before = everything(tmp_path)
    with pytest.raises(error, match=reason):
        move(ana, NEW)
    assert everything(tmp_path) == before


def test_another_key_than_the_plans(ana: Account, tmp_path: Path) -> None:
    other = tmp_path / "other-key"
    make_key(other, lambda: PrivateKey.from_seed(bytes(32)))
    spoilt = replace(ana, settings=replace(ana.settings, key=other))
    before = everything(tmp_path)
    with pytest.raises(PlanProblem, match="is signed by"):
        move(spoilt, NEW)
    assert everything(tmp_path) == before
