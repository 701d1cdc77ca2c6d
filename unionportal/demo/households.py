"""Invented households in hardship. Pure: the same seed gives the same households."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from random import Random

from unionportal.demo.chance import seeded, weighted, whole, words
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
from unionportal.demo.places import RURAL, URBAN, County, Lines, shares


class Situation(StrEnum):
    """What becomes of a household in a round; most are simply eligible."""

    PLAIN = "plain"
    ON_THE_LINE = "on_the_line"
    JUST_OVER = "just_over"
    TWO_HOMES = "two_homes"
    VEHICLE = "vehicle"
    RECHECK_OVERDUE = "recheck_overdue"
    NEVER_RECHECKED = "never_rechecked"
    COST_MISSING = "cost_missing"
    NO_ACCOUNT = "no_account"
    ACCOUNT_UNVERIFIED = "account_unverified"


SITUATIONS = weighted(
    [
        (Situation.PLAIN, 85.5),
        (Situation.ON_THE_LINE, 0.5),
        (Situation.JUST_OVER, 4.0),
        (Situation.TWO_HOMES, 0.9),
        (Situation.VEHICLE, 1.3),
        (Situation.RECHECK_OVERDUE, 2.0),
        (Situation.NEVER_RECHECKED, 1.2),
        (Situation.COST_MISSING, 2.0),
        (Situation.NO_ACCOUNT, 1.6),
        (Situation.ACCOUNT_UNVERIFIED, 1.0),
    ]
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
ROADS = words("解放路 中山路 人民路 建设路 新华路 五一路 和平路 东风路 育才路 工农路")
VILLAGES = words(
    "东门村 西溪村 上洋村 下坂村 溪口村 前山村 后埔村 新厝村 田头村 石桥村"
)
STREET_ENDING = "街道"


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """A dossier before it is one; codes are those of GB/T 2260."""

    number: str
    situation: Situation
    county: str
    township: str
    principal: Being
    phone: str
    bank_name: str
    card: str
    members: tuple[Member, ...]
    hardship_class: str
    file_level: str
    file_kind: str
    residence: str
    main_cause: str
    homes_count: int
    has_vehicle: bool
    address: str
    year: Year
    applied_on: date
    approved_on: date
    rechecked_on: date | None

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
    hardship_class = CLASSES.draw(rng)
    student_count = sum(member.identity in STUDENTS for member in members)
    cause = CAUSES[hardship_class].draw(rng)
    if cause == "schooling" and not student_count:
        cause = "illness"
    township = county.townships[int(rng.random() * len(county.townships))]
    in_town = rng.random() < (0.92 if township.name.endswith(STREET_ENDING) else 0.45)
    residence = URBAN if in_town else RURAL
    applied_on, approved_on, rechecked_on = _dates(rng, situation, registry.as_of)
    bank_name, card = registry.identifiers.card()
    line = lines.fen_at(county.code, residence, applied_on)
    return Household(
        number=f"{county.code}-{approved_on.year}-{place:05d}",
        situation=situation,
        county=county.code,
        township=township.code,
        principal=principal,
        phone=registry.identifiers.phone(),
        bank_name=bank_name,
        card=card,
        members=members,
        hardship_class=hardship_class,
        file_level=LEVELS.draw(rng),
        file_kind=_file_kind(rng, applied_on, registry.as_of),
        residence=residence,
        main_cause=cause,
        homes_count=_homes(rng, situation),
        has_vehicle=situation is Situation.VEHICLE,
        address=township.name + _address(rng, in_town=in_town),
        year=_year(
            rng,
            situation,
            Home(
                base=line * 12,
                cause=cause,
                student_count=student_count,
                retired_count=sum(m.identity in RETIRED for m in members),
                has_worker=any(m.identity in WORKING for m in members),
            ),
            limits=(LIMITS[hardship_class], NETS[hardship_class], 1 + len(members)),
        ),
        applied_on=applied_on,
        approved_on=approved_on,
        rechecked_on=rechecked_on,
    )


def _year(
    rng: Random,
    situation: Situation,
    home: Home,
    *,
    limits: tuple[int, tuple[float, float], int],
) -> Year:
    """The class limit, the usual span and the household's size decide the net sum."""
    limit, (low, high), size = limits
    most = home.base * limit * size
    match situation:
        case Situation.ON_THE_LINE:
            net = most
        case Situation.JUST_OVER:
            over = rng.random()
            net = most + (1 if over < 0.1 else int(most * 0.12 * over) + 100)
        case _:
            net = int(home.base * size * (low + (high - low) * rng.random()))
    year = year_of(rng, home, net=net)
    if situation is Situation.COST_MISSING:
        setattr(year, COSTS[int(rng.random() * len(COSTS))], None)
    return year


def _dates(
    rng: Random, situation: Situation, as_of: date
) -> tuple[date, date, date | None]:
    """Applied, approved, last rechecked; a new file counts as checked when approved."""
    applied = as_of - timedelta(days=whole(rng, 60, 760))
    approved = applied + timedelta(days=whole(rng, 12, 45))
    checked = max(approved, as_of - timedelta(days=whole(rng, 12, 330)))
    if situation is Situation.NEVER_RECHECKED:
        return applied, approved, None
    if situation is Situation.RECHECK_OVERDUE:
        applied = as_of - timedelta(days=whole(rng, 560, 760))
        approved = applied + timedelta(days=whole(rng, 12, 45))
        checked = max(approved, as_of - timedelta(days=whole(rng, 366, 520)))
    return applied, approved, checked


def _file_kind(rng: Random, applied_on: date, as_of: date) -> str:
    if rng.random() < 0.06:
        return "relapsed"
    return "added" if (as_of - applied_on).days < 365 else "existing"


def _homes(rng: Random, situation: Situation) -> int:
    if situation is Situation.TWO_HOMES:
        return 2
    return 1 if rng.random() < 0.82 else 0


def _address(rng: Random, *, in_town: bool) -> str:
    number = whole(rng, 1, 280)
    if in_town:
        road = ROADS[int(rng.random() * len(ROADS))]
        return f"{road}{number}号{whole(rng, 1, 9)}0{whole(rng, 1, 6)}室"
    return f"{VILLAGES[int(rng.random() * len(VILLAGES))]}{number}号"
