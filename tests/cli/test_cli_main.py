"""The frame: the table of commands, help, environment variables, faults and exit codes."""

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import click
import pytest
from click.testing import CliRunner, Result

from thimbl import __version__
from thimbl.cli import errors
from thimbl.cli.errors import FAULTS, Failure, explain
from thimbl.cli.main import main
from thimbl.cli.options import Command, Group, Option, command, group, json_option, option
from thimbl.cli.table import COMMANDS, Entry

ROOT = Path(__file__).resolve().parents[2]
RUN = "import sys; from thimbl.cli.main import run; sys.exit(run())"


def invoke(*args: str, **env: str) -> Result:
    return CliRunner().invoke(main, list(args), env=env)


Found = tuple[tuple[str, ...], click.Command, click.Context]


def commands(name: str) -> list[Found]:
    """The command of that name and those in it: the words that call each, and the context that it would run in."""
    root = click.Context(main, info_name="thimbl", auto_envvar_prefix="THIMBL")

    def walk(parent: click.Context, group: click.Group, name: str, path: tuple[str, ...]) -> Iterator[Found]:
        found = group.get_command(parent, name)
        assert found is not None
        context = click.Context(found, parent=parent, info_name=name)
        yield (*path, name), found, context
        if isinstance(found, click.Group):
            for child in found.list_commands(context):
                yield from walk(context, found, child, (*path, name))

    return list(walk(root, main, name, ()))


Add = Callable[[str, click.Command], None]


@pytest.fixture
def add(monkeypatch: pytest.MonkeyPatch) -> Add:
    """Puts a command of a test's own into the table, in a module of its own."""

    def put(name: str, made: click.Command) -> None:
        module = ModuleType(f"thimbl_tests_{name}")
        vars(module)["made"] = made
        monkeypatch.setitem(sys.modules, module.__name__, module)
        monkeypatch.setitem(COMMANDS, name, Entry("Read", f"{module.__name__}:made", "A test's."))

    return put


# help


