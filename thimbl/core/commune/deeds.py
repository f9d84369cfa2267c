"""What a clerk may state of their own accord, which no record asks for (commune.md 3): as forms that a screen can show.

- What waits is `todo.py`'s. Here is the rest: to found the commune, to sell an asset or take it back, to take back a
  rent that was entered wrongly, to expel.
- A deed whose statement everybody would find fault with is refused by whoever rehearses it; only an expulsion is meant
  so, and is what everybody will see.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from thimbl.core.address import Address
from thimbl.core.commune import desk
from thimbl.core.commune.forms import Form, Question
from thimbl.core.commune.ledger import Ledger
from thimbl.core.commune.money import Currency, format_sum, read_amount
from thimbl.core.commune.participants import MEMBER
from thimbl.core.commune.state import AssetState, RentTaken, Series
from thimbl.core.commune.wishes import Refusal, read_role
from thimbl.core.terminal import safe_line

RENTS_NAMED: Final = 5
"""Newest rents that are named where one is to be taken back: a mistake is mostly noticed soon."""

DIGITS: Final = "2"
"""Digits after the point that a currency is likely to have."""


class Deed(StrEnum):
    """A statement that no record asks for."""

    CHARTER = "charter"
    LIQUIDATE = "liquidate"
    RETURN = "return"
    REVERSE = "reverse"
    EXPEL = "expel"


SAYS: Final[Mapping[Deed, str]] = {
    Deed.CHARTER: "make the account a commune: its name, and its money",
    Deed.LIQUIDATE: "say that an asset was sold, and for what",
    Deed.RETURN: "take an asset back from its tenant",
    Deed.REVERSE: "take back a rent that was entered wrongly",
    Deed.EXPEL: "take somebody off a register who did not ask for it",
}
"""What each does."""


@dataclass(frozen=True, slots=True)
class Doing:
    """A deed with a clerk's answers."""

    deed: Deed
    answers: Mapping[str, str] = field(default_factory=dict)


def deeds(ledger: Ledger) -> list[Deed]:
    """Those that there is anything for. Of an account that is no commune, that is to make it one."""
    state = ledger.state
    if state.charter is None:
        return [Deed.CHARTER]
    there = {
        Deed.LIQUIDATE: bool(_owned(ledger)),
        Deed.RETURN: bool(_let(ledger)),
        Deed.REVERSE: bool(_rents(ledger)),
        Deed.EXPEL: bool(state.members or state.coops),
    }
    return [deed for deed, is_there in there.items() if is_there]


def form_of_deed(ledger: Ledger, deed: Deed) -> Form:
    """What is asked. Raises `Refusal` where there is nothing for it."""
    if deed not in deeds(ledger):
        raise Refusal(f"There is nothing here for that: {SAYS[deed]}.")
    return _FORMS[deed](ledger)


def stated(ledger: Ledger, doing: Doing) -> tuple[str, Mapping[str, Any]]:
    """The kind and the body of the statement. Raises `Refusal`, and `AmountError` or `AddressError` for an answer that
    is none."""
    return _STATED[doing.deed](ledger, {name: text.strip() for name, text in doing.answers.items()})


def _owned(ledger: Ledger) -> list[Series]:
    kept = (AssetState.LET, AssetState.VACANT)
    return [series for series in ledger.state.series.values() if series.asset in kept]


def _let(ledger: Ledger) -> list[Series]:
    return [series for series in ledger.state.series.values() if series.tenant is not None]


def _rents(ledger: Ledger) -> list[tuple[str, RentTaken]]:
    return [(id_, taken) for id_, taken in ledger.state.rents.items() if not taken.reversed]


def _codes(found: Sequence[Series]) -> str:
    return ", ".join(series.code for series in found)


def _series(found: Sequence[Series], code: str) -> Series:
    for series in found:
        if series.code == code.upper():
            return series
    raise Refusal(f"{safe_line(code) or 'That'} is none of them: name one of {_codes(found)}.")


def _needed(answers: Mapping[str, str], name: str, what: str) -> str:
    if not (answer := answers.get(name, "")):
        raise Refusal(f"Say {what}: everybody reads it.")
    return answer


def _ask_series(found: Sequence[Series]) -> Question:
    return Question("series", "Series", f"One of {_codes(found)}", found[0].code if len(found) == 1 else "")


# each of them


