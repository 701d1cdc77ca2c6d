"""Read access of county systems to their statements, lines and reconciled months."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request

from assistance.api.serializers import code_of
from assistance.api.views import MONEY, REACH
from assistance.models import BankStatement, Reconciliation, StatementLine
from assistance.queries.filters import (
    ReconciliationFilter,
    StatementFilter,
    StatementLineFilter,
)
from assistance.queries.matches import (
    lines_visible_to,
    statements_visible_to,
    with_match,
)
from assistance.queries.reconciliations import reconciliations_visible_to
from members.auth.client import ClientView
from unionportal.core.api.filters import KnownFilters
from unionportal.core.api.pages import KeysetPages

_STATEMENT: dict[str, Any] = {
    "id": 12,
    "organisation": "350102",
    "account_last4": "4567",
    "sequence": 1,
    "period_from": "2025-12-01",
    "period_to": "2025-12-31",
    "opening": "0.00",
    "received_total": "6000.00",
    "paid_total": "1200.00",
    "closing": "4800.00",
    "line_count": 3,
    "on": "2026-01-05",
}
_LINE: dict[str, Any] = {
    "id": 301,
    "number": 3,
    "on": "2025-12-16",
    "side": "out",
    "amount": "600.00",
    "balance": "5400.00",
    "counterparty": "张小三",
    "reference": "2025000000409601",
    "summary": "代发",
    "kind": "transfer",
    "cleared_on": "2025-12-16",
}
_MONTH: dict[str, Any] = {
    "id": 4,
    "organisation": "350102",
    "account_last4": "4567",
    "month": "2025-12-01",
    "state": "closed",
    "bank_balance": "4800.00",
    "book_balance": "4800.00",
    "opening": "0.00",
    "bank_received": "0.00",
    "bank_paid": "0.00",
    "book_received": "0.00",
    "book_paid": "0.00",
    "item_count": 0,
    "prepared_on": "2026-01-05",
    "closed_on": "2026-01-06",
}


def _page_of(row: dict[str, Any]) -> list[OpenApiExample]:
    return [OpenApiExample("一页", value=row, response_only=True)]


def last4() -> serializers.SerializerMethodField:
    """The tail of the account's number; no more of it leaves."""
    return serializers.SerializerMethodField(label=_("付款账号后四位"))


class StatementSerializer(serializers.ModelSerializer[BankStatement]):
    organisation = code_of("paying_account.organisation.code", _("工会代码"))
    account_last4 = last4()

    class Meta:
        model = BankStatement
        fields = tuple(_STATEMENT)

    def get_account_last4(self, statement: BankStatement) -> str:
        """Four digits."""
        return statement.paying_account.number[-4:]


class StatementLineSerializer(serializers.ModelSerializer[StatementLine]):
    cleared_on = serializers.DateField(
        label=_("两清日期"), help_text=_("没有核对的为 null。"), allow_null=True
    )

    class Meta:
        model = StatementLine
        fields = tuple(_LINE)


class ReconciliationSerializer(serializers.ModelSerializer[Reconciliation]):
    organisation = code_of("paying_account.organisation.code", _("工会代码"))
    account_last4 = last4()

    class Meta:
        model = Reconciliation
        fields = tuple(_MONTH)

    def get_account_last4(self, month: Reconciliation) -> str:
        """Four digits."""
        return month.paying_account.number[-4:]


class StatementReach(ClientView):
    def get_queryset(self) -> QuerySet[BankStatement]:
        return statements_visible_to(self.actor)


@extend_schema(
    summary="银行对账单列表",
    description=f"付款账户的对账单，前后相接。{REACH}{MONEY}",
    tags=["对账"],
    examples=_page_of(_STATEMENT),
)
class StatementList(StatementReach, ListAPIView[BankStatement]):
    serializer_class = StatementSerializer
    pagination_class = KeysetPages
    filter_backends = (KnownFilters,)
    filterset_class = StatementFilter


@extend_schema(
    summary="一份银行对账单",
    description=f"期间、余额和合计；明细另取。{REACH}{MONEY}",
    tags=["对账"],
    examples=[OpenApiExample("一份", value=_STATEMENT, response_only=True)],
)
class StatementDetail(StatementReach, RetrieveAPIView[BankStatement]):
    serializer_class = StatementSerializer
    filter_backends = ()


@extend_schema(
    summary="对账单的明细",
    description=f"每行及其两清日期；只要未核对的请用 is_matched=false。{REACH}{MONEY}",
    tags=["对账"],
    examples=_page_of(_LINE),
)
class StatementLineList(ClientView, ListAPIView[StatementLine]):
    serializer_class = StatementLineSerializer
    pagination_class = KeysetPages
    filter_backends = (KnownFilters,)
    filterset_class = StatementLineFilter

    statement: BankStatement

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """After the token: find the statement named in the address."""
        super().initial(request, *args, **kwargs)
        self.statement = get_object_or_404(
            statements_visible_to(self.actor), pk=kwargs["pk"]
        )

    def get_queryset(self) -> QuerySet[StatementLine]:
        lines = with_match(lines_visible_to(self.actor))
        statement = getattr(self, "statement", None)
        return lines.filter(statement=statement) if statement else lines


@extend_schema(
    summary="余额调节表列表",
    description=f"付款账户的各个月份；没有编制的金额为 0.00。{REACH}{MONEY}",
    tags=["对账"],
    examples=_page_of(_MONTH),
)
class ReconciliationList(ClientView, ListAPIView[Reconciliation]):
    serializer_class = ReconciliationSerializer
    pagination_class = KeysetPages
    filter_backends = (KnownFilters,)
    filterset_class = ReconciliationFilter

    def get_queryset(self) -> QuerySet[Reconciliation]:
        return reconciliations_visible_to(self.actor)
