"""What of a union's papers is due, and before whose eyes it comes."""

from datetime import date, timedelta

import pytest

from members.actions.office import Certificate, certify_organisation, elect_committee
from members.actions.organisation_changes import (
    dissolve_organisation,
    lock_organisation,
)
from members.enums import Role
from members.models import Organisation
from members.queries.office import AHEAD, certificates_ending, elections_due
from members.rules.uscc import whole_code
from tests.members.builders import CITY, NEXT_COUNTY, ON, PROVINCE, staff
from tests.members.unions import basic_union
from unionportal.core.actor import SYSTEM, Actor

pytestmark = pytest.mark.django_db

ISSUED_ON = date(2020, 12, 1)
LAST = ON + AHEAD
DAY = timedelta(days=1)


def certified(union: Organisation, until: date, *, issued: date = ISSUED_ON) -> None:
    entry = Certificate(
        organisation_id=union.pk,
        code=whole_code("81350426", f"{union.pk:08d}"),
        representative="林一",
        issued_on=issued,
        expires_on=until,
    )
    certify_organisation(entry=entry, on=ON, by=SYSTEM)


def ending(actor: Actor, on: date = ON) -> dict[str, date | None]:
    return {item.detail: item.due_on for item in certificates_ending(actor, on)}


def test_a_certificate_is_put_before_the_maker_from_ninety_days_before_its_end() -> (
    None
):
    for name, until in (("到期", LAST), ("次日", LAST + DAY), ("已过", ON - DAY)):
        certified(basic_union(name), until)
    renewed = basic_union("换发")
    certified(renewed, ON)
    certified(renewed, LAST + DAY, issued=date(2025, 11, 30))
    gone, shut = basic_union("注销"), basic_union("锁定")
    for union in (gone, shut):
        certified(union, ON + DAY)
    dissolve_organisation(
        organisation_id=gone.pk, document="尤工〔2025〕3号", on=ON, by=SYSTEM
    )
    lock_organisation(organisation_id=shut.pk, reason="核查", on=ON, by=SYSTEM)
    expected = {
        "到期工会委员会": LAST,
        "已过工会委员会": ON - DAY,
        "锁定工会委员会": ON + DAY,
    }
    maker = staff(Role.MAKER)
    assert ending(maker) == expected
    assert ending(maker, ON + DAY) == expected | {
        "次日工会委员会": LAST + DAY,
        "换发工会委员会": LAST + DAY,
    }
    # The most urgent stands first, and says since when it could have been seen to.
    first = certificates_ending(maker, ON)[0]
    assert (first.detail, first.waiting_since) == ("已过工会委员会", ON - DAY - AHEAD)
    for other in (staff(Role.CHECKER), staff(Role.MAKER, at=NEXT_COUNTY)):
        assert ending(other) == {}


def test_papers_of_a_union_without_a_maker_come_before_the_nearest_maker_above() -> (
    None
):
    shop = basic_union("车间", under=basic_union("某厂"))
    certified(shop, LAST)
    elect_committee(
        organisation_id=shop.pk, years=5, starts_on=date(2021, 1, 9), on=ON, by=SYSTEM
    )

    def seen(actor: Actor) -> list[int]:
        return [len(of(actor, ON)) for of in (certificates_ending, elections_due)]

    province = staff(Role.MAKER, at=PROVINCE)
    assert seen(province) == [1, 1]
    city = staff(Role.MAKER, at=CITY)
    assert [seen(city), seen(province)] == [[1, 1], [0, 0]]
    county = staff(Role.MAKER)
    assert [seen(county), seen(city)] == [[1, 1], [0, 0]]
    assert seen(staff(Role.MAKER, at=NEXT_COUNTY)) == [0, 0]
