"""Files that others may not read, and folders that they may not enter: by the bits, so that root finds them too."""

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from tests.node.ward import Ward, one
from thimbl.home.serving import ServeSettings
from thimbl.node.doctor import Level, Machine, files
from thimbl.node.serving.accounts import MAX_PLAN, Account

ME = os.getuid()


class TestPlan:
    def test_readable(self, ward: Ward) -> None:
        assert ward.is_well(files.published)

    @pytest.mark.parametrize("mode", [0o600, 0o640, 0o000])
    def test_unreadable_by_the_daemon(self, ward: Ward, mode: int) -> None:
        ward.paths.plan.chmod(mode)
        found = ward.the_fault(files.published)
        assert f"mode {mode:03o}" in found.said
        assert found.remedy == (f"chmod o+r {ward.paths.plan}",)
        assert not Account("ana", "", ward.paths.plan).publishes(ward.paths.plan)  # the daemon agrees

    def test_a_page_that_is_not_for_everybody(self, ward: Ward) -> None:
        (ward.paths.archive / "00000001.json").chmod(0o600)
        assert "00000001.json has mode 600" in ward.the_fault(files.published).said

    def test_the_archive_closed(self, ward: Ward) -> None:
        ward.paths.archive.chmod(0o700)
        assert ward.the_fault(files.published).remedy == (f"chmod 755 {ward.paths.archive}",)

    @pytest.mark.parametrize("name", ["", ".plan", ".plan.d"])
    def test_open_to_everybody(self, ward: Ward, name: str) -> None:
        path = ward.home / name
        path.chmod(path.stat().st_mode | stat.S_IWOTH)
        assert ward.the_fault(files.published).remedy == (f"chmod o-w {path}",)

    def test_hidden(self, ward: Ward) -> None:
        assert ward.find(files.hidden) == []
        (ward.home / ".nofinger").touch()
        assert "hides you" in one(ward.find(files.hidden), Level.NOTE).said


class TestFolders:
    def test_all_open(self, ward: Ward) -> None:
        assert ward.is_well(files.way_down)

    def test_home_closed(self, ward: Ward) -> None:
        ward.home.chmod(0o700)
        found = ward.the_fault(files.way_down)
        assert f"{ward.home} (mode 700)" in found.said
        assert found.remedy[0] == f"chmod o+x {ward.home}"

    def test_each_folder_on_the_way(self, ward: Ward) -> None:
        """From the top down: one command opens all of them."""
        ward.home.chmod(0o710)
        ward.home.parent.chmod(0o700)
        assert ward.the_fault(files.way_down).remedy[0] == f"chmod o+x {ward.home.parent} {ward.home}"

    def test_a_link_into_a_closed_folder(self, ward: Ward) -> None:
        inside = ward.home / "private"
        inside.mkdir(mode=0o700)
        ward.paths.plan.rename(inside / "plan")
        ward.paths.plan.symlink_to("private/plan")
        assert str(inside) in ward.the_fault(files.way_down).said

    def test_closed_and_read_all_the_same(self, ward: Ward) -> None:
        """Who asks gets the plan, by whatever daemon: then nothing is missed."""
        ward.home.chmod(0o700)
        ward.internet.add("fields.example", 79, ward.answers())
        found = ward.find(files.way_down, ward.asked())
        assert "nothing is missed" in one(found, Level.NOTE).said
        assert len(found) == 1

    def test_closed_and_an_older_plan_is_given(self, ward: Ward) -> None:
        """As of a daemon that can not read the file any more."""
        ward.internet.add("fields.example", 79, ward.answers())
        ward.account.authoring.post("Newer.")
        ward.home.chmod(0o700)
        assert "does not see your plan" in ward.the_fault(files.way_down, ward.asked()).said

    def test_closed_and_pushed_elsewhere(self, ward: Ward) -> None:
        ward.home.chmod(0o700)
        patient = ward.patient
        pushing = replace(patient.home, settings=replace(patient.home.settings, push="ana@shell.example"))
        assert "ana@shell.example" in one(ward.find(files.way_down, replace(patient, home=pushing)), Level.NOTE).said

    def test_a_spool_in_a_closed_folder(self, ward: Ward) -> None:
        spool = ward.home / "spool"
        spool.mkdir(mode=0o755)
        ward.serve = ServeSettings(spool=spool)
        assert ward.is_well(files.way_down)
        ward.home.chmod(0o700)
        assert ward.the_fault(files.way_down).remedy == (f"chmod o+x {ward.home}",)


