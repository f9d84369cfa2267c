"""`thimbl doctor`: what is wrong with an account or a host, in plain words, and what to do."""

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final

import click

from thimbl.cli.context import Context, pass_context
from thimbl.cli.errors import FOUND_FAULTS, OK
from thimbl.cli.options import command, json_option, option
from thimbl.cli.output import Paint, emit, note, painter, say
from thimbl.core.terminal import safe_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from thimbl.node.doctor import Finding, Patient

_STYLES: Final[Mapping[str, str]] = {"ok": "good", "note": "doubtful", "fault": "bad"}

_LEVEL: Final = 6
"""Columns of the level."""

_SUBJECT: Final = 12
"""Columns of the subject."""


@command(
    examples="""
    thimbl doctor
    thimbl doctor --offline
    thimbl doctor --homes --listen tcp6:79
    thimbl doctor --spool /var/spool/thimbl
    thimbl doctor --json
    """,
    epilog="""\
Each line begins with 'ok', 'note' (works, or may be meant so) or 'fault'; what helps stands below it.

Exit code 0 where nothing is wrong, 4 where there is a fault.

--json gives for each: level, subject, said, remedy (a list; any one of them will do).
""",
)
@option("--listen", multiple=True, metavar="ENDPOINT", help="Where a daemon is to listen, as for 'thimbl serve'.")
@option("--spool", type=click.Path(path_type=Path), help="Look after the NAME.plan files of this folder.")
@option("--homes", is_flag=True, help="Look after the ~/.plan of everybody with a home here.")
@option("--offline", is_flag=True, help="Ask nobody anything over the network, not even this machine.")
@json_option
@pass_context
def doctor(
    context: Context, listen: tuple[str, ...], spool: Path | None, homes: bool, offline: bool, as_json: bool
) -> int:
    """Say what is wrong with your account or host, and what to do.

    It looks at settings, key, plan, archive, permissions, ports, address, store, disk and clock, and changes nothing.
    Without --spool or --homes, here or in your settings, it is about your own plan.
    """
    from thimbl.node.doctor import Level, examine

    if spool is not None and homes:
        raise click.UsageError("--spool and --homes exclude each other.")
    patient = _patient(context, listen, spool, homes)
    if not offline:
        patient = _asked(patient)
    faults = 0
    paint = painter(context)
    for finding in chain(examine(patient), _screen(context, patient)):
        faults += finding.level == Level.FAULT
        if as_json:
            emit(_data(finding))
        else:
            _tell(context, paint, finding)
        sys.stdout.flush()  # each is told as it is found: thousands of accounts take their time
    if not as_json:
        note({0: "Nothing is wrong.", 1: "1 fault."}.get(faults, f"{faults} faults."))
    return FOUND_FAULTS if faults else OK


def _screen(context: Context, patient: "Patient") -> "Iterator[Finding]":
    """What `tui:` says that the terminal program can not take; it knows itself, where it is installed."""
    from thimbl.cli.upkeep import comfort
    from thimbl.home.screen import ScreenSettings
    from thimbl.node.doctor.finding import note as noted
    from thimbl.node.doctor.finding import quoted

    said = context.settings.tui if not patient.trouble else ScreenSettings()
    if said != ScreenSettings() and find_spec("textual") is not None:
        from tui.scopes import unfit

        for sentence in unfit(comfort(said, context.environ)):
            yield noted("tui", sentence, f"${{EDITOR:-vi}} {quoted(patient.paths.config)}")


def _patient(context: Context, listen: tuple[str, ...], spool: Path | None, homes: bool) -> "Patient":
    from thimbl.cli.serve import merged
    from thimbl.home.account import Account
    from thimbl.home.errors import SettingsError
    from thimbl.home.paths import Paths
    from thimbl.home.settings import Settings
    from thimbl.node.doctor import Patient

    trouble = ""
    try:
        account = replace(context.account, ask=None)
    except SettingsError as error:
        trouble = str(error)
        account = Account(Paths.find(context.environ), Settings(), context.environ, context.clock, os.urandom)
    serve = merged(account.settings.serve, {"listen": listen, "spool": spool, "homes": homes})
    return Patient(account, serve, trouble=trouble)


def _asked(patient: "Patient") -> "Patient":
    """The patient, with what the network says."""
    from thimbl.node.doctor.asking import ask, limits_for, system_resolver
    from thimbl.node.running import client, installed, run

    reactor = installed()
    settings = patient.home.settings
    asking = client(reactor, settings, limits_for(settings))
    network = run(reactor, lambda: ask(patient, asking, system_resolver(reactor), reactor))
    return replace(patient, network=network)


def _data(finding: "Finding") -> dict[str, Any]:
    return {
        "level": str(finding.level),
        "subject": finding.subject,
        "said": finding.said,
        "remedy": list(finding.remedy),
    }


def _tell(context: Context, paint: Paint, finding: "Finding") -> None:
    """A line for the finding, and one for each way out; on a terminal broken where it ends."""
    lead = paint(f"{finding.level:<{_LEVEL}}", _STYLES[finding.level]) + f"{finding.subject:<{_SUBJECT}}"
    indent = " " * (_LEVEL + _SUBJECT)
    first, *rest = _broken(context, safe_line(finding.said))
    say(lead + first)
    for line in rest:
        say(indent + line)
    for number, way in enumerate(finding.remedy):
        say(f"{indent}{'or' if number else 'do'}: {safe_line(way)}")


def _broken(context: Context, text: str) -> list[str]:
    if not context.stdout_is_terminal:
        return [text]
    width = context.width - _LEVEL - _SUBJECT
    return wrap(text, width, break_long_words=False, break_on_hyphens=False) or [""]
