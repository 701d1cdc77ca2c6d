"""What becomes of an invented household, and the dates and dwelling that fit it."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from random import Random

from unionportal.demo.chance import weighted, whole, words
from unionportal.demo.places import RURAL, URBAN, County


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
ROADS = words("解放路 中山路 人民路 建设路 新华路 五一路 和平路 东风路 育才路 工农路")
VILLAGES = words(
    "东门村 西溪村 上洋村 下坂村 溪口村 前山村 后埔村 新厝村 田头村 石桥村"
)
STREET_ENDING = "街道"


@dataclass(frozen=True, slots=True)
class Dates:
    """Applied, approved, last rechecked; a new file counts as checked when approved."""

    applied_on: date
    approved_on: date
    rechecked_on: date | None


@dataclass(frozen=True, slots=True)
class Dwelling:
    """Where and how a household lives; the township by its code."""

    township: str
    residence: str
    address: str
    homes_count: int


def dates_of(rng: Random, situation: Situation, as_of: date) -> Dates:
    """All before the as-of date; a recheck is overdue after a year."""
    overdue = situation is Situation.RECHECK_OVERDUE
    applied = as_of - timedelta(days=whole(rng, 560 if overdue else 60, 760))
    approved = applied + timedelta(days=whole(rng, 12, 45))
    ago = whole(rng, 366, 500) if overdue else whole(rng, 12, 330)
    checked = max(approved, as_of - timedelta(days=ago))
    if situation is Situation.NEVER_RECHECKED:
        return Dates(applied, approved, None)
    return Dates(applied, approved, checked)


def dwelling_of(rng: Random, situation: Situation, county: County) -> Dwelling:
    """In a township of the county, more often in town where it is a street."""
    township = county.townships[int(rng.random() * len(county.townships))]
    in_town = rng.random() < (0.92 if township.name.endswith(STREET_ENDING) else 0.45)
    homes = 1 if rng.random() < 0.82 else 0
    return Dwelling(
        township=township.code,
        residence=URBAN if in_town else RURAL,
        address=township.name + _address(rng, in_town=in_town),
        homes_count=2 if situation is Situation.TWO_HOMES else homes,
    )


def _address(rng: Random, *, in_town: bool) -> str:
    number = whole(rng, 1, 280)
    if in_town:
        road = ROADS[int(rng.random() * len(ROADS))]
        return f"{road}{number}号{whole(rng, 1, 9)}0{whole(rng, 1, 6)}室"
    return f"{VILLAGES[int(rng.random() * len(VILLAGES))]}{number}号"
