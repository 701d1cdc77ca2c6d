"""P19: a whole winter, from the computation to the report, against the sum of floors.

Ours is every action with its permissions, signatures, audit, messages and guards; a
floor is each step's statement by hand on the same rows, taken back before ours begins;
both wait for the disk.
P17 is told from the same run: what the jobs of the round cost as jobs.
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from assistance.actions.computations import compute_round
from assistance.actions.disbursements import write_instruction
from assistance.actions.notices import publish_round_notice
from assistance.actions.releases import release_round
from assistance.actions.returns import import_return
from assistance.models import BankFile, Batch, Payment, Round
from assistance.queries.ledger import ledger_proof
from assistance.queries.rounds import counties_visible_to
from assistance.rules.banks.layout import layout_named
from bench.compute import compute_by_hand
from bench.exports import write_bank_file
from bench.freeze import freeze_by_hand
from bench.memory import memory_of_step
from bench.processor import METER
from bench.province import (
    ON,
    PAID_ON,
    Officers,
    above_of,
    approved,
    holder,
    instructed,
    officers_of,
    opened,
    populate,
)
from bench.returns import apply_by_hand
from bench.rows import Measured, Options, Row
from bench.scratch import run_as_owner, scratch_database
from bench.statements import statement
from bench.turns import check_now, seconds_of, undone, wait_for_disk
from members.enums import Role
from unionportal.core.actor import SYSTEM
from unionportal.core.jobs import enqueue, register_job, ring, run_next_job
from unionportal.core.models.jobs import Job
from unionportal.stub_bank.books import Line
from unionportal.stub_bank.paper import write_answer

SIGNED = ("drafted", "submitted", "checked", "approved", "instructed")
BACK_EVERY = 40  # one line in forty comes back
PAYER = "1402020709001234567"
LAYOUT = "delimited_gbk"
EMPTY_JOB = "bench.nothing"
EMPTY_JOBS = 50


@dataclass(slots=True)
class Winter:
    """The seconds of each step, ours and the floor's."""

    ours: dict[str, float] = field(default_factory=dict)
    floor: dict[str, float] = field(default_factory=dict)
    busy: list[tuple[float, float]] = field(default_factory=list)

    def step(
        self, name: str, ours: Callable[[], object], floor: Callable[[], object]
    ) -> None:
        """The floor first, taken back; then ours, which stays."""
        METER.read()
        with undone():
            self.floor[name] = seconds_of(floor) + seconds_of(check_now)
        self.floor[name] += seconds_of(wait_for_disk)
        floor_busy = METER.read()
        run_as_owner("VACUUM ANALYZE")
        self.ours[name] = seconds_of(ours)
        self.busy.append((METER.read(), floor_busy))
        run_as_owner("VACUUM ANALYZE")

    @property
    def processor(self) -> tuple[float, float]:
        """What ours and the floor took of the processor."""
        return sum(own for own, _ in self.busy), sum(floor for _, floor in self.busy)

    @property
    def detail(self) -> str:
        """Each step's seconds, ours and the floor's."""
        return "；".join(
            f"{name} {seconds:.1f}/{self.floor[name]:.1f}"
            for name, seconds in self.ours.items()
        )


def run(options: Options) -> Sequence[Measured]:
    """One winter: it is long, and its steps have rows of their own."""
    with scratch_database(), _exchange() as folder, memory_of_step() as peak:
        round_ = opened(populate(options.rows))
        winter = Winter()
        _walk(winter, round_, folder, options)
        jobs = Job.objects.count() + 2  # with those of computation and release
        a_job = _empty_jobs()
    ours, floor = sum(winter.ours.values()), sum(winter.floor.values())
    return [
        Measured(
            code="P19",
            title="整个冬季，从测算到报表",
            detail=winter.detail,
            goal=2.5,
            ours=(ours,),
            floor=(floor,),
            memory=peak.pair,
            busy=winter.processor,
        ),
        Measured(
            code="P17",
            title="队列：任务的登记、领取、结清，与整个冬季比",
            detail=f"{jobs} 项",
            goal=0.03,
            ours=(jobs * a_job,),
            floor=(ours,),
        ),
    ]


@contextmanager
def _exchange() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        settings.BANK_EXCHANGE_DIR = Path(folder)
        yield Path(folder)


