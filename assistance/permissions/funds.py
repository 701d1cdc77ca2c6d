"""Who may enter, hand down and reverse money."""

from assistance.models import Entry
from assistance.permissions.roles import holds_role
from members.enums import Role
from members.models import Organisation
from unionportal.core.actor import Actor
from unionportal.core.verdict import ALLOWED, Verdict, denied


def can_receive_funds(actor: Actor, organisation: Organisation) -> Verdict:
    """The payer (出纳) of the union or of one above enters what came in."""
    return holds_role(actor, Role.PAYER, organisation, "登记筹集的资金")


def can_transfer_funds(actor: Actor, organisation: Organisation) -> Verdict:
    """The approver (审批) of the giving union, or of one above, hands down."""
    return holds_role(actor, Role.APPROVER, organisation, "下拨资金")


def can_reverse_entry(actor: Actor, entry: Entry) -> Verdict:
    """An approver whose reach holds every account of the entry."""
    unions = Organisation.objects.filter(account__postings__entry=entry).distinct()
    verdict = denied(
        "“冲销分录”需要分录各账户所属工会的“审批”岗位，您没有；"
        "请由该工会的管理员在“岗位”中授予，或请该岗位的同事办理。"
    )
    for union in unions.order_by("path"):
        verdict = holds_role(actor, Role.APPROVER, union, "冲销分录")
        if not verdict:
            break
    return verdict


def can_keep_code_rows(actor: Actor) -> Verdict:
    """The administrator of a topmost union: all unions below name the same rows."""
    if actor.is_system or _holds_at_top(actor, Role.ADMINISTRATOR):
        return ALLOWED
    return denied(
        "登记期次和资金来源需要最上级工会的“管理员”岗位，您没有；"
        "请由最上级工会的管理员在“岗位”中授予，或请该岗位的同事办理。"
    )


def can_prove_books(actor: Actor) -> Verdict:
    """An auditor or administrator of a topmost union; every night the portal itself."""
    if actor.is_system or _holds_at_top(actor, Role.AUDITOR, Role.ADMINISTRATOR):
        return ALLOWED
    return denied(
        "核对全部账目需要最上级工会的“审计”或“管理员”岗位，您没有；"
        "请由最上级工会的管理员在“岗位”中授予，或请该岗位的同事办理。"
    )


def _holds_at_top(actor: Actor, *roles: Role) -> bool:
    return any(
        len(seat.path) == Organisation.steplen and seat.role in roles
        for seat in actor.seats
    )
