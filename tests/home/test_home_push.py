"""`thimbl push`: plan and archive on another host, whole at every moment, and never back."""

import stat
from pathlib import Path

import pytest

from tests.home.pen import make_pen, never, settled_log, whole_log
from tests.support.farside import FarSide
from thimbl.core.address import Address
from thimbl.core.compose import Entry
from thimbl.core.keys import PrivateKey
from thimbl.core.plan import Follow
from thimbl.core.records import POST
from thimbl.home.authoring import Authoring
from thimbl.home.errors import PlanEdited, PlanProblem, Refused
from thimbl.home.paths import archive_of
from thimbl.home.planfiles import PlanFiles
from thimbl.home.push import Pushed, PushFailed, Target, push

SECRET = "What nobody is to read any more."
SHELLS = ["dash", "bash"]
WINDOW = 16 * 1024


class Clock:
    def __init__(self) -> None:
        self.time = never()

    def __call__(self) -> float:
        self.time += 60
        return self.time


@pytest.fixture
def far(tmp_path: Path) -> FarSide:
    return FarSide(tmp_path / "there")


@pytest.fixture
def pen(tmp_path: Path) -> Authoring:
    """Somebody with 7 posts."""
    (tmp_path / "here").mkdir()
    made = make_pen(tmp_path / "here", window=WINDOW, clock=Clock())
    say(made, 7)
    return made


def say(pen: Authoring, count: int) -> None:
    pen.say([Entry(POST, {"text": f"Post {number}. Grüße 🌾\ndes\\n 'quoted' $HOME `x`"}) for number in range(count)])


def pushed(pen: Authoring, far: FarSide, where: str = "", *, dry_run: bool = False, force: bool = False) -> Pushed:
    target = Target.parse(f"ana@shell.example{where}")
    return push(pen.files, target, ssh=far.ssh, dry_run=dry_run, force=force)


def there(far: FarSide, plan: str = ".plan") -> PlanFiles:
    return PlanFiles(far.home / plan, archive_of(far.home / plan), WINDOW)


def sent(result: Pushed) -> list[str]:
    return [name for name, _ in result.sent]


@pytest.mark.parametrize("shell", SHELLS)
def test_only_what_changed_is_sent(pen: Authoring, tmp_path: Path, shell: str) -> None:
    """Byte for byte; first all, then the page that grows, then nothing."""
    far = FarSide(tmp_path / shell, shell)
    say(pen, 300)
    first = pushed(pen, far)
    assert sent(first) == ["00000001.json", "00000101.json", "00000201.json", "00000301.json", ".plan", "head.json"]
    assert len(settled_log(there(far))) == 307
    assert far.plan.read_bytes() == pen.files.plan.read_bytes()
    for page in pen.files.pages():
        assert (there(far).archive / f"{page:08d}.json").read_bytes() == (
            pen.files.archive / f"{page:08d}.json"
        ).read_bytes()
    pen.post("One more.")
    again = pushed(pen, far)
    assert sent(again) == ["00000301.json", ".plan", "head.json"]
    assert dict(again.sent)[".plan"] == far.plan.stat().st_size
    assert settled_log(there(far))[-1].text == "One more."
    assert pushed(pen, far).sent == ()


def test_every_byte_goes_through_a_here_document(far: FarSide, pen: Authoring) -> None:
    """Whatever a text may hold: quotes, dollars, backslashes, and the bytes that some shells keep for themselves."""
    for text in (
        "\\",
        "$(reboot) `reboot` ${HOME} \\$x",
        "''\"\"",
        "\u0081\u0082\u0083\u0088 \x7f \x01",
        "한국어 𝕏",
    ):
        pen.post(text)
    texts = [record.text for record in whole_log(pen.files)]
    pushed(pen, far)
    assert [record.text for record in settled_log(there(far))] == texts
    assert far.plan.read_bytes() == pen.files.plan.read_bytes()


def test_others_can_read_it(far: FarSide, pen: Authoring) -> None:
    """Whatever the modes were here; and a home that nobody may enter is told of."""
    pen.files.plan.chmod(0o600)
    assert pushed(pen, far).closed == ()
    assert {stat.S_IMODE(path.stat().st_mode) for path in far.home.rglob("*") if path.is_file()} == {0o644}
    assert stat.S_IMODE(there(far).archive.stat().st_mode) == 0o755
    far.home.chmod(0o700)
    assert pushed(pen, far).closed == ("folder",)


