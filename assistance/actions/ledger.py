"""Entries on the books: the one way in which an amount moves."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import IntegrityError, connection, transaction

from assistance.enums import AccountKind, EntryKind
from assistance.models import Account, Entry, FundSource, Posting
from members.models import Organisation
from unionportal.core.actor import Actor
from unionportal.core.errors import Refusal
from unionportal.core.guards import refusal_from
from unionportal.core.money import show_yuan

_OVERSPENT = "account_never_overspent"
_INSERT_ENTRIES = """
    INSERT INTO assistance_entry
        (kind, "on", key, document, batch_id, reverses_id, made_by)
    SELECT kind, %s, key, document, batch_id, reverses_id, %s
    FROM unnest(%s::text[], %s::text[], %s::text[], %s::bigint[],
         %s::bigint[]) AS voucher (kind, key, document, batch_id, reverses_id)
    ON CONFLICT (key) DO NOTHING
    RETURNING id, key
"""


@dataclass(frozen=True, slots=True)
class Leg:
    """One side of an entry, in yuan: positive is put in, negative is taken out."""

    organisation_id: int
    source_id: int
    kind: str
    amount: Decimal

    @property
    def account(self) -> tuple[int, int, str]:
        """The account it falls on, by its natural key."""
        return self.organisation_id, self.source_id, self.kind


@dataclass(frozen=True, slots=True)
class Voucher:
    """What an entry says of itself. The key lets one event be entered once only."""

    kind: EntryKind
    key: str
    document: str
    batch_id: int | None = None
    reverses_id: int | None = None


def move(
    organisation_id: int,
    source_id: int,
    amount: Decimal,
    *,
    taken_from: AccountKind,
    put_into: AccountKind,
) -> tuple[Leg, Leg]:
    """Move an amount between two buckets of one source at one union."""
    return (
        Leg(organisation_id, source_id, taken_from, -amount),
        Leg(organisation_id, source_id, put_into, amount),
    )


def post_entry(*, voucher: Voucher, legs: Sequence[Leg], by: Actor, on: date) -> Entry:
    """Enter an event on the books; call it inside the transaction of its cause.

    Refuses an event that is on the books already (code ``already_posted``), an amount
    that an account does not hold (code ``shortfall``), naming what is missing, and a
    day in a month that is closed (code ``frozen``).
    The balance is decided by the database under the accounts' row locks.
    """
    post_entries(entries=[(voucher, legs)], by=by, on=on)
    return Entry.objects.get(key=voucher.key)


def post_entries(
    *, entries: Sequence[tuple[Voucher, Sequence[Leg]]], by: Actor, on: date
) -> None:
    """Enter many events in three statements; refuses like ``post_entry``, as a whole."""
    legs = [leg for _voucher, each in entries for leg in each]
    accounts = _accounts_of(legs)
    ids = _insert_entries([voucher for voucher, _legs in entries], by=by, on=on)
    amounts: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    for voucher, each in entries:
        for leg in each:
            amounts[ids[voucher.key], accounts[leg.account].pk] += leg.amount
    _post(
        [
            Posting(entry_id=entry, account_id=account, amount=amount)
            for (entry, account), amount in sorted(amounts.items())
        ],
        legs,
    )


def _insert_entries(
    vouchers: Sequence[Voucher], *, by: Actor, on: date
) -> dict[str, int]:
    columns = [
        [getattr(voucher, name) for voucher in vouchers]
        for name in ("kind", "key", "document", "batch_id", "reverses_id")
    ]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT_ENTRIES, [on, by.name, *columns])
        ids = {str(key): int(entry_id) for entry_id, key in cursor.fetchall()}
    twice = [voucher.document for voucher in vouchers if voucher.key not in ids]
    if twice:
        raise Refusal(
            f"“{twice[0]}”已经入账，不能重复入账；如金额有误，请先冲销原分录。",
            code="already_posted",
        )
    return ids


def _post(postings: Sequence[Posting], legs: Sequence[Leg]) -> None:
    try:
        with transaction.atomic():
            Posting.objects.bulk_create(postings)
    except IntegrityError as error:
        if is_overspend(error):
            raise shortfall_of(legs) from error
        closed = refusal_from(error)  # the month, by the guard's own words
        if closed is None:
            raise
        raise closed from error


def is_overspend(error: BaseException) -> bool:
    """Tell whether the database refused because an account would be overspent."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) == _OVERSPENT


def shortfall_of(legs: Iterable[Leg]) -> Refusal:
    """Say which source lacks how much, from the balances as they stand."""
    needed: dict[tuple[int, int, str], Decimal] = defaultdict(Decimal)
    for leg in legs:
        needed[leg.account] -= leg.amount
    wanted = {key: amount for key, amount in needed.items() if amount > 0}
    parts = [
        _missing(
            account, wanted[account.organisation_id, account.source_id, account.kind]
        )
        for account in _stored(wanted)
        if account.kind != AccountKind.FUNDING
    ]
    lines = "；".join(part for part in parts if part)
    return Refusal(
        f"资金不足：{lines or '余额已被其他业务占用'}。"
        "请先筹集或申请下拨资金，再办理；本次未作任何改动。",
        code="shortfall",
    )


def _missing(account: Account, wanted: Decimal) -> str:
    if account.balance >= wanted:
        return ""
    return (
        f"{account.organisation.short_name}“{account.source.name}”"
        f"{account.get_kind_display()} {show_yuan(account.balance)} 元，"
        f"需要 {show_yuan(wanted)} 元，缺 {show_yuan(wanted - account.balance)} 元"
    )


def open_accounts(pairs: Iterable[tuple[int, int]]) -> None:
    """Open every bucket of the named (union, source) pairs, empty, where missing."""
    Account.objects.bulk_create(
        [
            Account(organisation_id=organisation, source_id=source, kind=kind)
            for organisation, source in sorted(set(pairs))
            for kind in AccountKind.values
        ],
        ignore_conflicts=True,
    )


def _accounts_of(legs: Sequence[Leg]) -> dict[tuple[int, int, str], Account]:
    keys = {leg.account for leg in legs}
    found = {_key(account): account for account in _stored(keys)}
    if keys - set(found):
        open_accounts((organisation, source) for organisation, source, _ in keys)
        found = {_key(account): account for account in _stored(keys)}
    return found


def _key(account: Account) -> tuple[int, int, str]:
    return account.organisation_id, account.source_id, account.kind


def _stored(keys: Iterable[tuple[int, int, str]]) -> list[Account]:
    wanted = set(keys)
    stored = Account.objects.filter(
        organisation_id__in={key[0] for key in wanted},
        source_id__in={key[1] for key in wanted},
    ).select_related("organisation", "source")
    return [account for account in stored.order_by("id") if _key(account) in wanted]


def known_source(source_id: int) -> FundSource:
    """Return a source, or refuse an unknown one."""
    source = FundSource.objects.filter(pk=source_id).first()
    if source is None:
        raise Refusal("没有这个资金来源，请重新选择。", field="source_id")
    return source


def known_organisation(organisation_id: int, *, field: str) -> Organisation:
    """Return a union, or refuse an unknown one."""
    organisation = Organisation.objects.filter(pk=organisation_id).first()
    if organisation is None:
        raise Refusal("没有这个工会，请重新选择。", field=field)
    return organisation
