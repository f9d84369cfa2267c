"""The command that takes a plan to a shell host: push."""

from typing import TYPE_CHECKING, Any, Final

import click

from thimbl.cli.context import Context, pass_context
from thimbl.cli.options import argument, command, json_option, option
from thimbl.cli.output import emit, note, say
from thimbl.cli.progress import Progress
from thimbl.core.counting import counted

if TYPE_CHECKING:
    from thimbl.home.push import Pushed

_CLOSED: Final = {
    "folder": "Others can not enter the folder there, so a daemon of another user can not read the plan: "
    "'chmod o+x {folder}' there.",
    "archive": "Others can not enter the archive there, so a daemon of another user can not serve it: "
    "'chmod o+x {folder}/{plan}.d' there.",
}


@command(
    examples="""
    thimbl push ana@shell.example
    thimbl push shell.example:/var/spool/thimbl/ana.plan
    thimbl push --ssh 'ssh -p 2222' ana@shell.example
    thimbl post 'Good morning.' && thimbl push
    """,
    epilog="""\
--json gives: target, seq, updated, sent, size, kept, dry_run.
""",
)
@argument("target", metavar="[[USER@]HOST[:DIR]]", required=False)
@option("--ssh", default="ssh", show_default=True, metavar="COMMAND", help="What connects, with its options.")
@option("--dry-run", is_flag=True, help="Only say what would be sent.")
@option("--force", is_flag=True, help="Replace a plan there that is no older one of yours; it is kept beside yours.")
@json_option
@pass_context
def push(context: Context, target: str | None, ssh: str, dry_run: bool, force: bool, as_json: bool) -> None:
    """Take your plan and its archive to a shell host.

    It goes by ssh, and only what changed. What is there is replaced at once or not at all, and never by something
    older. Without a TARGET it goes where 'push' in config.yaml says.
    """
    from thimbl.home.push import Target
    from thimbl.home.push import push as push_files

    where = target or context.settings.push
    if where is None:
        raise click.UsageError("Where to? Give [USER@]HOST, or set 'push' in config.yaml.")
    place = Target.parse(where)
    account = context.account
    _ = account.address  # whoever has no account is told how to make one
    progress = Progress(context, "pushing")
    try:
        done = push_files(account.files, place, ssh=ssh, dry_run=dry_run, force=force, heard=progress.tell)
    finally:
        progress.clear()
    if as_json:
        emit(pushed_data(done, dry_run))
    elif dry_run:
        for name, size in done.sent:
            say(f"{size:>9,}  {name}")
        note(f"{_amount(done)} would go to {place}." if done.sent else f"Everything is at {place} already.")
    else:
        note(f"{_amount(done)} went to {place}." if done.sent else f"Everything is at {place} already.")
    if done.kept is not None:
        note(f"The plan that was there is kept as {done.kept}.")
    for what in done.closed:
        folder = "~" if place.folder == "." else place.folder
        note(_CLOSED[what].format(folder=folder, plan=place.plan))
    if target is not None and done.sent and not dry_run and context.settings.push is None:
        note(f"To push there with 'thimbl push' alone, write 'push: {target}' into {context.paths.config}.")


def pushed_data(done: "Pushed", dry_run: bool) -> dict[str, Any]:
    """A push for programs."""
    from thimbl.core.times import format_time

    return {
        "target": str(done.target),
        "seq": done.seq,
        "updated": format_time(done.updated),
        "sent": [name for name, _ in done.sent],
        "size": sum(size for _, size in done.sent),
        "kept": done.kept,
        "dry_run": dry_run,
    }


def _amount(done: "Pushed") -> str:
    return f"{counted(len(done.sent), 'file')}, {sum(size for _, size in done.sent):,} bytes,"
