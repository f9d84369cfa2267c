"""The pages of a site as files, for a host without a daemon: any web server shows them, or a browser by itself.

- They are the same pages, made by the same functions: whatever a page links to within the site is made too, beginning
  with the front page. A page stands in a folder of its path, as `index.html`; links between pages are relative.
- What the daemon tells by a query (``?before=…``) has a folder of its own, whose name begins with `~`.
- Two paths are two files on every file system: where `RUN-1` and `run-1` are one name, as on FAT or a Mac, and where
  letters with marks are (`name_of`).
- A path that leads elsewhere has what stands there. What there is no page of says so, as the daemon does.
- WebFinger goes by a query that files can not answer: the answer for one account stands where it is asked for, and that
  of each account in the account's folder, for whoever can tell their server to look there.
"""

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Final
from unicodedata import normalize
from urllib.parse import parse_qsl, quote, unquote

from feeds.web import archive, layout, routes
from feeds.web.answering import Answers, Response
from feeds.web.asked import path_of
from thimbl.core.archive import start_of
from thimbl.home.errors import Refused
from thimbl.home.planfiles import FOLLOWING_FILE

MAX_FILES: Final = 200_000
"""Files of a site: some gigabyte. Beyond that one wants a daemon, which makes a page when somebody asks for it."""

MAX_NAME: Final = 120
"""Bytes of a file's name before a digest takes the place of the rest: file systems have 255, in archives less."""

FILLERS: Final = frozenset("\u115f\u1160\u3164\uffa0")
"""Letters by Unicode's word that nobody sees, and file systems may overlook (Default_Ignorable_Code_Point)."""

DEVICES: Final = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}
)
"""What Windows takes for a device, whatever stands behind a dot."""

MAX_MOVES: Final = 5
"""Paths that may lead on to each other."""

ARCHIVED: Final = "/{name}/plan.d/{file}"
"""The route of the files of an archive. `thimbl import` finds them by the names that they have there."""

TEXT: Final = frozenset({"/{name}/plan", "/{name}/journal"})
"""Routes of plain text without a suffix: as a file it has one, by which a server tells browsers what it is."""

WEBFINGER: Final = "/.well-known/webfinger"

ROOTS: Final = ("/", "/timeline", "/bonds", "/robots.txt", "/favicon.svg")
"""Where one begins; all else is linked from there."""


def files(answers: Answers, fingered: Collection[str] = ()) -> Iterator[tuple[str, bytes]]:
    """The files of a site: names with `/` between their parts, and what is in them; the front page last, so that
    whoever puts them in place one after the other links to nothing that is not there yet. `fingered` are resources that
    WebFinger is asked for, such as ``acct:ana@fields.example``. Raises `Refused` where there are too many."""
    found: dict[str, str] = {}
    waiting: deque[str] = deque()

    def meet(target: str) -> str:
        path = target.partition("#")[0]
        name = found.get(path)
        if name is None:
            name = found[path] = file_of(path)
            waiting.append(path)
            if len(found) > MAX_FILES:
                raise Refused(
                    f"This site would have more than {MAX_FILES:,} files. '--no-copies' leaves out the people who live "
                    "elsewhere; 'thimbl serve --http' makes each page when it is asked for."
                )
        return name

    for root in (*ROOTS, layout.style_path()):
        meet(root)
    front = b""
    while waiting:
        path = waiting.popleft()
        name = found[path]

        def link(target: str, here: str = name) -> str:
            fragment = target.partition("#")[2]
            return between(here, meet(target)) + (f"#{fragment}" if fragment else "")

        site = replace(answers.site, link=link, stands=stands)
        response = _answer(replace(answers, site=site), path)
        if path == "/":
            front = response.body
        elif response.status == 200 or not _is_archived(path):  # a refusal there would be taken for a damaged file
            yield name, response.body
    yield from _fingers(answers, fingered)
    yield found["/"], front


def file_of(target: str) -> str:
    """The file in which a path of the site stands, with its query: another one for each."""
    path, _, query = target.partition("?")
    segments = _segments(path)
    names = [name_of(segment) for segment in segments]
    names += [name_of(f"{key}-{value}", "~") for key, value in parse_qsl(query, keep_blank_values=True)]
    if path == layout.style_path():
        return segments[-1]
    pattern = _pattern(segments)
    if pattern in TEXT:
        return "/".join(names) + ".txt"
    last = pattern.rpartition("/")[2]
    if not query and (_is_archived(path) or ("." in last and last != archive.FOLDER)):
        return "/".join([*names[:-1], segments[-1]])
    return "/".join([*names, "index.html"])


