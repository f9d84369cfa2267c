"""A backup: export on one machine, import on a new one, and nothing is lost."""

import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.scribe import Scribe, fingerprint
from tests.support.sneaker import NOW, Hand, account_in
from thimbl.core.address import Address
from thimbl.core.compose import Entry
from thimbl.core.log import Verdict, judge_bytes
from thimbl.core.records import POST
from thimbl.core.web import FeedUrl, entry_id
from thimbl.core.webfeed import Entry as Said
from thimbl.core.webfeed import Feed, Kind
from thimbl.home import following, muting
from thimbl.home.account import Account
from thimbl.home.beginning import begin, for_address
from thimbl.home.bundles.choosing import everyone, logs_of
from thimbl.home.bundles.faults import BundleRefused
from thimbl.home.bundles.names import BACKUP
from thimbl.home.bundles.opening import opened
from thimbl.home.bundles.packing import opening_files, packed
from thimbl.home.bundles.personal import Backup, Restored, pack
from thimbl.home.bundles.taking import take_logs
from thimbl.home.bundles.tars import Packed, tar_of
from thimbl.home.bundles.writing import write_to
from thimbl.home.drafts import Drafts
from thimbl.home.errors import Refused
from thimbl.home.following import Followed
from thimbl.store import web
from thimbl.store.mutes import Mute, MuteKind
from thimbl.store.take import Take
from thimbl.store.types import Selection, View
from thimbl.store.web import Standing

ANA = Address.parse("ana@fields.example")
DK = Address.parse("dk@telekommunisten.org")
BLOG = FeedUrl.parse("https://blog.example/feed.atom")
BLOG_FILE = f"{BACKUP}web/000001"
Files = dict[str, bytes]
CLASSIC = (
    b'{"name": "dk", "address": "dk@telekommunisten.org", "messages": [{"text": "Old.", "time": "20101206070601"}]}'
)


def no_key(*_: object) -> None:
    raise AssertionError("nothing here is encrypted")


def back_up(account: Account, path: Path, *, with_key: bool = False) -> Path:
    """What `thimbl export --backup` writes."""
    with account.writer() as store:
        who = [ANA, *(one for one in everyone(store) if one != ANA)]
        mine = list(pack(account, store, with_key=with_key))
        write_to(path, packed(logs_of(account, store, who, []), mine, opening_files(ANA)), None, secret=True)
    return path


def restore(account: Account, path: Path) -> Restored:
    """What `thimbl import --backup` does."""
    with opened(path, no_key, path.parent) as bundle:
        backup = Backup(bundle, account)
        made = backup.write()
        backup.restore_before(made.account)
        with made.account.writer() as writer:
            take_logs(bundle, backup.others, writer, NOW, lambda taken: None)
        backup.restore_after(made.account, NOW)
    return made


