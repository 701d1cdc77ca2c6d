"""Read access of county systems to their accounting vouchers, for the union's accounts."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView

from assistance.api.serializers import code_of
from assistance.api.views import MONEY, REACH
from assistance.models import AccountingVoucher, AccountingVoucherLine
from assistance.queries.filters import VoucherFilter
from assistance.queries.vouchers import vouchers_visible_to
from members.auth.client import ClientView
from unionportal.core.api.filters import KnownFilters
from unionportal.core.api.pages import KeysetPages

_LINES: list[dict[str, Any]] = [
    {
        "side": "debit",
        "fund_source": "central",
        "subject_code": "50201",
        "subject_name": "困难职工帮扶",
        "amount": "6000.00",
    },
    {
        "side": "credit",
        "fund_source": None,
        "subject_code": "10201",
        "subject_name": "银行存款",
        "amount": "6000.00",
    },
]
_VOUCHER: dict[str, Any] = {
    "id": 7,
    "organisation": "350102",
    "batch": "FJ2026W0001",
    "sequence": 1,
    "state": "drawn",
    "total": "6000.00",
    "drawn_on": "2026-01-08",
    "number": "",
    "numbered_on": None,
    "lines": _LINES,
}


class VoucherLineSerializer(serializers.ModelSerializer[AccountingVoucherLine]):
    fund_source = serializers.SlugRelatedField[Any](
        "code",
        source="source",
        read_only=True,
        allow_null=True,
        label=_("资金来源代码"),
        help_text=_("银行存款的一行为 null。"),
    )

    class Meta:
        model = AccountingVoucherLine
        fields = tuple(_LINES[0])


class VoucherSerializer(serializers.ModelSerializer[AccountingVoucher]):
    organisation = code_of("organisation.code", _("发放工会代码"))
    batch = code_of("batch.number", _("批次号"))
    lines = VoucherLineSerializer(many=True, read_only=True)

    class Meta:
        model = AccountingVoucher
        fields = tuple(_VOUCHER)


@extend_schema(
    summary="记账凭证列表",
    description=(
        "每个批次到账的金额，按资金来源列借方，银行存款列贷方；红字凭证金额为负。"
        f"作废的也在内（state=void），不得入账。{REACH}{MONEY}"
    ),
    tags=["对账"],
    examples=[OpenApiExample("一页", value=_VOUCHER, response_only=True)],
)
class VoucherApiList(ClientView, ListAPIView[AccountingVoucher]):
    serializer_class = VoucherSerializer
    pagination_class = KeysetPages
    filter_backends = (KnownFilters,)
    filterset_class = VoucherFilter

    def get_queryset(self) -> QuerySet[AccountingVoucher]:
        return vouchers_visible_to(self.actor)
