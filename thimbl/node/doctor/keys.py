"""The key: whether it is there, nobody else's, usable, and the one that the plan was signed with."""

import stat
from collections.abc import Iterator
from pathlib import Path

from thimbl.core.address import Address
from thimbl.core.plan import Plan
from thimbl.core.records import MOVE
from thimbl.home.agent import Agent, AgentError
from thimbl.home.errors import KeyProblem
from thimbl.home.keyfile import KeyFile, inspect
from thimbl.node.doctor.finding import Finding, fault, note, ok, quoted
from thimbl.node.doctor.patient import Patient


def _path(patient: Patient) -> Path:
    """The key file, or the public one beside it where that is alone (as `thimbl.home.keyfile.load_signer` decides)."""
    path = patient.home.key_path
    public = path.with_name(path.name + ".pub")
    return public if not path.exists() and public.exists() else path


def file(patient: Patient) -> Iterator[Finding]:
    """The file, its permissions (as ssh(1) wants them), and whether it can be used."""
    if not patient.is_own or patient.me is None:
        return
    path = _path(patient)
    try:
        found = inspect(path)
    except KeyProblem as error:
        yield fault("key", f"{error} Nobody can post here without it.", "bring it back from your copy")
        return
    faults = list(_open_to_others(patient, path)) if found.is_private else []
    yield from faults
    if trouble := _held(patient, found):
        yield trouble
    elif not faults:
        yield ok("key", f"{found.public.fingerprint}, in {path}, which nobody else can read.")


def _open_to_others(patient: Patient, path: Path) -> Iterator[Finding]:
    machine, real = patient.machine, path.resolve()
    state = machine.stat(real)
    mode = stat.S_IMODE(state.st_mode)
    if mode & 0o077:
        yield fault(
            "key",
            f"Others on this machine can read your key: {real} has mode {mode:03o}, and thimbl will not sign with it.",
            f"chmod 600 {quoted(real)}",
        )
    if state.st_uid not in (machine.euid, 0) and machine.euid != 0:
        yield fault(
            "key", f"{real} belongs to uid {state.st_uid}, who can change it.", f"chown {machine.euid} {quoted(real)}"
        )
    folder = stat.S_IMODE(machine.stat(real.parent).st_mode)
    if folder & 0o022:
        yield fault(
            "key",
            f"Others can put another key in the place of yours: {real.parent} has mode {folder:03o}.",
            f"chmod go-w {quoted(real.parent)}",
        )


def _held(patient: Patient, found: KeyFile) -> Finding | None:
    """What keeps the key from signing by itself; None for nothing."""
    if found.is_private and not found.encrypted:
        return None
    what = "has a passphrase" if found.is_private else "is a public key"
    remedy = f"ssh-add {found.path if found.is_private else 'YOUR_PRIVATE_KEY'}"
    socket = patient.home.environ.get("SSH_AUTH_SOCK")
    if not socket:
        asked = "you are asked for it each time" if found.is_private else "nothing here can sign with it"
        said = f"{found.path} {what}, and there is no ssh-agent (SSH_AUTH_SOCK is not set): {asked}."
        return note("key", said, remedy)
    try:
        if Agent(Path(socket), found.public).holds_key():
            return ok("key", f"{found.public.fingerprint}, held by the ssh-agent at {socket}.")
    except AgentError as error:
        return note("key", f"{found.path} {what}. {error}", 'eval "$(ssh-agent)"', remedy)
    return note("key", f"{found.path} {what}, and the ssh-agent at {socket} does not hold it.", remedy)


def is_the_plans(patient: Patient) -> Iterator[Finding]:
    """Whether the plan was signed with this key: readers have pinned that one (plan-format 4)."""
    if not patient.is_own or patient.me is None:
        return
    plan = patient.own_plan
    try:
        key = inspect(_path(patient)).public
    except KeyProblem:
        return  # told already
    if plan is None:
        return
    if plan.head.key != key:
        yield _other(patient, plan, key.fingerprint)
    elif plan.head.address != patient.me:
        yield _elsewhere(patient, plan, patient.me)


def _elsewhere(patient: Patient, plan: Plan, me: Address) -> Finding:
    """The plan is that of another address than one's own."""
    there, newest = plan.head.address, plan.records[0] if plan.records else None
    if newest is not None and newest.kind == MOVE and newest.body.get("from") == str(me):
        said = f"Your move to {there} was cut short: {patient.paths.config} still says that you are {me}."
        return fault("plan", said, f"thimbl move {there}")
    return fault(
        "plan",
        f"{patient.paths.plan} is {there}'s, and {patient.paths.config} says that you are {me}. Readers of your "
        "address take it for a forgery.",
        f"if you are moving: thimbl move {me}",
        f"if not: 'address: {there}' in {quoted(patient.paths.config)}",
    )


def _other(patient: Patient, plan: Plan, fingerprint: str) -> Finding:
    return fault(
        "key",
        f"The key here is {fingerprint}, and the plan was signed with {plan.head.key.fingerprint}. Who follows you has "
        "pinned that one: what another key signs they take for somebody else's.",
        f"bring the key {plan.head.key.fingerprint} back to {patient.home.key_path}",
        f"name it in {patient.paths.config}: 'key: PATH'",
    )
