"""`rebuild` and `tui`: thin commands over the store and the terminal UI."""

from collections.abc import Mapping
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from thimbl.cli.context import Context, pass_context
from thimbl.cli.errors import OK, Failure
from thimbl.cli.options import command, option
from thimbl.cli.output import note
from thimbl.cli.progress import Progress
from thimbl.core.counting import counted

if TYPE_CHECKING:
    from thimbl.home.account import Account
    from thimbl.home.screen import ScreenSettings
    from tui.settings import Comfort

NEW_STORE: Final = (
    "There was no store, so a new one was made. Your own posts are in it, and all others are fetched again; what you "
    "had read is marked as new."
)


@command(
    examples="""
    thimbl rebuild
    """
)
@pass_context
def rebuild(context: Context) -> None:
    """Make the store again from your plan and what was fetched.

    The lists, the search index and all else that follows from records is made anew; your own posts come from your plan
    and its archive, those of others from what was fetched and kept as it came. What you have read stays read. It is
    never needed, unless a file was lost or put back from a backup.
    """
    from thimbl.store.types import Selection, View

    account = context.account
    progress = Progress(context, "rebuilding, author")
    with context.writer() as writer:
        writer.rebuild(progress.tell)
        progress.clear()
        if account.settings.address is not None:
            account.remember_all(writer)
        account.sync_following(writer)
    with context.reader() as reader:
        number = reader.count(Selection(View.EVERYONE, muted=True))
    note(f"Made again: {counted(number, 'item')}.")


@command(
    examples="""
    thimbl tui
    THIMBL_HOME=~/.ana thimbl tui
    thimbl tui --as ~/fields
    """
)
@option(
    "--as",
    "desk",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="FOLDER",
    help="Keep the desk of the commune whose account is in this folder.",
)
@pass_context
def tui(context: Context, desk: Path | None) -> int:
    """Read and write in a full-screen terminal program.

    It opens where you left off and fetches while it runs. Press ? for its keys. Where you have no account yet, it makes
    one with you.
    """
    if find_spec("textual") is None:
        raise Failure("The terminal program needs Textual: install it with  pip install 'thimbl-node[tui]'")
    if not (context.stdin_is_terminal and context.stdout_is_terminal):
        raise Failure("The terminal program needs a terminal: 'thimbl read' and 'thimbl timeline' do without one.")
    from thimbl.home.desk import Desk
    from tui.starting import run

    context.waits_for_hooks = False  # whoever leaves wants to be gone
    # Nobody can be asked for a passphrase behind the full screen: an `ssh-agent` holds such a key, or posting says so.
    account = replace(context.account, ask=None)
    chosen = comfort(context.settings.tui, context.environ)
    if account.settings.address is None:
        from thimbl.home.desks.newcomer import Newcomer
        from tui.firstrun import FirstRun

        made = FirstRun(Newcomer(account), chosen).run()
        if made is None:
            return OK
        return run(account.paths.store, made, context.clock, chosen)
    is_new = find_store(account)
    used = Desk(account)
    if is_new:
        used.note(NEW_STORE)
    if desk is not None:
        used.clerk = _account_in(context, desk)
    return run(account.paths.store, used, context.clock, chosen)


def _account_in(context: Context, folder: Path) -> "Account":
    """The account of another folder, as `commune --as` finds it."""
    from os import urandom

    from thimbl.home.account import Account

    environ = {**context.environ, "THIMBL_HOME": str(folder.expanduser().absolute())}
    found = Account.find(environ, context.clock, urandom)
    find_store(found)
    return found


def find_store(account: "Account") -> bool:
    """See that there is a store of today: the program itself only reads it. Nobody waits who writes there now. Whether
    there was none."""
    from thimbl.store.errors import StoreMissing
    from thimbl.store.reader import Reader

    try:
        Reader.open(account.paths.store).close()
    except StoreMissing:
        with account.writer() as writer:
            account.sync_following(writer)
            account.catch_up(writer)
        return True
    return False


def comfort(said: "ScreenSettings", environ: Mapping[str, str]) -> "Comfort":
    """What the settings and the environment say of how the program is to look, move and ring."""
    from thimbl.home.screen import Motion
    from tui.settings import Comfort, Notice

    return Comfort(
        theme=said.theme,
        motion=said.motion is not Motion.NONE,
        colour=not environ.get("NO_COLOR"),
        notify=tuple(Notice(notice) for notice in said.notify),
        keys=said.keys,
    )
