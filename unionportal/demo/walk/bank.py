"""The stub bank as a process of its own: whether it is up, starting it, its books."""

import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from unionportal.core.errors import Refusal
from unionportal.stub_bank.books import Books
from unionportal.stub_bank.counter import PORT_FILE, SECRET_FILE, secret_in
from unionportal.stub_bank.desk import OWN, AlreadyOpen, alone
from unionportal.stub_bank.faults import FAULTS_FILE, lines_of

STOP_SECONDS, OPEN_SECONDS = 10, 60


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
        command += ["--listen", "0"]
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


def own_folder() -> Path:
    """Where the bank keeps what is its own."""
    return Path(settings.BANK_EXCHANGE_DIR) / OWN


def counter_address() -> str:
    """Where the bank listens for the direct link; waits until it does."""
    told, until = own_folder() / PORT_FILE, time.monotonic() + OPEN_SECONDS
    while time.monotonic() < until:
        if told.exists() and _listens(port := int(told.read_text(encoding="ascii"))):
            return f"http://127.0.0.1:{port}"
        time.sleep(0.1)
    raise Refusal(
        "模拟银行没有开办直联（manage.py stub_bank --listen 0）。", code="bank"
    )


def counter_secret() -> str:
    """The secret that the bank gives its customer."""
    return secret_in(own_folder() / SECRET_FILE)


def tell_fault(name: str, batch: str) -> None:
    """Let the bank misbehave towards a batch from now on; once told, it stays."""
    told = own_folder() / FAULTS_FILE
    line = f"{name}:{batch}"
    if line not in lines_of(told):
        with told.open("a", encoding="utf-8") as faults:
            faults.write(f"{line}\n")


def silent_batches() -> list[str]:
    """The batches of which the bank was told to say nothing."""
    told = (line.partition(":") for line in lines_of(own_folder() / FAULTS_FILE))
    return [batch for name, _colon, batch in told if name == "cannot-say"]


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def bank_totals(batches: Sequence[str]) -> dict[str, Any]:
    """What the bank's own books on disk say of some batches."""
    return Books(Path(settings.BANK_EXCHANGE_DIR) / OWN).totals(batches)
