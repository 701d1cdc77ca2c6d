"""Verification samples: the draw and its repetition, the strata, what was found."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.db.models import Q, QuerySet

from assistance.enums import FindingState, PaymentState, SampleItemState
from assistance.models import (
    Round,
    SampleItem,
    VerificationFinding,
    VerificationSample,
    VerificationWaiver,
)
from assistance.queries.rounds import last_payments, rounds_visible_to
from assistance.rules.sampling import Estimate, StratumAnswers, estimate_of
from unionportal.core.actor import Actor
from unionportal.core.money import show_yuan
from unionportal.core.scope import within

# The order in which the payees of each stratum are drawn: by the digest of the seed and
# the number of the payment. The first `size` are the sample, the next ones replace.
ORDER_SQL = """
    SELECT stratum.id AS stratum_id,
           row_number() OVER (PARTITION BY stratum.id ORDER BY encode(sha256(
               convert_to(sample.seed || ':' || payment.reference, 'UTF8')), 'hex')
           ) AS place,
           payment.id AS payment_id, payment.year, payment.batch_id, stratum.size
    FROM assistance_verificationsample AS sample
    JOIN assistance_round AS round ON round.id = sample.round_id
    JOIN assistance_samplestratum AS stratum ON stratum.sample_id = sample.id
    CROSS JOIN LATERAL unnest(stratum.frame) AS member (payment_id)
    JOIN assistance_payment AS payment
        ON payment.id = member.payment_id AND payment.year = round.year
"""
_REDRAW = f"""
    WITH ordered AS ({ORDER_SQL} WHERE sample.id = %(sample)s),
    kept AS (
        SELECT item.stratum_id, item.place, item.payment_id
        FROM assistance_sampleitem AS item
        JOIN assistance_samplestratum AS stratum ON stratum.id = item.stratum_id
        WHERE stratum.sample_id = %(sample)s
    )
    SELECT count(*) FILTER (WHERE ordered.place <= ordered.size),
           count(*) FILTER (WHERE kept.place IS NOT NULL
               AND kept.payment_id IS NOT DISTINCT FROM ordered.payment_id),
           count(*) FILTER (WHERE ordered.place <= ordered.size AND kept.place IS NULL
               OR kept.payment_id IS DISTINCT FROM ordered.payment_id
                  AND kept.place IS NOT NULL)
    FROM ordered FULL JOIN kept USING (stratum_id, place)
"""  # noqa: S608 - built from constants
_STRATA = """
    SELECT organisation.path, organisation.code, organisation.name,
           stratum.is_first_time, stratum.population, stratum.amount, stratum.size,
           count(*) FILTER (WHERE item.state = 'waiting'),
           count(*) FILTER (WHERE item.state = 'missed'),
           count(*) FILTER (WHERE item.state = 'answered'),
           count(*) FILTER (WHERE item.state = 'answered'
               AND said.outcome <> 'confirmed'),
           coalesce(sum(payment.amount) FILTER (WHERE item.state = 'answered'), 0),
           coalesce(sum(least(payment.amount, CASE said.outcome
               WHEN 'not_received' THEN payment.amount
               WHEN 'amount_wrong' THEN abs(payment.amount - said.received_amount)
               ELSE 0 END)) FILTER (WHERE item.state = 'answered'), 0),
           coalesce(sum(payment.amount * payment.amount)
               FILTER (WHERE item.state = 'answered'), 0)
    FROM assistance_samplestratum AS stratum
    JOIN members_organisation AS organisation
        ON organisation.id = stratum.organisation_id
    LEFT JOIN assistance_sampleitem AS item ON item.stratum_id = stratum.id
    LEFT JOIN assistance_payment AS payment
        ON payment.id = item.payment_id AND payment.year = item.year
    LEFT JOIN LATERAL (
        SELECT call.outcome, call.received_amount
        FROM assistance_verificationcall AS call WHERE call.item_id = item.id
        ORDER BY call.number DESC LIMIT 1
    ) AS said ON TRUE
    WHERE stratum.sample_id = %s
    GROUP BY stratum.id, organisation.id
    ORDER BY organisation.path, stratum.is_first_time
