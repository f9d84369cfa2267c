"""The feed of an account leads back: out with `thimbl feed`, in with `thimbl import`. Nothing is lost, or believed."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.cli.reading_room import ANA, LOWER, MARK, World, objects
from thimbl.cli.context import Context
from thimbl.cli.main import main
from thimbl.core.address import Address
from thimbl.core.feedplan import BEGINS, ENDS, LEAD, MAX_FEED, NAMESPACE, find_plans
from thimbl.core.plan import Follow

FORMS = ("atom", "rss", "json", "twtxt")
OFFER = {
    "commune": str(LOWER), "series": "TRACTOR-1", "asset": "a small tractor", "face": "1200.00 EUR",
    "unit": "100.00 EUR", "rent": "100.00 EUR", "term": 24, "max_rate_bp": 400, "closes": "2099-12-01T12:00:00Z",
}  # fmt: skip


@pytest.fixture(scope="module")
def wrote(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Ana, with all that an account can write. No test writes more."""
    world = World(tmp_path_factory.mktemp("wrote"))
    world.set_up()
    world.follow(MARK, "mark")
    asked = world.post(MARK, "Who has fleece?")
    pen = world.pen(ANA)
    pen.describe({"name": "Ana", "bio": "Leeks.", "properties": {"license": "CC-BY-SA-4.0"}}, [Follow("mark", MARK)])
    first = pen.post("Frsot on the lower field. #leeks").records[-1].id
    slip = pen.post("A slip. <b>&\n\n# nick = eve").records[-1].id
    pen.post("I do, @mark.\n\tTwo rolls.\n# url = https://evil.example/", re=f"{MARK}#{asked}")
    pen.post("It ends \u2028 badly.", subject="The film", license="PPL")
    world.time += 60
    pen.post("Myself again.", re=f"{ANA}#{first}")
    pen.edit(first, "Frost on the lower field. #leeks")
    world.fetch(ANA)
    (world.folder / "older.atom").write_bytes(out(world, "atom"))
    world.time += 60
    pen.retract(slip)
    pen.announce("bond-offer", OFFER)
    world.post(ANA, "The last.")
    return world


@pytest.fixture
def reader(wrote: World, tmp_path: Path) -> World:
    """Somebody on another machine, who knows Mark's plan alone."""
    other = World(tmp_path)
    other.time = wrote.time
    other.take(MARK, wrote.pen(MARK).files.plan.read_text(encoding="utf-8"))
    return other


def out(world: World, form: str, *options: str) -> bytes:
    """Ana's feed."""
    made = world.run("feed", str(ANA), "--format", form, *options)
    assert (made.exit_code, made.stderr) == (0, "")
    return made.stdout_bytes


def bring(reader: World, data: bytes, *options: str) -> tuple[int, list[str]]:
    """The exit code and the lines of an import."""
    path = reader.folder / "a feed"
    path.write_bytes(data)
    told = reader.run("import", str(path), *options)
    assert "Traceback" not in told.output
    return told.exit_code, [*told.stdout.splitlines(), *told.stderr.replace(str(path), "FILE").splitlines()]


def records(world: World) -> list[object]:
    """Ana's log as the store has it, and what is concluded of it."""
    with world.writer() as store:
        author = store.author(ANA)
        assert author is not None
        return [author.verdict, author.key, store.head_data(ANA), store.record_data(ANA, 1, 100)]


@pytest.mark.parametrize("form", FORMS)
def test_nothing_is_lost(wrote: World, reader: World, form: str) -> None:
    """The same records, the same verdict, and the same feed, byte for byte; a second time nothing is new."""
    data = out(wrote, form)
    code, lines = bring(reader, data)
    assert (code, lines[:2]) == (0, ["ana@fields.example: verified, 7 new of 9.", "1 plan, 7 new items."])
    assert records(reader) == records(wrote)
    assert out(reader, form) == data
    assert find_plans(data).plans == (wrote.paths.plan.read_text(encoding="utf-8"),)
    for name in ("text", "re", "subject", "licence", "edited", "retracted", "kind", "verdict"):
        told = [objects(world, "timeline", "--author", str(ANA)) for world in (wrote, reader)]
        assert [one.get(name) for one in told[0]] == [one.get(name) for one in told[1]]
    assert bring(reader, data) == (0, ["1 plan, 0 new items, 1 as it was here."])


@pytest.mark.parametrize("form", ["rss", "twtxt"])
def test_as_much_of_the_log_as_the_feed_shows(wrote: World, reader: World, form: str) -> None:
    """What is older is in the archive: a gap is seen, and closed by a longer one. A shorter one takes nothing away."""
    short, whole = out(wrote, form, "-n", "2"), out(wrote, form)
    code, lines = bring(reader, short)
    assert (code, lines[0]) == (0, "ana@fields.example: verified, 2 new of 9.")
    assert lines[1] == "ana@fields.example: records below 8 are missing: records below 8 are not in it."
    assert out(reader, form) == out(reader, form, "-n", "2") == short
    assert bring(reader, whole)[0] == 0
    assert out(reader, form) == whole
    assert bring(reader, short)[0] == 0
    assert out(reader, form) == whole


