"""Who may ask about a determination, and who answers."""

from assistance.models import Determination, Inquiry
from assistance.permissions.roles import holds_role
from members.enums import Role
from unionportal.core.actor import Actor
from unionportal.core.verdict import ALLOWED, Verdict, denied


def can_ask_about(actor: Actor, determination: Determination) -> Verdict:
    """The payee himself."""
    is_payee = actor.person_id is not None and actor.person_id == determination.payee_id
    if actor.kind == "worker" and is_payee:
        return ALLOWED
    return denied("只能咨询您本人的事项。")


def can_answer_inquiry(actor: Actor, inquiry: Inquiry) -> Verdict:
    """The maker of the paying union, or of one above."""
    return holds_role(actor, Role.MAKER, inquiry.organisation, "答复咨询")
