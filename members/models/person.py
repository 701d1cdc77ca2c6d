"""People (人员): everybody a union serves, once."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.enums import (
    Education,
    HukouKind,
    IdKind,
    JobKind,
    PoliticalStatus,
    Sex,
    SkillGrade,
    TargetGroup,
)
from unionportal.core.fields import SealedTextField
from unionportal.core.history import keep_versions


@keep_versions(
    exclude=("id_number", "phone", "id_number_index", "phone_index"),
)
class Person(models.Model):
    """A person known by ID number. Originals are sealed; what rules need stands beside.

    The real-name columns (实名制, 总工办发〔2017〕14号) stay empty where a register lacks
    them. `id_number_index` and `phone_index` are keyed hashes: they find, they do not tell.
    """

    name = models.CharField(_("姓名"), max_length=60)
    name_pinyin = models.CharField(_("姓名拼音"), max_length=120, blank=True)
    name_initials = models.CharField(_("拼音首字母"), max_length=30, blank=True)
    id_number = SealedTextField(_("身份证号"))
    id_number_index = models.CharField(_("身份证号索引"), max_length=32, editable=False)
    id_kind = models.CharField(
        _("证件种类"),
        max_length=10,
        choices=IdKind.choices,
        default=IdKind.RESIDENT,
        db_default=IdKind.RESIDENT,
    )
    birth_date = models.DateField(_("出生日期"))
    sex = models.CharField(_("性别"), max_length=6, choices=Sex.choices)
    phone = SealedTextField(_("手机号"), null=True, blank=True)
    phone_index = models.CharField(
        _("手机号索引"), max_length=32, blank=True, default="", editable=False
    )
    organisation = models.ForeignKey(
        "members.Organisation",
        models.PROTECT,
        related_name="people",
        verbose_name=_("所属工会"),
    )
    division = models.ForeignKey(
        "members.Division",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="people",
        verbose_name=_("户籍区划"),
    )
    nation = models.CharField(
        _("民族"), max_length=10, blank=True, default="", db_default=""
    )
    education = models.CharField(
        _("学历"),
        max_length=10,
        choices=Education.choices,
        blank=True,
        default="",
        db_default="",
    )
    political_status = models.CharField(
        _("政治面貌"),
        max_length=12,
        choices=PoliticalStatus.choices,
        blank=True,
        default="",
        db_default="",
    )
    unit_name = models.CharField(
        _("工作单位"), max_length=90, blank=True, default="", db_default=""
    )
    trade = models.CharField(
        _("工种"), max_length=40, blank=True, default="", db_default=""
    )
    skill_grade = models.CharField(
        _("技能等级"),
        max_length=10,
        choices=SkillGrade.choices,
        blank=True,
        default="",
        db_default="",
    )
    job_kind = models.CharField(
        _("用工形式"),
        max_length=10,
        choices=JobKind.choices,
        blank=True,
        default="",
        db_default="",
    )
    hukou_kind = models.CharField(
        _("户籍类型"),
        max_length=6,
        choices=HukouKind.choices,
        blank=True,
        default="",
        db_default="",
    )
    target_groups = ArrayField(
        models.CharField(max_length=10, choices=TargetGroup.choices),
        verbose_name=_("重点群体"),
        blank=True,
        default=list,
        db_default=[],
    )
    died_on = models.DateField(_("去世日期"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="duplicates",
        verbose_name=_("已合并到"),
        help_text=_("同一个人的另一份登记；记录仍留在原处"),
    )

    class Meta:
        verbose_name = _("人员")
        verbose_name_plural = _("人员")
        ordering = ("id",)
        indexes = (
            models.Index(
                fields=("phone_index",),
                condition=~Q(phone_index=""),
                name="person_by_phone",
            ),
            # What is typed is the beginning of one of these three, read in its order.
            models.Index(fields=("name_pinyin", "id"), name="person_by_spelling"),
            models.Index(fields=("name_initials", "id"), name="person_by_letters"),
            models.Index(fields=("name", "id"), name="person_by_name_and_id"),
            # A list of one grade or one group is read in the order of the ids; who has
            # neither is in none of these, so that most rows are written as before.
            models.Index(
                fields=("skill_grade", "id"),
                condition=~Q(skill_grade=""),
                name="person_by_skill",
            ),
            *(
                models.Index(
                    fields=("id",),
                    condition=Q(target_groups__contains=[group]),
                    name=f"person_of_{group}",
                )
                for group in TargetGroup.values
            ),
            models.Index(
                fields=("merged_into",),
                condition=Q(merged_into__isnull=False),
                name="person_merged",
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("id_number_index",), name="person_once_per_id_number"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="person_named"),
            models.CheckConstraint(
                condition=~Q(merged_into=F("id")), name="person_not_merged_into_self"
            ),
            models.CheckConstraint(
                condition=Q(phone__isnull=True, phone_index="")
                | (Q(phone__isnull=False) & ~Q(phone_index="")),
                name="person_phone_with_index",
            ),
            models.CheckConstraint(
                condition=Q(died_on=None) | Q(died_on__gte=F("birth_date")),
                name="person_died_after_birth",
            ),
        )

    def __str__(self) -> str:
        return self.name
