"""The ground of one try: engines, bank and processes of its own, at a named stage.

A ground copies the cluster that `stages.py` has built, so it may kill the server. The
database of a try is always called alike; `at()` makes it anew from a stage's template.
"""

import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg2
import redis
from django.conf import settings
from django.core.cache import caches
from django.db import connections

from tests.faults import invariants, stages
from tests.faults.place import Place
from tests.faults.processes import (
    Bank,
    Running,
    Web,
    bank_command,
    wait_for_the_end,
    worker_command,
)
from unionportal.embedded import DATABASE, OWNER, SUPERUSER, Engines

PATIENCE_SECONDS = 60.0


class Ground:
    """Engines, bank folder and processes that one try may break as it likes."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.engines = Engines(root=place.engines, durable=False)
        self.running: list[Running] = []
        self.banks: list[Bank] = []
        self.recoveries: list[float] = []
        self.strikes = 0
        self.stage = ""
        self.skew: dict[str, str] = {}
        self.more: dict[str, str] = {}
        self.source = stages.lay(place)
        self.engines.start()

    # --- stages

    def at(self, stage: str) -> None:
        """Begin anew: the database and the bank's folder as they were at a stage.

        `ready` (people, officers, funds, a scheme, no round), `opened`, `computed`,
        `noticed`, `released`, `approved`, `instructed` (files written), `answered` (the
        bank's files in the inbox), `settled`, `reconciled` (nobody left to be paid, a
        sample drawn, the month's statement in).
        """
        self.clear()
        self._sql(f'DROP DATABASE IF EXISTS "{DATABASE}" WITH (FORCE)')
        self._sql(
            f'CREATE DATABASE "{DATABASE}" OWNER {OWNER}'
            f' TEMPLATE "{stages.template(stage)}" STRATEGY FILE_COPY'
        )
        shutil.rmtree(self.bank_folder, ignore_errors=True)
        shutil.copytree(self.place.engines / "stages" / stage, self.bank_folder)
        self.broker().flushall()
        self.stage = stage

    def clear(self) -> None:
        """End what runs, mend the engines, forget what was measured."""
        for each in reversed(self.running):
            each.kill()
        self.running.clear()
        for bank in self.banks:
            bank.close()
        self.banks.clear()
        self.skew, self.more = {}, {}
        self.recoveries.clear()
        self.strikes = 0
        connections.close_all()
        caches.close_all()
        self.mend_engines()
        for path in self.place.folder.glob("mark.*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    def close(self) -> None:
        """End everything and leave nothing behind."""
        self.clear()
        self.engines.stop()
        shutil.rmtree(self.place.folder, ignore_errors=True)

    # --- processes of the portal

    def worker(self, *, crash: str = "", concurrency: int = 2) -> Running:
        """Start a worker with its sweeper, as `make run` does."""
        return self._start("worker", worker_command(concurrency), crash=crash)

    def bank(
        self, *, refuse: float = stages.REFUSE, seed: int = stages.SEED
    ) -> Running:
        """Open the stub bank on this ground's folder."""
        return self._start("bank", bank_command(refuse=refuse, seed=seed))

    def bank_here(
        self, *, refuse: float = stages.REFUSE, seed: int = stages.SEED
    ) -> None:
        """Open the stub bank in a thread of this process."""
        bank = Bank(self.bank_folder, refuse=refuse, seed=seed)
        self.banks.append(bank)
        bank.start()

    def web(self, *, crash: str = "", is_quick: bool = False) -> Web:
        """Start the web server; it answers when this returns."""
        web = Web(self.place, crash=crash, is_quick=is_quick)
        web.more = self.more | self.skew
        self.running.append(web)
        web.start()
        wait_until(web.answers, 60)
        return web

    def _start(self, name: str, command: list[str], *, crash: str = "") -> Running:
        started = Running(self.place, name, command, crash=crash)
        started.more = self.more | ({} if name == "bank" else self.skew)
        self.running.append(started)
        started.start()
        return started

    def mark(self, name: str) -> Path:
        """A file of this try, for a crash point."""
        return self.place.folder / f"mark.{name}"

    # --- engines

    def postmaster(self) -> psutil.Process:
        pid = self.place.engines / "postgres" / "postmaster.pid"
        return psutil.Process(int(pid.read_text().split("\n", 1)[0]))

    def kill_database(self) -> None:
        """`kill -9` the server with all its backends, as a power cut would."""
        self.kill_server()
        connections.close_all()

    def kill_server(self) -> None:
        """The same under our own open session, which finds out by itself."""
        server = self.postmaster()
        family = [server, *server.children(recursive=True)]
        server.kill()
        kill_each(family)
        wait_for_the_end(family)

    def kill_broker(self) -> None:
        """`kill -9` the broker; nothing of it was on disk."""
        for process in psutil.process_iter():
            if _works_in(process, "valkey-server", self.place.engines / "valkey"):
                process.kill()
                wait_for_the_end([process])

    def mend_engines(self) -> None:
        """Start whichever engine is down, as the machine's supervisor does."""
        hold, self.engines._hold = self.engines._hold, None
        if hold is not None:
            hold.close()
        self.engines.start()

    def broker(self) -> redis.Redis:
        return redis.Redis.from_url(settings.REDIS_URL)

    # --- what is asked after a try

    @property
    def bank_folder(self) -> Path:
        return self.place.bank

    def check_invariants(self) -> None:
        """I1–I7, from the books and the bank's own books; AssertionError if broken."""
        invariants.check(self.bank_folder)

    def recovered(self, seconds: float, *, within: float) -> None:
        """Note how long a recovery took; longer than promised is not survived."""
        self.recoveries.append(seconds)
        assert seconds <= within, f"recovered after {seconds:.1f} s, not {within} s"

    def slowest_recovery(self) -> float:
        return max(self.recoveries, default=0.0)

    def _sql(self, statement: str) -> None:
        address = self.engines.addresses.database(role=SUPERUSER, name="postgres")
        session = psycopg2.connect(address)
        session.autocommit = True
        try:
            session.cursor().execute(statement)
        finally:
            session.close()


def wait_until(
    fulfilled: Callable[[], object], seconds: float = PATIENCE_SECONDS
) -> float:
    """Return how long it took; AssertionError when it took longer."""
    start = time.monotonic()
    while not fulfilled():
        waited = time.monotonic() - start
        assert waited < seconds, f"not within {seconds} s: {fulfilled}"
        time.sleep(0.05)
    return time.monotonic() - start


def kill_each(family: list[psutil.Process]) -> None:
    for each in family:
        try:
            each.send_signal(signal.SIGKILL)
        except psutil.NoSuchProcess:
            continue


def _works_in(process: psutil.Process, name: str, folder: Path) -> bool:
    try:
        return (
            process.name().startswith(name)
            and process.status() != psutil.STATUS_ZOMBIE
            and Path(process.cwd()) == folder
        )
    except psutil.Error:
        return False
