"""A changed account stops its payment until a second person has checked it.

Whoever sends a batch locks its payees first, as does whoever opens, verifies or stops
an account: none changes under the payer's hands. Payments to an account that was
stopped, replaced, or has a newer one waiting for its second person are held, and the
rest leave. Once an account of the payee is verified and none waits, a job takes the
hold off; the follow-up batch pays to the account in use then.
"""

from datetime import date

from django.db import connection, transaction

from assistance.actions.batches import locked_batch
from assistance.actions.payments import renew_digest
from assistance.enums import ACCOUNT_CHANGED, PaymentState
from assistance.models import Batch, Payment
from assistance.permissions.payments import objections_to
from assistance.queries.account_changes import payments_stopped_for
from assistance.workflow import PAYMENT
from members.enums import Role
from members.queries.account import has_checked_account
from members.queries.post import posts_in_force
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal
from unionportal.core.faults import crashpoint, declare_crashpoint
from unionportal.core.jobs import JobRun, enqueue
from unionportal.core.messages import queue_message

RESUME_JOB = "assistance.resume_changed_accounts"
TEMPLATE = "assistance/notices/account_changed.txt"
WHY_HELD = "收款账户在审批之后停用或变更，待第二人核验"
WHY_RESUMED = "收款账户已由第二人核验"
BEFORE = declare_crashpoint("resume_changed_accounts.before_commit")
AFTER = declare_crashpoint("resume_changed_accounts.after_commit")
_SHOWN = 3

_HOLD_PAYEES = """
    SELECT person.id FROM members_person AS person
    WHERE person.id IN (
        SELECT claim.payee_id FROM assistance_payment AS payment
        JOIN assistance_paymentclaim AS claim ON claim.id = payment.claim_id
        WHERE payment.year = %s AND payment.batch_id = %s AND payment.state = 'planned')
    ORDER BY person.id FOR KEY SHARE
"""
# An account stopped, replaced, or with a newer one waiting for its second person; and
# one that is not the payee's, which no action makes.
_UNFIT = """
    SELECT payment.id, payment.reference,
           account.person_id IS DISTINCT FROM claim.payee_id AS is_foreign
    FROM assistance_payment AS payment
    LEFT JOIN assistance_paymentclaim AS claim ON claim.id = payment.claim_id
    LEFT JOIN members_bankaccount AS account ON account.id = payment.account_id
    WHERE payment.year = %s AND payment.batch_id = %s AND payment.state = 'planned'
      AND (account.person_id IS DISTINCT FROM claim.payee_id
           OR account.state <> 'verified'
           OR EXISTS (
               SELECT FROM members_bankaccount AS newer
               WHERE newer.person_id = account.person_id
                 AND newer.version > account.version AND newer.state = 'pending'))
    ORDER BY payment.id
"""


def hold_changed_accounts(batch: Batch, *, by: Actor, on: date) -> int:
    """Hold the payments of a batch that may not leave: planned → held; return how many.

    Inside the payer's transaction, which holds the batch. Refuses when nobody would be
    left to pay, and an account that is not the payee's.
    """
    with connection.cursor() as cursor:
        cursor.execute(_HOLD_PAYEES, [batch.round.year, batch.pk])
        cursor.execute(_UNFIT, [batch.round.year, batch.pk])
        unfit = cursor.fetchall()
    if not unfit:
        return 0
    _require_own([str(each) for _id, each, is_foreign in unfit if is_foreign])
    planned = Payment.objects.filter(
        year=batch.round.year, batch=batch, state=PaymentState.PLANNED
    )
    if planned.count() == len(unfit):
        raise _nobody_left([str(reference) for _id, reference, _foreign in unfit])
    target = PAYMENT.target_of("hold", PaymentState.PLANNED)
    held = planned.filter(pk__in=[number for number, *_rest in unfit])
    payments = list(held.order_by("id"))
    held.update(state=target, reason_code=ACCOUNT_CHANGED)
    for payment in payments:
        payment.batch = batch
        _note("hold_changed_account", payment, target, WHY_HELD, by=by, on=on)
    renew_digest(batch)
    _tell_makers(batch, len(payments), on=on)
    return len(payments)


def look_for_stopped(person_id: int, on: date, by: Actor) -> None:
    """Of a checked account: have the person's stopped payments looked at, if any."""
    if payments_stopped_for(person_id).exists():
        enqueue(
            kind=RESUME_JOB,
            key=f"person-{person_id}",
            arguments={"person_id": person_id, "on": on.isoformat()},
            by=by,
        )


def resume_changed_accounts(
    *, person_id: int, on: date, by: Actor, run: JobRun | None = None
) -> int:
    """Take off the holds for a changed account: held → planned; return how many.

    Only when a second person has checked an account of the payee and none waits, and
    while nobody objects to him. Their batch has left: the next follow-up pays them.
    """
    count = 0
    for payment in list(payments_stopped_for(person_id).order_by("id")):
        count += _resume(payment, person_id, on=on, by=by, run=run)
    return count


def _resume(
    payment: Payment, person_id: int, *, on: date, by: Actor, run: JobRun | None
) -> int:
    with transaction.atomic():
        if run is not None:
            run.fence()
        payment.batch = locked_batch(payment.batch_id)
        doubts = objections_to(payment.claim)
        is_free = has_checked_account(person_id) and not doubts.exists()
        target = PAYMENT.target_of("resume", PaymentState.HELD)
        stopped = payments_stopped_for(person_id).filter(pk=payment.pk)
        resumed = stopped.update(state=target, reason_code="") if is_free else 0
        if resumed:
            _note("resume_changed_account", payment, target, WHY_RESUMED, by=by, on=on)
            renew_digest(payment.batch)
        crashpoint(BEFORE)
    crashpoint(AFTER)
    return resumed


def _require_own(foreign: list[str]) -> None:
    if foreign:
        raise Refusal(
            f"发放编号 {foreign[0]} 等 {len(foreign)} 笔的收款账户不是本人的，不能送银行；"
            "请管理员核对审计记录。",
            code="tampered",
        )


def _nobody_left(references: list[str]) -> Refusal:
    more = "等" if len(references) > _SHOWN else ""
    return Refusal(
        f"名单上 {len(references)} 人的收款账户都在审批之后停用或变更（发放编号 "
        f"{'、'.join(references[:_SHOWN])}{more}），没有可以送银行的；"
        "请等新账户由第二人核验后，由经办生成重发批次，或撤下这些人。",
        code=ACCOUNT_CHANGED,
    )


def _note(
    verb: str, payment: Payment, target: str, why: str, *, by: Actor, on: date
) -> None:
    record(
        by=by,
        verb=verb,
        subject=payment,
        on=on,
        organisation_id=payment.batch.organisation_id,
        changes={"state": [payment.state, target], "batch": payment.batch.number},
        reason=why,
    )


def _tell_makers(batch: Batch, count: int, *, on: date) -> None:
    """Those makers of the union whose own number is known; the work list tells all."""
    makers = posts_in_force(on).filter(
        role=Role.MAKER,
        organisation=batch.organisation_id,
        user__person__isnull=False,
    )
    for post in makers.select_related("user"):
        queue_message(
            person_id=post.user.person_id or 0,
            template=TEMPLATE,
            context={"union": batch.organisation.short_name, "count": count},
            about=(Batch._meta.label_lower, batch.pk),
            key=f"assistance.account_changed-{batch.pk}-{post.user_id}",
            organisation_id=batch.organisation_id,
        )
