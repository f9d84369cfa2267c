"""What the doctor finds in an account: settings, key, plan and archive. Each fault is planted for real."""

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from tests.node.ward import Ward, one
from thimbl.core.address import Address
from thimbl.core.keys import PrivateKey
from thimbl.core.plan import Follow
from thimbl.home import moving
from thimbl.home import settings as home_settings
from thimbl.home.account import Account
from thimbl.home.errors import unreadable
from thimbl.home.keyfile import make_key
from thimbl.home.serving import ServeSettings
from thimbl.home.settings import Settings
from thimbl.node.doctor import Level, Patient, examine, found_fault, keys, plans, settings


def test_a_healthy_account(ward: Ward) -> None:
    """Nothing but what a daemon would set right: none runs."""
    findings = [*examine(ward.patient)]
    assert [finding for finding in findings if finding.level == Level.FAULT] == []
    assert not found_fault(findings)
    subjects = {finding.subject for finding in findings}
    assert {"config", "key", "plan", "archive", "permissions", "folders", "port", "address", "store"} <= subjects
    assert {"disk", "clock"} <= subjects


class TestSettings:
    def test_no_account_yet(self, ward: Ward) -> None:
        ward.paths.config.unlink()
        assert "thimbl init" in ward.the_fault(settings.config).remedy[0]
        assert [*keys.file(ward.patient), *plans.signed(ward.patient), *plans.archive(ward.patient)] == []

    def test_a_config_that_can_not_be_read(self, ward: Ward) -> None:
        """It is a finding, and the rest is looked at all the same."""
        account = ward.account
        bare = Account(account.paths, Settings(), account.environ, account.clock, account.random)
        patient = Patient(bare, ServeSettings(), ward.machine, trouble="config.yaml: there is no setting 'windows'.")
        assert "no setting 'windows'" in ward.the_fault(settings.config, patient).said
        closed = replace(patient, trouble=str(unreadable(bare.paths.config, PermissionError(13, "Permission denied"))))
        assert ward.the_fault(settings.config, closed).remedy[0].startswith("ls -ld ")
        assert len([*examine(patient)]) > 3

    def test_a_following_that_can_not_be_read(self, ward: Ward) -> None:
        ward.paths.following.write_text("following: [{nick: bo}]\n")
        found = ward.the_fault(settings.following)
        assert "must have an address" in found.said
        assert str(ward.paths.following) in found.remedy[0]

    def test_a_following_that_others_can_read(self, ward: Ward) -> None:
        text = "following:\n- nick: bo\n  address: bo@fields.example\n"
        ward.paths.following.write_text(text)
        ward.paths.following.chmod(0o644)
        assert "lists 1" in one(ward.find(settings.following), Level.OK).said
        ward.paths.following.write_text(text + "  private: true\n")
        assert "in private" in one(ward.find(settings.following), Level.NOTE).said

    @pytest.mark.parametrize("user", ["nobody-of-that-name", "4242424"])
    def test_a_user_who_is_not_there(self, ward: Ward, user: str) -> None:
        ward.serve = ServeSettings(user=user)
        assert user in ward.the_fault(settings.serving).said
        ward.serve = ServeSettings(user="root", group="0")
        assert ward.find(settings.serving) == []

    def test_files_of_the_host_that_are_not_there(self, ward: Ward) -> None:
        ward.serve = ServeSettings(spool=ward.home / "spool", message=ward.home / "motd")
        said = [finding.said for finding in ward.find(settings.serving)]
        assert [str(ward.home / name) in text for name, text in zip(["spool", "motd"], said, strict=True)] == [True] * 2

    def test_a_message_that_others_may_not_read(self, ward: Ward) -> None:
        message = ward.home / "motd"
        message.write_text("Welcome.\n")
        message.chmod(0o640)
        ward.serve = ServeSettings(homes=True, message=message)
        assert one(ward.find(settings.serving), Level.NOTE).remedy == (f"chmod o+r {message}",)
        message.chmod(0o644)
        assert ward.find(settings.serving) == []

    def test_an_alias_that_leads_nowhere(self, ward: Ward) -> None:
        ward.serve = ServeSettings(aliases={"postmaster": "ana", "abuse": "bo"})
        assert "abuse leads to bo" in one(ward.find(settings.serving), Level.NOTE).said


