"""The slice of the fault suite that every run of the tests includes."""

import subprocess
import sys

import pytest

from tests.faults.place import CHECKOUT

ROWS = sorted(
    (CHECKOUT / "tests" / "faults" / "rows").glob("r*_*.py"), key=lambda path: path.name
)


@pytest.mark.parametrize("row", [f"R{int(path.name[1:3])}" for path in ROWS])
def test_row_is_survived(row: str) -> None:
    """Each row on a ground of its own; the modules are named `r01_…` by their row."""
    ended = subprocess.run(
        [sys.executable, "-m", "tests.faults", "--slice", "--jobs=1", f"--rows={row}"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout[-4000:] + ended.stderr[-2000:]
