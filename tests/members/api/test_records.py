"""Unions, employers, people and memberships at the API: reach, masks, moved records."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.actions.employer import EmployerEntry, register_employer
from members.actions.membership import admit_member
from members.actions.organisation_changes import merge_organisation
from members.models import Person
from members.rules.uscc import whole_code
from tests.assistance.api.callers import API, caller, ids, refusal
from tests.members.builders import COUNTY, NEXT_COUNTY, ON, person, union
from tests.members.unions import basic_union
from unionportal.core.actor import SYSTEM

pytestmark = pytest.mark.django_db
KINDS = ("organisations", "employers", "people", "memberships")


def build(at: str, name: str, number: int) -> dict[str, int]:
    """One of each at a county, by the name of its list."""
    works = basic_union(f"{name}厂", under=union(at))
    entry = EmployerEntry(name=f"{name}厂", division_id=at)
    employer = register_employer(
        code=whole_code("91350426", f"{number:08d}"),
        keeper_id=union(at).pk,
        entry=entry,
        on=ON,
        by=SYSTEM,
    )
    worker = person(name, at=at, phone="13800138000")
    membership = admit_member(
        person_id=worker.pk,
        organisation_id=works.pk,
        document="入会申请书",
        on=ON,
        by=SYSTEM,
    )
    return {
        "organisations": works.pk,
        "employers": employer.pk,
        "people": worker.pk,
        "memberships": membership.pk,
    }


def test_lists_and_records_end_at_the_client_s_reach() -> None:
    own, far = build(COUNTY, "甲", 1), build(NEXT_COUNTY, "乙", 2)
    county = caller(COUNTY)

    for kind in KINDS:
        page = county.get(f"{API}/{kind}/", {"page_size": 1000})
        assert own[kind] in ids(page), kind
        assert far[kind] not in ids(page), kind
        assert county.get(f"{API}/{kind}/{own[kind]}/").status_code == 200
        there = county.get(f"{API}/{kind}/{far[kind]}/")
        assert refusal(there) == (404, "client_error", "not_found")
    row = json.loads(county.get(f"{API}/people/").content)["results"][0]
    detail = json.loads(county.get(f"{API}/people/{own['people']}/").content)
    assert row == detail
    assert (row["phone"], row["merged_into"]) == ("138****8000", None)
    assert row["id_number"][4:-3] == "*" * 11


@pytest.mark.parametrize(
    ("kind", "query", "count"),
    [
        ("organisations", {"search": "甲厂"}, 1),
        ("organisations", {"under": "350426", "level": "basic"}, 1),
        ("organisations", {"external_id": "u-1"}, 0),
        ("employers", {"search": "甲"}, 1),
        ("employers", {"lacking": "true"}, 0),
        ("people", {"name": "甲"}, 1),
        ("people", {"merged": "true"}, 0),
        ("people", {"under": "350430"}, 0),
        ("memberships", {"state": "member"}, 1),
        ("memberships", {"state": "left"}, 0),
    ],
)
def test_lists_are_narrowed(kind: str, query: dict[str, str], count: int) -> None:
    build(COUNTY, "甲", 1)
    assert len(ids(caller(COUNTY).get(f"{API}/{kind}/", query))) == count


def test_a_page_of_people_costs_the_same_however_long() -> None:
    county = caller(COUNTY)
    counts = []
    for _turn in range(2):
        person("张小三")
        with CaptureQueriesContext(connection) as queries:
            county.get(f"{API}/people/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_merged_record_leads_to_the_one_that_stands() -> None:
    old, kept = person("李四"), person("李四")
    Person.objects.filter(pk=old.pk).update(merged_into=kept)
    one, two = basic_union("一"), basic_union("二")
    merge_organisation(
        organisation_id=one.pk, into_id=two.pk, document="文", on=ON, by=SYSTEM
    )
    county = caller(COUNTY)

    for kind, gone, stands in (
        ("people", old.pk, kept.pk),
        ("organisations", one.pk, two.pk),
    ):
        answer = county.get(f"{API}/{kind}/{gone}/")
        assert answer.status_code == 301
        assert answer["Location"] == f"{API}/{kind}/{stands}/"
        assert json.loads(answer.content) == {"moved_to": stands}
