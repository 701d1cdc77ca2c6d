"""Organisations (工会组织): the tree by which everything is scoped."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from treebeard.mp_tree import MP_Node

from members.enums import (
    OrganisationForm,
    OrganisationKind,
    OrganisationLevel,
    OrganisationState,
)
from members.workflow import ORGANISATION
from unionportal.core.guards import (
    FROZEN,
    FirmTrigger,
    kept_when,
    literal,
    raise_sql,
    state_guard,
)
from unionportal.core.history import keep_versions

# A branch is one live line: whoever lives hangs under somebody who lives.
_HANGS = f"""
    IF EXISTS (
        SELECT FROM new_rows AS n
        LEFT JOIN members_organisation AS above ON above.path = left(n.path, -4)
        WHERE length(n.path) > 4
          AND (above.id IS NULL OR (above.state = 'dissolved' AND n.state <> 'dissolved'))
    ) OR EXISTS (
        SELECT FROM new_rows AS n
        JOIN members_organisation AS below
          ON below.path > n.path AND below.path < n.path || '~'
        WHERE n.state = 'dissolved' AND below.state <> 'dissolved'
    ) THEN {raise_sql(FROZEN, literal("在册工会必须隶属于一个在册的上级工会，请先办理隶属关系变更。"))}
    END IF;
    RETURN NULL;
"""  # noqa: S608 - built from constants


def _hangs(name: str, operation: pgtrigger.Operation) -> pgtrigger.Trigger:
    return FirmTrigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(new="new_rows"),  # type: ignore[no-untyped-call]
        func=_HANGS,
    )


@keep_versions(exclude=("numchild",))
class Organisation(MP_Node):
    """A union. `path` is the materialised path: a prefix of it is a reach.

    The general union of a division bears the division's code, every other union its own.
    The tree follows leadership, which may differ from the division's parentage: it is
    the one organisational line (组织隶属). Dues follow it unless `dues_to` names another
    union (经费隶属); an industrial union may guide beside it (`guided_by`, 产业指导).
    `since` is the day from which the present row holds; before it, `FormerOrganisation`.
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
    form = models.CharField(
        _("组织形式"),
        max_length=13,
        choices=OrganisationForm.choices,
        db_default=OrganisationForm.COMMITTEE,
    )
    kind = models.CharField(
        _("建会类型"),
        max_length=8,
        choices=OrganisationKind.choices,
        blank=True,
        db_default="",
    )
    state = models.CharField(
        _("状态"),
        max_length=9,
        choices=OrganisationState.choices,
        db_default=OrganisationState.NORMAL,
    )
    since = models.DateField(_("现状起始日期"), null=True, blank=True)
    founded_on = models.DateField(_("成立日期"), null=True, blank=True)
    document = models.CharField(
        _("批准文号"), max_length=120, blank=True, db_default=""
    )
    dissolved_on = models.DateField(_("注销日期"), null=True, blank=True)
    successor = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("承继工会"),
    )
    dues_to = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("经费隶属"),
    )
    guided_by = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("产业指导"),
    )
    applied_by = models.ForeignKey(
        "members.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("申请经办人"),
    )
    approved_by = models.ForeignKey(
        "members.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("批准人"),
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
        indexes = (
            # What hangs directly below a union is a range of it.
            models.Index(fields=("depth", "path"), name="organisation_by_depth"),
        )
        constraints = (
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(short_name="") & ~Q(code=""),
                name="organisation_named",
            ),
            models.CheckConstraint(
                condition=Q(level=OrganisationLevel.BASIC) | Q(division__isnull=False),
                name="organisation_placed_unless_basic",
            ),
            models.CheckConstraint(
                condition=Q(
                    state=OrganisationState.DISSOLVED, dissolved_on__isnull=False
                )
                | (
                    ~Q(state=OrganisationState.DISSOLVED)
                    & Q(dissolved_on=None, successor=None)
                ),
                name="organisation_dissolved_on_a_day",
            ),
            models.CheckConstraint(
                condition=(Q(dues_to=None) | ~Q(dues_to=F("id")))
                & (Q(guided_by=None) | ~Q(guided_by=F("id")))
                & (Q(successor=None) | ~Q(successor=F("id"))),
                name="organisation_lines_lead_elsewhere",
            ),
            models.CheckConstraint(
                condition=Q(applied_by=None)
                | Q(approved_by=None)
                | ~Q(approved_by=F("applied_by")),
                name="organisation_second_person_approves",
            ),
        )
        triggers = (
            state_guard(
                ORGANISATION,
                starts=(OrganisationState.FORMING, OrganisationState.NORMAL),
            ),
            _hangs("hangs_insert", pgtrigger.Insert),
            _hangs("hangs_update", pgtrigger.Update),
            kept_when(
                pgtrigger.Q(old__depth__gte=0),
                name="keep",
                message="工会不能删除；不再存在的请注销。",
            ),
        )

    def __str__(self) -> str:
        return self.name
