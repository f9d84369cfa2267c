"""A clock that is off, in each direction; and one that is right, which nothing here may contradict."""

import time
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.node.ward import Ward, one
from thimbl.core.address import Address
from thimbl.core.log import Verdict
from thimbl.core.times import DAY, HOUR
from thimbl.node.doctor import Level, clock
from thimbl.store.database import Database


def said(ward: Ward) -> list[str]:
    """The faults that are found."""
    return [finding.said for finding in ward.find(clock.right) if finding.level == Level.FAULT]


def off(ward: Ward, seconds: float) -> None:
    """Let her clock be so much ahead."""
    ward.clock = lambda: time.time() + seconds


class Followed:
    """Authors in a store, as a poller has left them; times are seconds from now on."""

    def __init__(self, ward: Ward) -> None:
        self.ward = ward
        self.now = int(time.time())

    def add(self, updated: Iterable[int], verdict: Verdict = Verdict.VERIFIED, asked: int = -60) -> None:
        with self.ward.account.writer() as writer:
            before = len(writer.authors())
            for number, _ in enumerate(updated):
                writer.follow(Address(f"user{before + number}", "mill.example"), f"user{before + number}")
        database = Database.writing(self.ward.paths.store)
        with database.batch():
            for number, seconds in enumerate(updated):
                database.run(
                    "UPDATE author SET updated = ?, asked = ?, answered = ?, verdict = ? WHERE nick = ?",
                    (self.now + seconds, *[self.now + asked] * 2, verdict, f"user{before + number}"),
                )
        database.close()


@pytest.fixture
def followed(ward: Ward) -> Followed:
    """Whom Ana follows."""
    return Followed(ward)


def test_right(ward: Ward, followed: Followed) -> None:
    followed.add([-60, -HOUR, -DAY, -7 * DAY, 120])
    assert ward.is_well(clock.right)


class TestBehind:
    def test_a_day_by_her_own_plan(self, ward: Ward) -> None:
        off(ward, -DAY)
        assert any("The clock is behind" in text and "your plan was signed" in text for text in said(ward))

    def test_by_her_own_files_alone(self, ward: Ward) -> None:
        """There is no plan: the other files are from the future all the same."""
        ward.paths.plan.unlink()
        off(ward, -DAY)
        assert any("was written" in text for text in said(ward))

    @pytest.mark.parametrize("seconds", [-10, -240])
    def test_by_what_nobody_notices(self, ward: Ward, seconds: int) -> None:
        off(ward, seconds)
        assert said(ward) == []

    def test_by_the_clock_of_the_file_system(self, ward: Ward) -> None:
        off(ward, -DAY)
        assert any("1d behind that of the file system" in text for text in said(ward))

    def test_by_one_who_signed_more_than_a_day_later(self, ward: Ward, followed: Followed) -> None:
        """Taken when the clock was right: it went back since."""
        followed.add([DAY + HOUR])
        assert "1 whom you follow" in said(ward)[0]

    def test_by_several_who_signed_later(self, ward: Ward, followed: Followed) -> None:
        followed.add([HOUR, 2 * HOUR, 3 * HOUR])
        assert "3 whom you follow" in said(ward)[0]

    def test_not_by_one_who_is_fast(self, ward: Ward, followed: Followed) -> None:
        followed.add([HOUR, -HOUR, -DAY])
        assert said(ward) == []

    def test_by_all_being_refused_as_from_the_future(self, ward: Ward, followed: Followed) -> None:
        followed.add([-DAY, -DAY, -DAY], Verdict.FUTURE)
        assert "the plans of 3 of 3" in said(ward)[0]

    def test_not_by_one_of_many_being_refused(self, ward: Ward, followed: Followed) -> None:
        followed.add([-HOUR], Verdict.FUTURE)
        followed.add([-HOUR, -DAY])
        assert said(ward) == []
        assert "theirs or yours is wrong" in one(ward.find(clock.right), Level.NOTE).said


class TestAhead:
    def test_a_day_by_the_clock_of_the_file_system(self, ward: Ward) -> None:
        off(ward, DAY + 1)
        (text,) = said(ward)
        assert "1d ahead of that of the file system" in text
        assert "readers take nothing that you sign" in text

    @pytest.mark.parametrize("seconds", [DAY, -DAY])
    def test_by_the_clock_of_the_hardware(self, ward: Ward, tmp_path: Path, seconds: int) -> None:
        """Somebody has set the other one by hand."""
        path = tmp_path / "class/rtc/rtc0/since_epoch"
        path.parent.mkdir(parents=True)
        path.write_text(f"{int(time.time()) - seconds}\n")
        ward.on(sys=tmp_path)
        (text,) = said(ward)
        assert ("ahead of" if seconds > 0 else "behind") in text
        assert "hardware" in text

    def test_not_by_a_hardware_clock_in_local_time(self, ward: Ward, tmp_path: Path) -> None:
        path = tmp_path / "class/rtc/rtc0/since_epoch"
        path.parent.mkdir(parents=True)
        path.write_text(f"{int(time.time()) + 14 * HOUR}\n")
        ward.on(sys=tmp_path)
        assert said(ward) == []

    def test_perhaps_where_everybody_is_silent(self, ward: Ward, followed: Followed) -> None:
        followed.add([-2 * DAY, -3 * DAY, -4 * DAY])
        assert said(ward) == []
        assert "or this clock is ahead" in one(ward.find(clock.right), Level.NOTE).said

    def test_not_where_nobody_was_asked(self, ward: Ward, followed: Followed) -> None:
        followed.add([-2 * DAY, -3 * DAY, -4 * DAY], asked=-2 * HOUR)
        assert [finding.level for finding in ward.find(clock.right)] == [Level.OK]


class TestKept:
    def test_by_nothing(self, ward: Ward) -> None:
        ward.on(is_synchronised=lambda: False)
        assert one(ward.find(clock.right), Level.NOTE).remedy == ("timedatectl set-ntp true",)

    def test_nobody_knows(self, ward: Ward) -> None:
        ward.on(is_synchronised=lambda: None)
        assert [finding.level for finding in ward.find(clock.right)] == [Level.OK]

    def test_what_the_kernel_says(self) -> None:
        from thimbl.node.doctor.machine import is_synchronised

        assert is_synchronised() in (True, False, None)