class TestKey:
    @pytest.mark.parametrize("mode", [0o644, 0o640, 0o606])
    def test_open_to_others(self, ward: Ward, mode: int) -> None:
        ward.paths.key.chmod(mode)
        found = ward.the_fault(keys.file)
        assert f"mode {mode:03o}" in found.said
        assert found.remedy == (f"chmod 600 {ward.paths.key}",)

    def test_in_a_folder_that_others_may_write_to(self, ward: Ward) -> None:
        ward.home.chmod(0o777)
        assert ward.the_fault(keys.file).remedy == (f"chmod go-w {ward.home}",)

    def test_of_somebody_else(self, ward: Ward) -> None:
        ward.on(euid=ward.paths.key.stat().st_uid + 1)
        found = [finding.said for finding in ward.find(keys.file) if finding.level == Level.FAULT]
        # As root's it is nobody's fault: root can read all of it anyway.
        assert len(found) == (0 if ward.paths.key.stat().st_uid == 0 else 1)

    @pytest.mark.parametrize("damage", ["gone", "no key"])
    def test_gone_or_no_key(self, ward: Ward, damage: str) -> None:
        if damage == "gone":
            ward.paths.key.unlink()
            ward.paths.key.with_name("key.pub").unlink()
        else:
            ward.paths.key.write_text("Leeks.\n")
        assert "can not be" in ward.the_fault(keys.file).said

    def test_not_the_plans(self, ward: Ward) -> None:
        """Both fingerprints are told, and why it matters."""
        before = ward.account.signer().public.fingerprint
        ward.paths.key.unlink()
        ward.paths.key.with_name("key.pub").unlink()
        made = make_key(ward.paths.key, lambda: PrivateKey.from_seed(b"another".ljust(32)))
        assert ward.is_well(keys.file)
        found = ward.the_fault(keys.is_the_plans)
        assert before in found.said
        assert made.fingerprint in found.said
        assert "pinned" in found.said

    def test_the_plans(self, ward: Ward) -> None:
        assert ward.find(keys.is_the_plans) == []

    def test_a_plan_of_another_address(self, ward: Ward) -> None:
        """Changed by hand, or a move that was cut short: the remedy is the command that moves."""
        mill = Address.parse("ana@mill.example")
        home_settings.save(ward.paths, Settings(mill))
        found = ward.the_fault(keys.is_the_plans)
        assert "ana@fields.example's" in found.said
        assert found.remedy[0].endswith("thimbl move ana@mill.example")
        home_settings.save(ward.paths, Settings(Address.parse("ana@fields.example")))
        moving.publish(ward.account, moving.plan_move(ward.account, mill))
        found = ward.the_fault(keys.is_the_plans)
        assert "cut short" in found.said
        assert found.remedy == ("thimbl move ana@mill.example",)

    def test_with_a_passphrase_and_no_agent(self, ward: Ward) -> None:
        """Works for who sits at a terminal; for cron it does not."""
        secret = Ed25519PrivateKey.generate()
        lock = BestAvailableEncryption(b"leek")
        ward.paths.key.write_bytes(secret.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, lock))
        assert "SSH_AUTH_SOCK is not set" in one(ward.find(keys.file), Level.NOTE).said

    def test_an_agent_that_is_gone(self, ward: Ward) -> None:
        ward.paths.key.unlink()  # its public half stays
        ward.environ["SSH_AUTH_SOCK"] = str(ward.home / "agent")
        assert "does not answer" in one(ward.find(keys.file), Level.NOTE).said


