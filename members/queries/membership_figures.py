"""Figures of membership: how many members on a day, how many joined in a period."""

from decimal import Decimal

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from members.enums import TargetGroup
from members.models import Standing
from members.queries.membership import ADMITTED
from unionportal.core.figures import Figure, span_of

JOINING = ("join", "rejoin")


def _members(path: str, period: str) -> QuerySet[Standing]:
    """The standing of each membership at the end of the period, where it counts.

    The membership itself says which is its last; only one that changed after the period
    is looked up in its history.
    """
    _first, last = span_of(period)
    latest = (
        Standing.objects.filter(membership=OuterRef("membership"), since__lte=last)
        .order_by("-number")
        .values("number")[:1]
    )
    still = Q(membership__since__lte=last, number=F("membership__standing_number"))
    since_then = Q(membership__since__gt=last, number=Subquery(latest))
    return Standing.objects.filter(
        still | since_then,
        since__lte=last,
        state__in=ADMITTED,
        membership__person__merged_into=None,  # nobody is counted twice
        organisation__path__gte=path,
        organisation__path__lt=f"{path}~",
    )


def members_at_end(path: str, period: str) -> Decimal:
    return Decimal(_members(path, period).count())


def members_joined(path: str, period: str) -> Decimal:
    found = Standing.objects.filter(
        act__in=JOINING,
        since__range=span_of(period),
        organisation__path__gte=path,
        organisation__path__lt=f"{path}~",
    )
    return Decimal(found.count())


def migrants_at_end(path: str, period: str) -> Decimal:
    groups = {"membership__person__target_groups__contains": [TargetGroup.MIGRANT]}
    return Decimal(_members(path, period).filter(**groups).count())


def members_moved_in(path: str, period: str) -> Decimal:
    found = Standing.objects.filter(
        act="transfer",
        since__range=span_of(period),
        organisation__path__gte=path,
        organisation__path__lt=f"{path}~",
    )
    return Decimal(found.count())


MEMBERSHIP_FIGURES = (
    Figure(
        code="members.at_end",
        name="工会会员",
        definition="期末会籍状态为在籍、保留会籍或退休的会员，按当时所在工会统计。",
        measure="在册",
        unit="人",
        compute=members_at_end,
    ),
    Figure(
        code="members.joined",
        name="新发展会员",
        definition="期内入会或重新入会的人次，按批准的工会统计。",
        measure="新增",
        unit="人次",
        compute=members_joined,
    ),
    Figure(
        code="members.migrants_at_end",
        name="农民工会员",
        definition="期末会员中现登记为农民工的人数；群体以现在的登记为准。",
        measure="在册",
        unit="人",
        compute=migrants_at_end,
    ),
    Figure(
        code="members.moved_in",
        name="转入会员",
        definition="期内会籍转入的人次，按转入工会统计。",
        measure="转入",
        unit="人次",
        compute=members_moved_in,
    ),
)
