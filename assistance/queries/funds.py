"""Funds as staff read them: one row per union and source."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet, Sum

from assistance.enums import AccountKind
from assistance.models import Account, FundSource

NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True, kw_only=True)
class UnionBalance:
    """What one union holds of one source, in yuan."""

    organisation_name: str
    source_name: str
    available: Decimal
    reserved: Decimal
    committed: Decimal
    spent: Decimal


def fund_sources() -> QuerySet[FundSource]:
    """Every source of money, in the order they were set up."""
    return FundSource.objects.order_by("id")


def titles_of_funds(codes: Iterable[str]) -> list[str]:
    """The names of sources in the order of their codes; an unknown code stays a code."""
    wanted = list(codes)
    names = dict(FundSource.objects.filter(code__in=wanted).values_list("code", "name"))
    return [names.get(code, code) for code in wanted]


def balances_by_union(accounts: QuerySet[Account]) -> list[UnionBalance]:
    """Turn accounts into one row per union and source, in tree order; one query."""
    rows = (
        accounts.order_by()
        .values(
            "source_id",
            organisation_name=F("organisation__name"),
            source_name=F("source__name"),
            path=F("organisation__path"),
        )
        .annotate(
            **{
                f"{kind}_sum": Sum("balance", filter=Q(kind=kind))
                for kind in (
                    AccountKind.AVAILABLE,
                    AccountKind.RESERVED,
                    AccountKind.COMMITTED,
                    AccountKind.SPENT,
                )
            }
        )
        .order_by("path", "source_id")
    )
    return [_balance(row) for row in rows]


def _balance(row: Any) -> UnionBalance:  # noqa: ANN401 - the columns are named above
    return UnionBalance(
        organisation_name=row["organisation_name"],
        source_name=row["source_name"],
        available=row["available_sum"] or NOTHING,
        reserved=row["reserved_sum"] or NOTHING,
        committed=row["committed_sum"] or NOTHING,
        spent=row["spent_sum"] or NOTHING,
    )
