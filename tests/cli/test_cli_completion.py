"""Completion: what may be meant by a word, and how it is written for each shell."""

import shlex
import subprocess
from collections.abc import Callable

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cli.reading_room import ANA, LOWER, MARK, World
from thimbl.cli.completion.bash_words import read_line
from thimbl.cli.completion.fixed import months
from thimbl.cli.completion.meant import _HERE, _STATEMENTS
from thimbl.cli.completion.shells import SCRIPTS, Bash, Fish, Zsh, script
from thimbl.cli.main import main
from thimbl.core.commune.statements import STATEMENT_KINDS
from thimbl.core.web import FeedUrl
from thimbl.store.web import know

Complete = Callable[..., dict[str, str]]

OFFER = {
    "commune": str(LOWER), "series": "TRACTOR-1", "asset": "A small tractor", "face": "2400.00 EUR",
    "unit": "100.00 EUR", "rent": "200.00 EUR", "term": 24, "rate_bp": 400, "closes": "2099-12-20T00:00:00Z",
}  # fmt: skip
CHARTER = {"name": "The Fields", "currency": "EUR", "digits": 2, "period": "month", "rules": 1}


@pytest.fixture
def complete(world: World, monkeypatch: pytest.MonkeyPatch) -> Complete:
    """What zsh is told for these words, the last of which is being typed: values, and what they are."""
    monkeypatch.setenv("THIMBL_HOME", str(world.home))

    def ask(*words: str) -> dict[str, str]:
        monkeypatch.setattr("sys.argv", ["thimbl", *words])
        lines = Zsh(main, {}, "thimbl", "_THIMBL_COMPLETE").complete().splitlines()
        told = (line.partition("\t")[2].replace(r"\:", "\0").partition(":") for line in lines)
        return {value.replace("\0", ":"): what.replace("\0", ":") for value, _, what in told}

    return ask


def bash(monkeypatch: pytest.MonkeyPatch, line: str, replaced: str, **environ: str) -> list[str]:
    """The lines that bash gets for a command line whose last word ends with `replaced`."""
    for name, value in {"_THIMBL_LINE": line, "_THIMBL_WORD": replaced, **environ}.items():
        monkeypatch.setenv(name, value)
    return Bash(main, {}, "thimbl", "_THIMBL_COMPLETE").complete().splitlines()


def test_people_by_nick_and_address(world: World, complete: Complete) -> None:
    """With their own names beside them; behind `--author=` too, and after an `@`."""
    world.fetch(MARK)
    assert complete("timeline", "--author", "ma") == {"mark": "Mark, mark@mill.example", "mark@mill.example": "Mark"}
    assert complete("timeline", "--author=mark@") == {"--author=mark@mill.example": "Mark"}
    assert complete("unfollow", "@ma") == {"@mark@mill.example": "Mark"}
    assert set(complete("fetch", "")) == {"mark", "coop", "mark@mill.example", "lower@fields.example"}
    assert set(complete("bond", "transfer", "X", "1", "m")) == {"mark@mill.example"}


def test_a_nick_that_is_no_ones_alone_is_not_offered(world: World, complete: Complete) -> None:
    """`find_author` would not know whom it means."""
    world.follow(LOWER, "mark")
    assert set(complete("feed", "")) == {"mark@mill.example", "lower@fields.example"}


def test_records_by_the_beginning_of_their_ids(world: World, complete: Complete) -> None:
    """The newest first, with who says what; only one's own posts to edit; `address#` leaves those of one author."""
    mine = world.post(ANA, "First furrow. #leeks")
    other = world.post(MARK, "The river\nis \x1b[31mup.")
    shown = {other[:8]: "mark: The river is ^[[31mup.", mine[:8]: "Ana: First furrow. #leeks"}
    assert list(complete("reply", "").items()) == list(shown.items())
    assert complete("show", other[:3]) == {other[:8]: shown[other[:8]]}
    assert complete("mark", other[:8], mine[:10]) == {mine: shown[mine[:8]]}
    assert complete("edit", "") == {mine[:8]: "First furrow. #leeks"}
    assert set(complete("thread", f"{MARK}#")) == {f"{MARK}#{other[:8]}"}
    assert complete("reply", "no id") == {}


def test_what_is_muted_or_retracted_is_not_offered(world: World, complete: Complete) -> None:
    """It would be read by whoever presses Tab."""
    kept, word = world.post(MARK, "Bread."), world.post(MARK, "Football again.")
    gone = world.post(LOWER, "A slip.")
    world.pen(LOWER).retract(gone)
    world.fetch(LOWER)
    assert set(complete("show", "")) == {kept[:8], word[:8]}
    world.run("mute", "football")
    assert set(complete("show", "")) == {kept[:8]}
    assert complete("unmute", "") == {"football": "word"}
    world.run("mute", str(MARK))
    assert complete("show", "") == {}


