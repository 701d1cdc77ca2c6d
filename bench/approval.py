"""P3: an approval of a long list against an approval of a short one: the same time."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from time import perf_counter
from typing import Any

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from assistance.actions.batches import approve_batch
from assistance.actions.funds import receive_funds
from assistance.models import Batch, FundSource, Round
from bench.returns import open_bench_round
from bench.rows import Measured, Options, Row
from bench.scratch import run_as_owner, scratch_database
from members.enums import Role
from members.models import Organisation, Post, User
from members.queries.post import actor_of
from unionportal.core.actor import SYSTEM, Actor

FLOORS = Path(__file__).resolve().parent / "floors"
ON = date(2025, 12, 15)
COUNTY = "350102"
SHORT = 1_000
CONTROL = {"BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"}
TURNS = 5  # an approval is short: five for each round asked for
STATES = ("submitted", "checked")


def run(options: Options) -> Sequence[Measured]:
    """Take turns: a long list, a short one; the first turn only warms up."""
    with scratch_database():
        round_ = open_bench_round()
        approver = _approver()
        turns = TURNS * options.rounds + 1
        for size in (SHORT, options.rows):
            _waiting(round_, size, turns)
        run_as_owner("VACUUM ANALYZE")
        short, long = _times(SHORT, approver), _times(options.rows, approver)
        seconds, queries = [], 0
        for turn in range(turns):
            seconds.append((next(long), next(short)))
            options.say(
                f"第 {turn} 轮：{options.rows} 行 {seconds[-1][0][0]:.4f} 秒，"
                f"{SHORT} 行 {seconds[-1][1][0]:.4f} 秒"
            )
            queries = seconds[-1][0][1]
    return [
        Measured(
            code="P3",
            title=f"审批：不随名单变长（底线为 {SHORT:,} 行的批次）",
            detail=f"{queries} 条语句",
            goal=1.2,
            ours=tuple(each[0][0] for each in seconds[1:]),
            floor=tuple(each[1][0] for each in seconds[1:]),
        )
    ]


def _approver() -> Actor:
    county = Organisation.objects.get(code=COUNTY)
    user = User.objects.create(username="bench", name="审批人", is_staff=True)
    Post.objects.create(
        user=user, organisation=county, role=Role.APPROVER, starts_on=ON
    )
    receive_funds(
        organisation_id=county.pk,
        source_id=FundSource.objects.get(code="county_own").pk,
        amount=Decimal("100000000.00"),
        document="基准",
        by=SYSTEM,
        on=ON,
    )
    return actor_of(user, on=ON)


def _waiting(round_: Round, size: int, count: int) -> None:
    values: dict[str, Any] = {
        "round": round_.pk,
        "year": round_.year,
        "union": Organisation.objects.get(code=COUNTY).pk,
        "source": FundSource.objects.get(code="county_own").pk,
        "size": size,
        "count": count,
        "on": ON,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute((FLOORS / "waiting.sql").read_text("utf-8"), values)
        for state in STATES:
            Batch.objects.filter(line_count=size).update(state=state)


def _times(size: int, approver: Actor) -> Iterator[tuple[float, int]]:
    """Seconds and statements of one approval after another."""
    for batch in Batch.objects.filter(line_count=size).order_by("id"):
        with CaptureQueriesContext(connection) as queries:
            begun = perf_counter()
            approve_batch(
                batch_id=batch.pk, digest=batch.digest, comment="", by=approver, on=ON
            )
            seconds = perf_counter() - begun
        told = [each["sql"].split(" ", 1)[0] for each in queries]
        yield seconds, sum(1 for verb in told if verb not in CONTROL)


APPROVE = Row("P3", "approve", run, grows=False)
