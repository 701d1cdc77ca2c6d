"""Figures of flags (普查问题): what became of those first found in a period, by reach."""

from collections.abc import Callable
from decimal import Decimal

from django.db.models import Count, Q

from members.enums import FlagState
from members.models import UnionFlag
from members.queries.union_flag import overdue_on
from unionportal.core.figures import Figure, span_of

_COHORT = "期内首次发现、涉及该工会及下级的普查问题中，"
_ROWS = (
    ("open", "待整改的普查问题", "现在仍待整改的，含说明待复核的。"),
    ("repaired", "已整改的普查问题", "现在已登记整改的。"),
    ("explained", "已说明的普查问题", "现在说明已经认可的。"),
    ("dissolved", "工会已撤销的普查问题", "因工会撤销而结束的。"),
    ("gone", "已消失的普查问题", "再次普查时已不再出现的。"),
    ("overdue", "逾期的普查问题", "现在仍待整改、期限在期末之前的。"),
)


def flag_outcomes(path: str, period: str) -> dict[str, int]:
    """How many of the flags first found in a period ended how, and how many wait."""
    first, last = span_of(period)
    waiting = Q(state__in=(FlagState.OPEN, FlagState.EXPLAINING))
    ended = (
        FlagState.REPAIRED,
        FlagState.EXPLAINED,
        FlagState.DISSOLVED,
        FlagState.GONE,
    )
    found = UnionFlag.objects.filter(
        first_seen_on__range=(first, last),
        organisation__path__gte=path,
        organisation__path__lt=f"{path}~",
    )
    counts: dict[str, int] = found.aggregate(
        open=Count("pk", filter=waiting),
        overdue=Count("pk", filter=overdue_on(last)),
        **{str(state): Count("pk", filter=Q(state=state)) for state in ended},
    )
    return counts


def _of(code: str) -> Callable[[str, str], Decimal]:
    return lambda path, period: Decimal(flag_outcomes(path, period)[code])


FLAG_FIGURES = tuple(
    Figure(
        f"members.flags_{code}",
        name,
        _COHORT + definition,
        "普查",
        "项",
        _of(code),
        on_desk=False,
    )
    for code, name, definition in _ROWS
)