def test_tags_series_and_keys(world: World, complete: Complete) -> None:
    """Tags with and without their sign, codes of offers, communes, keys of properties."""
    world.post(MARK, "#Leeks and #Linnets")
    world.pen(MARK).announce("bond-offer", OFFER)
    world.pen(LOWER).announce("charter", CHARTER)
    for one in (MARK, LOWER):
        world.fetch(one)
    assert set(complete("feed", "--tag", "le")) == {"leeks"}
    assert set(complete("search", "#l")) == {"#leeks", "#linnets"}
    assert complete("search", "l") == {}
    assert complete("bond", "subscribe", "") == complete("bond", "show", "tr") == {
        "TRACTOR-1": "A small tractor (mark@mill.example)"
    }
    assert set(complete("ledger", "")) == {str(LOWER)}
    assert set(complete("profile", "--set", "")) == {"website=", "email="}


def test_what_has_no_words_is_told_by_series_month_and_amount(world: World, complete: Complete) -> None:
    """An id is chosen by what stands beside it, and of a year's redemptions each is called so."""
    offer = world.pen(MARK).announce("bond-offer", OFFER).records[-1]
    about = {"offer": f"{MARK}#{offer.id}", "period": "2026-11"}
    rent = world.pen(LOWER).announce("rent", {**about, "amount": "200.00 EUR"}).records[-1]
    paid = world.pen(LOWER).announce("dividend", {"period": "2026-11"}).records[-1]
    for one in (MARK, LOWER):
        world.fetch(one)
    assert complete("audit", "--explain", "") == {
        paid.id[:8]: "coop: dividend 2026-11",
        rent.id[:8]: "coop: rent TRACTOR-1 2026-11 200.00 EUR",
    }


def test_what_is_the_same_for_everybody(complete: Complete, monkeypatch: pytest.MonkeyPatch) -> None:
    """Licences, months and times; without a store too."""
    monkeypatch.setenv("THIMBL_HOME", "/nowhere")
    assert complete("post", "--licence", "P")["PPL"] == "Peer Production License"
    assert list(complete("post", "--licence", "")) == ["PPL", "CC-BY-SA-4.0", "CC-BY-4.0", "CC0-1.0"]
    assert "GPL-3.0-or-later" in complete("post", "--licence", "gpl")
    assert [one for one, _ in months("", 1_794_995_200)] == [
        *(f"2026-{month:02}" for month in range(11, 0, -1)), "2025-12"
    ]  # fmt: skip
    assert len(complete("statement", "--until", "20")) == 12
    assert "yesterday" in complete("timeline", "--since", "")
    assert complete("timeline", "--until", "") == {}


def test_feeds_of_the_web_by_name_and_url(world: World, complete: Complete) -> None:
    """The address that stands for one is nobody's to type."""
    url = FeedUrl.parse("https://blog.example/feed.xml")
    with world.writer() as writer:
        writer.follow(url.address, "blog")
        know(writer, [url])
    assert complete("mute", "b") == {"blog": str(url)}
    assert complete("fetch", "https://b") == {str(url): "blog"}
    assert [one for one in complete("fetch", "") if "web.invalid" in one] == []


def test_names_of_kinds() -> None:
    """What is written out, so that nothing need be imported, is what the protocol has."""
    assert set(_STATEMENTS) == STATEMENT_KINDS


def test_every_exception_is_of_a_command() -> None:
    """A parameter that is called otherwise tomorrow would be passed over without a word."""
    for path, parameter in _HERE:
        found: click.Command = main
        for name in path.split():
            assert isinstance(found, click.Group)
            member = found.get_command(click.Context(found), name)
            assert member is not None, path
            found = member
        assert parameter in {one.name for one in found.params}, (path, parameter)


