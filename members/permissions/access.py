"""Who appoints, who makes users and systems, and who closes them."""

from members.enums import Role
from members.models import ApiClient, Organisation, Post, User
from members.permissions.seats import lacking, with_seat
from unionportal.core.actor import Actor
from unionportal.core.verdict import ALLOWED, Verdict, denied


def can_appoint_post(actor: Actor, organisation: Organisation) -> Verdict:
    return with_seat(actor, organisation.path, (Role.ADMINISTRATOR,), "任命岗位")


def can_deputise_post(actor: Actor, post: Post) -> Verdict:
    return can_appoint_post(actor, post.organisation)


def can_end_post(actor: Actor, post: Post) -> Verdict:
    return can_appoint_post(actor, post.organisation)


def can_create_user(actor: Actor) -> Verdict:
    """Any administrator; what the new user may do is decided by appointments."""
    if actor.is_system or any(s.role == Role.ADMINISTRATOR for s in actor.seats):
        return ALLOWED
    return lacking("新建用户", (Role.ADMINISTRATOR,))


def can_deactivate_user(actor: Actor, user: User) -> Verdict:
    """An administrator over every post the user holds, never over himself."""
    if actor.user_id == user.pk:
        return denied("不能停用自己的用户，请由其他管理员办理。")
    allowed = can_create_user(actor)
    if not allowed:
        return allowed
    paths = list(user.posts.values_list("organisation__path", flat=True))
    if all(actor.is_system or actor.seat_for(Role.ADMINISTRATOR, p) for p in paths):
        return ALLOWED
    return denied("该用户在您管理范围以外任职，请由上级工会管理员办理。")


def can_reset_second_factor(actor: Actor, user: User) -> Verdict:
    """Of a lost device: by an administrator over every post, never one's own."""
    return can_deactivate_user(actor, user)


def can_lift_lock(actor: Actor, user: User | None) -> Verdict:
    """An administrator over the user's posts; of a name nobody bears, any at the top."""
    if user is not None and user.is_staff:
        return can_deactivate_user(actor, user)
    top = Organisation.steplen
    is_top = any(
        seat.role == Role.ADMINISTRATOR and len(seat.path) == top and not seat.only_here
        for seat in actor.seats
    )
    if actor.is_system or is_top:
        return ALLOWED
    return denied("没有这个用户名；未知用户名的锁定由省级总工会管理员解除。")


def can_end_session(actor: Actor, user: User) -> Verdict:
    """One's own, or of a user one administers."""
    if actor.user_id == user.pk:
        return ALLOWED
    return can_deactivate_user(actor, user)


def can_oversee(actor: Actor) -> Verdict:
    """To read the logs and who is on line: administrators and auditors."""
    roles = (Role.ADMINISTRATOR, Role.AUDITOR)
    if actor.is_system or any(seat.role in roles for seat in actor.seats):
        return ALLOWED
    return lacking("查看登录、操作记录和在线用户", roles)


def can_register_client(actor: Actor, organisation: Organisation) -> Verdict:
    return with_seat(actor, organisation.path, (Role.ADMINISTRATOR,), "登记接口客户端")


def can_manage_client(actor: Actor, client: ApiClient) -> Verdict:
    return can_register_client(actor, client.organisation)
