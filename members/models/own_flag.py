"""Flags of the staff's own (自定普查问题): written at a union, valid there and below."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.enums import OwnFlagState
from members.workflow import OWN_FLAG
from unionportal.core.guards import changed, frozen_when, kept_when, state_guard

WRITTEN = (
    *("organisation", "code", "title", "condition", "document", "days"),
    *("hit_facts", "miss_facts", "written_by", "written_on"),
)
_TRIED = ("tried_on", "tried_unions", "tried_hits", "tried_first")
STANDING = (OwnFlagState.WAITING, OwnFlagState.IN_FORCE)


class OwnFlag(models.Model):
    """A condition in the rule language with a document and two worked examples.

    What is written never changes: a change is a new flag. It is tried on the unions of
    its reach (`tried_hits` of `tried_unions`, `tried_first` the keys of a first page)
    and comes into force by a second person. `days` is the time a union has to answer.
    """

    organisation = models.ForeignKey(
        "members.Organisation",
        models.PROTECT,
        related_name="own_flags",
        verbose_name=_("适用工会"),
    )
    code = models.CharField(_("问题代码"), max_length=30)
    title = models.CharField(_("问题"), max_length=60)
    condition = models.TextField(_("条件"), max_length=1000)
    document = models.CharField(_("依据文件"), max_length=200)
    days = models.PositiveSmallIntegerField(_("整改天数"))
    hit_facts = models.JSONField(_("命中的例子"))
    miss_facts = models.JSONField(_("不命中的例子"))
    state = models.CharField(
        _("状态"),
        max_length=10,
        choices=OwnFlagState.choices,
        default=OwnFlagState.WAITING,
    )
    written_on = models.DateField(_("编写日期"))
    written_by = models.ForeignKey(
        "members.User", models.PROTECT, related_name="+", verbose_name=_("编写人")
    )
    tried_on = models.DateField(_("试查日期"), null=True, blank=True)
    tried_unions = models.PositiveIntegerField(_("试查工会数"), default=0)
    tried_hits = models.PositiveIntegerField(_("试查命中数"), default=0)
    tried_first = models.JSONField(_("试查命中的首页"), default=list)
    decided_on = models.DateField(_("审核日期"), null=True, blank=True)
    decided_by = models.ForeignKey(
        "members.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("审核人"),
    )
    ended_on = models.DateField(_("停用日期"), null=True, blank=True)
    end_reason = models.CharField(_("不通过、停用的原因"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("自定普查问题")
        verbose_name_plural = _("自定普查问题")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "code"),
                condition=Q(state__in=STANDING),
                name="own_flag_one_standing",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("written_by")),
                name="own_flag_by_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(state=OwnFlagState.IN_FORCE)
                | Q(
                    decided_by__isnull=False,
                    decided_on__isnull=False,
                    tried_on__isnull=False,
                ),
                name="own_flag_tried_and_approved",
            ),
            models.CheckConstraint(
                condition=Q(state__in=STANDING, ended_on=None)
                | Q(
                    ~Q(state__in=STANDING),
                    ~Q(end_reason=""),
                    ended_on__isnull=False,
                ),
                name="own_flag_ended_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(days__gte=1, days__lte=730), name="own_flag_days"
            ),
        )
        triggers = (
            state_guard(OWN_FLAG),
            frozen_when(
                changed(WRITTEN),
                name="frozen",
                message="自定普查问题写定后不能修改；要改请停用后另写一条。",
            ),
            frozen_when(
                ~pgtrigger.Q(old__state=OwnFlagState.WAITING.value) & changed(_TRIED),
                name="tried",
                message="已审核的普查问题，试查结果不能再改。",
            ),
            kept_when(
                pgtrigger.Q(old__code__gte=""),
                name="keep",
                message="自定普查问题不能删除；不用的请停用。",
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def rule(self) -> str:
        """The code its flags on unions bear; two unions may use the same `code`."""
        return f"own-{self.pk}"
