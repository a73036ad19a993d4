"""Files of instances are read however they were saved, solved, and counted anew."""

from __future__ import annotations

from pathlib import Path

import pytest
from score_plans import main

ROTATION = """# Length of the schedule
7
# Employees, shifts
2   # people
1
# Requirements
1 1 1 1 1 1 1
# Name, start, length, shortest and longest run
D\t360 480 7 7

# Days off, days of work
7 7
7 7
0 0
"""
DESIGN = """#MinuteInterval:
60
#DaysPerCycle:
2
#FlagCyclical: yes or no
Yes

#Requirements:
0 0 0 0 0 0 2 2 2 2 2 2 2 2 0 0 0 0 0 0 0 0 0 0
0 0 0 0 0 0 2 2 2 2 2 2 2 1 0 0 0 0 0 0 0 0 0 0

#Number of shift templates
1
#Shift templates
#Abbr, Full name, Start, + Minutes,  -Minutes, Length, +Minutes, -Minutes, available days
F Frühschicht 6:0 60 60 480 0 0 *
#UnderCover:
1
#Overcover:
0.5
#Shifts:
60
#Fitness of assumed optimal Solution:
# 90
"""
ROSTER = """SECTION_HORIZON
# days
7

SECTION_SHIFTS
D, 480,
SECTION_STAFF
# ID, MaxShifts, MaxTotalMinutes, MinTotalMinutes, most and fewest days, days off, weekends
A, D=5 , 2400, 0, 5, 2, 2, 1   # one person
SECTION_DAYS_OFF
A, 0
SECTION_SHIFT_ON_REQUESTS
A, 6, D, 3
SECTION_COVER
0, D, 1, 100, 1
2, D, 1, 10, 1
3, D, 1, 10, 1
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ROTATION, "one.txt: solved, 2 people"),
        # Two early shifts a day: an hour too many at half a point a minute, and the shift itself.
        (DESIGN, "one.txt: 1 shifts, cost 90, bound 90"),
        # Nobody may work on the first day; Wednesday and Thursday, then Sunday alone is too short
        # a row of days, unless Friday and Saturday are worked as well.
        (ROSTER, "one.txt: cost 100, bound 100"),
    ],
)
def test_a_file_is_read_solved_and_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], encoding: str, text: str, said: str
) -> None:
    path = tmp_path / "one.txt"
    path.write_bytes(text.replace("\n", "\r\n").encode(encoding))

    assert main(["--seconds", "5", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert out.startswith(said)
    assert out.endswith("1 of 1 answers keep all rules\n")


def test_what_is_no_instance_is_told_by_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear planner,\n1 2 3\n", "utf-8")

    assert main([str(path)]) == 1
    assert "letter.txt" in capsys.readouterr().out


def test_without_a_file_it_says_how_it_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "usage" in capsys.readouterr().out
