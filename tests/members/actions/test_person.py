"""Registering people."""

from datetime import date

import pytest
from django.db import connection

from members.actions.person import (
    PersonEntry,
    change_phone,
    register_person,
    reveal_identity,
)
from members.models import Person
from tests.members.builders import NEXT_COUNTY, ON, id_number, person, staff, union
from unionportal.core.actor import SYSTEM
from unionportal.core.audit import history_of
from unionportal.core.errors import Refusal
from unionportal.core.secrets import blind_index

pytestmark = pytest.mark.django_db


def test_registered_person_is_sealed_found_and_spelt() -> None:
    number = id_number(born=date(1980, 3, 4))
    registered = person("曾　小三", phone="+86 138 1234 1234", number=number)
    stored = Person.objects.get(pk=registered.pk)
    assert (stored.name, stored.name_pinyin, stored.name_initials) == (
        "曾小三",
        "zengxiaosan",
        "zxs",
    )
    assert (stored.id_number, stored.phone) == (number, "13812341234")
    assert stored.birth_date == date(1980, 3, 4)
    assert stored.phone_index == blind_index("13812341234", kind="phone")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id_number::text || phone::text FROM members_person WHERE id = %s",
            [stored.pk],
        )
        assert number not in cursor.fetchone()[0]


def test_unknown_county_code_registers_with_a_warning() -> None:
    entry = PersonEntry(
        name="张三", id_number=id_number(county="390426"), organisation_id=union().pk
    )
    registration = register_person(entry=entry, on=ON, by=SYSTEM)
    assert len(registration.warnings) == 1
    assert Person.objects.filter(pk=registration.person.pk).exists()


def test_second_registration_is_refused_wherever_it_is_tried() -> None:
    first = person()
    with pytest.raises(Refusal) as refused:
        person("王五", at=NEXT_COUNTY, number=first.id_number)
    assert refused.value.code == "exists"
    assert Person.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id_number": "110105194912310021"}, "id_number"),
        ({"phone": "123"}, "phone"),
        ({"name": "  "}, "name"),
        ({"division_code": "999999"}, "division_code"),
    ],
)
def test_wrong_entry_is_refused_and_names_its_field(
    changes: dict[str, str], field: str
) -> None:
    entry = {"name": "张三", "id_number": id_number()} | changes
    with pytest.raises(Refusal) as refused:
        register_person(
            entry=PersonEntry(organisation_id=union().pk, **entry), on=ON, by=SYSTEM
        )
    assert refused.value.field == field
    assert Person.objects.count() == 0


def test_registration_outside_one_s_reach_is_refused() -> None:
    entry = PersonEntry(
        name="张三", id_number=id_number(), organisation_id=union(NEXT_COUNTY).pk
    )
    with pytest.raises(Refusal):
        register_person(entry=entry, on=ON, by=staff("maker"))
    assert Person.objects.count() == 0


def test_changed_phone_keeps_the_earlier_version_without_sealed_columns() -> None:
    someone = person(phone="13812341234")
    change_phone(person_id=someone.pk, phone="", on=ON, by=SYSTEM)
    stored = Person.objects.get(pk=someone.pk)
    assert (stored.phone, stored.phone_index) == (None, "")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_name = 'members_personevent'"
        )
        columns = {row[0] for row in cursor.fetchall()}
    assert columns & {"id_number", "phone", "id_number_index", "phone_index"} == set()


def test_correction_keeps_the_row_as_it_was_before() -> None:
    someone = person("张三")
    Person.objects.filter(pk=someone.pk).update(name="张山")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pgh_label, name FROM members_personevent WHERE pgh_obj_id = %s",
            [someone.pk],
        )
        assert cursor.fetchall() == [("update", "张三")]


def test_revealing_writes_who_and_why_but_no_number() -> None:
    someone = person(phone="13812341234")
    auditor = staff("auditor")
    shown = reveal_identity(
        person_id=someone.pk, reason="核对银行退回", on=ON, by=auditor
    )
    assert (shown.id_number, shown.phone) == (someone.id_number, "13812341234")
    entry = history_of(someone).first()
    assert entry is not None
    assert (entry.verb, entry.user_id, entry.reason, entry.changes) == (
        "reveal",
        auditor.user_id,
        "核对银行退回",
        {},
    )


def test_revealing_needs_reach_and_a_reason() -> None:
    someone = person()
    for by, reason in ((staff("maker", at=NEXT_COUNTY), "核对"), (staff("maker"), " ")):
        with pytest.raises(Refusal):
            reveal_identity(person_id=someone.pk, reason=reason, on=ON, by=by)
    assert history_of(someone).filter(verb="reveal").count() == 0
