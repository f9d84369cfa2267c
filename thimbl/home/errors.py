"""What can be wrong with one's own files. The message is what the person reads, and says what to do next."""

from pathlib import Path


class HomeError(Exception):
    """Something about your own files is not as it must be."""


class NotSetUp(HomeError):
    """There is no account here yet: make one with 'thimbl init'."""


class SettingsError(HomeError):
    """A file of settings can not be read."""


def unreadable(path: Path, error: Exception) -> SettingsError:
    """A whole file of settings that is of no use: it can not be opened (`OSError`), or what stands in it is wrong."""
    if isinstance(error, OSError):
        why = error.strerror or error
        return SettingsError(f"{path} can not be read ({why}): look whose it is, and who may read it.")
    return SettingsError(f"{path}: {error}. Mend the file, or move it away.")


class KeyProblem(HomeError):
    """Your key can not be used."""


class PlanEdited(HomeError):
    """Your plan was changed by hand since it was signed: run 'thimbl sign' to publish it as it stands."""


class PlanProblem(HomeError):
    """Your plan or its archive is not as it must be."""


class Refused(HomeError):
    """What you asked for can not be said in a plan."""
