"""Crash points kill the process at the named place, and only there."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from unionportal.core.faults import CRASHPOINTS, crashpoint

PROGRAM = """
from django.conf import settings
settings.configure(CRASHPOINT={wanted!r})
from unionportal.core.faults import crashpoint, declare_crashpoint
point = declare_crashpoint("a.b")
for turn in range(3):
    print(turn, flush=True)
    crashpoint(point)
"""


def run(wanted: str) -> tuple[int, str]:
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(wanted=wanted)],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    return ended.returncode, ended.stdout


def test_process_dies_at_the_named_turn(tmp_path: Path) -> None:
    once = tmp_path / "once"
    assert run("a.b:2") == (-signal.SIGKILL, "0\n1\n")
    assert run(f"a.b@{once}") == (-signal.SIGKILL, "0\n")
    assert run(f"a.b@{once}") == (0, "0\n1\n2\n")


def test_process_dies_at_every_place_once(tmp_path: Path) -> None:
    assert run(f"*@{tmp_path}") == (-signal.SIGKILL, "0\n")
    assert [path.name for path in tmp_path.iterdir()] == ["a.b"]
    assert run(f"*@{tmp_path}") == (0, "0\n1\n2\n")


def test_nothing_happens_without_the_setting() -> None:
    crashpoint("never.declared")


def test_undeclared_place_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "CRASHPOINT", "x.y", raising=False)
    with pytest.raises(LookupError, match="unregistered"):
        crashpoint("never.declared")
    crashpoint(next(iter(CRASHPOINTS)))