def furnished(folder: Path) -> tuple[Account, dict[str, Scribe]]:
    """Ana's home with all that a person has, and those whom she knows."""
    account = begin(for_address(account_in(folder), ANA), {"name": "Ana", "bio": "Grows leeks."}).account
    people = {name: Scribe(f"{name}@mill.example", key=name, recovery=f"{name}-spare") for name in ("bob", "cy", "di")}
    account.authoring.post("What I took back.")
    account.authoring.retract(account.authoring.files.load().window[0].id)
    account.authoring.say([Entry(POST, {"text": f"Post {number}. " + "Frost. " * 150}) for number in range(60)])
    hand = Hand(folder)
    for scribe in people.values():
        scribe.posts(3)
        hand.fetch(scribe)
    people["bob"].rotate("bob-2")
    people["bob"].head_data["name"] = "Bob"
    hand.fetch(people["bob"])
    branch = people["cy"].rewound(2)
    branch.post("Another third.")
    text = branch.text().encode()
    judged = judge_bytes(text, hand.writer.known(branch.address, 1, 3), NOW)
    hand.writer.take_many([Take(judged, NOW, branch.address, evidence=(text,))])
    hand.writer.take(judge_bytes(CLASSIC, hand.writer.known(DK, 1, 1), NOW), NOW, asked=DK, raw=CLASSIC)
    read = hand.writer.rowids(Selection(View.AUTHOR, author=people["di"].address))[1:]
    hand.writer.mark(read)
    hand.writer.set_state("tui.place", '{"view": "timeline"}')
    account.follow(Followed("bobby", people["bob"].address))
    account.follow(Followed("quiet", people["di"].address, private=True))
    account.follow(Followed.of_feed("blog", BLOG))
    with account.writer() as writer:
        account.sync_following(writer)
        older, newer = entry_id("1", BLOG), entry_id("2", BLOG)
        answered = f"bob@mill.example#{people['bob'].records[1].id}"
        said = Said(older, "Older.", NOW - 900, answers=answered, title="T", author="Di", name="1", licence="PPL")
        for number, one in enumerate((said, Said(newer, "Newer.", edited=NOW - 5))):
            feed = Feed(Kind.ATOM, "A blog", (one,), home="https://blog.example/", people={"eve": "eve@mill.example"})
            web.take(writer, BLOG.address, feed, NOW - 100 + number, Standing(BLOG))
        writer.mark([writer.find(f"{BLOG.address}#{older}")[0].rowid])
    account.mute(Mute.of(MuteKind.WORD, "football"), Mute.of(MuteKind.AUTHOR, "eve@mill.example", NOW + 99))
    Drafts(account.paths.drafts).save("post", "Half a thought")
    config = account.paths.config
    config.write_text(config.read_text() + "# by hand\nprivate_hosts: true\n")
    with account.writer() as writer:
        account.remember_all(writer)
    return account_in(folder), people


def all_that_counts(account: Account) -> dict[str, Any]:
    """What a person would miss."""
    with account.writer() as store:
        items = store.items(store.rowids(Selection(View.EVERYONE)))
        authors = {str(one.address): one for one in store.authors(followed_only=False)}
        return {
            "plan": account.paths.plan.read_bytes(),
            "archive": {path.name: path.read_bytes() for path in account.paths.archive.glob("0*.json")},
            "config": account.paths.config.read_bytes(),
            "following": following.load(account.paths),
            "mutes": muting.load(account.paths),
            "draft": Drafts(account.paths.drafts).load("post"),
            "items": [
                (
                    str(one.reference),
                    one.text,
                    one.time,
                    one.edited,
                    one.subject,
                    str(one.re),
                    (one.by, one.licence, one.named),
                    one.unread,
                    one.retracted,
                    one.verdict,
                )
                for one in items
            ],
            "pins": {name: (one.key, one.recovery, one.seq, one.gap_below) for name, one in authors.items()},
            "people": {name: (one.nick, one.followed, one.private, one.name) for name, one in authors.items()},
            "verdicts": {name: one.verdict for name, one in authors.items() if name != str(ANA)},
            "retired": {name: store.known(one.address, 1, 9).retired for name, one in authors.items()},
            "evidence": {name: store.evidence(one.address) for name, one in authors.items()},
            "state": store.state("tui.place"),
            "web": {name: one.web for name, one in authors.items()},
        }


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Scribe]]:
    """A home to be copied."""
    folder = tmp_path_factory.mktemp("model") / "old"
    return folder, furnished(folder)[1]


@pytest.fixture(scope="module")
def files(model: tuple[Path, dict[str, Scribe]], tmp_path_factory: pytest.TempPathFactory) -> Files:
    """The files of a backup of it, with the key."""
    path = back_up(account_in(model[0]), tmp_path_factory.mktemp("backup") / "it.tar", with_key=True)
    with opened(path, no_key, path.parent) as bundle:
        return {name: bundle.read(name) for name in bundle.sizes()}


@pytest.fixture
def home(model: tuple[Path, dict[str, Scribe]], tmp_path: Path) -> tuple[Account, dict[str, Scribe]]:
    shutil.copytree(model[0], tmp_path / "old")
    return account_in(tmp_path / "old"), {name: scribe.copy() for name, scribe in model[1].items()}


