"""What is found fault with at a commune, and what is no fault and yet to be known, ``/NAME/findings`` (commune.md 7).

Each names its record and says in plain words what is the matter, with what was stated beside what the records come to.
"""

from typing import Final

from feeds.about import What
from feeds.findings import findings_of
from feeds.serving import ENTRIES
from feeds.web.asked import Asked, Refused, Reply, path_of
from feeds.web.books import Book, book_of, leaf
from feeds.web.cards import linked
from feeds.web.html import Element, Node, el, isolated
from feeds.web.offered import about_of, links, offered, served
from feeds.web.tables import part_of
from feeds.web.words import capital
from thimbl.core.commune.figures import record_name
from thimbl.core.commune.state import Finding
from thimbl.core.commune.words import in_words, together
from thimbl.core.counting import counted
from thimbl.core.records import POST

PER_PAGE: Final = 50
"""Findings and notices of a page: each takes a few lines."""


OF_THE_WHOLE: Final = frozenset({"unanswered", "unreceipted", "overdue-rent", "overdue-redemption", "past-term"})
"""Notices about no record of the commune: they have the number of the newest, as of which they were looked for
(`thimbl.core.commune.notices`)."""

LOOKED_THROUGH: Final = 200
"""Records of a commune among which announcements are looked for: few communes write more posts than statements."""


def page(asked: Asked) -> Reply:
    """``/NAME/findings``."""
    book = book_of(asked)
    if isinstance(book, Refused):
        return book
    wrong, notices = book.study.findings[::-1], together(book.study.notices)[::-1]
    part = part_of(asked, [*((one, True) for one in wrong), *((one, False) for one in notices)], PER_PAGE)
    if isinstance(part, Refused):
        return part
    main: list[Node] = [
        el(
            "p",
            "Every follower of this commune does its arithmetic for themselves, and so did this host. A finding is a "
            "record that does not follow from the others: what was computed counts, not what it states. A notice is no "
            "fault, and somebody should look at it.",
        ),
        el("h2", f"{counted(len(wrong), 'finding')}" if wrong else "No findings"),
    ]
    if not wrong:
        main.append(el("p", "Nothing is found fault with: every figure follows from the records.", class_="good"))
    elif not book.study.ledger.complete:
        main.append(doubt())
    main += _list(book, [one for one, is_fault in part.rows if is_fault], is_fault=True)
    if notices:
        main.append(el("h2", counted(len(notices), "notice")))
        main += _list(book, [one for one, is_fault in part.rows if not is_fault], is_fault=False)
    main.append(part.turner(asked, "findings and notices"))
    told = f"{counted(len(wrong), 'finding')} and {counted(len(notices), 'notice')} about {book.name}."
    feeds = offered(path_of(book.who, "findings"), f"Findings at {book.name}")
    main.append(el("p", "Findings as feeds: ", links(asked, feeds), class_="faint"))
    return leaf(book, "findings", "Findings", main, number=part.number, description=told, feeds=feeds)


def feed(asked: Asked) -> Reply:
    """``/NAME/findings/feed.SUFFIX``: the faults alone, since a feed is for what stays."""
    book = book_of(asked)
    if isinstance(book, Refused):
        return book
    profile = asked.source.profile(book.who)
    about = about_of(asked, book.study.commune, book.name, path_of(book.who, "findings"), What.FINDINGS)
    found = findings_of(book.study, about, None if profile is None else profile.verdict)[:ENTRIES]
    changed = asked.source.ledgers_changed()
    return served(asked, found, about, indexed=profile is not None and profile.listed, changed=changed)


def announcements(asked: Asked) -> Reply:
    """``/NAME/commune/feed.SUFFIX``: what the commune announced, without its posts."""
    book = book_of(asked)
    if isinstance(book, Refused):
        return book
    profile = asked.source.profile(book.who)
    about = about_of(asked, book.study.commune, book.name, path_of(book.who, "commune"), What.ANNOUNCEMENTS)
    newest = asked.source.posts(book.who, limit=LOOKED_THROUGH).items
    items = [item for item in newest if item.kind != POST][:ENTRIES]
    return served(asked, items, about, indexed=profile is not None and profile.listed)


def _list(book: Book, found: list[Finding], *, is_fault: bool) -> list[Node]:
    return [el("ul", *(fault(book, one, is_fault=is_fault) for one in found), class_="faults")] if found else []


def doubt() -> Element:
    """What is to be said where this host lacks records: a clerk may have read them."""
    return el(
        "p",
        "This host lacks records that the commune cites. What follows from them is found fault with here, and may be "
        "right: who has all of them can tell.",
        class_="doubtful",
    )


def fault(book: Book, finding: Finding, *, is_fault: bool, brief: bool = False) -> Element:
    """One of them, with its record and what that moved. `brief` leaves out the figures side by side."""
    folded = book.sums.by_seq.get(finding.seq)
    where = " as of record " if finding.code in OF_THE_WHOLE else " in record "
    kind = "" if folded is None or finding.code in OF_THE_WHOLE else f", a {folded.verified.record.kind}"
    first, *rest = in_words(finding, book.currency, book.study.code_of)
    why: list[Node] = []
    if folded is not None and folded.movement is not None:
        path = book.to("why", *record_name(finding.seq).split("/"))
        why = [" ", el("a", "What the record moved", href=path), "."]
    return el(
        "li",
        el("strong", finding.code, class_="bad" if is_fault else "doubtful"),
        el("span", where, book.record(finding.seq), isolated(kind), class_="context"),
        el("p", *linked(book.asked, capital(f"{first}.")), *why),
        el("pre", "\n".join(rest), class_="words") if rest and not brief else None,
    )
