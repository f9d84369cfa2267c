"""Where a person's files are: one folder by `THIMBL_HOME`, or the places of the XDG base directories."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from thimbl.home.errors import SettingsError


def archive_of(plan: Path) -> Path:
    """The archive beside a plan: `~/.plan.d` for `~/.plan`, `alice.plan.d` for `alice.plan` (plan-format 7)."""
    return plan.with_name(plan.name + ".d")


@dataclass(frozen=True, slots=True)
class Paths:
    """One person's files."""

    config: Path
    key: Path
    """The private key in OpenSSH's format, 0600; its public line is beside it, `.pub`."""
    following: Path
    """Whom the person follows, in private too."""
    store: Path
    plan: Path
    drafts: Path
    lock: Path
    """Held by the one poller."""

    @property
    def muted(self) -> Path:
        """What the person has muted, which is nobody else's business."""
        return self.following.with_name("muted.yaml")

    @property
    def archive(self) -> Path:
        """The folder of the archive's pages."""
        return archive_of(self.plan)

    @classmethod
    def find(cls, environ: Mapping[str, str]) -> "Paths":
        """The paths of whoever runs the program in this environment. Raises `SettingsError` where nobody has a home."""
        try:
            one = environ.get("THIMBL_HOME")
            home = Path(one).expanduser() if one else Path(environ.get("HOME") or Path.home())
        except RuntimeError:
            raise SettingsError("There is no home folder to be found: set THIMBL_HOME to one.") from None
        home = home.absolute()
        if one:
            config = data = home
        else:
            config = _xdg(environ, "XDG_CONFIG_HOME", home / ".config") / "thimbl"
            data = _xdg(environ, "XDG_DATA_HOME", home / ".local" / "share") / "thimbl"
        return cls(
            config=config / "config.yaml",
            key=config / "key",
            following=config / "following.yaml",
            store=data / "store.sqlite3",
            plan=home / ".plan",
            drafts=data / "drafts",
            lock=data / "poller.lock",
        )

    def with_plan(self, plan: Path) -> "Paths":
        """The same, with the plan elsewhere, as in a spool."""
        return replace(self, plan=plan)


def _xdg(environ: Mapping[str, str], name: str, default: Path) -> Path:
    # The XDG specification: a relative path there is invalid and to be ignored.
    value = Path(environ.get(name, ""))
    return value if value.is_absolute() else default