def test_help_lists_every_command_and_imports_none() -> None:
    """In a fresh interpreter: the table is all that it takes."""
    code = (
        "import sys\nfrom thimbl.cli.main import run\nsys.argv[1:] = ['--help']\ncode = run()\n"
        "import json\nloaded = [name for name in sys.modules if name.startswith('thimbl.')]\n"
        "print(json.dumps(loaded), file=sys.stderr)\n"
        "sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    for name, entry in COMMANDS.items():
        assert f"\n  {name} " in done.stdout
        assert entry.help in done.stdout
    frame = {"cli", "cli.main", "cli.context", "cli.errors", "cli.options", "cli.table", "core", "core.terminal"}
    frame.add("core.version")
    assert set(json.loads(done.stderr)) == {f"thimbl.{name}" for name in frame}


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_every_command(name: str) -> None:
    """It says what the command does and shows how; it fits into 80 columns, but for what one might type."""
    for path, found, _ in commands(name):
        result = invoke(*path, "--help")
        assert result.exit_code == 0
        assert isinstance(found, (Command, Group)), path
        text, _, examples = result.stdout.partition("\nExamples:\n")
        assert found.help, path
        assert f"thimbl {' '.join(path)}" in examples, path
        assert max(map(len, text.splitlines())) <= 80, path
        assert all(line == "" or line.startswith("  ") for line in examples.splitlines()), path
        assert invoke(*path, "-h").stdout == result.stdout


def test_help_loads_nothing_to_work_with() -> None:
    """No command needs keys, YAML, SQL or the network to say what it does: each imports those when it runs."""
    heavy = ("twisted", "textual", "cryptography", "yaml", "sqlite3", "asyncio", "thimbl.store", "thimbl.home")
    code = (
        "import sys\nfrom thimbl.cli.main import main, run\nfrom thimbl.cli.table import COMMANDS\n"
        "for name in COMMANDS:\n    sys.argv[1:] = [name, '--help']\n    assert run() == 0\n"
        f"    print(name, *(heavy for heavy in {heavy!r} if heavy in sys.modules), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr.splitlines() == list(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_table_says_what_the_command_says(name: str) -> None:
    """The help in the table is the first paragraph of the command's own."""
    _, found, _ = commands(name)[0]
    assert found.name == name
    assert (found.help or "").partition("\n\n")[0].replace("\n", " ").strip() == COMMANDS[name].help


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_has_its_variable(name: str) -> None:
    """THIMBL_<COMMAND>_<OPTION>, for the commands of groups too."""
    for path, found, context in commands(name):
        prefix = "_".join(("THIMBL", *path)).upper().replace("-", "_")
        for parameter in found.params:
            if isinstance(parameter, click.Option):
                assert isinstance(parameter, Option), (path, parameter.name)
                assert parameter.help, (path, parameter.name)
                [*_, spelling] = sorted((name for name in parameter.opts if name.startswith("--")), key=len)
                assert parameter.variable(context) == f"{prefix}_{spelling[2:].replace('-', '_').upper()}"


def test_variables_count(add: Add) -> None:
    """They are read as the option is; the command line wins; `--json` gives its name, not the parameter."""

    @group(examples="thimbl pail fill")
    def pail() -> None:
        """A test's."""

    @command("fill", examples="thimbl pail fill")
    @option("-n", "--how-much", "amount", type=int, default=1)
    @json_option
    def fill(amount: int, as_json: bool) -> None:
        """A test's."""
        click.echo(f"{amount} {as_json}")

    pail.add_command(fill)
    add("pail", pail)
    assert invoke("pail", "fill").stdout == "1 False\n"
    assert invoke("pail", "fill", THIMBL_PAIL_FILL_HOW_MUCH="7", THIMBL_PAIL_FILL_JSON="1").stdout == "7 True\n"
    assert invoke("pail", "fill", "-n", "8", THIMBL_PAIL_FILL_HOW_MUCH="7").stdout == "8 False\n"
    assert invoke("pail", "fill", THIMBL_PAIL_FILL_AMOUNT="7", THIMBL_PAIL_FILL_HOW_MUCH="").stdout == "1 False\n"
    wrong = invoke("pail", "fill", THIMBL_PAIL_FILL_HOW_MUCH="many")
    assert wrong.exit_code == 2
    assert wrong.stderr.count("\n") == 1


def test_completion() -> None:
    """Commands by the table, and what a command completes by itself; nothing is told on stderr."""
    for line, completed in (("thimbl tim", {"timeline"}), ("thimbl timeline --newe", {"--newest-first"})):
        env = {
            **os.environ, "_THIMBL_COMPLETE": "bash_complete", "_THIMBL_LINE": line, "_THIMBL_WORD": line.split()[-1]
        }
        done = subprocess.run(
            [sys.executable, "-c", RUN], cwd=ROOT, env=env, capture_output=True, text=True, check=True
        )
        assert {line.partition("\t")[2] for line in done.stdout.splitlines()} == completed
        assert done.stderr == ""


def test_version() -> None:
    """On stdout; and no stray variable breaks the program."""
    assert invoke("--version").stdout == f"thimbl {__version__}\n"
    assert invoke("--help", THIMBL_VERSION="1.2.3").exit_code == 0


def test_nothing_asked() -> None:
    """The help is the answer, and it counts as called wrongly."""
    result = invoke()
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("Usage: thimbl ")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["tim"], "thimbl: There is no command 'tim'. Did you mean 'timeline'? See 'thimbl --help'.\n"),
        (["tmieline"], "thimbl: There is no command 'tmieline'. Did you mean 'timeline'? See 'thimbl --help'.\n"),
        (["zzz"], "thimbl: There is no command 'zzz'. See 'thimbl --help'.\n"),
        (["--nonsense"], "thimbl: No such option '--nonsense'. See 'thimbl --help'.\n"),
        (["verify"], "thimbl: Missing argument 'FILE'. See 'thimbl verify --help'.\n"),
    ],
)
def test_usage(args: list[str], said: str) -> None:
    """One line, on stderr, with the next step."""
    result = invoke(*args)
    assert (result.exit_code, result.stdout) == (2, "")
    # click 8.5 words the option's fault a little differently than 8.2.
    assert result.stderr.replace("option: --nonsense", "option '--nonsense'") == said


# faults


class Documented(Failure):
    """The pail is empty. Fill it first.

    This is for programmers.
    """

    def __init__(self) -> None:
        super().__init__("")


def failing(fault: BaseException) -> Command:
    @command(examples="thimbl broken")
    def broken() -> None:
        """A test's."""
        raise fault

    return broken


def store_fault() -> Exception:
    from thimbl.store.errors import StoreTooNew

    return StoreTooNew()


