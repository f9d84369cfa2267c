"""What follows from a commune's records: ledger, audit, journal. From the store, or from a folder of plans."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from thimbl.cli.context import Context, pass_context
from thimbl.cli.errors import FOUND_FAULTS, OK, Failure
from thimbl.cli.options import address, argument, command, json_option, moment, option
from thimbl.cli.output import emit, note, painter, say

if TYPE_CHECKING:
    from thimbl.core.address import Address
    from thimbl.core.commune.gather import Gathering
    from thimbl.core.commune.ledger import Folded
    from thimbl.core.commune.study import Study

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
    from thimbl.core.commune.page import ledger_page
    from thimbl.core.commune.report import ledger_data

    studies = studies_of(gathering_of(context, folder), commune, at or Until())
    for number, study in enumerate(studies):
        if as_json:
            emit(ledger_data(study.ledger, study.notices))
            continue
        if number:
            say()
        for line in ledger_page(study):
            say(line)


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
    gathering = gathering_of(context, folder)
    studies = studies_of(gathering, commune, Until())
    if explain is not None:
        _explain(studies, explain, who, as_json)
        return OK
    for refused in gathering.not_taken:
        note(f"{refused.name} counts for nothing: {refused.verdict}: {refused.reason}.")
    for study in studies:
        _audit(context, gathering, study, as_json)
    return FOUND_FAULTS if any(study.findings for study in studies) else OK


def _audit(context: Context, gathering: "Gathering", study: "Study", as_json: bool) -> None:
    from thimbl.core.commune.page import WIDTH
    from thimbl.core.commune.words import in_words
    from thimbl.core.layout import wrap
    from thimbl.core.times import short_span

    paint = painter(context)
    charter = study.ledger.state.charter
    currency = charter.currency if charter else None
    by_seq = study.by_seq()
    for fault, findings in ((True, study.findings), (False, study.notices)):
        for finding in findings:
            folded = by_seq.get(finding.seq)
            signer = folded.verified.key if folded and folded.verified.key else None
            lines = in_words(finding, currency)
            if as_json:
                emit(
                    {
                        "commune": str(study.commune),
                        "seq": finding.seq,
                        "record": f"{study.commune}#{folded.verified.record.id}" if folded else None,
                        "kind": folded.verified.record.kind if folded else None,
                        "key": signer,
                        "fault": fault,
                        "code": finding.code,
                        "detail": finding.detail,
                        "words": lines,
                    }
                )
                continue
            kind = folded.verified.record.kind if folded else "record"
            say(paint(f"{study.commune} {finding.seq} {kind}: {finding.code}", "bad" if fault else "faint"))
            for line in lines:
                for part in wrap(line, WIDTH - 4):
                    say(f"    {part}")
            if fault and folded is not None:
                say(f"    record {folded.verified.record.id}")
                say(f"    signed by {signer or 'whoever had the key then'}")
    if as_json:
        return
    log = gathering.logs[study.commune]
    head = "" if log.head is None else f"; its head is {short_span(max(0, context.now() - log.head.updated))} old"
    say(f"{study.commune}: {study.ledger.seq} records checked, {_count(len(study.findings), 'finding')}{head}.")
    for lacking in study.lacking():
        say(f"    Lacking: the log of {lacking}. 'thimbl follow {lacking}' fetches it.")


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
"""
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
@_from_option
@pass_context
def journal(
    context: Context,
    commune: "Address | None",
    syntax: str,
    register: str | None,
    at: Until | None,
    folder: Path | None,
) -> None:
    """Write a commune's books, for hledger, beancount or a spreadsheet.

    One transaction for each record that moved money. Account names hold addresses, escaped so that no two share one;
    each transaction names its record. A register is CSV: members and co-ops, or who holds which bonds.
    """
    from thimbl.core.commune import journal as syntaxes
    from thimbl.core.commune.books import transactions

    [study] = _one(studies_of(gathering_of(context, folder), commune, at or Until()))
    if study.ledger.state.charter is None:
        raise Failure(f"{study.commune} has no charter: there are no books yet.")
    if register is not None:
        write = syntaxes.member_rows if register == "members" else syntaxes.holder_rows
        for line in write(study.ledger.state):
            say(line)
        return
    currency, entries = study.ledger.state.currency, transactions(study.folded)
    match syntax:
        case "hledger":
            lines = syntaxes.hledger(str(study.commune), currency, entries)
        case "beancount":
            lines = syntaxes.beancount(str(study.commune), currency, entries)
        case _:
            lines = syntaxes.rows(currency, entries)
    for line in lines:
        say(line)


def gathering_of(context: Context, folder: Path | None) -> "Gathering":
    """The logs of a folder, or of the store. Raises `Refused`, `StoreMissing`."""
    if folder is not None:
        from thimbl.home.folders import gather

        return gather(folder)
    with context.reader() as reader:
        return reader.gather()


def studies_of(gathering: "Gathering", commune: "Address | None", at: Until) -> "list[Study]":
    """The commune of that address, or all that are here. Raises `Failure` where there is none."""
    from thimbl.core.commune.study import study

    communes = gathering.communes()
    if commune is not None and commune not in gathering.logs:
        raise Failure(f"Nothing is here of {commune}: 'thimbl follow {commune}' fetches it.")
    whom = communes if commune is None else [commune]
    if not whom:
        raise Failure("No commune is here: 'thimbl follow ADDRESS' fetches one.")
    evidence = gathering.evidence()
    return [study(gathering, one, evidence, seq=at.seq, time=at.time) for one in whom]


def _one(studies: "list[Study]") -> "list[Study]":
    if len(studies) > 1:
        names = ", ".join(str(study.commune) for study in studies)
        raise Failure(f"More than one commune is here: name one of {names}.")
    return studies


def _count(number: int, word: str) -> str:
    return f"{number or 'no'} {word}{'' if number == 1 else 's'}"
