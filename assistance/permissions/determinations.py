"""Permissions on determinations: the paying union's approver departs from the rule."""

from assistance.models import Determination
from assistance.permissions.roles import holds_role
from members.enums import Role
from unionportal.core.actor import Actor
from unionportal.core.verdict import Verdict


def can_decide_amount(actor: Actor, determination: Determination) -> Verdict:
    return holds_role(actor, Role.APPROVER, determination.organisation, "核定金额")


def can_supersede_determination(actor: Actor, determination: Determination) -> Verdict:
    return holds_role(actor, Role.APPROVER, determination.organisation, "重新认定")
