"""What county systems read: plain values, ID numbers and cards masked."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from assistance.models import (
    Determination,
    HouseholdDossier,
    HouseholdMember,
    Payment,
    Round,
)
from assistance.queries.determinations import answer_in_words
from assistance.queries.rounds import counties_visible_to, totals_visible_to
from assistance.rules.answers import return_in_words
from unionportal.core.api.masked import MASKED, MaskedIdNumber
from unionportal.core.api.rows import DerivedField, PlainRows


def code_of(source: str, label: StrOrPromise) -> serializers.CharField:
    """Another record, by the code that both systems know it by."""
    return serializers.CharField(source=source, label=label)


# --- dossiers


class MemberSerializer(serializers.ModelSerializer[HouseholdMember]):
    id_number = MaskedIdNumber(label=_("身份证号"), help_text=MASKED, allow_null=True)

    class Meta:
        model = HouseholdMember
        fields = ("name", "relation", "id_number", "birth_date", "identity")


class DossierSerializer(serializers.ModelSerializer[HouseholdDossier]):
    organisation = code_of("organisation.code", _("县级工会代码"))
    keeper = code_of("keeper.code", _("建档工会代码"))
    division = code_of("division_id", _("县级区划代码"))
    principal_name = code_of("principal.name", _("困难职工姓名"))
    principal_id_number = MaskedIdNumber(
        source="principal.id_number", label=_("困难职工身份证号"), help_text=MASKED
    )

    class Meta:
        model = HouseholdDossier
        list_serializer_class = PlainRows
        fields: tuple[str, ...] = (
            "id",
            "number",
            "state",
            "organisation",
            "keeper",
            "division",
            "principal_name",
            "principal_id_number",
            "hardship_class",
            "file_level",
            "file_kind",
            "residence",
            "main_cause",
            "other_causes",
            "household_size",
            "homes_count",
            "has_vehicle",
            "wage_income",
            "business_income",
            "property_income",
            "transfer_income",
            "other_income",
            "illness_cost",
            "disability_cost",
            "schooling_cost",
            "housing_cost",
            "employment_cost",
            "other_rigid_cost",
            "applied_on",
            "approved_on",
            "rechecked_on",
            "closed_on",
            "exit_reason",
        )


class DossierDetailSerializer(DossierSerializer):
    members = MemberSerializer(many=True, label=_("家庭其他成员"))

    class Meta(DossierSerializer.Meta):
        fields = (*DossierSerializer.Meta.fields, "members")


# --- rounds


class CountsSerializer(serializers.Serializer[Any]):
    population = serializers.IntegerField(label=_("应纳入"))
    eligible = serializers.IntegerField(label=_("符合"))
    ineligible = serializers.IntegerField(label=_("不符合"))
    unknown = serializers.IntegerField(label=_("待补材料"))
    amount = serializers.DecimalField(16, 2, label=_("符合金额"))


class CountySerializer(CountsSerializer):
    """One paying union; payments by their latest attempt."""

    organisation = serializers.CharField(
        source="organisation_code", label=_("发放工会代码")
    )
    planned_count = serializers.IntegerField(label=_("办理中户数"))
    planned_amount = serializers.DecimalField(16, 2, label=_("办理中金额"))
    paid_count = serializers.IntegerField(label=_("已到账户数"))
    paid_amount = serializers.DecimalField(16, 2, label=_("已到账金额"))
    returned_count = serializers.IntegerField(label=_("被退回户数"))
    returned_amount = serializers.DecimalField(16, 2, label=_("被退回金额"))
    ended_count = serializers.IntegerField(label=_("终止或撤下户数"))
    ended_amount = serializers.DecimalField(16, 2, label=_("终止或撤下金额"))


class RoundSerializer(serializers.ModelSerializer[Round]):
    scheme = code_of("version.scheme.code", _("方案代码"))
    scheme_title = code_of("version.scheme.title", _("方案名称"))
    version = serializers.IntegerField(source="version.number", label=_("方案版本"))
    period = code_of("period.code", _("期次代码"))
    organisation = code_of("organisation.code", _("组织工会代码"))
    totals = serializers.SerializerMethodField(
        label=_("整个轮次的合计"),
        help_text=_("轮次由上级工会组织、范围超出本工会时为 null。"),
    )

    class Meta:
        model = Round
        fields: tuple[str, ...] = (
            "id",
            "year",
            "scheme",
            "scheme_title",
            "version",
            "period",
            "occurrence",
            "organisation",
            "kind",
            "parent",
            "state",
            "as_of",
            "opened_on",
            "computed_on",
            "released_on",
            "closed_on",
            "totals",
        )

    @extend_schema_field(CountsSerializer(allow_null=True))
    def get_totals(self, round_: Round) -> Mapping[str, Any] | None:
        """Null unless the whole round lies in the client's reach."""
        totals = totals_visible_to(round_, self.context["view"].actor)
        return None if totals is None else CountsSerializer(asdict(totals)).data


