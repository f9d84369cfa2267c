"""What follows from a commune's records: ledger, audit, journal. From the store, or from a folder of plans."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from thimbl.cli.context import Context, pass_context
from thimbl.cli.errors import FOUND_FAULTS, OK, Failure
from thimbl.cli.options import address, argument, command, json_option, moment, option
from thimbl.cli.output import emit, emit_json, note, painter, say
from thimbl.core.counting import counted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from thimbl.core.address import Address
    from thimbl.core.commune.gather import Gathering
    from thimbl.core.commune.ledger import Folded
    from thimbl.core.commune.study import Study
    from thimbl.store.kept import Part

MOST_NOTICES: Final = 100
"""Notices that an audit prints: of ten thousand members who have not acknowledged a dividend there is one each."""

F = TypeVar("F", bound=Callable[..., object])


def _from_option(function: F) -> F:
    return option(
        "--from",
        "folder",
        type=click.Path(path_type=Path),
        metavar="DIR",
        help="Read the plan files of this folder, and neither store nor network.",
    )(function)


@dataclass(frozen=True, slots=True)
class Until:
    """How far a log is to be folded in: to a seq, or to a moment in Unix seconds."""

    seq: int | None = None
    time: int | None = None


def until(text: str) -> Until:
    """For ``type=``: a record's number, or a time."""
    return Until(seq=int(text)) if text.isascii() and text.isdigit() else Until(time=moment(text))


@command(
    examples="""
    thimbl ledger
    thimbl ledger commune@fields.example --at 2026-12-01
    thimbl ledger --from plans/ --json
"""
)
@argument("commune", type=address, required=False)
@option("--at", type=until, metavar="TIME|SEQ", help="As it was at this time, or after this record of the commune.")
@_from_option
@json_option
@pass_context
def ledger(context: Context, commune: "Address | None", at: Until | None, folder: Path | None, as_json: bool) -> None:
    """Show what a commune's records come to.

    Register, series with their holders, pool, cash, findings. Everything in it is computed from signed records; what a
    clerk states beside them only counts where it is the same.
    """
    found = _answers(context, commune, at or Until(), gathered(folder), "data" if as_json else "page")
    for number, text in enumerate(found):
        if as_json:
            emit_json(text)
            continue
        if number:
            say()
        say(text)


@command(
    examples="""
    thimbl audit
    thimbl audit commune@fields.example --explain 8 --for cy@mill.example
    thimbl audit --from plans/
""",
    epilog="Exit code 0 where nothing is wrong, 4 where something is.",
)
@argument("commune", type=address, required=False)
@option(
    "--explain", metavar="RECORD", help="Derive the figures of this record: its number, or the beginning of its id."
)
@option("--for", "who", type=address, metavar="ADDRESS", help="With --explain: of this holder or member alone.")
@_from_option
@json_option
@pass_context
def audit(
    context: Context,
    commune: "Address | None",
    explain: str | None,
    who: "Address | None",
    folder: Path | None,
    as_json: bool,
) -> int:
    """Check every figure of a commune.

    What does not follow from the records is named: the record, who signed it, what was stated and what the records come
    to; which logs are lacking; and how old the copies are that it read.
    """
    gathering = gathered(folder)
    if explain is not None:
        _explain(studies_of(context, commune, Until(), gathering), explain, who, as_json)
        return OK
    for refused in gathering.not_taken if gathering else ():
        note(f"{refused.name} counts for nothing: {refused.verdict}: {refused.reason}.")
    faults = 0
    for text in _answers(context, commune, Until(), gathering, "audit"):
        audited = json.loads(text)
        faults += sum(one["fault"] for one in audited["found"])
        if as_json:
            for one in audited["found"]:
                emit(one)
        else:
            _say_audit(context, audited, gathering)
    return FOUND_FAULTS if faults else OK


