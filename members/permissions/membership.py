"""Who joins, decides, changes a standing and moves a member."""

from members.enums import OrganisationLevel, OrganisationState, Role, TransferSide
from members.models import (
    Membership,
    MembershipApplication,
    MembershipTransfer,
    Organisation,
    Person,
)
from members.permissions.seats import CLIENT, with_seat
from unionportal.core.actor import Actor
from unionportal.core.verdict import ALLOWED, Verdict, denied

TRANSFER_ROLES = (Role.MAKER, Role.CHECKER, Role.ADMINISTRATOR)


def can_admit_member(actor: Actor, organisation: Organisation) -> Verdict:
    """To enter a member on paper, or by a county's system."""
    roles = (Role.MAKER, Role.ADMINISTRATOR, CLIENT)
    return with_seat(actor, organisation.path, roles, "登记入会")


def can_apply_to_join(
    actor: Actor, known: Person | None, organisation: Organisation
) -> Verdict:
    """Anybody for himself, at a union whose people are its own members."""
    if actor.kind != "worker":
        return denied("入会由职工本人申请；纸质申请请在会籍中登记入会。")
    if actor.person_id is not None and (known is None or known.pk != actor.person_id):
        return denied("只能为您本人申请入会，请核对身份证号。")
    if organisation.level not in {OrganisationLevel.BASIC, OrganisationLevel.TOWNSHIP}:
        return denied("请选择您单位的工会；单位没有工会的，选所在乡镇（街道）工会。")
    if organisation.state != OrganisationState.NORMAL:
        return denied("这家工会现在不办理入会，请联系上级工会。")
    return ALLOWED


def can_withdraw_application(
    actor: Actor, application: MembershipApplication
) -> Verdict:
    """The applicant: by his person, or by the phone that he has proven."""
    person, phone = application.person_id, application.phone_index
    if actor.kind == "worker":
        if actor.person_id is not None and actor.person_id == person:
            return ALLOWED
        if actor.proven_phone_index and actor.proven_phone_index == phone:
            return ALLOWED
    return denied("只能办理您本人的入会申请。")


def can_decide_application(actor: Actor, application: MembershipApplication) -> Verdict:
    """The union applied to, or one above; never the applicant himself."""
    path = application.organisation.path
    seated = with_seat(actor, path, (Role.CHECKER, Role.APPROVER), "审核入会申请")
    if not seated:
        return seated
    if actor.person_id is not None and actor.person_id == application.person_id:
        return denied("不能审核自己的入会申请，请由其他人员办理。")
    return ALLOWED


def can_change_standing(actor: Actor, membership: Membership, act: str) -> Verdict:
    """A worker may leave; the rest is his union's, expelling an approver's."""
    if actor.kind == "worker":
        own = actor.person_id is not None and actor.person_id == membership.person_id
        return ALLOWED if own and act == "leave" else denied("请由所在工会办理。")
    roles = (Role.APPROVER,) if act == "expel" else (Role.MAKER, Role.ADMINISTRATOR)
    return with_seat(actor, membership.organisation.path, roles, "登记会籍变动")


def can_renew_card(actor: Actor, membership: Membership) -> Verdict:
    if actor.kind == "worker":
        own = actor.person_id is not None and actor.person_id == membership.person_id
        return ALLOWED if own else denied("只能换发您本人的会员证。")
    roles = (Role.MAKER, Role.ADMINISTRATOR)
    return with_seat(actor, membership.organisation.path, roles, "换发会员证")


def can_ask_transfer(
    actor: Actor, membership: Membership, new_union: Organisation, side: str
) -> Verdict:
    """The member for himself; the old union or the new one by its maker."""
    if actor.kind == "worker":
        own = actor.person_id is not None and actor.person_id == membership.person_id
        mine = own and side == TransferSide.WORKER
        return ALLOWED if mine else denied("只能办理您本人的转会。")
    if side == TransferSide.WORKER:
        return denied("本人申请须由会员登录后提出；工会请以转出或转入工会的身份提出。")
    union = membership.organisation if side == TransferSide.OLD_UNION else new_union
    return with_seat(actor, union.path, TRANSFER_ROLES, "提出转会")


def can_release_transfer(actor: Actor, transfer: MembershipTransfer) -> Verdict:
    return _on_transfer(actor, transfer, transfer.old_union, "同意转出")


def can_accept_transfer(actor: Actor, transfer: MembershipTransfer) -> Verdict:
    return _on_transfer(actor, transfer, transfer.new_union, "同意接收")


def _on_transfer(
    actor: Actor, transfer: MembershipTransfer, union: Organisation, what: str
) -> Verdict:
    seated = with_seat(actor, union.path, TRANSFER_ROLES, what)
    person_id = transfer.membership.person_id
    if seated and actor.person_id is not None and actor.person_id == person_id:
        return denied("不能办理自己的转会，请由其他人员办理。")
    return seated


def can_cancel_transfer(actor: Actor, transfer: MembershipTransfer) -> Verdict:
    """Whoever asked for it."""
    if transfer.asked_by == TransferSide.WORKER:
        own = actor.kind == "worker" and actor.person_id is not None
        mine = own and actor.person_id == transfer.membership.person_id
        return ALLOWED if mine else denied("由会员本人提出的转会，须由本人撤回。")
    asked_by_old = transfer.asked_by == TransferSide.OLD_UNION
    union = transfer.old_union if asked_by_old else transfer.new_union
    return with_seat(actor, union.path, TRANSFER_ROLES, "撤回转会")
