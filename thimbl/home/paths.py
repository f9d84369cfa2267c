"""Where a person's files are: one folder by `THIMBL_HOME`, or the places of the XDG base directories."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path


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
    def archive(self) -> Path:
        """The folder of the archive's pages."""
        return archive_of(self.plan)

    @classmethod
    def find(cls, environ: Mapping[str, str]) -> "Paths":
        """The paths of whoever runs the program in this environment."""
        if one := environ.get("THIMBL_HOME"):
            home = config = data = Path(one).expanduser().absolute()
        else:
            home = Path(environ.get("HOME") or Path.home()).absolute()
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
