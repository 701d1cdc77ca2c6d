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
    if actor.is_system or _administers(actor):
        return ALLOWED
    return lacking("新建用户", (Role.ADMINISTRATOR,))


def can_deactivate_user(actor: Actor, user: User) -> Verdict:
    """An administrator over every post the user holds, never over himself."""
    return _over_user(actor, user, "停用用户")


def can_reset_second_factor(actor: Actor, user: User) -> Verdict:
    """Of a lost device: by an administrator over every post, never one's own."""
    return _over_user(actor, user, "重置双因素验证")


def _over_user(actor: Actor, user: User, what: str) -> Verdict:
    if actor.user_id == user.pk:
        return denied(f"不能为自己办理“{what}”，请由其他管理员办理。")
    if not actor.is_system and not _administers(actor):
        return lacking(what, (Role.ADMINISTRATOR,))
    posts = user.posts.values_list("organisation__path", "organisation__name")
    for path, name in posts.order_by("organisation__path"):
        if not actor.is_system and not actor.seat_for(Role.ADMINISTRATOR, path):
            where = f"{name}或其上级工会的"
            return lacking(what, (Role.ADMINISTRATOR,), where=where)
    return ALLOWED


def _administers(actor: Actor) -> bool:
    return any(seat.role == Role.ADMINISTRATOR for seat in actor.seats)


def can_lift_lock(actor: Actor, user: User | None) -> Verdict:
    """An administrator over the user's posts; of a name nobody bears, any at the top."""
    if user is not None and user.is_staff:
        return _over_user(actor, user, "解除登录锁定")
    top = Organisation.steplen
    is_top = any(
        seat.role == Role.ADMINISTRATOR and len(seat.path) == top and not seat.only_here
        for seat in actor.seats
    )
    if actor.is_system or is_top:
        return ALLOWED
    return denied(
        "没有这个用户名；解除未知用户名的锁定须有省级总工会的“管理员”岗位，"
        "请由省级总工会的管理员办理。"
    )


def can_end_session(actor: Actor, user: User) -> Verdict:
    """One's own, or of a user one administers."""
    if actor.user_id == user.pk:
        return ALLOWED
    return _over_user(actor, user, "结束他人的登录")


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


def can_reset_sandbox(actor: Actor, client: ApiClient) -> Verdict:
    """By the client itself, or by whoever may stop it."""
    if actor.kind == "client" and actor.client_id == client.client_id:
        return ALLOWED
    return can_manage_client(actor, client)
