"""The view Commune: its chapters, why a dividend was what it was, and the clerk's desk."""

from pathlib import Path

from rich.cells import cell_len

from tests.tui.fair import COMMUNE, Stroll, held, stroll
from tests.tui.test_tui_bonds import answer, confirming, form, market_of, on, told
from tests.tui.village import ME, NOW
from thimbl.core.address import Address
from thimbl.store.reader import Reader
from tui.aside import Pen, Shelf
from tui.bonds.board import chapters as board
from tui.bonds.offer import chapters as offers
from tui.book import Leaf, Opened
from tui.commune.chapters import COMMUNE as COMMUNE_PAGE
from tui.commune.chapters import chapters
from tui.commune.pane import COMMUNES, CommunePane
from tui.dialogs import Choice
from tui.market import Market
from tui.places import Place, Tab
from tui.tables import Row
from tui.why import Why, set_reasons


def leaves(market: Market) -> dict[str, Leaf]:
    """All chapters of the one commune, made."""
    [study] = market.studies.values()
    return {chapter.name: chapter.make(market, NOW) for chapter in chapters(study)}


def texts(rows: object) -> list[list[str]]:
    assert isinstance(rows, list | tuple)
    return [[cell.text for cell in row.cells] for row in rows]


def figure(leaf: Leaf, name: str) -> str:
    """The last cell of the row that begins so."""
    [row] = [row for row in texts(leaf.rows) if name in row]
    return row[-1]


def test_every_chapter_of_a_commune(tmp_path: Path) -> None:
    """The figures are the ledger's; each that says so can be derived, and the derivation ends in the same figure."""
    market = market_of(held(tmp_path))
    found = leaves(market)
    assert list(found) == [
        "Overview", "Register", "Series", "Assets", "Months", "Findings", "Notices", "Statement",
    ]  # fmt: skip
    assert figure(found["Overview"], "Owed to holders of bonds") == "1628.15 EUR"
    assert figure(found["Overview"], "Dividends in all") == "318.51 EUR"
    assert ["bo@dairy.example", "member", "", "106.17 EUR"] in texts(found["Register"].rows)
    assert texts(found["Assets"].rows)[1][2:5] == ["let", "farm@fields.example", "200.00 EUR"]
    assert texts(found["Months"].rows)[0] == ["2026-04", "0.00 EUR", "318.51 EUR"]
    assert not found["Findings"].rows
    assert figure(found["Statement"], "Dividends to you") == "106.17 EUR"
    assert figure(found["Statement"], "Difference") == "106.17 EUR"
    assert "You use less than an equal share" in "".join(line.text for line in found["Statement"].heading(90))
    for offer, series in next(iter(market.studies.values())).ledger.state.series.items():
        for chapter in offers(market, NOW, offer):
            found[f"{series.code} {chapter.name}"] = chapter.make(market, NOW)
    for chapter in board(market, NOW):
        found[chapter.name] = chapter.make(market, NOW)
    for name, leaf in found.items():
        for row in leaf.rows:
            derived(name.partition(" ")[2] or name, leaf, row)
        for width in (20, 60, 140):
            assert all(line.width <= width for line in leaf.heading(width)), name


def derived(name: str, leaf: Leaf, row: Row) -> None:
    """Whether each figure of a row has a derivation that says the same; what has digits is a figure."""
    for column, what in enumerate(leaf.columns):
        amount = row.cells[column].text
        if what.right and amount and name not in ("Findings", "Notices"):
            assert what.figure, (name, what.title)
        if what.figure and amount and name not in ("Findings", "Notices"):
            reasons = leaf.whence(row.key, column)
            assert reasons, (name, row.key, what.title)
            pooled = name == "Overview" and row.key in ("Pool", "Carried over")
            if what.title in ("Rate", "Cost"):
                assert amount in "".join(reason.title for reason in reasons)
            elif not pooled and "%" not in amount:
                assert reasons[0].title.endswith(f": {amount}"), (name, row.key, reasons[0].title)
            assert set_reasons(reasons, 50)


