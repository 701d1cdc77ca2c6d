"""Who takes a census, answers for a flag, and accepts an explanation."""

from members.enums import Role
from members.models import Organisation, OwnFlag, UnionFlag
from members.permissions.organisations import can_change_organisation
from members.permissions.seats import other_person, with_seat
from unionportal.core.actor import Actor
from unionportal.core.verdict import Verdict, denied

_DECIDERS = (Role.APPROVER, Role.ADMINISTRATOR)
_KEEPERS = (Role.MAKER, Role.ADMINISTRATOR)
_READERS = (*_KEEPERS, Role.CHECKER, Role.APPROVER, Role.AUDITOR)


def can_run_census(actor: Actor, organisation: Organisation) -> Verdict:
    return with_seat(actor, organisation.path, _KEEPERS, "普查")


def can_answer_flag(actor: Actor, flag: UnionFlag) -> Verdict:
    """The union itself or one above it."""
    return with_seat(actor, flag.organisation.path, _KEEPERS, "办理普查问题")


def can_look_at_flag_paper(actor: Actor, flag: UnionFlag) -> Verdict:
    """Who answers, who judges, and who audits."""
    return with_seat(actor, flag.organisation.path, _READERS, "查看佐证材料")


def can_judge_explanation(actor: Actor, flag: UnionFlag) -> Verdict:
    """The union above, by somebody else than wrote it."""
    seated = can_change_organisation(actor, flag.organisation)
    return other_person(actor, flag.answered_by) if seated else seated


def can_write_own_flag(actor: Actor, organisation: Organisation) -> Verdict:
    """An administrator of the union or of one above it; a person, never the portal."""
    if actor.user_id is None:
        return denied("自定普查问题须由工会的管理员登录后编写。")
    roles = (Role.ADMINISTRATOR,)
    return with_seat(actor, organisation.path, roles, "编写自定普查问题")


def can_withdraw_own_flag(actor: Actor, flag: OwnFlag) -> Verdict:
    """Who could have written it or approved it."""
    return with_seat(actor, flag.organisation.path, _DECIDERS, "停用自定普查问题")


def can_decide_own_flag(actor: Actor, flag: OwnFlag) -> Verdict:
    """Another human than who wrote it, deputies included."""
    if actor.user_id is None:
        return denied("自定普查问题须由工会的审批人或管理员登录后审核。")
    path = flag.organisation.path
    seated = with_seat(actor, path, _DECIDERS, "审核自定普查问题")
    if not seated:
        return seated
    seats = (actor.seat_for(role, path) for role in _DECIDERS)
    principals = {seat.principal_id for seat in seats if seat}
    if flag.written_by_id in {actor.user_id, *principals}:
        return denied(
            "编写人与审核人不能是同一人（含代理），请由另一位审批人或管理员审核。"
        )
    return other_person(actor, flag.written_by)
