"""Who may ask the bank, and who decides where the bank cannot say."""

from assistance.models import Batch
from assistance.permissions.roles import holds_role
from members.enums import Role
from members.models import Organisation
from unionportal.core.actor import Actor
from unionportal.core.verdict import ALLOWED, Verdict, denied


def can_ask_bank(actor: Actor, batch: Batch) -> Verdict:
    """The payer of the paying union or above, or the portal itself."""
    return holds_role(actor, Role.PAYER, batch.organisation, "询问银行")


def can_ask_late_returns(actor: Actor, organisation: Organisation) -> Verdict:
    """The payer of the union or above, or the portal itself."""
    return holds_role(actor, Role.PAYER, organisation, "询问迟到的退回")


def can_find_doubt(actor: Actor, batch: Batch) -> Verdict:
    """The payer, who went to the bank's counter."""
    return _person(actor, Role.PAYER, batch, "登记核实结论")


def can_confirm_doubt(actor: Actor, batch: Batch) -> Verdict:
    """The approver, as a second person; the database holds that he is another."""
    return _person(actor, Role.APPROVER, batch, "确认核实结论")


def can_set_paying_account(actor: Actor, organisation: Organisation) -> Verdict:
    """The administrator of the union or of one above."""
    return holds_role(actor, Role.ADMINISTRATOR, organisation, "设置付款账户")


def _person(actor: Actor, role: Role, batch: Batch, verb: str) -> Verdict:
    if actor.user_id is None:
        return denied(f"{verb}须由在岗人员本人办理。")
    verdict = holds_role(actor, role, batch.organisation, verb)
    return verdict if not verdict else ALLOWED
