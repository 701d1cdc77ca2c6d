"""Who may do what in members: verdicts with the reason a person reads.

Authority comes from seats. Each verdict looks at the place in the tree the thing
belongs to; rules on persons (the second person) are verdicts too, so that a button
knows them before the action does.
"""

from members.enums import OrganisationLevel, OrganisationState, Role, TransferSide
from members.models import (
    ApiClient,
    BankAccount,
    Membership,
    MembershipApplication,
    MembershipTransfer,
    Notice,
    Objection,
    Organisation,
    Person,
    PersonMerge,
    Post,
    User,
)
from unionportal.core.actor import Actor
from unionportal.core.models import Job
from unionportal.core.verdict import ALLOWED, Verdict, denied

CLIENT = "client"
TRANSFER_ROLES = (Role.MAKER, Role.CHECKER, Role.ADMINISTRATOR)


def _seated(actor: Actor, path: str, roles: tuple[str, ...], what: str) -> Verdict:
    """Allowed with one of the roles at or above the path; the system always."""
    if actor.is_system or any(actor.seat_for(role, path) for role in roles):
        return ALLOWED
    named = "、".join(str(Role(role).label) for role in roles if role in Role)
    return denied(
        f"{what}须由本工会或上级工会的{named}办理，请联系管理员确认您的岗位。"
    )


# --- organisations: the union above founds, moves and ends; the union itself files


def _path_above(organisation: Organisation) -> str:
    """Where the union above stands; the topmost one answers for itself."""
    path: str = organisation.path
    return path[: -Organisation.steplen] or path


def can_apply_for_organisation(actor: Actor, parent: Organisation) -> Verdict:
    return _seated(actor, parent.path, (Role.MAKER, Role.ADMINISTRATOR), "申请建会")


def can_approve_organisation(actor: Actor, organisation: Organisation) -> Verdict:
    """An approver of the union above who did not enter the application himself."""
    path = _path_above(organisation)
    seated = _seated(actor, path, (Role.APPROVER,), "批准建会")
    if not seated or actor.is_system:
        return seated
    seat = actor.seat_for(Role.APPROVER, path)
    principal = seat.principal_id if seat else None
    if organisation.applied_by_id in {actor.user_id, principal} - {None}:
        return denied(
            "申请经办人与批准人不能是同一人（含代理），请由其他审批人员办理。"
        )
    return _other_person(actor, organisation.applied_by)


def can_change_organisation(actor: Actor, organisation: Organisation) -> Verdict:
    """Rename, lock, dissolve, delay an election: by the union above."""
    roles = (Role.APPROVER, Role.ADMINISTRATOR)
    return _seated(actor, _path_above(organisation), roles, "变更下级工会")


def can_move_organisation(
    actor: Actor, organisation: Organisation, under: Organisation
) -> Verdict:
    """Whoever answers for both the present union above and the next one."""
    leaving = can_change_organisation(actor, organisation)
    if not leaving:
        return leaving
    roles = (Role.APPROVER, Role.ADMINISTRATOR)
    return _seated(actor, under.path, roles, "把工会转入该上级")


def can_keep_organisation(actor: Actor, organisation: Organisation) -> Verdict:
    """Certificate, elections, officers and yearly return, by the union or one above."""
    roles = (Role.MAKER, Role.ADMINISTRATOR)
    return _seated(actor, organisation.path, roles, "登记工会情况")


def can_import_organisations(actor: Actor) -> Verdict:
    """With a post that keeps unions, at any union: the rows are judged one by one."""
    roles = {Role.MAKER, Role.ADMINISTRATOR}
    if actor.is_system or any(seat.role in roles for seat in actor.seats):
        return ALLOWED
    return denied("批量导入须由经办或管理员办理，请联系管理员确认您的岗位。")


def can_keep_employer(actor: Actor, keeper: Organisation) -> Verdict:
    """`keeper` is the union that answers for organising the employer."""
    roles = (Role.MAKER, Role.ADMINISTRATOR, CLIENT)
    return _seated(actor, keeper.path, roles, "登记用人单位")


def can_register_person(actor: Actor, organisation: Organisation) -> Verdict:
    roles = (Role.MAKER, Role.ADMINISTRATOR, CLIENT)
    return _seated(actor, organisation.path, roles, "人员登记")


def can_describe_person(actor: Actor, person: Person) -> Verdict:
    """A worker himself; the staff and systems of his unions."""
    if actor.kind == "worker":
        own = actor.person_id is not None and actor.person_id == person.pk
        return ALLOWED if own else denied("只能更正您本人的信息。")
    return can_register_person(actor, person.organisation)


