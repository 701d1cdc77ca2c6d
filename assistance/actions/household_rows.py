"""The people whom an applicant for a dossier names, one by one, while it is a draft."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction

from assistance.actions.application_drafts import require_changeable
from assistance.actions.application_steps import locked_application, record_step
from assistance.enums import Health, Relation
from assistance.models import AidApplication, HouseholdDossier, HouseholdMember
from assistance.permissions.applications import can_change_application
from assistance.permissions.dossiers import can_recheck_dossier
from assistance.queries.intakes import leads_to_dossier
from members.rules.id_number import read_id_number
from members.rules.name_pinyin import plain_name
from members.rules.phone_number import read_phone_number
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal
from unionportal.core.secrets import blind_index

MOST = 29  # beside the applicant: a household as counted has 30 at most
INCOME_MOST = Decimal(10**9)


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdRow:
    """A person as typed; an ID number or phone left empty stays what it was."""

    name: str
    relation: Relation
    id_number: str = ""
    phone: str = ""
    identity: str = ""
    health: Health = Health.HEALTHY
    place: str = ""
    yearly_income: Decimal | None = None


@transaction.atomic
def put_household_member(
    *,
    application_id: int,
    row: HouseholdRow,
    on: date,
    by: Actor,
    member_id: int | None = None,
) -> HouseholdMember:
    """Name a person of the household, or change what was said of one.

    The day of birth is read from the ID number. Refused: an application that is handed
    in, a wrong number, the applicant himself, the same person twice, too many.
    """
    application = _changeable(application_id, by)
    rows = HouseholdMember.objects.filter(application=application)
    if member_id is None and rows.count() >= MOST:
        raise Refusal(
            f"家庭成员最多填 {MOST} 人；人数更多的请联系工会。", code="too_many"
        )
    member = (
        rows.get(pk=member_id)
        if member_id is not None
        else HouseholdMember(application=application)
    )
    _state(member, row)
    _number(member, row.id_number, on)
    _require_once(application, member)
    member.save()
    changes = {"member": str(member.get_relation_display())}
    record_step(by, "put_household_member", application, on, dict(changes))
    return member


@transaction.atomic
def drop_household_member(
    *, application_id: int, member_id: int, on: date, by: Actor
) -> None:
    """Take a person out again. Taken out twice is taken out once."""
    application = _changeable(application_id, by)
    rows = HouseholdMember.objects.filter(application=application, pk=member_id)
    gone = [str(one.get_relation_display()) for one in rows.select_for_update()]
    rows.delete()
    if gone:
        changes: dict[str, object] = {"member": gone[0]}
        record_step(by, "drop_household_member", application, on, changes)


@transaction.atomic
def move_out_member(*, member_id: int, reason: str, on: date, by: Actor) -> None:
    """Somebody of a household on file lives there no more; the row stays.

    From then on he may be named in another file. Twice is once.
    """
    member = HouseholdMember.objects.select_for_update().get(pk=member_id)
    dossier = HouseholdDossier.objects.select_related("organisation").get(
        pk=member.dossier_id or 0
    )
    can_recheck_dossier(by, dossier).require()
    if not reason.strip():
        raise Refusal("请写明迁出的理由和凭据。", field="reason")
    if member.moved_out_on is not None:
        return
    member.moved_out_on = on
    member.save(update_fields=["moved_out_on"])
    record(
        by=by,
        verb="move_out_member",
        subject=dossier,
        on=on,
        organisation_id=dossier.organisation_id,
        changes={"member": member.pk},
        reason=reason.strip(),
    )


def _changeable(application_id: int, by: Actor) -> AidApplication:
    application = locked_application(application_id)
    can_change_application(by, application).require()
    require_changeable(application)
    if not leads_to_dossier(application):
        raise Refusal("这项申请不用填写家庭成员。", code="scheme")
    return application


def _state(member: HouseholdMember, row: HouseholdRow) -> None:
    name = plain_name(row.name)
    if not name:
        raise Refusal("请填写姓名，与身份证一致。", field="name")
    income = row.yearly_income
    if income is not None and not 0 <= income <= INCOME_MOST:
        raise Refusal("年收入写 0 或以上的元数；不清楚的留空。", field="yearly_income")
    member.name, member.relation = name, row.relation
    member.identity, member.health = row.identity.strip(), row.health
    member.place, member.yearly_income = row.place.strip(), income
    if row.phone.strip():
        member.phone = read_phone_number(row.phone)


def _number(member: HouseholdMember, typed: str, on: date) -> None:
    if not typed.strip():
        if not member.id_number_index:
            raise Refusal("请填写身份证号；孩子的在户口簿上。", field="id_number")
        return
    read = read_id_number(typed, on=on)
    member.id_number, member.birth_date = read.number, read.birth_date
    member.id_number_index = blind_index(read.number, kind="id_number")


def _require_once(application: AidApplication, member: HouseholdMember) -> None:
    applicant = application.applicant
    if member.id_number == applicant.id_number:
        raise Refusal("这是您本人的身份证号；本人不用再填。", field="id_number")
    others = HouseholdMember.objects.filter(application=application)
    others = others.exclude(pk=member.pk)
    if any(one.id_number == member.id_number for one in others):
        raise Refusal("这个人已经填过了，请不要重复填写。", field="id_number")
    phones = {applicant.phone, *(one.phone for one in others)}
    if member.phone and member.phone in phones:
        raise Refusal(
            "手机号要填这位家人自己的，不能与您或别的家人相同；没有手机的留空，"
            "工会入户时请他（她）签纸质授权书。",
            field="phone",
        )
