"""The stub bank as a process of its own: whether it is up, starting it, its books."""

import fcntl
import json
import subprocess
import sys
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command

LOCK = "stub_bank.lock"
STOP_SECONDS = 10


def is_bank_open() -> bool:
    """Whether a stub bank is at work on our exchange folder: it holds a lock there."""
    path = Path(settings.BANK_EXCHANGE_DIR) / LOCK
    if not path.exists():
        return False
    with path.open("rb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


@dataclass(slots=True)
class StubBank:
    """Starts a stub bank when one is needed and none is up; ends the one it started."""

    seed: int
    refuse: float | None = None
    _child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "StubBank":
        return self

    def __exit__(self, *exception: object) -> None:
        if self._child is None:
            return
        self._child.terminate()
        try:
            self._child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()

    def open(self) -> None:
        running = self._child is not None and self._child.poll() is None
        if running or is_bank_open():
            return
        command = [sys.executable, "manage.py", "stub_bank", "--seed", str(self.seed)]
        if self.refuse is not None:
            command += ["--refuse", str(self.refuse)]
        self._child = subprocess.Popen(  # noqa: S603
            command,
            cwd=settings.BASE_DIR,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )


def bank_totals() -> dict[str, Any]:
    """The bank's own books on disk, summed by the bank."""
    said = StringIO()
    call_command("stub_bank", "--totals", stdout=said)
    found: dict[str, Any] = json.loads(said.getvalue())
    return found
