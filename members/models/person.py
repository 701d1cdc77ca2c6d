"""People (人员): everybody a union serves, once."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.enums import Sex
from unionportal.core.fields import SealedTextField
from unionportal.core.history import keep_versions


@keep_versions(
    exclude=("id_number", "phone", "id_number_index", "phone_index"),
)
class Person(models.Model):
    """A person known by ID number. Originals are sealed; what rules need stands beside.

    `id_number_index` and `phone_index` are keyed hashes: they find, they do not tell.
    """

    name = models.CharField(_("姓名"), max_length=60)
    name_pinyin = models.CharField(_("姓名拼音"), max_length=120, blank=True)
    name_initials = models.CharField(_("拼音首字母"), max_length=30, blank=True)
    id_number = SealedTextField(_("身份证号"))
    id_number_index = models.CharField(_("身份证号索引"), max_length=32, editable=False)
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
    died_on = models.DateField(_("去世日期"), null=True, blank=True)

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
            models.Index(
                fields=("organisation", "name_pinyin", "id"), name="person_by_pinyin"
            ),
            models.Index(
                fields=("organisation", "name_initials"), name="person_by_initials"
            ),
            models.Index(fields=("name",), name="person_by_name"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("id_number_index",), name="person_once_per_id_number"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="person_named"),
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
