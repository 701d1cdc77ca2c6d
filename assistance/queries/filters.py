"""Filters of assistance's lists: page, admin and API filter alike."""

from datetime import date
from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from assistance.enums import (
    AccountingVoucherState,
    AidApplicationState,
    BankFileState,
    BatchKind,
    BatchState,
    ChangeKind,
    DossierState,
    FileDirection,
    FileLevel,
    FindingState,
    HardshipClass,
    LineKind,
    LinkKind,
    Outcome,
    PaymentState,
    ReconciliationState,
    RoundState,
    SampleItemState,
    Side,
)
from assistance.models import (
    Account,
    AccountingVoucher,
    AidApplication,
    BankFile,
    BankStatement,
    Batch,
    Determination,
    HouseholdDossier,
    Payment,
    Reconciliation,
    Round,
    SampleItem,
    StatementLine,
    VerificationFinding,
    WhatIfChange,
)
from assistance.queries.standing_lists import BY_CODE, LISTS
from members.models import Organisation
from members.queries.filters import UnderFilter


class UnionFilter(django_filters.CharFilter):
    """What belongs to a union, named by its code, or to one below it.

    `field_name` leads to the union's path in the tree; an unknown code finds nothing.
    """

    def filter(self, qs: QuerySet[Any], value: str | None) -> QuerySet[Any]:
        """Narrow to the subtree."""
        if not value:
            return qs
        union = Organisation.objects.filter(code=value).first()
        if union is None:
            return qs.none()
        return qs.filter(**{f"{self.field_name}__startswith": union.path})


class DossierFilter(django_filters.FilterSet):
    """Dossiers by number, name, union, state, class, level and dates."""

    number = django_filters.CharFilter(label=_("档案编号"))
    name = django_filters.CharFilter(
        field_name="principal__name", lookup_expr="startswith", label=_("姓名")
    )
    union = UnionFilter(field_name="organisation__path", label=_("工会"))
    under = UnderFilter(field_name="keeper__path", label=_("建档工会代码"))
    state = django_filters.ChoiceFilter(label=_("状态"), choices=DossierState.choices)
    hardship_class = django_filters.ChoiceFilter(
        label=_("困难类别"), choices=HardshipClass.choices
    )
    file_level = django_filters.ChoiceFilter(
        label=_("档案级别"), choices=FileLevel.choices
    )
    division = django_filters.CharFilter(
        field_name="division_id", label=_("县级区划代码")
    )
    approved_on = django_filters.DateFromToRangeFilter(label=_("建档日期"))
    checked_to = django_filters.DateFilter(
        method="checked_until", label=_("最近复核不晚于")
    )

    class Meta:
        model = HouseholdDossier
        fields = ("number", "state", "hardship_class", "file_level")

    def checked_until(
        self, rows: QuerySet[HouseholdDossier], name: str, value: date
    ) -> QuerySet[HouseholdDossier]:
        """Those not looked at after a day; a new file counts from its approval."""
        del name
        checked = Coalesce("rechecked_on", "approved_on")
        return rows.alias(checked_on=checked).filter(checked_on__lte=value)


class StaffDossierFilter(DossierFilter):
    """The same on the staff site, where a day is known: also by standing list."""

    standing = django_filters.ChoiceFilter(
        method="standing_on",
        label=_("应为空的清单"),
        choices=[(one.code, one.title) for one in LISTS],
    )

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        """Remember the day on which the lists are drawn up."""
        super().__init__(*args, **kwargs)
        self.on = on

    def standing_on(
        self, rows: QuerySet[HouseholdDossier], name: str, value: str
    ) -> QuerySet[HouseholdDossier]:
        """Those on a standing list."""
        del name
        return BY_CODE[value].narrow(rows, self.on)


class ApplicationFilter(django_filters.FilterSet):
    """Applications by scheme, period, union, names, state and day of the hand-in."""

    scheme = django_filters.CharFilter(field_name="scheme__code", label=_("方案"))
    period = django_filters.CharFilter(
        field_name="window__period__code", label=_("期次代码")
    )
    applicant = django_filters.CharFilter(
        field_name="applicant__name", lookup_expr="startswith", label=_("申请人")
    )
    subject = django_filters.CharFilter(
        field_name="subject_name", lookup_expr="startswith", label=_("受助人")
    )
    under = UnderFilter(field_name="union__path", label=_("所在工会代码"))
    state = django_filters.ChoiceFilter(
        label=_("状态"), choices=AidApplicationState.choices
    )
    submitted_on = django_filters.DateFromToRangeFilter(label=_("提交日期"))

    class Meta:
        model = AidApplication
        fields = ("scheme", "period", "state")


