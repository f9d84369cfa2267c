"""What an account wrote as the files beside its plan (plan-format 7), and a page that names them: ``/NAME/plan.d``.

- ``/NAME/plan.d/00000101.json`` is a page of the archive as a spool or a bundle has it, so that whoever has the plan
  and these has the log, and each record proves by itself whose it is: `thimbl import` takes both from a site of files.
- Even a full page changes, when its author takes a text back. So each is asked for again by its entity tag, as a page.
- They are for programs: a refusal is a line of text.
"""

from collections.abc import Sequence
from itertools import islice
from typing import Final

from feeds.web.accounts import NO_ACCOUNT
from feeds.web.asked import Asked, Moved, Page, Raw, Refused, Reply, path_of
from feeds.web.html import Element, Node, el
from feeds.web.lists import BEYOND
from feeds.web.words import named, older, whose
from thimbl.core.archive import PAGE, start_of
from thimbl.home.shown import Profile

FOLDER: Final = "plan.d"
"""Below an account, as beside a plan."""

NAMED: Final = 1_000
"""Files that one page names: 100,000 records, so that wget(1) takes all of nearly any log from a single one."""

MAX_DIGITS: Final = 16
"""Of a seq: 2^53 - 1 has as many (plan-format 1)."""

TYPE: Final = "application/json"
"""RFC 8259 11: it has no parameters."""

UNSIGNED: Final = Refused(
    404,
    "Nobody has signed this plan, or what was signed does not hold: there is no archive of it that would prove itself.",
    "The plan stands beside it, as it was published.",
)


def page(asked: Asked) -> Reply:
    """``/NAME/plan.d``, and further down ``?before=``."""
    profile = asked.source.profile(asked.names["name"])
    if profile is None:
        return NO_ACCOUNT
    if profile.who != asked.names["name"]:
        return Moved(path_of(profile.who, FOLDER, before=asked.before))
    archive = asked.source.archive(profile.who)
    if archive is None:
        return UNSIGNED
    if asked.before and not (asked.before.isascii() and asked.before.isdigit() and len(asked.before) <= MAX_DIGITS):
        return BEYOND
    below = int(asked.before) if asked.before else None
    wanted = (name for name in archive.names() if below is None or (start_of(name) or below) < below)
    shown = list(islice(wanted, NAMED + 1))
    further = str(start_of(shown[NAMED - 1])) if len(shown) > NAMED else None
    main: list[Node] = [el("h1", "Archive of ", named(profile.name, profile.who))]
    main += _told(asked, profile, shown[:NAMED])
    if (pager := older(asked.site, asked.path, further, begins=not asked.before, what="Older records")) is not None:
        main.append(pager)
    title = f"Archive of {whose(profile)}"
    return Page(title, tuple(main), description=f"{title}, as it was signed.", path=asked.path, indexed=False)


def file(asked: Asked) -> Reply:
    """``/NAME/plan.d/FILE``."""
    who, name = asked.names["name"], asked.names["file"]
    profile = asked.source.profile(who)
    if profile is not None and profile.who != who:
        return Moved(path_of(profile.who, FOLDER, name))
    archive = None if profile is None else asked.source.archive(who)
    text = None if archive is None else archive.read(name)
    if text is None:
        return Raw(
            b"There is no such file of an archive here, or it does not fit the plan that is published.\n",
            "text/plain; charset=utf-8",
            (("Cache-Control", "no-store"),),
            status=404,
            indexed=False,
        )
    return Raw(text.encode("utf-8"), TYPE, indexed=False)


def _told(asked: Asked, profile: Profile, names: Sequence[str]) -> list[Node]:
    plan = el("a", "The plan", href=asked.site.to(profile.who, "plan"))
    if not names:
        return [el("p", plan, " is all that there is: nothing older is here.")]
    return [
        el(
            "p",
            plan,
            f" shows the newest. Here are all records as they were signed, {PAGE} to a file; of what its author took "
            "back, the digest. ",
            el("code", "thimbl import"),
            " checks and takes a folder with the plan and these files.",
        ),
        el("ul", *(_line(asked, profile, name) for name in names), class_="plain"),
    ]


def _line(asked: Asked, profile: Profile, name: str) -> Element:
    start = start_of(name)
    what = (
        "whom they follow"
        if start is None
        else f"records {start:,} to {max(start, min(start + PAGE - 1, profile.records)):,}"
    )
    return el("li", el("a", name, href=asked.site.to(profile.who, FOLDER, name), type=TYPE), " ", el("small", what))
