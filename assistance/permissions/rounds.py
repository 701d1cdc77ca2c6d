"""Permissions on rounds: the organising union's maker runs them, up to the release."""

from assistance.models import Round
from assistance.permissions.roles import holds_role
from members.enums import Role
from members.models import Organisation
from unionportal.core.actor import Actor
from unionportal.core.verdict import Verdict


def can_open_round(actor: Actor, organisation: Organisation) -> Verdict:
    return holds_role(actor, Role.MAKER, organisation, "开启轮次")


def can_compute_round(actor: Actor, round_: Round) -> Verdict:
    return holds_role(actor, Role.MAKER, round_.organisation, "测算")


def can_publish_round_notice(actor: Actor, round_: Round) -> Verdict:
    return holds_role(actor, Role.MAKER, round_.organisation, "发布公示")


def can_close_round(actor: Actor, round_: Round) -> Verdict:
    return holds_role(actor, Role.MAKER, round_.organisation, "办结轮次")


def can_cancel_round(actor: Actor, round_: Round) -> Verdict:
    return holds_role(actor, Role.MAKER, round_.organisation, "取消轮次")
