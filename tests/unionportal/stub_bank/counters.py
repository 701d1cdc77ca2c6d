"""A stub bank with its direct link, for tests over real sockets.

As a process of its own where killing and options matter, else as threads of the test.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from unionportal.stub_bank.books import Books
from unionportal.stub_bank.counter import Counterparty, open_counter
from unionportal.stub_bank.faults import read_faults
from unionportal.stub_bank.judgement import Judgement

SECRET = "直联测试密钥-0123456789abcdef"
STARTS_WITHIN = 90.0


@dataclass(frozen=True)
class RunningBank:
    """Its folder, and where it listens."""

    folder: Path
    endpoint: str

    @property
    def books(self) -> Books:
        """The books as they lie on disk now."""
        return Books(self.folder / "bank")


@contextmanager
def counter_here(
    folder: Path,
    *faults: str,
    window: float = 300.0,
    is_idempotent: bool = True,
    refuse: float = 0.0,
) -> Iterator[RunningBank]:
    """Open the counter in threads of this process; close it afterwards."""
    party = Counterparty(
        books=Books(folder / "bank"),
        judgement=Judgement(refused_share=refuse),
        faults=read_faults(list(faults)),
        secret=SECRET,
        window_seconds=window,
        is_idempotent=is_idempotent,
        say=str,
    )
    server = open_counter(party, 0)
    try:
        yield RunningBank(folder, f"http://127.0.0.1:{server.server_address[1]}")
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def running_bank(
    folder: Path, environment: dict[str, str], *options: str
) -> Iterator[RunningBank]:
    """Start `manage.py stub_bank` on a folder; end it afterwards."""
    secret = folder / "secret"
    folder.mkdir(parents=True, exist_ok=True)
    secret.write_text(SECRET, encoding="utf-8")
    command = [sys.executable, "manage.py", "stub_bank", "--attached", "--listen", "0"]
    command += ["--secret-file", str(secret), "--refuse", "0", *options]
    child = subprocess.Popen(
        command,
        cwd=settings.BASE_DIR,
        env=os.environ | environment | {"BANK_EXCHANGE_DIR": str(folder)},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    try:
        yield RunningBank(folder, f"http://127.0.0.1:{port_of(folder)}")
    finally:
        child.terminate()
        if child.stdin is not None:
            child.stdin.close()
        child.wait(10)


def port_of(folder: Path) -> int:
    told, until = folder / "bank" / "port", time.monotonic() + STARTS_WITHIN
    while not told.exists():
        assert time.monotonic() < until, "the stub bank did not open"
        time.sleep(0.05)
    return int(told.read_text(encoding="ascii"))
