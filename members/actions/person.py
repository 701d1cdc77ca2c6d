"""Verbs of people: registering and changing how to reach them."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from members.actions.disclosure import write_unmasking
from members.models import Division, Organisation, Person
from members.permissions.people import can_register_person, can_reveal_person
from members.queries.disclosure import unmasked_until
from members.rules.id_number import read_id_number
from members.rules.name_pinyin import plain_name, spell_name
from members.rules.phone_number import read_phone_number
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal
from unionportal.core.secrets import blind_index, blind_indexes


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonEntry:
    """What is known of a person when registered; an empty phone means none."""

    name: str
    id_number: str
    organisation_id: int
    phone: str = ""
    division_code: str = ""


@dataclass(frozen=True, slots=True)
class Registration:
    """The person, and sentences that ask to look again."""

    person: Person
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Revealed:
    """Numbers in the clear, to be shown until a moment and kept nowhere."""

    id_number: str
    phone: str
    until: datetime | None = None


def register_person(*, entry: PersonEntry, on: date, by: Actor) -> Registration:
    """Register a person once; birth date and sex are read from the ID number.

    Refuses a wrong ID number or phone, an unknown division, and somebody who is
    registered already, wherever that is.
    """
    with transaction.atomic():
        organisation = Organisation.objects.get(pk=entry.organisation_id)
        can_register_person(by, organisation).require()
        read = read_id_number(entry.id_number, on=on)
        person = _person(entry)
        person.id_number = read.number
        person.id_number_index = blind_index(read.number, kind="id_number")
        person.birth_date, person.sex = read.birth_date, read.sex
        person.id_kind = read.kind
        _save_once(person)
        record(
            by=by,
            verb="register",
            subject=person,
            on=on,
            organisation_id=organisation.pk,
        )
    return Registration(person=person, warnings=read.warnings)


def change_phone(*, person_id: int, phone: str, on: date, by: Actor) -> Person:
    """Put another phone number (or none) in place of the old one."""
    with transaction.atomic():
        person = (
            Person.objects.select_for_update(of=("self",))
            .select_related("organisation")
            .get(pk=person_id)
        )
        can_register_person(by, person.organisation).require()
        _put_phone(person, phone)
        person.save(update_fields=["phone", "phone_index"])
        record(
            by=by,
            verb="change_phone",
            subject=person,
            on=on,
            organisation_id=person.organisation_id,
        )
    return person


def reveal_identity(*, person_id: int, reason: str, on: date, by: Actor) -> Revealed:
    """Show the full numbers of a person; who looked and why goes into the trail.

    The person sees it too. Within the half hour the same user need not ask again.
    Refused: no reason, a post without the right, the day's limit.
    """
    if not reason.strip():
        raise Refusal("请填写查看理由。", field="reason")
    with transaction.atomic():
        person = Person.objects.select_related("organisation").get(pk=person_id)
        can_reveal_person(by, person).require()
        seen = write_unmasking(person, reason=reason.strip(), on=on, by=by)
        record(
            by=by,
            verb="reveal",
            subject=person,
            on=on,
            organisation_id=person.organisation_id,
            reason=reason.strip(),
        )
        seen.refresh_from_db(fields=["until"])
    return Revealed(person.id_number, person.phone or "", seen.until)


def revealed_still(*, person_id: int, by: Actor) -> Revealed | None:
    """The same numbers again while an unmasking lasts; nothing afterwards."""
    until = unmasked_until(by.user_id, person_id)
    if until is None:
        return None
    person = Person.objects.select_related("organisation").get(pk=person_id)
    if not can_reveal_person(by, person):
        return None
    return Revealed(person.id_number, person.phone or "", until)


def correct_person(
    *, person_id: int, field: str, value: str, on: date, by: Actor
) -> Person:
    """Put a name, an ID number or a phone right, as the person asked and proved.

    Birth date and sex follow the number. Refused: a number that does not check, or that
    another registration has. The trail names the field, not what stood in it.
    """
    with transaction.atomic():
        person = (
            Person.objects.select_for_update(of=("self",))
            .select_related("organisation")
            .get(pk=person_id)
        )
        _put_right(person, field, value, on=on)
        _save_once(person)
        record(
            by=by,
            verb="correct",
            subject=person,
            on=on,
            organisation_id=person.organisation_id,
            changes={"fields": [field]},
        )
    return person


def _put_right(person: Person, field: str, value: str, *, on: date) -> None:
    if field == "phone":
        _put_phone(person, value)
    elif field == "id_number":
        read = read_id_number(value, on=on)
        person.id_number = read.number
        person.id_number_index = blind_index(read.number, kind="id_number")
        person.birth_date, person.sex = read.birth_date, read.sex
        person.id_kind = read.kind
    else:
        name = plain_name(value)
        if not name:
            raise Refusal("请填写姓名。", field="value")
        spelling = spell_name(name)
        person.name = name
        person.name_pinyin = spelling.pinyin
        person.name_initials = spelling.initials


def _person(entry: PersonEntry) -> Person:
    name = plain_name(entry.name)
    if not name:
        raise Refusal("请填写姓名。", field="name")
    if (
        entry.division_code
        and not Division.objects.filter(pk=entry.division_code).exists()
    ):
        raise Refusal("户籍区划代码不存在，请重新选择。", field="division_code")
    spelling = spell_name(name)
    person = Person(
        name=name,
        name_pinyin=spelling.pinyin,
        name_initials=spelling.initials,
        organisation_id=entry.organisation_id,
        division_id=entry.division_code or None,
    )
    _put_phone(person, entry.phone)
    return person


def _put_phone(person: Person, text: str) -> None:
    phone = read_phone_number(text) if text.strip() else ""
    person.phone = phone or None
    person.phone_index = blind_index(phone, kind="phone") if phone else ""


def _save_once(person: Person) -> None:
    """The unique index sees the number under the key in use; here, under another too."""
    indexes = blind_indexes(person.id_number, kind="id_number")
    same = Person.objects.filter(id_number_index__in=indexes[1:]).exclude(pk=person.pk)
    if indexes[1:] and same.exists():
        raise _registered_already()
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError as error:
        if "person_once_per_id_number" not in str(error):
            raise
        raise _registered_already() from None


def _registered_already() -> Refusal:
    return Refusal(
        "该身份证号已登记过，请按身份证号查询后使用原有登记；"
        "如不在您的管理范围，请联系上级工会。",
        code="exists",
        field="id_number",
    )
