"""What a word may be that somebody is typing: by what the parameter is called in `--help`.

`--author WHO` is a person and `reply REFERENCE` a record wherever they stand, so that a new command has its completion
by calling its parameters as the others do. A key's fingerprint is never offered: it is to be compared, not taken.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import click
from click.shell_completion import CompletionItem

from thimbl.cli.completion.fixed import FIXED, Candidate
from thimbl.cli.context import Context
from thimbl.cli.options import address
from thimbl.core.layout import clip
from thimbl.core.terminal import safe_line

if TYPE_CHECKING:
    from thimbl.store.hints import Hints

MOST: Final = 100
"""Candidates of a kind: a shell asks before it shows more, and nobody reads them."""

MOST_RECORDS: Final = 20
"""Records: a screen of them, since an id is chosen by the text beside it."""

SHOWN: Final = 8
"""Characters of an id that are offered (plan-format 3); more where more were typed."""

MOST_WORDS: Final = 66
"""Columns of a description: what is left of a line beside an id."""

_STATEMENTS: Final = (
    "charter", "admission", "departure", "float", "clearing", "lapse", "acquisition", "rent", "reversal", "redemption",
    "dividend", "registration", "return", "lease", "liquidation",
)  # fmt: skip
"""The kinds of commune.md 3 (a test compares them): to import them would cost as much as all the rest."""

Meaning = Callable[["Hints", str], Iterable[Candidate]]


def completions(parameter: click.Parameter, ctx: click.Context, incomplete: str) -> list["CompletionItem[str]"] | None:
    """What `parameter` may be that begins with `incomplete`; None where its type knows that better."""
    if isinstance(parameter.type, click.Choice) or (path := _path(parameter)) is None:
        return None
    if path:
        return [CompletionItem(incomplete, type=path)]
    found: dict[str, str] = {}
    for value, what in _candidates(parameter, ctx, incomplete):
        if value.casefold().startswith(incomplete.casefold()) and is_plain(value):
            found.setdefault(value, clip(safe_line(what), MOST_WORDS))
    shown = [CompletionItem(value, help=what or None) for value, what in found.items() if value]
    return shown[: 2 * MOST]


def _candidates(parameter: click.Parameter, ctx: click.Context, incomplete: str) -> Iterator[Candidate]:
    names = _names(parameter)
    if parameter.name == "since" and "TIME" in names:
        names = ["SINCE"]
    context = _context(ctx)
    for name in names:
        if name in FIXED:
            yield from FIXED[name](incomplete, context.now())
    if meanings := _meanings(parameter, ctx):
        from thimbl.store.hints import Hints

        with Hints.open(context.store, context.clock) as hints:
            for meaning in meanings:
                yield from meaning(hints, incomplete)


def is_plain(value: str) -> bool:
    """Whether a value may be put into a command line: it shows all that it is, on one line, and is no option."""
    return safe_line(value) == value and value == value.strip() and not value.startswith("-")


def _path(parameter: click.Parameter) -> str | None:
    """``file`` or ``dir`` where a path is meant that the type does not tell; None where it does; else ''."""
    if isinstance(parameter.type, (click.Path, click.File)):
        return None
    return next((_PATHS[name] for name in _names(parameter) if name in _PATHS), "")


_PATHS: Final = MappingProxyType({"FILE": "file", "FOLDER": "dir", "FOLDER/": "dir", "DIR": "dir"})


def _names(parameter: click.Parameter) -> list[str]:
    """What it is called: ``[ADDRESS|NICK]...`` is ADDRESS and NICK."""
    called = parameter.metavar or (parameter.name or "" if isinstance(parameter, click.Argument) else "")
    called = called.upper().removesuffix("...").removeprefix("[").removesuffix("]").removesuffix("...")
    return called.split("|")


def _meanings(parameter: click.Parameter, ctx: click.Context) -> list[Meaning]:
    path = " ".join(ctx.command_path.split()[1:])
    if (special := _HERE.get((path, parameter.name or ""))) is not None:
        return [*special]
    names = _names(parameter)
    if parameter.name == "commune":  # an address to its type
        names = ["COMMUNE"]
    elif isinstance(parameter.type, click.types.FuncParamType) and parameter.type.func is address:
        names = ["ADDRESS"]
    elif "NICK" in names:
        names = ["NICK"]  # they are among those who are called by a nick
    return [_MEANINGS[name] for name in names if name in _MEANINGS]


def _context(ctx: click.Context) -> Context:
    """The context that the command would have: `commune --as FOLDER` is in another home."""
    context, place = Context(), ctx
    while place.parent is not None:
        place = place.parent
        if (home := place.params.get("home")) is not None:
            return Context({**context.environ, "THIMBL_HOME": str(home)})
    return context


# what there is


def people(hints: "Hints", begins: str) -> Iterator[Candidate]:
    """By one's own name for them, by address and by URL, as `names.find_author` reads each."""
    at = begins.startswith("@")
    found = hints.people(begins.removeprefix("@"), MOST)
    nicks = [one.nick for one in found]
    for one in found:
        if one.nick and nicks.count(one.nick) == 1 and "@" not in one.nick and not at:
            yield one.nick, f"{one.name}, {one.address}" if one.name else str(one.address)
    yield from () if at else hints.feeds(begins, MOST)
    for one in found:
        yield f"{'@' if at else ''}{one.address}", one.name or one.nick or ""
    yield from feeds(hints, begins)


