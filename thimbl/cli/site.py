"""`site`: the pages of `thimbl serve --http` as files, for a host without a daemon."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from thimbl.cli.context import Context, pass_context
from thimbl.cli.errors import Failure
from thimbl.cli.options import argument, command, json_option, option
from thimbl.cli.output import emit, note
from thimbl.cli.progress import Progress
from thimbl.core.counting import counted

if TYPE_CHECKING:
    from thimbl.home.webfolder import Written
    from thimbl.node.serving.assignment import Assignment

TOLD_EVERY = 20
"""Files after which it is told how far it has got: one takes some milliseconds."""


@command(
    examples="""
    thimbl site ~/public_html
    thimbl site /srv/www/fields --base https://fields.example
    thimbl site public --no-copies && rsync -a --delete public/ www@host:/srv/www/
    thimbl site /srv/www/plans --spool /var/spool/thimbl
    """,
    epilog="""\
Links between the pages are relative: any web server shows them, below any address, and a browser opens index.html by
itself. The folder must be empty or written by this command before; a list in it (.thimbl-site) says which files are
its own, and no other is touched.

--json gives: folder, files, changed, removed.
""",
)
@argument("folder", type=click.Path(path_type=Path, file_okay=False), metavar="DIR")
@option("--base", metavar="URL", help="Where the pages will be: what feeds and previews of links name.")
@option("--spool", type=click.Path(path_type=Path, file_okay=False), help="Of the NAME.plan files of this folder.")
@option("--copies/--no-copies", default=True, help="With those whom you follow in public, or without.")
@json_option
@pass_context
def site(context: Context, folder: Path, base: str | None, spool: Path | None, copies: bool, as_json: bool) -> None:
    """Write your pages as files, for a host without a daemon.

    They are those of 'thimbl serve --http': your account, your posts and their threads, whom you follow in public, the
    bond board and the ledgers of communes with the derivation of each figure. Each account's plan and archive are
    among them, as they were signed: 'thimbl import DIR' takes them. It is all written or nothing is, only what changed
    is written anew, and what is gone is removed.
    """
    from thimbl.home.webfolder import write_folder
    from thimbl.node.serving.assignment import Unservable

    assignment = _assignment(context, base, spool)
    progress = Progress(context, "files")
    try:
        written = write_folder(folder.absolute(), _told(_files(context, assignment, copies=copies), progress))
    except Unservable as fault:
        raise Failure(str(fault)) from None
    finally:
        progress.clear()
    if as_json:
        data = {"folder": str(folder), "files": written.files, "changed": written.changed, "removed": written.removed}
        emit(data)
    else:
        note(f"{folder} has {_count(written)}")


def _assignment(context: Context, base: str | None, spool: Path | None) -> "Assignment":
    """What the daemon would serve; raises `click.UsageError`."""
    from thimbl.cli.serve import assignment_of

    assignment = assignment_of(context, {"spool": spool})
    if base is not None:
        assignment = replace(assignment, serve=replace(assignment.serve, url=_base(base)))
    if assignment.own is not None:
        with context.writer() as writer:  # its ledgers know what was published last
            context.account.catch_up(writer)
    return assignment


def _base(url: str) -> str:
    """A site of files may lie below a path, which a daemon's may not. Raises `click.UsageError`."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        is_one = parts.scheme in ("http", "https") and parts.hostname and not (parts.query or parts.fragment)
    except ValueError:
        is_one = False
    if not is_one or not url.isascii() or not url.isprintable() or " " in url:
        raise click.UsageError("--base is where the pages will be, such as https://fields.example or with a path.")
    return url.rstrip("/")


def _files(context: Context, assignment: "Assignment", *, copies: bool) -> Iterator[tuple[str, bytes]]:
    """The pages. Raises `Unservable`."""
    from feeds.web.answering import Answers
    from feeds.web.chosen import Chosen
    from feeds.web.export import files
    from thimbl.cli.pages import site_of
    from thimbl.node.serving.websource import WebSource

    now = context.now()
    own = [] if assignment.own is None else [assignment.own.name]
    source = Chosen(WebSource(assignment.answerer(), clock=context.clock), own, copies=copies)
    answers = Answers(site_of(assignment), source, lambda: now)
    listed = source.accounts() or ()
    hosts = {one.who: profile.address for one in listed if (profile := source.profile(one.who)) is not None}
    fingered = [f"acct:{address.user}@{address.host}" for address in hosts.values() if address is not None]
    yield from files(answers, fingered if answers.site.base else ())


def _told(files: Iterable[tuple[str, bytes]], progress: Progress) -> Iterator[tuple[str, bytes]]:
    for number, one in enumerate(files, start=1):
        if number % TOLD_EVERY == 0:
            progress.count(number)
        yield one


def _count(written: "Written") -> str:
    files = counted(written.files, "file")
    if not written.changed and not written.removed:
        return f"{files}; none has changed."
    removed = f", {written.removed:,} removed" if written.removed else ""
    return f"{files}; {written.changed:,} written{removed}."
