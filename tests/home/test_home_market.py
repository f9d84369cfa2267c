"""The market's part of the terminal UI's desk, over real accounts: what is signed is what was shown, or nothing."""

import os
from pathlib import Path

import pytest

from thimbl.core.address import Address
from thimbl.core.commune.acts import Act, Statement, Verb
from thimbl.core.commune.deeds import Deed, Doing
from thimbl.core.commune.money import AmountError
from thimbl.core.commune.wishes import Refusal
from thimbl.core.keys import PrivateKey
from thimbl.core.log import judge
from thimbl.core.plan import Plan, read_plan
from thimbl.core.plantext import decode
from thimbl.core.times import format_time
from thimbl.home import settings
from thimbl.home.account import Account
from thimbl.home.desk import Desk
from thimbl.home.errors import Refused
from thimbl.home.keyfile import make_key
from thimbl.home.paths import Paths
from thimbl.home.settings import Settings
from thimbl.store.errors import StoreError

COMMUNE, FARM, CY = (
    Address.parse(text) for text in ("commune@fields.example", "farm@fields.example", "cy@mill.example")
)
DAY = 86_400


class World:
    """Three accounts on one clock; `fetch` gives each what the others published."""

    def __init__(self, folder: Path) -> None:
        self.now = 1_795_000_000
        self.accounts = {who: self._account(folder, who, seed) for seed, who in enumerate((COMMUNE, FARM, CY))}
        self.desks = {who: Desk(account) for who, account in self.accounts.items()}

    def _account(self, folder: Path, who: Address, seed: int) -> Account:
        environ = {"THIMBL_HOME": str(folder / who.user)}
        paths = Paths.find(environ)
        settings.save(paths, Settings(address=who))
        make_key(paths.key, lambda: PrivateKey.from_seed(bytes([seed]) * 32))
        account = Account.find(environ, lambda: float(self.now), os.urandom)
        account.remember_published(account.authoring.describe({"name": who.user}))
        return account

    def fetch(self) -> None:
        for reader, account in self.accounts.items():
            with account.writer() as writer:
                for who, other in self.accounts.items():
                    if who != reader:
                        plan = read_plan(decode(other.paths.plan.read_bytes()))
                        assert isinstance(plan, Plan)
                        writer.take(judge(plan, writer.known(who, 0, plan.head.seq + 1), self.now), self.now)

    def say(self, who: Address, kind: str, /, **body: object) -> str:
        self.now += 60
        published = self.accounts[who].authoring.announce(kind, {name.rstrip("_"): one for name, one in body.items()})
        self.accounts[who].remember_published(published)
        self.fetch()
        return str(published.reference)


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    made.say(COMMUNE, "charter", name="Fields", currency="EUR", digits=2, period="month", rules=1)
    return made


def floated(world: World) -> str:
    """The farm is admitted, and its offer floated, by the clerk's own desk."""
    world.say(FARM, "join", commune=str(COMMUNE), as_="coop")
    clerk(world)
    closes = format_time(world.now + 3 * DAY)
    offer = world.say(
        FARM, "bond-offer", commune=str(COMMUNE), series="T-1", asset="A tractor", face="900.00 EUR", unit="100.00 EUR",
        rent="80.00 EUR", term=24, max_rate_bp=500, closes=closes,
    )  # fmt: skip
    clerk(world)
    return offer


def clerk(world: World, desk: Desk | None = None, **answers: str) -> str:
    """Do the first task; the sentence that is signed."""
    used = desk or world.desks[COMMUNE]
    world.now += 60
    task = used.todo()[0]
    rehearsed = used.rehearse(Statement(task, answers))
    assert rehearsed.author == str(COMMUNE)
    reference = used.sign(rehearsed)
    assert reference.address == COMMUNE
    world.fetch()
    return str(rehearsed.announcements[0].words)


def test_a_subscription_is_signed_as_it_was_shown(world: World) -> None:
    """The body that was rehearsed stands in the plan, with the witness of what was read, and in the store."""
    offer, desk = floated(world), world.desks[CY]
    assert [one.name for one in desk.form(Verb.SUBSCRIBE, COMMUNE, offer).questions] == ["amount", "rate"]
    act = Act(Verb.SUBSCRIBE, COMMUNE, offer, {"amount": "300", "rate": "2.5"})
    rehearsed = desk.rehearse(act)
    before = world.accounts[CY].files.load().seq
    [announced] = rehearsed.announcements
    assert announced.words == "subscribes 300.00 EUR of T-1 at 2.5 % or more"
    assert "rate_bp: 250" in announced.record
    reference = desk.sign(rehearsed)
    log = world.accounts[CY].files.load()
    assert log.newest is not None
    assert (log.seq, log.newest.id, log.newest.kind) == (before + 1, reference.id, "subscription")
    assert dict(log.newest.body) == dict(announced.body)
    assert log.head is not None
    assert [one.address for one in log.head.witness] == [COMMUNE]
    assert [one.answer for one in desk.form(Verb.SUBSCRIBE, COMMUNE, offer).questions] == ["300.00 EUR", "2.5 %"]
    with pytest.raises(Refusal, match="subscribed already"):
        desk.rehearse(act)
    with pytest.raises(AmountError):
        desk.rehearse(Act(Verb.SUBSCRIBE, COMMUNE, offer, {"amount": "lots", "rate": "2.5"}))
    desk.close()
    desk.close()


