"""The view Bonds: the board, one offer, and signing from it, which shows exactly what will be signed first."""

from functools import partial
from pathlib import Path
from typing import TypeVar

from textual.binding import Binding
from textual.widgets import Input

from tests.tui.eyes import send
from tests.tui.fair import COMMUNE, Stroll, held, stroll
from tests.tui.village import NOW, Village
from thimbl.core.address import Address
from thimbl.core.commune.acts import Verb
from thimbl.core.times import DAY
from thimbl.store.reader import Reader
from tui.aside import Pen, Shelf
from tui.asking import Asking
from tui.bonds.board import chapters, sale
from tui.bonds.offer import terms_leaf
from tui.bonds.pane import BondsPane
from tui.bookpane import BookPane
from tui.dialogs import Confirm
from tui.keys import DEALING
from tui.market import Market, read_market
from tui.places import Place, Tab
from tui.why import Why


def told(s: Stroll) -> str:
    """What a confirmation shows."""
    screen = s.app.screen
    assert isinstance(screen, Confirm)
    return "\n".join(screen._lines)


K = TypeVar("K")


async def on(s: Stroll, kind: type[K]) -> K:
    """What is open, once it is of this kind."""
    await s.until(lambda: isinstance(s.app.screen, kind), kind.__name__)
    assert isinstance(s.app.screen, kind)
    return s.app.screen


async def form(s: Stroll) -> list[Input]:
    """The fields of the form that opens, ready for keys."""
    inputs = (await on(s, Asking)).inputs
    await s.until(lambda: inputs[0].has_focus)
    await s.pilot.pause()  # or a focus that is on its way would take it from a field that the test chooses
    return inputs


async def answer(s: Stroll, fields: list[Input], *values: str) -> None:
    """Fill a form in, and press Enter in its last field."""
    for field, value in zip(fields, values, strict=True):
        field.value = value
    fields[-1].focus()
    await s.until(lambda: fields[-1].has_focus)
    await s.press("enter")


async def confirming(s: Stroll) -> None:
    """Wait for a confirmation, ready for keys."""
    await on(s, Confirm)
    await s.until(lambda: s.app.focused is not None and s.app.focused.id == "no")


def seen(s: Stroll, words: str) -> bool:
    """Whether these words are on the screen."""
    return words in s.shown


def market_of(village: Village) -> Market:
    with Reader.open(village.path) as reader:
        return read_market(reader, str(village.me.address))


def test_the_board_and_one_offer(tmp_path: Path) -> None:
    """For sale with a bar, running and past in chapters; Enter leads to an offer, Esc back to the same row; what comes
    is shown, and moves nothing."""
    fair = held(tmp_path)

    async def scene(s: Stroll) -> None:
        await s.sees("OVEN-1", "900.00 EUR", "80.00 EUR", "up to 5 %", "55 %", "in 9 days")
        assert "For sale 1" in s.pane.bar.text
        await s.press("right_square_bracket")
        await s.sees("● TRACTOR-1", "running", "1628.15 EUR", "32 %")
        await s.press("right_square_bracket")
        await s.sees("PRESS-1", "redeemed, its rent goes to all members")
        await s.press("left_square_bracket")
        await s.sees("TRACTOR-1")
        await s.press("enter")
        await s.sees("◆ TRACTOR-1", "32 % of the face is paid back", "let to", "rent, of 2026-04 on", "You hold")
        assert "you can  P pay, T transfer" in s.text
        assert s.pane.title == "Bonds: TRACTOR-1"
        await s.press("right_square_bracket")
        await s.sees("ana@fields.example", "949.75 EUR", "58 %")
        await s.press("right_square_bracket")
        await s.sees("Outstanding of TRACTOR-1 at the end of each month", "█", "2026-03: redemption of TRACTOR-1")
        assert "█ so far   ▒ to come" in s.text
        await s.press("right_square_bracket")
        await s.sees("If the agreed rent is paid for every month from 2026-04 on:", "in month 9 (2026-12)", "0.00 EUR")
        await s.press("w")
        why = await on(s, Why)
        await s.until(lambda: "outstanding of 2026-04, if the rent is paid: 1433.58 EUR" in why.grid.text)
        assert "1628.15 EUR - 194.57 EUR is 1433.58 EUR." in why.grid.text
        await s.press("escape", "right_square_bracket")
        await s.sees("Nothing is found fault with")
        assert s.pane.back()
        await s.sees("Tenant")
        assert s.opened.chapter == "Running"
        await s.until(lambda: "●" not in s.text)
        [(_, read)] = s.desk.marked
        assert read
        assert not s.pane.back()
        assert not s.pane.beside.is_seen
        s.app.screen.add_class("-wide")  # as the frame is on a wide screen: what is selected stands beside
        await s.until(lambda: "68 %" not in s.shown and "farm@fields.example for 200.00 EUR a month" in s.shown)
        s.app.screen.remove_class("-wide")
        await s.until(lambda: not s.pane.beside.is_seen)
        await s.press("left_square_bracket")
        await s.sees("OVEN-1")
        selected, before = s.pane.grid.row, s.pane.market
        await s.pane.changed()
        assert s.pane.market is before
        fair.offer("BOAT-1", "400.00 EUR", "30.00 EUR", NOW + 5 * DAY)
        fair.fetch_all()
        await s.pane.changed()
        await s.sees("BOAT-1")
        assert s.pane.grid.at == 1
        assert s.pane.grid.row is not None
        assert selected is not None
        assert s.pane.grid.row.key == selected.key

    stroll(fair, BondsPane, scene, size=(140, 30))


