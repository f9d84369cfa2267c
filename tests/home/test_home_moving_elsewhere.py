"""What has to do with a move elsewhere: communes, a backup of who has moved, and a push to where they were."""

from pathlib import Path

import pytest

from tests.home.pen import make_pen, settled_log
from tests.store.arrivals import arrive
from tests.support.farside import FarSide
from tests.support.scribe import START, Scribe
from tests.support.sneaker import NOW, account_in
from tests.support.venture import COMMUNE, Venture
from thimbl.core.address import Address
from thimbl.core.log import judge
from thimbl.core.records import MOVE
from thimbl.home import settings
from thimbl.home.beginning import begin, for_address
from thimbl.home.bundles.choosing import logs_of
from thimbl.home.bundles.opening import opened
from thimbl.home.bundles.packing import opening_files, packed
from thimbl.home.bundles.personal import Backup, pack
from thimbl.home.bundles.writing import write_to
from thimbl.home.commons import Commons
from thimbl.home.errors import Refused
from thimbl.home.moving import Move, plan_move, publish, settle, ties
from thimbl.home.push import Target, push
from thimbl.home.settings import Settings

OLD = Address.parse("ana@fields.example")
NEW = Address.parse("ana@dairy.example")


def test_what_communes_know_of_one_is_told(tmp_path: Path) -> None:
    """Each tie, as the ledgers have it: what was withdrawn or ended is none."""
    mine, mill = str(OLD), "mill@mill.example"
    account = account_in(tmp_path)
    settings.save(account.paths, Settings(address=OLD))
    account = account_in(tmp_path)
    venture = Venture()
    venture.charter()
    venture.join(mill, "coop")
    venture.join(mine, "coop")
    venture.join(mine)
    sold = venture.floated(mine, "PRESS-1", 20_000, 10_000, 1_000)
    bid = venture.subscribe(mine, sold, 20_000, rate_bp=400)
    open_, left = (venture.floated(mill, f"OVEN-{number}", 20_000, 10_000, 1_000) for number in (1, 2))
    venture.later(31)
    terms = {"rate_bp": 400, "allotments": [{"holder": mine, "amount": venture.money(20_000)}]}
    venture.state("clearing", offer=sold, subscriptions=[bid], **terms)
    venture.state("acquisition", offer=sold, cost=venture.money(20_000), first_period="2026-03")
    venture.subscribe(mine, open_, 10_000)
    venture.subscribe(mine, left, 10_000)
    venture.subscribe(mine, left, 0)
    assert venture.codes() == []
    with account.writer() as store:
        for log in venture.logs.values():
            arrive(store, log, 1, len(log))
    assert ties(account) == [
        f"{COMMUNE}: you are a member.",
        f"{COMMUNE}: you are on the register of co-ops.",
        f"{COMMUNE}: you hold bonds of PRESS-1.",
        f"{COMMUNE}: you rent what PRESS-1 has bought.",
        f"{COMMUNE}: you have bid for OVEN-1.",
    ]


def test_a_commune_that_moves_is_one_commune(tmp_path: Path) -> None:
    """What was announced under the old address holds; who applied to that one is admitted from the new one."""
    account = begin(for_address(account_in(tmp_path), OLD), {}).account
    charter = {"name": "The Fields", "currency": "EUR", "digits": 2, "period": "month", "rules": 1}
    account.authoring.announce("charter", charter)
    assert ties(account) == [], "a commune has no ties to itself"
    bo = Scribe("bo@mill.example", start=START)
    application = bo.announce("join", commune=str(OLD), **{"as": "member"})
    wanted = plan_move(account, NEW)
    account = settle(account, wanted, publish(account, wanted).records[-1]).account
    body = {"who": str(bo.address), "as": "member", "application": f"{bo.address}#{application.id}"}
    account.authoring.announce("admission", body)
    with account.writer() as store:
        store.take(judge(bo.plan(), store.known(bo.address, 1, 1), NOW), NOW, asked=bo.address)
    commons = Commons(account)
    assert commons.communes == [NEW]
    ledger = commons.ledger(NEW)
    assert ledger is not None
    assert ledger.state.findings == []
    assert (ledger.complete, ledger.state.addresses) == (True, {str(OLD), str(NEW)})
    assert list(ledger.state.members) == [str(bo.address)]


def test_a_backup_of_who_has_moved(tmp_path: Path) -> None:
    """It makes a home at the new address, which knows the old one for its own."""
    account = begin(for_address(account_in(tmp_path / "here"), OLD), {}).account
    account.authoring.post("Before.")
    wanted = plan_move(account, NEW)
    account = settle(account, wanted, publish(account, wanted).records[-1]).account
    path = tmp_path / "backup"
    with account.writer() as store:
        files = list(pack(account, store, with_key=True))
        write_to(path, packed(logs_of(account, store, [NEW], []), files, opening_files(NEW)), None, secret=True)
    with opened(path, lambda *_: None, tmp_path) as bundle:
        backup = Backup(bundle, account_in(tmp_path / "there"))
        made = backup.write()
        backup.restore_before(made.account)
        backup.restore_after(made.account, NOW)
    there = account_in(tmp_path / "there")
    there.remember_published(there.authoring.post("After."))
    assert [record.kind for record in settled_log(there.files)] == ["post", MOVE, "post"]
    with there.writer() as store:
        [author] = store.authors(followed_only=False)
        assert (author.address, author.seq) == (NEW, 3)
        assert store.brief(OLD) == store.brief(NEW)


def test_a_push_after_a_move(tmp_path: Path) -> None:
    """Over an older plan of the same log it goes, though that has the old address; over the last one there it does
    not, nor over a stranger's."""
    (tmp_path / "here").mkdir()
    pen, far = make_pen(tmp_path / "here"), FarSide(tmp_path / "there")
    pen.post("Before.")
    target = Target.parse("ana@shell.example")
    push(pen.files, target, ssh=far.ssh)
    with pen.open() as log:
        pen.append(log, [Move(OLD, NEW).entry], about={"address": str(NEW)})
    push(pen.files, target, ssh=far.ssh)
    assert far.plan.read_bytes() == pen.files.plan.read_bytes()
    scribe = Scribe(str(OLD))
    scribe.post()
    for text, reason in ((scribe.text(), "is that of"), (moved(scribe), f"leads people to {NEW}")):
        far.plan.write_text(text)
        with pytest.raises(Refused, match=reason):
            push(pen.files, target, ssh=far.ssh)
        assert far.plan.read_text() == text


def moved(scribe: Scribe) -> str:
    """The last plan of somebody who goes to the new address."""
    scribe.move(str(NEW))
    return scribe.text(address=str(OLD))
