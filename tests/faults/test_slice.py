"""The slice of the fault suite that every run of the tests includes.

R1 at every declared place, R3–R8 with fifty seeds, R12 and R13 whole, some of the rest.
"""

import subprocess
import sys

import pytest

from tests.faults.place import CHECKOUT

# Each is one process on a ground of its own; starting one costs as much as many tries.
SHARES = (
    ("R1", "1/2"),
    ("R1", "2/2"),
    ("R18", "1/1"),
    ("R20", "1/1"),
    ("R2,R10,R11", "1/1"),
    ("R3,R8", "1/1"),
    ("R4,R5,R6", "1/1"),
    ("R7,R9,R12,R13,R19,R21", "1/1"),
)


def test_every_row_has_its_share() -> None:
    modules = (CHECKOUT / "tests" / "faults" / "rows").glob("r*_*.py")
    rows = {f"R{int(path.name[1:3])}" for path in modules}
    assert {row for share, _part in SHARES for row in share.split(",")} == rows


@pytest.mark.parametrize(("rows", "part"), SHARES)
def test_rows_are_survived(rows: str, part: str) -> None:
    command = [sys.executable, "-m", "tests.faults", "--slice"]
    ended = subprocess.run(
        [*command, f"--part={part}", f"--rows={rows}"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout[-6000:] + ended.stderr[-2000:]