class TestWhyNot:
    """Each reason of `thimbl.node.serving.accounts`, in words; and whatever has none is served."""

    @pytest.fixture
    def plan(self, open_folder: Path) -> Path:
        path = open_folder / "ana.plan"
        path.write_text("Leeks.\n")
        path.chmod(0o644)
        return path

    def why(self, path: Path, owner: int | None = None, machine: Machine | None = None) -> str:
        """The reason; empty where there is none. The daemon has to agree."""
        account = Account("ana", "", path, owner)
        found = files.why_not(account, path, machine or Machine())
        if machine is None:
            assert (found is None) == (account.publishes(path) or not os.path.lexists(path))
        return found.said if found else ""

    def test_none(self, plan: Path) -> None:
        assert self.why(plan) == self.why(plan, ME) == self.why(plan.with_name("bo.plan")) == ""

    def test_a_link_that_leads_nowhere(self, plan: Path) -> None:
        link = plan.with_name("bo.plan")
        link.symlink_to("gone")
        assert self.why(link) == "is a link to gone, which is not there"

    def test_a_pipe(self, plan: Path) -> None:
        os.mkfifo(plan.with_name("bo.plan"), 0o644)
        assert self.why(plan.with_name("bo.plan")) == "is no ordinary file"

    def test_too_large(self, plan: Path) -> None:
        with plan.open("r+b") as file:
            file.truncate(MAX_PLAN + 1)
        assert "are read at most" in self.why(plan)

    def test_of_somebody_else(self, plan: Path) -> None:
        assert "belongs to uid" in self.why(plan, ME + 1)

    def test_that_anybody_may_write_to(self, plan: Path) -> None:
        plan.chmod(0o646)
        assert "anybody may write" in self.why(plan, ME)
        assert self.why(plan) == ""

    def test_in_a_folder_that_anybody_may_write_to(self, plan: Path) -> None:
        plan.parent.chmod(0o777)
        assert "put another in its place" in self.why(plan, ME)

    def test_a_page_of_an_archive(self, plan: Path) -> None:
        page = plan.with_name("ana.plan.d") / "00000001.json"
        page.parent.mkdir(mode=0o755)
        page.write_text("[]\n")
        page.chmod(0o644)
        account = Account("ana", "", plan, ME)
        assert files.why_not(account, page, Machine()) is None

        def of_another(path: Path) -> os.stat_result:
            found = list(os.stat(path))
            found[stat.ST_UID] += path == page.parent
            return os.stat_result(found)

        found = files.why_not(account, page, Machine(stat=of_another))
        assert found is not None
        assert found.said.startswith("lies in a folder of uid")

    def test_in_a_closed_folder(self, plan: Path) -> None:
        plan.parent.chmod(0o700)
        assert "may not enter" in self.why(plan, ME)
        assert self.why(plan) == ""  # a spool's folder vouches, however closed

    def test_a_link_by_another(self, plan: Path) -> None:
        link = plan.with_name("bo.plan")
        link.symlink_to("ana.plan")
        assert self.why(link) == ""

        def by_another(path: Path) -> os.stat_result:
            found = list(os.lstat(path))
            found[stat.ST_UID] += 1
            return os.stat_result(found)

        assert "is a link by uid" in self.why(link, machine=Machine(lstat=by_another))
