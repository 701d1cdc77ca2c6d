"""Small real records for the tests of assistance: unions, people, dossiers, schemes.

Everything stands on the reference tree (Fujian). Cards and staff are written straight
into the tables where the road there is another app's to test.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from assistance.actions.computations import compute_round
from assistance.actions.dossiers import (
    DossierEntry,
    close_dossier,
    register_dossier,
)
from assistance.actions.leavings import tell_leaving
from assistance.actions.rounds import open_round
from assistance.actions.schemes import publish_scheme_version, save_scheme_version
from assistance.enums import Cause, ExitReason, HardshipClass, Outcome, Residence
from assistance.models import (
    Determination,
    FundSource,
    HouseholdDossier,
    Period,
    Round,
    SchemeVersion,
)
from assistance.queries.schemes import SHIPPED
from assistance.rules.household import HouseholdFacts
from members.actions.account import open_account, verify_account
from members.actions.person import PersonEntry, register_person
from members.actions.post import appoint
from members.actions.standard import StandardEntry, set_standard
from members.enums import Role, StandardKind
from members.models import BankAccount, Organisation, Person, Post, Standard, User
from members.queries.post import actor_of
from unionportal.core.actor import SYSTEM, Actor

ON = date(2025, 12, 1)
APPOINTED = date(2025, 1, 1)
APPLIED = date(2025, 3, 1)
APPROVED = date(2025, 6, 1)
AS_OF = date(2025, 12, 1)

PROVINCE, CITY, COUNTY, NEXT_COUNTY = "350000", "350100", "350102", "350103"
LINE = Decimal("750.00")

_serial = count(1)


def union(code: str = COUNTY) -> Organisation:
    """The general union of a division."""
    return Organisation.objects.get(code=code)


# --- staff


def staff_user(name: str = "") -> User:
    number = next(_serial)
    return User.objects.create(
        username=f"staff{number}", name=name or f"职员{number}", is_staff=True
    )


def staff(
    *roles: Role,
    at: str = COUNTY,
    name: str = "",
    on: date = ON,
    user: User | None = None,
) -> Actor:
    """An officer with posts of these roles at a union, as an actor on a day."""
    user = user or staff_user(name)
    for role in roles:
        appoint(
            user_id=user.pk,
            organisation_id=union(at).pk,
            role=role,
            on=APPOINTED,
            by=SYSTEM,
        )
    return actor_of(user, on=on)


def maker(at: str = PROVINCE, on: date = ON) -> Actor:
    return staff(Role.MAKER, at=at, on=on)


def worker(person: Person) -> Actor:
    return Actor(kind="worker", name=person.name, person_id=person.pk)


# --- people


def id_number(*, division: str = COUNTY, born: date = date(1975, 5, 4)) -> str:
    """A valid ID number nobody has yet."""
    first = f"{division}{born:%Y%m%d}{next(_serial) % 1000:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(
        int(digit) * weight for digit, weight in zip(first, weights, strict=True)
    )
    return first + "10X98765432"[total % 11]


def card_number() -> str:
    """A valid card number nobody has yet."""
    first = f"622202{next(_serial):012d}"
    doubled = (
        sum(divmod(int(digit) * (2 - place % 2), 10))
        for place, digit in enumerate(reversed(first))
    )
    return first + str(-sum(doubled) % 10)


def person(name: str = "张小三", *, at: str = COUNTY, phone: str = "") -> Person:
    entry = PersonEntry(
        name=name,
        id_number=id_number(),
        organisation_id=union(at).pk,
        phone=phone,
        division_code=at,
    )
    return register_person(entry=entry, on=APPLIED, by=SYSTEM).person


def account(owner: Person, *, verified: bool = True) -> BankAccount:
    """A card of a person, verified by the portal's own hand unless said otherwise."""
    opened = open_account(
        person_id=owner.pk,
        bank_name="工商银行福州鼓楼支行",
        number=card_number(),
        holder_name=owner.name,
        on=APPROVED,
        by=SYSTEM,
    )
    if not verified:
        return opened
    checker = staff(Role.CHECKER, at=owner.organisation.code, on=APPROVED)
    used = verify_account(account_id=opened.pk, on=APPROVED, by=checker)
    # So that a test's union has the officers that the test gives it, and no other.
    Post.objects.filter(user__pk=checker.user_id or 0).update(ends_on=APPROVED)
    return used


# --- dossiers


def standard(
    amount: Decimal = LINE,
    *,
    at: str = COUNTY,
    residence: Residence = Residence.URBAN,
    since: date = date(2025, 1, 1),
) -> Standard:
    entry = StandardEntry(
        kind=StandardKind.SUBSISTENCE_LINE,
        division_code=at,
        residence=residence,
        amount=amount,
        valid_from=since,
        document="闽民保〔2025〕1号",
    )
    return set_standard(entry=entry, on=since, by=SYSTEM)