def addresses(hints: "Hints", begins: str) -> Iterator[Candidate]:
    """Of all who are known."""
    return ((str(one.address), one.name or one.nick or "") for one in hints.people(begins, MOST))


def feeds(hints: "Hints", begins: str) -> Iterator[Candidate]:
    """Feeds of the web by URL, once it is seen that one is typed: all of them begin alike."""
    return ((url, nick) for nick, url in (hints.feeds(begins, MOST) if begins[:1] == "h" else ()))


def followed(hints: "Hints", begins: str) -> Iterator[Candidate]:
    """Whom one follows, by nick and by address."""
    for one in hints.people(begins, MOST):
        if one.followed and one.nick and "@" not in one.nick:
            yield one.nick, f"{one.name}, {one.address}" if one.name else str(one.address)
        if one.followed:
            yield str(one.address), one.name or one.nick or ""


def strangers(hints: "Hints", begins: str) -> Iterator[Candidate]:
    """Those who are known and not followed: they come first where there are any; the others may be followed anew."""
    found = sorted(hints.people(begins, MOST), key=lambda one: one.followed)
    return ((str(one.address), one.name) for one in found)


def communes(hints: "Hints", _begins: str) -> Iterator[Candidate]:
    """Those that are here."""
    return iter(hints.communes())


def series(hints: "Hints", begins: str) -> Iterator[Candidate]:
    """The codes of offers."""
    return ((one.code, f"{one.asset} ({one.coop})") for one in hints.series(begins, MOST))


def tags(hints: "Hints", begins: str) -> Iterator[Candidate]:
    """Without the ``#``."""
    return ((tag, "") for tag in hints.tags(begins, MOST))


def hashtags(hints: "Hints", begins: str) -> Iterator[Candidate]:
    """With it, and only once it is typed: what else could begin is a word."""
    return ((f"#{tag}", "") for tag in (hints.tags(begins, MOST) if begins.startswith("#") else ()))


def records(hints: "Hints", begins: str, kinds: Sequence[str] = (), *, mine: bool = False) -> Iterator[Candidate]:
    """By the beginning of their ids, with that of their texts."""
    place, hash_, prefix = begins.rpartition("#")
    shown = None if len(prefix) > SHOWN else SHOWN
    for told in hints.records(begins, MOST_RECORDS, kinds, mine=mine):
        words = told.words if told.kind == "post" else f"{told.kind} {told.words}"
        yield f"{place}{hash_}{told.id[:shown]}", words if mine else f"{told.who}: {words}"


def own(hints: "Hints", begins: str) -> Iterator[Candidate]:
    """What one has posted oneself."""
    return records(hints, begins, ["post"], mine=True)


def statements(hints: "Hints", begins: str) -> Iterator[Candidate]:
    """What a commune has stated, of which each figure is derived (commune.md 5)."""
    return records(hints, begins, _STATEMENTS)


def payouts(hints: "Hints", begins: str) -> Iterator[Candidate]:
    """What was paid to somebody."""
    return records(hints, begins, ["redemption", "dividend"])


def transfers(hints: "Hints", begins: str) -> Iterator[Candidate]:
    """What waits to be registered, among others."""
    return records(hints, begins, ["transfer"])


def rents(hints: "Hints", begins: str) -> Iterator[Candidate]:
    """What a clerk has recorded of rent, and may take back."""
    return records(hints, begins, ["rent"], mine=True)


def muted(hints: "Hints", _begins: str) -> Iterator[Candidate]:
    """What is muted."""
    return ((mute.name, str(mute.kind)) for mute in hints.muted())


def keys(hints: "Hints", _begins: str) -> Iterator[Candidate]:
    """The keys of one's own properties."""
    return ((key, "") for key in hints.properties())


def assignments(hints: "Hints", _begins: str) -> Iterator[Candidate]:
    """The same, and the two that most people tell, to be given a value."""
    return ((f"{key}=", "") for key in dict.fromkeys([*hints.properties(), "website", "email"]))


_MEANINGS: Final[Mapping[str, Meaning]] = MappingProxyType({
    "ADDRESS": addresses,
    "AUTHOR": people,
    "COMMUNE": communes,
    "KEY": keys,
    "KEY=VALUE": assignments,
    "NICK": people,
    "OFFER": series,
    "QUERY": addresses,
    "RECORD": statements,
    "REF": records,
    "REFERENCE": records,
    "SERIES": series,
    "#TAG": hashtags,
    "TAG": tags,
    "TO": addresses,
    "TRANSFER": transfers,
    "WHO": people,
    "WHOM": addresses,
    "WORDS": hashtags,
})

_HERE: Final[Mapping[tuple[str, str], tuple[Meaning, ...]]] = MappingProxyType({
    ("bond acknowledge", "record"): (payouts,),
    ("commune reverse", "record"): (rents,),
    ("edit", "reference"): (own,),
    ("digest", "sender"): (),  # of mail
    ("digest", "to"): (),
    ("fetch", "whom"): (followed, feeds),
    ("follow", "who"): (strangers,),
    ("hook try", "what"): (records,),
    ("init", "who"): (),
    ("retract", "reference"): (own,),
    ("unfollow", "who"): (people,),
    ("unmute", "what"): (muted,),
})
"""Where a command means less than the name says."""
