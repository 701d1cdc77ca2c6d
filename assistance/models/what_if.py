"""What-ifs (试算): a scheme's version against another on the register; nobody is paid."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assistance.enums import ChangeKind, Outcome
from unionportal.core.guards import frozen_when, kept_when

ASKED = (
    *("before", "after", "before_digest", "after_digest", "after_source"),
    *("organisation", "as_of", "funds", "cap", "priorities", "requested_on"),
    *("requested_by", "is_finished", "population", "digest"),
)


class WhatIf(models.Model):
    """One trial: what was asked, under which texts, and the digest of its result.

    Never a round: no determination, claim or payment refers to it. `after_source` is
    kept, because a draft may be written anew. `funds` holds the free yuan of each
    source on that day; `priorities` the expressions in order, each with its direction.
    """

    before = models.ForeignKey(
        "assistance.SchemeVersion",
        models.PROTECT,
        related_name="+",
        verbose_name=_("旧版"),
    )
    after = models.ForeignKey(
        "assistance.SchemeVersion",
        models.PROTECT,
        related_name="what_ifs",
        verbose_name=_("新版"),
    )
    before_digest = models.CharField(_("旧版摘要"), max_length=64)
    after_digest = models.CharField(_("新版摘要"), max_length=64)
    after_source = models.TextField(_("新版文本"))
    organisation = models.ForeignKey(
        "members.Organisation", models.PROTECT, verbose_name=_("范围")
    )
    as_of = models.DateField(_("基准日"))
    funds = models.JSONField(_("资金来源"), default=list)
    cap = models.DecimalField(
        _("预算上限"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    priorities = models.JSONField(_("优先次序"), default=list)
    requested_on = models.DateField(_("试算日期"))
    requested_by = models.CharField(_("试算人"), max_length=60)
    is_finished = models.BooleanField(_("已完成"), default=False)
    population = models.PositiveIntegerField(_("应纳入"), default=0)
    digest = models.CharField(_("结果摘要"), max_length=64, blank=True, default="")
    forgotten_on = models.DateField(_("名单清除日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("方案试算")
        verbose_name_plural = _("方案试算")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=~Q(before=models.F("after")), name="what_if_two_versions"
            ),
            models.CheckConstraint(
                condition=Q(cap=None) | Q(cap__gte=0), name="what_if_cap"
            ),
        )
        triggers = (
            frozen_when(
                pgtrigger.Q(old__is_finished=True),
                name="what_if_frozen",
                message="试算结果不能修改；条件变了请另做一次试算。",
                fields=ASKED,
            ),
            kept_when(
                pgtrigger.Q(old__is_finished=True),
                name="what_if_kept",
                message="试算结果不能删除。",
            ),
        )

    def __str__(self) -> str:
        return f"试算 {self.pk}"


class _Answers(models.Model):
    """What the old version says and what the new one says."""

    organisation = models.ForeignKey(
        "members.Organisation",
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        verbose_name=_("发放工会"),
    )
    change = models.CharField(_("变动"), max_length=10, choices=ChangeKind.choices)
    is_cut = models.BooleanField(_("超出预算"), default=False)
    before_outcome = models.CharField(
        _("旧版结论"), max_length=10, choices=Outcome.choices
    )
    before_clause = models.CharField(max_length=40, default="")
    before_missing_fact = models.CharField(max_length=40, default="")
    before_amount = models.DecimalField(
        _("旧版金额"), max_digits=16, decimal_places=2, default=0
    )
    after_outcome = models.CharField(
        _("新版结论"), max_length=10, choices=Outcome.choices
    )
    after_clause = models.CharField(max_length=40, default="")
    after_missing_fact = models.CharField(max_length=40, default="")
    after_amount = models.DecimalField(
        _("新版金额"), max_digits=16, decimal_places=2, default=0
    )

    class Meta:
        abstract = True


class WhatIfCount(_Answers):
    """How many of a union got the same pair of answers; amounts are their sums."""

    what_if = models.ForeignKey(
        WhatIf, models.PROTECT, related_name="counts", verbose_name=_("试算")
    )
    count = models.PositiveIntegerField(_("户数"))

    class Meta:
        verbose_name = _("试算合计")
        verbose_name_plural = _("试算合计")
        ordering = ("id",)
        triggers = (
            frozen_when(
                pgtrigger.Q(old__count__gt=0),
                name="what_if_count_frozen",
                message="试算结果不能修改；条件变了请另做一次试算。",
            ),
            kept_when(
                pgtrigger.Q(old__count__gt=0),
                name="what_if_count_kept",
                message="试算结果不能删除。",
            ),
        )

    def __str__(self) -> str:
        return f"{self.what_if_id}: {self.change} {self.count}"


class WhatIfChange(_Answers):
    """A subject whose answer or amount would change, or whom the cap leaves out.

    Its rows go when they are a year old; the counts stay. `facts` are the values seen.
    """

    what_if = models.ForeignKey(
        WhatIf, models.PROTECT, related_name="changes", verbose_name=_("试算")
    )
    subject_id = models.BigIntegerField(_("对象"))
    payee = models.ForeignKey(
        "members.Person",
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        verbose_name=_("收款人"),
    )
    place = models.PositiveIntegerField(_("次序"), null=True)
    order_values = models.JSONField(_("排序值"), default=list)
    facts = models.JSONField(_("所见事实"), default=dict)

    class Meta:
        verbose_name = _("试算变动")
        verbose_name_plural = _("试算变动")
        ordering = ("id",)
        triggers = (
            frozen_when(
                pgtrigger.Q(old__subject_id__gte=0),
                name="what_if_change_frozen",
                message="试算结果不能修改；条件变了请另做一次试算。",
            ),
        )

    def __str__(self) -> str:
        return f"{self.what_if_id}-{self.subject_id}"
