"""The books of a commune: accounts and balances, ``/NAME/ledger``, and the journal, ``/NAME/journal`` (commune.md 10).

- The journal is text for hledger, the same that `thimbl journal` writes; a long one comes in parts (`feeds.web.sums`).
- Each balance leads to the records that were posted to the account.
"""

from typing import Final

from feeds.web.asked import Asked, Raw, Refused, Reply
from feeds.web.books import Book, book_of, leaf
from feeds.web.html import Element, Node, el, isolated
from feeds.web.sums import MAX_ANSWER
from feeds.web.tables import Column, page_number, part_of, table
from thimbl.core.commune.books import Account
from thimbl.core.commune.figures import account_name
from thimbl.core.counting import counted

TEXT: Final = "text/plain; charset=utf-8"

TOLD: Final = {
    "assets": "What the commune has",
    "liabilities": "What it owes to holders of bonds",
    "income": "What came in, and gains; losses have the other sign",
    "expenses": "Interest that it paid",
    "equity": "Dividends, which all members got",
}
"""The classes of accounts, as they are explained."""


def page(asked: Asked) -> Reply:
    """``/NAME/ledger``."""
    book = book_of(asked)
    if isinstance(book, Refused):
        return book
    found = book.sums.accounts
    part = part_of(asked, found)
    if isinstance(part, Refused):
        return part
    main: list[Node] = [
        el(
            "p",
            "Double-entry books on a cash basis, made from the commune's records: a debit is above zero, a credit "
            "below, and together they are zero. ",
            *_journal(book),
        ),
    ]
    for root, told in TOLD.items():
        rows = [(_named(book, account), book.figure(account_name(account), balance))
                for account, balance in part.rows if account.root == root]  # fmt: skip
        if rows:
            main += [el("h2", root.capitalize()), el("p", f"{told}.", class_="faint")]
            main.append(table((Column("Account"), Column("Balance", number=True)), rows, f"{root.capitalize()}"))
    if not found:
        main.append(el("p", "No record has moved money yet."))
    elif part.number == part.pages:
        total = sum(balance for _, balance in found)
        main.append(el("p", f"{counted(len(found), 'account')}; all of them together: {book.money(total)}."))
    main.append(part.turner(asked, "the accounts"))
    return leaf(
        book, "ledger", "Ledger", main, number=part.number, description=f"Accounts and balances of {book.name}."
    )


def _named(book: Book, account: Account) -> Element:
    """An account by its parts; whose it is leads to them."""
    words = {"cash": "Cash", "write-offs": "Write-offs"}.get(account.name, account.name.capitalize())
    if account.root == "equity":
        return el("span", f"{words} of ", book.person(account.of))
    series: Node = isolated(account.of)
    if account.of != "pool":
        series = el("a", account.of, href=book.to("series", account.of), class_="code")
    if not account.holder:
        return el("span", f"{words} of ", "the " if account.of == "pool" else "", series)
    return el("span", f"{words} of ", series, " held by ", book.person(account.holder))


def journal(asked: Asked) -> Reply:
    """``/NAME/journal``, or one part of it, ``?page=``. As text, also where it is refused: a program asked for it."""
    book = book_of(asked)
    if isinstance(book, Refused):
        return book
    parts = len(book.sums.parts)
    given = asked.query.get("page")
    if given is None and parts > 1:
        # Half of the books by itself would be taken for all of them.
        address = asked.site.absolute(asked.path) or asked.path
        return _refused(
            f"This journal has {parts:,} parts, so that none is too long to be sent. One after the other they are it:",
            f"for part in $(seq {parts}); do curl -sf '{address}?page='$part; done | hledger -f - balance",
        )
    number = page_number(given or "1", parts)
    if number is None:
        return _refused(f"This journal has {counted(parts, 'part')}, and none of that number.")
    lines = book.sums.journal(number)
    if parts > 1:
        lines.insert(1, f"; Part {number:,} of {parts:,}: the whole is all of them, one after the other.")
    text = "".join(f"{line}\n" for line in lines).encode("utf-8")
    if len(text) > MAX_ANSWER:
        return _refused("One transaction is too long to be sent. Whoever follows the commune writes it: thimbl journal")
    return Raw(text, TEXT, indexed=False)


def _journal(book: Book) -> list[Node]:
    """Where the journal is, in a sentence."""
    parts = len(book.sums.parts)
    if parts == 1:
        return [el("a", "The journal", href=book.to("journal"), type="text/plain"), " is text for hledger."]
    links: list[Node] = []
    for number in range(1, parts + 1):
        links += [" ", el("a", f"{number:,}", href=book.to("journal", page=str(number)), type="text/plain")]
    return ["The journal is text for hledger, in parts that belong together:", *links, "."]


def _refused(*lines: str) -> Raw:
    return Raw("".join(f"; {line}\n" for line in lines).encode(), TEXT, status=404, indexed=False)
