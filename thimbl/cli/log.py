"""What this node asked of others, host by host: `log`."""

from typing import TYPE_CHECKING, Any, Final

from thimbl.cli.context import Context, pass_context
from thimbl.cli.jsonform import stamp
from thimbl.cli.layout import columns
from thimbl.cli.marks import words_of
from thimbl.cli.options import command, json_option
from thimbl.cli.output import emit, note, painter, say
from thimbl.cli.when import age
from thimbl.core.address import site_of
from thimbl.core.terminal import safe_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from thimbl.store.askings import HostLog
    from thimbl.store.reader import Reader

_UNITS: Final = ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"))


@command(
    examples="""
    thimbl log
    thimbl log --json
    thimbl log --json | jq -r 'select(.failing_since) | .host'
    """,
    epilog="""\
--json gives for each: host, asked, answered, bytes, new, verdicts, last, failed, failure, failing_since, due. What is
not known is null.
""",
)
@json_option
@pass_context
def log(context: Context, as_json: bool) -> None:
    """Show which hosts were asked, and what came of it.

    For each host, the one that was asked last first: how often it was asked for somebody's plan and answered with one,
    how much it sent, what was new, and how often each verdict came. What is wrong with it stands below it.
    """
    from thimbl.store import askings
    from thimbl.store.errors import StoreMissing

    try:
        with context.reader() as reader:
            hosts, failed = askings.hosts(reader), _failed_hooks(context, reader)
    except StoreMissing:
        hosts, failed = [], []
    if as_json:
        for host in hosts:
            emit(host_data(host))
    elif hosts:
        say("\n".join(_page(context, hosts)))
    else:
        note("Nobody was asked yet: 'thimbl fetch' asks whom you follow.")
    for line in failed:
        note(line)


def _failed_hooks(context: Context, reader: "Reader") -> list[str]:
    """Which hooks failed the last time that they were run, a line each."""
    if not context.settings.hooks:
        return []
    from thimbl.home.hooks.delivery import last_failure

    found = [(hook, last_failure(reader, hook)) for hook in context.settings.hooks.commands]
    now = context.now()
    return [f"The hook {hook} failed {age(one.time, now)}: {one.words}." for hook, one in found if one is not None]


def host_data(host: "HostLog") -> dict[str, Any]:
    """What came of asking a host, for programs."""
    return {
        "host": host.hostport,
        "asked": host.asked,
        "answered": host.answered,
        "bytes": host.bytes,
        "new": host.new,
        "verdicts": {str(verdict): number for verdict, number in host.verdicts.items()},
        "last": stamp(host.last),
        "failed": stamp(host.failed),
        "failure": host.words if host.failed is not None else None,
        "failing_since": stamp(host.state.failing_since),
        "due": stamp(host.state.due),
    }


def _page(context: Context, hosts: "Sequence[HostLog]") -> list[str]:
    now, paint = context.now(), painter(context)
    rows = [["host", "asked", "plans", "new", "size", "last", "verdicts"]]
    for host in hosts:
        verdicts = ", ".join(f"{words_of(str(verdict))} {number}" for verdict, number in host.verdicts.items())
        counts = [str(host.asked), str(host.answered), str(host.new), size_words(host.bytes)]
        site = site_of(host.hostport)
        name = safe_line(host.hostport if site is None else f"{site} (web)")
        rows.append([name, *counts, age(host.last, now), verdicts or "-"])
    header, *cells = columns(rows)
    lines = [paint("".join(header).rstrip(), "faint")]
    for host, (name, *rest) in zip(hosts, cells, strict=True):
        lines.append((paint(name, "bad" if host.state.is_failing else "author") + "".join(rest)).rstrip())
        lines += [f"    {line}" for line in _troubles(host, now)]
    return lines


def _troubles(host: "HostLog", now: int) -> "Iterator[str]":
    if host.failed is None:
        return
    words = safe_line(host.words)
    if not host.state.is_failing:
        yield f"no plan came {host.asked - host.answered} times, last {age(host.failed, now)}: {words}"
        return
    since = f" since {age(host.state.failing_since, now)}" if host.state.failing_since is not None else ""
    again = f", tried again {age(host.state.due, now)}" if host.state.due is not None and host.state.due > now else ""
    yield f"does not answer{since}{again}: {words}"


def size_words(size: int) -> str:
    """Bytes for people: ``999 B``, ``4.2 MiB``."""
    return next((f"{size / unit:.1f} {name}" for unit, name in _UNITS if size >= unit), f"{size} B")
