"""The computation of a round: everybody's answer by one statement, or in chunks.

The round's own states and moves: `assistance/actions/rounds.py`; the statement itself:
`assistance/actions/answers.py`.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date

from django.db import transaction

from assistance.actions.answers import (
    Span,
    deviations_of,
    spans_of,
    write_answers,
    write_answers_of_the_rest,
    write_deviations,
)
from assistance.actions.quotas import apply_quota
from assistance.actions.rounds import (
    locked_round,
    move_round,
    recount_round,
    seen_round,
)
from assistance.actions.stacking import foresee_stacking
from assistance.enums import RoundState
from assistance.models import (
    Determination,
    Round,
    RoundChunk,
    RoundComputation,
)
from assistance.permissions.rounds import (
    can_compute_round,
)
from assistance.queries.computations import CHUNK_JOB
from assistance.workflow import ROUND
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal
from unionportal.core.faults import crashpoint, declare_crashpoint
from unionportal.core.jobs import JobRun, enqueue
from unionportal.core.models.jobs import Job

COMPUTE_JOB = "assistance.compute_round"
BEFORE_COMPUTE = declare_crashpoint("compute_round.before_commit")
AFTER_COMPUTE = declare_crashpoint("compute_round.after_commit")
BEFORE_CHUNK = declare_crashpoint("compute_chunk.before_commit")
AFTER_CHUNK = declare_crashpoint("compute_chunk.after_commit")


@transaction.atomic
def request_computation(*, round_id: int, on: date, by: Actor) -> Job:
    """Write the computation down as a job; the same live job when asked twice."""
    round_ = locked_round(round_id)
    can_compute_round(by, round_).require()
    ROUND.target_of("compute", round_.state)
    return enqueue(
        kind=COMPUTE_JOB,
        key=f"round-{round_id}",
        arguments={"round_id": round_id, "on": on.isoformat()},
        by=by,
        organisation_id=round_.organisation_id,
    )


def compute_round(
    *,
    round_id: int,
    on: date,
    by: Actor,
    run: JobRun | None = None,
    chunk_rows: int | None = None,
) -> Round:
    """Answer everybody in the round's reach, by one INSERT … SELECT.

    From opened, and again from computed, until the notice: the earlier answers are
    replaced whole, in the same transaction. An amount that somebody decided otherwise
    stays decided where the rule still proposes the same; how many did not stay is
    recorded. With more than `chunk_rows` subjects the earlier answers go, the round is
    opened again, and a job for each range of unions is written down; the last of them
    finishes the round (`compute_chunk`). A job that is run again finds what it has
    begun. Refused: an empty population, which would be published as success.
    """
    with transaction.atomic():
        if run is not None:
            run.fence()
        round_ = locked_round(round_id)
        if run is not None and round_.computations.filter(job_id=run.job_id).exists():
            return round_
        can_compute_round(by, round_).require()
        ROUND.target_of("compute", round_.state)
        spans = spans_of(round_, chunk_rows)
        computation = _begin(round_, spans, job_id=run.job_id if run else None)
        if len(spans) == 1:
            computation.chunks.update(
                is_done=True, answered_count=write_answers(round_, spans[0])
            )
            _finish(round_, computation, on=on, by=by)
        else:
            _hand_out(round_, computation, on=on, by=by)
        crashpoint(BEFORE_COMPUTE)
    crashpoint(AFTER_COMPUTE)
    return round_


def _begin(
    round_: Round, spans: Sequence[Span], *, job_id: int | None
) -> RoundComputation:
    """Take the earlier answers away and write down what is to be answered."""
    computation = RoundComputation.objects.create(
        round=round_, job_id=job_id, deviations=deviations_of(round_)
    )
    Determination.objects.filter(year=round_.year, round=round_).delete()
    RoundChunk.objects.bulk_create(
        RoundChunk(computation=computation, number=number, **asdict(span))
        for number, span in enumerate(spans, start=1)
    )
    return computation


def _hand_out(
    round_: Round, computation: RoundComputation, *, on: date, by: Actor
) -> None:
    """Write a job for each chunk; until the last is done the round has no totals."""
    recount_round(round_)
    if round_.state == RoundState.COMPUTED:
        target = ROUND.target_of("divide", round_.state)
        move_round(round_, target, "divide_round", on=on, by=by)
    for chunk in computation.chunks.order_by("number"):
        enqueue(
            kind=CHUNK_JOB,
            key=f"chunk-{chunk.pk}",
            arguments={"chunk_id": chunk.pk, "on": on.isoformat()},
            by=by,
            organisation_id=round_.organisation_id,
        )


def compute_chunk(
    *, chunk_id: int, on: date, by: Actor, run: JobRun | None = None
) -> RoundChunk:
    """Answer one range of unions; whoever ends the last range finishes the round.

    A chunk that is done stays as it is. The round's row is locked only at the end, so
    chunks run side by side, and exactly one of them sees that no other is left.
    Refused: a round that was cancelled or is being computed anew meanwhile.
    """
    with transaction.atomic():
        if run is not None:
            run.fence()
        chunk = (
            RoundChunk.objects.select_for_update(of=("self",))
            .select_related("computation")
            .get(pk=chunk_id)
        )
        if chunk.is_done:
            return chunk
        round_ = seen_round(chunk.computation.round_id)
        can_compute_round(by, round_).require()
        _require_latest(round_, chunk.computation)
        span = Span(chunk.path_from, chunk.path_to, chunk.expected_count)
        chunk.answered_count = write_answers(round_, span)
        round_ = locked_round(round_.pk)
        _require_latest(round_, chunk.computation)
        chunk.is_done = True
        chunk.save(update_fields=("answered_count", "is_done"))
        record(
            by=by,
            verb="compute_chunk",
            subject=round_,
            on=on,
            organisation_id=round_.organisation_id,
            changes={"chunk": chunk.number, "answered": chunk.answered_count},
        )
        if not chunk.computation.chunks.filter(is_done=False).exists():
            write_answers_of_the_rest(round_)
            _finish(round_, chunk.computation, on=on, by=by)
        crashpoint(BEFORE_CHUNK)
    crashpoint(AFTER_CHUNK)
    return chunk


def _require_latest(round_: Round, computation: RoundComputation) -> None:
    """Asked before the work, and again under the round's lock."""
    latest = round_.computations.order_by("-id").first()
    if round_.state != RoundState.OPENED or latest != computation:
        raise Refusal("轮次已取消或正在重新测算，这一段不再办理。", code="superseded")


def _finish(
    round_: Round, computation: RoundComputation, *, on: date, by: Actor
) -> None:
    """Count what was answered and move the round, with the one entry that says so."""
    kept = computation.deviations
    lost = len(kept) - write_deviations(round_, kept)
    stacked = foresee_stacking(round_, user_id=by.user_id)
    queued = apply_quota(round_)
    recount_round(round_)
    _require_population(round_)
    round_.computed_on = on
    counted = {
        "population": round_.population,
        "eligible": round_.eligible_count,
        "ineligible": round_.ineligible_count,
        "unknown": round_.unknown_count,
        "amount": round_.eligible_amount,
        "deviations_lost": lost,
        **stacked.told,
        **({"queued": queued} if queued else {}),
    }
    target = ROUND.target_of("compute", round_.state)
    move_round(round_, target, "compute_round", on=on, by=by, changes=counted)
    computation.is_finished = True
    computation.save(update_fields=("is_finished",))


def _require_population(round_: Round) -> None:
    if round_.population == 0:
        raise Refusal(
            "没有纳入本轮次的对象：请检查组织范围、基准日和档案状态。空的名单不会发放任何人。",
            code="empty",
        )