def test_nothing_is_lost(home: tuple[Account, dict[str, Scribe]], tmp_path: Path) -> None:
    """Plan, archive, settings to the byte, whom she follows and how, mutes, drafts, pins and recovery keys, what is
    read, evidence and marks, plans that nobody signed, what feeds of the web said. And she goes on writing."""
    account, people = home
    path = back_up(account, tmp_path / "it.tar", with_key=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    made = restore(account_in(tmp_path / "new"), path)
    new = account_in(tmp_path / "new")
    assert all_that_counts(new) == all_that_counts(account)
    known = all_that_counts(new)
    assert known["pins"]["bob@mill.example"][:2] == (fingerprint("bob-2"), fingerprint("bob-spare"))
    assert known["verdicts"]["cy@mill.example"] is Verdict.FORKED
    assert [item[7] for item in known["items"] if item[0].startswith("di@")].count(True) == 1
    assert (str(made.fate), made.key, made.said) == ("restored", new.paths.key, [])
    assert stat.S_IMODE(new.paths.key.stat().st_mode) == 0o600
    new.authoring.post("From the new machine.")
    assert new.files.load().seq == account.files.load().seq + 1
    # A recovery that another key than the pinned one made does not count there either.
    people["di"].recover("thief", by="thief-spare")
    with new.writer() as store:
        judged = judge_bytes(people["di"].text().encode(), store.known(people["di"].address, 1, 9), NOW)
    assert judged.verdict is Verdict.NEW_KEY


def test_a_second_time_nothing_changes(home: tuple[Account, dict[str, Scribe]], tmp_path: Path) -> None:
    """What was done here since stays: read marks, what was posted, whom one follows no longer."""
    path = back_up(home[0], tmp_path / "it.tar", with_key=True)
    restore(account_in(tmp_path / "new"), path)
    new = account_in(tmp_path / "new")
    new.authoring.post("Since.")
    new.unfollow(home[1]["bob"].address)
    with new.writer() as store:
        new.remember_all(store)
        store.mark_all(Selection(View.EVERYONE))
    before = all_that_counts(new)
    made = restore(new, path)
    assert str(made.fate) == "newer"
    assert made.said == [f"{new.paths.following} is another one than in the backup, and stays as it is."]
    assert all_that_counts(new) == before


def test_a_log_that_was_gone_on_with_elsewhere(home: tuple[Account, dict[str, Scribe]], tmp_path: Path) -> None:
    """A later backup brings the rest of it; one of another branch changes nothing, and says so."""
    account = home[0]
    restore(account_in(tmp_path / "new"), back_up(account, tmp_path / "1.tar", with_key=True))
    new = account_in(tmp_path / "new")
    new.authoring.post("From the new machine.")
    made = restore(account, back_up(new, tmp_path / "2.tar"))
    assert str(made.fate) == "extended"
    assert account.files.load().window[0].text == "From the new machine."
    new.authoring.post("Here.")
    account.authoring.post("And there.")
    before = all_that_counts(account)
    with pytest.raises(Refused, match="differ at record"):
        restore(account, back_up(new, tmp_path / "3.tar"))
    assert all_that_counts(account) == before


def test_without_the_key(home: tuple[Account, dict[str, Scribe]], tmp_path: Path) -> None:
    path = back_up(home[0], tmp_path / "it.tar")
    assert b"PRIVATE KEY" not in path.read_bytes()
    assert restore(account_in(tmp_path / "new"), path).key is None
    assert not (tmp_path / "new" / "key").exists()


def test_another_ones_home_is_left_alone(home: tuple[Account, dict[str, Scribe]], tmp_path: Path) -> None:
    path = back_up(home[0], tmp_path / "it.tar", with_key=True)
    begin(for_address(account_in(tmp_path / "cy"), Address.parse("cy@mill.example")), {})
    before = {one: one.read_bytes() for one in (tmp_path / "cy").rglob("*") if one.is_file()}
    with pytest.raises(Refused, match=r"home of cy@mill.example.*backup of ana@fields.example.*THIMBL_HOME"):
        restore(account_in(tmp_path / "cy"), path)
    assert {one: one.read_bytes() for one in (tmp_path / "cy").rglob("*") if one.is_file()} == before


def test_another_key_is_left_alone(home: tuple[Account, dict[str, Scribe]], tmp_path: Path) -> None:
    path = back_up(home[0], tmp_path / "it.tar", with_key=True)
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "key").write_text("Another one's.")
    with pytest.raises(Refused, match="another key"):
        restore(account_in(tmp_path / "new"), path)
    assert [one.name for one in (tmp_path / "new").iterdir()] == ["key"]