def _walk(winter: Winter, round_: Round, folder: Path, options: Options) -> None:
    key = round_.pk
    winter.step(
        "测算",
        lambda: compute_round(round_id=key, on=ON, by=SYSTEM),
        lambda: compute_by_hand(round_),
    )
    publish_round_notice(round_id=key, on=ON, by=SYSTEM)
    options.say("公示之后")
    winter.step(
        "冻结",
        lambda: release_round(round_id=key, on=PAID_ON, by=SYSTEM),
        lambda: freeze_by_hand(round_),
    )
    batches = list(
        Batch.objects.filter(round=key)
        .select_related("organisation", "round__version__scheme")
        .order_by("id")
    )
    officers = _officers(batches)
    winter.step(
        f"{len(batches)} 个批次签批并送银行",
        lambda: _sign(batches, officers),
        lambda: _sign_by_hand(round_),
    )
    for batch in batches:
        batch.refresh_from_db()
    winter.step(
        "银行文件",
        _write_files,
        lambda: _write_by_hand(batches, folder / "floor.txt"),
    )
    answers = [_answer(batch) for batch in batches]
    winter.step(
        "回盘入账",
        lambda: _take_in(answers),
        lambda: apply_by_hand(round_, [content for _name, content in answers]),
    )
    winter.step("对账与报表", lambda: _report(round_), lambda: _report_by_hand(round_))


def _officers(batches: Sequence[Batch]) -> dict[int, Officers]:
    cities: dict[int, Any] = {}
    for batch in batches:
        city = above_of(batch.organisation)
        if city.pk not in cities:
            cities[city.pk] = holder(Role.APPROVER, city)
    return {
        batch.pk: officers_of(
            batch.organisation, cities[above_of(batch.organisation).pk]
        )
        for batch in batches
    }


def _sign(batches: Sequence[Batch], officers: dict[int, Officers]) -> None:
    for batch in batches:
        approved(batch, officers[batch.pk])
        instructed(batch, officers[batch.pk])


def _sign_by_hand(round_: Round) -> None:
    """A conditional UPDATE a step over all batches, and one over the payments."""
    with connection.cursor() as cursor:
        for before, after in pairwise(SIGNED):
            cursor.execute(
                statement("winter.sql", "sign"),
                {"from": before, "to": after, "round": round_.pk},
            )
        values: dict[str, Any] = {"on": PAID_ON, "year": round_.year}
        cursor.execute(statement("winter.sql", "send"), values)


def _write_files() -> None:
    for key in BankFile.objects.order_by("id").values_list("pk", flat=True):
        write_instruction(bank_file_id=key, on=PAID_ON, by=SYSTEM)


def _write_by_hand(batches: Sequence[Batch], path: Path) -> None:
    for batch in batches:
        write_bank_file(batch, PAYER, path)


def _answer(batch: Batch) -> tuple[str, bytes]:
    """What the bank sends back: every line, one in forty returned."""
    payments = Payment.objects.filter(year=batch.round.year, batch=batch)
    rows = payments.order_by("id").values_list("reference", "amount")
    lines = [
        Line(reference, "", "", int(amount * 100), "" if at % BACK_EVERY else "closed")
        for at, (reference, amount) in enumerate(rows, 1)
    ]
    content = write_answer(
        layout_named(LAYOUT), batch=batch.number, on=PAID_ON, lines=lines
    )
    return f"HP_{batch.number}.txt", content


def _take_in(answers: Sequence[tuple[str, bytes]]) -> None:
    for name, content in answers:
        import_return(content=content, name=name, by=SYSTEM, on=PAID_ON)


def _report(round_: Round) -> None:
    proof = ledger_proof()
    if not proof.ok:
        raise AssertionError(proof.problems[:3])
    counties_visible_to(round_, SYSTEM)


def _report_by_hand(round_: Round) -> None:
    values = {"year": round_.year, "round": round_.pk}
    with connection.cursor() as cursor:
        cursor.execute(statement("winter.sql", "report"), values)
        cursor.fetchall()


def _empty_jobs() -> float:
    """Seconds of a job that has nothing to be done: written, rung, claimed, ended."""
    register_job(EMPTY_JOB, "空任务")(lambda _run: None)

    def one(number: int) -> float:
        with transaction.atomic():  # whose commit is that of the job's cause
            begun = perf_counter()
            job = enqueue(kind=EMPTY_JOB, key=f"{number}", arguments={}, by=SYSTEM)
            written = perf_counter() - begun
        return written + seconds_of(lambda: ring(job.pk)) + seconds_of(run_next_job)

    Job.objects.filter(state="queued").update(due_at="2100-01-01T00:00:00Z")
    return sum(map(one, range(EMPTY_JOBS))) / EMPTY_JOBS


WINTER = Row("P19", "winter", run, grows=False)