NOTHING = Decimal("0.00")
ON_THE_LINE = HouseholdFacts(
    hardship_class=HardshipClass.DEEP,
    residence=Residence.URBAN,
    main_cause=Cause.ILLNESS,
    household_size=3,
    homes_count=1,
    has_vehicle=False,
    wage_income=Decimal("30000.00"),
    business_income=NOTHING,
    property_income=NOTHING,
    transfer_income=NOTHING,
    other_income=NOTHING,
    illness_cost=Decimal("3000.00"),
    disability_cost=NOTHING,
    schooling_cost=NOTHING,
    housing_cost=NOTHING,
    employment_cost=NOTHING,
    other_rigid_cost=NOTHING,
    class_reason="入户核查后核定",
)
"""Three people with 27,000 yuan net a year: exactly 750.00 a head and month."""


def dossier(
    name: str = "张小三",
    *,
    at: str = COUNTY,
    with_account: bool = True,
    approved_on: date = APPROVED,
    **facts: Any,
) -> HouseholdDossier:
    """A dossier exactly on the line; `facts` replace some of `ON_THE_LINE`."""
    principal = person(name, at=at)
    if with_account:
        account(principal)
    entry = DossierEntry(
        principal_id=principal.pk,
        division_code=at,
        keeper_id=union(at).pk,
        applied_on=APPLIED,
        approved_on=approved_on,
        facts=replace(ON_THE_LINE, **facts),
    )
    return register_dossier(entry=entry, on=approved_on, by=SYSTEM)


# --- schemes and rounds


def fund_sources() -> dict[str, FundSource]:
    """The sources that the shipped schemes name."""
    names = {"provincial_warmth": "省级送温暖资金", "county_own": "县级工会经费"}
    return {
        code: FundSource.objects.get_or_create(
            code=code, defaults={"name": name, "basis": "年度预算"}
        )[0]
        for code, name in names.items()
    }


def winter_text(changes: Mapping[str, str] | None = None) -> str:
    """The shipped text of winter warmth, with pieces of it replaced."""
    text = (SHIPPED / "winter_warmth.yaml").read_text(encoding="utf-8")
    for old, new in (changes or {}).items():
        if old not in text:
            raise ValueError(f"not in the text: {old}")
        text = text.replace(old, new)
    return text


def scheme_version(changes: Mapping[str, str] | None = None) -> SchemeVersion:
    """Winter warmth, saved and published."""
    fund_sources()
    draft = save_scheme_version(source=winter_text(changes), on=ON, by=SYSTEM)
    return publish_scheme_version(version_id=draft.pk, on=ON, by=SYSTEM)


def period(code: str = "2025-winter") -> Period:
    return Period.objects.get_or_create(
        code=code,
        defaults={
            "title": "2026年元旦春节",
            "year": 2025,
            "starts_on": date(2025, 12, 1),
            "ends_on": date(2026, 2, 28),
        },
    )[0]


def opened_round(
    *, at: str = PROVINCE, version: SchemeVersion | None = None, by: Actor = SYSTEM
) -> Round:
    """A main round of winter warmth, not yet computed."""
    return open_round(
        version_id=(version or scheme_version()).pk,
        organisation_id=union(at).pk,
        period_id=period().pk,
        as_of=AS_OF,
        on=ON,
        by=by,
    )


def computed_round(*, at: str = PROVINCE, by: Actor = SYSTEM) -> Round:
    """A main round over whatever dossiers there are; build those first."""
    return compute_round(round_id=opened_round(at=at).pk, on=ON, by=by)


def answer_of(round_: Round, household: HouseholdDossier) -> Determination:
    """The answer of a round that stands for a household."""
    return Determination.objects.get(
        year=round_.year,
        round=round_,
        subject_id=household.pk,
        superseded_by=None,
    )


def outcomes(round_: Round) -> dict[str, tuple[str, str]]:
    """By dossier number: the outcome, and the clause or the missing fact."""
    numbers = dict(HouseholdDossier.objects.values_list("pk", "number"))
    rows = Determination.objects.filter(
        year=round_.year, round=round_, superseded_by=None
    )
    return {
        numbers[row.subject_id]: (
            row.outcome,
            row.missing_fact if row.outcome == Outcome.UNKNOWN else row.clause,
        )
        for row in rows
    }


def left(
    gone: HouseholdDossier,
    *,
    on: date = ON,
    exit_reason: ExitReason = ExitReason.RECOVERED,
    reason: str = "收入达标",
) -> HouseholdDossier:
    """The household was told two weeks before, said nothing, and leaves."""
    tell_leaving(
        dossier_id=gone.pk,
        exit_reason=exit_reason,
        reason=reason,
        on=on - timedelta(days=14),
        by=SYSTEM,
    )
    return close_dossier(
        dossier_id=gone.pk, exit_reason=exit_reason, reason=reason, on=on, by=SYSTEM
    )