def test_paths_of_another_machine(home: tuple[Account, dict[str, Scribe]], tmp_path: Path) -> None:
    """A key that was elsewhere lies at home now; a plan in a spool that is not here, too. Both are said."""
    account = home[0]
    spool = tmp_path / "spool"
    spool.mkdir()
    (tmp_path / "keys").mkdir()
    for name in ("key", "key.pub"):
        (account.paths.key.with_name(name)).rename(tmp_path / "keys" / name)
    account.paths.plan.rename(spool / "ana.plan")
    account.paths.archive.rename(spool / "ana.plan.d")
    with account.paths.config.open("a") as config:
        config.write(f"key: {tmp_path / 'keys' / 'key'}\nplan: {spool / 'ana.plan'}\n")
    path = back_up(account_in(tmp_path / "old"), tmp_path / "it.tar", with_key=True)
    spool.rename(tmp_path / "gone")
    made = restore(account_in(tmp_path / "new"), path)
    assert len(made.said) == 2
    new = account_in(tmp_path / "new")
    assert (new.key_path, new.paths.plan) == (tmp_path / "new" / "key", tmp_path / "new" / ".plan")
    assert new.settings.private_hosts
    new.authoring.post("Here.")


def with_config(text: str) -> Callable[[Files], None]:
    return lambda files: files.update({BACKUP + "config.yaml": text.encode()})


CROOKED: dict[str, tuple[Callable[[Files], Any], str]] = {
    "nobody's": (lambda files: files.update({"thimbl-bundle.json": b'{"bundle":1}'}), "nobody's backup"),
    "settings": (with_config("address: ana@fields.example\nwindows: 3\n"), "config.yaml in it can not be .*windows"),
    "no settings": (with_config("- a\n"), "config.yaml in it can not be used"),
    "list": (lambda files: files.update({BACKUP + "following.yaml": b"following: 3"}), "following.yaml in it"),
    "mutes": (lambda files: files.update({BACKUP + "muted.yaml": b"muted:\n- what: x\n"}), "muted.yaml in it"),
    "state": (lambda files: files.update({BACKUP + "state.json": b'{"a":'}), "state.json in it"),
    "plan": (lambda files: files.update({"ana@fields.example.plan": b"Gone fishing."}), "does not hold"),
    "no feed": (lambda files: files.update({BLOG_FILE: b'{"url":"x"}'}), "not as it must be"),
    "undated": (
        lambda files: files.update({BLOG_FILE: files[BLOG_FILE].replace(b'"stored":[', b'"stored":[1,')}),
        "has no time",
    ),
    "page": (lambda files: files.update({"ana@fields.example.plan.d/00000001.json": b"[]"}), "does not hold"),
    "another's plan": (
        lambda files: files.update({"ana@fields.example.plan": Scribe("eve@mill.example").text().encode()}),
        "is the plan of eve@mill.example",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", CROOKED)
def test_what_can_not_be_used(files: Files, tmp_path: Path, what: str) -> None:
    """It is found before anything is written: the new home stays empty."""
    change, words = CROOKED[what]
    change(crooked := dict(files))
    path = tmp_path / "it.tar"
    path.write_bytes(b"".join(tar_of(Packed(name, 0, data) for name, data in crooked.items())))
    with pytest.raises(BundleRefused, match=words):
        restore(account_in(tmp_path / "new"), path)
    assert not (tmp_path / "new").exists()


def test_an_account_without_posts(tmp_path: Path) -> None:
    account = begin(for_address(account_in(tmp_path / "old"), ANA), {}).account
    restore(account_in(tmp_path / "new"), back_up(account, tmp_path / "it.tar", with_key=True))
    new = account_in(tmp_path / "new")
    assert new.address == ANA
    new.authoring.post("First.")
