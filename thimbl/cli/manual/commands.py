"""A command's page, from what the command says of itself in `--help`."""

import re
from collections.abc import Iterator, Mapping
from textwrap import dedent
from typing import Final

import click

from thimbl.cli.main import main
from thimbl.cli.manual import roff
from thimbl.cli.manual.roff import Page
from thimbl.cli.options import Command, Group
from thimbl.cli.table import COMMANDS

PROGRAM: Final = "thimbl"

LONGEST: Final = 68
"""Columns of an example: what is left of 80 where it stands furthest in."""

# Where a command can go on in the next line: before an option or an operator.
_PIECES: Final = re.compile(r" (?=-[a-z]|--[a-z]|SHA256:|&&|\||>)")
_METAVAR: Final = re.compile(r"[A-Z][A-Z0-9_]*")
_CODE: Final = re.compile(r"`([^`]+)`")

EXIT_STATUS: Final[Mapping[str, str]] = {
    "0": "It worked.",
    "1": "It failed.",
    "2": "It was called wrongly.",
    "3": "Part of it failed, such as one host of several.",
    "4": "It worked, and found faults: 'audit', 'verify', 'doctor'.",
}

ENVIRONMENT: Final[Mapping[str, str]] = {
    "THIMBL_HOME": "One folder for all files, so that one person can be several.",
    "THIMBL_<COMMAND>_<OPTION>": "Any option: THIMBL_TIMELINE_LIMIT=50 is 'timeline --limit 50'.",
    "NO_COLOR": "Not empty: no colour.",
    "VISUAL, EDITOR": "Where a text is written, with -e.",
    "THIMBL_DEBUG": "Not empty: a fault shows where in the program it arose.",
}


def page_name(name: str) -> str:
    """What the page of a command is called."""
    return f"{PROGRAM}-{name}"


def command_page(page: Page, name: str) -> None:
    """The page of one command of the table; of a group, with all that is in it."""
    root = _root()
    found = main.get_command(root, name)
    assert isinstance(found, (Command, Group)), name
    context = click.Context(found, parent=root, info_name=name)
    _name(page, page_name(name), COMMANDS[name].help)
    page.section("Synopsis")
    members = list(_members(found, context))
    for member in members or [context]:
        page.line(_usage(member))
    page.section("Description")
    _say(page, found.help or "")
    _options(page, context)
    if members:
        page.section("Commands")
        for member in members:
            _member(page, member)
    _ending(page, found)
    others = [PROGRAM, *_beside(name)]
    _see_also(page, [*((page_name(other) if other != PROGRAM else other, 1) for other in others), *_FORMATS])


def program_page(page: Page) -> None:
    """thimbl(1): what it is, and its commands by the sections of the table."""
    context = _root()
    lead, _, more = (main.help or "").partition("\n\n")
    _name(page, PROGRAM, lead.partition(":")[0] + ".")
    page.section("Synopsis")
    page.line(_usage(context))
    page.section("Description")
    _say(page, f"{lead}\n\n{more}")
    page.section("Commands")
    section = ""
    for name, entry in COMMANDS.items():
        if entry.section != section:
            section = entry.section
            page.subsection(roff.text(section))
        page.item(f"{roff.bold(page_name(name))}(1)", roff.text(entry.help))
    _options(page, context)
    page.section("Environment")
    for variable, words in ENVIRONMENT.items():
        page.item(roff.bold(variable), roff.text(words))
    page.paragraph(f"More are in {roff.bold('thimbl-config')}(5).")
    page.section("Exit status")
    for code, words in EXIT_STATUS.items():
        page.item(roff.bold(code), roff.text(words), indent=4)
    page.section("Examples")
    page.block(examples(main.examples))
    _see_also(page, [*_FORMATS, ("finger", 1), ("ssh-keygen", 1)])


def _root() -> click.Context:
    """The context of a run. Its settings count: a command keeps the option --help that it makes for the first one."""
    return click.Context(main, info_name=PROGRAM, **main.context_settings)


_FORMATS: Final = (("thimbl-config", 5), ("plan", 5))


def _name(page: Page, name: str, sentence: str) -> None:
    page.section("Name")
    said = sentence.rstrip(".")
    page.put(rf"{roff.literal(name)} \- {roff.text(said[:1].lower() + said[1:])}")


