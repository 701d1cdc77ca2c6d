"""Proofs of the books (账目核对): what each run of the proof found, kept as rows."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from unionportal.core.guards import append_only


class ProofRun(models.Model):
    """One proof of all the books and of the audit chain, nightly or asked for."""

    append_only = True

    on = models.DateField(_("业务日期"))
    made_at = models.DateTimeField(_("核对时间"), db_default=Now(), editable=False)
    made_by = models.CharField(_("核对人"), max_length=60)
    key = models.CharField(_("核对键"), max_length=60, unique=True)
    problem_count = models.PositiveIntegerField(_("不符处数"))
    problems = models.JSONField(_("不符"), default=list)
    totals = models.JSONField(_("合计"), default=dict)
    chain_fault = models.CharField(_("审计链问题"), max_length=200, blank=True)
    audit_head = models.CharField(_("审计链头"), max_length=64)
    seconds = models.DecimalField(_("用时（秒）"), max_digits=10, decimal_places=3)

    class Meta:
        verbose_name = _("账目核对")
        verbose_name_plural = _("账目核对")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(problem_count=0) | ~Q(problems=[]) | ~Q(chain_fault=""),
                name="proof_names_what_it_found",
            ),
        )
        triggers = (append_only(),)

    def __str__(self) -> str:
        return self.key

    @property
    def is_green(self) -> bool:
        """Whether everything agreed."""
        return self.problem_count == 0
