"""`bonds`, `commune` and `NAME/ledger` for people with nothing but finger: what the store's records come to."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.asking import LATER, ask
from tests.support.scribe import Scribe
from thimbl.core.address import Address
from thimbl.core.log import Known, judge
from thimbl.core.plan import read_plan
from thimbl.core.plantext import decode
from thimbl.node.serving.accounts import Spool
from thimbl.node.serving.answering import Answerer
from thimbl.node.serving.copies import Copies
from thimbl.store.ledgers import Ledgers
from thimbl.store.reader import Reader
from thimbl.store.writer import Writer

FIELDS = Path(__file__).parents[1] / "vectors" / "fields"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Writer]:
    """A store that holds all plans of the worked example, and follows nobody."""
    with Writer.open(tmp_path / "store.sqlite3") as writer:
        for path in sorted(FIELDS.glob("*.plan")):
            plan = read_plan(decode(path.read_bytes()))
            writer.take(judge(plan, Known(plan.head.address), 2**31), 2**31)
        yield writer


@pytest.fixture
def host(store: Writer, tmp_path: Path) -> Iterator[Answerer]:
    """A host of the commune's own plan, with that store beside it."""
    (tmp_path / "spool").mkdir()
    copies = Copies(lambda: Reader.open(tmp_path / "store.sqlite3"))
    answerer = Answerer(Spool(tmp_path / "spool"), lambda: LATER, copies=copies)
    yield answerer
    answerer.reload()


@pytest.fixture(autouse=True)
def restless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each change of the store is seen at once, however long the folding took."""
    monkeypatch.setattr("thimbl.node.serving.communes.REST", 0.0)


def asked(host: Answerer, user: str, hosts: tuple[str, ...] = ()) -> str:
    return bytes(ask(host, user, hosts=hosts)).decode().replace("\r\n", "\n")


def everybody(store: Writer, *, private: str = "") -> None:
    for path in sorted(FIELDS.glob("*.plan")):
        address = read_plan(decode(path.read_bytes())).head.address
        store.follow(address, address.user, private=str(address) == private)


def commune_of() -> str:
    [name] = [
        str(plan.head.address)
        for plan in (read_plan(decode(path.read_bytes())) for path in FIELDS.glob("*.plan"))
        if any(record.kind == "charter" for record in plan.records)
    ]
    return name


def test_whom_it_does_not_follow_is_on_no_page(host: Answerer) -> None:
    assert "follows no commune" in asked(host, "commune")
    assert "No bonds are open" in asked(host, "bonds")


def test_the_ledger_in_72_columns(host: Answerer, store: Writer) -> None:
    everybody(store)
    text = asked(host, "commune")
    assert commune_of() in text
    assert "Findings: none" in text
    assert "complete" in text
    assert "INCOMPLETE" not in text
    assert max(map(len, text.splitlines())) <= 72
    user, _, place = commune_of().partition("@")
    assert asked(host, f"{user}/ledger", hosts=(place,)) == text


def test_it_is_folded_again_only_when_the_store_has_changed(
    host: Answerer, store: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    everybody(store)
    folds: list[Ledgers] = []
    refresh = Ledgers.refresh

    def counted(ledgers: Ledgers) -> bool:
        folds.append(ledgers)
        return refresh(ledgers)

    monkeypatch.setattr(Ledgers, "refresh", counted)
    first = [asked(host, "commune"), asked(host, "bonds"), asked(host, "commune")]
    assert len(folds) == 1
    assert first[0] == first[2]
    [address] = [one.address for one in store.authors(followed_only=True) if str(one.address) == commune_of()]
    store.unfollow(address)
    assert "follows no commune" in asked(host, "commune")
    assert len(folds) == 2


def test_who_is_followed_in_private_leaves_no_trace(host: Answerer, store: Writer) -> None:
    """Neither by what a ledger can say with their help nor by what it lacks: whom the commune cites counts, whether or
    not somebody follows them. And a commune that is followed in private is on no page."""
    everybody(store)
    open_to_all = asked(host, "commune")
    everybody(store, private="cy@mill.example")
    assert asked(host, "commune") == open_to_all
    store.unfollow(Address.parse("cy@mill.example"))
    assert asked(host, "commune") == open_to_all
    everybody(store, private=commune_of())
    assert "follows no commune" in asked(host, "commune")


def test_a_commune_that_is_cited_is_not_shown_for_it(host: Answerer, store: Writer) -> None:
    """A commune that is not shown here is on no page, though another one cites it."""
    everybody(store)
    before = asked(host, "commune") + asked(host, "bonds")
    other = Scribe("eve@mill.example", key="eve")
    other.announce("charter", name="Eve's", currency="EUR", digits=2, period="month", rules=1)
    store.take(judge(other.plan(), Known(other.address), 2**31), 2**31)
    store.follow(other.address, "eve", private=True)
    store._db.run(
        "INSERT INTO citation SELECT id, 'eve@mill.example', 1 FROM author WHERE address = ?", (commune_of(),)
    )
    assert asked(host, "commune") + asked(host, "bonds") == before
    store.follow(other.address, "eve", private=False)
    assert "eve@mill.example" in asked(host, "commune")


def test_an_account_with_a_plan_comes_before_the_page(host: Answerer, store: Writer, tmp_path: Path) -> None:
    everybody(store)
    [path] = [path for path in FIELDS.glob("*.plan") if b"kind: charter" in path.read_bytes()]
    (tmp_path / "spool" / "commune.plan").write_bytes(path.read_bytes())
    assert "charter" in asked(host, "commune")
    assert "Findings: none" in asked(host, "commune/ledger")
    assert "no commune of that name" in asked(host, "commune/ledger/more")
