"""Who may hold, resume, withdraw or end the payment of one person."""

from datetime import date

from django.db.models import QuerySet

from assistance.enums import ACCOUNT_CHANGED, BatchState
from assistance.models import Batch, Determination, Payment, PaymentClaim
from assistance.workflow import PAYMENT
from members.enums import Role
from members.models import Objection
from members.queries.account import has_checked_account
from members.queries.notice import objections_open
from unionportal.core.actor import Actor
from unionportal.core.audit import history_of
from unionportal.core.verdict import ALLOWED, Verdict, denied

DETERMINATION_KIND = "assistance.determination"
_LINE_ROLES = (Role.MAKER, Role.CHECKER, Role.APPROVER, Role.PAYER)
_BEING_SIGNED = {
    BatchState.SUBMITTED,
    BatchState.CHECKED,
    BatchState.ENDORSING,
    BatchState.APPROVED,
}
_SIGNED = ("submit_batch", "check_batch", "approve_batch", "endorse_batch")


def objections_to(claim: PaymentClaim) -> QuerySet[Objection]:
    """The undecided objections to whom a claim is for.

    The notice names the answer as it was published; a stacking rule may have put one
    with a smaller amount in its place.
    """
    answer = claim.determination_id
    published = Determination.objects.filter(pk=answer, year=claim.year)
    former = published.values_list("supersedes", flat=True).first()
    return objections_open((DETERMINATION_KIND, answer)) | objections_open(
        (DETERMINATION_KIND, former or answer)
    )


def can_hold_payment(actor: Actor, payment: Payment, *, on: date) -> Verdict:
    """Anybody who signs at the paying union or above may hold: it only stops money."""
    return _may(actor, payment, "hold", _LINE_ROLES, on=on)


def can_resume_payment(actor: Actor, payment: Payment, *, on: date) -> Verdict:
    """The checker or approver takes a hold off.

    Not while an objection to the person is open, and not back onto a list that was
    signed without him: nobody is paid whom a signer has not seen.
    """
    verdict = _may(actor, payment, "resume", (Role.CHECKER, Role.APPROVER), on=on)
    if not verdict:
        return verdict
    if objections_to(payment.claim).exists():
        return denied("对此人的异议还没有核查结论，不能恢复发放；请先核查异议。")
    if _waits_for_account(payment):
        return denied(
            "收款账户停用或变更后还没有第二人核验过的账户，不能恢复；"
            "请先由另一人核验账户，核验后自动恢复。"
        )
    if _was_signed_without(payment):
        return denied(
            "签批时此人已暂缓，不在签过的名单内，现在不能恢复；"
            "请在批次送银行之后（或退回经办之后）恢复，由重发批次办理。"
        )
    return verdict


def can_withdraw_payment(actor: Actor, payment: Payment, *, on: date) -> Verdict:
    """The checker or approver takes a person off the list for good."""
    return _may(actor, payment, "withdraw", (Role.CHECKER, Role.APPROVER), on=on)


def can_end_payment(actor: Actor, payment: Payment, *, on: date) -> Verdict:
    """The maker or approver records why a returned payment is not tried again."""
    return _may(actor, payment, "end", (Role.MAKER, Role.APPROVER), on=on)


def _waits_for_account(payment: Payment) -> bool:
    """Tell whether a changed account holds it and no second person has checked one."""
    return payment.reason_code == ACCOUNT_CHANGED and not has_checked_account(
        payment.claim.payee_id
    )


def _was_signed_without(payment: Payment) -> bool:
    """Tell whether somebody signed the batch's list while the payment was held."""
    if payment.batch.state not in _BEING_SIGNED:
        return False
    signed = history_of(payment.batch).filter(verb__in=_SIGNED).first()
    held = history_of(payment).filter(verb="hold_payment").first()
    return signed is not None and (held is None or held.pk < signed.pk)


def _may(
    actor: Actor, payment: Payment, action: str, roles: tuple[Role, ...], *, on: date
) -> Verdict:
    del on
    batch: Batch = payment.batch
    path = batch.organisation.path
    label = PAYMENT.action_label(action)
    if not (actor.is_system or any(actor.seat_for(role, path) for role in roles)):
        words = "、".join(f"“{role.label}”" for role in roles)
        return denied(
            f"{label}一人的发放需要{batch.organisation.short_name}（或其上级工会）的"
            f"{words}岗位之一，您没有；请由该工会的管理员在“岗位”中授予，"
            "或请该岗位的同事办理。"
        )
    if payment.state not in PAYMENT.sources_of(action):
        return denied(
            f"这笔发放现在是“{payment.get_state_display()}”，不能“{label}”；请刷新页面。"
        )
    return ALLOWED
