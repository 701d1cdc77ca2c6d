"""The slice of the fault suite that every run of the tests includes."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.faults.place import CHECKOUT

ROWS = sorted(
    (CHECKOUT / "tests" / "faults" / "rows").glob("r*_*.py"), key=lambda path: path.name
)


# A long row is shared out among the processes of the tests.
SHARES = {"R1": 4}


def shares() -> Iterator[tuple[str, str]]:
    """Row and share of each test; the modules are named `r01_…` by their row."""
    for path in ROWS:
        row = f"R{int(path.name[1:3])}"
        parts = SHARES.get(row, 1)
        yield from ((row, f"{part}/{parts}") for part in range(1, parts + 1))


@pytest.mark.parametrize(("row", "part"), list(shares()))
def test_row_is_survived(row: str, part: str) -> None:
    """Each on a ground of its own."""
    ended = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.faults",
            "--slice",
            f"--part={part}",
            f"--rows={row}",
        ],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout[-4000:] + ended.stderr[-2000:]
