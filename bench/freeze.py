"""P2: a round frozen into batches, against SQL by hand; and the proofs of the books.

The answers and the proofs run over the same lists, so they are measured in one place:
P2 against the very same freeze and against the computation (P1's floor), R21 against it.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.db import connection

from assistance.actions.releases import release_round
from assistance.models import FundSource, Round, SchemeVersion
from assistance.queries.ledger import ledger_proof
from bench.compute import compute_by_hand
from bench.province import HERE, PAID_ON, noticed, opened, populate
from bench.rows import Measured, Options, Row
from bench.scratch import run_as_owner, scratch_database
from bench.turns import check_now, seconds_of, take_turns, undone
from unionportal.core.actor import SYSTEM

_FROZEN = (
    "TRUNCATE assistance_payment, assistance_paymentclaim, assistance_batch CASCADE"
)
# What both must come to: each union's list and source, and digests that are its own.
_LISTS = """
    SELECT batch.organisation_id, batch.line_count, batch.total, funding.line_count,
           funding.amount, batch.digest = listed.digest, listed.claims
    FROM assistance_batch AS batch
    JOIN assistance_batchfunding AS funding ON funding.batch_id = batch.id
    JOIN (
        SELECT payment.batch_id, count(claim.id) AS claims,
               encode(sha256(convert_to(string_agg(concat_ws('|', payment.reference,
                   payment.claim_id, payment.account_id, payment.source_id,
                   payment.amount), E'\\n' ORDER BY payment.id), 'UTF8')), 'hex')
                   AS digest
        FROM assistance_payment AS payment
        JOIN assistance_paymentclaim AS claim ON claim.id = payment.claim_id
            AND payment.reference =
                payment.year || lpad(claim.id::text, 10, '0') || '01'
        WHERE payment.year = %s GROUP BY payment.batch_id
    ) AS listed ON listed.batch_id = batch.id
    WHERE batch.round_id = %s ORDER BY batch.organisation_id
"""


def run(options: Options) -> Sequence[Measured]:
    """Each turn freezes the same round and takes it back."""
    with scratch_database():
        options.say(f"生成 {options.rows} 份档案，测算，公示…")
        version = populate(options.rows)
        round_ = noticed(version)
        frozen = take_turns(
            options,
            ours=lambda: _turn(_ours, round_),
            floor=lambda: _turn(freeze_by_hand, round_),
        )
        options.say("同样的名单，与测算的底线比")
        computed = [_computed(version, turn) for turn in range(options.rounds)]
        run_as_owner(_FROZEN)
        release_round(round_id=round_.pk, on=PAID_ON, by=SYSTEM)
        run_as_owner("VACUUM ANALYZE")
        proofs = [seconds_of(_prove) for _turn_ in range(options.rounds)]
    lines = (
        f"{sum(row[1] for row in frozen.outcome):,} 笔，{len(frozen.outcome)} 个批次"
    )
    both = frozen.line("P2", "冻结：核对引用、发放权、名单、摘要", 1.5, lines)
    as_share = Measured(
        code="P2",
        title="冻结，与测算的底线比",
        goal=0.6,
        ours=frozen.ours,
        floor=tuple(computed),
    )
    proof = Measured(
        code="R21",
        title="账目证明全部核一遍（verify_ledger），与测算的底线比",
        goal=1.0,
        ours=tuple(proofs),
        floor=tuple(computed),
    )
    return [both, as_share, proof]


def _turn(step: Callable[[Round], None], round_: Round) -> tuple[float, Any]:
    run_as_owner(_FROZEN)
    fresh = Round.objects.select_related("version", "organisation").get(pk=round_.pk)
    with undone():
        seconds = seconds_of(partial(step, fresh))
        with connection.cursor() as cursor:
            cursor.execute(_LISTS, [round_.year, round_.pk])
            return seconds, cursor.fetchall()


def _ours(round_: Round) -> None:
    release_round(round_id=round_.pk, on=PAID_ON, by=SYSTEM)
    check_now()


def freeze_by_hand(round_: Round) -> None:
    """The floor of a freeze."""
    values: dict[str, Any] = {
        "year": round_.year,
        "round": round_.pk,
        "scheme": round_.version.scheme_id,
        "source": FundSource.objects.get(code="county_own").pk,
        "on": PAID_ON,
    }
    with connection.cursor() as cursor:
        cursor.execute((HERE / "floors" / "freeze.sql").read_text("utf-8"), values)
    check_now()


def _computed(version: SchemeVersion, turn: int) -> float:
    """Seconds of P1's floor for another round beside this one, taken back."""
    round_ = opened(version, f"beside-{turn}")
    with undone():
        return seconds_of(partial(compute_by_hand, round_))


def _prove() -> None:
    proof = ledger_proof()
    if not proof.ok:
        raise AssertionError(proof.problems[:3])


FREEZE = Row("P2", "freeze", run)
