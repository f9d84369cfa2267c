"""A commune at a glance, ``/NAME/commune``, and its register, ``/NAME/register`` (commune.md 7 and 8).

- First what it holds and what the pool would pay each member today, then assets and tenants, series, register, and what
  is found fault with. Every amount leads to its derivation.
- Of what may be long the page has the beginning, and links to the page that has all of it.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from feeds.web.asked import Asked, Refused, Reply, path_of
from feeds.web.books import Book, asset_words, book_of, leaf
from feeds.web.charts import Words, falling, pairs
from feeds.web.findings import doubt, fault
from feeds.web.html import Element, Node, el, isolated, several
from feeds.web.offered import links, offered
from feeds.web.series import series_table
from feeds.web.tables import Column, part_of, table
from feeds.web.words import breaking, breaks, facts, stamp
from thimbl.core.commune.figures import dividends_name, month_name, overview
from thimbl.core.commune.page import shown_series
from thimbl.core.commune.participants import COOP, MEMBER
from thimbl.core.commune.state import AssetState, Series
from thimbl.core.commune.words import together
from thimbl.core.counting import counted

MOST_LISTED: Final = 20
"""Members, co-ops or assets of the overview: as many as the page for plain finger has."""

MOST_FINDINGS: Final = 5
"""Findings of the overview, the newest."""

MOST_LACKING: Final = 5
"""Logs that are named as lacking."""

_ASSETS: Final = (
    Column("Asset"),
    Column("State", short=True),
    Column("Tenant"),
    Column("Cost", number=True),
    Column("Rent in all", number=True),
)
_MEMBERS: Final = (Column("Who"), Column("Works at"), Column("Dividends", number=True))


def page(asked: Asked) -> Reply:
    """``/NAME/commune``."""
    book = book_of(asked)
    if isinstance(book, Refused):
        return book
    state = book.study.ledger.state
    main: list[Node | None] = [
        *_head(book),
        el("h2", "What it holds"),
        table(
            (Column("Figure"), Column("Amount", number=True)),
            [(figure.words, book.figure(figure.name, figure.amount)) for figure in overview(book.study)],
            "What the commune holds, owes and had",
        ),
        *_charts(book),
        el("h2", "Assets and tenants"),
        *_assets(book),
        el("h2", "Series"),
        *_series(book),
        el("h2", "Members"),
        *_members(book),
        el("h2", "Co-ops"),
        el("ul", *(el("li", book.person(who)) for who in list(state.coops)[:MOST_LISTED]), class_="plain")
        if state.coops
        else el("p", "No co-op is on the register."),
        _more(book, len(state.coops), "register", "co-ops"),
        el("h2", "Findings"),
        *_findings(book),
    ]
    feeds = offered(path_of(book.who, "commune"), f"Announcements of {book.name}")
    main.append(el("p", "What it announces, as feeds: ", links(asked, feeds), class_="faint"))
    return leaf(book, "commune", book.name, main, description=_sentence(book), feeds=feeds)


def register(asked: Asked) -> Reply:
    """``/NAME/register``."""
    book = book_of(asked)
    if isinstance(book, Refused):
        return book
    state = book.study.ledger.state
    on_it: list[tuple[str, str, str | None]] = [(who, MEMBER, works) for who, works in state.members.items()]
    on_it += [(who, COOP, None) for who in state.coops]
    part = part_of(asked, on_it)
    if isinstance(part, Refused):
        return part
    rows = [
        (book.person(who), "member" if role == MEMBER else "co-op", *_member_cells(book, who, works, role == MEMBER))
        for who, role, works in part.rows
    ]
    columns = (Column("Who"), Column("As"), Column("Works at"), Column("Dividends", number=True))
    told = f"{counted(len(state.members), 'member')}, {counted(len(state.coops), 'co-op')}, in the order admitted."
    shown = table(columns, rows, "Members and co-ops") if rows else el("p", "Nobody is on a register yet.")
    main = [el("p", told), shown, part.turner(asked, "the register")]
    return leaf(book, "register", "Register", main, number=part.number, description=f"{told[:-1]}: {book.name}.")


def _sentence(book: Book) -> str:
    state = book.study.ledger.state
    people = f"{counted(len(state.members), 'member')}, {counted(len(state.coops), 'co-op')}"
    return f"{book.name}: {people}, {len(state.series):,} series of bonds. Every figure follows from signed records."


def _head(book: Book) -> Iterator[Node]:
    study = book.study
    state, ledger = study.ledger.state, study.ledger
    people = f"{counted(len(state.members), 'member')}, {counted(len(state.coops), 'co-op')}"
    whole: Node = "Nothing is missing." if ledger.complete else el("strong", "Incomplete: records are missing.")
    wrong = len(study.findings)
    found = el("a", counted(wrong, "finding"), href=book.to("findings"), class_="bad" if wrong else None)
    shown = facts(
        ("Address", el("code", breaking(str(study.commune)))),
        ("Register", people),
        ("Ledger", el("span", f"{counted(ledger.seq, 'record')}. ", whole)),
        ("Newest", stamp(ledger.time)),
        ("Audit", found if wrong else "Every figure follows from the records."),
    )
    if shown is not None:
        yield shown
    lacking = study.lacking()
    if lacking:
        names = [several([", " if index else "", isolated(one)]) for index, one in enumerate(lacking[:MOST_LACKING])]
        more = f" and of {len(lacking) - MOST_LACKING:,} more" if len(lacking) > MOST_LACKING else ""
        yield el("p", "Lacking are the logs of ", *names, f"{more}.", class_="bad")


def _charts(book: Book) -> Iterator[Node]:
    currency = book.currency
    months, pool = book.sums.months, book.sums.pool
    if pool:
        words = Words("pool", "The pool at the end of each month", "in the pool")
        yield falling(words, [(str(period), amount) for period, amount in pool], (), currency)
    if months:
        words = Words("months", "Rent against dividends, month by month", "rent", "dividends")

        def figure(period: str, what: str, amount: int) -> Node:
            return book.figure(month_name(period, what), amount) if amount else book.money(amount)

        yield pairs(words, [(str(one.period), one.rent, one.dividend) for one in months], currency, figure)


def _assets(book: Book) -> Iterator[Node]:
    found = [series for series in book.study.ledger.state.series.values() if series.asset is not None]
    if not found:
        yield el("p", "Nothing was bought yet.")
        return
    # Those that are used come first: what was sold is history.
    shown = sorted(found, key=lambda one: one.asset is AssetState.SOLD)[:MOST_LISTED]
    yield table(_ASSETS, [_asset(book, series) for series in shown], "What the commune has bought, and who uses it")
    more = _more(book, len(found), "series", "assets")
    if more is not None:
        yield more


def _asset(book: Book, series: Series) -> tuple[Node, ...]:
    tenancy, start = series.tenancies[-1], f"series/{series.code}"
    tenant: Node = ""
    if series.asset is AssetState.LET:
        rent = el("small", *breaks(f"{book.money(tenancy.rent)} a month since {tenancy.first}"))
        tenant = several([book.person(tenancy.tenant), " ", rent])
    return (
        el("span", asset_words(series), " ", el("small", book.series_link(series))),
        str(series.asset),
        tenant,
        book.figure(f"{start}/cost", series.cost),
        book.figure(f"{start}/rent", sum(series.paid_rents.values())),
    )


def _series(book: Book) -> Iterator[Node]:
    found = book.study.ledger.state.series
    if not found:
        yield el("p", "No series was floated yet.")
        return
    yield series_table(book, shown_series(found.values()))
    more = _more(book, len(found), "series", "series", most=len(shown_series(found.values())))
    if more is not None:
        yield more


def _members(book: Book) -> Iterator[Node]:
    members = book.study.ledger.state.members
    if not members:
        yield el("p", "Nobody is on the members' register.")
        return
    shown = list(members.items())[:MOST_LISTED]
    rows = [(book.person(who), *_member_cells(book, who, works, True)) for who, works in shown]
    yield table(_MEMBERS, rows, "Members, in the order admitted")
    more = _more(book, len(members), "register", "members")
    if more is not None:
        yield more


def _member_cells(book: Book, who: str, works: str | None, is_member: bool) -> Sequence[Node]:
    got = book.study.ledger.state.dividends.get(who, 0)
    return (
        book.person(works) if works is not None else "",
        book.figure(dividends_name(who), got) if is_member or got else "",
    )


def _findings(book: Book) -> Iterator[Node]:
    study = book.study
    newest = study.findings[-MOST_FINDINGS:][::-1]
    if newest:
        if not study.ledger.complete:
            yield doubt()
        yield el("ul", *(fault(book, finding, is_fault=True, brief=True) for finding in newest), class_="faults")
    else:
        yield el("p", "Nothing is found fault with: every figure follows from the records.", class_="good")
    told = counted(len(together(study.notices)), "notice")
    if len(study.findings) > len(newest) or study.notices:
        every = counted(len(study.findings), "finding") if study.findings else "no finding"
        yield el("p", el("a", f"All: {every}, {told}", href=book.to("findings")))


def _more(book: Book, number: int, place: str, what: str, most: int = MOST_LISTED) -> Element | None:
    if number <= most:
        return None
    return el("p", el("a", f"All {number:,} {what}", href=book.to(place)))