def test_it_never_goes_back(wrote: World, reader: World) -> None:
    """An older feed is stale, whoever kept it."""
    bring(reader, out(wrote, "rss"))
    before = records(reader)
    code, lines = bring(reader, (wrote.folder / "older.atom").read_bytes())
    assert (code, lines[0]) == (0, "ana@fields.example: stale: it ends at entry 6; 9 was seen before.")
    assert records(reader) == before


def test_a_feed_of_many_has_none(wrote: World, reader: World) -> None:
    """It says whom to follow, where it says whose it is; and a feed of the web that is none of ours says nothing."""
    for options in ((), (str(ANA), "--tag", "leeks"), ("--commune", str(ANA))):
        for form in FORMS:
            made = wrote.run("feed", *options, "--format", form).stdout_bytes
            assert find_plans(made).plans == ()
            code, [line] = bring(reader, made)
            assert code != 0
            assert "has no signed plan in it" in line
    assert line.endswith("; 'thimbl follow ana@fields.example' asks for the plan of whom it names. Nothing was taken.")


def test_a_plan_that_nobody_signed_goes_along_with_no_feed(reader: World) -> None:
    """What was said in 2010 is told, and its way back is to ask its host."""
    classic = Path(__file__).parents[1] / "data" / "thimbl-2010-plan.json"
    who = Address.parse("dk@telekommunisten.org")
    assert reader.take(who, classic.read_text(encoding="utf-8")) == "unsigned"
    for form in FORMS:
        made = reader.run("feed", str(who), "--format", form).stdout_bytes
        assert find_plans(made).plans == ()
        code, [line] = bring(reader, made)
        assert (code, "has no signed plan in it" in line, str(who) in line) == (1, True, True)


def _forged(data: bytes) -> bytes:
    return data.replace(b"Two rolls", b"Ten rolls")


def _other(data: bytes) -> bytes:
    return data.replace(b"<id>finger://fields.example/ana</id>", b"<id>finger://fields.example/eve</id>")


def _twice(data: bytes) -> bytes:
    element = data[data.index(b"<thimbl:plan") : data.index(b"</thimbl:plan>") + 14]
    return data.replace(element, element * 2)


@pytest.mark.parametrize(
    ("harm", "why"),
    [
        (_forged, "ana@fields.example: forged: entry 3 does not have the id that entry 4 names as prev."),
        (_other, "FILE: it says that it is of eve@fields.example, and the plan in it is of"),
        (_twice, "FILE: it has 2 plans in it, and not one. Nothing was taken."),
        (lambda data: data[: len(data) // 2], "FILE: it is cut short or damaged: "),
        (lambda data: data.replace(b"thimbl: 2", b"thimbl: *a", 1), "feed.plan: unreadable: "),
        (lambda data: data + b" " * MAX_FEED * 3, "FILE: it is larger than 16,777,216 bytes"),
        (lambda data: b"<!DOCTYPE feed [<!ENTITY a 'b'>]>" + data.partition(b"?>")[2], "it defines a document type"),
        (lambda data: data.replace(b"UTF-8", b"UTF-77", 1), "it is in an encoding that nobody knows"),
    ],
)
def test_what_is_wrong_is_a_line_and_takes_nothing(
    wrote: World, reader: World, harm: Callable[[bytes], bytes], why: str
) -> None:
    """Nor does it take anything away."""
    data = out(wrote, "atom")
    bring(reader, out(wrote, "atom", "-n", "2"))
    before = records(reader)
    code, lines = bring(reader, harm(data))
    assert code != 0
    assert [line for line in lines if why in line], lines
    assert len(lines) <= 2
    assert records(reader) == before


def test_from_a_pipe(wrote: World, reader: World) -> None:
    """As from ``curl``."""
    env = {"THIMBL_HOME": str(reader.home)}
    context = Context(environ=env, clock=reader.clock, terminal=False)
    read = CliRunner().invoke(main, ["import", "-"], input=out(wrote, "json"), env=env, obj=context)
    assert (read.exit_code, read.stdout) == (0, "ana@fields.example: verified, 7 new of 9.\n")


def test_it_is_checked_without_a_store(wrote: World, tmp_path: Path) -> None:
    """Whoever trusts nobody looks at the signature first; what can not be taken is as it would be told."""
    path = tmp_path / "ana.feed"
    for form in FORMS:
        path.write_bytes(out(wrote, form))
        told = wrote.run("verify", str(path), "--json")
        assert (told.exit_code, '"verdict": "verified"' in told.stdout, '"seq": 9' in told.stdout) == (0, True, True)
    path.write_bytes(_twice(out(wrote, "atom")))
    told = wrote.run("verify", str(path))
    assert (told.exit_code, "it has 2 plans in it" in told.stdout) == (4, True)


def test_no_text_is_a_field_of_twtxt(wrote: World) -> None:
    """Nor is any line of the plan, whatever stands in it: programs take the first that they know."""
    lines = out(wrote, "twtxt").decode().split("\n")
    plan = lines[lines.index(BEGINS) + 1 : lines.index(ENDS)]
    assert all(line.startswith(LEAD) for line in plan)
    assert any("url = https://evil.example" in line for line in plan)
    assert [line for line in lines if line.startswith("# url")] == ["# url = finger://fields.example/ana"]
    assert NAMESPACE.encode() not in out(wrote, "twtxt")
