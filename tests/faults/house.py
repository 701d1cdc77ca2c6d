"""The portal at work on a ground, and the hand that stops or kills it at a point."""

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import psutil
from django.db import DatabaseError, InterfaceError, connection
from django.db.models.functions import Now

from tests.faults.ground import Ground, wait_until
from tests.faults.people import People
from tests.faults.processes import Running
from unionportal.core.faults import CRASHPOINTS
from unionportal.core.models.jobs import Job

HURRIED_SECONDS = 3
STANDING = (psutil.STATUS_STOPPED, psutil.STATUS_ZOMBIE)
Kill = Callable[[Ground, psutil.Process], None]

# Where a step's round is taken up; whatever is not named comes after the release.
FIRST_STAGE = {
    "open_round": "ready",
    "compute_round": "opened",
    "publish_round_notice": "computed",
    "release_round": "noticed",
    "import_return": "answered",
    "collect_returns": "answered",
    "draft_follow_up_batch": "answered",
    "end_payment": "answered",
    "draw_sample": "answered",
    "close_round": "answered",
    "jobs": "noticed",
}


def stage_before(point: str) -> str:
    """The stage from which a round passes a point soon."""
    return FIRST_STAGE.get(point.partition(".")[0], "released")


def open_house(ground: Ground, *, crash: str = "", is_quick: bool = False) -> People:
    """Web, worker and bank, and the people who use them."""
    ground.bank_here()
    ground.worker(crash=crash)
    return People(ground, ground.web(crash=crash, is_quick=is_quick))


class Killer(threading.Thread):
    """Strikes each process that stands still at a place, then lets the rest go on.

    `folder` is where a stopped process leaves its number, in a file of the place's name;
    `kills` says what is killed there. `hurry` lets the lease of a job whose runner was
    killed end in three seconds, as if the database's clock had gone on meanwhile.
    """

    def __init__(
        self, ground: Ground, kills: Mapping[str, Kill], *, hurry: bool = False
    ) -> None:
        super().__init__(daemon=True)
        self.ground, self.kills, self.hurry = ground, kills, hurry
        self.folder = ground.mark("stops")
        self.folder.mkdir()
        self.struck: dict[str, float] = {}
        self.fault: BaseException | None = None
        self._end = threading.Event()
        self._is_hurrying = False

    def setting(self) -> str:
        """What makes the portal's processes stop for this."""
        (point, *more) = self.kills
        return f"*~{self.folder}" if more else f"{point}~{self.folder / point}"

    def run(self) -> None:
        try:
            while not self._end.wait(0.02):
                for mark in self.folder.iterdir():
                    if mark.name in CRASHPOINTS and mark.name not in self.struck:
                        self._strike(mark)
                        self._is_hurrying = self.hurry and mark.name in self.kills
                self._is_hurrying = self._is_hurrying and not end_leases_soon()
        except BaseException as fault:  # noqa: BLE001 - told by the try itself
            self.fault = fault

    def _strike(self, mark: Path) -> None:
        self.struck[mark.name] = time.monotonic()
        # The web server itself ends a worker that it has replaced: dead is dead.
        with suppress(psutil.NoSuchProcess):
            stopped = psutil.Process(int(mark.read_text()))
            wait_until(lambda: stopped.status() in STANDING, 10)
            try:
                if mark.name in self.kills:
                    self.kills[mark.name](self.ground, stopped)
            finally:
                stopped.resume()

    def watch(self) -> None:
        """Raise what went wrong in its thread: without it nobody goes on."""
        if self.fault is not None:
            raise self.fault

    def ended(self) -> dict[str, float]:
        """When it struck where; whatever went wrong in its thread is raised here."""
        self._end.set()
        self.join(30)
        self.watch()
        return {
            point: when for point, when in self.struck.items() if point in self.kills
        }


def end_leases_soon() -> bool:
    """As if most of their time were over; False while the database is away."""
    soon = Now() + timedelta(seconds=HURRIED_SECONDS)
    try:
        Job.objects.filter(state="running").update(lease_until=soon)
    except (DatabaseError, InterfaceError):
        return False
    else:
        return True
    finally:
        connection.close()


def kill_process(ground: Ground, stopped: psutil.Process) -> None:
    stopped.kill()


def kill_program(ground: Ground, stopped: psutil.Process) -> None:
    """The whole web server or the whole worker, whichever the process belongs to."""
    program_of(ground, stopped).kill()


def program_of(ground: Ground, stopped: psutil.Process) -> Running:
    family = {stopped.pid, *(parent.pid for parent in stopped.parents())}
    return next(
        each for each in ground.running if each.is_alive and each.process.pid in family
    )


def kill_database(ground: Ground, stopped: psutil.Process) -> None:
    ground.kill_database()


def kill_broker(ground: Ground, stopped: psutil.Process) -> None:
    ground.kill_broker()


def kill_machine(ground: Ground, stopped: psutil.Process) -> None:
    """Everything at once, as when the power goes."""
    for each in ground.running:
        each.kill()
    ground.kill_broker()
    ground.kill_database()


KILLS: dict[str, Kill] = {
    "process": kill_process,
    "program": kill_program,
    "database": kill_database,
    "broker": kill_broker,
    "machine": kill_machine,
}