def test_an_offer_whose_commune_is_not_here(tmp_path: Path) -> None:
    """What its author says stands there, escaped, and what can not be known is said to be so."""
    village = Village(tmp_path)
    stranger = village.meet("lower@far.example", "lower", start=NOW - DAY)
    stranger.announce(
        "bond-offer", commune="commune@far.example", series="LOOM-1", asset="A loom \x1b[31m[red]", unit="50.00 EUR",
        risk="The wool may be late.", face="500.00 EUR", rent="20.00 EUR", term=12, rate_bp=300,
        closes="2026-12-01T00:00:00Z",
    )  # fmt: skip
    village.follow(stranger, "lower")
    market = market_of(village)
    [row] = sale(market, NOW).rows
    assert "not floated yet" in [cell.text for cell in row.cells]
    leaf = terms_leaf(market, NOW, row.key)
    for width in (40, 60, 120):
        lines = [line.text for line in leaf.heading(width)]
        assert max(map(len, lines)) <= width
        page = " ".join(" ".join(lines).split())
        assert "The wool may be late." in page
        assert "The commune's log is not here" in page
        assert "\x1b" not in page
    assert [[cell.text for cell in row.cells] for row in leaf.rows] == [
        ["Rate", "3 %"],
        ["Face", "500.00 EUR"],
        ["Rent a month", "20.00 EUR"],
    ]
    for row in leaf.rows:
        [reason] = leaf.whence(row.key, 1)
        assert reason.title.endswith(f": {row.cells[1].text}")
        assert [flow.record for flow in reason.flows] == [sale(market, NOW).rows[0].key]
    assert [chapter.badge for chapter in chapters(market, NOW)] == ["1", "", ""]