def can_admit_member(actor: Actor, organisation: Organisation) -> Verdict:
    """To enter a member on paper, or by a county's system."""
    roles = (Role.MAKER, Role.ADMINISTRATOR, CLIENT)
    return _seated(actor, organisation.path, roles, "登记入会")


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
    seated = _seated(actor, path, (Role.CHECKER, Role.APPROVER), "审核入会申请")
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
    return _seated(actor, membership.organisation.path, roles, "登记会籍变动")


def can_renew_card(actor: Actor, membership: Membership) -> Verdict:
    if actor.kind == "worker":
        own = actor.person_id is not None and actor.person_id == membership.person_id
        return ALLOWED if own else denied("只能换发您本人的会员证。")
    roles = (Role.MAKER, Role.ADMINISTRATOR)
    return _seated(actor, membership.organisation.path, roles, "换发会员证")


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
    return _seated(actor, union.path, TRANSFER_ROLES, "提出转会")


def can_release_transfer(actor: Actor, transfer: MembershipTransfer) -> Verdict:
    return _on_transfer(actor, transfer, transfer.old_union, "同意转出")


def can_accept_transfer(actor: Actor, transfer: MembershipTransfer) -> Verdict:
    return _on_transfer(actor, transfer, transfer.new_union, "同意接收")


def _on_transfer(
    actor: Actor, transfer: MembershipTransfer, union: Organisation, what: str
) -> Verdict:
    seated = _seated(actor, union.path, TRANSFER_ROLES, what)
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
    return _seated(actor, union.path, TRANSFER_ROLES, "撤回转会")


def can_propose_merge(actor: Actor, kept: Person, duplicate: Person) -> Verdict:
    """A maker whose union reaches both registrations."""
    if actor.user_id is None:
        return denied("合并人员须由工会工作人员登录后提出。")
    for person in (kept, duplicate):
        seated = _seated(actor, person.organisation.path, (Role.MAKER,), "合并人员")
        if not seated:
            return seated
    return ALLOWED


def can_decide_merge(actor: Actor, merge: PersonMerge) -> Verdict:
    """A checker who is another human than who proposed it, deputies included."""
    if actor.user_id is None:
        return denied("合并人员须由工会工作人员登录后复核。")
    principals = set()
    for person in (merge.kept, merge.duplicate):
        path = person.organisation.path
        seated = _seated(actor, path, (Role.CHECKER,), "复核人员合并")
        if not seated:
            return seated
        seat = actor.seat_for(Role.CHECKER, path)
        principals.add(seat.principal_id if seat else None)
    if merge.proposed_by_id in {actor.user_id, *principals}:
        return denied("提出人与复核人不能是同一人（含代理），请由其他复核人员办理。")
    return _other_person(actor, merge.proposed_by)


def can_undo_merge(actor: Actor, merge: PersonMerge) -> Verdict:
    roles = (Role.CHECKER, Role.ADMINISTRATOR)
    for person in (merge.kept, merge.duplicate):
        seated = _seated(actor, person.organisation.path, roles, "还原人员合并")
        if not seated:
            return seated
    return ALLOWED


def can_import_people(actor: Actor) -> Verdict:
    """With a post that registers people, at any union: the rows are judged one by one."""
    roles = {Role.MAKER, Role.ADMINISTRATOR}
    if actor.is_system or any(seat.role in roles for seat in actor.seats):
        return ALLOWED
    return denied("导入人员须由经办或管理员办理，请联系管理员确认您的岗位。")


def can_retry_job(actor: Actor, job: Job) -> Verdict:
    """Whoever runs the union's business: its maker or administrator, or one above."""
    union = Organisation.objects.filter(pk=job.organisation_id).first()
    roles = (Role.MAKER, Role.ADMINISTRATOR)
    return _seated(actor, union.path if union else "", roles, "重新办理后台任务")


def can_reveal_person(actor: Actor, person: Person) -> Verdict:
    """To see a full number takes a role that works with it, and a reason."""
    roles = (Role.MAKER, Role.CHECKER, Role.AUDITOR)
    return _seated(actor, person.organisation.path, roles, "查看完整号码")


def can_open_account(actor: Actor, person: Person) -> Verdict:
    """A worker for himself; staff and county systems for their people."""
    if actor.kind == "worker":
        own = actor.person_id is not None and actor.person_id == person.pk
        return ALLOWED if own else denied("只能登记您本人的收款账户。")
    return _seated(
        actor, person.organisation.path, (Role.MAKER, CLIENT), "登记收款账户"
    )


