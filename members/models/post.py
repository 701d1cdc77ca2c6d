"""Posts (岗位): role × organisation × time."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.enums import DataScope, Role
from unionportal.core.history import keep_versions


@keep_versions()
class Post(models.Model):
    """A user holds a role at a union from one day to another, both included.

    A deputy's post names the post it stands in for; both persons count when a step
    asks for somebody else.
    """

    user = models.ForeignKey(
        "members.User", models.PROTECT, related_name="posts", verbose_name=_("用户")
    )
    organisation = models.ForeignKey(
        "members.Organisation",
        models.PROTECT,
        related_name="posts",
        verbose_name=_("工会"),
    )
    role = models.CharField(_("角色"), max_length=14, choices=Role.choices)
    scope = models.CharField(
        _("数据范围"),
        max_length=6,
        choices=DataScope.choices,
        default=DataScope.BELOW,
    )
    chosen = models.ManyToManyField(
        "members.Organisation",
        blank=True,
        related_name="+",
        verbose_name=_("指定的工会"),
    )
    starts_on = models.DateField(_("任职日期"))
    ends_on = models.DateField(_("离任日期"), null=True, blank=True)
    deputy_of = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="deputies",
        verbose_name=_("代理岗位"),
    )

    class Meta:
        verbose_name = _("岗位")
        verbose_name_plural = _("岗位")
        ordering = ("organisation", "role", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("user", "organisation", "role"),
                condition=Q(ends_on=None, deputy_of=None),
                name="post_held_once",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="post_dates",
            ),
            models.CheckConstraint(
                condition=Q(deputy_of=None) | Q(ends_on__isnull=False),
                name="post_deputy_for_a_time",
            ),
        )

    def __str__(self) -> str:
        return f"{self.organisation} {self.get_role_display()} {self.user}"
