"""Loading an invented province: posts, lines, households, schemes and money.

One transaction: either the province is there whole, or nothing is.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from itertools import islice

from django.contrib.auth.hashers import make_password
from django.db import transaction

from assistance.models import HouseholdDossier
from members.enums import DivisionLevel, StandardKind
from members.models import Division, Organisation, Post, Standard, User
from unionportal.core.actor import SYSTEM
from unionportal.core.audit import record
from unionportal.core.errors import Refusal
from unionportal.demo import staff
from unionportal.demo.households import Household, households
from unionportal.demo.places import (
    WITHOUT_UNION,
    County,
    Line,
    Lines,
    Township,
    subsistence_lines,
)
from unionportal.demo.register import Desk, Registrar

# The day on which the first round looks at the register.
AS_OF = date(2025, 12, 1)
LOADED_ON = date(2025, 11, 3)
POSTS_SINCE = date(2010, 1, 1)
CHUNK = 4000
LINE_DOCUMENT = "演示标准：{year} 年度最低生活保障标准（虚构，接近公开水平）"

Advance = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """A province as the portal knows it: two-digit code, cities, counties, unions."""

    province: str
    cities: tuple[staff.City, ...]
    counties: tuple[County, ...]
    unions: dict[str, int]

    @property
    def root_id(self) -> int:
        return self.unions[f"{self.province}0000"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What to load."""

    province: str
    dossiers: int
    seed: int
    password: str
    people: int = 0
    unions: int = 0


def places_of(province: str) -> Places:
    """Read the tree of a province. Refuses a code that is none."""
    divisions = Division.objects.filter(code__startswith=province).order_by("code")
    unions = dict(
        Organisation.objects.filter(code__startswith=province).values_list("code", "pk")
    )
    if f"{province}0000" not in unions or len(province) != 2:
        raise Refusal(
            f"没有代码为 {province} 的省份；请给两位省码，如福建 35、陕西 61。",
            code="province",
            field="province",
        )
    found = list(divisions)
    return Places(
        province=province,
        cities=tuple(
            staff.City(code=division.code, name=division.name)
            for division in found
            if division.level == DivisionLevel.PREFECTURE
        ),
        counties=_counties(found),
        unions=unions,
    )


def _counties(divisions: list[Division]) -> tuple[County, ...]:
    """Divisions with townships below them: counties, and cities without counties."""
    townships: dict[str, list[Township]] = {}
    for division in divisions:
        if division.level == DivisionLevel.TOWNSHIP and division.parent_id:
            townships.setdefault(division.parent_id, []).append(
                Township(code=division.code, name=division.name)
            )
    return tuple(
        County(
            code=division.code,
            name=division.name,
            above=division.parent_id or "",
            townships=tuple(townships[division.code]),
        )
        for division in divisions
        if division.code in townships and division.code not in WITHOUT_UNION
    )


def is_loaded(province: str) -> bool:
    """Whether the register already has dossiers of the province."""
    return HouseholdDossier.objects.filter(division__code__startswith=province).exists()


def load_province(wish: Wish, *, advance: Advance) -> Places:
    """Load posts, standards and households. Refuses a province that has dossiers."""
    places = places_of(wish.province)
    _require_room(wish)
    lines = subsistence_lines(places.counties, seed=wish.seed)
    with transaction.atomic():
        registrar = _registrar(places, _appoint(places, wish))
        _set_standards(lines)
        made = households(
            places.counties,
            Lines(lines),
            count=wish.dossiers,
            seed=wish.seed,
            as_of=AS_OF,
        )
        for chunk in _ahead(_chunks(made)):
            registrar.write(chunk)
            advance(len(chunk))
        record(
            by=SYSTEM,
            verb="load_demonstration",
            subject=("members.organisation", places.root_id),
            on=LOADED_ON,
            organisation_id=places.root_id,
            changes={"dossiers": wish.dossiers, "seed": wish.seed},
        )
    return places


def _require_room(wish: Wish) -> None:
    if is_loaded(wish.province):
        raise Refusal(
            f"省份 {wish.province} 已有困难职工档案，不再载入演示数据；"
            "如需重来，请停止门户，删除 var 目录（数据库和模拟银行的账簿）后重新启动。",
            code="loaded",
        )
    if wish.dossiers < 1:
        raise Refusal("档案数必须大于零。", code="count", field="dossiers")


def _chunks(made: Iterator[Household]) -> Iterator[list[Household]]:
    while chunk := list(islice(made, CHUNK)):
        yield chunk


def _ahead(chunks: Iterator[list[Household]]) -> Iterator[list[Household]]:
    """Make the next chunk while the database takes in this one."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        coming = pool.submit(next, chunks, None)
        while (chunk := coming.result()) is not None:
            coming = pool.submit(next, chunks, None)
            yield chunk


def _appoint(places: Places, wish: Wish) -> dict[tuple[str, str], User]:
    """Users and their posts, by division and role; one hash serves all of them."""
    plan = staff.appointments(
        places.province, places.cities, places.counties, seed=wish.seed
    )
    users = _users(plan, places.province, make_password(wish.password))
    Post.objects.bulk_create(
        Post(
            user=user,
            organisation_id=places.unions[one.division],
            role=one.role,
            starts_on=POSTS_SINCE,
        )
        for one, user in zip(plan, users, strict=True)
    )
    return {
        (one.division, one.role): user for one, user in zip(plan, users, strict=True)
    }


def _users(
    plan: Sequence[staff.Appointment], province: str, password: str
) -> list[User]:
    """A sign-in that another province has taken is preceded by the letters of ours."""
    taken = set(User.objects.values_list("username", flat=True))
    letters = staff.PROVINCE_LETTERS[province]
    return User.objects.bulk_create(
        User(
            username=f"{letters}-{one.username}"
            if one.username in taken
            else one.username,
            name=one.name,
            is_staff=True,
            password=password,
        )
        for one in plan
    )


def _set_standards(lines: list[Line]) -> None:
    """Lines that somebody has entered already stay as they are."""
    known = set(
        Standard.objects.filter(
            kind=StandardKind.SUBSISTENCE_LINE,
            division_id__in={line.county for line in lines},
        ).values_list("division_id", flat=True)
    )
    Standard.objects.bulk_create(
        Standard(
            kind=StandardKind.SUBSISTENCE_LINE,
            division_id=line.county,
            residence=line.residence,
            amount=line.amount,
            valid_from=line.valid_from,
            valid_to=line.valid_to,
            document=LINE_DOCUMENT.format(year=line.valid_from.year),
        )
        for line in lines
        if line.county not in known
    )


def _registrar(places: Places, users: dict[tuple[str, str], User]) -> Registrar:
    desks = {}
    for county in places.counties:
        maker = users[county.code, staff.MAKER]
        places_up = (county.code, county.above, f"{places.province}0000")
        second = next(
            users[place, staff.CHECKER]
            for place in places_up
            if (place, staff.CHECKER) in users
        )
        desks[county.code] = Desk(
            organisation_id=places.unions[county.code],
            maker_id=maker.pk,
            maker_name=maker.name,
            verifier_id=second.pk,
        )
    return Registrar(desks=desks, unions=places.unions, verified_on=LOADED_ON)
