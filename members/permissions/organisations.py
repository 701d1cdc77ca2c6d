"""Who founds, changes, moves and keeps unions and employers, and their divisions."""

from members.enums import Role
from members.models import Organisation
from members.permissions.seats import CLIENT, lacking, other_person, with_seat
from unionportal.core.actor import Actor
from unionportal.core.models import Job
from unionportal.core.verdict import ALLOWED, Verdict, denied


def _path_above(organisation: Organisation) -> str:
    """Where the union above stands; the topmost one answers for itself."""
    path: str = organisation.path
    return path[: -Organisation.steplen] or path


def can_apply_for_organisation(actor: Actor, parent: Organisation) -> Verdict:
    return with_seat(actor, parent.path, (Role.MAKER, Role.ADMINISTRATOR), "申请建会")


def can_approve_organisation(actor: Actor, organisation: Organisation) -> Verdict:
    """An approver of the union above who did not enter the application himself."""
    path = _path_above(organisation)
    seated = with_seat(actor, path, (Role.APPROVER,), "批准建会")
    if not seated or actor.is_system:
        return seated
    seat = actor.seat_for(Role.APPROVER, path)
    principal = seat.principal_id if seat else None
    if organisation.applied_by_id in {actor.user_id, principal} - {None}:
        return denied(
            "申请经办人与批准人不能是同一人（含代理），请由其他审批人员办理。"
        )
    return other_person(actor, organisation.applied_by)


def can_change_organisation(actor: Actor, organisation: Organisation) -> Verdict:
    """Rename, lock, dissolve, delay an election: by the union above."""
    roles = (Role.APPROVER, Role.ADMINISTRATOR)
    return with_seat(actor, _path_above(organisation), roles, "变更下级工会")


def can_move_organisation(
    actor: Actor, organisation: Organisation, under: Organisation
) -> Verdict:
    """Whoever answers for both the present union above and the next one."""
    leaving = can_change_organisation(actor, organisation)
    if not leaving:
        return leaving
    roles = (Role.APPROVER, Role.ADMINISTRATOR)
    return with_seat(actor, under.path, roles, "把工会转入该上级")


def can_keep_organisation(actor: Actor, organisation: Organisation) -> Verdict:
    """Certificate, elections, officers and yearly return, by the union or one above."""
    roles = (Role.MAKER, Role.ADMINISTRATOR)
    return with_seat(actor, organisation.path, roles, "登记工会情况")


def can_import_organisations(actor: Actor) -> Verdict:
    """With a post that keeps unions, at any union: the rows are judged one by one."""
    roles = {Role.MAKER, Role.ADMINISTRATOR, CLIENT}
    if actor.is_system or any(seat.role in roles for seat in actor.seats):
        return ALLOWED
    return lacking("批量导入", (Role.MAKER, Role.ADMINISTRATOR))


def can_keep_employer(actor: Actor, keeper: Organisation) -> Verdict:
    """`keeper` is the union that answers for organising the employer."""
    roles = (Role.MAKER, Role.ADMINISTRATOR, CLIENT)
    return with_seat(actor, keeper.path, roles, "登记用人单位")


def can_end_division(actor: Actor, organisation: Organisation) -> Verdict:
    """`organisation` is the general union of the division, or the next one above."""
    return with_seat(actor, organisation.path, (Role.ADMINISTRATOR,), "停用区划")


def can_set_standard(actor: Actor, organisation: Organisation) -> Verdict:
    """`organisation` is the general union of the division the standard holds in."""
    roles = (Role.MAKER, Role.ADMINISTRATOR)
    return with_seat(actor, organisation.path, roles, "登记标准")


def can_retry_job(actor: Actor, job: Job) -> Verdict:
    """Whoever runs the union's business: its maker or administrator, or one above."""
    union = Organisation.objects.filter(pk=job.organisation_id).first()
    roles = (Role.MAKER, Role.ADMINISTRATOR)
    return with_seat(actor, union.path if union else "", roles, "重新办理后台任务")
