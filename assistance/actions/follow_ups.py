"""Follow-up batches (退回重发): another attempt for those whose money came back."""

from collections.abc import Sequence
from datetime import date

from django.db import connection, transaction

from assistance.actions.drafts import Drafted, Lines, draft_batches
from assistance.actions.ledger import known_organisation
from assistance.actions.payments import take_off
from assistance.actions.rounds import locked_round
from assistance.enums import BatchKind, BatchState, RoundState
from assistance.models import Batch, Payment, Round
from assistance.permissions.batches import can_draft_follow_up_batch
from assistance.queries.account_changes import left_over_payments
from assistance.workflow import PAYMENT
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal
from unionportal.core.faults import crashpoint, declare_crashpoint

BEFORE = declare_crashpoint("draft_follow_up_batch.before_commit")
AFTER = declare_crashpoint("draft_follow_up_batch.after_commit")

# The last attempt of a claim came back, and the payee has since given an account that
# a second person has checked; or a hold was lifted after the batch had left. The rows
# are locked, so that nobody ends an attempt while the next one is drafted.
_LINES = """
    SELECT payment.claim_id, payment.attempt + 1 AS attempt, claim.organisation_id,
           account.id AS account_id, payment.amount,
           coalesce(dossier.file_level, family.file_level) AS level,
           payment.id AS position
    FROM assistance_payment AS payment
    JOIN assistance_paymentclaim AS claim
        ON claim.id = payment.claim_id AND NOT claim.released
    JOIN members_bankaccount AS used ON used.id = payment.account_id
    JOIN members_bankaccount AS account
        ON account.person_id = claim.payee_id AND account.state = 'verified'
    LEFT JOIN assistance_householddossier AS dossier
        ON claim.subject_kind = 'household' AND dossier.id = claim.subject_id
    LEFT JOIN assistance_householddossier AS family
        ON claim.subject_kind = 'person' AND family.principal_id = claim.payee_id
       AND family.state = 'on_file'
    WHERE payment.year = %s AND claim.round_id = %s AND claim.organisation_id = %s
      AND ((payment.state = 'returned' AND account.version > used.version)
           OR payment.id = ANY(%s))
      AND NOT EXISTS (
          SELECT FROM assistance_payment AS later
          WHERE later.year = payment.year AND later.claim_id = payment.claim_id
            AND later.attempt > payment.attempt)
      AND NOT EXISTS (
          SELECT FROM members_bankaccount AS newer
          WHERE newer.person_id = account.person_id
            AND newer.version > account.version AND newer.state = 'pending')
    FOR NO KEY UPDATE OF payment
"""
_WAITING = """
    SELECT count(*) FILTER (WHERE NOT account.is_given),
           count(*) FILTER (WHERE account.is_given)
    FROM assistance_payment AS payment
    JOIN assistance_paymentclaim AS claim
        ON claim.id = payment.claim_id AND NOT claim.released
    JOIN members_bankaccount AS used ON used.id = payment.account_id
    CROSS JOIN LATERAL (
        SELECT EXISTS (
            SELECT FROM members_bankaccount AS newer
            WHERE newer.person_id = claim.payee_id AND newer.version > used.version
              AND newer.state = 'pending') AS is_given
    ) AS account
    WHERE payment.year = %s AND claim.round_id = %s AND claim.organisation_id = %s
      AND payment.state = 'returned'
      AND NOT EXISTS (
          SELECT FROM assistance_payment AS later
          WHERE later.year = payment.year AND later.claim_id = payment.claim_id
            AND later.attempt > payment.attempt)
"""


def draft_follow_up_batch(
    *, round_id: int, organisation_id: int, by: Actor, on: date
) -> Batch:
    """Draft the next attempt of a union's returned payments, as a batch of its own.

    Takes up those whose payee has a newer account, checked by a second person, and
    payments resumed after their batch had gone to the bank; also after the round was
    closed, since banks return money late. It needs the same signatures as the first.
    Refuses when nobody is ready, saying what is awaited.
    """
    with transaction.atomic():
        round_ = locked_round(round_id)
        organisation = known_organisation(organisation_id, field="organisation_id")
        can_draft_follow_up_batch(by, organisation, on=on).require()
        if round_.state not in {RoundState.RELEASED, RoundState.CLOSED}:
            raise Refusal(
                f"轮次现在是“{round_.get_state_display()}”，不能生成重发批次。",
                code="state",
            )
        left = _take_left_over(round_, organisation.pk, by=by, on=on)
        lines = Lines(_LINES, (round_.year, round_.pk, organisation.pk, left))
        drafted = draft_batches(
            round_=round_, kind=BatchKind.FOLLOW_UP, lines=lines, on=on
        )
        if not drafted.batch_ids:
            raise _nobody_ready(round_, organisation.pk)
        _require_taken_up(round_, left, drafted)
        batch = Batch.objects.select_related("organisation", "round").get(
            pk=drafted.batch_ids[0]
        )
        record(
            by=by,
            verb="draft_follow_up_batch",
            subject=batch,
            on=on,
            organisation_id=organisation.pk,
            changes={"lines": drafted.line_count, "total": drafted.total},
        )
        crashpoint(BEFORE)
    crashpoint(AFTER)
    return batch


def _take_left_over(
    round_: Round, organisation_id: int, *, by: Actor, on: date
) -> Sequence[int]:
    """Withdraw payments that their batch left behind, or cannot take; the claim stays.

    Only those whose payee has an account to be paid to: nobody falls between.
    """
    batches = Batch.objects.select_for_update(no_key=True).filter(
        round=round_,
        organisation=organisation_id,
        state__in=(BatchState.INSTRUCTED, BatchState.APPROVED),
    )
    known = {batch.pk: batch for batch in batches.order_by("id")}
    stranded = left_over_payments().filter(year=round_.year, batch__in=known)
    left = list(stranded.select_for_update(of=("self",)).order_by("id"))
    for payment in left:
        payment.state = PAYMENT.target_of("withdraw", payment.state)
        Payment.objects.filter(pk=payment.pk, year=payment.year).update(
            state=payment.state
        )
        take_off(payment, known[payment.batch_id], by=by, on=on)
    return [payment.pk for payment in left]


def _require_taken_up(round_: Round, left: Sequence[int], drafted: Drafted) -> None:
    """Refuse when somebody taken off an old list does not stand on the new one."""
    old = Payment.objects.filter(year=round_.year, pk__in=left).values("claim_id")
    taken_up = Payment.objects.filter(
        year=round_.year, batch__in=drafted.batch_ids, claim__in=old
    )
    if taken_up.count() != len(left):
        raise Refusal(
            "有人的收款账户刚刚有变动，请重新生成重发批次；本次未作任何改动。",
            code="busy",
        )


def _nobody_ready(round_: Round, organisation_id: int) -> Refusal:
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, [round_.year, round_.pk, organisation_id])
        without, unchecked = cursor.fetchone()
    if not without and not unchecked:
        return Refusal("没有被退回、需要重发的人。", code="nobody")
    return Refusal(
        f"还没有可以重发的人：{without} 人尚未登记新的收款账户，"
        f"{unchecked} 人的新账户等待第二人核验；完成后再生成重发批次。",
        code="nobody",
    )
