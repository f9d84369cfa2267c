"""`export` and `import`, as a person uses them."""

import json
from pathlib import Path

import pytest
from click.testing import Result

from tests.cli.reading_room import ANA, MARK, World, objects
from tests.support.agefile import age_by_passphrase
from thimbl.cli.context import Context
from thimbl.core.address import Address

ZOE = Address.parse("zoe@far.example")
DATA = Path(__file__).resolve().parents[1] / "data"


@pytest.fixture
def bo(tmp_path: Path) -> World:
    """Somebody else, on another machine, without an account."""
    return World(tmp_path / "bo")


@pytest.fixture
def village(world: World) -> World:
    """Ana, Mark, whom she follows, and Zoe, whom she follows in private; Lower Field was never fetched."""
    world.post(ANA, "Frost on the lower field.")
    world.post(MARK, "The mill turns.")
    world.post(ZOE, "Nobody knows that you read this.")
    with world.writer() as writer:
        writer.follow(ZOE, "zoe", private=True)
    world.paths.following.write_text(
        "following:\n- nick: mark\n  address: mark@mill.example\n- nick: coop\n  address: lower@fields.example\n"
        "- nick: zoe\n  address: zoe@far.example\n  private: true\n"
    )
    return world


def notes(result: Result, code: int = 0) -> list[str]:
    assert result.exit_code == code, result.stderr
    return result.stderr.splitlines()


def test_out_and_in(village: World, bo: World, tmp_path: Path) -> None:
    """One's own and all that is followed in public; nobody is followed by it, and it says how to."""
    path = tmp_path / "it.tar"
    assert notes(village.run("export", "--to", str(path))) == [
        f"2 plans, {path.stat().st_size:,} bytes: {path}.",
        "Not in it: lower@fields.example, of whom nothing is here that they signed.",
    ]
    bo.time = village.time
    done = bo.run("import", str(path))
    assert done.stdout.splitlines() == [
        "ana@fields.example: verified, 1 new of 1.",
        "mark@mill.example: verified, 1 new of 1.",
    ]
    assert notes(done) == [
        "2 plans, 2 new items.",
        "You do not follow ana@fields.example, mark@mill.example: 'thimbl timeline --everyone' shows what they wrote, "
        "and 'thimbl follow ana@fields.example --anyway' follows without a network.",
    ]
    assert [item["text"] for item in objects(bo, "timeline", "--everyone")] == [
        "Frost on the lower field.", "The mill turns.",
    ]  # fmt: skip
    again = bo.run("import", str(path))
    assert (again.stdout, notes(again)) == ("", ["2 plans, 0 new items, 2 as they were here."])


def test_who_is_named(village: World, bo: World, tmp_path: Path) -> None:
    """By nick or address; somebody who is followed in private only so."""
    path = tmp_path / "it.tar"
    assert notes(village.run("export", "zoe", "mark@mill.example", "--to", str(path)))[0].startswith("2 plans")
    bo.time = village.time
    found = [json.loads(line) for line in bo.run("import", str(path), "--json").stdout.splitlines()]
    assert [(one["address"], one["verdict"], one["new"], one["followed"]) for one in found] == [
        ("mark@mill.example", "verified", 1, False),
        ("zoe@far.example", "verified", 1, False),
    ]
    for who, words in (("lower@fields.example", "Nothing is here of lower@"), ("eve", "You follow nobody")):
        assert words in notes(village.run("export", who, "--to", str(tmp_path / "2.tar")), 1)[0]
    assert not (tmp_path / "2.tar").exists()