class RoundDetailSerializer(RoundSerializer):
    counties = serializers.SerializerMethodField(
        label=_("分县合计"), help_text=_("只含本工会及下级的发放工会。")
    )

    class Meta(RoundSerializer.Meta):
        fields = (*RoundSerializer.Meta.fields, "counties")

    @extend_schema_field(CountySerializer(many=True))
    def get_counties(self, round_: Round) -> list[dict[str, Any]]:
        """The paying unions in the client's reach, in tree order."""
        found = counties_visible_to(round_, self.context["view"].actor)
        return [dict(CountySerializer(asdict(one)).data) for one in found]


# --- lines of a round


@extend_schema_field(OpenApiTypes.STR)
class ReasonField(DerivedField):
    """In words what refused the subject, or what is missing."""

    columns = ("outcome", "clause", "missing_fact")

    def made_of(self, *values: str) -> str:
        return answer_in_words(self.context["view"].round, *values)


@extend_schema_field(OpenApiTypes.OBJECT)
class FactsField(serializers.JSONField):
    """The values it was decided on, by the fact's name; null is unknown."""


class DeterminationSerializer(serializers.ModelSerializer[Determination]):
    organisation = code_of("organisation.code", _("发放工会代码"))
    reason = ReasonField(
        label=_("理由"), help_text=_("不符合的条款，或所缺的事实；符合的为空。")
    )
    facts = FactsField(
        label=_("所见事实"),
        help_text=_("认定时所依据的值，键是事实的英文名；null 表示当时不知道。"),
        read_only=True,
    )

    class Meta:
        model = Determination
        list_serializer_class = PlainRows
        fields = (
            "id",
            "year",
            "organisation",
            "subject_kind",
            "subject_id",
            "occurrence",
            "outcome",
            "clause",
            "missing_fact",
            "reason",
            "proposed_amount",
            "decided_amount",
            "deviation_reason",
            "supersedes",
            "superseded_by",
            "facts",
        )


@extend_schema_field(OpenApiTypes.STR)
class ReturnReasonField(DerivedField):
    """In words why the bank did not take it."""

    columns = ("reason_code",)

    def made_of(self, *values: str) -> str:
        (code,) = values
        return return_in_words(code) if code else ""


class PaymentSerializer(serializers.ModelSerializer[Payment]):
    batch = code_of("batch.number", _("批次号"))
    organisation = code_of("batch.organisation.code", _("发放工会代码"))
    subject_kind = code_of("claim.subject_kind", _("对象类型"))
    subject_id = serializers.IntegerField(source="claim.subject_id", label=_("对象"))
    determination = serializers.IntegerField(
        source="claim.determination_id", label=_("认定")
    )
    fund_source = code_of("source.code", _("资金来源代码"))
    account_last4 = code_of("account.number_last4", _("收款账号后四位"))
    reason = ReturnReasonField(
        label=_("退回原因说明"), help_text=_("没有被退回过的为空。")
    )

    class Meta:
        model = Payment
        list_serializer_class = PlainRows
        fields = (
            "id",
            "year",
            "batch",
            "organisation",
            "subject_kind",
            "subject_id",
            "determination",
            "attempt",
            "fund_source",
            "account_last4",
            "reference",
            "amount",
            "state",
            "reason_code",
            "reason",
            "end_reason",
            "instructed_on",
            "settled_on",
        )
        extra_kwargs = {"end_reason": {"allow_blank": True}}
