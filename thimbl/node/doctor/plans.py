"""The plan and its archive: signed as they stand, and whole (plan-format 4 and 7)."""

from collections.abc import Iterator
from typing import Final

from thimbl.core.archive import PAGE, ArchiveDamaged, page_name, read_page
from thimbl.core.chain import Forged, walk
from thimbl.core.counting import counted
from thimbl.core.plan import Head, ListDigest, Plan, PlanUnreadable, plan_from_data
from thimbl.core.plantext import MAX_BYTES, PlanTextError, decode, read_data
from thimbl.core.records import Record
from thimbl.home.errors import PlanEdited, PlanProblem
from thimbl.home.notes import NEXT_FILE
from thimbl.home.planfiles import FOLLOWING_FILE, OwnLog, looks_like_ours
from thimbl.node.doctor.finding import Finding, fault, note, ok, quoted
from thimbl.node.doctor.patient import Patient

MOST: Final = 10
"""Pages at fault that are told one by one."""


def signed(patient: Patient) -> Iterator[Finding]:
    """Whether the plan is as its author signed it last."""
    if not patient.is_own or patient.me is None:
        return
    files = patient.home.files
    try:
        raw = files.read_raw()
        log = files.load()
    except PlanEdited as error:
        yield fault("plan", str(error), "thimbl sign", "thimbl sign --discard")
        return
    except PlanProblem as error:
        yield fault("plan", str(error))
        return
    if log.head is None:
        if raw is None:
            yield fault("plan", f"There is no plan at {files.plan} yet.", "thimbl post 'Good morning.'")
        else:
            yield note("plan", f"{files.plan} holds plain words, which nobody has signed.", "thimbl sign")
        return
    count = counted(log.seq, "record")
    yield ok("plan", f"{files.plan} is as you signed it, with {count}.")
    if raw is not None and len(raw) > patient.home.settings.window:
        yield note(
            "plan",
            f"It has {len(raw)} bytes, and 'window' is {patient.home.settings.window}: the next post makes it shorter.",
        )


def archive(patient: Patient) -> Iterator[Finding]:
    """Whether each page is there, whole, and part of this log."""
    if not patient.is_own or patient.me is None:
        return
    try:
        log = patient.home.files.load()
    except (PlanEdited, PlanProblem):
        return  # told already
    if log.head is None:
        return
    faults = [*_pages(patient, log), *_list(patient, log.head)]
    yield from faults[:MOST]
    if len(faults) > MOST:
        yield fault("archive", f"So are {len(faults) - MOST} more.")
    if not faults:
        pages = -(-log.seq // PAGE)
        yield ok("archive", f"{patient.paths.archive} is whole: {counted(pages, 'page')}.")
    if (patient.paths.archive / NEXT_FILE).exists():
        yield note("archive", "A publishing is under way, or was cut short: the next post settles it.")


def _pages(patient: Patient, log: OwnLog) -> Iterator[Finding]:
    """From the newest page down: each has to lead to the one below it."""
    expected = log.head.last if log.head else None
    for start in reversed(range(1, log.seq + 1, PAGE)):
        end = min(start + PAGE - 1, log.seq)
        path = patient.paths.archive / page_name(start)
        from_backup = f"bring {path.name} back from a backup"
        found: list[Record] = []
        try:
            found = [record for record in read_page(path.read_text(encoding="utf-8"), start) if record.seq <= end]
        except FileNotFoundError:
            yield fault("archive", f"{path} is missing. {_lost(log, start, end)}", from_backup)
        except OSError as error:
            yield fault("archive", f"{path} can not be read: {error.strerror}.", f"chmod 644 {quoted(path)}")
        except (ArchiveDamaged, UnicodeDecodeError) as error:
            yield fault("archive", f"{path} is damaged ({error}). {_lost(log, start, end)}", from_backup)
        else:
            if len(found) < end - start + 1:
                at = start + len(found)
                yield fault("archive", f"{path} ends before record {at}. {_lost(log, at, end)}", from_backup)
            elif expected is not None and found[-1].id != expected:
                yield fault("archive", f"{path} is of another log: its record {end} is not yours.", from_backup)
        expected = found[0].prev if found else _named(log.window, start)


def _lost(log: OwnLog, start: int, end: int) -> str:
    """What is missed where the archive lacks these records."""
    have = {record.seq for record in log.window if not record.withheld}
    if have.issuperset(range(start, end + 1)):
        return f"Your plan still has records {start} to {end}, until newer ones push them out."
    return f"Whoever follows you from now on does not get records {start} to {end}, nor what lies below them."


def _named(window: tuple[Record, ...], start: int) -> str | None:
    """The id of the record below `start`, where the plan names it."""
    return next((record.prev for record in window if record.seq == start), None)


def _list(patient: Patient, head: Head) -> Iterator[Finding]:
    """The list of following, where the head has only its digest (plan-format 2)."""
    if not isinstance(head.following, ListDigest):
        return
    path = patient.paths.archive / FOLLOWING_FILE
    try:
        data = read_data('{"list":' + decode(path.read_bytes()).strip() + "}")["list"]
        same = plan_from_data({**head.data, "following_list": data}).following_digest == head.following
    except (OSError, PlanTextError, PlanUnreadable):
        same = False
    if not same:
        yield fault(
            "archive",
            f"{path} is not the list of {head.following.count} whom your plan says that you follow.",
            "thimbl follow ADDRESS (any one again), which writes it anew",
        )


def checked(raw: bytes) -> tuple[Plan | None, str]:
    """The plan of these bytes, and why readers would not take it; empty where they would. Plain words are a plan, too,
    and None."""
    try:
        text = decode(raw)
    except PlanTextError as error:
        return None, str(error) if looks_like_ours(raw) or len(raw) > MAX_BYTES else ""
    if not looks_like_ours(raw):
        return None, ""
    try:
        walk(plan := plan_from_data(read_data(text)))
    except (PlanTextError, PlanUnreadable) as error:
        return None, f"it can not be read: {error}"
    except Forged as error:
        return None, f"it is not as it was signed ({error})"
    return plan, ""