def _segments(path: str) -> list[str]:
    return [unquote(part) for part in path.split("/")[1:]] if path != "/" else []


def _pattern(segments: Sequence[str]) -> str:
    route = routes.find(tuple(segments))
    return "" if route is None else route[0].pattern


def _is_archived(path: str) -> bool:
    """Whether it is a file of an archive: by its name too, since whatever else is asked for there is none."""
    segments = _segments(path)
    return _pattern(segments) == ARCHIVED and (start_of(segments[-1]) is not None or segments[-1] == FOLLOWING_FILE)


def stands(target: str) -> str:
    """The path of a file, as a web server has it: of `index.html` its folder."""
    parts = file_of(target).removesuffix("index.html").split("/")
    return "/" + "/".join(quote(part, safe="@~+=") for part in parts)


def between(here: str, there: str) -> str:
    """The way from one file to another, as the address in a link."""
    start, end = here.split("/")[:-1], there.split("/")
    shared = 0
    while shared < min(len(start), len(end) - 1) and start[shared] == end[shared]:
        shared += 1
    return "/".join([*[".."] * (len(start) - shared), *(quote(part, safe="@~+=") for part in end[shared:])])


def name_of(segment: str, start: str = "") -> str:
    """A part of a path as the name of a file or folder, behind `start`: another one for each, also to a file system
    that does not tell capitals from small letters, or one spelling of a letter from another.

    - What is no letter, digit or one of ``@.-_`` is `+` and its bytes in hexadecimal digits.
    - Behind `=` stands which letters are capitals, as the bits of a hexadecimal number (``RUN-1=7``: the first three).
      Where the name is no ASCII, and another in small letters or composed, it is a digest.
    - A longer name than `MAX_NAME` is cut, and ends in a digest.
    """
    shown = "".join(map(_safe, segment))
    # Neither a folder above, nor a file of this site.
    if shown.strip(".") == "" or shown.casefold().endswith((".html", ".txt", ".")):
        before, _, after = shown.rpartition(".")
        shown = f"{before}+2E{after}"
    if shown[:1] == "." and segment != ".well-known":
        shown = f"+2E{shown[1:]}"
    if shown.partition(".")[0].casefold() in DEVICES:
        shown = f"+{ord(shown[0]):02X}{shown[1:]}"
    shown = start + shown
    digest = sha256(_bytes(segment)).hexdigest()[:32]
    if len(encoded := _bytes(shown)) > MAX_NAME:
        return encoded[:MAX_NAME].decode("utf-8", "ignore") + "~" + digest
    if segment.isascii():
        capitals = sum(1 << place for place, character in enumerate(segment) if character.isupper())
        return f"{shown}={capitals:x}" if capitals else shown
    return shown if alike(segment) == segment else f"{shown}={digest}"


def alike(name: str) -> str:
    """What is the same of two names that any file system takes for one: FAT compares capitals, others small letters by
    the Unicode Standard (3.13, caseless matching), a Mac composes and decomposes."""
    return normalize("NFC", normalize("NFKD", name).upper().casefold())


def _safe(character: str) -> str:
    if (character.isalnum() and character not in FILLERS) or character in "@._-":
        return character
    return "".join(f"+{byte:02X}" for byte in _bytes(character))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _answer(answers: Answers, target: str) -> Response:
    """What stands there, or where that leads."""
    for _ in range(MAX_MOVES):
        response = answers("GET", target, {})
        moved = dict(response.headers).get("Location")
        if moved is None:
            return response
        # The link of a site of files: made relative already, so what the page says is asked again by the route.
        target = _moved(answers, target)
    return answers.refused(404, "This leads in a circle.")


def _moved(answers: Answers, target: str) -> str:
    plain = replace(answers, site=replace(answers.site, link=str))
    return dict(plain("GET", target, {}).headers)["Location"]


def _fingers(answers: Answers, resources: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Answers of WebFinger, which link by whole addresses alone."""
    asked = list(resources)
    for resource in asked:
        placed = replace(answers, site=replace(answers.site, stands=stands))
        response = placed("GET", path_of(*WEBFINGER.split("/")[1:], resource=resource), {})
        if response.status == 200:
            user = resource.removeprefix("acct:").partition("@")[0]
            yield f"{name_of(user)}/webfinger.json", response.body
            if len(asked) == 1:
                yield WEBFINGER[1:], response.body
