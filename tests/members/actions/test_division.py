"""A division ends by a paper; what follows it is named, what lies in it stays."""

from datetime import date

import pytest

from members.actions.division import end_division
from members.models import Division
from members.queries.division import divisions_in_force
from tests.members.builders import ON, staff
from unionportal.core.actor import Actor
from unionportal.core.audit import history_of
from unionportal.core.errors import Refusal

pytestmark = pytest.mark.django_db
LAST = date(2025, 12, 31)
TOWN, NEIGHBOUR = "350426100", "350426101"


def end(code: str = TOWN, successor: str = "", *, by: Actor | None = None) -> Division:
    return end_division(
        code=code,
        last_day=LAST,
        successor_code=successor,
        document="民政部 2025 年第 9 号",
        on=ON,
        by=by or staff("administrator"),
    )


def test_an_ended_division_is_in_force_to_its_last_day() -> None:
    ended = end(successor=NEIGHBOUR)

    assert (ended.valid_to, ended.successor_id) == (LAST, NEIGHBOUR)
    assert divisions_in_force(LAST).filter(pk=TOWN).exists()
    assert not divisions_in_force(date(2026, 1, 1)).filter(pk=TOWN).exists()
    (entry,) = history_of(("members.division", int(TOWN)))
    assert (entry.verb, entry.reason) == ("end_division", "民政部 2025 年第 9 号")


@pytest.mark.parametrize(
    ("code", "successor", "role", "words"),
    [
        ("350426", "", "administrator", "下级区划还在使用"),
        (TOWN, TOWN, "administrator", "同级的、仍在使用的另一个区划"),
        (TOWN, "350426", "administrator", "同级的、仍在使用的另一个区划"),
        (TOWN, "999999999", "administrator", "同级的、仍在使用的另一个区划"),
        (TOWN, "", "maker", "停用区划须有本工会或上级工会的“管理员”岗位，您没有"),
    ],
)
def test_an_end_that_cannot_be_is_refused(
    code: str, successor: str, role: str, words: str
) -> None:
    with pytest.raises(Refusal, match=words):
        end(code, successor, by=staff(role))
    assert Division.objects.get(pk=code).valid_to is None


def test_a_division_ends_once() -> None:
    end()
    with pytest.raises(Refusal, match="已于 2025-12-31 停用"):
        end()


def test_a_division_may_end_on_the_last_day_of_those_below_it() -> None:
    county = Division.objects.get(pk="350426")
    for town in Division.objects.filter(parent=county):
        end(town.pk)
    end(county.pk)
    assert not divisions_in_force(date(2026, 1, 1)).filter(pk=county.pk).exists()
