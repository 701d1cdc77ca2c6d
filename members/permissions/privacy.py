"""Who may give, record and ask for consents, and look into personal data."""

from members.enums import PrivacyRequestKind, Role
from members.models import ConsentInvitation, Person, PrivacyRequest
from members.permissions.seats import other_person, with_seat
from unionportal.core.actor import Actor
from unionportal.core.verdict import ALLOWED, Verdict, denied

RECORDERS = (Role.MAKER, Role.CHECKER, Role.ADMINISTRATOR)


def can_say_consent(actor: Actor, person: Person) -> Verdict:
    """Nobody for another: a worker for himself."""
    if actor.is_system:
        return ALLOWED
    own = actor.kind == "worker" and actor.person_id == person.pk
    return ALLOWED if own else denied("同意和撤回只能由本人作出。")


def can_answer_invitation(actor: Actor, invitation: ConsentInvitation) -> Verdict:
    """Who has proven by a code that the phone is his."""
    proven = actor.proven_phone_index
    if actor.kind == "worker" and proven and proven == invitation.phone_index:
        return ALLOWED
    return denied("请先用短信验证码确认是您本人。")


def can_record_consent(actor: Actor, path: str) -> Verdict:
    """What was signed on paper, and links to family members: by the union's staff."""
    return with_seat(actor, path, RECORDERS, "登记个人信息同意")


def can_ask_privacy(actor: Actor, person: Person) -> Verdict:
    """A worker about himself."""
    own = actor.kind == "worker" and actor.person_id == person.pk
    return ALLOWED if own else denied("个人信息请求只能由本人提出。")


def can_withdraw_privacy(actor: Actor, asked: PrivacyRequest) -> Verdict:
    """Whoever asked."""
    return can_ask_privacy(actor, asked.person)


def can_endorse_privacy(actor: Actor, asked: PrivacyRequest) -> Verdict:
    """The first of two people on a deletion: a maker, never the person himself."""
    return _not_himself(actor, asked, (Role.MAKER, Role.ADMINISTRATOR), "提出处理意见")


def can_decide_privacy(actor: Actor, asked: PrivacyRequest) -> Verdict:
    """A checker or approver; on a deletion another human than who gave the opinion."""
    roles = (Role.CHECKER, Role.APPROVER)
    seated = _not_himself(actor, asked, roles, "决定个人信息请求")
    if not seated or asked.kind != PrivacyRequestKind.DELETE:
        return seated
    if asked.endorsed_by_id is None:
        return denied("删除请求须先由经办提出处理意见，再由另一人决定。")
    path = asked.organisation.path
    seats = [actor.seat_for(role, path) for role in roles]
    principals = {seat.principal_id for seat in seats if seat}
    if asked.endorsed_by_id in {actor.user_id, *principals}:
        return denied(
            "提出意见的人与决定的人不能是同一人（含代理），请由其他人员决定。"
        )
    return other_person(actor, asked.endorsed_by)


def _not_himself(
    actor: Actor, asked: PrivacyRequest, roles: tuple[str, ...], what: str
) -> Verdict:
    seated = with_seat(actor, asked.organisation.path, roles, what)
    if not seated:
        return seated
    if actor.user_id is None:
        return denied(f"{what}须由工会工作人员登录后办理。")
    if actor.person_id is not None and actor.person_id == asked.person_id:
        return denied("不能办理自己的请求，请由其他人员办理。")
    return ALLOWED
