"""Verification by sample (抽样核查): who was drawn, what they said, what follows."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from assistance.enums import (
    CallChannel,
    CallOutcome,
    FindingState,
    Resolution,
    SampleItemState,
)
from assistance.workflow import FINDING, SAMPLE_ITEM
from unionportal.core.guards import (
    append_only,
    changed,
    frozen_when,
    kept_when,
    state_guard,
)


class VerificationSample(models.Model):
    """The one draw of a round. Its seed is the audit head of that moment.

    Nobody knows the head beforehand, and anybody can draw again from it.
    """

    append_only = True

    round = models.OneToOneField(
        "assistance.Round",
        models.PROTECT,
        related_name="sample",
        verbose_name=_("轮次"),
    )
    seed = models.CharField(_("种子"), max_length=64)
    confidence = models.PositiveSmallIntegerField(_("置信水平（%）"))
    margin = models.DecimalField(_("允许误差"), max_digits=5, decimal_places=4)
    expected_error = models.DecimalField(
        _("预计差错率"), max_digits=5, decimal_places=4
    )
    population = models.PositiveIntegerField(_("到账笔数"))
    amount = models.DecimalField(_("到账金额"), max_digits=16, decimal_places=2)
    size = models.PositiveIntegerField(_("样本量"))
    drawn_on = models.DateField(_("抽取日期"))
    drawn_by = models.CharField(_("抽取人"), max_length=60)

    class Meta:
        verbose_name = _("核查样本")
        verbose_name_plural = _("核查样本")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(size__gte=1, size__lte=F("population")),
                name="sample_within_population",
            ),
        )
        triggers = (append_only(),)

    def __str__(self) -> str:
        return f"{self.round_id} {self.size}"


class SampleStratum(models.Model):
    """Payees of one county, first-time ones apart; `frame` are their payments then."""

    append_only = True

    sample = models.ForeignKey(
        VerificationSample,
        models.PROTECT,
        related_name="strata",
        verbose_name=_("核查样本"),
    )
    organisation = models.ForeignKey(
        "members.Organisation", models.PROTECT, verbose_name=_("发放工会")
    )
    is_first_time = models.BooleanField(_("首次领取"))
    population = models.PositiveIntegerField(_("到账笔数"))
    amount = models.DecimalField(_("到账金额"), max_digits=16, decimal_places=2)
    size = models.PositiveIntegerField(_("应抽"))
    frame = ArrayField(models.BigIntegerField(), verbose_name=_("抽样框"))

    class Meta:
        verbose_name = _("抽样层")
        verbose_name_plural = _("抽样层")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("sample", "organisation", "is_first_time"), name="stratum_once"
            ),
            models.CheckConstraint(
                condition=Q(
                    size__gte=1,
                    size__lte=F("population"),
                    frame__len=F("population"),
                ),
                name="stratum_gives_one_at_least",
            ),
        )
        triggers = (append_only(),)

    def __str__(self) -> str:
        kind = _("首次领取") if self.is_first_time else _("以前领过")
        return f"{self.organisation} {kind}"


class SampleItem(models.Model):
    """One payment drawn; `place` is its place in the drawn order of its stratum."""

    stratum = models.ForeignKey(
        SampleStratum,
        models.PROTECT,
        related_name="items",
        verbose_name=_("抽样层"),
    )
    place = models.PositiveIntegerField(_("抽取顺序"))
    year = models.PositiveSmallIntegerField(_("年度"))
    payment = models.ForeignKey(
        "assistance.Payment",
        models.DO_NOTHING,
        db_constraint=False,
        verbose_name=_("发放"),
    )
    batch = models.ForeignKey(
        "assistance.Batch", models.PROTECT, verbose_name=_("批次")
    )
    replaces = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="replacement",
        verbose_name=_("递补"),
    )
    state = models.CharField(
        _("状态"),
        max_length=10,
        choices=SampleItemState.choices,
        default=SampleItemState.WAITING,
    )
    verifier = models.ForeignKey(
        "members.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("核查人"),
    )
    taken_on = models.DateField(_("领取日期"), null=True, blank=True)
    added_on = models.DateField(_("列入日期"))
    ended_on = models.DateField(_("办完日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("核查对象")
        verbose_name_plural = _("核查对象")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("stratum", "place"), name="sample_item_once_per_place"
            ),
            models.UniqueConstraint(
                fields=("stratum", "payment"), name="sample_item_once_per_payment"
            ),
            models.CheckConstraint(
                condition=Q(verifier=None, taken_on=None)
                | Q(verifier__isnull=False, taken_on__isnull=False),
                name="sample_item_taken_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None, state=SampleItemState.WAITING)
                | (Q(ended_on__isnull=False) & ~Q(state=SampleItemState.WAITING)),
                name="sample_item_ended_with_date",
            ),
        )
        triggers = (
            state_guard(SAMPLE_ITEM),
            frozen_when(
                changed(("stratum", "place", "year", "payment", "batch", "replaces")),
                name="frozen",
                message="核查对象抽出后不能更换；联系不上的按抽取顺序递补。",
            ),
            kept_when(
                pgtrigger.Q(old__place__gte=0),
                name="keep",
                message="核查对象抽出后不能删除。",
            ),
        )

    def __str__(self) -> str:
        return f"{self.stratum_id}-{self.place}"


class VerificationCall(models.Model):
    """One call or visit: who, when, how, what was said. A correction is a new record.

    The database refuses a verifier who stands behind a signature of the batch.
    """

    append_only = True

    item = models.ForeignKey(
        SampleItem, models.PROTECT, related_name="calls", verbose_name=_("核查对象")
    )
    number = models.PositiveSmallIntegerField(_("第几次"))
    verifier = models.ForeignKey(
        "members.User", models.PROTECT, related_name="+", verbose_name=_("核查人")
    )
    on = models.DateField(_("日期"))
    channel = models.CharField(_("方式"), max_length=8, choices=CallChannel.choices)
    outcome = models.CharField(_("结果"), max_length=14, choices=CallOutcome.choices)
    received_amount = models.DecimalField(
        _("实收金额"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    note = models.CharField(_("说明"), max_length=200, blank=True)
    corrects = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, verbose_name=_("更正")
    )

    class Meta:
        verbose_name = _("核查记录")
        verbose_name_plural = _("核查记录")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("item", "number"), name="verification_call_once"
            ),
            models.CheckConstraint(
                condition=(
                    Q(outcome=CallOutcome.AMOUNT_WRONG, received_amount__gt=0)
                    | (~Q(outcome=CallOutcome.AMOUNT_WRONG) & Q(received_amount=None))
                ),
                name="verification_call_says_amount",
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=(CallOutcome.CONFIRMED, CallOutcome.NO_ANSWER))
                | ~Q(note=""),
                name="verification_call_says_why",
            ),
        )
        triggers = (append_only(),)

    def __str__(self) -> str:
        return f"{self.item_id} {self.get_outcome_display()}"


class VerificationFinding(models.Model):
    """Something a payee said is wrong; it keeps the round open until it is ended."""

    call = models.OneToOneField(
        VerificationCall,
        models.PROTECT,
        related_name="finding",
        verbose_name=_("核查记录"),
    )
    item = models.ForeignKey(
        SampleItem, models.PROTECT, related_name="findings", verbose_name=_("核查对象")
    )
    state = models.CharField(
        _("状态"),
        max_length=8,
        choices=FindingState.choices,
        default=FindingState.OPENED,
    )
    opened_on = models.DateField(_("发现日期"))
    resolution = models.CharField(
        _("了结方式"), max_length=10, choices=Resolution.choices, blank=True
    )
    note = models.CharField(_("查处情况"), max_length=200, blank=True)
    ended_on = models.DateField(_("了结日期"), null=True, blank=True)
    ended_by = models.ForeignKey(
        "members.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("查处人"),
    )

    class Meta:
        verbose_name = _("核查问题")
        verbose_name_plural = _("核查问题")
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(
                    state=FindingState.OPENED,
                    resolution="",
                    note="",
                    ended_on=None,
                    ended_by=None,
                )
                | (
                    Q(state=FindingState.ENDED, ended_on__isnull=False)
                    & ~Q(resolution="")
                    & ~Q(note="")
                ),
                name="finding_ended_with_reason",
            ),
        )
        triggers = (
            state_guard(FINDING),
            frozen_when(
                changed(("call", "item", "opened_on")),
                name="frozen",
                message="核查问题的来源不能修改。",
            ),
            frozen_when(
                pgtrigger.Q(old__state=FindingState.ENDED),
                name="ended",
                message="核查问题已经了结，不能再改；有新情况请登记新的核查记录。",
            ),
            kept_when(
                pgtrigger.Q(old__id__gte=0),
                name="keep",
                message="核查问题不能删除；查清后请了结。",
            ),
        )

    def __str__(self) -> str:
        return f"{self.item_id} {self.get_state_display()}"


class VerificationWaiver(models.Model):
    """The union above lets a round close without a sample, by name and reason."""

    append_only = True

    round = models.OneToOneField(
        "assistance.Round",
        models.PROTECT,
        related_name="waiver",
        verbose_name=_("轮次"),
    )
    organisation = models.ForeignKey(
        "members.Organisation", models.PROTECT, verbose_name=_("批准工会")
    )
    user = models.ForeignKey(
        "members.User", models.PROTECT, related_name="+", verbose_name=_("批准人")
    )
    reason = models.CharField(_("理由"), max_length=200)
    on = models.DateField(_("日期"))

    class Meta:
        verbose_name = _("免予核查")
        verbose_name_plural = _("免予核查")
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(condition=~Q(reason=""), name="waiver_says_why"),
        )
        triggers = (append_only(),)

    def __str__(self) -> str:
        return f"{self.round_id} {self.reason}"
