"""The common ground of permissions: a role held at a union or above it."""

from members.enums import Role
from members.models import Organisation
from unionportal.core.actor import Actor
from unionportal.core.verdict import ALLOWED, Verdict, denied


def holds_role(
    actor: Actor, role: Role, organisation: Organisation, verb: str
) -> Verdict:
    """A post of the role whose reach covers the union; the portal itself may.

    The reason names the missing role and who could give it.
    """
    if actor.is_system or actor.seat_for(role, organisation.path) is not None:
        return ALLOWED
    return denied(
        f"“{verb}”需要{organisation.name}或其上级工会的“{role.label}”岗位，您没有；"
        f"请由{organisation.name}的管理员在“岗位”中授予，或请该岗位的同事办理。"
    )