def test_what_was_retracted_leaves_the_far_side_too(far: FarSide, pen: Authoring) -> None:
    published = pen.post(SECRET)
    say(pen, 250)
    pushed(pen, far)
    pen.retract(published.plan.head.last or "")
    assert sent(pushed(pen, far)) == ["00000001.json", "00000201.json", ".plan", "head.json"]
    assert SECRET not in "".join(path.read_text() for path in far.home.rglob("*") if path.is_file())
    settled_log(there(far))


def test_a_long_list_of_following(far: FarSide, pen: Authoring) -> None:
    follows = [Follow(f"n{number}", Address.parse(f"n{number}@far.example")) for number in range(250)]
    pen.describe({}, follows=follows)
    assert "following.json" in sent(pushed(pen, far))
    settled_log(there(far))
    pen.post("More.")
    assert "following.json" not in sent(pushed(pen, far))


def test_a_dry_run_changes_nothing(far: FarSide, pen: Authoring) -> None:
    assert sent(pushed(pen, far, dry_run=True)) == ["00000001.json", ".plan", "head.json"]
    assert far.names() == set()


def test_other_folders(far: FarSide, pen: Authoring) -> None:
    """A folder, and a plan with a name of its own, as in a spool; however they are called."""
    (far.home / "it's a $HOME; reboot").mkdir()
    pushed(pen, far, ":it's a $HOME; reboot")
    assert len(settled_log(there(far, "it's a $HOME; reboot/.plan"))) == 7
    (far.home / "-n").mkdir()
    pushed(pen, far, ":-n/ana.plan")
    assert len(settled_log(there(far, "-n/ana.plan"))) == 7
    pushed(pen, far, f":{far.home}/-n")
    assert len(settled_log(there(far, "-n/.plan"))) == 7
    with pytest.raises(PushFailed, match="no such folder"):
        pushed(pen, far, ":nowhere")


@pytest.mark.parametrize(
    ("text", "target", "again"),
    [
        ("shell.example", Target("shell.example"), "shell.example"),
        ("ana@shell.example:", Target("ana@shell.example"), "ana@shell.example"),
        ("ana@[::1]:spool/ana.plan", Target("ana@::1", "spool", "ana.plan"), "ana@::1:spool/ana.plan"),
        ("box:~", Target("box"), "box"),
        ("box:~/www", Target("box", "www"), "box:www"),
        ("box:/var/spool/ana.plan", Target("box", "/var/spool", "ana.plan"), "box:/var/spool/ana.plan"),
        ("box:/.plan", Target("box", "/"), "box:/"),
        ("box:.plan", Target("box"), "box"),
    ],
)
def test_places(text: str, target: Target, again: str) -> None:
    assert Target.parse(text) == target
    assert str(target) == again


@pytest.mark.parametrize("text", ["", ":", "-oProxyCommand=reboot", "ana@", "a b", "box:a\nb", "box:\x1b[31m", "a@b@c"])
def test_what_is_no_place(text: str) -> None:
    with pytest.raises(Refused, match="no place to push to"):
        Target.parse(text)


# never back


def test_a_newer_plan_is_left_alone(far: FarSide, pen: Authoring, tmp_path: Path) -> None:
    """And kept, where a person insists."""
    pushed(pen, far)
    elsewhere = make_pen(far.home, window=WINDOW, clock=pen.clock)
    elsewhere.post("Written on the shell host.")
    newer = far.plan.read_bytes()
    with pytest.raises(Refused, match="newer: it goes to record 8"):
        pushed(pen, far)
    pen.post("Written here.")
    with pytest.raises(Refused, match="another branch of your log: record 8"):
        pushed(pen, far)
    assert far.plan.read_bytes() == newer
    assert pushed(pen, far, force=True).kept == ".plan.replaced"
    assert (far.home / ".plan.replaced").read_bytes() == newer
    assert far.plan.read_bytes() == pen.files.plan.read_bytes()


