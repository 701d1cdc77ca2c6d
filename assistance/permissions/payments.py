"""Who may hold, resume, withdraw or end the payment of one person."""

from datetime import date

from assistance.models import Batch, Payment
from assistance.workflow import PAYMENT
from members.enums import Role
from unionportal.core.actor import Actor
from unionportal.core.verdict import ALLOWED, Verdict, denied

_LINE_ROLES = (Role.MAKER, Role.CHECKER, Role.APPROVER, Role.PAYER)


def can_hold_payment(actor: Actor, payment: Payment, *, on: date) -> Verdict:
    """Anybody who signs at the paying union or above may hold: it only stops money."""
    return _may(actor, payment, "hold", _LINE_ROLES, on=on)


def can_resume_payment(actor: Actor, payment: Payment, *, on: date) -> Verdict:
    """The checker or approver takes a hold off."""
    return _may(actor, payment, "resume", (Role.CHECKER, Role.APPROVER), on=on)


def can_withdraw_payment(actor: Actor, payment: Payment, *, on: date) -> Verdict:
    """The checker or approver takes a person off the list for good."""
    return _may(actor, payment, "withdraw", (Role.CHECKER, Role.APPROVER), on=on)


def can_end_payment(actor: Actor, payment: Payment, *, on: date) -> Verdict:
    """The maker or approver records why a returned payment is not tried again."""
    return _may(actor, payment, "end", (Role.MAKER, Role.APPROVER), on=on)


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
            f"{words}岗位之一，您没有；请由在岗人员办理。"
        )
    if payment.state not in PAYMENT.sources_of(action):
        return denied(f"这笔发放现在是“{payment.get_state_display()}”，不能“{label}”。")
    return ALLOWED