def test_subscribing_shows_the_record_first(tmp_path: Path) -> None:
    """The same strict reading and the same refusals as the commands; nothing is signed until the button is chosen; then
    it is seen in the board at once, and can be changed and withdrawn."""
    fair = held(tmp_path)

    async def scene(s: Stroll) -> None:
        await s.sees("OVEN-1")
        await s.press("W")
        await s.until(lambda: "You have no subscription of OVEN-1 that counts" in "".join(s.app.said))
        await s.press("S")
        fields = await form(s)
        send(s.app, "4", "enter", "2", "tab")
        await s.until(lambda: [field.value for field in fields] == ["4", "2"])
        await s.until(lambda: s.app.focused is not None and s.app.focused.id == "next")
        for typed, refused in (("450", "come in units of"), ("1e3", "is not an amount"), ("4,00", "come in units of")):
            await answer(s, fields, typed, "2.5")
            await s.until(partial(seen, s, refused), refused)
        assert fields[0].value == "4,00"
        await answer(s, fields, "400", "2.5")
        await confirming(s)
        assert "cy@mill.example subscribes 400.00 EUR of OVEN-1 at 2.5 % or more." in told(s)
        assert "kind: subscription" in told(s)
        assert "rate_bp: 250" in told(s)
        assert f"offer: {s.pane.subject[1]}" in told(s)
        await s.press("enter")  # on 'Back', which has the focus: the form is there again, as it was typed
        fields = await form(s)
        assert [field.value for field in fields] == ["400", "2.5"]
        await s.press("escape")
        await s.until(lambda: "Nothing was signed." in s.app.said)
        assert not s.desk.signed
        await s.press("S", "S")
        await answer(s, await form(s), "400", "2.5 %")
        await confirming(s)
        s.desk.fault = OSError("the sale has closed meanwhile")
        await s.press("right", "enter")
        fields = await form(s)
        assert "the sale has closed meanwhile" in s.shown
        assert [field.value for field in fields] == ["400", "2.5 %"]
        s.desk.fault = None
        await answer(s, fields, "400", "2.5 %")
        await confirming(s)
        await s.press("right", "enter")
        await s.until(lambda: "Signed and published" in "".join(s.app.said))
        await s.sees("100 %")
        assert len(s.desk.signed) == 1
        with Reader.open(fair.path) as reader:
            [*_, verified] = reader.gather().evidence().by("cy@mill.example", "subscription", s.pane.subject[1])
        assert dict(verified.record.body) == dict(s.desk.signed[0].announcements[0].body)
        await s.press("enter")
        await s.sees("you bid", "400.00 EUR at 2.5 % or more", "you can  S subscribe, W withdraw, P pay")
        await s.press("S")
        assert [field.value for field in await form(s)] == ["400.00 EUR", "2.5 %"]
        await s.press("escape")
        await s.press("W")
        await on(s, Confirm)
        assert "withdraws from OVEN-1" in told(s)
        await s.press("escape")
        s.desk.fault = OSError("the disk is full")
        await s.press("P")
        await s.until(lambda: "the disk is full" in s.app.said)

    stroll(fair, BondsPane, scene)


def test_a_co_op_offers_bonds(tmp_path: Path) -> None:
    """It is told how; what it types is read as the command reads it, and shown with what the rent would do."""

    async def scene(s: Stroll) -> None:
        await s.sees("You are a co-op of commune@fields.example: O offers bonds of yours.")
        await s.press("O")
        fields = await form(s)
        await s.until(lambda: "Capital letters, digits and '-', such as TRACTOR-1" in s.shown)
        await s.press("tab")
        await s.until(lambda: "What it is to buy, in a few words" in s.shown)
        for label in ("Series", "Asset", "More", "Risk", "Face", "Unit", "Rent", "Months", "Rate", "At most", "Closes"):
            assert f"│  {label} " in s.shown
        values = ["CART-1", "A cart", "", "", "900", "100", "80", "24", "4", "", "2030-01-01"]
        await answer(s, fields, *values[:-1], "")
        await s.until(lambda: "An offer needs more: when the sale closes." in s.shown)
        await s.press("escape", "O")
        fields = await form(s)
        assert [field.value for field in fields] == [*values[:-1], ""]
        await answer(s, fields, *values)
        await confirming(s)
        assert told(s).startswith("A rent of 80.00 EUR redeems the bonds in month 12.")
        assert "kind: bond-offer" in told(s)
        await s.until(lambda: "closes: '2030-01-01" in s.shown)
        assert "↓ goes on" not in s.shown
        await s.pilot.resize_terminal(80, 18)
        await s.until(lambda: "↓ goes on" in s.shown and "closes: '2030-01-01" not in s.shown)
        await s.press("pagedown")
        await s.until(lambda: "closes: '2030-01-01" in s.shown)
        await s.press("right", "enter")
        await s.until(lambda: len(s.desk.signed) == 1)

    stroll(held(tmp_path, "farm"), BondsPane, scene, size=(80, 24))


