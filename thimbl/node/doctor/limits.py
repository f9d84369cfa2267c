"""What the system allows a daemon, and the locale that texts are shown in."""

from collections.abc import Iterator

from thimbl.node.doctor.finding import Finding, note
from thimbl.node.doctor.patient import Patient
from thimbl.node.serving.host import OTHER_DESCRIPTORS, limits_of


def descriptors(patient: Patient) -> Iterator[Finding]:
    """Whether a daemon that is started from here may have a descriptor for each connection; it raises the limit itself
    as far as it may, and does not start where that is not far enough."""
    limits = limits_of(patient.serve)
    wanted = limits.connections + limits.refusals + OTHER_DESCRIPTORS
    allowed = patient.machine.descriptors()
    if allowed is not None and allowed < wanted:
        yield note(
            "limits",
            f"A daemon that you start may have {allowed} files and connections open, and for {limits.connections} "
            f"connections at once it needs {wanted}: it would not start.",
            f"LimitNOFILE={wanted} in the [Service] of thimbl.service",
            f"as root: ulimit -Hn {wanted}",
            f"fewer: connections below 'serve:' in {patient.paths.config}",
        )


def locale(patient: Patient) -> Iterator[Finding]:
    """Whether the locale is one of UTF-8, as plans are; C counts as one (PEP 538)."""
    environ = patient.home.environ
    chosen = environ.get("LC_ALL") or environ.get("LC_CTYPE") or environ.get("LANG") or "C"
    name = chosen.lower().replace("-", "")
    if "utf8" not in name and name not in ("c", "posix"):
        said = f"Your locale is {chosen}, which is not one of UTF-8: many letters of others are shown by number."
        yield note("locale", said, "export LC_ALL=C.UTF-8")
