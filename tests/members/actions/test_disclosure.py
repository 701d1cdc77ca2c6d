"""Disclosures: an unmasking ends, so many a day, and whoever looked is written down."""

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from members.actions.disclosure import disclose_export, note_views
from members.actions.person import reveal_identity, revealed_still
from members.enums import Role
from members.models import Disclosure, Person, User
from members.queries.disclosure import disclosures_visible_to
from tests.members.builders import NEXT_COUNTY, ON, person, staff, worker
from unionportal.core.errors import Refusal

pytestmark = pytest.mark.django_db


def test_an_unmasking_lasts_for_its_user_and_person_alone(settings: Settings) -> None:
    maker, someone, other = staff(Role.MAKER), person(), person("李四")
    assert revealed_still(person_id=someone.pk, by=maker) is None
    shown = reveal_identity(person_id=someone.pk, reason="核对", on=ON, by=maker)
    assert revealed_still(person_id=someone.pk, by=maker) == shown
    assert revealed_still(person_id=other.pk, by=maker) is None
    assert revealed_still(person_id=someone.pk, by=staff(Role.MAKER)) is None
    settings.UNMASK_MINUTES = -1
    reveal_identity(person_id=other.pk, reason="核对", on=ON, by=maker)
    assert revealed_still(person_id=other.pk, by=maker) is None


def test_no_more_people_a_day_than_the_limit(settings: Settings) -> None:
    settings.UNMASK_DAILY_LIMIT = 1
    maker, other = staff(Role.MAKER), person("李四")
    reveal_identity(person_id=person().pk, reason="核对", on=ON, by=maker)
    with pytest.raises(Refusal, match="每日上限"):
        reveal_identity(person_id=other.pk, reason="核对", on=ON, by=maker)
    assert Disclosure.objects.count() == 1
    reveal_identity(person_id=other.pk, reason="核对", on=ON, by=staff(Role.MAKER))


def test_a_record_opened_twice_a_day_is_one_look_and_stays() -> None:
    maker, someone = staff(Role.MAKER), person()
    for _ in range(2):
        note_views(what="人员", person_ids=[someone.pk], on=ON, by=maker)
    (look,) = Disclosure.objects.all()
    assert (look.kind, look.person_id, look.user_id) == (
        "view",
        someone.pk,
        maker.user_id,
    )
    with pytest.raises(DatabaseError, match="permission"), transaction.atomic():
        look.delete()


def test_opening_a_record_is_written_though_reading_cannot_write(
    client: Client,
) -> None:
    someone = person()
    maker = staff(Role.MAKER)
    client.force_login(
        User.objects.get(pk=maker.user_id or 0),
        backend="members.auth.backends.StaffBackend",
    )
    address = reverse("admin:members_person_change", args=[someone.pk])
    assert client.get(address).status_code == 200
    assert Disclosure.objects.get().person_id == someone.pk


def test_who_looked_is_seen_by_supervisors_and_by_the_person_himself() -> None:
    someone, other = person(), person("李四")
    note_views(what="人员", person_ids=[someone.pk], on=ON, by=staff(Role.MAKER))
    seen = {
        "auditor": staff(Role.AUDITOR),
        "administrator": staff(Role.ADMINISTRATOR),
        "maker": staff(Role.MAKER),
        "next county's": staff(Role.AUDITOR, at=NEXT_COUNTY),
        "himself": worker(someone),
        "another": worker(other),
    }
    counts = {who: disclosures_visible_to(by).count() for who, by in seen.items()}
    assert counts == {
        "auditor": 1,
        "administrator": 1,
        "maker": 0,
        "next county's": 0,
        "himself": 1,
        "another": 0,
    }


def test_an_empty_list_leaves_without_a_look() -> None:
    nobody = Person.objects.none().values_list("pk")
    looks = disclose_export(
        title="人员", people=nobody, reason="核对", on=ON, by=staff(Role.MAKER)
    )
    assert (looks, Disclosure.objects.count()) == (0, 0)
