"""What county systems read of a verification: their strata, people asked, answers."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.generics import ListAPIView, RetrieveAPIView

from assistance.api.views import MONEY, REACH, InRound
from assistance.models import SampleItem, VerificationCall, VerificationSample
from assistance.queries.filters import SampleItemFilter
from assistance.queries.verification import (
    sample_items_visible_to,
    sample_report,
    samples_visible_to,
    strata_visible_to,
)
from members.auth.client import ClientView
from unionportal.core.api.filters import KnownFilters
from unionportal.core.api.pages import KeysetPages


class StratumSerializer(serializers.Serializer[Any]):
    organisation = serializers.CharField(
        source="organisation_code", label=_("发放工会代码")
    )
    is_first_time = serializers.BooleanField(label=_("首次领取"))
    population = serializers.IntegerField(label=_("到账笔数"))
    amount = serializers.DecimalField(16, 2, label=_("到账金额"))
    size = serializers.IntegerField(label=_("应抽"))
    answered = serializers.IntegerField(label=_("已核实"))
    wrong = serializers.IntegerField(label=_("有差错"))
    missed = serializers.IntegerField(label=_("未能核实"))
    waiting = serializers.IntegerField(label=_("待核查"))


class IntervalSerializer(serializers.Serializer[Any]):
    value = serializers.DecimalField(16, 4, label=_("估计值"))
    low = serializers.DecimalField(16, 4, label=_("下限"))
    high = serializers.DecimalField(16, 4, label=_("上限"))


class EstimateSerializer(serializers.Serializer[Any]):
    answered = serializers.IntegerField(label=_("已核实"))
    wrong = serializers.IntegerField(label=_("有差错"))
    rate = IntervalSerializer(label=_("差错率，0 到 1"))
    amount = IntervalSerializer(label=_("涉及金额，元"))


class VerificationSerializer(serializers.ModelSerializer[VerificationSample]):
    strata = serializers.SerializerMethodField(label=_("本工会范围内的抽样层"))
    estimate = serializers.SerializerMethodField(
        label=_("对全部到账的推断"),
        help_text=_("轮次由上级工会组织、范围超出本工会，或还没有核查结果时为 null。"),
    )

    class Meta:
        model = VerificationSample
        fields = (
            "id",
            "round",
            "seed",
            "confidence",
            "margin",
            "expected_error",
            "drawn_on",
            "strata",
            "estimate",
        )

    @extend_schema_field(StratumSerializer(many=True))
    def get_strata(self, sample: VerificationSample) -> list[dict[str, Any]]:
        """In the client's reach, in tree order."""
        found = strata_visible_to(sample, self.context["view"].actor)
        return [dict(StratumSerializer(row).data) for row in found]

    @extend_schema_field(EstimateSerializer(allow_null=True))
    def get_estimate(self, sample: VerificationSample) -> dict[str, Any] | None:
        """Null unless the whole round lies in the client's reach."""
        if not self.context["view"].actor.reaches(sample.round.organisation.path):
            return None
        estimate = sample_report(sample).estimate
        return dict(EstimateSerializer(estimate).data) if estimate else None


class CallSerializer(serializers.ModelSerializer[VerificationCall]):
    class Meta:
        model = VerificationCall
        fields = ("number", "on", "channel", "outcome", "received_amount", "note")


class SampleItemSerializer(serializers.ModelSerializer[SampleItem]):
    organisation = serializers.CharField(
        source="stratum.organisation.code", label=_("发放工会代码")
    )
    is_first_time = serializers.BooleanField(
        source="stratum.is_first_time", label=_("首次领取")
    )
    reference = serializers.CharField(source="payment.reference", label=_("发放编号"))
    amount = serializers.DecimalField(
        14, 2, source="payment.amount", label=_("到账金额")
    )
    calls = CallSerializer(many=True, label=_("核查记录"))

    class Meta:
        model = SampleItem
        fields = (
            "id",
            "organisation",
            "is_first_time",
            "place",
            "replaces",
            "reference",
            "amount",
            "state",
            "ended_on",
            "calls",
        )


_STRATUM: dict[str, Any] = {
    "organisation": "350102",
    "is_first_time": True,
    "population": 118,
    "amount": "70800.00",
    "size": 12,
    "answered": 12,
    "wrong": 1,
    "missed": 0,
    "waiting": 0,
}
_SAMPLE: dict[str, Any] = {
    "id": 3,
    "round": 7,
    "seed": "9f2c" * 16,
    "confidence": 95,
    "margin": "0.0300",
    "expected_error": "0.0500",
    "drawn_on": "2026-01-20",
    "strata": [_STRATUM],
    "estimate": None,
}
_ITEM: dict[str, Any] = {
    "id": 41,
    "organisation": "350102",
    "is_first_time": True,
    "place": 1,
    "replaces": None,
    "reference": "2025000000012301",
    "amount": "600.00",
    "state": "answered",
    "ended_on": "2026-01-21",
    "calls": [
        {
            "number": 1,
            "on": "2026-01-21",
            "channel": "phone",
            "outcome": "confirmed",
            "received_amount": None,
            "note": "",
        }
    ],
}


def _example(value: dict[str, Any]) -> list[OpenApiExample]:
    return [OpenApiExample("示例", value=value, response_only=True)]


@extend_schema(
    summary="轮次的抽样核查",
    description=(
        "样本怎么抽的、本工会范围内各层的进度，以及推断的差错率和金额。"
        "还没有抽样的轮次返回 404。" + MONEY
    ),
    tags=["轮次"],
    examples=_example(_SAMPLE),
)
class VerificationDetail(ClientView, RetrieveAPIView[VerificationSample]):
    serializer_class = VerificationSerializer
    filter_backends = ()

    def get_object(self) -> VerificationSample:
        """By the round named in the address."""
        return get_object_or_404(
            samples_visible_to(self.actor), round_id=self.kwargs["pk"]
        )


@extend_schema(
    summary="轮次的核查对象",
    description=f"抽中和递补的各户、联系记录和结果；不含电话。{REACH}{MONEY}",
    tags=["轮次"],
    examples=_example(_ITEM),
)
class SampleItemApiList(InRound, ListAPIView[SampleItem]):
    serializer_class = SampleItemSerializer
    pagination_class = KeysetPages
    filter_backends = (KnownFilters,)
    filterset_class = SampleItemFilter

    def get_queryset(self) -> QuerySet[SampleItem]:
        lines = self.lines()
        rounds = {"stratum__sample__round": lines["round"]} if lines else {}
        return (
            sample_items_visible_to(self.actor)
            .filter(**rounds)
            .prefetch_related("calls")
        )
