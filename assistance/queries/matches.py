"""Reads of matches: what is open on either side, and what may belong together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from assistance.models import (
    BankStatement,
    CashMovement,
    Entry,
    Match,
    PayingAccount,
    StatementLine,
    StatementRefusal,
)
from unionportal.core.actor import Actor
from unionportal.core.plans import joined_as_wholes
from unionportal.core.scope import within

NEAR = timedelta(days=31)
PROPOSED = 50


def signed(row: StatementLine | CashMovement) -> Decimal:
    """The amount with its sign: what came in is positive."""
    return row.amount if row.side == "in" else -row.amount


def statements_visible_to(actor: Actor) -> QuerySet[BankStatement]:
    """The statements of the actor's unions."""
    return (
        BankStatement.objects.filter(
            within(actor, "paying_account__organisation__path")
        )
        .select_related("paying_account__organisation")
        .order_by("-id")
    )


def refusals_visible_to(actor: Actor) -> QuerySet[StatementRefusal]:
    """Files that were refused, of the actor's unions; the portal keeps the folder's."""
    refusals = StatementRefusal.objects.select_related("organisation").order_by("-id")
    if actor.is_system:
        return refusals
    return refusals.filter(
        within(actor, "organisation__path") & Q(organisation__isnull=False)
    )


def lines_visible_to(actor: Actor) -> QuerySet[StatementLine]:
    """The lines of the actor's unions' statements."""
    return (
        StatementLine.objects.filter(
            within(actor, "paying_account__organisation__path")
        )
        .select_related("paying_account__organisation", "statement")
        .order_by("id")
    )


def with_match(lines: QuerySet[StatementLine]) -> QuerySet[StatementLine]:
    """Lines with the `group` and `cleared_on` of the match that stands, if any."""
    standing = Match.objects.filter(line=OuterRef("pk"), undone_on=None)
    return lines.annotate(
        match_group=Subquery(standing.values("group")[:1]),
        cleared_on=Subquery(standing.values("on")[:1]),
    )


def lines_open(
    account: PayingAccount, *, until: date | None = None
) -> QuerySet[StatementLine]:
    """Lines that nothing on the books answers; until a day, as it stood at its end."""
    standing = Match.objects.filter(line=OuterRef("pk"), undone_on=None)
    lines = StatementLine.objects.filter(paying_account=account)
    if until is not None:
        standing = standing.filter(on__lte=until)
        lines = lines.filter(on__lte=until)
    return lines.filter(~Exists(standing)).order_by("id")


def movements_open(
    account: PayingAccount, *, until: date | None = None
) -> QuerySet[CashMovement]:
    """Movements that the bank does not show; until a day, as it stood at its end.

    What was booked before the account's first statement was settled by its opening
    balance, unless a line has been matched to it.
    """
    standing = Match.objects.filter(movement_id=OuterRef("pk"), undone_on=None)
    movements = CashMovement.objects.filter(organisation=account.organisation_id)
    if until is None:
        return movements.filter(~Exists(standing), void_on=None).order_by("id")
    first = account.statements.order_by("sequence").first()
    since = first.period_from if first else date.max
    return movements.filter(
        Q(on__gte=since) | Exists(standing),
        ~Exists(standing.filter(on__lte=until)),
        Q(void_on=None) | Q(void_on__gt=until),
        on__lte=until,
    ).order_by("id")


def matches_of(line: StatementLine) -> list[Match]:
    """Every row of the groups a line is or was in, latest first."""
    groups = Match.objects.filter(line=line).values("group")
    return list(Match.objects.filter(group__in=groups).order_by("-group", "id")[:200])


def movements_by_id(ids: Sequence[int | None]) -> dict[int, CashMovement]:
    """Movements by their number."""
    return CashMovement.objects.in_bulk([each for each in ids if each is not None])


def candidates_for(line: StatementLine) -> list[CashMovement]:
    """Open movements of the same direction and amount, the nearest day first."""
    movements = movements_open(line.paying_account).filter(
        side=line.side, amount=line.amount, on__range=(line.on - NEAR, line.on + NEAR)
    )
    return sorted(movements[:PROPOSED], key=lambda each: abs(each.on - line.on))


@dataclass(frozen=True, slots=True)
class Proposal:
    """A line and a movement that may be the same money: nothing else has that amount."""

    line: StatementLine
    movement: CashMovement

    @property
    def pair(self) -> str:
        """What a form sends back."""
        return f"{self.line.pk}:{self.movement.pk}"

    @property
    def days(self) -> int:
        """How far apart they are."""
        return abs((self.line.on - self.movement.on).days)


def proposals_for(account: PayingAccount, *, until: date) -> list[Proposal]:
    """Pairs of equal direction and amount within a month, unique on both sides."""
    with joined_as_wholes():
        return _proposals(account, until)


def _proposals(account: PayingAccount, until: date) -> list[Proposal]:
    lines = list(lines_open(account).filter(on__lte=until)[: PROPOSED * 10])
    wanted = {(line.side, line.amount) for line in lines}
    if not wanted:
        return []
    amounts = {amount for _side, amount in wanted}
    movements = movements_open(account).filter(amount__in=amounts, on__lte=until + NEAR)
    by_key: dict[tuple[str, Decimal], list[CashMovement]] = {}
    for movement in movements[: PROPOSED * 10]:
        by_key.setdefault((movement.side, movement.amount), []).append(movement)
    own: dict[tuple[str, Decimal], list[StatementLine]] = {}
    for line in lines:
        own.setdefault((line.side, line.amount), []).append(line)
    found = [
        Proposal(of_key[0], by_key[key][0])
        for key, of_key in own.items()
        if len(of_key) == 1 and len(by_key.get(key, ())) == 1
    ]
    return [each for each in found if each.days <= NEAR.days][:PROPOSED]


def is_matched(entry: Entry) -> bool:
    """Tell whether a line of the bank answers a posting of an entry."""
    numbers = [key * 4 + 2 for key in entry.postings.values_list("pk", flat=True)]
    return Match.objects.filter(movement_id__in=numbers, undone_on=None).exists()