def test_nothing_is_signed_when_things_have_changed_meanwhile(world: World) -> None:
    """The sale closed between the look and the yes; a task was done by another hand."""
    offer, desk = floated(world), world.desks[CY]
    rehearsed = desk.rehearse(Act(Verb.SUBSCRIBE, COMMUNE, offer, {"amount": "300", "rate": "2.5"}))
    world.now += 4 * DAY
    with pytest.raises(Refused, match=r"Nothing was signed: things have changed .* closed at"):
        desk.sign(rehearsed)
    assert world.accounts[CY].files.load().seq == 0
    keeper = world.desks[COMMUNE]
    [task] = keeper.todo()
    assert task.kind == "lapse"
    lapse = keeper.rehearse(Statement(task))
    keeper.sign(lapse)
    with pytest.raises(Refused, match=r"Nothing was signed: .* it does not fit what went before \(T-1\)"):
        keeper.sign(lapse)
    assert keeper.todo() == []


def test_the_clerk_walks_from_a_sale_to_a_lease(world: World) -> None:
    """Where a figure is needed it is asked for, and read strictly."""
    offer = floated(world)
    cy, keeper = world.desks[CY], world.desks[COMMUNE]
    cy.sign(cy.rehearse(Act(Verb.SUBSCRIBE, COMMUNE, offer, {"amount": "900", "rate": "4"})))
    world.fetch()
    world.now += 4 * DAY
    assert clerk(world) == "clears T-1 at 4 %"
    [task] = keeper.todo()
    assert [one.name for one in keeper.task_form(task).questions] == ["amount", "first"]
    with pytest.raises(AmountError):
        keeper.rehearse(Statement(task, {"amount": "", "first": ""}))
    with pytest.raises(Refused, match="overspent"):
        keeper.rehearse(Statement(task, {"amount": "901", "first": ""}))
    assert "bought the asset of T-1 for 850.00 EUR" in clerk(world, amount="850", first="")
    assert cy.todo() == []
    assert cy.commune == CY


def test_a_store_that_was_made_anew_is_opened_anew(world: World) -> None:
    """What was read of the old one is forgotten, whatever became of it."""
    offer, desk = floated(world), world.desks[CY]
    assert desk.form(Verb.SUBSCRIBE, COMMUNE, offer).questions
    path = world.accounts[CY].paths.store
    for file in path.parent.glob(f"{path.name}*"):
        file.write_bytes(b"no store any more" * 100)
    with pytest.raises(StoreError):
        desk.form(Verb.SUBSCRIBE, COMMUNE, offer)
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()
    world.accounts[CY].remember_published(world.accounts[CY].authoring.describe({"name": "Cy"}))
    world.fetch()
    assert desk.form(Verb.SUBSCRIBE, COMMUNE, offer).questions
    desk.close()


def test_another_accounts_desk(world: World) -> None:
    """Whoever was given the account of a commune keeps its desk: its log grows, and one's own store knows at once."""
    world.say(FARM, "join", commune=str(COMMUNE), as_="coop")
    desk = Desk(world.accounts[CY])
    desk.clerk = world.accounts[COMMUNE]
    assert desk.commune == COMMUNE
    [task] = desk.todo()
    reference = desk.sign(desk.rehearse(Statement(task)))
    assert world.accounts[COMMUNE].files.load().seq == 2
    assert world.accounts[CY].files.load().seq == 0
    with world.accounts[CY].writer() as writer:
        assert writer.find(str(reference))
    assert desk.todo() == []


def test_an_account_becomes_a_commune_and_is_offered_bonds(world: World) -> None:
    """By what nobody asks for: a charter, a co-op's offer with its outlook, an expulsion with what all will see."""
    mill, keeper, farm = world.desks[CY], world.desks[COMMUNE], world.desks[FARM]
    assert mill.deeds() == [Deed.CHARTER]
    assert mill.deed_form(Deed.CHARTER).title == f"Make {CY} a commune"
    founded = mill.rehearse(Doing(Deed.CHARTER, {"name": "The Mill", "currency": "CHF", "digits": "2"}))
    mill.sign(founded)
    assert "name: The Mill" in world.accounts[CY].paths.plan.read_text("utf-8")
    with pytest.raises(Refused, match="Everybody would find fault"):
        mill.sign(founded)
    world.say(FARM, "join", commune=str(COMMUNE), as_="coop")
    clerk(world)
    answers = {
        "series": "T-1", "asset": "A tractor", "face": "900", "unit": "100", "rent": "80", "term": "24", "rate": "4",
        "closes": "2030-01-01",
    }  # fmt: skip
    offered = farm.rehearse(Act(Verb.OFFER, COMMUNE, "", answers))
    assert offered.notes[0] == "A rent of 80.00 EUR redeems the bonds in month 12."
    assert farm.sign(offered).address == FARM
    world.fetch()
    assert [task.kind for task in keeper.todo()] == ["float"]
    expelled = keeper.rehearse(Doing(Deed.EXPEL, {"who": str(FARM), "as": "coop"}))
    assert "expelled" in expelled.notes[0]
    keeper.sign(expelled)
    world.fetch()
    with pytest.raises(Refusal, match="no admitted co-op"):
        farm.form(Verb.OFFER, COMMUNE)
