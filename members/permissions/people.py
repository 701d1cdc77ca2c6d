"""Who registers people, sees their numbers, merges them and keeps their accounts."""

from members.enums import Role
from members.models import BankAccount, Organisation, Person, PersonMerge, PhoneChange
from members.permissions.seats import CLIENT, lacking, other_person, with_seat
from unionportal.core.actor import Actor
from unionportal.core.verdict import ALLOWED, Verdict, denied


def can_register_person(actor: Actor, organisation: Organisation) -> Verdict:
    roles = (Role.MAKER, Role.ADMINISTRATOR, CLIENT)
    return with_seat(actor, organisation.path, roles, "人员登记")


def can_describe_person(actor: Actor, person: Person) -> Verdict:
    """A worker himself; the staff and systems of his unions."""
    if actor.kind == "worker":
        own = actor.person_id is not None and actor.person_id == person.pk
        return ALLOWED if own else denied("只能更正您本人的信息。")
    return can_register_person(actor, person.organisation)


def can_stop_phone_change(actor: Actor, change: PhoneChange) -> Verdict:
    """The worker himself, and the staff of his unions."""
    if actor.kind == "worker":
        own = actor.person_id is not None and actor.person_id == change.person_id
        return ALLOWED if own else denied("只能撤销您本人的更换手机号。")
    return can_register_person(actor, change.person.organisation)


def can_import_people(actor: Actor) -> Verdict:
    """With a post that registers people, at any union: the rows are judged one by one."""
    roles = {Role.MAKER, Role.ADMINISTRATOR, CLIENT}
    if actor.is_system or any(seat.role in roles for seat in actor.seats):
        return ALLOWED
    return lacking("导入人员", (Role.MAKER, Role.ADMINISTRATOR))


def can_reveal_person(actor: Actor, person: Person) -> Verdict:
    """To see a full number takes a role that works with it, and a reason."""
    roles = (Role.MAKER, Role.CHECKER, Role.AUDITOR)
    return with_seat(actor, person.organisation.path, roles, "查看完整号码")


def can_propose_merge(actor: Actor, kept: Person, duplicate: Person) -> Verdict:
    """A maker whose union reaches both registrations."""
    if actor.user_id is None:
        return denied("合并人员须由工会工作人员登录后提出。")
    for person in (kept, duplicate):
        seated = with_seat(actor, person.organisation.path, (Role.MAKER,), "合并人员")
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
        seated = with_seat(actor, path, (Role.CHECKER,), "复核人员合并")
        if not seated:
            return seated
        seat = actor.seat_for(Role.CHECKER, path)
        principals.add(seat.principal_id if seat else None)
    if merge.proposed_by_id in {actor.user_id, *principals}:
        return denied("提出人与复核人不能是同一人（含代理），请由其他复核人员办理。")
    return other_person(actor, merge.proposed_by)


def can_undo_merge(actor: Actor, merge: PersonMerge) -> Verdict:
    roles = (Role.CHECKER, Role.ADMINISTRATOR)
    for person in (merge.kept, merge.duplicate):
        seated = with_seat(actor, person.organisation.path, roles, "还原人员合并")
        if not seated:
            return seated
    return ALLOWED


def can_open_account(actor: Actor, person: Person) -> Verdict:
    """A worker for himself; staff and county systems for their people."""
    if actor.kind == "worker":
        own = actor.person_id is not None and actor.person_id == person.pk
        return ALLOWED if own else denied("只能登记您本人的收款账户。")
    return with_seat(
        actor, person.organisation.path, (Role.MAKER, CLIENT), "登记收款账户"
    )


def can_verify_account(actor: Actor, account: BankAccount) -> Verdict:
    """A checker who is neither who entered the account nor its holder."""
    path = account.person.organisation.path
    seated = with_seat(actor, path, (Role.CHECKER,), "核验收款账户")
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
    return other_person(actor, account.created_by)


def can_stop_account(actor: Actor, account: BankAccount) -> Verdict:
    if actor.kind == "worker":
        own = actor.person_id is not None and actor.person_id == account.person_id
        return ALLOWED if own else denied("只能停用您本人的收款账户。")
    roles = (Role.MAKER, Role.CHECKER)
    return with_seat(actor, account.person.organisation.path, roles, "停用收款账户")
