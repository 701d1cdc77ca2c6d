"""Paying accounts as staff read them: how each union's bank is reached."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet

from assistance.enums import BatchState, LinkKind, PaymentState
from assistance.models import PayingAccount, Payment
from members.models import Organisation
from members.queries.organisation import organisations_visible_to
from unionportal.core.actor import Actor
from unionportal.core.audit import history_of
from unionportal.core.secrets import blind_index

LOWEST = 3  # counties; nobody below pays from an account of his own
MARK_HEX = 12
TRAIL_SHOWN = 20
_NAMES = {
    "bank_name": "开户行",
    "number": "账号",
    "link": "银行连接",
    "layout": "文件格式",
    "endpoint": "直联地址",
    "key": "密钥标记",
    "is_idempotent": "重复的指令只付一次",
    "window_seconds": "受理时限（秒）",
}
ON_THE_WAY = (PaymentState.INSTRUCTED, PaymentState.IN_DOUBT)


@dataclass(frozen=True, slots=True)
class AccountRow:
    """A union in reach with its account, if it has one; without number and key."""

    organisation: Organisation
    account: PayingAccount | None
    on_the_way: int

    @property
    def number(self) -> str:
        """The end of the account's number."""
        return masked_number(self.account) if self.account else ""

    @property
    def is_direct(self) -> bool:
        return self.account is not None and self.account.link == LinkKind.DIRECT

    @property
    def layout_title(self) -> str:
        """The file layout as people call it."""
        return self.account.layout_title if self.account else ""

    @property
    def key_mark(self) -> str:
        """Which key is in use."""
        return key_mark(self.account) if self.account else ""


def paying_unions_visible_to(actor: Actor) -> QuerySet[Organisation]:
    """The unions in reach that may pay from an account of their own, in tree order."""
    unions = organisations_visible_to(actor).filter(depth__lte=LOWEST)
    return unions.select_related("payingaccount")


def account_rows(unions: Iterable[Organisation]) -> list[AccountRow]:
    """One row per union, with what is on its way."""
    listed = list(unions)
    counts = payments_on_the_way([union.pk for union in listed])
    return [
        AccountRow(
            union, getattr(union, "payingaccount", None), counts.get(union.pk, 0)
        )
        for union in listed
    ]


def payments_on_the_way(organisation_ids: Iterable[int]) -> dict[int, int]:
    """By union, how many payments are at its bank without a result."""
    rows = (
        Payment.objects.filter(
            batch__organisation__in=list(organisation_ids),
            batch__state=BatchState.INSTRUCTED,
            state__in=ON_THE_WAY,
        )
        .values_list("batch__organisation")
        .annotate(count=Count("id"))
        .order_by()
    )
    return dict(rows)


@dataclass(frozen=True, slots=True)
class SettingsEntry:
    """Who set an account, when, and what was before."""

    on: date
    actor_name: str
    changes: tuple[str, ...]


def settings_trail(account: PayingAccount) -> list[SettingsEntry]:
    """The last changes of an account's settings, in words."""
    return [
        SettingsEntry(
            entry.on,
            entry.actor_name,
            tuple(
                f"{label}：{_said(entry.changes[name][0])} → "
                f"{_said(entry.changes[name][1])}"
                for name, label in _NAMES.items()
                if name in entry.changes
            ),
        )
        for entry in history_of(account)[:TRAIL_SHOWN]
    ]


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if value in (None, ""):
        return "（无）"
    return str(LinkKind(value).label) if value in LinkKind.values else str(value)


def masked_number(account: PayingAccount) -> str:
    """The last four digits."""
    return f"****{account.number[-4:]}" if account.number else ""


def key_mark(account: PayingAccount) -> str:
    """By what two people tell whether they mean the same key; it leads back to nothing."""
    if not account.secret:
        return ""
    return blind_index(account.secret, kind="link_key")[:MARK_HEX]
