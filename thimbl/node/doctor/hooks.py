"""The commands in `hooks:`: whether each can be run, by whom it can be changed, and whether it failed the last time."""

import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from thimbl.core.times import format_time
from thimbl.home.hooks.delivery import Failure, last_failure
from thimbl.home.hooks.running import environment, trouble
from thimbl.home.hooks.settings import Hook
from thimbl.node.doctor.finding import Finding, fault, note, ok, quoted
from thimbl.node.doctor.patient import Patient
from thimbl.store.errors import StoreError
from thimbl.store.reader import Reader


def runnable(patient: Patient) -> Iterator[Finding]:
    """Each hook; a line in all where nothing is wrong with them."""
    hooks = patient.home.settings.hooks
    well = True
    for path in _open_to_all(patient) if hooks else ():
        well = False
        said = f"Others on this machine can write to {path}, and so have you run what they like."
        yield fault("hooks", said, f"chmod o-w {quoted(path)}")
    for hook, words in hooks.commands.items():
        if why := trouble(words, environment(hook, patient.home.environ)):
            well = False
            stops = " Nothing can be posted until then." if hook is Hook.BEFORE_POST else ""
            mend = f"${{EDITOR:-vi}} {quoted(patient.paths.config)}"
            more = [f"chmod +x {quoted(words[0])}"] if why.endswith("not executable") else []
            yield fault("hooks", f"{hook} can not be run: {why}.{stops}", *more, mend)
        elif (failure := _last_failure(patient, hook)) is not None:
            well = False
            when = format_time(failure.time)
            yield note("hooks", f"{hook} failed at {when}: {failure.words}.", f"thimbl hook try {hook}")
    if hooks and well:
        number = len(hooks.commands)
        each = "1 hook, and it" if number == 1 else f"{number} hooks, and each"
        yield ok("hooks", f"{each} can be run.")


def _open_to_all(patient: Patient) -> Iterator[Path]:
    """The settings, and the programs that they name with their place, where others can write to them."""
    programs = {words[0] for words in patient.home.settings.hooks.commands.values() if words[0].startswith("/")}
    for path in (patient.paths.config, *map(Path, sorted(programs))):
        with suppress(OSError):  # one that is not there is told of as that
            if patient.machine.stat(path).st_mode & stat.S_IWOTH:
                yield path


def _last_failure(patient: Patient, hook: Hook) -> Failure | None:
    with suppress(StoreError), Reader.open(patient.paths.store) as reader:  # what is wrong with the store is told there
        return last_failure(reader, hook)
    return None