def _say_audit(context: Context, audited: "Mapping[str, Any]", gathering: "Gathering | None") -> None:
    from thimbl.core.commune.page import WIDTH
    from thimbl.core.layout import wrap

    paint, commune, notices = painter(context), audited["commune"], 0
    for one in audited["found"]:
        if not one["fault"]:
            notices += 1
            if notices > MOST_NOTICES:
                continue
        kind = one["kind"] or "record"
        say(paint(f"{commune} {one['seq']} {kind}: {one['code']}", "bad" if one["fault"] else "faint"))
        for line in one["words"]:
            for part in wrap(line, WIDTH - 4):
                say(f"    {part}")
        if one["fault"] and one["record"] is not None:
            say(f"    record {one['record'].rpartition('#')[2]}")
            say(f"    signed by {one['key'] or 'whoever had the key then'}")
    if notices > MOST_NOTICES:
        say(f"And {notices - MOST_NOTICES} more notices: 'thimbl audit {commune} --json' has them all.")
    faults = len(audited["found"]) - notices
    age = _age(context, commune, gathering)
    found = counted(faults, "finding") if faults else "no findings"
    say(f"{commune}: {audited['checked']} records checked, {found}{age}.")
    for lacking in audited["lacking"]:
        how = "put its plan into the folder" if gathering else f"'thimbl fetch' asks for it, if you follow {commune}"
        say(f"    Lacking: the log of {lacking}. To have it whole: {how}.")


def _age(context: Context, commune: str, gathering: "Gathering | None") -> str:
    """How old the head of a commune is of which there is a copy."""
    from thimbl.core.address import Address
    from thimbl.core.times import parse_time, short_span

    address = Address.parse(commune)
    if gathering is not None:
        head = gathering.logs[address].head
        updated = None if head is None else head.updated
    else:
        with context.reader() as reader:
            data = reader.head_data(address)
            updated = None if data is None else parse_time(str(data["updated"]))
    return "" if updated is None else f"; its head is {short_span(max(0, context.now() - updated))} old"


def _explain(studies: "Sequence[Study]", record: str, who: "Address | None", as_json: bool) -> None:
    from thimbl.core.commune.explain import NothingToExplain, explain
    from thimbl.core.commune.page import WIDTH
    from thimbl.core.layout import wrap

    study, folded = _record(studies, record)
    try:
        found = explain(folded, study.ledger.state.currency, None if who is None else str(who))
    except NothingToExplain as error:
        raise Failure(f"{error} 'thimbl ledger' shows what moved.") from None
    for derivation in found:
        if as_json:
            emit({"figure": derivation.title, "steps": list(derivation.steps)})
            continue
        say(derivation.title)
        for step in derivation.steps:
            for index, line in enumerate(wrap(step, WIDTH - 4)):
                say(f"  {'-' if index == 0 else ' '} {line}")


def _record(studies: "Sequence[Study]", record: str) -> "tuple[Study, Folded]":
    prefix = record.rpartition("#")[2]
    found = [
        (study, one)
        for study in studies
        for one in study.folded
        if (str(one.verified.record.seq) == prefix if prefix.isdigit() else one.verified.record.id.startswith(prefix))
    ]
    if len(found) != 1:
        what = "There is no such record" if not found else f"{len(found)} records are meant"
        raise Failure(f"{what}: give a number, or more of the id, and name the commune.")
    return found[0]