class RoundFilter(django_filters.FilterSet):
    """Rounds by scheme, period, union and state."""

    scheme = django_filters.CharFilter(
        field_name="version__scheme__code", label=_("方案")
    )
    period = django_filters.CharFilter(field_name="period__code", label=_("期次"))
    union = UnionFilter(field_name="organisation__path", label=_("组织工会"))
    state = django_filters.ChoiceFilter(label=_("状态"), choices=RoundState.choices)

    class Meta:
        model = Round
        fields = ("scheme", "period", "state")


class DeterminationFilter(django_filters.FilterSet):
    """Determinations of a round by outcome, clause, missing fact, union and name."""

    outcome = django_filters.ChoiceFilter(label=_("结论"), choices=Outcome.choices)
    clause = django_filters.CharFilter(label=_("未满足条款"))
    missing_fact = django_filters.CharFilter(label=_("缺少事实"))
    organisation = django_filters.CharFilter(
        field_name="organisation__code", label=_("发放工会")
    )
    name = django_filters.CharFilter(
        field_name="payee__name", lookup_expr="startswith", label=_("收款人")
    )
    # Refuses what is neither: ignored, it would answer with everything.
    is_current = django_filters.TypedChoiceFilter(
        field_name="superseded_by",
        lookup_expr="isnull",
        label=_("只要现行的"),
        choices=(("true", _("是")), ("false", _("否"))),
        coerce=lambda written: written == "true",
        empty_value=None,
    )

    class Meta:
        model = Determination
        fields = ("outcome", "clause", "missing_fact")


class BatchFilter(django_filters.FilterSet):
    """Batches by number, union, state, kind and round."""

    number = django_filters.CharFilter(label=_("批次号"))
    union = UnionFilter(field_name="organisation__path", label=_("发放工会"))
    state = django_filters.ChoiceFilter(label=_("状态"), choices=BatchState.choices)
    kind = django_filters.ChoiceFilter(label=_("类型"), choices=BatchKind.choices)
    round = django_filters.NumberFilter(field_name="round_id", label=_("轮次"))

    class Meta:
        model = Batch
        fields = ("number", "state", "kind", "round")


UNDER_WAY = "under_way"
UNDER_WAY_STATES = (
    PaymentState.PLANNED,
    PaymentState.INSTRUCTED,
    PaymentState.IN_DOUBT,
)


class PaymentFilter(django_filters.FilterSet):
    """Payments by state, payee, union, batch and reference."""

    state = django_filters.ChoiceFilter(
        label=_("状态"),
        choices=(*PaymentState.choices, (UNDER_WAY, _("正在发放"))),
        method="filter_state",
    )
    name = django_filters.CharFilter(
        field_name="claim__payee__name", lookup_expr="startswith", label=_("收款人")
    )
    union = UnionFilter(field_name="batch__organisation__path", label=_("发放工会"))
    batch = django_filters.CharFilter(field_name="batch__number", label=_("批次号"))
    reference = django_filters.CharFilter(label=_("发放编号"))

    class Meta:
        model = Payment
        fields = ("state", "reference")

    def filter_state(
        self, payments: QuerySet[Payment], _name: str, state: str
    ) -> QuerySet[Payment]:
        """One state, or all in which the money is still on its way."""
        if state == UNDER_WAY:
            return payments.filter(state__in=UNDER_WAY_STATES)
        return payments.filter(state=state)


class BankFileFilter(django_filters.FilterSet):
    """Bank files by name, direction, state and union."""

    name = django_filters.CharFilter(lookup_expr="startswith", label=_("文件名"))
    direction = django_filters.ChoiceFilter(
        label=_("方向"), choices=FileDirection.choices
    )
    state = django_filters.ChoiceFilter(label=_("状态"), choices=BankFileState.choices)
    union = UnionFilter(field_name="organisation__path", label=_("发放工会"))

    class Meta:
        model = BankFile
        fields = ("name", "direction", "state")


