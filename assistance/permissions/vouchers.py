"""Who may set subjects, draw accounting vouchers and tell under which number they stand.

Whoever keeps the cash does not keep the accounts (出纳不得兼管账目登记, 会计法): a payer's
post gives none of these.
"""

from assistance.models import AccountingVoucher
from assistance.permissions.roles import holds_role
from assistance.workflow import ACCOUNTING_VOUCHER
from members.enums import Role
from members.models import Organisation
from unionportal.core.actor import Actor
from unionportal.core.verdict import ALLOWED, Verdict, denied

KEEPERS = (Role.MAKER, Role.CHECKER)


def can_set_subject_codes(actor: Actor, organisation: Organisation) -> Verdict:
    """The checker of the union or of one above: he answers for the accounts."""
    return holds_role(actor, Role.CHECKER, organisation, "设置会计科目")


def can_draw_voucher(actor: Actor, organisation: Organisation) -> Verdict:
    """The maker or the checker of the paying union or of one above."""
    return _keeps(actor, organisation, "开具记账凭证")


def can_number_voucher(actor: Actor, voucher: AccountingVoucher) -> Verdict:
    """The same, while it has no number."""
    return _moved(actor, voucher, "number")


def can_unnumber_voucher(actor: Actor, voucher: AccountingVoucher) -> Verdict:
    """The same, while it has one."""
    return _moved(actor, voucher, "unnumber")


def can_void_voucher(actor: Actor, voucher: AccountingVoucher) -> Verdict:
    """The same, while the accounts have not booked it."""
    return _moved(actor, voucher, "void")


def _moved(actor: Actor, voucher: AccountingVoucher, action: str) -> Verdict:
    label = ACCOUNTING_VOUCHER.action_label(action)
    if voucher.state not in ACCOUNTING_VOUCHER.sources_of(action):
        return denied(
            f"凭证 {voucher} 现在是“{voucher.get_state_display()}”，不能“{label}”；"
            "请刷新页面查看最新进展。"
        )
    return _keeps(actor, voucher.organisation, label)


def _keeps(actor: Actor, organisation: Organisation, verb: str) -> Verdict:
    if any(holds_role(actor, role, organisation, verb) for role in KEEPERS):
        return ALLOWED
    words = "、".join(f"“{role.label}”" for role in KEEPERS)
    return denied(
        f"“{verb}”需要{organisation.name}或其上级工会的{words}岗位之一，您没有；"
        f"请由{organisation.name}的管理员在“岗位”中授予，或请该岗位的同事办理。"
    )
