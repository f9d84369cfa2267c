"""A host as its settings make it: message, people without a plan, aliases, lists made in the background."""

import os
import pwd
import threading

import pytest

from tests.support.asking import LATER, ask, refused
from tests.support.scribe import Scribe
from tests.support.spooler import spool
from thimbl.core.answer import says_no_plan
from thimbl.home.serving import ServeSettings
from thimbl.node.serving import refreshed
from thimbl.node.serving.accounts import PASSWD_SECONDS, Account, Homes, OwnAccount, Spool
from thimbl.node.serving.answering import Answerer
from thimbl.node.serving.frontdoor import MAX_MATCHES, MAX_MESSAGE
from thimbl.node.serving.hosting import NoAccounts, make_accounts, make_answerer
from thimbl.node.serving.refreshed import Refreshed

ME = os.getuid()


@pytest.fixture
def shell_host(tmp_path, monkeypatch):
    """Makes accounts of a shell host: `(login, gecos, plan)`."""
    people: dict[str, pwd.struct_passwd] = {}
    monkeypatch.setattr(pwd, "getpwnam", lambda name: people[name])
    monkeypatch.setattr(pwd, "getpwall", lambda: list(people.values()))

    def add(name, gecos="", plan=None, mode=0o755):
        home = tmp_path / name
        home.mkdir()
        home.chmod(mode)
        if plan is not None:
            (home / ".plan").write_text(plan)
            (home / ".plan").chmod(0o644)
        people[name] = pwd.struct_passwd((name, "x", ME, ME, gecos, str(home), "/bin/secret-shell"))
        return home

    return add


def homes(**more):
    return make_answerer(ServeSettings(homes=True, min_uid=0, **more))


class TestAccounts:
    def test_which(self, tmp_path):
        own = Account("ana", "Ana", tmp_path / "p")
        assert make_accounts(ServeSettings(), own) == OwnAccount(own)
        assert make_accounts(ServeSettings(spool=tmp_path), own) == Spool(tmp_path)
        found = make_accounts(ServeSettings(homes=True, min_uid=500), own)
        assert isinstance(found, Homes)
        assert found.min_uid == 500

    @pytest.mark.parametrize("serve", [{}, {"spool": "gone"}, {"spool": "", "homes": True}])
    def test_nobody(self, tmp_path, serve):
        if "spool" in serve:
            serve = {**serve, "spool": tmp_path / serve["spool"]}
        with pytest.raises(NoAccounts):
            make_answerer(ServeSettings(**serve))

    def test_aliases_of_the_settings(self, tmp_path):
        spool(tmp_path, Scribe())
        host = make_answerer(ServeSettings(spool=tmp_path, aliases={"webmaster": "alice"}))
        assert ask(host, "webmaster") == ask(host, "alice")


class TestMessage:
    def test_above_the_list_and_read_anew(self, tmp_path):
        message = tmp_path / "message"
        host = make_answerer(ServeSettings(spool=tmp_path, message=message))
        nobody = ask(host, "")
        for words in ("Welcome.\n", "Closed \x1b[2Jon\x9b Sunday\u202e\n\n\n", "Welcome.\n"):
            message.write_text(words)
            first = ask(host, "").decode().splitlines()
            assert first[1] == ""
            assert first[0] in ("Welcome.", r"Closed ^[[2Jon\u{9b} Sunday\u{202e}")
            assert ask(host, "").endswith(nobody)
        message.write_bytes(b"\xff" + b"x" * 10 * MAX_MESSAGE)
        assert len(ask(host, "")) < 2 * MAX_MESSAGE
        for gone in (lambda: message.write_text(" \n"), message.unlink, message.mkdir):
            gone()
            assert ask(host, "") == nobody


