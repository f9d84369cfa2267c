"""After each command: hooks are told of what it brought, whichever it was.

It waits for them so that what goes wrong is said where somebody looks; but not for long: what is left then is told by a
program of its own, in the background.
"""

import sys
from typing import Final

from thimbl.cli.context import Context
from thimbl.cli.output import note

PATIENCE: Final = 5.0
"""Seconds after which a command begins no hook any more."""


def tell_hooks(context: Context) -> None:
    """Tell the hooks of whoever runs a command, if it had anything to do with their account."""
    if not context.has_account or not context.account.settings.hooks.told:
        return
    from thimbl.home.hooks import background
    from thimbl.home.hooks.delivery import deliver
    from thimbl.store.errors import StoreError

    if not context.waits_for_hooks:
        background.start(context.account)
        return
    sys.stdout.flush()  # what was promised stands before anything else
    try:
        done = deliver(context.account, note, seconds=PATIENCE)
    except (StoreError, OSError) as error:
        note(f"Hooks were not told of what came: {error}")
        return
    if done.left:
        background.start(context.account)
