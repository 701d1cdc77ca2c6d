"""Organisations (工会组织): the tree by which everything is scoped."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from treebeard.mp_tree import MP_Node

from members.enums import OrganisationLevel
from unionportal.core.history import keep_versions


@keep_versions(exclude=("numchild",))
class Organisation(MP_Node):
    """A union. `path` is the materialised path: a prefix of it is a reach.

    The general union of a division bears the division's code, every other union its own.
    The tree follows leadership, which may differ from the division's parentage.
    """

    steplen = 4
    # treebeard carries no types; at run time this is its own manager.
    objects: ClassVar[models.Manager["Organisation"]]

    code = models.CharField(_("代码"), max_length=18, unique=True)
    name = models.CharField(_("名称"), max_length=90)
    short_name = models.CharField(_("简称"), max_length=60)
    level = models.CharField(
        _("层级"), max_length=10, choices=OrganisationLevel.choices
    )
    division = models.ForeignKey(
        "members.Division",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("所在区划"),
    )

    class Meta:
        verbose_name = _("工会组织")
        verbose_name_plural = _("工会组织")
        ordering = ("path",)
        constraints = (
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(short_name="") & ~Q(code=""),
                name="organisation_named",
            ),
            models.CheckConstraint(
                condition=Q(level=OrganisationLevel.BASIC) | Q(division__isnull=False),
                name="organisation_placed_unless_basic",
            ),
        )

    def __str__(self) -> str:
        return self.name
