"""Writing invented households into the register, table by table through COPY."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import lru_cache
from itertools import chain

from django.db import connection, models

from assistance.models import HouseholdDossier, HouseholdMember
from members.models import BankAccount, Person
from members.rules.name_pinyin import Spelling, spell_name
from unionportal.core.fields import SealedTextField
from unionportal.core.secrets import blind_index_many, seal_many
from unionportal.demo.chance import words
from unionportal.demo.copying import Cell, copy_rows, next_ids
from unionportal.demo.families import Being
from unionportal.demo.households import Household
from unionportal.demo.incomes import Year

PERSON = words(
    "id name name_pinyin name_initials id_number id_number_index birth_date sex phone"
    " phone_index organisation_id division_id nation education political_status trade"
    " job_kind skill_grade hukou_kind target_groups"
)
ACCOUNT = words(
    "person_id version bank_name number number_index number_last4 holder_name state"
    " created_by_id created_by_name stopped_by_name stop_reason"
)
SUMS = [column.name for column in fields(Year)]
DOSSIER = [
    *words("id number organisation_id keeper_id division_id principal_id state"),
    *words("hardship_class file_level file_kind residence main_cause other_causes"),
    *words("household_size homes_count has_vehicle address"),
    *SUMS,
    *words("applied_on approved_on rechecked_on exit_reason"),
]
MEMBER = words("dossier_id name relation id_number id_number_index birth_date identity")

_VERIFY = """
    UPDATE members_bankaccount AS account
    SET state = 'verified', verified_by_id = second.user_id, verified_at = %s
    FROM unnest(%s::bigint[], %s::bigint[]) AS second (user_id, person_id)
    WHERE account.person_id = second.person_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A county's union and the two people who enter and verify accounts there."""

    organisation_id: int
    maker_id: int
    maker_name: str
    verifier_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Registrar:
    """Where households go: desks by county code, unions by township code."""

    desks: dict[str, Desk]
    unions: dict[str, int]
    verified_on: date

    def write(self, batch: Sequence[Household]) -> None:
        """One statement per table, whatever the number of households."""
        people = next_ids(Person, len(batch))
        dossiers = next_ids(HouseholdDossier, len(batch))
        copy_rows(Person, PERSON, self._people(batch, people))
        copy_rows(BankAccount, ACCOUNT, self._accounts(batch, people))
        self._verify(batch, people)
        copy_rows(HouseholdDossier, DOSSIER, self._dossiers(batch, people, dossiers))
        copy_rows(HouseholdMember, MEMBER, _members(batch, dossiers))

    def _people(
        self, batch: Sequence[Household], keys: Sequence[int]
    ) -> Iterator[tuple[Cell, ...]]:
        numbers = [household.principal.id_number for household in batch]
        phones = [household.phone for household in batch]
        columns = zip(
            keys,
            batch,
            sealed(Person, "id_number", numbers),
            blind_index_many(numbers, kind="id_number"),
            sealed(Person, "phone", phones),
            blind_index_many(phones, kind="phone"),
            strict=True,
        )
        for key, household, number, number_index, phone, phone_index in columns:
            being = household.principal
            spelling = _spelt(being.name)
            yield (
                *(key, being.name, spelling.pinyin, spelling.initials),
                *(number, number_index, being.born, _sex(being)),
                *(phone, phone_index, self.unions[household.dwelling.township]),
                household.county,
                *_particulars(key, being),
            )

    def _accounts(
        self, batch: Sequence[Household], keys: Sequence[int]
    ) -> Iterator[tuple[Cell, ...]]:
        holders = [
            (key, household)
            for key, household in zip(keys, batch, strict=True)
            if household.has_account
        ]
        cards = [household.card.number for _, household in holders]
        columns = zip(
            holders,
            sealed(BankAccount, "number", cards),
            blind_index_many(cards, kind="account"),
            strict=True,
        )
        for (key, household), number, index in columns:
            desk = self.desks[household.county]
            yield (
                *(
                    key,
                    1,
                    household.card.bank_name,
                    number,
                    index,
                    household.card.number[-4:],
                ),
                *(household.principal.name, "pending"),
                *(desk.maker_id, desk.maker_name, "", ""),
            )

    def _verify(self, batch: Sequence[Household], keys: Sequence[int]) -> None:
        """Accounts begin as pending; a second person verifies them (one statement)."""
        seconds: dict[int, list[int]] = {}
        for key, household in zip(keys, batch, strict=True):
            if household.is_account_verified:
                desk = self.desks[household.county]
                seconds.setdefault(desk.verifier_id, []).append(key)
        users = [user for user, owners in seconds.items() for _ in owners]
        with connection.cursor() as cursor:
            cursor.execute(
                _VERIFY, [self.verified_on, users, list(chain(*seconds.values()))]
            )

    def _dossiers(
        self, batch: Sequence[Household], people: Sequence[int], keys: Sequence[int]
    ) -> Iterator[tuple[Cell, ...]]:
        for key, person, household in zip(keys, people, batch, strict=True):
            desk = self.desks[household.county]
            dwelling, dates = household.dwelling, household.dates
            kept = household.classing
            sums = (_yuan(getattr(household.year, name)) for name in SUMS)
            yield (
                *(key, household.number, desk.organisation_id),
                *(self.unions[dwelling.township], household.county, person),
                *("on_file", kept.hardship_class, kept.file_level, kept.file_kind),
                *(dwelling.residence, kept.main_cause, "{}"),
                *(1 + len(household.members), dwelling.homes_count),
                *(household.has_vehicle, dwelling.address),
                *sums,
                *(dates.applied_on, dates.approved_on, dates.rechecked_on, ""),
            )


def _particulars(key: int, being: Being) -> tuple[str, ...]:
    """What the membership form tells: by the key, so that it is the same every time."""
    groups = ["migrant"] if key % 5 == 0 else []
    groups += ["women"] if being.is_female else []
    return (
        "畲族" if key % 19 == 0 else "汉族",
        ("junior", "senior", "vocational", "college")[key % 4],
        "party" if key % 11 == 0 else "none",
        ("挡车工", "焊工", "保洁员", "驾驶员", "装配工")[key % 5],
        ("contract", "dispatched", "flexible")[key % 3],
        "four" if key % 7 == 0 else "",
        "rural" if key % 5 == 0 else "urban",
        "{" + ",".join(groups) + "}",
    )


def _members(
    batch: Sequence[Household], keys: Sequence[int]
) -> Iterator[tuple[Cell, ...]]:
    rows = [
        (key, member)
        for key, household in zip(keys, batch, strict=True)
        for member in household.members
    ]
    numbers = [member.being.id_number for _, member in rows]
    columns = zip(
        rows,
        sealed(HouseholdMember, "id_number", numbers),
        blind_index_many(numbers, kind="id_number"),
        strict=True,
    )
    for (key, member), number, index in columns:
        being = member.being
        yield (
            *(key, being.name, member.relation, number, index),
            *(being.born, member.identity),
        )


def sealed(model: type[models.Model], name: str, values: Sequence[str]) -> list[bytes]:
    """The values of a column as its sealed field keeps them."""
    field = model._meta.get_field(name)
    if not isinstance(field, SealedTextField):
        message = f"{name} is not sealed"
        raise TypeError(message)
    return seal_many(values, context=field.context)


@lru_cache(maxsize=50_000)
def _spelt(name: str) -> Spelling:
    return spell_name(name)


def _sex(being: Being) -> str:
    return "female" if being.is_female else "male"


def _yuan(fen: int | None) -> str | None:
    return None if fen is None else f"{fen // 100}.{fen % 100:02d}"