class TestPeople:
    def test_as_finger_always_did(self, shell_host):
        home = shell_host("ana", "& Field,Office 5,555-1234,555-9999")
        (home / ".forward").write_text("ana@secret.example")
        (home / ".project").write_text("Leeks\x1b[2J,\nand more of them\n")
        assert refused(ask(homes(), "ana")).endswith("no such user.")
        raw = ask(homes(people=True), "ana")
        assert raw.decode().splitlines() == [
            "Login: ana                              Name: Ana Field",
            "Project: Leeks^[[2J,",
            "No Plan.",
        ]
        assert says_no_plan(raw)
        assert ask(homes(people=True), "ana", verbose=True) == raw

    def test_a_project_stands_above_a_plan_too_and_an_edit_of_it_shows(self, shell_host):
        home = shell_host("ana", "Ana", "Here.")
        host = homes()
        assert b"Project" not in ask(host, "ana")
        for words in ("Leeks", "Cows"):
            (home / ".project").write_text(words)
            assert f"Project: {words}\r\n".encode() in ask(host, "ana")
        (home / ".project").chmod(0o600)
        assert b"Project" not in ask(host, "ana")

    def test_whoever_opted_out_is_nobody(self, shell_host):
        (shell_host("ana", "Ana Field") / ".nofinger").touch()
        shell_host("bo", "Bo Field", mode=0o700)
        host = homes(people=True)
        for name in ("ana", "bo", "field", "Ana", "ana/head", "bo/thread/a"):
            assert refused(ask(host, name)).endswith("no such user.")

    def test_opting_out_counts_from_the_next_query_on(self, shell_host):
        home = shell_host("ana", "Ana Field", "Here.")
        host = homes(people=True)
        assert b"Here." in ask(host, "ana")
        (home / ".plan").chmod(0o600)
        assert ask(host, "ana").endswith(b"No Plan.\r\n")
        (home / ".plan").chmod(0o644)
        assert b"Here." in ask(host, "ana")
        (home / ".nofinger").touch()
        refused(ask(host, "ana"))
        (home / ".nofinger").unlink()
        home.chmod(0o700)
        refused(ask(host, "ana"))

    def test_what_the_user_database_says_counts_after_a_minute(self, shell_host, monkeypatch):
        """Though nothing in the home has changed, and the answer was kept."""
        clock = [1_000.0]
        monkeypatch.setattr("time.monotonic", lambda: clock[0])
        shell_host("ana", "Ana Field", "Here.")
        host = Answerer(Homes(0, lambda: clock[0]), lambda: LATER)
        assert b"Name: Ana Field" in ask(host, "ana")
        people = pwd.getpwnam("ana")
        monkeypatch.setattr(pwd, "getpwnam", lambda name: pwd.struct_passwd((*people[:4], "Ana Mill", *people[5:])))
        assert b"Name: Ana Field" in ask(host, "ana")
        clock[0] += PASSWD_SECONDS
        assert b"Name: Ana Mill" in ask(host, "ana")

    def test_ambiguous_names(self, shell_host):
        """RFC 1288 2.5.4: a login before a name; one by any part of it; several are listed; and none without leave."""
        shell_host("ana", "Ana Field")
        shell_host("bo", "Bo Field", "Bo's plan.")
        shell_host("field", "Di Mill")
        host = homes(people=True)
        assert b"Name: Di Mill" in ask(host, "field")
        assert ask(host, "FIELD").decode().splitlines() == [
            "Login                Name",
            "ana                  Ana Field",
            "bo                   Bo Field",
            "field                Di Mill",
        ]
        assert ask(host, "mill") == ask(host, "field")
        assert ask(host, "BO") == ask(host, "bo")
        assert b"Bo's plan." in ask(host, "bo")
        assert refused(ask(host, "fiel")).endswith("no such user.")
        for name in ("mill", "BO"):
            assert refused(ask(homes(), name)).endswith("no such user.")

    def test_nobody_reads_a_host_out_by_a_common_name(self, shell_host):
        for number in range(MAX_MATCHES + 10):
            shell_host(f"u{number:03}", "Ana Smith")
        assert ask(homes(people=True), "smith").count(b"\n") == MAX_MATCHES + 1

    def test_the_empty_query_lists_none_of_them(self, shell_host):
        shell_host("ana", "Ana Field")
        assert refused(ask(homes(people=True), "")).startswith("Nobody here")


class Threads:
    """A background whose work runs when the test says so."""

    def __init__(self):
        self.waiting = []

    def __call__(self, work):
        self.waiting.append(work)

    def run(self):
        while self.waiting:
            self.waiting.pop()()


class TestBackground:
    @pytest.fixture(autouse=True)
    def at_once(self, monkeypatch):
        monkeypatch.setattr(Refreshed.current, "__defaults__", (0.0,))

    def test_nobody_waits_for_a_walk_over_all_accounts(self, tmp_path):
        spool(tmp_path, Scribe(properties={"listed": "yes"}))
        threads = Threads()
        host = make_answerer(ServeSettings(spool=tmp_path), background=threads)
        assert b"Ask again in a moment" in ask(host, "")
        assert b"Ask again in a moment" in ask(host, "timeline")
        assert ask(host, "alice").startswith(b"Login: alice")
        threads.run()
        assert b"alice" in ask(host, "")
        assert b"has posted" in ask(host, "timeline")

    def test_how_often(self):
        """The last one is given while the next is made, and a making rests twenty times as long as it took."""
        clock, made, threads = [0.0], [0], Threads()

        def make():
            clock[0] += 3.0
            made[0] += 1
            return made[0]

        slow = Refreshed(make, threads, lambda: clock[0])
        assert slow.current() is None
        assert slow.current() is None
        assert len(threads.waiting) == 1
        threads.run()
        assert slow.current() == 1
        clock[0] += refreshed.REST * 3.0 - 1
        assert slow.current() == 1
        assert not threads.waiting
        clock[0] += 2
        assert slow.current() == 1
        threads.run()
        assert slow.current() == 2

    def test_a_fault_is_told_once_and_does_not_end_it(self):
        clock, threads, faults = [0.0], Threads(), [OSError("no more files")]

        def make():
            if faults:
                raise faults.pop()
            return "made"

        some = Refreshed(make, threads, lambda: clock[0])
        assert some.current() is None
        threads.run()
        with pytest.raises(OSError, match="no more files"):
            some.current()
        clock[0] += 1
        assert some.current() is None
        threads.run()
        assert some.current() == "made"

    def test_who_waits_for_the_first_is_told_once(self):
        clock, threads, faults, told = [0.0], Threads(), [OSError("no more files")], []

        def make():
            if faults:
                raise faults.pop()
            return "made"

        some = Refreshed(make, threads, lambda: clock[0])
        some.when_there(lambda: told.append("waited"))
        some.current()
        threads.run()
        assert told == []  # there is none yet
        with pytest.raises(OSError, match="no more files"):
            some.current()
        for _ in range(2):
            clock[0] += 1
            some.current()
            threads.run()
            assert told == ["waited"]
        some.when_there(lambda: told.append("at once"))
        assert told == ["waited", "at once"]

    def test_in_a_thread(self, tmp_path):
        """A small host's list is there at the first asking."""
        spool(tmp_path, Scribe(properties={"listed": "yes"}))
        running = []

        def background(work):
            running.append(threading.Thread(target=work))
            running[-1].start()

        host = make_answerer(ServeSettings(spool=tmp_path), background=background)
        host.door.census()
        for thread in running:
            thread.join()
        assert b"alice" in ask(host, "")
        for thread in running:
            thread.join()