def test_files_choices_and_what_nobody_should_complete(complete: Complete, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shell knows files best. A fingerprint is to be compared, and a text is one's own."""
    assert set(complete("completion", "")) == set(SCRIPTS)
    assert complete("key", "pin", "mark", "") == complete("post", "") == complete("init", "") == {}
    monkeypatch.setattr("sys.argv", ["thimbl", "feed", "--output=x"])
    assert Zsh(main, {}, "thimbl", "_THIMBL_COMPLETE").complete() == "file\t--output=x"
    monkeypatch.setattr("sys.argv", ["thimbl", "tui", "--as", ""])
    assert Fish(main, {}, "thimbl", "_THIMBL_COMPLETE").complete() == "dir\t"


def test_another_home_is_looked_into(world: World, complete: Complete, monkeypatch: pytest.MonkeyPatch) -> None:
    """`commune --as FOLDER` works with the account of that folder."""
    monkeypatch.delenv("THIMBL_HOME")
    assert set(complete("commune", "--as", str(world.home), "admit", "m")) == {str(MARK)}


def test_hostile_names(world: World, complete: Complete, monkeypatch: pytest.MonkeyPatch) -> None:
    """A nick that a shell would act on is offered quoted; one that a terminal would act on is not, nor an option."""
    for number, nick in enumerate(("$(touch x) ;'\"", "a\x1b[2Jb", "-rf", "b\nc", "d\u202ee")):
        world.follow(LOWER, nick)
        offered = {value for value in complete("unfollow", "") if "@" not in value}
        assert offered == ({"mark", nick} if number == 0 else {"mark"})
    world.follow(LOWER, "$(touch x)")
    assert "plain\t" + r"\$\(touch\ x\)" in bash(monkeypatch, "thimbl unfollow ", "")
    assert bash(monkeypatch, "thimbl unfollow '$", "$") == ["plain\t$(touch x)"]


def test_bash_replaces_what_stands_behind_a_break(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """bash breaks words at `@`, `:` and `=`, and asks only for what follows."""
    monkeypatch.setenv("THIMBL_HOME", str(world.home))
    assert bash(monkeypatch, "thimbl unfollow mark@m", "m") == ["plain\tmill.example"]
    assert bash(monkeypatch, "thimbl timeline --author=ma", "ma") == ["plain\tmark", "plain\tmark@mill.example"]
    assert bash(monkeypatch, "thimbl profile --set ", "") == ["part\twebsite=", "part\temail="]
    assert bash(monkeypatch, "thimbl feed -o ", "") == ["file\t"]
    world.post(MARK, "#Leeks")
    for line, replaced, written in (("'#l", "#l", "#leeks"), (r"\#l", r"\#l", r"\#leeks"), ('"#l', "#l", "#leeks")):
        assert bash(monkeypatch, f"thimbl search {line}", replaced) == [f"plain\t{written}"]


def test_bash_shows_what_candidates_are_only_in_a_list(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where one of several is inserted as it stands, a description would be inserted with it."""
    monkeypatch.setenv("THIMBL_HOME", str(world.home))
    shown = ["plain\tmark               (mark@mill.example)", "plain\tmark@mill.example  (mark)"]
    plain = ["plain\tmark", "plain\tmark@mill.example"]
    assert bash(monkeypatch, "thimbl feed mar", "mar", _THIMBL_TYPE="63", COLUMNS="60") == shown
    assert bash(monkeypatch, "thimbl feed mar", "mar", _THIMBL_TYPE="37") == plain
    assert bash(monkeypatch, "thimbl feed mar", "mar", _THIMBL_TYPE="63", COLUMNS="20") == plain
    assert bash(monkeypatch, "thimbl unfollow mark@", "", _THIMBL_TYPE="63") == ["plain\tmill.example"]


VALUES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1)


@given(VALUES, st.sampled_from(["", "'", '"']))
def test_what_is_written_is_read_as_it_was(value: str, quote: str) -> None:
    """By this reader, and by another reader of the shell's quoting."""
    line = read_line(f"thimbl show {quote}")
    written = line.written(value)
    if quote == '"' and "!" in value:
        assert written is None
        return
    assert written is not None
    assert shlex.split(written + quote) == [value]
    again = read_line(f"thimbl show {written}")
    assert (again.words, again.word, again.raw) == (("thimbl", "show"), value, written)


def test_bash_itself_reads_it_so() -> None:
    """Everything on a keyboard, in each kind of quotes."""
    value = "".join(map(chr, range(32, 127))).replace("!", "") + " ~ é\u0301 ❄"
    words = [f"{read_line(f'thimbl show {quote}').written(value)}{quote}" for quote in ("", "'", '"')]
    command = f"printf '%s\\n' {' '.join(words)}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [value] * 3


@given(st.text(st.sampled_from("ab '\"\\@=\n")))
def test_any_line_can_be_read(text: str) -> None:
    """A reader of half a command never fails; and whole words are those of the other reader."""
    line = read_line(text)
    assert text.endswith(line.raw)
    try:
        whole = shlex.split(text)
    except ValueError:
        return
    if "\\\n" not in text:
        assert [*line.words, line.word][: len(whole)] == whole


@pytest.mark.parametrize("shell", SCRIPTS)
def test_the_scripts_are_printed(shell: str, world: World) -> None:
    """As they are installed; by click's own name for it too."""
    shown = world.run("completion", shell).stdout
    assert shown == script(shell)
    assert f"{shell}_complete" in shown


def test_nothing_is_said_where_nothing_is_here(complete: Complete, world: World) -> None:
    """A store that can not be read fails, which the scripts keep to themselves; commands are completed still."""
    world.paths.store.write_bytes(b"no store")
    with pytest.raises(Exception, match="damaged"):
        complete("show", "")
    assert "timeline" in complete("tim")