class FundFilter(django_filters.FilterSet):
    """Accounts of funds by union and source."""

    union = UnionFilter(field_name="organisation__path", label=_("工会"))
    source = django_filters.CharFilter(field_name="source__code", label=_("资金来源"))

    class Meta:
        model = Account
        fields = ("source",)


class PayingUnionFilter(django_filters.FilterSet):
    """Unions with their paying accounts, by place in the tree and by link."""

    union = UnionFilter(field_name="path", label=_("工会"))
    link = django_filters.ChoiceFilter(
        field_name="payingaccount__link",
        label=_("银行连接"),
        choices=LinkKind.choices,
    )

    class Meta:
        model = Organisation
        fields = ()


class SampleItemFilter(django_filters.FilterSet):
    """People drawn by state, stratum, union, name and finding."""

    state = django_filters.ChoiceFilter(
        label=_("状态"), choices=SampleItemState.choices
    )
    name = django_filters.CharFilter(
        field_name="payment__claim__payee__name",
        lookup_expr="startswith",
        label=_("收款人"),
    )
    union = UnionFilter(field_name="stratum__organisation__path", label=_("发放工会"))
    first_time = django_filters.BooleanFilter(
        field_name="stratum__is_first_time", label=_("首次领取")
    )
    finding = django_filters.ChoiceFilter(
        label=_("核查问题"), choices=FindingState.choices, method="with_finding"
    )

    class Meta:
        model = SampleItem
        fields = ("state",)

    def with_finding(
        self, items: QuerySet[SampleItem], _name: str, state: str
    ) -> QuerySet[SampleItem]:
        """Those with a finding in this state, each once."""
        findings = VerificationFinding.objects.filter(item=OuterRef("pk"), state=state)
        return items.filter(Exists(findings))


class StatementFilter(django_filters.FilterSet):
    """Statements by union and by what day they reach."""

    union = UnionFilter(
        field_name="paying_account__organisation__path", label=_("工会")
    )
    period_to = django_filters.DateFromToRangeFilter(label=_("结束日期"))

    class Meta:
        model = BankStatement
        fields = ("period_to",)


class StatementLineFilter(django_filters.FilterSet):
    """Lines of a statement by day, direction, amount, words, and whether they are matched."""

    on = django_filters.DateFromToRangeFilter(label=_("日期"))
    side = django_filters.ChoiceFilter(label=_("收付"), choices=Side.choices)
    kind = django_filters.ChoiceFilter(label=_("性质"), choices=LineKind.choices)
    amount = django_filters.NumberFilter(label=_("金额"))
    reference = django_filters.CharFilter(label=_("凭证号"))
    is_matched = django_filters.BooleanFilter(
        field_name="cleared_on", lookup_expr="isnull", exclude=True, label=_("已核对")
    )

    class Meta:
        model = StatementLine
        fields = ("side", "kind", "amount", "reference")


class ReconciliationFilter(django_filters.FilterSet):
    """Months of accounts by union, month and state."""

    union = UnionFilter(
        field_name="paying_account__organisation__path", label=_("工会")
    )
    month = django_filters.DateFilter(label=_("月份（当月第一天）"))
    state = django_filters.ChoiceFilter(
        label=_("状态"), choices=ReconciliationState.choices
    )

    class Meta:
        model = Reconciliation
        fields = ("month", "state")


class VoucherFilter(django_filters.FilterSet):
    """Accounting vouchers by union, state, number, batch and the day they were drawn."""

    union = UnionFilter(field_name="organisation__path", label=_("发放工会"))
    state = django_filters.ChoiceFilter(
        label=_("状态"), choices=AccountingVoucherState.choices
    )
    number = django_filters.CharFilter(label=_("凭证字号"))
    batch = django_filters.CharFilter(field_name="batch__number", label=_("批次号"))
    drawn_on = django_filters.DateFromToRangeFilter(label=_("制单日期"))

    class Meta:
        model = AccountingVoucher
        fields = ("state", "number", "drawn_on")


class WhatIfChangeFilter(django_filters.FilterSet):
    """Who would be met by a change: by kind, union, and whether the cap leaves him out."""

    change = django_filters.ChoiceFilter(label=_("变动"), choices=ChangeKind.choices)
    union = UnionFilter(field_name="organisation__path", label=_("发放工会"))
    is_cut = django_filters.BooleanFilter(label=_("超出预算"))

    class Meta:
        model = WhatIfChange
        fields = ("change",)