"""


@dataclass(frozen=True, slots=True)
class StratumRow:
    """One stratum: who is in it, how many were drawn, what they said."""

    path: str
    organisation_code: str
    organisation_name: str
    is_first_time: bool
    population: int
    amount: Decimal
    size: int
    waiting: int
    missed: int
    answered: int
    wrong: int
    amount_answered: Decimal
    amount_wrong: Decimal
    squares: Decimal

    @property
    def answers(self) -> StratumAnswers:
        """What the extrapolation needs of it."""
        return StratumAnswers(
            population=self.population,
            amount=self.amount,
            answered=self.answered,
            wrong=self.wrong,
            amount_answered=self.amount_answered,
            amount_wrong=self.amount_wrong,
            squares=self.squares,
        )


@dataclass(frozen=True, slots=True)
class SampleReport:
    """How far a sample has come, and what it says of everybody paid."""

    sample: VerificationSample
    strata: Sequence[StratumRow]
    waiting: int
    missed: int
    answered: int
    wrong: int
    estimate: Estimate | None

    @property
    def is_done(self) -> bool:
        """Whether everybody drawn has answered or was replaced."""
        return self.waiting == 0


@dataclass(frozen=True, slots=True)
class Redraw:
    """A second draw from the recorded seed, beside the people kept."""

    size: int
    same: int
    different: int


def sample_of(round_: Round) -> VerificationSample | None:
    """The sample of a round, once it is drawn."""
    return VerificationSample.objects.filter(round=round_).first()


def samples_visible_to(actor: Actor) -> QuerySet[VerificationSample]:
    """The samples of the rounds that an actor may read, those from above included."""
    return (
        VerificationSample.objects.filter(round__in=rounds_visible_to(actor))
        .select_related("round__organisation")
        .order_by("-id")
    )


def waiver_of(round_: Round) -> VerificationWaiver | None:
    """By whom and why a round needs no sample; None where nobody said so."""
    return (
        VerificationWaiver.objects.filter(round=round_)
        .select_related("organisation", "user")
        .first()
    )


def payments_to_verify(round_: Round) -> QuerySet:  # type: ignore[type-arg]
    """Those that arrived, by their latest attempt."""
    return last_payments(round_).filter(state=PaymentState.PAID)


def strata_of(sample: VerificationSample) -> list[StratumRow]:
    """Every stratum with its counts, in tree order; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_STRATA, [sample.pk])
        return [StratumRow(*row) for row in cursor.fetchall()]


def sample_report(sample: VerificationSample) -> SampleReport:
    """How far the calls are and what they say, over all strata."""
    strata = strata_of(sample)
    return SampleReport(
        sample=sample,
        strata=strata,
        waiting=sum(row.waiting for row in strata),
        missed=sum(row.missed for row in strata),
        answered=sum(row.answered for row in strata),
        wrong=sum(row.wrong for row in strata),
        estimate=estimate_of([row.answers for row in strata], sample.confidence),
    )


def strata_visible_to(sample: VerificationSample, actor: Actor) -> list[StratumRow]:
    """The strata inside the actor's reach: a county sees its own."""
    return [row for row in strata_of(sample) if actor.reaches(row.path)]


def redraw_of(sample: VerificationSample) -> Redraw:
    """Draw again from the seed and the frame, and compare with the people kept."""
    with connection.cursor() as cursor:
        cursor.execute(_REDRAW, {"sample": sample.pk})
        return Redraw(*cursor.fetchone())


def sample_items_visible_to(actor: Actor) -> QuerySet[SampleItem]:
    """People drawn at the actor's unions."""
    return (
        SampleItem.objects.filter(within(actor, "stratum__organisation__path"))
        .select_related(
            "stratum__organisation",
            "stratum__sample__round__version__scheme",
            "stratum__sample__round__period",
            "payment__claim__payee",
            "verifier",
            "batch",
        )
        .order_by("id")
    )


def findings_visible_to(actor: Actor) -> QuerySet[VerificationFinding]:
    """What was found wrong at the actor's unions."""
    return (
        VerificationFinding.objects.filter(
            within(actor, "item__stratum__organisation__path")
        )
        .select_related(
            "call__verifier", "item__stratum__organisation", "item__payment", "ended_by"
        )
        .order_by("id")
    )


def items_waiting(round_: Round) -> QuerySet[SampleItem]:
    """Who was drawn and has neither answered nor been replaced."""
    return SampleItem.objects.filter(
        stratum__sample__round=round_, state=SampleItemState.WAITING
    )


def findings_open(round_: Round) -> QuerySet[VerificationFinding]:
    """What was found wrong and is not ended."""
    return VerificationFinding.objects.filter(
        item__stratum__sample__round=round_, state=FindingState.OPENED
    )


def items_free_for(actor: Actor, round_: Round, paths: Q) -> QuerySet[SampleItem]:
    """Who waits for a verifier, of batches that the actor has no hand in."""
    own = {
        actor.user_id,
        *(seat.principal_id for seat in actor.seats if seat.principal_id),
    }
    return (
        items_waiting(round_)
        .filter(paths, verifier=None)
        .exclude(batch__signatures__persons__user__in=own - {None})
        .order_by("id")
    )


# --- in plain words


def in_words(report: SampleReport) -> str:
    """What the sample says, for people who have never heard of an interval."""
    estimate, sample = report.estimate, report.sample
    begun = (
        f"到账 {sample.population:,} 笔、{show_yuan(sample.amount)} 元，"
        f"按县和是否首次领取分层抽取 {sample.size:,} 户"
    )
    if estimate is None:
        return f"{begun}，还没有核查结果。"
    rate, amount = estimate.rate, estimate.amount
    missed = (
        f"，另有 {report.missed:,} 户联系不上或拒答，已递补" if report.missed else ""
    )
    return (
        f"{begun}；已核实 {report.answered:,} 户，其中 {report.wrong:,} 户有差错{missed}。"
        f"由此推断：全部到账中约 {percent(rate.value)} 有差错，"
        f"把握 {sample.confidence}% 时在 {percent(rate.low)} 到 {percent(rate.high)} 之间；"
        f"涉及金额约 {show_yuan(amount.value)} 元，"
        f"在 {show_yuan(amount.low)} 到 {show_yuan(amount.high)} 元之间。"
    )


def percent(share: Decimal) -> str:
    """A share as per cent with two places."""
    return f"{share * 100:.2f}%"