def test_why_a_dividend_was_what_it_was(tmp_path: Path) -> None:
    """From one's own statement to the pool that was shared, and to the rent that had come into it."""

    async def scene(s: Stroll) -> None:
        await s.sees("The Fields", "3 members, 1 co-op; you are a member", "complete", "The pool at the end of")
        assert s.pane.title == "Commune: The Fields"
        await s.press("left_square_bracket")
        await s.sees("Dividends to you")
        await s.press("F", *"dividends", "enter")
        await s.until(lambda: len(s.pane.grid.rows) == 1)
        await s.press("w")
        why = await on(s, Why)
        await s.until(lambda: f"dividends to {ME}: 106.17 EUR" in why.grid.text)
        await s.until(lambda: "v Record" in s.shown and "enter Open" in s.shown)
        await s.press("enter")
        await s.until(lambda: "318.51 EUR / 3, rounded down, is" in why.grid.text)
        assert "carried over" not in why.grid.text.partition("It comes from these")[2]
        assert "2026-02: rent for PRESS-1 from farm@fields.example" in why.grid.text
        await s.press("G", "enter")
        await s.until(lambda: "farm@fields.example paid 155.00 EUR for 2026-03, to the pool." in why.grid.text)
        await s.until(lambda: "v Record" not in s.shown and "enter Open" not in s.shown)  # it goes no further
        await s.press("escape", "escape")
        await s.until(lambda: f"dividends to {ME}" in why.grid.text)
        await s.press("v")
        await s.until(lambda: s.app.went)
        assert s.app.went[0].place.tab is Tab.COMMUNE
        assert s.pane.back()
        await s.press("left_square_bracket", "left_square_bracket", "left_square_bracket")
        await s.sees("Rent against dividends, month by month", "2025-12")
        await s.pilot.click("Chapters", offset=(s.pane.bar.text.index("Register"), 0))
        await s.sees("Works at")
        await s.press("enter")
        assert s.app.went[-1].place == Place(Tab.COMMUNE, author=Address.parse("ana@fields.example"))
        await s.press("right_square_bracket")
        await s.sees("Outstanding")
        await s.press("j", ">", "right_square_bracket")
        await s.sees("Rent a month")
        await s.press("left_square_bracket")
        await s.sees("Outstanding")
        assert (s.pane.grid.at, s.pane.grid.figure) == (1, 5)
        for step in (1, 1, -1, -1):  # faster than pages are made
            s.pane.action_chapter(step)
        await s.sees("Outstanding")
        assert (s.pane.grid.at, s.pane.grid.figure) == (1, 5)
        await s.press("enter")
        await s.sees("◆ TRACTOR-1")
        assert s.pane.back()
        await s.press("L")
        await confirming(s)
        assert f"leaves {COMMUNE}" in told(s)
        await s.press("escape")
        await s.press("J")
        await answer(s, await form(s), "Co-op", "")
        await confirming(s)
        assert f"cy@mill.example applies to {COMMUNE} as a co-op." in told(s)

    stroll(held(tmp_path), CommunePane, scene)


def test_the_clerks_desk(tmp_path: Path) -> None:
    """What waits is listed; a figure is asked for; the exact record is shown; what is signed is gone from the list."""

    async def scene(s: Stroll) -> None:
        await s.sees("The Fields")
        assert "Desk 2" in s.pane.bar.text
        await s.press("left_square_bracket")
        await s.sees("Less rent came in for PRESS-1 than was agreed for 2026-04: ask the tenant.", "a figure")
        await s.press("w")
        why = await on(s, Why)
        await s.until(lambda: "rent of PRESS-1: 620.00 EUR" in why.grid.text)
        assert "In a shell: thimbl commune rent PRESS-1 AMOUNT --month 2026-04" in why.grid.text
        await s.press("escape", "v")
        await s.until(lambda: s.app.went)
        await s.press("enter")
        await answer(s, await form(s), "155")
        await confirming(s)
        assert "commune@fields.example received 155.00 EUR from farm@fields.example as rent of 2026-04" in told(s)
        assert "period: 2026-04" in told(s).replace("'", "").replace('"', "")
        await s.press("right", "enter")
        await s.until(lambda: "Signed and published" in "".join(s.app.said))
        await s.sees("PRESS-1 than was agreed for 2026-05", "The commune shares 155.00 EUR")
        assert s.opened.chapter == "Desk"
        await s.press("G", "enter")
        await confirming(s)
        assert "each: 51.66 EUR" in told(s)
        await s.press("right", "enter")
        await s.until(lambda: len(s.desk.signed) == 2)
        await s.until(lambda: "The commune shares" not in s.text)

    stroll(held(tmp_path, "clerk"), CommunePane, scene, size=(160, 30))


def test_what_a_clerk_states_that_nobody_asks_for(tmp_path: Path) -> None:
    """It is chosen, asked for, shown exactly, and signed like all else."""

    async def scene(s: Stroll) -> None:
        await s.sees("The Fields")
        await s.press("left_square_bracket")
        await s.sees("D is for what nobody asks for")
        await s.press("D")
        await s.until(lambda: isinstance(s.app.screen, Choice))
        await s.until(lambda: "take an asset back from its tenant" in s.shown)
        await s.press("1")
        fields = await form(s)
        await answer(s, fields, "PRESS-9", "10")
        await s.until(lambda: "name one of PRESS-1, TRACTOR-1" in s.shown)
        await answer(s, fields, "PRESS-1", "10")
        await confirming(s)
        assert "kind: liquidation" in told(s)
        assert "proceeds: 10.00 EUR" in told(s)
        await s.press("right", "enter")
        await s.until(lambda: len(s.desk.signed) == 1)

    stroll(held(tmp_path, "clerk"), CommunePane, scene, size=(160, 30))


