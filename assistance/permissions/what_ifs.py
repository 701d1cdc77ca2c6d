"""Permissions on what-ifs: who writes or approves at a place may try a rule there."""

from assistance.permissions.roles import holds_role
from members.enums import Role
from members.models import Organisation
from unionportal.core.actor import Actor
from unionportal.core.verdict import Verdict


def can_run_what_if(actor: Actor, organisation: Organisation) -> Verdict:
    approver = holds_role(actor, Role.APPROVER, organisation, "方案试算")
    return approver or holds_role(actor, Role.MAKER, organisation, "方案试算")
