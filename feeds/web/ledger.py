"""The books of a commune: accounts and balances, ``/NAME/ledger``, and the journal, ``/NAME/journal`` (commune.md 10).

- The journal is text for hledger, the same that `thimbl journal` writes.
- Each balance leads to the records that were posted to the account.
"""

from typing import Final

from feeds.web.asked import Asked, Raw, Refused, Reply
from feeds.web.books import Book, book_of, count, leaf
from feeds.web.html import Element, Node, el, isolated
from feeds.web.tables import Column, part_of, table
from thimbl.core.commune.books import Account
from thimbl.core.commune.figures import account_name

TOO_LONG: Final = Raw(
    b"; This journal is too long to be sent. Whoever follows the commune writes the same: thimbl journal\n",
    "text/plain; charset=utf-8",
    status=404,
    indexed=False,
)
"""As text: a program asked for it."""

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
    found = book.look.accounts
    part = part_of(asked, found)
    if isinstance(part, Refused):
        return part
    main: list[Node] = [
        el(
            "p",
            "Double-entry books on a cash basis, made from the commune's records: a debit is above zero, a credit "
            "below, and together they are zero. ",
            el("a", "The journal", href=book.to("journal"), type="text/plain"),
            " is text for hledger.",
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
        main.append(el("p", f"{count(len(found), 'account')}; all of them together: {book.money(total)}."))
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
    """``/NAME/journal``."""
    book = book_of(asked)
    if isinstance(book, Refused):
        return book
    text = book.look.journal
    return TOO_LONG if text is None else Raw(text, "text/plain; charset=utf-8", indexed=False)
