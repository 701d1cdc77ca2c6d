"""R10: the database is lost at any statement; what was begun is whole or absent."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import psycopg2
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.models import F

from assistance.actions.computations import request_computation
from assistance.actions.notices import request_publication
from assistance.actions.payments import end_payment
from assistance.actions.releases import request_release
from assistance.actions.returns import COLLECT_JOB
from assistance.enums import PaymentEnd
from assistance.models import Batch, Payment, Round
from members.enums import Role
from members.models import Organisation
from tests.assistance.builders import COUNTY, ON
from tests.assistance.paying import AFTER_NOTICE
from tests.faults.fingerprint import fingerprint
from tests.faults.ground import Ground, wait_until
from tests.faults.story import sign_next, unsigned
from tests.faults.table import Chance, fault
from unionportal.core.actor import SYSTEM
from unionportal.core.jobs import enqueue, run_due_jobs
from unionportal.core.models.jobs import LIVE_STATES, Job
from unionportal.demo.cast import Cast
from unionportal.embedded import SUPERUSER

TITLE = "数据库连接在任一语句断开、数据库被杀：或全或无，网页答复 503，数据库回来后 5 秒内恢复"
BACK_SECONDS = 5.0


# --- the steps of a round, each from its stage, each repeatable


def compute() -> None:
    request_computation(round_id=main_round(), on=ON, by=SYSTEM)
    finish_jobs()


def publish() -> None:
    request_publication(round_id=main_round(), on=ON, by=SYSTEM)
    finish_jobs()


def release() -> None:
    request_release(round_id=main_round(), on=AFTER_NOTICE, by=SYSTEM)
    finish_jobs()


def sign() -> None:
    sign_next(unsigned()[0])


def instruct() -> None:
    sign()
    finish_jobs()


def collect() -> None:
    with transaction.atomic():
        enqueue(
            kind=COLLECT_JOB,
            key="lost",
            arguments={"on": AFTER_NOTICE.isoformat()},
            by=SYSTEM,
        )
    finish_jobs()


def end() -> None:
    payment = Payment.objects.filter(state="returned").order_by("id")[0]
    maker = Cast(AFTER_NOTICE).holder(Role.MAKER, Organisation.objects.get(code=COUNTY))
    end_payment(
        payment_id=payment.pk, reason=PaymentEnd.UNREACHABLE, by=maker, on=AFTER_NOTICE
    )


def finish_jobs() -> None:
    """As a worker would, without its waiting for the next attempt or a dead lease."""
    deadline = time.monotonic() + 30
    while Job.objects.filter(state__in=LIVE_STATES).exists():
        Job.objects.filter(state="queued").update(due_at=F("created_at"))
        Job.objects.filter(state="running").update(lease_until=F("created_at"))
        run_due_jobs()
        assert time.monotonic() < deadline, "jobs did not end"


def main_round() -> int:
    return Round.objects.get(parent=None).pk


STEPS: dict[str, tuple[str, Callable[[], None], Callable[[], bool]]] = {
    "compute": ("opened", compute, lambda: in_round("computed")),
    "publish": ("computed", publish, lambda: in_round("noticed")),
    "release": ("noticed", release, lambda: in_round("released")),
    "submit": ("released", sign, lambda: in_batch("submitted")),
    "instruct": ("approved", instruct, lambda: in_batch("instructed")),
    "collect": (
        "answered",
        collect,
        lambda: not Payment.objects.filter(state="instructed").exists(),
    ),
    "end": ("settled", end, lambda: Payment.objects.filter(state="ended").exists()),
}


def in_round(state: str) -> bool:
    return Round.objects.filter(parent=None, state=state).exists()


def in_batch(state: str) -> bool:
    return Batch.objects.filter(state=state).exists()


@dataclass
class Cutter:
    """Counts the statements of this thread; loses the database at one of them."""

    at: int = 0
    lose: Callable[[], None] | None = None
    count: int = 0

    def __call__(self, execute: Callable[..., object], *statement: object) -> object:
        self.count += 1
        if self.count == self.at and self.lose is not None:
            self.lose()
        return execute(*statement)


def watched(act: Callable[[], None], cutter: Cutter) -> None:
    with connection.execute_wrapper(cutter):
        act()


def settle_stage(ground: Ground, stage: str) -> None:
    """A stage with nothing left over to send."""
    ground.at(stage)
    finish_jobs()


@cache
def unbroken(ground: Ground, step: str) -> tuple[int, dict[str, Any]]:
    """How many statements a step takes, and what it comes to."""
    stage, act, _is_done = STEPS[step]
    settle_stage(ground, stage)
    cutter = Cutter()
    watched(act, cutter)
    return cutter.count, fingerprint(ground.bank_folder)


@fault(row="R10", title=TITLE, in_ci=8, tries=420)
def line_cut_at_a_statement(ground: Ground, chance: Chance) -> None:
    """A step loses its session, or its server, at one statement; it is done again."""
    names = sorted(STEPS)
    lap, number = divmod(chance.turn, len(names))
    step = names[number]
    stage, act, is_done = STEPS[step]
    count, expected = unbroken(ground, step)
    settle_stage(ground, stage)
    is_server = chance.random() < 0.15
    lose = partial(lose_server, ground) if is_server else partial(lose_session, ground)
    # The full suite goes through every statement, the slice takes some.
    place = (lap % count) + 1 if chance.is_full else chance.randint(1, count)
    try:
        watched(act, Cutter(place, lose))
    except (DatabaseError, InterfaceError):
        connection.close()
    ground.mend_engines()
    ground.check_invariants()
    if not is_done():
        act()
    finish_jobs()
    ground.check_invariants()
    found = fingerprint(ground.bank_folder)
    assert found == expected, f"{step} cut at statement {place} of {count}"


def lose_session(ground: Ground) -> None:
    """End our own backend from another session."""
    own = connection.connection.info.backend_pid if connection.connection else 0
    address = ground.engines.addresses.database(role=SUPERUSER, name="postgres")
    session = psycopg2.connect(address)
    session.cursor().execute("SELECT pg_terminate_backend(%s, 1000)", [own])
    session.close()


def lose_server(ground: Ground) -> None:
    ground.kill_server()


@fault(row="R10", title=TITLE, in_ci=1, tries=5)
def web_comes_back_with_the_database(ground: Ground, chance: Chance) -> None:
    """With the database away every door says 503 and when to come back, never 500."""
    ground.at("settled")
    web = ground.web()
    doors = ("/", "/staff/", "/api/v1/schema/", "/health/ready/", "/login/")
    before = {path: web.status(path) for path in doors}
    assert set(before.values()) <= {200, 401, 403}, before
    ground.kill_database()
    down = {path: web.status(path) for path in doors for _again in range(2)}
    assert set(down.values()) <= {200, 503}, down
    assert down["/"] == down["/health/ready/"] == 503
    ground.mend_engines()
    back = wait_until(lambda: all(web.status(path) != 503 for path in doors), 30)
    ground.recovered(back, within=BACK_SECONDS)
    assert {path: web.status(path) for path in doors} == before
    ground.check_invariants()
