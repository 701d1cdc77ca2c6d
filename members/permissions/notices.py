"""Who publishes, ends and cancels a notice, objects and decides."""

from members.enums import Role
from members.models import Notice, Objection, Organisation
from members.permissions.seats import CLIENT, with_seat
from unionportal.core.actor import Actor
from unionportal.core.verdict import ALLOWED, Verdict, denied


def can_publish_notice(actor: Actor, organisation: Organisation) -> Verdict:
    roles = (Role.MAKER, Role.APPROVER)
    return with_seat(actor, organisation.path, roles, "发布公示")


def can_end_notice(actor: Actor, notice: Notice) -> Verdict:
    roles = (Role.MAKER, Role.APPROVER)
    return with_seat(actor, notice.organisation.path, roles, "结束公示")


def can_cancel_notice(actor: Actor, notice: Notice) -> Verdict:
    return with_seat(actor, notice.organisation.path, (Role.APPROVER,), "撤销公示")


def can_extend_notice(actor: Actor, notice: Notice) -> Verdict:
    return with_seat(actor, notice.organisation.path, (Role.APPROVER,), "延长公示")


def can_republish_notice(actor: Actor, notice: Notice) -> Verdict:
    """To take a list down and publish it anew: whoever may do both."""
    return with_seat(actor, notice.organisation.path, (Role.APPROVER,), "重新公示")


def can_look_at_evidence(actor: Actor, objection: Objection) -> Verdict:
    """Whoever decides it, and who audits the union."""
    roles = (Role.CHECKER, Role.APPROVER, Role.AUDITOR)
    return with_seat(actor, objection.notice.organisation.path, roles, "查看异议证据")


def can_file_objection(actor: Actor, notice: Notice) -> Verdict:
    """Anybody may object on line; staff file what came on paper to their own union."""
    if actor.kind == "worker":
        return ALLOWED
    roles = (Role.MAKER, Role.CHECKER, Role.APPROVER, CLIENT)
    return with_seat(actor, notice.organisation.path, roles, "登记书面异议")


def can_decide_objection(actor: Actor, objection: Objection) -> Verdict:
    """A checker or approver who did not object himself."""
    path = objection.notice.organisation.path
    seated = with_seat(actor, path, (Role.CHECKER, Role.APPROVER), "核查异议")
    if not seated:
        return seated
    if actor.user_id is None:
        return denied("异议须由工会工作人员登录后核查。")
    if actor.person_id is not None and actor.person_id == objection.person_id:
        return denied("不能核查自己提出的异议，请由其他人员核查。")
    return ALLOWED