def test_why_and_the_record_behind_a_figure(tmp_path: Path) -> None:
    """What is outstanding is the sum of records; each leads to its own derivation, and to its thread. Words filter."""

    async def scene(s: Stroll) -> None:
        await s.sees("OVEN-1")
        await s.press("F", *"oven x")
        await s.until(lambda: not s.pane.grid.rows)
        assert s.pane.where == "none with 'oven x'"
        await s.press("enter")
        assert s.pane.back()
        await s.until(lambda: s.pane.grid.rows)
        assert s.pane.where == "1 of 1"
        await s.press("right_square_bracket")
        await s.sees("TRACTOR-1")
        await s.press("w")
        why = await on(s, Why)
        await s.until(lambda: "outstanding of TRACTOR-1: 1628.15 EUR" in why.grid.text)
        assert "2400.00 EUR" in why.grid.text
        assert "-193.93 EUR" in why.grid.text
        await s.press("G", "enter")
        await s.until(lambda: "principal of TRACTOR-1 paid back: 193.93 EUR" in why.grid.text)
        await s.press("escape")
        await s.until(lambda: "outstanding of TRACTOR-1" in why.grid.text)
        await s.press("G", "v")
        await s.until(lambda: s.app.went)
        thread = s.app.went[0].place.thread
        assert thread is not None
        assert str(thread.address) == COMMUNE
        assert s.app.went[0].key is not None
        await s.press("v")
        await s.until(lambda: len(s.app.went) == 2)
        await s.pane.open()  # the reader comes back
        await s.sees("TRACTOR-1", "Paid back")
        await s.press("u")
        assert s.app.went[-1].place == Place(Tab.BONDS, author=Address.parse("farm@fields.example"))

    stroll(held(tmp_path), BondsPane, scene)


def test_an_empty_store_says_so(tmp_path: Path) -> None:
    """And every key does nothing, or says why; where one was before is forgotten when it makes no sense."""

    async def scene(s: Stroll) -> None:
        await s.sees("No bonds are for sale")
        for key in ("S", "w", "v", "u", "enter", "s", "i", "F", "escape", "j", "k", "G", "g", "right_square_bracket"):
            await s.press(key)
        assert s.app.said == ["There is no commune here, and no offer of bonds."]

    stroll(Village(tmp_path), BondsPane, scene)


def test_every_act_has_a_key_of_its_own() -> None:
    """And says that it asks first; what can be done about a figure, a row and a chapter has one too."""
    bound = [one for one in BookPane.BINDINGS if isinstance(one, Binding)]
    acts = {one.action: one for one in bound if one.action.startswith("act(")}
    assert set(acts) == {f"act('{verb}')" for verb in Verb}
    assert all(one.group is DEALING for one in acts.values())
    keys = [key for one in bound for key in one.key.split(",")]
    assert len(keys) == len(set(keys))
    assert all(one.id and one.tooltip for one in bound)


def test_the_way_is_remembered(tmp_path: Path) -> None:
    """Any rubbish is no way; what was remembered is the way again."""
    fair = held(tmp_path)
    shelf, pen = Shelf(lambda: Reader.open(fair.path)), Pen(fair.desk())
    pane = BondsPane(shelf, pen, lambda: NOW)
    for broken in ({}, {"way": 7}, {"way": [3]}, {"way": [{"kind": 1}]}, {"way": [{"kind": "board"}]}):
        pane.recall(broken)
        assert pane.way == []
    kept = {"kind": "offer", "of": "x", "chapter": "Bids", "row": None, "order": [1, True], "figure": 2}
    pane.recall({"way": [kept | {"order": None}, kept]})
    assert pane.remembered() == {"way": [kept | {"order": None}, kept]}
    assert pane.opened is not None
    assert pane.opened.order is not None
    assert pane.opened.figure == 2
    pen.close()
    shelf.close()