@pytest.mark.parametrize(
    ("fault", "code", "said"),
    [
        (Failure("No pail. Bring one."), 1, "No pail. Bring one."),
        (Failure("No pail", 3), 3, "No pail."),
        (Documented(), 1, "The pail is empty. Fill it first."),
        (click.ClickException("no"), 1, "no."),
        (click.Abort(), 1, "Nothing was done."),
        (OSError(errno.ENOSPC, "No space left on device", "/x/y"), 1, "/x/y: No space left on device. Make room, then"
         " run it again."),
        (PermissionError(errno.EACCES, "Permission denied", "/x"), 1, "/x: Permission denied."),
    ],
    ids=repr,
)
def test_expected_faults(add: Add, fault: Exception, code: int, said: str) -> None:
    """The message, or else the docstring; never a traceback."""
    add("broken", failing(fault))
    result = invoke("broken")
    assert (result.exit_code, result.stdout, result.stderr) == (code, "", f"thimbl: {said}\n")
    assert "Traceback" in invoke("broken", THIMBL_DEBUG="1").stderr or isinstance(fault, click.Abort)


def test_faults_of_the_layers_below() -> None:
    """The table knows them by name, and their subclasses with them; every name in it is a class that there is."""
    for name, code in FAULTS.items():
        module, _, attribute = name.rpartition(".")
        cls = getattr(import_module(module), attribute)
        assert issubclass(cls, Exception)
        assert 0 < code < 5
    explained = explain(store_fault())
    assert explained is not None
    assert explained[0] == 1
    assert "newer thimbl" in explained[1]


def test_hostile_words_in_a_fault(add: Add) -> None:
    """A message may repeat what a stranger wrote."""
    add("broken", failing(Failure("\x1b]0;owned\x07 \x9b31m \u202ebidi")))
    result = invoke("broken")
    assert not set(result.stderr) & {"\x1b", "\x07", "\x9b", "\u202e"}


def test_unexpected_fault(add: Add) -> None:
    """One line that says what to do; the traceback only when it is asked for."""
    add("broken", failing(KeyError("pa\nil")))
    result = invoke("broken")
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "KeyError: 'pa\\nil'" in result.stderr
    assert "THIMBL_DEBUG=1" in result.stderr
    debug = invoke("broken", THIMBL_DEBUG="1").stderr
    assert debug.startswith("Traceback")
    assert debug.endswith(result.stderr)


def test_interrupt_is_quiet(add: Add) -> None:
    """Ctrl-C: no words, and the code of SIGINT."""
    add("broken", failing(KeyboardInterrupt()))
    result = invoke("broken")
    assert result.exit_code == 130
    assert result.output.strip() == ""


@pytest.mark.parametrize(("returned", "code"), [(None, 0), (0, 0), (3, 3), (4, 4), (True, 0), ("3", 0)])
def test_exit_code_is_what_the_command_returns(add: Add, returned: object, code: int) -> None:
    """Through the group as well."""

    @command(examples="thimbl done")
    def done() -> object:
        """A test's."""
        return returned

    add("done", done)
    assert invoke("done").exit_code == code


@pytest.mark.parametrize("args", [["--help"], ["verify", "--help"]])
def test_reader_that_goes_away(args: list[str]) -> None:
    """`thimbl ... | head`: not a word, and the code of SIGPIPE."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-c", RUN, *args], cwd=ROOT, stdout=writing, stderr=subprocess.PIPE, check=False
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (errors.READER_GONE, b"")


def test_closed_standard_files() -> None:
    """`thimbl serve >&- 2>&-` in a script: nothing else gets their numbers, and what is printed goes nowhere."""
    code = (
        "import os, sys, thimbl.cli.main as main\nsys.argv[1:] = ['--version']\nstatus = main.run()\nprint('more')\n"
        "same = all(os.path.samestat(os.stat('/dev/null'), os.fstat(number)) for number in range(3))\n"
        "os._exit(7 if same and not status and os.get_inheritable(1) else 1)\n"
    )
    shell = ["sh", "-c", '"$0" -c "$1" <&- >&- 2>&-', sys.executable, code]
    assert subprocess.run(shell, cwd=ROOT, check=False).returncode == 7


def test_other_encodings() -> None:
    """A terminal that can not show something shows its number; JSON is UTF-8 all the same."""
    env = {**os.environ, "PYTHONIOENCODING": "ascii"}
    plan = str(ROOT / "tests" / "vectors" / "alice.plan")
    shown = [
        subprocess.run(
            [sys.executable, "-c", RUN, "verify", plan, "--now", "2026-11-23", *more],
            cwd=ROOT, env=env, capture_output=True, check=False,
        )
        for more in ([], ["--json"])
    ]
    assert [done.stderr for done in shown] == [b"", b""]
    assert shown[0].stdout.startswith(b"\\u2713 verified")
    assert json.loads(shown[1].stdout)["address"] == "alice@lowerfield.example"
