"""A push that ends too soon, wherever that is: the far side has the old plan or the new one, whole."""

import shutil
from pathlib import Path

import pytest

from tests.home.pen import make_pen, settled_log, whole_log
from tests.support.farside import FarSide
from thimbl.core.compose import Entry
from thimbl.core.records import POST
from thimbl.home.authoring import Authoring
from thimbl.home.paths import archive_of
from thimbl.home.planfiles import PlanFiles
from thimbl.home.push import Pushed, PushFailed, Target, push

WINDOW = 16 * 1024
PLACE = Target("ana@shell.example")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is `here`, and what of it was pushed `there`: since then a post was retracted, and the next page begun."""
    folder = tmp_path_factory.mktemp("written")
    (folder / "here").mkdir()
    pen, far = make_pen(folder / "here", window=WINDOW), FarSide(folder / "there")
    pen.say([Entry(POST, {"text": f"Post {number}."}) for number in range(98)])
    push(pen.files, PLACE, ssh=far.ssh)
    pen.retract(whole_log(pen.files)[0].id)
    pen.say([Entry(POST, {"text": f"Later {number}."}) for number in range(3)])
    return folder


@pytest.fixture
def pen(tmp_path: Path, written: Path) -> Authoring:
    shutil.copytree(written / "here", tmp_path / "here")
    return make_pen(tmp_path / "here", window=WINDOW)


@pytest.fixture
def far(tmp_path: Path, written: Path) -> FarSide:
    made = FarSide(tmp_path / "there")
    shutil.copytree(written / "there" / "far", made.home, dirs_exist_ok=True)
    return made


def there(far: FarSide) -> PlanFiles:
    return PlanFiles(far.plan, archive_of(far.plan), WINDOW)


def state(far: FarSide) -> str:
    """`old` or `new`; nothing else may be there."""
    return {98: "old", 102: "new"}[len(whole_log(there(far)))]


def pushed(pen: Authoring, far: FarSide) -> Pushed | None:
    """A push, or None where it failed with a line for the person."""
    try:
        return push(pen.files, PLACE, ssh=far.ssh, silence=10)
    except PushFailed:
        return None


def heals(pen: Authoring, far: FarSide) -> None:
    """The next push does what this one did not, and leaves nothing of it."""
    assert push(pen.files, PLACE, ssh=far.ssh).seq == 102
    assert len(settled_log(there(far))) == 102
    assert {name for name in far.names() if "push" in name} == set()


def test_killed_at_any_step(pen: Authoring, far: FarSide) -> None:
    """The far shell dies before each of its commands that change anything, in turn."""
    states, step = [], 0
    while True:
        far.kill_at(step)
        if pushed(pen, far) is not None:
            break
        states.append(state(far))
        step += 1
    assert state(far) == "new"
    assert states == sorted(states, key=["old", "new"].index)
    assert states.count("old") >= 10
    far.kill_at(None)
    heals(pen, far)


def test_cut_at_any_byte(pen: Authoring, far: FarSide, tmp_path: Path) -> None:
    """The stream ends: in the script, in a file, and anywhere in the line that publishes."""
    whole = Path(far.ssh).read_text()
    stream = tmp_path / "stream"
    old = {path: path.read_bytes() for path in far.home.rglob("*") if path.is_file()}

    def restore() -> None:
        for path, data in old.items():
            path.write_bytes(data)
        (there(far).archive / "00000101.json").unlink(missing_ok=True)

    Path(far.ssh).write_text(whole.replace("exec", f"exec tee {stream} |"))
    assert pushed(pen, far) is not None
    assert state(far) == "new"
    size = stream.stat().st_size
    assert stream.read_bytes().splitlines()[-1].startswith(b"commit ")
    for cut in [*range(0, size - 140, size // 6), *range(size - 140, size, 19), size - 2, size - 1]:
        restore()
        Path(far.ssh).write_text(whole.replace("exec", f"stdbuf -o0 head -c {cut} |"))
        # Without its line end the last line is whole all the same: the nonce behind it says so.
        assert (pushed(pen, far) is None) == (cut < size - 1)
        assert state(far) == ("old" if cut < size - 1 else "new")
    Path(far.ssh).write_text(whole)
    heals(pen, far)


@pytest.mark.parametrize(
    ("program", "script", "why"),
    [
        ("cat", "exit 1", "could not be written there"),
        ("cat", "exec /bin/head -c 100", "could not be written there"),
        ("mkdir", "exit 1", "could not be written there"),
        ("chmod", "exit 1", "could not be written there"),
        ("mv", "exit 1", "not everything could be put in place"),
        ("mkdir", 'echo "By hand." >"$HOME/.plan"; exec /bin/mkdir "$@"', "changed just now"),
    ],
)
def test_what_can_go_wrong_there(pen: Authoring, far: FarSide, program: str, script: str, why: str) -> None:
    """It is said in a line; and what was published there still is."""
    far.replace(program, script)
    plan = far.plan.read_bytes()
    with pytest.raises(PushFailed, match=why):
        push(pen.files, PLACE, ssh=far.ssh)
    if why != "changed just now":
        assert far.plan.read_bytes() == plan
        assert state(far) == "old"


def test_a_host_without_any_sha256(pen: Authoring, far: FarSide) -> None:
    """Everything is sent each time, and looked at by its size."""
    far.with_posix_alone()
    for _ in range(2):
        done = push(pen.files, PLACE, ssh=far.ssh)
        assert [name for name, _ in done.sent] == ["00000001.json", "00000101.json", ".plan", "head.json"]
        assert len(settled_log(there(far))) == 102


@pytest.mark.parametrize(
    ("script", "why"),
    [
        (
            "echo 'ssh: connect to host shell.example port 22: No route to host' >&2; exit 255",
            "could not connect.*No route",
        ),
        ("printf 'Permission\\033[31m denied.\\n' >&2; exit 255", r"It says: Permission�?.*denied"),
        ("echo 'This service allows sftp connections only.'; exit 1", "no shell to talk to"),
        ("exec cat /dev/zero", "says more than it was asked for"),
        ("while :; do echo hello; done", "prints without end"),
        ('read -r line; eval "$line"; echo "$nonce ready"; exec cat >/dev/null', "answers as no shell does"),
        ('read -r line; eval "$line"; echo "$nonce tool none"; exec sleep 9', "Not a byte came"),
        ('read -r line; eval "$line"; echo "$nonce tool none"', "connection was lost"),
        ('read -r line; eval "$line"; while :; do echo "$nonce closed x"; done', "answers as no shell does"),
    ],
)
def test_who_answers_is_no_shell(pen: Authoring, far: FarSide, script: str, why: str) -> None:
    """Each has a line that says so, in which nothing is obeyed by a terminal."""
    Path(far.ssh).write_text(f"#!/bin/sh\n{script}\n")
    with pytest.raises(PushFailed, match=why) as failed:
        push(pen.files, PLACE, ssh=far.ssh, silence=0.2)
    assert str(failed.value).isprintable()
    assert state(far) == "old"


@pytest.mark.parametrize("program", ["/no/such/program", "'unclosed", "  "])
def test_there_is_no_ssh(pen: Authoring, far: FarSide, program: str) -> None:
    with pytest.raises(PushFailed, match=r"ssh|close its quotes"):
        push(pen.files, PLACE, ssh=program)