def can_verify_account(actor: Actor, account: BankAccount) -> Verdict:
    """A checker who is neither who entered the account nor its holder."""
    path = account.person.organisation.path
    seated = _seated(actor, path, (Role.CHECKER,), "核验收款账户")
    if not seated:
        return seated
    if actor.user_id is None:
        return denied("收款账户须由工会工作人员登录后核验。")
    if actor.person_id is not None and actor.person_id == account.person_id:
        return denied("不能核验自己的收款账户，请由其他复核人员核验。")
    seat = actor.seat_for(Role.CHECKER, path)
    principal = seat.principal_id if seat else None
    if account.created_by_id in {actor.user_id, principal} - {None}:
        return denied("登记人与核验人不能是同一人（含代理），请由其他复核人员核验。")
    return _other_person(actor, account.created_by)


def _other_person(actor: Actor, entered_by: User | None) -> Verdict:
    person_id = entered_by.person_id if entered_by else None
    if person_id is not None and person_id == actor.person_id:
        return denied("登记人与核验人不能是同一人，请由其他复核人员核验。")
    return ALLOWED


def can_stop_account(actor: Actor, account: BankAccount) -> Verdict:
    if actor.kind == "worker":
        own = actor.person_id is not None and actor.person_id == account.person_id
        return ALLOWED if own else denied("只能停用您本人的收款账户。")
    roles = (Role.MAKER, Role.CHECKER)
    return _seated(actor, account.person.organisation.path, roles, "停用收款账户")


def can_appoint_post(actor: Actor, organisation: Organisation) -> Verdict:
    return _seated(actor, organisation.path, (Role.ADMINISTRATOR,), "任命岗位")


def can_deputise_post(actor: Actor, post: Post) -> Verdict:
    return can_appoint_post(actor, post.organisation)


def can_end_post(actor: Actor, post: Post) -> Verdict:
    return can_appoint_post(actor, post.organisation)


def can_create_user(actor: Actor) -> Verdict:
    """Any administrator; what the new user may do is decided by appointments."""
    if actor.is_system or any(s.role == Role.ADMINISTRATOR for s in actor.seats):
        return ALLOWED
    return denied("新建用户须由管理员办理。")


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


def can_end_division(actor: Actor, organisation: Organisation) -> Verdict:
    """`organisation` is the general union of the division, or the next one above."""
    return _seated(actor, organisation.path, (Role.ADMINISTRATOR,), "停用区划")


def can_set_standard(actor: Actor, organisation: Organisation) -> Verdict:
    """`organisation` is the general union of the division the standard holds in."""
    roles = (Role.MAKER, Role.ADMINISTRATOR)
    return _seated(actor, organisation.path, roles, "登记标准")


def can_publish_notice(actor: Actor, organisation: Organisation) -> Verdict:
    roles = (Role.MAKER, Role.APPROVER)
    return _seated(actor, organisation.path, roles, "发布公示")


def can_end_notice(actor: Actor, notice: Notice) -> Verdict:
    roles = (Role.MAKER, Role.APPROVER)
    return _seated(actor, notice.organisation.path, roles, "结束公示")


def can_cancel_notice(actor: Actor, notice: Notice) -> Verdict:
    return _seated(actor, notice.organisation.path, (Role.APPROVER,), "撤销公示")


def can_file_objection(actor: Actor, notice: Notice) -> Verdict:
    """Anybody may object on line; staff file what came on paper to their own union."""
    if actor.kind == "worker":
        return ALLOWED
    roles = (Role.MAKER, Role.CHECKER, Role.APPROVER, CLIENT)
    return _seated(actor, notice.organisation.path, roles, "登记书面异议")


def can_decide_objection(actor: Actor, objection: Objection) -> Verdict:
    """A checker or approver who did not object himself."""
    path = objection.notice.organisation.path
    seated = _seated(actor, path, (Role.CHECKER, Role.APPROVER), "核查异议")
    if not seated:
        return seated
    if actor.user_id is None:
        return denied("异议须由工会工作人员登录后核查。")
    if actor.person_id is not None and actor.person_id == objection.person_id:
        return denied("不能核查自己提出的异议，请由其他人员核查。")
    return ALLOWED


def can_register_client(actor: Actor, organisation: Organisation) -> Verdict:
    return _seated(actor, organisation.path, (Role.ADMINISTRATOR,), "登记接口客户端")


def can_manage_client(actor: Actor, client: ApiClient) -> Verdict:
    return can_register_client(actor, client.organisation)
