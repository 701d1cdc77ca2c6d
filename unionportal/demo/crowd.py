"""A province full of people: basic unions and their staff by the million, through COPY.

Everybody is invented as carefully as one who is typed in: the ID number checks, both
numbers are sealed and have their blind index, the name is spelt for the search. Nobody
of the crowd has a dossier. Repeatable: the same seed makes the same people.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import count, islice

from django.db import connection

from members.actions.planting import Seedling, plant
from members.enums import OrganisationForm, OrganisationKind, OrganisationLevel
from members.models import Organisation, Person
from members.rules.name_pinyin import Spelling, spell_name
from members.rules.uscc import whole_code
from unionportal.core.secrets import blind_index_many
from unionportal.demo.chance import seeded, words
from unionportal.demo.copying import Cell, copy_rows
from unionportal.demo.identity import PHONE_PREFIXES, check_sign
from unionportal.demo.names import given_name, surnames_of
from unionportal.demo.places import County
from unionportal.demo.register import sealed
from unionportal.demo.unions import TRADES

CHUNK = 20_000
PERSON = words(
    "name name_pinyin name_initials id_number id_number_index birth_date sex phone"
    " phone_index organisation_id division_id unit_name"
)
SIGNS = "兴隆昌盛瑞丰恒泰永嘉金海华新东南明德万宏"
FIRST_BORN = date(1966, 1, 1)
BIRTH_DAYS = 14_000  # until 2004
DOCUMENT = "总工〔2015〕7号"
Advance = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """A basic union, its county, and the firm whose staff it organises."""

    organisation_id: int
    county: str
    firm: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """Somebody of the crowd, in the clear."""

    name: str
    id_number: str
    born: date
    is_female: bool
    phone: str
    home: Home


def load_crowd(
    counties: Sequence[County], *, unions: int, people: int, seed: int, advance: Advance
) -> None:
    """Plant so many basic unions over the counties and register so many people in them."""
    homes = _homes(counties, unions)
    crowd = _bodies(homes, counties[0].code[:2], seed=seed)
    written = 0
    while written < people:
        chunk = list(islice(crowd, min(CHUNK, people - written)))
        written += (made := _write(chunk))
        advance(made)


def _homes(counties: Sequence[County], number: int) -> list[Home]:
    """The unions, one county after the other; planted at once."""
    planted = {}
    for place in range(number):
        county = counties[place % len(counties)]
        turn = place // len(counties)
        ending, _trade = TRADES[turn % len(TRADES)]
        first, second = divmod(turn // len(TRADES), len(SIGNS))
        firm = f"{county.name}{SIGNS[first % len(SIGNS)]}{SIGNS[second]}{ending}"
        code = whole_code(f"81{county.code}", f"MD{place:06d}")
        planted[code] = county.code, firm
    founded_on = date(2015, 5, 1)
    plant(
        Seedling(
            code=code,
            parent_code=county,
            name=f"{firm}工会委员会",
            short_name=firm.removesuffix("有限公司"),
            level=OrganisationLevel.BASIC,
            form=OrganisationForm.COMMITTEE,
            kind=OrganisationKind.SINGLE,
            division_id=county,
            founded_on=founded_on,
            document=DOCUMENT,
        )
        for code, (county, firm) in planted.items()
    )
    found = Organisation.objects.filter(code__in=planted).values_list("pk", "code")
    return [
        Home(organisation_id=pk, county=planted[code][0], firm=planted[code][1])
        for pk, code in found.order_by("code")
    ]


def _bodies(homes: Sequence[Home], province: str, *, seed: int) -> Iterator[Body]:
    """One after the other, each at the next union; no two with one ID number."""
    rng = seeded(seed, "crowd")
    surnames = surnames_of(province)
    born_in: dict[str, int] = {}
    for number in count():
        home = homes[number % len(homes)]
        turn = born_in[home.county] = born_in.get(home.county, -1) + 1
        block, day = divmod(turn, BIRTH_DAYS)
        born = FIRST_BORN + timedelta(days=day)
        is_female = rng.random() < 0.5
        order = block * 2 + (0 if is_female else 1)
        body = f"{home.county}{born:%Y%m%d}{order:03d}"
        given = given_name(rng, is_female=is_female, birth_year=born.year)
        yield Body(
            name=surnames.draw(rng) + given,
            id_number=body + check_sign(body),
            born=born,
            is_female=is_female,
            phone=f"{PHONE_PREFIXES.draw(rng)}{number % 10**8:08d}",
            home=home,
        )


def _write(chunk: Sequence[Body]) -> int:
    """Copy those whose number nobody has who was registered before; return how many."""
    indexes = blind_index_many([body.id_number for body in chunk], kind="id_number")
    taken = _taken(indexes)
    fresh = [
        (body, index)
        for body, index in zip(chunk, indexes, strict=True)
        if index not in taken
    ]
    copy_rows(Person, PERSON, _lines(fresh))
    return len(fresh)


def _taken(indexes: list[str]) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id_number_index FROM members_person WHERE id_number_index = ANY(%s)",
            [indexes],
        )
        return {row[0] for row in cursor.fetchall()}


def _lines(fresh: Sequence[tuple[Body, str]]) -> Iterator[tuple[Cell, ...]]:
    bodies = [body for body, _index in fresh]
    phones = [body.phone for body in bodies]
    columns = zip(
        fresh,
        sealed(Person, "id_number", [body.id_number for body in bodies]),
        sealed(Person, "phone", phones),
        blind_index_many(phones, kind="phone"),
        strict=True,
    )
    for (body, index), number, phone, phone_index in columns:
        spelling = _spelt(body.name)
        yield (
            *(body.name, spelling.pinyin, spelling.initials, number, index),
            *(body.born, "female" if body.is_female else "male", phone, phone_index),
            *(body.home.organisation_id, body.home.county, body.home.firm),
        )


@cache
def _spelt(name: str) -> Spelling:
    """Names come again among a million people."""
    return spell_name(name)
