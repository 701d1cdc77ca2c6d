"""The portal at work on a ground, and the hand that stops or kills it at a point."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil

from tests.faults.ground import Ground, wait_until
from tests.faults.people import People
from tests.faults.processes import Running

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


def open_house(ground: Ground, *, crash: str = "") -> People:
    """Web, worker and bank, and the people who use them."""
    ground.bank_here()
    ground.worker(crash=crash)
    return People(ground, ground.web(crash=crash))


class Killer(threading.Thread):
    """Waits until a process stands still at its point, strikes, lets the rest go on."""

    def __init__(self, ground: Ground, mark: Path, kill: Kill) -> None:
        super().__init__(daemon=True)
        self.ground, self.mark, self.kill = ground, mark, kill
        self.struck = 0.0
        self.fault: BaseException | None = None

    def run(self) -> None:
        while not self.mark.exists():
            time.sleep(0.02)
        stopped = psutil.Process(int(self.mark.read_text()))
        wait_until(lambda: stopped.status() == psutil.STATUS_STOPPED, 10)
        self.struck = time.monotonic()
        try:
            self.kill(self.ground, stopped)
        except BaseException as fault:  # noqa: BLE001 - told by the try itself
            self.fault = fault
        with suppress(psutil.NoSuchProcess):
            stopped.resume()

    def ended(self) -> float:
        """When it struck; whatever went wrong in its thread is raised here."""
        self.join(1)
        if self.fault is not None:
            raise self.fault
        return self.struck


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
