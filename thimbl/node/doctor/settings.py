"""What the person wrote into `config.yaml` and `following.yaml`: a mistake there is a finding, not the end."""

import grp
import pwd
from collections.abc import Callable, Iterator
from stat import S_IROTH

from thimbl.home import following as followed
from thimbl.home.errors import SettingsError
from thimbl.node.doctor.finding import Finding, fault, note, ok, quoted
from thimbl.node.doctor.patient import Patient


def config(patient: Patient) -> Iterator[Finding]:
    """`config.yaml`, and whether there is an account."""
    path = patient.paths.config
    if patient.trouble:
        # What the environment says is read along with the file, and may be what is wrong.
        mend = f"${{EDITOR:-vi}} {quoted(path)}" if str(path) in patient.trouble else "look: env | grep ^THIMBL_"
        if "can not be read" in patient.trouble:
            mend = f"ls -ld {quoted(path.parent)} {quoted(path)}"
        said = f"{patient.trouble} Until then no command works, and all below is as if there were no settings."
        yield fault("config", said, mend)
    elif patient.me is not None:
        yield ok("config", f"You are {patient.me}, by {path}.")
    elif patient.is_own:
        yield fault("config", f"There is no account here yet: {path} names none.", "thimbl init YOU@YOUR.HOST")
    else:
        yield ok("config", "You have no account of your own here, and a host needs none.")


def following(patient: Patient) -> Iterator[Finding]:
    """`following.yaml`, which is read as strictly."""
    try:
        listed = followed.load(patient.paths)
    except SettingsError as error:
        yield fault(
            "following",
            f"{error} Nothing can be fetched until then.",
            f"${{EDITOR:-vi}} {quoted(patient.paths.following)}",
        )
        return
    if listed and patient.machine.stat(patient.paths.following).st_mode & 0o077 and any(one.private for one in listed):
        yield note(
            "following",
            f"Others on this machine can read {patient.paths.following}, and so whom you follow in private.",
            f"chmod 600 {quoted(patient.paths.following)}",
        )
    elif listed:
        yield ok("following", f"{patient.paths.following} lists {len(listed)}.")


def serving(patient: Patient) -> Iterator[Finding]:
    """What `serve:` says of other accounts and files."""
    serve = patient.serve
    try:
        kind, name = "user", serve.user
        _known(pwd.getpwnam, pwd.getpwuid, name)
        kind, name = "group", serve.group
        _known(grp.getgrnam, grp.getgrgid, name)
    except KeyError:
        yield fault(
            "serve", f"There is no {kind} {name!r} here for the daemon to become.", f"{kind}add --system {name}"
        )
    if serve.spool is not None and not serve.spool.is_dir():
        yield fault("serve", f"There is no folder {serve.spool}.", f"mkdir -m 755 -p {quoted(serve.spool)}")
    if (message := serve.message) is not None and not message.is_file():
        missing = f"The message of the host, {message}, is not there."
        yield fault("serve", missing, f"${{EDITOR:-vi}} {quoted(message)}")
    elif message is not None and not patient.is_own and not patient.machine.stat(message).st_mode & S_IROTH:
        closed = f"Others may not read the message of the host, {message}: a daemon that is not root leaves it out."
        yield note("serve", closed, f"chmod o+r {quoted(message)}")
    if patient.accounts is not None:
        for alias, target in sorted(serve.aliases.items()):
            if (found := patient.accounts.find(target)) is None or not found.publishes(found.plan):
                yield note("serve", f"The alias {alias} leads to {target}, and nobody of that name is served.")


def _known(by_name: Callable[[str], object], by_number: Callable[[int], object], name: str) -> None:
    """Raises `KeyError` for a name, or a number, that the system does not know."""
    if name.isascii() and name.isdigit():
        by_number(int(name))
    elif name:
        by_name(name)
