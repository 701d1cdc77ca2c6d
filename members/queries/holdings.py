"""What is held about a person (PIPL 45): every field with source and purpose, and duties.

Other apps register theirs, and what obliges them to keep it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from members.enums import ObjectionState, Role
from members.models import MembershipApplication, Objection, Officer, Person, Post
from members.queries.account import accounts_of
from members.queries.membership import ADMITTED, histories_of, membership_of
from unionportal.core.masks import mask_card, mask_id_number, mask_phone
from unionportal.core.registry import Registry


@dataclass(frozen=True, slots=True)
class Holding:
    """One field; `value` in full for the person's copy, `shown` as his page shows it."""

    section: str
    label: str
    value: str
    source: str
    purpose: str
    masked: str = ""

    @property
    def shown(self) -> str:
        """Numbers stay masked on the page; the copy holds them in full."""
        return self.masked or self.value


@dataclass(frozen=True, slots=True)
class Duty:
    """What stands against deleting, by which law, until when; None: while it goes on."""

    what: str
    law: str
    until: date | None


Holdings = Callable[[Person], list[Holding]]
Duties = Callable[[Person], list[Duty]]
_holdings: Registry[Holdings] = Registry("holdings")
_duties: Registry[Duties] = Registry("archive duties")
REGISTER, AGREED = "工会名册或本人填写", "会籍管理"
PARTICULARS = (
    "birth_date",
    "sex",
    "nation",
    "education",
    "political_status",
    "unit_name",
    "job_kind",
    "trade",
    "skill_grade",
    "hukou_kind",
)


def register_holdings(source: Holdings) -> None:
    """Register what an app holds of a person; in ``ready()``."""
    _holdings.add(f"{source.__module__}.{source.__qualname__}", source)


def register_duties(source: Duties) -> None:
    """Register what obliges an app to keep it; in ``ready()``."""
    _duties.add(f"{source.__module__}.{source.__qualname__}", source)


def holdings_of(person: Person) -> list[Holding]:
    """Everything the portal holds of a person, section by section."""
    return [
        *_own(person),
        *(one for source in _holdings for one in source(person)),
    ]


def duties_of(person: Person) -> list[Duty]:
    """Every duty that stands against deleting a person's data."""
    return [
        *_own_duties(person),
        *(one for source in _duties for one in source(person)),
    ]


def _own(person: Person) -> list[Holding]:
    number, phone = person.id_number, person.phone or ""
    found = [
        _of_person("姓名", person.name),
        _of_person("身份证号", number, mask_id_number(number)),
        _of_person("手机号", phone, mask_phone(phone)),
        _of_person("所属工会", person.organisation.name),
        _of_person("户籍", person.division.name if person.division else ""),
    ]
    for name in PARTICULARS:
        shown = getattr(person, f"get_{name}_display", None)
        label = str(Person._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
        found.append(
            _of_person(label, str(shown() if shown else getattr(person, name)))
        )
    return [
        one for one in [*found, *_accounts(person), *_standings(person)] if one.value
    ]


def _of_person(label: str, value: str, masked: str = "") -> Holding:
    return Holding("基本信息", label, value, REGISTER, AGREED, masked)


def _accounts(person: Person) -> list[Holding]:
    return [
        Holding(
            "收款账户",
            f"{account.bank_name}（{account.get_state_display()}）",
            account.number,
            f"{account.created_by_name}登记",
            "发放帮扶款",
            mask_card(account.number),
        )
        for account in accounts_of(person)
    ]


def _standings(person: Person) -> list[Holding]:
    rows = [
        Holding(
            "会籍",
            f"{one.since:%Y-%m-%d}",
            f"{one.get_state_display()}，{one.organisation.name}",
            one.document or one.by_name,
            AGREED,
        )
        for one in histories_of(person)
    ]
    for one in MembershipApplication.objects.filter(person=person):
        said = f"{one.get_state_display()}，{one.note}".rstrip("，")
        label = f"入会申请 {one.applied_on:%Y-%m-%d}"
        rows.append(Holding("会籍", label, said, "本人申请", AGREED))
    return rows


def _own_duties(person: Person) -> list[Duty]:
    found = []
    membership = membership_of(person)
    if membership is not None and membership.state in ADMITTED:
        found.append(Duty("会籍存续，要删除请先退会", "工会会员会籍管理办法", None))
    posts = Post.objects.filter(user__person=person, ends_on=None)
    if posts.filter(role__in=Role.values).exists():
        found.append(Duty("在任工会岗位", "网络安全法第二十三条", None))
    if Objection.objects.filter(person=person, state=ObjectionState.OPEN).exists():
        what = "对公示的异议还在核查，有结论后再删除"
        found.append(Duty(what, "个人信息保护法第四十七条", None))
    if Officer.objects.filter(person=person, ends_on=None).exists():
        found.append(Duty("在任工会职务，要删除请先卸任", "中国工会章程", None))
    return found
