"""R3: messages come three times and runners come back from the dead; one effect."""

import threading
import time
from datetime import timedelta

import psutil
from django.db import connection, transaction
from django.db.models import F

from tests.faults.fingerprint import check_ended_alike, reference
from tests.faults.ground import Ground, wait_until
from tests.faults.house import Kill, Killer, open_house, stage_before
from tests.faults.rows.r02_broker import collect
from tests.faults.table import Chance, fault
from unionportal.core.jobs import ring, run_due_jobs, run_job
from unionportal.core.models.jobs import LIVE_STATES, Job

TITLE = "同一条消息送三遍、两个后台同时领取、被当作已死的进程回来：每步只生效一次"
RUNNERS = 6
HELD_SECONDS = 1.0
# Places that a job passes outside of a transaction: there its lease can run out.
OPEN_PLACES = (
    "jobs.after_claim",
    "jobs.before_finish",
    "compute_round.after_commit",
    "publish_round_notice.after_commit",
    "release_round.after_commit",
    "write_instruction.before_rename",
    "write_instruction.after_rename",
)
# And inside one, where nobody can claim the job however old its lease is.
CLOSED_PLACES = (
    "compute_round.before_commit",
    "release_round.before_commit",
    "write_instruction.before_commit",
)
PLACES = OPEN_PLACES + CLOSED_PLACES


@fault(row="R3", title=TITLE, in_ci=30, tries=1000)
def one_of_six_runners_runs(ground: Ground, chance: Chance) -> None:
    """Six runners hear of one job at once; one runs it, the others end within 1 s."""
    if ground.stage != "answered":
        ground.at("answered")
        run_due_jobs()
    with transaction.atomic():
        job = collect(f"try {chance.turn}")
    barrier = threading.Barrier(RUNNERS)
    ran: list[tuple[bool, float]] = []

    def hear() -> None:
        barrier.wait()
        began = time.monotonic()
        ran.append((run_job(job.pk), time.monotonic() - began))
        connection.close()

    threads = [threading.Thread(target=hear) for _each in range(RUNNERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [did for did, _seconds in ran].count(True) == 1
    assert max(seconds for did, seconds in ran if not did) < HELD_SECONDS
    job.refresh_from_db()
    assert (job.state, job.attempt_count) == ("done", 1)
    if chance.turn % 50 == 0:
        ground.check_invariants()


@fault(row="R3", title=TITLE, in_ci=1, tries=4)
def every_ring_three_times(ground: Ground, chance: Chance) -> None:
    """Two workers, and every job is rung for three more times while it lives."""
    stage = chance.choice(("ready", "noticed"))
    expected = reference(ground, stage)
    ground.at(stage)
    people = open_house(ground)
    ground.worker()
    ringer = Ringer()
    ringer.start()
    people.finish()
    ringer.end.set()
    ringer.join()
    assert ringer.count >= 3
    ground.check_invariants()
    check_ended_alike(ground, expected)


class Ringer(threading.Thread):
    """Rings three times for every job that it sees."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.end = threading.Event()
        self.count = 0

    def run(self) -> None:
        seen: set[int] = set()
        while not self.end.wait(0.02):
            for number in Job.objects.filter(state__in=LIVE_STATES).values_list(
                "pk", flat=True
            ):
                if number not in seen:
                    seen.add(number)
                    self.count += sum(ring(number) for _copy in range(3))
        connection.close()


@fault(row="R3", title=TITLE, in_ci=2, tries=len(PLACES) * 2)
def back_from_the_dead(ground: Ground, chance: Chance) -> None:
    """A runner stands still until its lease is over; another finishes; it goes on."""
    point = PLACES[chance.turn % len(PLACES)]
    stage = stage_before(point)
    expected = reference(ground, stage)
    ground.at(stage)
    killer = Killer(ground, {point: outlive(point)})
    people = open_house(ground, crash=killer.setting())
    killer.start()
    people.finish()
    assert killer.ended(), f"{point} was not passed from {stage}"
    ground.check_invariants()
    check_ended_alike(ground, expected)


def outlive(point: str) -> Kill:
    """Let the lease of the stopped runner end on the database's clock, run its job."""

    def wait_for_another(ground: Ground, stopped: psutil.Process) -> None:
        running: list[Job] = []

        def is_alone() -> bool:  # the others end by themselves, and new ones begin
            running[:] = Job.objects.filter(state="running")
            return len(running) == 1

        wait_until(is_alone, 15)
        (held,) = running
        began = time.monotonic()
        assert not run_job(held.pk), "a held job was run by a second runner"
        assert time.monotonic() - began < HELD_SECONDS
        past = F("lease_until") - timedelta(minutes=1)
        Job.objects.filter(pk=held.pk).update(lease_until=past)
        if point in CLOSED_PLACES:
            assert not run_job(held.pk), "a job was run beside an open transaction"
        else:
            wait_until(lambda: is_over(held, ground), 30)
        connection.close()

    return wait_for_another


def is_over(held: Job, ground: Ground) -> bool:
    run_job(held.pk)
    held.refresh_from_db()
    return held.state == "done"