def _members(found: click.Command, context: click.Context) -> Iterator[click.Context]:
    if isinstance(found, click.Group):
        for name in found.list_commands(context):
            member = found.get_command(context, name)
            assert member is not None
            yield click.Context(member, parent=context, info_name=name)


def _usage(context: click.Context) -> str:
    """``thimbl post [OPTIONS] [TEXT]...``, with what is typed in bold and what stands for something in italics."""
    pieces = " ".join(context.command.collect_usage_pieces(context))
    # A metavar of our own may say itself that it can be left out: click adds its brackets all the same.
    return f"{roff.bold(context.command_path)} {_metavars(pieces.replace('[[', '[').replace(']]', ']'))}"


def _metavars(words: str) -> str:
    out, at = [], 0
    for found in _METAVAR.finditer(words):
        out += [roff.literal(words[at : found.start()]), roff.italic(found[0])]
        at = found.end()
    return "".join([*out, roff.literal(words[at:])])


def _say(page: Page, help_: str) -> None:
    """The paragraphs of a help; one that begins with ``\\b`` keeps its lines (click's "Preventing Rewrapping")."""
    for paragraph in help_.replace("\f", "").strip().split("\n\n"):
        if paragraph.startswith("\b"):
            page.block(dedent(paragraph.partition("\n")[2]).splitlines())
        else:
            page.paragraph(_prose(paragraph))


def _prose(words: str) -> str:
    out, at = [], 0
    for found in _CODE.finditer(words):
        out += [roff.text(words[at : found.start()]), roff.bold(found[1])]
        at = found.end()
    return "".join([*out, roff.text(words[at:])])


def _options(page: Page, context: click.Context, *, titled: bool = True) -> None:
    """The options; an argument is told of in the description. Every command has --help: only one page says so."""
    parameters = context.command.get_params(context) if context.parent is None else context.command.params
    options = [one for one in parameters if isinstance(one, click.Option)]
    records = [record for one in options if (record := one.get_help_record(context)) is not None]
    if records and titled:
        page.section("Options")
    for names, help_ in records:
        page.item(_option(names), _prose(help_))


def examples(lines: str) -> Iterator[str]:
    """Lines to be typed; a long one goes on in the next, and is one to the shell all the same."""
    for line in lines.splitlines():
        first, *pieces = _PIECES.split(line.removesuffix(" \\"))
        for piece in pieces:
            if len(first) + 1 + len(piece) + len(" \\") <= LONGEST:
                first = f"{first} {piece}"
            else:
                yield f"{first} \\"
                first = f"    {piece}"
        yield f"{first} \\" if line.endswith(" \\") else first


def _option(names: str) -> str:
    """``-n, --limit NUMBER`` with its names in bold."""
    return " ".join(word if word == "/" else _named(word) for word in names.split())


def _named(word: str) -> str:
    bare, comma = word.removesuffix(","), "," if word.endswith(",") else ""
    return (roff.bold(bare) if bare.startswith("-") else _metavars(bare)) + comma


def _member(page: Page, context: click.Context) -> None:
    """A command of a group: its usage, what it does, its options, how it is used."""
    found = context.command
    page.subsection(_usage(context))
    _say(page, found.help or "")
    _options(page, context, titled=False)
    if found.epilog:
        _say(page, found.epilog)
    if isinstance(found, Command) and found.examples:
        page.paragraph("For example:")
        page.block(examples(found.examples))


def _ending(page: Page, found: Command | Group) -> None:
    if found.epilog:
        page.section("Notes")
        _say(page, found.epilog)
    if found.examples:
        page.section("Examples")
        page.block(examples(found.examples))
    page.section("Exit status")
    page.paragraph(
        "0: it worked; 1: it failed; 2: it was called wrongly; 3: part of it failed; 4: it worked and found faults."
    )


def _beside(name: str) -> list[str]:
    """The commands of the same section: the two before and after it."""
    alike = [other for other, entry in COMMANDS.items() if entry.section == COMMANDS[name].section]
    at = alike.index(name)
    return [other for other in alike[max(0, at - 2) : at + 3] if other != name]


def _see_also(page: Page, pages: list[tuple[str, int]]) -> None:
    page.section("See also")
    page.paragraph(", ".join(f"{roff.bold(name)}({section})" for name, section in pages))
