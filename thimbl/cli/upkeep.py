"""`rebuild` and `tui`: thin commands over the store and the terminal UI."""

from dataclasses import replace
from importlib.util import find_spec

from thimbl.cli.context import Context, pass_context
from thimbl.cli.errors import Failure
from thimbl.cli.options import command
from thimbl.cli.output import note
from thimbl.cli.progress import Progress


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
        number = reader.count(Selection(View.EVERYONE))
    note(f"Made again: {number} item{'' if number == 1 else 's'}.")


@command(
    examples="""
    thimbl tui
    THIMBL_HOME=~/.ana thimbl tui
    """
)
@pass_context
def tui(context: Context) -> int:
    """Read and write in a full-screen terminal program.

    It opens where you left off and fetches while it runs. Press ? for its keys.
    """
    if find_spec("textual") is None:
        raise Failure("The terminal program needs Textual: install it with  pip install 'thimbl-node[tui]'")
    if not (context.stdin_is_terminal and context.stdout_is_terminal):
        raise Failure("The terminal program needs a terminal: 'thimbl read' and 'thimbl timeline' do without one.")
    from thimbl.home.desk import Desk
    from tui.app import run

    # Nobody can be asked for a passphrase behind the full screen: an `ssh-agent` holds such a key, or posting says so.
    account = replace(context.account, ask=None)
    desk = Desk(account)
    with account.writer():
        pass  # makes the store, or upgrades it: the program itself only reads
    return run(account.paths.store, desk, context.clock)
