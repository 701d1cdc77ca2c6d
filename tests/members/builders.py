"""Small real records for the tests of members, on the reference tree."""

from datetime import date
from decimal import Decimal
from itertools import count

from stdnum import luhn
from stdnum.cn import ric

from members.actions.account import open_account, verify_account
from members.actions.notice import publish_notice
from members.actions.person import PersonEntry, register_person
from members.actions.post import appoint
from members.actions.standard import StandardEntry, set_standard
from members.actions.user import create_staff_user
from members.enums import Role, StandardKind
from members.models import BankAccount, Notice, Organisation, Person, Standard, User
from members.queries.post import actor_of
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.notice_kinds import NoticeKind, register_notice_kind

ON = date(2025, 12, 1)
PROVINCE, CITY, COUNTY, NEXT_COUNTY = "350000", "350400", "350426", "350430"
PASSWORD = "a-long-enough-password-7"

_serial = count(1)
LINES = """
    SELECT 'members.person', p.id, p.id, '尤溪县总工会', '困难职工'
    FROM members_person p WHERE p.id = ANY(%s) ORDER BY p.id
"""
# Who stands on the list of a test's round today; publishing anew reads it.
LISTED: dict[int, list[int]] = {}
TEST_ROUND = register_notice_kind(
    NoticeKind(
        code="test.round",
        label="试验名单",
        opening="现将拟慰问名单",
        lines=lambda about, _union: (LINES, [LISTED[about]]),
    )
)


def union(code: str = COUNTY) -> Organisation:
    return Organisation.objects.get(code=code)


def id_number(*, county: str = COUNTY, born: date = date(1980, 3, 4)) -> str:
    body = f"{county}{born:%Y%m%d}{next(_serial) % 1000:03d}"
    return body + ric.calc_check_digit(body + "0")


def card_number() -> str:
    body = f"6222020200{next(_serial):08d}"
    return body + luhn.calc_check_digit(body)


def person(
    name: str = "张小三", *, at: str = COUNTY, phone: str = "", number: str = ""
) -> Person:
    entry = PersonEntry(
        name=name,
        id_number=number or id_number(),
        organisation_id=union(at).pk,
        phone=phone,
    )
    return register_person(entry=entry, on=ON, by=SYSTEM).person


def staff_user(name: str = "李工", *, of: Person | None = None) -> User:
    return create_staff_user(
        username=f"staff{next(_serial)}",
        name=name,
        password=PASSWORD,
        on=ON,
        by=SYSTEM,
        person_id=of.pk if of else None,
    )


def staff(*roles: str, at: str = COUNTY, of: Person | None = None) -> Actor:
    """An officer with these roles at a union, as the actor of the day."""
    user = staff_user(of=of)
    for role in roles:
        appoint(
            user_id=user.pk,
            organisation_id=union(at).pk,
            role=role,
            on=date(2025, 1, 1),
            by=SYSTEM,
        )
    return actor_of(user, on=ON)


def worker(of: Person) -> Actor:
    return Actor(kind="worker", name=of.name, person_id=of.pk)


def pending_account(of: Person, *, by: Actor = SYSTEM) -> BankAccount:
    return open_account(
        person_id=of.pk,
        bank_name="中国工商银行",
        number=card_number(),
        holder_name=of.name,
        on=ON,
        by=by,
    )


def verified_account(of: Person) -> BankAccount:
    account = pending_account(of)
    checker = staff(Role.CHECKER)
    return verify_account(account_id=account.pk, on=ON, by=checker)


def standard(
    amount: str = "750.00",
    *,
    at: str = COUNTY,
    residence: str = "urban",
    since: date = date(2025, 1, 1),
) -> Standard:
    entry = StandardEntry(
        kind=StandardKind.SUBSISTENCE_LINE,
        division_code=at,
        residence=residence,
        amount=Decimal(amount),
        valid_from=since,
        document="明民〔2024〕1号",
    )
    return set_standard(entry=entry, on=since, by=SYSTEM)


def notice(
    *people: Person,
    on: date = ON,
    days: int = 5,
    by: Actor = SYSTEM,
    about: int = 1,
    opens_on: date | None = None,
) -> Notice:
    """A notice of these people, each a line of kind `members.person`."""
    LISTED[about] = [each.pk for each in people]
    return publish_notice(
        organisation_id=union().pk,
        title="2025年冬送温暖拟慰问名单",
        about=("test.round", about),
        lines_select=(
            LINES,
            [[each.pk for each in people]],
        ),
        on=on,
        working_days=days,
        by=by,
        opens_on=opens_on,
    )