def test_another_ones_plan_is_left_alone(far: FarSide, pen: Authoring) -> None:
    make_pen(far.home, key=PrivateKey.from_seed(b"b" * 32), address=Address.parse("bo@fields.example")).post("Mine.")
    with pytest.raises(Refused, match=r"that of bo@fields\.example"):
        pushed(pen, far)
    assert pushed(pen, far, force=True).kept == ".plan.replaced"


def test_a_plan_that_was_changed_by_hand_is_left_alone(far: FarSide, pen: Authoring) -> None:
    pushed(pen, far)
    pen.post("More.")
    far.plan.write_text(far.plan.read_text().replace("Post 3", "Post III"))
    with pytest.raises(Refused, match="changed by hand"):
        pushed(pen, far)
    assert "Post III" in far.plan.read_text()


def test_plain_words_are_kept(far: FarSide, pen: Authoring) -> None:
    """As on this side: under another name, and never over what has it."""
    far.plan.write_text("Gone fishing.\n")
    assert pushed(pen, far).kept == ".plan.before-thimbl"
    far.plan.write_text("Back.\n")
    assert pushed(pen, far).kept == ".plan.before-thimbl-2"
    far.plan.write_text("Gone fishing.\n")
    assert pushed(pen, far).kept == ".plan.before-thimbl"
    assert (far.home / ".plan.before-thimbl").read_text() == "Gone fishing.\n"
    assert (far.home / ".plan.before-thimbl-2").read_text() == "Back.\n"
    far.plan.write_text("")
    assert pushed(pen, far).kept is None
    settled_log(there(far))


def test_what_push_does_not_know_stays(far: FarSide, pen: Authoring) -> None:
    (far.home / ".plan.d").mkdir()
    for name in (".plan.d/notes.txt", ".plan.d/.lock", ".plan.d/99999901.json", ".project"):
        (far.home / name).write_text("mine")
    pushed(pen, far)
    assert {".plan.d/notes.txt", ".plan.d/.lock", ".plan.d/99999901.json", ".project"} <= far.names()


def test_a_link_is_followed(far: FarSide, pen: Authoring) -> None:
    (far.home / "real").mkdir()
    (far.home / "real" / "plan").write_text("")
    far.plan.symlink_to("real/plan")
    pushed(pen, far)
    assert far.plan.is_symlink()
    assert len(settled_log(there(far))) == 7


def test_nothing_broken_goes_out(far: FarSide, pen: Authoring) -> None:
    """A plan that was edited or lost, and a page that is damaged, stay here."""
    say(pen, 300)
    page = pen.files.archive / "00000001.json"
    for path, fault in ((page, PlanProblem), (pen.files.plan, PlanEdited)):
        whole = path.read_bytes()
        path.write_bytes(whole.replace(b"Post 1.", b"Past 1.", 1)[:-20] + b"\n")
        with pytest.raises(fault):
            pushed(pen, far)
        path.write_bytes(whole)
    pen.files.plan.unlink()
    with pytest.raises((Refused, PlanEdited)):
        pushed(pen, far)
    assert not [name for name in far.names() if ".push/" not in name]


def test_what_was_never_published_stays_here(far: FarSide, pen: Authoring) -> None:
    """A writer who is killed may leave a record in the archive that no plan names."""
    before = pen.files.plan.read_bytes(), (pen.files.archive / "head.json").read_bytes()
    pen.post(SECRET)
    pen.files.plan.write_bytes(before[0])
    (pen.files.archive / "head.json").write_bytes(before[1])
    assert SECRET in (pen.files.archive / "00000001.json").read_text()
    pushed(pen, far)
    assert SECRET not in (there(far).archive / "00000001.json").read_text()
    assert len(settled_log(there(far))) == 7


def test_a_plan_without_its_archive(far: FarSide, pen: Authoring) -> None:
    """It is what there is: pages that are missing here are left as they are there."""
    say(pen, 300)
    pushed(pen, far)
    for path in pen.files.archive.iterdir():
        path.unlink()
    pen.describe({"bio": "Grows leeks."})
    assert "00000001.json" not in sent(pushed(pen, far))
    assert len(whole_log(there(far))) == 307


def test_there_is_nothing_to_push(far: FarSide, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    with pytest.raises(Refused, match="thimbl post"):
        pushed(make_pen(tmp_path / "new"), far)
