"""Filters of assistance's lists: page, admin and API filter alike."""

import django_filters
from django.utils.translation import gettext_lazy as _

from assistance.enums import (
    BatchKind,
    BatchState,
    DossierState,
    FileLevel,
    HardshipClass,
    Outcome,
    PaymentState,
    RoundState,
)
from assistance.models import Batch, Determination, HouseholdDossier, Payment, Round


class DossierFilter(django_filters.FilterSet):
    """Dossiers by number, state, class, level and date of approval."""

    number = django_filters.CharFilter(label=_("档案编号"))
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

    class Meta:
        model = HouseholdDossier
        fields = ("number", "state", "hardship_class", "file_level")


class RoundFilter(django_filters.FilterSet):
    """Rounds by scheme, period and state."""

    scheme = django_filters.CharFilter(
        field_name="version__scheme__code", label=_("方案代码")
    )
    period = django_filters.CharFilter(field_name="period__code", label=_("期次代码"))
    state = django_filters.ChoiceFilter(label=_("状态"), choices=RoundState.choices)

    class Meta:
        model = Round
        fields = ("scheme", "period", "state")


class DeterminationFilter(django_filters.FilterSet):
    """Determinations of a round by outcome, clause, missing fact and union."""

    outcome = django_filters.ChoiceFilter(label=_("结论"), choices=Outcome.choices)
    clause = django_filters.CharFilter(label=_("未满足条款"))
    missing_fact = django_filters.CharFilter(label=_("缺少事实"))
    organisation = django_filters.CharFilter(
        field_name="organisation__code", label=_("发放工会代码")
    )
    is_current = django_filters.BooleanFilter(
        field_name="superseded_by", lookup_expr="isnull", label=_("只要现行的")
    )

    class Meta:
        model = Determination
        fields = ("outcome", "clause", "missing_fact")


class BatchFilter(django_filters.FilterSet):
    """Batches by number, state, kind and round."""

    number = django_filters.CharFilter(label=_("批次号"))
    state = django_filters.ChoiceFilter(label=_("状态"), choices=BatchState.choices)
    kind = django_filters.ChoiceFilter(label=_("类型"), choices=BatchKind.choices)
    round = django_filters.NumberFilter(field_name="round_id", label=_("轮次"))

    class Meta:
        model = Batch
        fields = ("number", "state", "kind", "round")


class PaymentFilter(django_filters.FilterSet):
    """Payments of a round by state, batch and reference."""

    state = django_filters.ChoiceFilter(label=_("状态"), choices=PaymentState.choices)
    batch = django_filters.CharFilter(field_name="batch__number", label=_("批次号"))
    reference = django_filters.CharFilter(label=_("发放编号"))

    class Meta:
        model = Payment
        fields = ("state", "reference")