class TestPlan:
    def test_a_letter_changed_by_hand(self, ward: Ward) -> None:
        ward.paths.plan.write_text(ward.plan().replace("Post 1.", "Post 9."))
        found = ward.the_fault(plans.signed)
        assert "changed by hand" in found.said
        assert found.remedy == ("thimbl sign", "thimbl sign --discard")
        assert ward.find(plans.archive) == []  # told once

    def test_plain_words_put_in(self, ward: Ward) -> None:
        ward.paths.plan.write_text("Gone fishing.\n")
        assert ward.the_fault(plans.signed).remedy[0] == "thimbl sign"

    def test_a_new_entry_without_its_place(self, ward: Ward) -> None:
        ward.paths.plan.write_text(ward.plan().replace("entries:\n", "entries:\n- text: By hand.\n"))
        assert "thimbl sign" in ward.the_fault(plans.signed).remedy

    def test_gone(self, ward: Ward) -> None:
        ward.paths.plan.unlink()
        assert "gone" in ward.the_fault(plans.signed).said

    def test_plain_words_from_the_beginning(self, ward: Ward) -> None:
        """Somebody who has not begun to sign."""
        for path in ward.paths.archive.iterdir():
            path.unlink()
        ward.paths.plan.write_text("Gone fishing.\n")
        assert "plain words" in one(ward.find(plans.signed), Level.NOTE).said


class TestArchive:
    @pytest.fixture
    def long(self, ward: Ward) -> Ward:
        """Three pages, of which the plan shows the end of the last."""
        pen = ward.account.authoring
        from thimbl.core.compose import Entry

        pen.say([Entry("post", {"text": f"Post {number} {'of many words ' * 30}"}) for number in range(3, 230)])
        return ward

    def page(self, ward: Ward, start: int) -> str:
        return str(ward.paths.archive / f"{start:08d}.json")

    def test_whole(self, long: Ward) -> None:
        assert long.is_well(plans.archive)
        assert "3 pages" in one(long.find(plans.archive), Level.OK).said

    @pytest.mark.parametrize("start", [1, 101])
    def test_a_page_is_missing(self, long: Ward, start: int) -> None:
        (long.paths.archive / f"{start:08d}.json").unlink()
        found = long.the_fault(plans.archive)
        assert found.said.startswith(f"{self.page(long, start)} is missing.")
        assert f"{start} to {start + 99}" in found.said

    def test_a_page_that_the_plan_still_has(self, ward: Ward) -> None:
        (ward.paths.archive / "00000001.json").unlink()
        assert "Your plan still has records 1 to 3" in ward.the_fault(plans.archive).said

    @pytest.mark.parametrize(
        ("damage", "said"),
        [
            (lambda text: text[:200], "damaged"),
            (lambda text: text.replace("Post 50 ", "Post 51 ", 1), "damaged"),
            (lambda text: "[]\n", "ends before record 1."),
            (lambda text: text.rpartition(",\n")[0] + "\n]\n", "ends before record 100."),
        ],
        ids=["cut", "a letter", "empty", "the last record gone"],
    )
    def test_a_page_that_is_not_as_it_was(self, long: Ward, damage, said: str) -> None:
        path = long.paths.archive / "00000001.json"
        path.write_text(damage(path.read_text(encoding="utf-8")))
        assert said in long.the_fault(plans.archive).said

    def test_the_last_record_of_a_page_changed(self, long: Ward) -> None:
        """Sound by itself: only the page above tells."""
        path = long.paths.archive / "00000101.json"
        path.write_text(path.read_text(encoding="utf-8").replace("Post 199 ", "Post 999 "))
        assert "is of another log: its record 200" in long.the_fault(plans.archive).said

    def test_a_list_of_following_that_is_not_the_heads(self, ward: Ward) -> None:
        follows = [Follow(f"nick{n}", Address(f"user{n}", "mill.example")) for n in range(201)]
        authoring = ward.account.authoring
        with authoring.open() as log:
            authoring.append(log, [], follows=follows)
        assert ward.is_well(plans.archive)
        path = ward.paths.archive / "following.json"
        path.write_text(path.read_text(encoding="utf-8").replace("nick7", "nick8"))
        assert "201" in ward.the_fault(plans.archive).said
