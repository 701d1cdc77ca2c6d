"""Household hardship dossiers (困难职工档案): one household, one file, one principal."""

from decimal import Decimal

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from assistance.enums import (
    Cause,
    DossierState,
    ExitReason,
    FileKind,
    FileLevel,
    HardshipClass,
    Health,
    Relation,
    Residence,
)
from assistance.workflow import DOSSIER
from unionportal.core.fields import SealedTextField
from unionportal.core.guards import kept_when, state_guard
from unionportal.core.history import keep_versions


def yearly_yuan(
    label: StrOrPromise,
) -> models.DecimalField[Decimal | None, Decimal | None]:
    """A sum over the twelve months before the application; NULL means not yet known."""
    return models.DecimalField(label, max_digits=14, decimal_places=2, null=True)


@keep_versions()
class HouseholdDossier(models.Model):
    """A household in hardship. Never deleted; it changes state.

    Income and cost columns are yuan over the 12 months before `applied_on`
    (national form, 总工办〔2016〕36号; schooling cost leaves out compulsory education).
    """

    number = models.CharField(_("档案编号"), max_length=24, unique=True)
    organisation = models.ForeignKey(
        "members.Organisation",
        models.PROTECT,
        related_name="paid_dossiers",
        verbose_name=_("县级工会"),
        help_text=_("审核并发放的工会"),
    )
    keeper = models.ForeignKey(
        "members.Organisation",
        models.PROTECT,
        related_name="kept_dossiers",
        verbose_name=_("建档工会"),
    )
    division = models.ForeignKey(
        "members.Division",
        models.PROTECT,
        verbose_name=_("县级区划"),
        help_text=_("低保标准按此区划取值"),
    )
    principal = models.ForeignKey(
        "members.Person", models.PROTECT, verbose_name=_("困难职工")
    )
    state = models.CharField(
        _("状态"),
        max_length=10,
        choices=DossierState.choices,
        default=DossierState.ON_FILE,
    )
    hardship_class = models.CharField(
        _("困难类别"), max_length=12, choices=HardshipClass.choices
    )
    class_reason = models.CharField(
        _("核定类别的理由"),
        max_length=200,
        blank=True,
        default="",
        db_default="",
        help_text=_("核定的类别与按规则建议的不一致时必须写明"),
    )
    file_level = models.CharField(
        _("档案级别"), max_length=12, choices=FileLevel.choices
    )
    file_kind = models.CharField(_("档案类型"), max_length=10, choices=FileKind.choices)
    residence = models.CharField(_("户口类型"), max_length=8, choices=Residence.choices)
    main_cause = models.CharField(
        _("主要致困原因"), max_length=12, choices=Cause.choices
    )
    other_causes = ArrayField(
        models.CharField(max_length=12, choices=Cause.choices),
        size=3,
        default=list,
        blank=True,
        verbose_name=_("次要致困原因"),
    )
    household_size = models.PositiveSmallIntegerField(_("家庭人口"))
    homes_count = models.PositiveSmallIntegerField(_("住房套数"), null=True)
    has_vehicle = models.BooleanField(_("有机动车（残疾代步除外）"), null=True)
    address = models.CharField(_("家庭住址"), max_length=120, blank=True)

    wage_income = yearly_yuan(_("工资性收入"))
    business_income = yearly_yuan(_("经营净收入"))
    property_income = yearly_yuan(_("财产净收入"))
    transfer_income = yearly_yuan(_("转移净收入"))
    other_income = yearly_yuan(_("其他收入"))
    illness_cost = yearly_yuan(_("医疗支出"))
    disability_cost = yearly_yuan(_("残疾康复支出"))
    schooling_cost = yearly_yuan(_("教育支出"))
    housing_cost = yearly_yuan(_("住房支出"))
    employment_cost = yearly_yuan(_("必要就业成本"))
    other_rigid_cost = yearly_yuan(_("其他刚性支出"))

    applied_on = models.DateField(_("申请日期"))
    approved_on = models.DateField(_("建档日期"))
    rechecked_on = models.DateField(_("最近复核日期"), null=True)
    closed_on = models.DateField(_("退出日期"), null=True)
    exit_reason = models.CharField(
        _("退出原因"), max_length=12, choices=ExitReason.choices, blank=True
    )

    class Meta:
        verbose_name = _("困难职工档案")
        verbose_name_plural = _("困难职工档案")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("principal",),
                condition=Q(state=DossierState.ON_FILE),
                name="dossier_one_open_per_principal",
            ),
            models.CheckConstraint(
                condition=Q(household_size__gte=1), name="dossier_household_size"
            ),
            models.CheckConstraint(
                condition=Q(approved_on__gte=models.F("applied_on")),
                name="dossier_approved_after_application",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state=DossierState.ON_FILE, closed_on=None, exit_reason="")
                    | (
                        Q(state=DossierState.CLOSED, closed_on__isnull=False)
                        & ~Q(exit_reason="")
                    )
                ),
                name="dossier_closed_with_date_and_reason",
            ),
        )
        triggers = (
            state_guard(DOSSIER),
            kept_when(
                pgtrigger.Condition("TRUE"),
                name="keep",
                message="困难职工档案不能删除，只能退出。",
            ),
        )

    def __str__(self) -> str:
        return self.number


class HouseholdMember(models.Model):
    """A further person of the household; the principal is not repeated here.

    Named in an application for a dossier, the row gets its dossier when that is filed;
    what was consented to in between stays the same person's. `yearly_income` is yuan
    over the twelve months before the application; `phone` serves to ask for consent.
    """

    dossier = models.ForeignKey(
        HouseholdDossier,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="members",
        verbose_name=_("档案"),
    )
    application = models.ForeignKey(
        "assistance.AidApplication",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="household",
        verbose_name=_("建档申请"),
    )
    name = models.CharField(_("姓名"), max_length=60)
    relation = models.CharField(_("关系"), max_length=10, choices=Relation.choices)
    id_number = SealedTextField(_("身份证号"), null=True)
    id_number_index = models.CharField(
        _("身份证号索引"), max_length=32, blank=True, default="", editable=False
    )
    birth_date = models.DateField(_("出生日期"), null=True)
    identity = models.CharField(_("身份"), max_length=20, blank=True)
    health = models.CharField(
        _("健康状况"),
        max_length=10,
        choices=Health.choices,
        blank=True,
        default="",
        db_default="",
    )
    place = models.CharField(
        _("就读学校或工作单位"), max_length=60, blank=True, default="", db_default=""
    )
    yearly_income = yearly_yuan(_("本人年收入"))
    phone = SealedTextField(_("手机号"), null=True)
    moved_out_on = models.DateField(_("迁出日期"), null=True)

    class Meta:
        verbose_name = _("家庭成员")
        verbose_name_plural = _("家庭成员")
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(dossier__isnull=False) | Q(application__isnull=False),
                name="household_member_of_something",
            ),
            models.UniqueConstraint(
                fields=("application", "id_number_index"),
                condition=~Q(id_number_index=""),
                name="household_member_once",
            ),
        )
        indexes = (
            models.Index(fields=("id_number_index",), name="family_by_id_number"),
        )

    def __str__(self) -> str:
        return self.name
