"""R2: the broker is killed, emptied, restarted, or stays away; no work is lost."""

from collections.abc import Callable

from django.db import transaction
from django.db.models import F, Max

from assistance.actions.returns import COLLECT_JOB
from tests.assistance.paying import AFTER_NOTICE
from tests.faults.fingerprint import check_ended_alike, reference
from tests.faults.ground import Ground, wait_until
from tests.faults.house import open_house
from tests.faults.invariants import check_everybody_is_served
from tests.faults.table import Chance, fault
from unionportal.core.actor import SYSTEM
from unionportal.core.jobs import enqueue
from unionportal.core.models.jobs import LIVE_STATES, Job

STEP = 40
JOBS_A_TRY = 200
DELAY_SECONDS = 15
TITLE = "消息服务被杀、清空、重启或一直不在：任务不丢，轮次照常办完"


def leave_alone(ground: Ground) -> None:
    return


def empty(ground: Ground) -> None:
    ground.mend_engines()
    ground.broker().flushall()


def restart(ground: Ground) -> None:
    ground.kill_broker()
    ground.mend_engines()


def kill(ground: Ground) -> None:
    ground.kill_broker()


def mend(ground: Ground) -> None:
    ground.mend_engines()


MISHAPS: tuple[Callable[[Ground], None], ...] = (
    leave_alone,
    empty,
    restart,
    kill,
    mend,
)


@fault(row="R2", title=TITLE, in_ci=1, tries=5)
def jobs_outlive_the_broker(ground: Ground, chance: Chance) -> None:
    """Two hundred jobs of a try, and between them whatever befalls the broker."""
    ground.at("instructed")
    worker = ground.worker()
    with transaction.atomic():
        first = collect("the worker is there")
    wait_until(lambda: Job.objects.filter(pk=first.pk, state="done").exists())
    Job.objects.filter(pk=first.pk).delete()
    for start in range(0, JOBS_A_TRY, STEP):
        with transaction.atomic():
            for number in range(start, start + STEP):
                collect(f"lost {number}")
        chance.choice(MISHAPS)(ground)
    jobs = Job.objects.filter(kind=COLLECT_JOB)
    wait_until(lambda: not jobs.filter(state__in=LIVE_STATES).exists())
    assert worker.is_alive
    assert jobs.filter(state="done", attempt_count=1).count() == JOBS_A_TRY
    slowest = jobs.aggregate(waited=Max(F("finished_at") - F("created_at")))["waited"]
    ground.recovered(slowest.total_seconds(), within=DELAY_SECONDS)


def collect(key: str) -> Job:
    """A small, real job: look into the bank's inbox, where nothing lies."""
    return enqueue(
        kind=COLLECT_JOB,
        key=key,
        arguments={"on": AFTER_NOTICE.isoformat()},
        by=SYSTEM,
    )


@fault(row="R2", title=TITLE, in_ci=1, tries=5)
def round_ends_without_the_broker(ground: Ground, chance: Chance) -> None:
    """The broker dies at a stage and does not come back until the round is closed."""
    stage = chance.choice(("noticed", "released", "answered"))
    expected = reference(ground, stage)
    ground.at(stage)
    people = open_house(ground)
    people.leave_down = ("engines",)
    ground.kill_broker()
    people.finish()
    ground.check_invariants()
    check_everybody_is_served(ground.bank_folder)
    check_ended_alike(ground, expected)