def _charter_form(ledger: Ledger) -> Form:
    return Form(
        f"Make {ledger.address} a commune",
        (
            Question("name", "Name", "What it is called, such as Fields Commune"),
            Question("currency", "Money", "The currency of all amounts, such as EUR"),
            Question("digits", "Digits", "After the point of an amount", DIGITS),
        ),
        "A charter can not be changed. A commune is best an account of its own, with a folder of its own: "
        "'thimbl tui --as FOLDER' keeps its desk.",
    )


def _charter(ledger: Ledger, answers: Mapping[str, str]) -> tuple[str, Mapping[str, Any]]:
    digits = answers.get("digits", "")
    if not (digits.isascii() and digits.isdigit()):
        raise Refusal("Give the digits after the point as a number, such as 2.")
    currency = Currency(answers.get("currency", "").upper(), int(digits[:4]))
    return "charter", desk.charter(_needed(answers, "name", "what it is called"), currency)


def _liquidate_form(ledger: Ledger) -> Form:
    asked = (_ask_series(_owned(ledger)), Question("proceeds", "Proceeds", "What it was sold for"))
    return Form(
        "An asset was sold", asked, "What its holders are owed is paid out of it; what it does not reach is lost."
    )


def _liquidate(ledger: Ledger, answers: Mapping[str, str]) -> tuple[str, Mapping[str, Any]]:
    series = _series(_owned(ledger), answers.get("series", ""))
    proceeds = read_amount(answers.get("proceeds", ""), ledger.state.currency)
    return "liquidation", desk.liquidation(ledger, series.offer, proceeds)


def _return_form(ledger: Ledger) -> Form:
    return Form("Take an asset back", (_ask_series(_let(ledger)), Question("reason", "Reason", "Why it comes back")))


def _return(ledger: Ledger, answers: Mapping[str, str]) -> tuple[str, Mapping[str, Any]]:
    series = _series(_let(ledger), answers.get("series", ""))
    return "return", desk.return_(ledger, series.offer, _needed(answers, "reason", "why it comes back"))


def _reverse_form(ledger: Ledger) -> Form:
    state = ledger.state
    newest = "; ".join(
        f"{taken.seq} is {format_sum(taken.amount, state.currency)} of {state.series[taken.offer].code} for "
        f"{taken.period}"
        for _, taken in _rents(ledger)[: -RENTS_NAMED - 1 : -1]
    )
    asked = (
        Question("record", "Record", "Its number in the commune's log"),
        Question("reason", "Reason", "Why it is taken back"),
    )
    return Form("Take back a rent", asked, f"The newest rents: {newest}.")


def _reverse(ledger: Ledger, answers: Mapping[str, str]) -> tuple[str, Mapping[str, Any]]:
    number = answers.get("record", "")
    found = [id_ for id_, taken in _rents(ledger) if str(taken.seq) == number]
    if not found:
        raise Refusal(f"{safe_line(number)[:20] or 'That'} is the number of no rent that stands: see above.")
    return "reversal", desk.reversal(found[0], _needed(answers, "reason", "why it is taken back"))


def _expel_form(ledger: Ledger) -> Form:
    return Form(
        "Take somebody off a register",
        (
            Question("who", "Who", "Their address"),
            Question("as", "As", "member, or co-op", MEMBER),
        ),
        "Whoever asked to leave is in the chapter Desk. This is for others: everybody sees an expulsion.",
    )


def _expel(ledger: Ledger, answers: Mapping[str, str]) -> tuple[str, Mapping[str, Any]]:
    who, role = str(Address.parse(answers.get("who", ""))), read_role(answers.get("as", ""))
    if who not in ledger.state.register(role):
        raise Refusal(f"{who} is not on that register.")
    return "departure", desk.departure(ledger, who, role)


_FORMS: Final[Mapping[Deed, Callable[[Ledger], Form]]] = {
    Deed.CHARTER: _charter_form,
    Deed.LIQUIDATE: _liquidate_form,
    Deed.RETURN: _return_form,
    Deed.REVERSE: _reverse_form,
    Deed.EXPEL: _expel_form,
}

_STATED: Final[Mapping[Deed, Callable[[Ledger, Mapping[str, str]], tuple[str, Mapping[str, Any]]]]] = {
    Deed.CHARTER: _charter,
    Deed.LIQUIDATE: _liquidate,
    Deed.RETURN: _return,
    Deed.REVERSE: _reverse,
    Deed.EXPEL: _expel,
}
