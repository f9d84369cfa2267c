"""A small world for the commands that read: Ana's home with a store, and people whose plans she has fetched."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from thimbl.cli.context import Context
from thimbl.cli.main import main
from thimbl.core.address import Address
from thimbl.core.compose import WINDOW_BYTES
from thimbl.core.keys import PrivateKey
from thimbl.core.log import judge, read_answer_plan
from thimbl.home.authoring import Authoring
from thimbl.home.paths import Paths, archive_of
from thimbl.home.planfiles import PlanFiles
from thimbl.home.settings import Settings, save
from thimbl.store.writer import Writer

START = 1_794_995_200  # 2026-11-18T09:46:40Z
ANA = Address.parse("ana@fields.example")
MARK = Address.parse("mark@mill.example")
LOWER = Address.parse("lower@fields.example")


def never(_seconds: float) -> None:
    """A sleep that no command of a test should need."""
    raise AssertionError("it sleeps")


class World:
    """Ana, whose home is `home`, and those whom she can read. The clock goes on a minute with each act."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "ana"
        self.time = START
        self.paths = Paths.find({"THIMBL_HOME": str(self.home)})
        self.pens: dict[Address, Authoring] = {}

    def clock(self) -> float:
        return float(self.time)

    def pen(self, address: Address) -> Authoring:
        """Somebody's log, which begins when it is first asked for."""
        if address not in self.pens:
            plan = self.paths.plan if address == ANA else self.folder / f"{address}.plan"
            key = PrivateKey.from_seed(str(address).encode().ljust(32, b".")[:32])
            files = PlanFiles(plan, archive_of(plan), WINDOW_BYTES)
            self.pens[address] = Authoring(files, address, lambda: key, self.clock, lambda number: b"\5" * number)
            self.pens[address].describe({"name": address.user.title(), "bio": ""})
        return self.pens[address]

    def set_up(self) -> None:
        """What `thimbl init` does, as far as reading goes."""
        save(self.paths, Settings(address=ANA))
        self.pen(ANA)
        with self.writer() as writer:
            writer.set_me(ANA)

    def writer(self) -> Writer:
        return Writer.open(self.paths.store)

    def follow(self, address: Address, nick: str) -> None:
        with self.writer() as writer:
            writer.follow(address, nick)

    def fetch(self, address: Address) -> str:
        """Take somebody's plan as it stands into the store; the verdict."""
        return self.take(address, self.pen(address).files.plan.read_text(encoding="utf-8"))

    def take(self, address: Address, text: str) -> str:
        """Take any answer into the store."""
        with self.writer() as writer:
            judgement = judge(read_answer_plan(text), writer.known(address, 1, 1000), self.time)
            writer.take(judgement, self.time, me=address == ANA)
        return str(judgement.verdict)

    def post(self, address: Address, text: str, **fields: str) -> str:
        """Post and fetch; the id."""
        self.time += 60
        record = self.pen(address).post(text, **fields).records[-1]
        self.fetch(address)
        return record.id

    def run(
        self, *args: str, terminal: bool = False, sleep: Callable[[float], None] = never, **environ: str
    ) -> Result:
        """A command in Ana's home, at the world's time."""
        env = {"THIMBL_HOME": str(self.home), **environ}
        context = Context(environ=env, clock=self.clock, sleep=sleep, terminal=terminal)
        return CliRunner().invoke(main, list(args), env=env, obj=context)

    def lines(self, *args: str) -> list[str]:
        """What a command that works prints."""
        result = self.run(*args)
        assert (result.exit_code, result.stderr) == (0, "")
        return result.stdout.splitlines()


def objects(world: World, *args: str) -> list[dict[str, Any]]:
    """What a command prints with `--json`."""
    return [json.loads(line) for line in world.lines(*args, "--json")]


def texts(world: World, *args: str) -> list[str]:
    """The texts of the items that a command lists."""
    return [item["text"] for item in objects(world, *args)]
