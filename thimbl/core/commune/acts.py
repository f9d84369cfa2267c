"""What a person may do about a commune, as forms that a screen can show: what is asked, and the wish that answers make.

- An :class:`Act` is what somebody wants, with their answers as they typed them; :func:`wishes_of` reads it as strictly
  as the commands do, by the same `View`, and refuses the same (`thimbl.core.commune.wishes`).
- :func:`form_of` says what is asked, with what is likely filled in; it refuses what can not be done whatever is
  answered, so that nobody fills in a form for nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from thimbl.core.address import Address
from thimbl.core.commune.deeds import Doing
from thimbl.core.commune.fields import month_of
from thimbl.core.commune.forms import Form, Question
from thimbl.core.commune.money import Period, format_amount, format_rate, read_rate
from thimbl.core.commune.notices import first_month_lacking
from thimbl.core.commune.offering import offer_form, offer_of, outlook
from thimbl.core.commune.participants import MEMBER
from thimbl.core.commune.signed import ToSign
from thimbl.core.commune.todo import Task
from thimbl.core.commune.wishes import Refusal, View, Wish, read_role


class Verb(StrEnum):
    """What a participant can sign (commune.md 2)."""

    OFFER = "offer"
    SUBSCRIBE = "subscribe"
    WITHDRAW = "withdraw"
    PAY = "pay"
    TRANSFER = "transfer"
    BID = "bid"
    SURRENDER = "surrender"
    ACKNOWLEDGE = "acknowledge"
    JOIN = "join"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody wants to do."""

    verb: Verb
    commune: Address
    offer: str = ""
    """Reference of the offer that it is about."""
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Statement:
    """What a clerk wants to do: a task of theirs, with the answers where it lacked something."""

    task: Task
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What an act or a statement would sign, before anything is signed."""

    of: Act | Statement | Doing
    author: str
    """Whose log it goes into: a canonical address."""
    announcements: tuple[ToSign, ...]
    """In the order in which they are signed."""
    notes: tuple[str, ...] = ()
    """What everybody will see of it, a sentence each."""


def form_of(view: View, verb: Verb, commune: Address, offer: str = "") -> Form:
    """What is asked of somebody who wants this now. Raises `Refusal` where no answer would do."""
    return _FORMS[verb](view, offer or str(commune))


def notes_of(view: View, act: Act) -> tuple[str, ...]:
    """What is to be known of an act beside its record, a sentence each. Raises what `wishes_of` raises."""
    return outlook(offer_of(view, act.commune, _stripped(act))) if act.verb is Verb.OFFER else ()


def _stripped(act: Act) -> dict[str, str]:
    return {name: text.strip() for name, text in act.answers.items()}


def wishes_of(view: View, act: Act) -> Sequence[Wish]:
    """What an act comes to. Raises `Refusal`, and `AmountError`, `PeriodError`, `RateError`, `AddressError` or
    `Malformed` for an answer that is none."""
    answers = _stripped(act)

    def given(name: str) -> str | None:
        return answers.get(name) or None

    match act.verb:
        case Verb.OFFER:
            return [view.offer(offer_of(view, act.commune, answers))]
        case Verb.SUBSCRIBE:
            rate = given("rate")
            return [view.subscribe(act.offer, answers.get("amount", ""), None if rate is None else read_rate(rate))]
        case Verb.WITHDRAW:
            return [view.withdraw(act.offer)]
        case Verb.PAY:
            return [view.pay(act.offer, answers.get("amount", ""), given("month"))]
        case Verb.TRANSFER:
            to = Address.parse(answers.get("to", ""))
            return [view.transfer(act.offer, answers.get("amount", ""), str(to))]
        case Verb.BID:
            return [view.bid(act.offer, answers.get("rent", ""))]
        case Verb.SURRENDER:
            return [view.surrender(act.offer)]
        case Verb.ACKNOWLEDGE:
            return view.acknowledge()
        case Verb.JOIN:
            works = given("works at")
            role = read_role(answers.get("as", ""))
            return [view.join(str(act.commune), role, None if works is None else str(Address.parse(works)))]
        case Verb.LEAVE:
            return [view.leave(str(act.commune))]


def _subscribe(view: View, offer: str) -> Form:
    terms = view.on_sale(offer)
    mine = view.standing(offer, terms)
    unit, face = format_amount(terms.unit, terms.currency), format_amount(terms.face, terms.currency)
    before = "" if mine is None else format_amount(mine.amount, terms.currency)
    asked = [Question("amount", "Amount", f"In units of {unit}, at most {face}", before)]
    if terms.max_rate_bp is not None:
        rate = "" if mine is None or mine.rate_bp is None else format_rate(mine.rate_bp)
        hint = f"The least that you take, in percent a year, at most {format_rate(terms.max_rate_bp)}"
        asked.append(Question("rate", "Rate", hint, rate))
    verb = "Subscribe" if mine is None else "Change the subscription of"
    return Form(f"{verb} {terms.series}", tuple(asked))


def _withdraw(view: View, offer: str) -> Form:
    view.withdraw(offer)
    return Form("Withdraw")


def _pay(view: View, offer: str) -> Form:
    terms = view.terms(offer)
    series = None if view.ledger is None else view.ledger.state.series.get(offer)
    mine = view.standing(offer, terms)
    amount = "" if mine is None else format_amount(mine.amount, terms.currency)
    month = ""
    if series is not None and series.tenancies:
        tenancy = series.tenancies[-1]
        this = month_of(view.now)
        period = first_month_lacking(series, this) or max(this, tenancy.first)
        said = view.months_said(offer, terms)
        while period in said:  # the clerk has not entered it yet
            period = period.next()
        amount, month = format_amount(tenancy.rent, terms.currency), str(period)
    elif mine is None:
        raise Refusal(
            f"There is nothing to pay for {terms.series}: you have not subscribed it, and its asset is not let."
        )
    return Form(
        f"Say what you paid for {terms.series}",
        (
            Question("amount", "Amount", "What you paid; no money moves by this", amount),
            Question("month", "Rent of", "The month that it is the rent of, such as 2026-12; empty: for bonds", month),
        ),
    )


def _transfer(view: View, offer: str) -> Form:
    series = view.transferable(offer)
    held = series.holdings.get(view.author, 0)
    if not held:
        raise Refusal(f"You hold no bonds of {series.code}: there is nothing to pass on.")
    return Form(
        f"Pass on bonds of {series.code}",
        (
            Question("amount", "Amount", f"You hold {format_amount(held, series.terms.currency)}"),
            Question("to", "To", "Whose they are to be, such as di@mill.example"),
        ),
    )


def _bid(view: View, offer: str) -> Form:
    series = view.rentable(offer)
    agreed = format_amount(series.terms.rent, series.terms.currency)
    hint = f"What you can pay a month; it was offered for {agreed}"
    return Form(f"Bid for the asset of {series.code}", (Question("rent", "Rent", hint),))


def _surrender(view: View, offer: str) -> Form:
    view.surrender(offer)
    return Form("Give back")


def _acknowledge(view: View, commune: str) -> Form:
    view.acknowledge()
    return Form("Acknowledge")


def _join(view: View, commune: str) -> Form:
    if commune == view.author:
        raise Refusal("That is your own address: join from the account of the member or the co-op.")
    return Form(
        f"Apply to {commune}",
        (
            Question("as", "As", "member, or co-op, which can offer bonds and rent", MEMBER),
            Question("works at", "Works at", "The address of the co-op where a member works; may be empty"),
        ),
    )


def _leave(view: View, commune: str) -> Form:
    view.leave(commune)
    return Form("Leave")


_FORMS: Final[Mapping[Verb, Callable[[View, str], Form]]] = {
    Verb.OFFER: offer_form,
    Verb.SUBSCRIBE: _subscribe,
    Verb.WITHDRAW: _withdraw,
    Verb.PAY: _pay,
    Verb.TRANSFER: _transfer,
    Verb.BID: _bid,
    Verb.SURRENDER: _surrender,
    Verb.ACKNOWLEDGE: _acknowledge,
    Verb.JOIN: _join,
    Verb.LEAVE: _leave,
}


def form_of_task(task: Task, next_month: Period, code: str = "") -> Form:
    """What a clerk is asked for a task that lacks a figure; no questions where its statement is determined. `code` is
    that of the series it is about."""
    if task.body is not None:
        return Form(task.sentence)
    if task.period is not None:
        return Form(
            f"Rent that came for {task.period}",
            (Question("amount", "Amount", f"What the tenant of {code} paid"),),
            task.sentence,
        )
    return Form(
        f"What the asset of {code} cost",
        (
            Question("amount", "Cost", "What was paid for it, at most the face"),
            Question("first", "First month", "The first month of rent and interest", str(next_month)),
        ),
        task.sentence,
    )