def test_whom_a_commune_cites(village: World) -> None:
    """They go with it, whether or not one follows them in private: what is lacking would tell."""
    charter = {"name": "Mill", "currency": "EUR", "digits": 2, "period": "month", "rules": 1}
    village.pen(MARK).announce("charter", charter)
    village.fetch(MARK)
    with village.writer() as writer:
        sql = "INSERT INTO citation SELECT id, ?, 1 FROM author WHERE address = ?"
        writer._db.run(sql, (str(ZOE), str(MARK)))
        writer._db.run(sql, (str(ANA), str(MARK)))
    cited = village.run("export", "--to", "-").stdout_bytes
    assert b"zoe@far.example.plan" in cited
    with village.writer() as writer:
        writer.unfollow(ZOE)
    assert village.run("export", "--to", "-").stdout_bytes == cited


def test_a_stick(village: World, bo: World, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    assert notes(village.run("export", "--to", f"{stick}/"))[0] == f"{stick}: 2 new; 6 files written."
    assert notes(village.run("export", "--to", str(stick)))[0] == f"{stick}: 2 as they were; 0 files written."
    village.post(MARK, "It rains.")
    village.run("export", "--to", str(stick))
    bo.time = village.time
    assert bo.run("import", str(stick)).stdout.splitlines()[1] == "mark@mill.example: verified, 2 new of 2."
    assert bo.run("export", "mark@mill.example", "--to", str(stick)).exit_code == 0
    # Whoever has less leaves what is there.
    village.post(MARK, "And on.")
    village.run("export", "--to", str(stick))
    assert notes(bo.run("export", "mark@mill.example", "--to", str(stick))) == [
        f"mark@mill.example: a later plan is there, and stays. 'thimbl import {stick}' brings it here.",
        f"{stick}: 1 later there; 0 files written.",
    ]


def test_through_a_pipe(village: World, bo: World) -> None:
    """Standard output to standard input; never onto a terminal."""
    done = village.run("export", "mark")
    assert done.exit_code == 0
    from click.testing import CliRunner

    from thimbl.cli.main import main

    env = {"THIMBL_HOME": str(bo.home)}
    context = Context(environ=env, clock=village.clock, terminal=False)
    taken = CliRunner().invoke(main, ["import", "-"], input=done.stdout_bytes, env=env, obj=context)
    assert taken.stdout == "mark@mill.example: verified, 1 new of 1.\n"
    assert "Where to?" in notes(village.run("export", "mark", terminal=True), 2)[-1]


def test_what_does_not_go_together(village: World) -> None:
    """Each is one line, and nothing is written."""
    for args, words in (
        (["--with-key", "--to", "x.tar"], "--with-key is for --backup"),
        (["--backup", "--with-key", "--to", "x.tar"], "only encrypted"),
        (["--backup", "mark", "--to", "x.tar"], "leave the names out"),
        (["--encrypt", "--recipient", "age1x", "--to", "x.tar"], "a passphrase or recipients, not both"),
        (["--encrypt", "--to", "x/"], "is one file"),
        (["--encrypt", "--to", "x.tar"], "nobody to ask for a passphrase"),
    ):
        assert words in notes(village.run("export", *args), 2)[-1], args
        assert not Path("x.tar").exists()


def test_by_a_passphrase_in_a_file(village: World, bo: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first line of the file is the passphrase, both ways. (That age opens it is shown where it is made.)"""
    monkeypatch.setattr("pyrage.passphrase.encrypt", age_by_passphrase)
    path, secret = tmp_path / "x.tar.age", tmp_path / "secret"
    secret.write_text("öffne dich\nand this is not read\n", encoding="utf-8")
    told = notes(village.run("export", "mark", "--passphrase-file", str(secret), "--to", str(path)))
    assert told[0].endswith(f"before encryption: {path}.")
    assert "give --passphrase-file" in notes(bo.run("import", str(path)), 1)[0]
    opening = ["import", str(path), "--passphrase-file", str(secret)]
    assert bo.run(*opening).stdout == "mark@mill.example: verified, 1 new of 1.\n"
    secret.write_text("\n")
    assert "There is no passphrase in" in notes(bo.run(*opening), 1)[0]


def test_places_that_will_not_do(village: World, tmp_path: Path) -> None:
    """A file that is no bundle is not written over; a bundle is."""
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear A,")
    assert "is there, and is no bundle" in notes(village.run("export", "--to", str(letter)), 1)[0]
    assert letter.read_text() == "Dear A,"
    assert "There is no folder" in notes(village.run("export", "--to", str(tmp_path / "none" / "x.tar")), 1)[0]
    path = tmp_path / "it.tar"
    for _ in range(2):
        assert village.run("export", "mark", "--to", str(path)).exit_code == 0


def test_what_was_not_taken_is_part_of_it(village: World, bo: World, tmp_path: Path) -> None:
    """A line for each on stdout, and exit code 3; what somebody else put there is named."""
    stick = tmp_path / "stick"
    village.run("export", "--to", f"{stick}/")
    plan = stick / "mark@mill.example.plan"
    plan.write_text(plan.read_text().replace("The mill turns", "The mill burns"))
    bo.time = village.time
    (stick / "x.plan").symlink_to(plan)
    done = bo.run("import", str(stick))
    assert done.exit_code == 3
    assert done.stdout.splitlines()[1] == (
        "mark@mill.example: forged: the newest entry is not the head's last."
    )
    assert done.stderr.splitlines()[0] == "Left alone: x.plan, which is no plain file."
    assert "1 not taken" in done.stderr


def test_another_key(village: World, bo: World, tmp_path: Path) -> None:
    """It says what to do, and that works: without a network."""
    path = tmp_path / "it.tar"
    village.run("export", "mark", "--to", str(path))
    bo.time = village.time
    with bo.writer() as writer:
        writer.pin(MARK, "SHA256:" + "A" * 43)
    done = bo.run("import", str(path))
    assert done.exit_code == 3
    [line] = done.stdout.splitlines()
    assert line.startswith("mark@mill.example: new-key: signed by SHA256:")
    command = line.partition("'thimbl ")[2].partition("'")[0]
    assert command.startswith("key pin mark@mill.example SHA256:")
    assert bo.run(*command.split()).exit_code == 0
    assert bo.run("import", str(path)).stdout == "mark@mill.example: verified, 1 new of 1.\n"


def test_a_backup_and_back(village: World, tmp_path: Path) -> None:
    """Without the key; and what is said to whoever takes the plans alone."""
    path = tmp_path / "backup.tar"
    assert notes(village.run("export", "--backup", "--to", str(path))) == [
        f"A backup of ana@fields.example, with 3 plans, {path.stat().st_size:,} bytes: {path}.",
        f"Your key is not in it: keep a copy of {village.paths.key}, or add --with-key, encrypted.",
    ]
    new = World(tmp_path / "new")
    new.time = village.time
    first = notes(new.run("import", str(path)))
    assert first[0] == "This is also a backup of ana@fields.example: 'thimbl import --backup' makes a home of it."
    assert not new.paths.config.exists()
    told = notes(new.run("import", "--backup", str(path)))
    assert told[:2] == [
        f"You are ana@fields.example here. Your log is in {new.paths.plan}: 1 record.",
        f"Your key was not in the backup: put it into {new.paths.key} before you post.",
    ]
    assert {item["nick"] for item in objects(new, "timeline")} == {None, "mark", "zoe"}
    nobodys = tmp_path / "it.tar"
    village.run("export", "--to", str(nobodys))
    assert "is nobody's backup" in notes(new.run("import", "--backup", str(nobodys)), 1)[0]


def test_encrypted_to_a_key(village: World, bo: World, tmp_path: Path) -> None:
    """One's own key opens what was encrypted to it; a backup with the key in it is told of no more than it is."""
    bo.time = village.time
    assert bo.run("init", "bo@dairy.example").exit_code == 0
    public = bo.run("key", "show", "--line").stdout.strip()
    path = tmp_path / "for-bo.age"
    told = notes(village.run("export", "mark", "--recipient", public, "--to", str(path)))
    assert told[0].endswith(f"bytes before encryption: {path}.")
    assert bo.run("import", str(path)).stdout == "mark@mill.example: verified, 1 new of 1.\n"
    itself = bo.run("export", "--backup", "--with-key", "--recipient", public, "--to", str(tmp_path / "it.age"))
    assert "locked in with itself" in notes(itself, 2)[-1]
    assert "is encrypted to somebody's key" in notes(village.run("import", str(path)), 1)[0]
    assert "nobody to ask for a passphrase" in notes(village.run("export", "--encrypt", "--to", str(path)), 2)[0]


def test_the_messages_as_in_2010(world: World, tmp_path: Path) -> None:
    world.post(ANA, "Frost.")
    world.post(MARK, "The mill turns.", re=f"{ANA}#{'a' * 52}")
    [mine] = json.loads(world.lines("export", "--classic")[0])["messages"]
    assert mine["text"] == "Frost."
    theirs = json.loads(world.lines("export", "--classic", "mark@mill.example")[0])
    assert [one["text"] for one in theirs["replies"]["ana@fields.example"]] == ["The mill turns."]
    path = tmp_path / "it.json"
    assert world.run("export", "--classic", "--to", str(path)).exit_code == 0
    assert json.loads(path.read_text())["address"] == "ana@fields.example"
    assert "is there already" in notes(world.run("export", "--classic", "--to", str(path)), 1)[0]
    assert "One plan has one author" in notes(world.run("export", "--classic", "a@b.example", "c@d.example"), 2)[-1]


def test_a_plan_of_2010_begins_a_log(tmp_path: Path) -> None:
    """And shows where it came from."""
    dk = World(tmp_path / "dk")
    told = notes(dk.run("init", "dk@telekommunisten.org", "--import", str(DATA / "thimbl-2010-plan.json")))
    assert "9 messages of dk@telekommunisten.org are the beginning of your log, marked as imported." in told
    found = objects(dk, "timeline")
    assert found[0]["imported"] == {
        "from": "dk@telekommunisten.org", "time": "2010-06-22T16:23:40Z", "to": "rw@telekommunisten.org",
    }  # fmt: skip
    lines = dk.lines("timeline", "-n", "9")
    assert lines[0].endswith("imported")
    assert lines[1].strip() == "to rw@telekommunisten.org"
    shown = "\n".join(dk.lines("show", found[0]["id"]))
    assert "imported  said 2010-06-22T16:23:40Z as dk@telekommunisten.org" in shown
    again = dk.run("init", "dk@telekommunisten.org", "--import", str(DATA / "thimbl-2010-plan.json"))
    assert "There is an account here already" in notes(again, 1)[0]


def test_licences(world: World) -> None:
    """Of a post, and of all that one writes: shown, and refused where nobody can look them up."""
    world.run("init", "ana@fields.example")
    one = world.post(ANA, "How to prune a pear.", license="CC-BY-SA-4.0")
    two = world.post(ANA, "Frost.")
    world.pen(ANA).describe({"properties": {"license": "PPL"}})
    world.fetch(ANA)
    assert objects(world, "show", one)[0]["licence"] == "CC-BY-SA-4.0"
    assert "CC-BY-SA-4.0" in world.lines("thread", one)[0]
    shown = [" ".join(line.split()) for line in world.lines("show", one)]
    assert "licence CC-BY-SA-4.0" in shown
    assert "licence PPL, as all of ana@fields.example's" in [" ".join(x.split()) for x in world.lines("show", two)]
    assert "licence PPL" in [" ".join(line.split()) for line in world.lines("profile", "ana@fields.example")]
    for command in (["post", "x"], ["reply", one, "x"], ["profile"]):
        done = world.run(*command, "--licence", "CC-BY-SA")
        assert "did you mean CC-BY-SA-" in notes(done, 2)[-1]
