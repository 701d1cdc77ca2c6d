"""Determinations: an amount decided against the rule, an answer put in place of another.

Until the notice an answer may be changed; from then on it is only superseded, and the
earlier row stays as what the public saw.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import QuerySet

from assistance.actions.quotas import require_within_budget
from assistance.actions.rounds import locked_round, recount_round
from assistance.enums import Outcome, RoundState
from assistance.models import Determination, PaymentClaim, Round
from assistance.permissions.determinations import (
    can_decide_amount,
    can_supersede_determination,
)
from assistance.rules.answers import OBJECTION_CLAUSE, REVIEW_FACT
from members.actions.notice import decide_objection
from members.models import Objection
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal
from unionportal.core.money import yuan

DETERMINATION_KIND = "assistance.determination"
REASON_LENGTH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What takes the place of an answer; `facts` are added to those seen before."""

    outcome: Outcome
    clause: str = ""
    missing_fact: str = ""
    facts: dict[str, str] = field(default_factory=dict)


@transaction.atomic
def decide_amount(
    *, determination_id: int, amount: Decimal, reason: str, on: date, by: Actor
) -> Determination:
    """Decide another amount than the rule proposes; both stand, with person and reason.

    Only for the eligible, only in a computed round, before its notice. Deciding the
    proposed amount takes a deviation back.
    """
    determination, round_ = _locked(determination_id)
    can_decide_amount(by, determination).require()
    if round_.state != RoundState.COMPUTED:
        raise Refusal(
            f"轮次现在是“{round_.get_state_display()}”；核定金额只能在测算之后、公示之前调整。",
            code="state",
        )
    if determination.outcome != Outcome.ELIGIBLE:
        raise Refusal("只有“符合”的对象可以核定金额。", code="state")
    decided = yuan(amount)
    if decided <= 0:
        raise Refusal("核定金额应大于零；不发放的请另作认定。", field="amount")
    if not reason.strip():
        raise Refusal("偏离测算金额须写明理由。", field="reason")
    before = determination.decided_amount
    is_deviation = decided != determination.proposed_amount
    determination.decided_amount = decided
    determination.deviation_reason = reason.strip() if is_deviation else ""
    determination.deviation_by = by.user_id if is_deviation else None
    _rows(determination).update(
        decided_amount=decided,
        deviation_reason=determination.deviation_reason,
        deviation_by=determination.deviation_by,
    )
    require_within_budget(round_)
    recount_round(round_)
    record(
        by=by,
        verb="decide_amount",
        subject=determination,
        on=on,
        organisation_id=determination.organisation_id,
        changes={"decided_amount": [before, decided]},
        reason=reason,
    )
    return determination


@transaction.atomic
def supersede_determination(
    *, determination_id: int, answer: Answer, reason: str, on: date, by: Actor
) -> Determination:
    """Write an answer that takes the place of another, once its list is public.

    Refused: an answer that is superseded already; an eligible one whose payment is
    still alive; an eligible answer (only the rule makes one, in a round); no reason.
    """
    old, round_ = _locked(determination_id)
    can_supersede_determination(by, old).require()
    _require_supersedable(old, round_, answer, reason)
    new = _supersede(old, answer, reason.strip(), by)
    recount_round(round_)
    record(
        by=by,
        verb="supersede_determination",
        subject=old,
        on=on,
        organisation_id=old.organisation_id,
        changes={
            "outcome": [old.outcome, new.outcome],
            "clause": [old.clause, new.clause],
            "superseded_by": new.pk,
        },
        reason=reason,
    )
    return new


def _require_supersedable(
    old: Determination, round_: Round, answer: Answer, reason: str
) -> None:
    if old.superseded_by is not None:
        raise Refusal("这条认定已被取代，请打开最新的一条。", code="state")
    if round_.state not in {RoundState.NOTICED, RoundState.RELEASED}:
        raise Refusal(
            f"轮次现在是“{round_.get_state_display()}”，不能另作认定：公示之前请更正档案后"
            "重新测算，办结之后请在新的轮次中办理。",
            code="state",
        )
    if answer.outcome == Outcome.ELIGIBLE:
        raise Refusal("“符合”只能由测算得出；请在补充轮次中重新测算。", code="outcome")
    if not reason.strip():
        raise Refusal("请写明重新认定的理由，本人会看到它。", field="reason")
    claim = PaymentClaim.objects.filter(
        round=round_,
        subject_kind=old.subject_kind,
        subject_id=old.subject_id,
        released=False,
    )
    if claim.exists():
        raise Refusal("这位职工的发放已生成批次，请先在批次中撤下这一笔。", code="paid")


def _supersede(
    old: Determination, answer: Answer, reason: str, by: Actor
) -> Determination:
    new = Determination(
        pk=_next_key(),
        year=old.year,
        round_id=old.round_id,
        organisation_id=old.organisation_id,
        subject_kind=old.subject_kind,
        subject_id=old.subject_id,
        occurrence=old.occurrence,
        payee_id=old.payee_id,
        outcome=answer.outcome,
        clause=answer.clause,
        missing_fact=answer.missing_fact,
        deviation_reason=reason[:REASON_LENGTH],
        deviation_by=by.user_id,
        facts=old.facts | answer.facts,
        supersedes=old.pk,
    )
    # The old row first: one current answer per subject (partial unique index).
    _rows(old).update(superseded_by=new.pk)
    new.save(force_insert=True)
    old.superseded_by = new.pk
    return new


@transaction.atomic
def reconsider_determination(
    *, determination_id: int, reason: str, on: date, by: Actor
) -> Determination:
    """Reopen a refusal after its objection was upheld: the next supplement takes it up."""
    return supersede_determination(
        determination_id=determination_id,
        answer=Answer(outcome=Outcome.UNKNOWN, missing_fact=REVIEW_FACT),
        reason=reason,
        on=on,
        by=by,
    )


@transaction.atomic
def uphold_objection(
    *, objection_id: int, verdict: str, on: date, by: Actor
) -> Determination | None:
    """An objection holds good: the person of its line is no longer eligible.

    An objection to the whole list changes no answer. The other lines go on.
    """
    decide_objection(
        objection_id=objection_id, upheld=True, verdict=verdict, on=on, by=by
    )
    line = Objection.objects.select_related("line").get(pk=objection_id).line
    if line is None or line.about_kind != DETERMINATION_KIND:
        return None
    return supersede_determination(
        determination_id=_standing(line.about_id),
        answer=Answer(outcome=Outcome.INELIGIBLE, clause=OBJECTION_CLAUSE),
        reason=verdict,
        on=on,
        by=by,
    )


def _standing(published: int) -> int:
    """The answer that stands for one on a notice: itself, or the same person's with a
    smaller amount, which a stacking rule put in its place."""
    row = Determination.objects.only("superseded_by", "year").get(pk=published)
    later = Determination.objects.filter(
        pk=row.superseded_by or 0, year=row.year, outcome=Outcome.ELIGIBLE
    )
    return later.values_list("pk", flat=True).first() or published


def _locked(determination_id: int) -> tuple[Determination, Round]:
    """The answer as it stands under the lock of its round."""
    found = Determination.objects.only("round").get(pk=determination_id)
    round_ = locked_round(found.round_id)
    determination = Determination.objects.select_related("organisation").get(
        pk=determination_id, year=round_.year
    )
    return determination, round_


def _rows(determination: Determination) -> QuerySet[Determination]:
    return Determination.objects.filter(pk=determination.pk, year=determination.year)


def _next_key() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('assistance_determination_id_seq')")
        (key,) = cursor.fetchone()
    return int(key)
