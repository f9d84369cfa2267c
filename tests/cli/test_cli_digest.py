"""`digest` as a person and cron call it."""

import email
import random
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from tests.cli.reading_room import ANA, LOWER, MARK, World
from tests.store.arrivals import LATER, arrive
from tests.support.historian import Historian
from thimbl.core.address import Address


def letter(world: World, *arguments: str) -> EmailMessage:
    """The letter that it prints."""
    result = world.run("digest", "--mail", "--to", "ana@fields.example", *arguments)
    assert (result.exit_code, result.stderr) == (0, "")
    found = email.message_from_bytes(result.stdout_bytes, policy=default)
    assert isinstance(found, EmailMessage)
    return found


def told(world: World, *arguments: str) -> list[str]:
    """The lines of strangers in it."""
    return [line.strip() for line in world.lines("digest", *arguments) if line.startswith("    ")]


def test_a_week_is_the_default(world: World) -> None:
    """Up to what was said just now; each option narrows it."""
    world.post(MARK, "long ago")
    world.time += 8 * 86_400
    world.post(MARK, "of the day before #leeks")
    world.time += 86_400
    world.post(LOWER, f"just now, @{ANA}")
    assert told(world) == [f"just now, @{ANA}", "of the day before #leeks"]
    assert told(world, "--since", "1h") == [f"just now, @{ANA}"]
    assert told(world, "--until", "1h") == ["of the day before #leeks"]
    assert told(world, "--tag", "#Leeks") == ["of the day before #leeks"]
    assert told(world, "--since", "3w") == [f"just now, @{ANA}", "long ago", "of the day before #leeks"]
    world.run("mark", "--all", "--author", "mark")
    assert told(world, "--unread", "--since", "3w") == [f"just now, @{ANA}"]
    by_thread = world.lines("digest", "--since", "3w", "--by", "thread")
    assert not any(line.startswith("By ") for line in by_thread)
    assert any(line.startswith("By ") for line in world.lines("digest", "--since", "3w"))
    world.run("mute", "lower@fields.example")
    assert told(world, "--since", "3w") == ["long ago", "of the day before #leeks"]


def test_nothing_new(world: World) -> None:
    """No letter, unless one is wanted; never an error, so that cron is quiet."""
    world.post(MARK, "long ago")
    for arguments in (["--until", "2026-01-01"], ["--until", "2026-01-01", "--mail", "--to", "a@b"]):
        result = world.run("digest", *arguments)
        assert (result.exit_code, result.stdout) == (0, "")
        assert result.stderr == "Nothing is new from 2025-12-25 00:00 to 2026-01-01 00:00 UTC.\n"
    found = letter(world, "--until", "2026-01-01", "--even-empty")
    assert found["Subject"] == "Thimbl 2026-01-01: nothing new"
    assert found["Date"] == "Thu, 01 Jan 2026 00:00:00 +0000"


def test_a_letter(world: World) -> None:
    world.post(MARK, f"just now, @{ANA}")
    found = letter(world, "--from", "Thimbl <cron@fields.example>", "--to", "bo@dairy.example")
    assert [one.addr_spec for one in found["To"].addresses] == ["ana@fields.example", "bo@dairy.example"]
    assert str(found["From"]) == "Thimbl <cron@fields.example>"
    world.fetch(ANA)
    assert str(letter(world)["From"]) == "Ana <ana@fields.example>"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--mail"], "Whom is the letter to?"),
        (["--to", "a@b"], "are for --mail"),
        (["--even-empty"], "are for --mail"),
        (["--mail", "--to", "nobody"], "is no mail address"),
        (["--since", "1h", "--until", "2h"], "--since is not before --until"),
        (["--tag", "a b"], "is no tag"),
    ],
)
def test_called_wrongly(world: World, arguments: list[str], complaint: str) -> None:
    world.post(MARK, "here")
    result = world.run("digest", *arguments)
    assert (result.exit_code, result.stdout, complaint in result.stderr) == (2, "", True), result.stderr


def test_findings_of_a_commune_that_is_followed(tmp_path: Path) -> None:
    """Of those of its period, each once; of one that is not followed none."""
    venture = Historian(random.Random(1), crooked=True).go(12)
    world = World(tmp_path)
    world.set_up()
    with world.writer() as writer, writer.batch():
        for log in venture.logs.values():
            arrive(writer, log, 1, len(log))
    world.time = LATER
    assert "FINDINGS" not in world.run("digest", "--since", "2000-01-01").stdout
    world.follow(Address.parse("commune@fields.example"), "commune")
    page = world.run("digest", "--since", "2000-01-01").stdout
    assert "FINDINGS\n========\n" in page
    assert "* worked out from the records of commune@fields.example, " in page
