"""The five data scopes of a post, through the queries and verdicts that ask for reach."""

import pytest

from members.actions.person import PersonEntry, register_person
from members.actions.post import Reach, appoint, deputise
from members.enums import DataScope, Role
from members.models import Person
from members.permissions.people import can_register_person
from members.queries.person import persons_visible_to
from members.queries.post import actor_of
from tests.members.builders import (
    CITY,
    COUNTY,
    NEXT_COUNTY,
    ON,
    PROVINCE,
    id_number,
    person,
    staff,
    staff_user,
    union,
)
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.errors import Refusal

pytestmark = pytest.mark.django_db
PLACES = (PROVINCE, CITY, COUNTY, NEXT_COUNTY, "350200")


@pytest.fixture
def people() -> dict[int, str]:
    return {person(f"张{code}"[:4], at=code).pk: code for code in PLACES}


def officer(at: str, reach: Reach, *, by: Actor = SYSTEM) -> Actor:
    user = staff_user()
    appoint(
        user_id=user.pk,
        organisation_id=union(at).pk,
        role=Role.MAKER,
        on=ON,
        by=by,
        reach=reach,
    )
    return actor_of(user, on=ON)


@pytest.mark.parametrize(
    ("reach", "expected"),
    [
        (Reach(DataScope.ALL), set(PLACES)),
        (Reach(DataScope.CHOSEN, (COUNTY, "350200")), {COUNTY, "350200"}),
        (Reach(DataScope.OWN), {CITY}),
        (Reach(DataScope.BELOW), {CITY, COUNTY, NEXT_COUNTY}),
        (Reach(DataScope.SELF), set()),
    ],
)
def test_a_post_of_the_city_reaches_what_its_scope_says(
    people: dict[int, str], reach: Reach, expected: set[str]
) -> None:
    actor = officer(CITY, reach)
    seen = persons_visible_to(actor).filter(pk__in=people)

    assert {people[one.pk] for one in seen} == expected
    allowed = {code for code in PLACES if can_register_person(actor, union(code))}
    assert allowed == expected


def test_the_narrowest_scope_sees_what_one_entered_oneself() -> None:
    user = staff_user()
    for reach in (Reach(), Reach(DataScope.SELF)):
        if reach.scope == DataScope.SELF:
            user.posts.update(ends_on=ON)
        appoint(
            user_id=user.pk,
            organisation_id=union(CITY).pk,
            role=Role.MAKER if reach.scope == DataScope.BELOW else Role.CHECKER,
            on=ON,
            by=SYSTEM,
            reach=reach,
        )
    before = actor_of(user, on=ON)
    own = register_person(
        entry=PersonEntry(
            name="王五", id_number=id_number(), organisation_id=union(COUNTY).pk
        ),
        on=ON,
        by=before,
    ).person
    person("李四")
    user.posts.filter(role=Role.MAKER).delete()

    assert list(persons_visible_to(actor_of(user, on=ON))) == [own]
    assert Person.objects.count() > 1


def test_nobody_gives_a_reach_beyond_his_own() -> None:
    boss = staff(Role.ADMINISTRATOR, at=CITY)
    for reach in (Reach(DataScope.ALL), Reach(DataScope.CHOSEN, ("350200",))):
        with pytest.raises(Refusal, match="管理员"):
            officer(CITY, reach, by=boss)
    for chosen in ((), ("999999",)):
        with pytest.raises(Refusal, match="指定工会的代码"):
            officer(CITY, Reach(DataScope.CHOSEN, chosen), by=boss)
    officer(CITY, Reach(DataScope.CHOSEN, (COUNTY,)), by=boss)


def test_a_payer_s_post_has_the_whole_of_its_union() -> None:
    with pytest.raises(Refusal, match="出纳"):
        appoint(
            user_id=staff_user().pk,
            organisation_id=union().pk,
            role=Role.PAYER,
            on=ON,
            by=SYSTEM,
            reach=Reach(DataScope.OWN),
        )


def test_a_deputy_reaches_what_the_post_does(people: dict[int, str]) -> None:
    user = staff_user()
    post = appoint(
        user_id=user.pk,
        organisation_id=union(CITY).pk,
        role=Role.MAKER,
        on=ON,
        by=SYSTEM,
        reach=Reach(DataScope.CHOSEN, (NEXT_COUNTY,)),
    )
    deputy = staff_user()
    deputise(post_id=post.pk, user_id=deputy.pk, on=ON, ends_on=ON, by=SYSTEM)
    seen = persons_visible_to(actor_of(deputy, on=ON)).filter(pk__in=people)

    assert [people[one.pk] for one in seen] == [NEXT_COUNTY]