def test_every_size_holds(tmp_path: Path) -> None:
    """All chapters on 60 columns and on 200; nothing is lost where there is no room at all."""

    async def scene(s: Stroll) -> None:
        await s.sees("The Fields")
        for size in ((60, 20), (20, 5), (200, 50)):
            await s.pilot.resize_terminal(*size)
            await s.pilot.pause()
            for _ in range(8):
                await s.press("right_square_bracket")
                await s.pilot.pause()
                lines = s.shown.split("\n")
                assert {cell_len(line) for line in lines} == {size[0]}
        await s.sees("The Fields", "Each member would get today")
        s.app.screen.add_class("-wide")
        await s.until(lambda: "to each member today: 51.66 EUR" not in s.shown and "to each member" in s.shown)
        await s.press("j")
        await s.until(lambda: "pool and carried over:" in s.shown)

    stroll(held(tmp_path), CommunePane, scene)


def test_findings_are_red_and_in_words(tmp_path: Path) -> None:
    """A clerk who shaves a cent off a dividend is found out, beside the figure that it should be."""
    fair = held(tmp_path)
    fair.say("farm", "post-it")
    fair.say("bo", "leave", commune=COMMUNE)
    press = next(offer for offer, series in fair.ledger.state.series.items() if series.code == "PRESS-1")
    fair.now = NOW - 60
    fair.rent(press, "155.00 EUR")
    fair.say("clerk", "dividend", period="2026-11", pool="155.00 EUR", members=3, each="51.65 EUR", carried="0.05 EUR")
    fair.fetch_all()
    market = market_of(fair)
    [study] = market.studies.values()
    chapter = next(one for one in chapters(study) if one.name == "Findings")
    assert (chapter.badge, chapter.role) == ("! 2", "bad")
    found = leaves(market)["Findings"]
    assert [row[1] for row in texts(found.rows)] == ["! misstated", "! misstated"]
    assert "stated 51.65 EUR; computed 51.66 EUR" in texts(found.rows)[1][2]
    reasons = found.whence(found.rows[1].key, 1)
    assert "computed 51.66 EUR" in reasons[0].steps
    assert reasons[1].title == "dividend of 2026-11 to each member: 51.66 EUR"
    assert found.opens(found.rows[0].key) is not None
    lines = [line.text for line in leaves(market)["Overview"].heading(100)]
    assert any("! 2 findings" in line for line in lines)
    notices = leaves(market)["Notices"]
    [waiting] = [row for row in notices.rows if row.cells[1].text == "unanswered"]
    assert notices.whence(waiting.key, 1)[0].steps[1] == f"bo@dairy.example leaves {COMMUNE}."
    alike = [row for row in notices.rows if row.cells[1].text == "unacknowledged"]
    assert len({row.cells[0].text for row in alike}) == len(alike)
    assert all(f"{one}@" in alike[0].text for one in ("ana", "bo", "cy"))
    [reason] = notices.whence(alike[0].key, 1)[:1]
    assert "ana@fields.example, bo@dairy.example, cy@mill.example" in reason.steps[0]


def test_several_communes_are_chosen_from(tmp_path: Path) -> None:
    """And none is said to be none."""
    fair = held(tmp_path)
    other = fair.meet("commune@far.example", "far", start=NOW - 1000)
    other.announce("charter", name="Far [away]", currency="EUR", digits=2, period="month", rules=1)
    fair.fetch_all()
    market = market_of(fair)
    shelf, pen = Shelf(lambda: Reader.open(fair.path)), Pen(fair.desk())
    pane = CommunePane(shelf, pen, lambda: NOW)
    assert pane.root(market) == Opened(COMMUNES)
    [chapter] = pane.chapters(market, Opened(COMMUNES), NOW)
    leaf = chapter.make(market, NOW)
    assert [row[0] for row in texts(leaf.rows)] == ["Far [away]", "The Fields"]
    assert leaf.opens(leaf.rows[1].key) == Opened(COMMUNE_PAGE, COMMUNE)
    [chapter] = pane.chapters(Market(), pane.root(Market()), NOW)
    assert "No commune is here yet." in "".join(line.text for line in chapter.make(Market(), NOW).heading(60))
    pen.close()
    shelf.close()
