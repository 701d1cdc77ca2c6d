"""Invented households in hardship. Pure: the same seed gives the same households."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from unionportal.demo.chance import seeded, weighted
from unionportal.demo.families import (
    RETIRED,
    STUDENTS,
    WORKING,
    Being,
    Member,
    Registry,
)
from unionportal.demo.identity import Identifiers
from unionportal.demo.incomes import COSTS, Home, Year, year_of
from unionportal.demo.names import surnames_of
from unionportal.demo.places import County, Lines, shares
from unionportal.demo.situations import (
    SITUATIONS,
    Dates,
    Dwelling,
    Situation,
    dates_of,
    dwelling_of,
)

CLASSES = weighted([("deep", 34.0), ("relative", 41.0), ("accidental", 25.0)])
LIMITS = {"deep": 1, "relative": 2, "accidental": 3}
# Net income per head as a multiple of the line, below the limit of the class.
NETS = {"deep": (0.15, 0.98), "relative": (1.02, 1.97), "accidental": (0.9, 2.92)}
CAUSES = {
    "deep": weighted(
        [
            ("illness", 44.0),
            ("no_ability", 14.0),
            ("laid_off", 12.0),
            ("no_job", 8.0),
            ("schooling", 12.0),
            ("uninsured", 4.0),
            ("other", 6.0),
        ]
    ),
    "relative": weighted(
        [
            ("illness", 40.0),
            ("schooling", 24.0),
            ("laid_off", 16.0),
            ("unpaid", 4.0),
            ("no_job", 6.0),
            ("other", 10.0),
        ]
    ),
    "accidental": weighted([("illness", 62.0), ("accident", 28.0), ("disaster", 10.0)]),
}
LEVELS = weighted([("national", 72.0), ("provincial", 20.0), ("city", 8.0)])


@dataclass(frozen=True, slots=True)
class Card:
    """A bank card; its state follows from the situation."""

    bank_name: str
    number: str


@dataclass(frozen=True, slots=True)
class Classing:
    """What the union has decided about the file."""

    hardship_class: str
    file_level: str
    file_kind: str
    main_cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """A dossier before it is one; codes are those of GB/T 2260."""

    number: str
    situation: Situation
    county: str
    principal: Being
    phone: str
    card: Card
    members: tuple[Member, ...]
    classing: Classing
    dwelling: Dwelling
    year: Year
    dates: Dates

    @property
    def has_vehicle(self) -> bool:
        return self.situation is Situation.VEHICLE

    @property
    def has_account(self) -> bool:
        return self.situation is not Situation.NO_ACCOUNT

    @property
    def is_account_verified(self) -> bool:
        return self.has_account and self.situation is not Situation.ACCOUNT_UNVERIFIED


def households(
    counties: Sequence[County], lines: Lines, *, count: int, seed: int, as_of: date
) -> Iterator[Household]:
    """`count` households over the counties, each county from a stream of its own."""
    identifiers = Identifiers(seeded(seed, "identifiers", counties[0].code[:2]))
    parts = shares(counties, count, seed=seed)
    for county in counties:
        rng = seeded(seed, "households", county.code)
        registry = Registry(
            county=county,
            rng=rng,
            surnames=surnames_of(county.code[:2]),
            identifiers=identifiers,
            as_of=as_of,
        )
        for place in range(1, parts[county.code] + 1):
            yield _household(registry, lines, place)


def digest_of(made: Iterable[Household]) -> str:
    """One digest over every plain value, to compare two runs."""
    digest = hashlib.sha256()
    for household in made:
        digest.update(repr(household).encode())
    return digest.hexdigest()


def _household(registry: Registry, lines: Lines, place: int) -> Household:
    rng, county = registry.rng, registry.county
    situation = SITUATIONS.draw(rng)
    principal = registry.principal()
    members = registry.family_of(principal)
    dates = dates_of(rng, situation, registry.as_of)
    dwelling = dwelling_of(rng, situation, county)
    classing = _classing(rng, members, dates.applied_on, registry.as_of)
    line = lines.fen_at(county.code, dwelling.residence, dates.applied_on)
    return Household(
        number=f"{county.code}-{dates.approved_on.year}-{place:05d}",
        situation=situation,
        county=county.code,
        principal=principal,
        phone=registry.identifiers.phone(),
        card=Card(*registry.identifiers.card()),
        members=members,
        classing=classing,
        dwelling=dwelling,
        year=_year(rng, situation, _home(line * 12, classing, members), classing),
        dates=dates,
    )


def _classing(
    rng: Random, members: Sequence[Member], applied_on: date, as_of: date
) -> Classing:
    """Schooling costs only a household that has somebody beyond compulsory school."""
    hardship_class = CLASSES.draw(rng)
    cause = CAUSES[hardship_class].draw(rng)
    if cause == "schooling" and not any(m.identity in STUDENTS for m in members):
        cause = "illness"
    kind = "added" if (as_of - applied_on).days < 365 else "existing"
    if rng.random() < 0.06:
        kind = "relapsed"
    return Classing(hardship_class, LEVELS.draw(rng), kind, cause)


def _home(base: int, classing: Classing, members: Sequence[Member]) -> Home:
    words = [member.identity for member in members]
    return Home(
        base=base,
        cause=classing.main_cause,
        size=1 + len(members),
        student_count=sum(word in STUDENTS for word in words),
        retired_count=sum(word in RETIRED for word in words),
        has_worker=any(word in WORKING for word in words),
    )


def _year(rng: Random, situation: Situation, home: Home, classing: Classing) -> Year:
    """The class limit, the usual span and the household's size decide the net sum."""
    most = home.base * home.size * LIMITS[classing.hardship_class]
    low, high = NETS[classing.hardship_class]
    match situation:
        case Situation.ON_THE_LINE:
            net = most
        case Situation.JUST_OVER:
            over = rng.random()
            net = most + (1 if over < 0.1 else int(most * 0.12 * over) + 100)
        case _:
            net = int(home.base * home.size * (low + (high - low) * rng.random()))
    year = year_of(rng, home, net=net)
    if situation is Situation.COST_MISSING:
        setattr(year, COSTS[int(rng.random() * len(COSTS))], None)
    return year
