"""The stub bank as a process of its own: whether it is up, starting it, its books."""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from unionportal.stub_bank.books import Books
from unionportal.stub_bank.desk import OWN, AlreadyOpen, alone

STOP_SECONDS = 10


def is_bank_open() -> bool:
    """Whether a stub bank is at work on our exchange folder."""
    try:
        with alone(Path(settings.BANK_EXCHANGE_DIR)):
            return False
    except AlreadyOpen:
        return True


@dataclass(slots=True)
class StubBank:
    """Starts a stub bank when one is needed and none is up; ends the one it started.

    The bank hangs on our pipe, so that it ends with us even when we are killed.
    """

    seed: int
    refuse: float | None = None
    _child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "StubBank":
        return self

    def __exit__(self, *exception: object) -> None:
        if self._child is None:
            return
        self._child.terminate()
        self.let_go()
        try:
            self._child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()

    def open(self) -> None:
        running = self._child is not None and self._child.poll() is None
        if running or is_bank_open():
            return
        command = [sys.executable, "manage.py", "stub_bank", "--attached"]
        command += ["--seed", str(self.seed)]
        if self.refuse is not None:
            command += ["--refuse", str(self.refuse)]
        self._child = subprocess.Popen(  # noqa: S603
            command,
            cwd=settings.BASE_DIR,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
        )

    def let_go(self) -> None:
        """Close the pipe it hangs on: it ends when it has done what lies there."""
        if self._child is not None and self._child.stdin is not None:
            self._child.stdin.close()


def bank_totals(batches: Sequence[str]) -> dict[str, Any]:
    """What the bank's own books on disk say of some batches."""
    return Books(Path(settings.BANK_EXCHANGE_DIR) / OWN).totals(batches)
