"""The portal's real processes on a ground: started, watched, killed, started again."""

import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from tests.faults.place import CHECKOUT, Place, free_port
from unionportal.stub_bank.desk import Desk
from unionportal.stub_bank.judgement import Judgement


def worker_command(concurrency: int) -> list[str]:
    return [
        *(sys.executable, "-m", "celery", "--app", "unionportal", "worker"),
        *("--without-gossip", "--without-mingle", "--loglevel", "WARNING"),
        *("--concurrency", str(concurrency)),
    ]


def bank_command(*, refuse: float, seed: int) -> list[str]:
    return [
        *(sys.executable, "manage.py", "stub_bank"),
        *("--refuse", str(refuse), "--seed", str(seed)),
    ]


def wait_for_the_end(family: Sequence[psutil.Process]) -> None:
    """Until none of them runs; who collects the dead is not our affair."""
    deadline = time.monotonic() + 10
    while any(map(is_running, family)) and time.monotonic() < deadline:
        time.sleep(0.01)


def is_running(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


class Running:
    """A process with all that it started."""

    def __init__(
        self, place: Place, name: str, command: list[str], *, crash: str = ""
    ) -> None:
        self.place = place
        self.name = name
        self.command = command
        self.crash = crash
        self.more: dict[str, str] = {}
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, or start it again."""
        with (self.place.folder / f"{self.name}.log").open("ab") as log:
            self._child = subprocess.Popen(
                self.command,
                cwd=CHECKOUT,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def environment(self) -> Mapping[str, str]:
        own = {"CRASHPOINT": self.crash} | self.more
        return os.environ | self.place.environment() | own

    @property
    def is_alive(self) -> bool:
        return self._child is not None and self._child.poll() is None

    @property
    def process(self) -> psutil.Process:
        assert self._child is not None
        return psutil.Process(self._child.pid)

    def children(self) -> list[psutil.Process]:
        return self.process.children(recursive=True) if self.is_alive else []

    def kill(self) -> None:
        """`kill -9` the process and whatever it started."""
        if self._child is None:
            return
        found = self.children()
        for each in found:
            with suppress(psutil.NoSuchProcess):
                each.kill()
        with suppress(ProcessLookupError):
            os.killpg(self._child.pid, signal.SIGKILL)
        self._child.wait()
        wait_for_the_end(found)


class Bank(threading.Thread):
    """The stub bank at its desk in a thread of ours: whose faults are not the portal's
    needs no process of its own, which would cost more than the rest of a small try.
    """

    def __init__(self, folder: Path, *, refuse: float, seed: int) -> None:
        super().__init__(daemon=True)
        judgement = Judgement(refused_share=refuse, seed=seed)
        self.desk = Desk(folder, judgement, lambda _line: None)
        self.closing = threading.Event()

    def run(self) -> None:
        while not self.closing.wait(0.05):
            self.desk.serve()

    def close(self) -> None:
        """End after the sheet in hand."""
        self.closing.set()
        self.join()


def granian_command(port: int) -> list[str]:
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"),
        *("--host", "127.0.0.1", "--port", str(port)),
        *("--workers", "1", "--blocking-threads", "2", "--backpressure", "16"),
        *("--respawn-failed-workers", "--respawn-interval", "0.5"),
        "tests.faults.web:application",
    ]


class Web(Running):
    """The web server on a port of its own: the shipped one, or one quick to replace."""

    def __init__(
        self, place: Place, *, crash: str = "", is_quick: bool = False
    ) -> None:
        self.port = free_port()
        quick = [sys.executable, "-m", "tests.faults.prefork", str(self.port)]
        command = quick if is_quick else granian_command(self.port)
        super().__init__(place, "web", command, crash=crash)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answers(self, path: str = "/health/ready/") -> bool:
        """Whether a request is answered as it should be."""
        return self.status(path) == 200

    def status(self, path: str) -> int:
        """The status of an answer; 0 when none comes."""
        try:
            with urllib.request.urlopen(self.address + path, timeout=10) as answer:  # noqa: S310
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0
