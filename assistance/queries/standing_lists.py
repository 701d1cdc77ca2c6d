"""Standing lists (应为空的清单): dossiers that somebody has forgotten, each list one rule.

Every list must become empty. Years and months are of the calendar: see `months_before`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, QuerySet
from django.db.models.functions import Coalesce

from assistance.enums import DossierState, ExitReason, SubjectKind, VisitPurpose
from assistance.models import HouseholdDossier, PaymentClaim, Visit
from assistance.queries.dossiers import dossiers_visible_to
from unionportal.core.actor import Actor
from unionportal.core.calendar import months_before

Dossiers = QuerySet[HouseholdDossier]
APPROVED = F("approved_on")
CHECKED = Coalesce("rechecked_on", "approved_on")
AHEAD = timedelta(days=30)
GRACE = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class StandingList:
    """`narrow(rows, on)` leaves those that are on the list on a day.

    `since` is the day from which one of them counts, for the oldest first.
    """

    code: str
    title: str
    meaning: str
    narrow: Callable[[Dossiers, date], Dossiers]
    since: Coalesce | F


def unchanged(rows: Dossiers, on: date) -> Dossiers:
    """On file, and nobody has looked into the facts for a year."""
    return (
        _on_file(rows)
        .alias(_checked=CHECKED)
        .filter(_checked__lte=months_before(on, 12))
    )


def recheck_due(rows: Dossiers, on: date) -> Dossiers:
    """On file, and the yearly recheck falls due within thirty days, or is overdue."""
    return (
        _on_file(rows)
        .alias(_checked=CHECKED)
        .filter(_checked__lte=months_before(on + AHEAD, 12))
    )


def never_aided(rows: Dossiers, on: date) -> Dossiers:
    """On file for ninety days, and no grant has ever been arranged."""
    grants = PaymentClaim.objects.filter(
        subject_kind=SubjectKind.HOUSEHOLD,
        subject_id=OuterRef("pk"),
        released=False,
    )
    return _on_file(rows).filter(~Exists(grants), approved_on__lte=on - GRACE)


def not_visited(rows: Dossiers, on: date) -> Dossiers:
    """On file for a year or more, and nobody has been at the home within the last one."""
    visits = Visit.objects.filter(
        dossier=OuterRef("pk"), visited_on__gt=months_before(on, 12)
    )
    return _on_file(rows).filter(
        ~Exists(visits), approved_on__lte=months_before(on, 12)
    )


def return_visit_due(rows: Dossiers, on: date) -> Dossiers:
    """Left as recovered half a year ago, and nobody has been back to see (防返困).

    Kept on the list until visited; those that left more than two years ago drop out.
    """
    back = Visit.objects.filter(
        dossier=OuterRef("pk"),
        purpose=VisitPurpose.RETURN,
        visited_on__gte=OuterRef("closed_on"),
    )
    return rows.filter(
        ~Exists(back),
        state=DossierState.CLOSED,
        exit_reason=ExitReason.RECOVERED,
        closed_on__lte=months_before(on, 6),
        closed_on__gt=months_before(on, 24),
    )


def _on_file(rows: Dossiers) -> Dossiers:
    return rows.filter(state=DossierState.ON_FILE)


LISTS = (
    StandingList(
        "unchanged", "一年未改", "在档，最近一次复核或建档已满一年", unchanged, CHECKED
    ),
    StandingList(
        "recheck_due", "应复核", "在档，三十天内满一年或已超期", recheck_due, CHECKED
    ),
    StandingList(
        "never_aided", "未帮扶过", "在档满九十天，从未安排过发放", never_aided, APPROVED
    ),
    StandingList(
        "not_visited", "未走访", "在档满一年，近一年没有入户走访", not_visited, APPROVED
    ),
    StandingList(
        "return_visit",
        "应回访",
        "脱困退出满半年，两年内还没有回访过",
        return_visit_due,
        F("closed_on"),
    ),
)
BY_CODE = {one.code: one for one in LISTS}


@dataclass(frozen=True, slots=True)
class UnionCounts:
    """One county union and how many of its dossiers are on each list, in their order."""

    code: str
    name: str
    counts: tuple[int, ...]

    @property
    def cells(self) -> list[tuple[StandingList, int]]:
        """Each list with its count."""
        return list(zip(LISTS, self.counts, strict=True))


def standing_counts(actor: Actor, on: date) -> list[UnionCounts]:
    """The lists of the actor's reach by paying union, those with nothing left out."""
    found: dict[str, tuple[str, list[int]]] = {}
    for place, one in enumerate(LISTS):
        for row in _counted(one.narrow(dossiers_visible_to(actor), on)):
            name_counts = found.setdefault(row["code"], (row["name"], [0] * len(LISTS)))
            name_counts[1][place] = row["count"]
    return [
        UnionCounts(code, name, tuple(counts))
        for code, (name, counts) in sorted(found.items())
    ]


def _counted(rows: Dossiers) -> Iterable[Any]:
    return (
        rows.order_by()
        .values(code=F("organisation__code"), name=F("organisation__short_name"))
        .annotate(count=Count("pk"))
    )


def totals_of(rows: Sequence[UnionCounts]) -> tuple[int, ...]:
    """How many are on each list in all."""
    return tuple(sum(row.counts[place] for row in rows) for place in range(len(LISTS)))
