"""Posts of the demonstration: separate persons, readable and unique sign-ins."""

from collections import Counter

from unionportal.demo.places import County, Township
from unionportal.demo.staff import (
    City,
    appointments,
    county_without_checker,
    slugs_of,
)


def county(code: str, name: str, townships: int) -> County:
    return County(
        code=code,
        name=name,
        above=f"{code[:4]}00",
        townships=tuple(
            Township(code=f"{code}{n:03d}", name=f"镇{n}") for n in range(townships)
        ),
    )


CITIES = (City(code="350100", name="福州市"), City(code="350200", name="厦门市"))
COUNTIES = (
    county("350102", "鼓楼区", 10),
    county("350103", "台江区", 2),
    county("350203", "思明区", 5),
)


def test_each_county_has_four_different_people_but_one() -> None:
    plan = appointments("35", CITIES, COUNTIES, seed=1)
    assert len({one.name for one in plan}) == len(plan)
    assert len({one.username for one in plan}) == len(plan)
    roles = {
        place.code: [one.role for one in plan if one.division == place.code]
        for place in COUNTIES
    }
    assert roles["350102"] == ["maker", "checker", "approver", "payer"]
    assert county_without_checker(COUNTIES) == "350103"
    assert roles["350103"] == ["maker", "approver", "payer"]


def test_usernames_are_pinyin() -> None:
    names = {one.username for one in appointments("35", CITIES, COUNTIES, seed=1)}
    assert {"fj-approver", "fuzhou-checker", "gulou-maker", "siming-payer"} <= names


def test_places_of_one_name_are_preceded_by_their_city() -> None:
    twins = (*COUNTIES, county("350212", "鼓楼区", 3))
    slugs = slugs_of("35", CITIES, twins)
    assert slugs["350102"] == "fuzhou-gulou"
    assert slugs["350212"] == "xiamen-gulou"
    assert Counter(slugs.values()).most_common(1)[0][1] == 1
