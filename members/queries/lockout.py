"""Reads of failed sign-ins that still count: who is locked, and where."""

from dataclasses import dataclass
from datetime import datetime

from axes.models import AccessAttempt
from django.db.models import Count, Max, Q, QuerySet, Sum

from members.models import User
from members.queries.supervision import oversees_everything, users_overseen
from members.rules.lockout import Failures
from unionportal.core.actor import Actor


@dataclass(frozen=True, slots=True)
class TriedName:
    """An account that was tried in vain lately."""

    username: str
    failures: int
    addresses: tuple[str, ...]
    last_at: datetime
    is_known: bool
    is_locked: bool


def failures_of(*, username: str, address: str | None, since: datetime) -> Failures:
    """Count the failures after an instant, for one who knocks."""
    recent = AccessAttempt.objects.filter(attempt_time__gte=since)
    found = recent.filter(Q(username=username) | Q(ip_address=address)).aggregate(
        here=Sum(
            "failures_since_start", filter=Q(username=username, ip_address=address)
        ),
        of_account=Sum("failures_since_start", filter=Q(username=username)),
        addresses=Count("ip_address", filter=Q(username=username), distinct=True),
        of_address=Sum("failures_since_start", filter=Q(ip_address=address)),
    )
    return Failures(**{name: count or 0 for name, count in found.items()})


def attempts_overseen(actor: Actor, *, since: datetime) -> QuerySet[AccessAttempt]:
    """The failures of the accounts that an administrator or auditor oversees.

    Names that nobody bears are seen from the top alone.
    """
    recent: QuerySet[AccessAttempt] = AccessAttempt.objects.filter(
        attempt_time__gte=since
    )
    if oversees_everything(actor):
        return recent.order_by("username", "id")
    names = users_overseen(actor).order_by().values("username")
    return recent.filter(username__in=names).order_by("username", "id")


def tried_names(actor: Actor, *, since: datetime) -> list[TriedName]:
    """The accounts tried in vain, the latest first."""
    rows = (
        attempts_overseen(actor, since=since)
        .order_by()
        .values("username", "ip_address")
        .annotate(failures=Sum("failures_since_start"), last_at=Max("attempt_time"))
        .order_by("username", "ip_address")
    )
    tried: dict[str, list[tuple[str, int, datetime]]] = {}
    for row in rows:
        place = (row["ip_address"] or "—", row["failures"], row["last_at"])
        tried.setdefault(row["username"] or "", []).append(place)
    known = set(
        User.objects.filter(username__in=tried).values_list("username", flat=True)
    )
    found = [
        _tried(name, places, is_known=name in known) for name, places in tried.items()
    ]
    return sorted(found, key=lambda each: each.last_at, reverse=True)


def _tried(
    name: str, places: list[tuple[str, int, datetime]], *, is_known: bool
) -> TriedName:
    counts = [count for _address, count, _at in places]
    worst = Failures(here=max(counts), of_account=sum(counts), addresses=len(places))
    return TriedName(
        username=name,
        failures=sum(counts),
        addresses=tuple(address for address, _count, _at in places),
        last_at=max(at for _address, _count, at in places),
        is_known=is_known,
        is_locked=worst.is_locked,
    )
