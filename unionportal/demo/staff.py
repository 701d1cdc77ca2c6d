"""Who holds which post in the demonstration. Pure: names and sign-ins follow the seed.

Each county pays with four different people. One small county has no checker, so that
the step passes to the union above (代审).
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from members.rules.name_pinyin import spell_name
from unionportal.demo.chance import seeded
from unionportal.demo.names import given_name, surnames_of
from unionportal.demo.places import County

# Letters of the provinces, as in the names of their governments' sites.
LETTERS = (
    "11bj 12tj 13he 14sx 15nm 21ln 22jl 23hl 31sh 32js 33zj 34ah 35fj 36jx 37sd 41ha "
    "42hb 43hn 44gd 45gx 46hi 50cq 51sc 52gz 53yn 54xz 61sn 62gs 63qh 64nx 65xj"
)
PROVINCE_LETTERS = {entry[:2]: entry[2:] for entry in LETTERS.split()}

MAKER, CHECKER, APPROVER, PAYER = "maker", "checker", "approver", "payer"
AUDITOR, ADMINISTRATOR = "auditor", "administrator"
AT_PROVINCE = (ADMINISTRATOR, MAKER, CHECKER, APPROVER, PAYER, AUDITOR)
AT_CITY = (MAKER, CHECKER, APPROVER, AUDITOR)
AT_COUNTY = (MAKER, CHECKER, APPROVER, PAYER)
SUFFIXES = ("自治州", "自治县", "地区", "盟", "区", "市", "县", "旗")


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """A role at the union of a division, and the person who holds it."""

    division: str
    role: str
    username: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """A prefecture with its own union above the counties."""

    code: str
    name: str


def county_without_checker(counties: Sequence[County]) -> str:
    """The smallest one that has a union above it within the province."""
    below = [county for county in counties if not county.above.endswith("0000")]
    smallest = min(below, key=lambda county: (len(county.townships), county.code))
    return smallest.code


def appointments(
    province: str, cities: Sequence[City], counties: Sequence[County], *, seed: int
) -> list[Appointment]:
    """Every post of a province (two digits), from the top down."""
    without = county_without_checker(counties)
    slugs = slugs_of(province, cities, counties)
    own = {county.code for county in counties}
    plan: list[tuple[str, Sequence[str]]] = [(f"{province}0000", AT_PROVINCE)]
    plan += [(city.code, AT_CITY) for city in cities if city.code not in own]
    plan += [
        (
            county.code,
            [role for role in AT_COUNTY if (county.code, role) != (without, CHECKER)],
        )
        for county in counties
    ]
    names = _names(province, seed=seed)
    return [
        Appointment(
            division=division,
            role=role,
            username=f"{slugs[division]}-{role}",
            name=next(names),
        )
        for division, roles in plan
        for role in roles
    ]


def slugs_of(
    province: str, cities: Sequence[City], counties: Sequence[County]
) -> dict[str, str]:
    """Pinyin of each place; of two alike, each is preceded by its city."""
    own = {county.code for county in counties}
    city_slugs = {
        city.code: slug_of(city.name) for city in cities if city.code not in own
    }
    county_slugs = {county.code: slug_of(county.name) for county in counties}
    counts = Counter((*city_slugs.values(), *county_slugs.values()))
    for county in counties:
        slug = county_slugs[county.code]
        if counts[slug] > 1:
            above = city_slugs.get(county.above, county.above[:4])
            county_slugs[county.code] = f"{above}-{slug}"
    taken = Counter(county_slugs.values())
    for code, slug in county_slugs.items():
        if taken[slug] > 1:
            county_slugs[code] = f"{slug}-{code}"
    return {f"{province}0000": PROVINCE_LETTERS[province], **city_slugs, **county_slugs}


def slug_of(name: str) -> str:
    """鼓楼区 → gulou."""
    for suffix in SUFFIXES:
        if name.endswith(suffix) and len(name) > len(suffix) + 1:
            name = name.removesuffix(suffix)
            break
    return spell_name(name).pinyin[:24]


def _names(province: str, *, seed: int) -> Iterator[str]:
    """No two officers share a name, so that a list of signatures reads well."""
    rng = seeded(seed, "staff", province)
    surnames = surnames_of(province)
    taken: set[str] = set()
    while True:
        is_female = rng.random() < 0.5
        given = given_name(rng, is_female=is_female, birth_year=1985)
        name = surnames.draw(rng) + given
        if name not in taken:
            taken.add(name)
            yield name
