"""Flags of censuses at the API: the client's own reach, its filters."""

import json

import pytest

from members.actions.census import take_census
from members.models import UnionFlag
from tests.assistance.api.callers import API, caller, ids
from tests.members.builders import CITY, COUNTY, NEXT_COUNTY, ON, union
from tests.members.unions import basic_union
from unionportal.core.actor import SYSTEM

pytestmark = pytest.mark.django_db


def test_a_client_reads_the_flags_of_its_reach_and_those_past_their_day() -> None:
    own, far = basic_union("甲"), basic_union("乙", under=union(NEXT_COUNTY))
    take_census(organisation_id=union(CITY).pk, on=ON, by=SYSTEM)
    flag = UnionFlag.objects.get(organisation=own, rule="no_members")
    UnionFlag.objects.filter(pk=flag.pk).update(due_on="2025-11-30")
    county, at = caller(COUNTY), f"{API}/flags/"
    every = county.get(at, {"page_size": 1000})
    assert flag.pk in ids(every)
    assert not {*ids(every)} & {*far.flags.values_list("pk", flat=True)}
    late = county.get(at, {"state": "open", "due_before": "2025-12-01"})
    assert json.loads(late.content)["results"] == [
        {
            "id": flag.pk,
            "organisation": own.code,
            "rule": "no_members",
            "title": flag.title,
            "facts": flag.facts,
            "state": "open",
            "first_seen_on": ON.isoformat(),
            "last_seen_on": ON.isoformat(),
            "due_on": "2025-11-30",
            "reopened": 0,
            "answer": "",
            "answered_on": None,
        }
    ]
    assert ids(county.get(at, {"under": own.code, "rule": "no_members"})) == [flag.pk]
    assert county.get(at, {"overdue": "yes"}).status_code == 400
    assert county.get(f"{at}{flag.pk}/").status_code == 404
