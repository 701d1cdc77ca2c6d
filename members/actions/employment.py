"""Verbs of employers and people: who works there, who is tied to it."""

from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction

from members.models import Employer, EmployerTie, Employment, Person
from members.permissions.organisations import can_keep_employer
from members.permissions.people import can_register_person
from members.queries.person import person_by_id_number
from members.rules.name_pinyin import plain_name
from members.rules.uscc import read_employer_code
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """Who is tied to an employer; with an ID number the register is asked for him."""

    name: str
    kind: str
    id_number: str = ""


def start_employment(
    *, person_id: int, employer_code: str, starts_on: date, on: date, by: Actor
) -> Employment:
    """A person works for an employer from a day on, which also names his work unit.

    Refuses an employer that is not registered or closed, and one he works for already.
    """
    with transaction.atomic():
        person = _locked(person_id)
        can_register_person(by, person.organisation).require()
        employer = Employer.objects.filter(
            code=read_employer_code(employer_code)
        ).first()
        if employer is None:
            raise Refusal("没有这个代码的用人单位，请先登记。", field="employer_code")
        if employer.closed_on is not None and employer.closed_on < starts_on:
            raise Refusal("该单位那时已停业，请核对日期。", field="starts_on")
        try:
            with transaction.atomic():
                made: Employment = Employment.objects.create(
                    person=person, employer=employer, starts_on=starts_on
                )
        except IntegrityError as error:
            if "employment_once_at_a_time" not in str(error):
                raise
            message = "已登记在该单位就业，离职后才能再次登记。"
            raise Refusal(message, field="employer_code") from None
        person.unit_name = employer.name[:90]
        person.save(update_fields=["unit_name"])
        _note(person, "employ", on=on, by=by, changes={"employer": employer.pk})
    return made


def end_employment(
    *, employment_id: int, ends_on: date, on: date, by: Actor
) -> Employment:
    """The person has left; the day is his last. Refuses a day before the first."""
    with transaction.atomic():
        made = (
            Employment.objects.select_for_update(of=("self",))
            .select_related("person__organisation")
            .get(pk=employment_id)
        )
        can_register_person(by, made.person.organisation).require()
        if made.ends_on is not None:
            raise Refusal("这段就业已登记离职。", code="state")
        if ends_on < made.starts_on:
            raise Refusal("离职日期不能早于入职日期，请核对。", field="ends_on")
        made.ends_on = ends_on
        made.save(update_fields=["ends_on"])
        _note(made.person, "leave_employer", on=on, by=by, changes={"ends_on": ends_on})
    return made


def tie_to_employer(
    *, employer_id: int, entry: Tie, starts_on: date, on: date, by: Actor
) -> EmployerTie:
    """Say that somebody owns an employer, is a partner in it or next of kin of one."""
    with transaction.atomic():
        employer = _employer(employer_id, by)
        name = plain_name(entry.name)
        if not name:
            raise Refusal("请填写姓名。", field="name")
        person = person_by_id_number(entry.id_number)
        if person is not None and person.name != name:
            raise Refusal("姓名与该身份证号的登记不同，请核对。", field="name")
        if employer.ties.filter(name=name, kind=entry.kind, ends_on=None).exists():
            raise Refusal("该关系人已登记。", field="name")
        made: EmployerTie = EmployerTie.objects.create(
            employer=employer,
            person=person,
            name=name,
            kind=entry.kind,
            starts_on=starts_on,
        )
        record(
            by=by,
            verb="tie",
            subject=employer,
            on=on,
            organisation_id=employer.keeper_id,
            changes={"kind": entry.kind, "starts_on": starts_on},
        )
    return made


def untie_from_employer(
    *, tie_id: int, employer_id: int, ends_on: date, on: date, by: Actor
) -> EmployerTie:
    """The tie is over. Refuses a day before it began, and another employer's tie."""
    with transaction.atomic():
        employer = _employer(employer_id, by)
        made: EmployerTie | None = (
            employer.ties.select_for_update().filter(pk=tie_id, ends_on=None).first()
        )
        if made is None:
            raise Refusal("该关系人不在册，请刷新页面后再试。", field="tie")
        if ends_on < made.starts_on:
            raise Refusal("止于的日期不能早于起始日期，请核对。", field="ends_on")
        made.ends_on = ends_on
        made.save(update_fields=["ends_on"])
        record(
            by=by,
            verb="untie",
            subject=employer,
            on=on,
            organisation_id=employer.keeper_id,
            changes={"kind": made.kind, "ends_on": ends_on},
        )
    return made


def _employer(employer_id: int, by: Actor) -> Employer:
    employer = (
        Employer.objects.select_for_update(of=("self",))
        .select_related("keeper")
        .get(pk=employer_id)
    )
    can_keep_employer(by, employer.keeper).require()
    return employer


def _locked(person_id: int) -> Person:
    return (
        Person.objects.select_for_update(of=("self",))
        .select_related("organisation")
        .get(pk=person_id)
    )


def _note(
    person: Person, verb: str, *, on: date, by: Actor, changes: dict[str, object]
) -> None:
    record(
        by=by,
        verb=verb,
        subject=person,
        on=on,
        organisation_id=person.organisation_id,
        changes=changes,
    )
