"""Every query of plan-format 6 that an account's files answer; the views are in test_node_views.py."""

import os
from pathlib import Path

import pytest

from tests.support.asking import LATER, ask, refused, seqs, verified_plan
from tests.support.scribe import Scribe
from tests.support.spooler import spool
from thimbl.core import keys
from thimbl.core.answer import read_answer
from thimbl.core.canonical import Value
from thimbl.core.classic import read_classic
from thimbl.core.plan import read_plan
from thimbl.core.plantext import decode
from thimbl.node.serving import answering, views
from thimbl.node.serving.accounts import Account, OwnAccount, Spool
from thimbl.node.serving.answering import Answerer
from thimbl.node.serving.kept import OVERHEAD

DATA = Path(__file__).parents[1] / "data"


class TestPlan:
    def test_as_its_author_published_it(self, host, alice, tmp_path):
        raw = ask(host, "alice")
        assert raw.startswith(
            b"Login: alice                            Name: Alice Field\r\nThimbl: 2 since before head "
        )
        text = (tmp_path / "alice.plan").read_bytes()
        assert raw.partition(b"\r\nPlan:\r\n")[2] == text.replace(b"\n", b"\r\n")
        assert verified_plan(host, "alice").records[0].id == alice.at(620).id

    def test_at_length_it_is_the_same(self, host, alice):
        assert ask(host, "alice", verbose=True) == ask(host, "alice")

    def test_file_with_other_line_ends(self, host, alice, tmp_path):
        plan = tmp_path / "alice.plan"
        before = ask(host, "alice")
        for end in (b"\r\n", b"\r"):
            plan.write_bytes(plan.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", end))
            assert ask(host, "alice") == before
            assert seqs(verified_plan(host, "alice"))

    def test_plain_words(self, host, tmp_path):
        (tmp_path / "bo.plan").write_text("Fü\x1b[2Jr Kühe\ta\rb\x00 \x7f\x9b31m ", encoding="utf-8", newline="")
        body = ask(host, "bo").partition(b"Plan:\r\n")[2]
        assert body.startswith("Fü?[2Jr Kühe\ta\r\nb? ??31m ".encode())

    def test_words_of_the_eighties_keep_their_bytes(self, host, tmp_path):
        (tmp_path / "bo.plan").write_bytes(b"caf\xe9 \x9b31m \xe2\x82\xac \xc2\x85.")
        assert ask(host, "bo").endswith(b"caf\xe9 ?31m \xe2\x82\xac ?.\r\n")

    def test_utf8_is_not_mangled(self, host, tmp_path):
        """Continuation bytes lie where the controls of eight-bit terminals lie."""
        text = "".join(map(chr, range(0xA0, 0x2000))) + "\U0001f404"
        (tmp_path / "bo.plan").write_text(text, encoding="utf-8")
        assert ask(host, "bo").endswith(text.encode() + b"\r\n")

    @pytest.mark.parametrize("view", ["", "/head", "/since/0", "/before/9", "/classic"])
    def test_no_control_leaves_a_signed_plan_either(self, host, tmp_path, view):
        """JSON may hold DEL and C1 as they are; an escape is the same data under the same signature."""
        scribe = Scribe(name="\x9bAlice\x7f")
        scribe.post("\x7fbell\x85")
        (tmp_path / "alice.plan").write_text(scribe.line(), encoding="utf-8")
        assert "\x9b" in (tmp_path / "alice.plan").read_text(encoding="utf-8")
        text = ask(host, f"alice{view}").decode("utf-8")
        assert not {chr(code) for code in (*range(0x7F, 0xA0), 0x1B)} & set(text)
        if view != "/classic":
            assert verified_plan(host, f"alice{view}").head.name == "\x9bAlice\x7f"

    @pytest.mark.parametrize("name", ["thimbl-2010-plan.json", "thimbl-2011-finger-answer.txt"])
    def test_version_1_as_it_is(self, host, tmp_path, name):
        text = (DATA / name).read_bytes().partition(b"Plan:\n")
        raw = text[2] or text[0]
        (tmp_path / "dk.plan").write_bytes(raw)
        served = read_answer(ask(host, "dk")).plan
        assert served is not None
        assert served.replace(b"\r\n", b"\n").strip() == raw.replace(b"\r\n", b"\n").strip()
        assert read_classic(decode(served)).messages
        for view in ("head", "since/0", "before/9", "following", "classic"):
            refused(ask(host, f"dk/{view}"))

    def test_broken_plan_is_served_and_has_no_views(self, host, alice, tmp_path):
        plan = tmp_path / "alice.plan"
        plan.write_text(plan.read_text() + "\nname: twice\n")
        assert b"name: twice\r\n" in ask(host, "alice")
        refused(ask(host, "alice/head"))

    def test_empty_plan(self, host, tmp_path):
        (tmp_path / "bo.plan").write_bytes(b"")
        assert ask(host, "bo").endswith(b"Plan:\r\n\r\n")

    def test_hostile_names(self, host, tmp_path):
        """A name is one line: it neither begins a plan nor announces anything."""
        scribe = Scribe(name="Eve\r\nThimbl: 9\nPlan:\n{}\x1b[31m\u202e")
        scribe.post()
        spool(tmp_path, scribe)
        raw = ask(host, "alice")
        assert raw.split(b"\r\n")[0].endswith(rb"Name: Eve Thimbl: 9 Plan: {}^[[31m\u{202e}")
        assert verified_plan(host, "alice").head.name == scribe.head_data["name"]

    def test_name_of_the_account_where_the_plan_has_none(self, tmp_path):
        (tmp_path / "p").write_text("words")
        account = Account("bo", "Bo\udce9\nPlan:", tmp_path / "p")
        line = ask(Answerer(OwnAccount(account)), "bo").split(b"\r\n")[0]
        assert line.endswith(rb"Name: Bo\u{dce9} Plan:")


class TestQueries:
    @pytest.mark.parametrize("hosts", [("dairy.example",), ("a", "b"), ("127.0.0.1:79",)])
    def test_forwarding_is_refused_in_a_line(self, host, alice, hosts):
        assert refused(ask(host, "alice", hosts=hosts)).startswith("Finger forwarding service denied")

    @pytest.mark.parametrize(
        "user",
        [
            *("nobody", "timeline/1", "bonds", "commune", "ALICE", "alice bob", "-alice", "*", "|id", "a" * 400),
            *("../../etc/passwd", "/etc/passwd", "..", ".", "alice.plan", "alice.plan.d", "alice.plan.d/00000001.json"),
            *("\u202ealice", "\udcff\udce9"),
        ],
    )
    def test_nobody_of_that_name(self, host, alice, user):
        line = refused(ask(host, user))
        assert line.startswith("finger: ")
        assert line.endswith(": no such user.")
        assert len(line) <= len("finger: : no such user.") + answering.MAX_ECHO
        assert line.isprintable()

    @pytest.mark.parametrize("name", ["timeline", "timeline/head"])
    def test_nobody_takes_the_place_of_a_page(self, host, tmp_path, name):
        """Whoever had it would speak for the host."""
        (tmp_path / "timeline.plan").write_text("I am called so.")
        assert b"called so" not in ask(host, name)

    def test_a_commune_is_read_at_its_own_name(self, host, tmp_path):
        spool(tmp_path, Scribe("commune@fields.example", name="The Commune"))
        assert verified_plan(host, "commune").head.name == "The Commune"

    def test_only_who_agreed_is_listed(self, host, alice, tmp_path):
        for name, listed in [("bo", "no"), ("cy", "Yes"), ("dan", None)]:
            properties: dict[str, Value] = {} if listed is None else {"listed": listed}
            spool(tmp_path, Scribe(f"{name}@fields.example", name=f"{name}\n\x1b[1m", properties=properties))
        (tmp_path / "eve.plan").write_text("listed: yes")
        for verbose in (False, True):
            lines = ask(host, "", verbose=verbose).decode().splitlines()
            assert lines[0] == "Login                Name"
            assert lines[1:] == ["alice                Alice Field", "cy                   cy ^[[1m"]

    def test_nobody_is_listed(self, host):
        assert refused(ask(host, "")).startswith("Nobody here")

    def test_agreement_can_be_taken_back(self, host, alice, tmp_path):
        assert b"alice" in ask(host, "")
        spool(tmp_path, Scribe(name="Alice"))
        assert b"alice" not in ask(host, "")
        spool(tmp_path, Scribe(name="Alice Again", properties={"listed": "yes"}))
        assert b"Alice Again" in ask(host, "")
        (tmp_path / "alice.plan").unlink()
        assert b"alice" not in ask(host, "")


class TestMemory:
    def test_an_edited_plan_shows_at_once(self, tmp_path):
        """In place, of the same size, with the time of modification set back: within one tick of the clock."""
        host, plan = Answerer(Spool(tmp_path)), tmp_path / "bo.plan"
        plan.write_text("00")
        times = os.stat(plan)
        for number in range(1, 60):
            assert f"{number - 1:02}\r\n".encode() in ask(host, "bo")
            with plan.open("r+") as file:
                file.write(f"{number:02}")
            os.utime(plan, ns=(times.st_atime_ns, times.st_mtime_ns))
        assert b"59\r\n" in ask(host, "bo")

    def test_a_replaced_plan_shows_at_once(self, host, tmp_path):
        for number in range(30):
            (tmp_path / "new").write_text(f"{number:02}")
            (tmp_path / "new").rename(tmp_path / "bo.plan")
            assert f"{number:02}\r\n".encode() in ask(host, "bo")

    def test_a_deleted_plan_is_gone_and_comes_back(self, host, tmp_path):
        plan = tmp_path / "bo.plan"
        for _ in range(2):
            plan.write_text("here")
            assert b"here" in ask(host, "bo")
            plan.unlink()
            refused(ask(host, "bo"))

    def test_a_plan_that_is_closed_is_gone(self, tmp_path):
        plan = tmp_path / ".plan"
        plan.write_text("here")
        plan.chmod(0o644)
        tmp_path.chmod(0o755)
        host = Answerer(OwnAccount(Account("bo", "", plan, owner=os.getuid())), clock=lambda: LATER)
        assert b"here" in ask(host, "bo")
        plan.chmod(0o600)
        refused(ask(host, "bo"))

    @pytest.mark.parametrize("age", ["settled", "fresh"])
    def test_an_unchanged_plan_is_parsed_once(self, alice, tmp_path, monkeypatch, age):
        parsed = []

        def counting(text):
            parsed.append(text)
            return read_plan(text)

        monkeypatch.setattr(views, "read_plan", counting)
        host = Answerer(Spool(tmp_path), clock=lambda: LATER if age == "settled" else 0)
        for _ in range(3):
            ask(host, "alice")
            ask(host, "alice/head")
            ask(host, "alice/since/619")
        assert parsed == []
        for _ in range(3):
            ask(host, "alice/classic")
            ask(host, "alice/before/300")
            ask(host, f"alice/thread/{alice.at(600).id[:9]}")
        assert len(parsed) == 1

    def test_a_settled_plan_is_not_even_read(self, host, alice, monkeypatch):
        """Nor is any view of it that was asked for before, the archive's pages and the list included."""
        queries = ["alice", "alice/head", "alice/since/600", "alice/before/300", "alice/classic", "alice/following"]
        before = [ask(host, query) for query in queries]
        monkeypatch.setattr(Account, "read", lambda self, path: pytest.fail("read again"))
        assert [ask(host, query) for query in queries] == before

    def test_no_signature_is_checked(self, host, alice, monkeypatch):
        """That is the reader's part."""
        monkeypatch.setattr(keys, "verify", lambda *arguments: pytest.fail("checked"))
        ask(host, "alice")
        ask(host, "alice/before/300")

    def test_memory_is_bounded(self, tmp_path, monkeypatch):
        monkeypatch.setattr(answering, "KEPT_BYTES", 20_000)
        host = Answerer(Spool(tmp_path), clock=lambda: LATER)
        for number in range(50):
            (tmp_path / f"u{number}.plan").write_text(f"{number} " + "x" * 1000)
            ask(host, f"u{number}")
            ask(host, "u0")
        kept = host._plans
        assert 20_000 - 1_200 - OVERHEAD < kept.size <= 20_000
        assert "u0" in kept.items
        (tmp_path / "big.plan").write_text("y" * 20_000)
        assert b"yyy" in ask(host, "big")
        assert (len(kept.items), kept.size) == (0, 0)

    def test_a_list_of_all_pushes_nobody_out_and_reads_nothing_twice(self, host, alice, tmp_path, monkeypatch):
        for number in range(20):
            (tmp_path / f"u{number}.plan").write_text("listed by nobody")
        ask(host, "alice")
        assert b"alice" in ask(host, "")
        assert b"Post 620." in ask(host, "timeline")
        assert list(host._plans.items) == ["alice"]
        monkeypatch.setattr(Account, "read", lambda self, path: pytest.fail("read again"))
        assert b"alice" in ask(host, "")
        assert b"Post 620." in ask(host, "timeline")

    def test_whoever_asks_for_every_view_pushes_out_none_of_others(self, host, alice, tmp_path):
        spool(tmp_path, Scribe("bo@fields.example"))
        ask(host, "bo/head")
        for number in range(2 * answering.VIEWS_EACH):
            ask(host, f"alice/since/{620 + number}")
            ask(host, f"alice/before/{number}")
        kept = host._views
        assert len(kept.items) == answering.VIEWS_EACH + 1
        assert "bo/head" in kept.items
        assert kept.size == sum(len(item.answer) + OVERHEAD for item in kept.items.values())
        alice.posts(1)
        spool(tmp_path, alice)
        assert b"Post 621." in ask(host, "alice/since/620")

    def test_a_page_of_the_archive_that_is_gone_is_not_served_from_memory(self, host, alice, tmp_path):
        """A view is kept as long as all files that it was made from are as they were."""
        asked = ask(host, "alice/before/5")
        assert b"Post 3." in asked
        page = tmp_path / "alice.plan.d" / "00000001.json"
        page.rename(tmp_path / "aside")
        assert b"Post 3." not in ask(host, "alice/before/5")
        (tmp_path / "aside").rename(page)
        assert ask(host, "alice/before/5") == asked
        page.parent.chmod(0o700)
        (tmp_path / "alice.plan").write_text("Plain words.")
        refused(ask(host, "alice/before/5"))

    def test_a_reload_forgets(self, host, alice, monkeypatch):
        ask(host, "alice")
        ask(host, "alice/head")
        host.reload()
        monkeypatch.setattr(Account, "read", lambda self, path: None)
        refused(ask(host, "alice"))

    def test_a_plan_that_no_client_would_take(self, host, tmp_path, monkeypatch):
        """Escapes make more of a JSON plan than its file is; nobody is sent more than they take."""
        monkeypatch.setattr(answering, "MAX_ANSWER", 20_000)
        scribe = Scribe(bio="\x7f" * 8_000)
        (tmp_path / "alice.plan").write_text(scribe.line())
        assert "too long to be sent" in refused(ask(host, "alice"))
        assert "too long to be sent" in refused(ask(host, "alice/head"))


class TestAliases:
    def test_a_name_that_leads_to_an_account(self, alice, tmp_path):
        spool(tmp_path, Scribe("bo@fields.example"))
        table = {"root": "alice", "postmaster": "root", "bo": "alice", "timeline": "alice", "gone": "nobody"}
        host = Answerer(Spool(tmp_path), lambda: LATER, aliases=table)
        for name in ("root", "bo"):
            assert ask(host, name) == ask(host, "alice")
            assert ask(host, f"{name}/head") == ask(host, "alice/head")
        # To no other alias, to no page, to nobody.
        for name in ("postmaster", "gone", "gone/head"):
            assert refused(ask(host, name)) == f"finger: {name}: no such user."
        assert not ask(host, "timeline").startswith(b"Login")

    def test_in_a_circle(self, tmp_path):
        host = Answerer(Spool(tmp_path), lambda: LATER, aliases={"a": "b", "b": "a", "c": "c"})
        for name in "abc":
            refused(ask(host, name))
        (tmp_path / "b.plan").write_text("B.")
        assert ask(host, "a").endswith(b"B.\r\n")