@command(
    examples="""
    thimbl journal commune@fields.example >fields.journal && hledger -f fields.journal balance
    thimbl journal --format beancount >fields.beancount
    thimbl journal --format csv --from plans/
    thimbl journal --register holders --at 2026-12-31
    thimbl journal --check fields.journal
""",
    epilog="With --check: exit code 0 where all is as the records have it, 4 where something is not.",
)
@argument("commune", type=address, required=False)
@option(
    "--format",
    "syntax",
    type=click.Choice(["hledger", "beancount", "csv"]),
    default="hledger",
    show_default=True,
    help="Whose syntax.",
)
@option(
    "--register", type=click.Choice(["members", "holders"]), help="Instead: who is on this register, for a spreadsheet."
)
@option("--at", type=until, metavar="TIME|SEQ", help="As it was at this time, or after this record of the commune.")
@option(
    "--check",
    "checked",
    type=click.Path(path_type=Path, allow_dash=True, dir_okay=False, exists=True),
    metavar="FILE",
    help="Instead: whether this journal says what the records come to, line by line.",
)
@_from_option
@pass_context
def journal(
    context: Context,
    commune: "Address | None",
    syntax: str,
    register: str | None,
    at: Until | None,
    checked: Path | None,
    folder: Path | None,
) -> int:
    """Write a commune's books, for hledger, beancount or a spreadsheet.

    One transaction for each record that moved money. Account names hold addresses, escaped so that no two share one;
    each transaction names its record. A register is CSV: members and co-ops, or who holds which bonds. --check takes a
    journal of any of the three, also as 'hledger print' writes it, and holds each line against the records.
    """
    from thimbl.core.commune import journal as syntaxes
    from thimbl.core.commune.books import transactions

    if checked is not None and register is not None:
        raise click.UsageError("--check is of the books: a register has none that it could be held against.")
    [study] = _one(studies_of(context, commune, at or Until(), gathered(folder)))
    if study.ledger.state.charter is None:
        raise Failure(f"{study.commune} has no charter: there are no books yet.")
    if checked is not None:
        from thimbl.cli.journal_check import check

        return check(study, checked)
    if register is not None:
        write = syntaxes.member_rows if register == "members" else syntaxes.holder_rows
        for line in write(study.ledger.state):
            say(line)
        return OK
    currency, entries = study.ledger.state.currency, transactions(study.folded)
    match syntax:
        case "hledger":
            lines = syntaxes.hledger(str(study.commune), currency, entries, study.newest)
        case "beancount":
            lines = syntaxes.beancount(str(study.commune), currency, entries, study.newest)
        case _:
            lines = syntaxes.rows(currency, entries)
    for line in lines:
        say(line)
    return OK


def _answers(
    context: Context, commune: "Address | None", at: Until, gathering: "Gathering | None", part: "Part"
) -> list[str]:
    """The ledger of a commune or of all, as a text; of the store as it is now it may have been kept."""
    from thimbl.store import kept

    # By itself: a reader would take as long to load as all the rest.
    if gathering is None and at == Until() and (found := kept.find(context.store, part, commune)):
        return found
    studies = studies_of(context, commune, at, gathering, keep=True)
    return [kept.answer(study, part) for study in studies]


def studies_of(
    context: Context, commune: "Address | None", at: Until, gathering: "Gathering | None", *, keep: bool = False
) -> "list[Study]":
    """The commune of that address, or all that are here: of what was gathered, or else of the store.

    With `keep`, what they come to is kept in the store for the next command. Raises `Failure` where there is none,
    `Refused`, and `StoreMissing`.
    """
    from thimbl.core.commune.study import study

    ledgers = None
    if gathering is None:
        with context.reader() as reader:
            ledgers = reader.ledgers()
            ledgers.refresh()
        gathering = ledgers.gathering
    if commune is not None and commune not in gathering.logs:
        raise Failure(f"Nothing is here of {commune}: 'thimbl follow {commune}' fetches it.")
    whom = gathering.communes() if commune is None else [commune]
    if not whom:
        raise Failure("No commune is here: 'thimbl follow ADDRESS' fetches one.")
    evidence = gathering.evidence() if ledgers is None else ledgers.evidence
    if ledgers is None or at != Until():
        return [study(gathering, one, evidence, seq=at.seq, time=at.time) for one in whom]
    found = [ledgers.study(one) or study(gathering, one, evidence) for one in whom]
    if keep:
        ledgers.keep(found)
    return found


def gathered(folder: Path | None) -> "Gathering | None":
    """The logs of a folder; None for those of the store. Raises `Refused`."""
    if folder is None:
        return None
    from thimbl.home.folders import gather

    return gather(folder)


def _one(studies: "list[Study]") -> "list[Study]":
    if len(studies) > 1:
        names = ", ".join(str(study.commune) for study in studies)
        raise Failure(f"More than one commune is here: name one of {names}.")
    return studies
