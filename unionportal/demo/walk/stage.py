"""What a walk through a round knows: its plan, the business day, the people, the time."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TextIO

from django.db.models import Max, Q, QuerySet

from assistance.models import Batch, Payment, Round, SampleItem, VerificationSample
from members.models import Notice, Organisation
from unionportal.core.calendar import next_working_day
from unionportal.demo.cast import Cast
from unionportal.demo.progress import Bar
from unionportal.demo.walk.bank import StubBank
from unionportal.demo.walk.engine import Engine

ROUND_KIND = "assistance.round"
# The steps of a walk, in order; `--stop-after` names one of the main round.
STEPS = (
    "open",
    "compute",
    "notice",
    "notice_end",
    "release",
    "submit",
    "check",
    "approve",
    "endorse",
    "pay",
    "bank",
    "renew",
    "follow_up",
    "papers",
    "supplement",
    "sample",
    "calls",
    "close",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be walked; shares are those of the invented people's behaviour."""

    scheme: str
    organisation: str
    period: str
    as_of: date
    seed: int = 1
    stop_after: str = ""
    # Of those whose payment came back, so many bring another card.
    renew_share: float = 0.65
    # Of those who lack a paper, so many bring it, and at most this many.
    paper_share: float = 0.5
    paper_limit: int = 1000
    # Of those asked afterwards, so many say that something is wrong, are never reached,
    # or answer at the second call only.
    wrong_share: float = 0.02
    silent_share: float = 0.03
    late_share: float = 0.1


class StopWalk(Exception):  # noqa: N818 - it is asked for, it is no fault
    """The step after which the walk was to stop is done."""


@dataclass(slots=True)
class Stage:
    """The state of a walk in this process; the truth is in the database."""

    plan: Plan
    organisation: Organisation
    engine: Engine
    bank: StubBank
    stream: TextIO
    on: date
    seconds: dict[str, float] = field(default_factory=dict)
    _cast: Cast | None = None

    @property
    def cast(self) -> Cast:
        """The people in office today."""
        if self._cast is None or self._cast.on != self.on:
            self._cast = Cast(self.on)
        return self._cast

    def next_day(self, *, after: date | None = None) -> None:
        """Go on to the next working day, after `after` where that is later."""
        last = self.on if after is None else max(self.on, after)
        self.on = next_working_day(last + timedelta(days=1))

    @contextmanager
    def step(self, name: str, label: str, total: int = 0) -> Iterator[Bar]:
        """Show a step and add up its seconds; stop the walk after the wanted one."""
        bar = Bar(f"{self.on:%Y-%m-%d} {label}", self.stream, total=total)
        yield bar
        self.seconds[name] = self.seconds.get(name, 0.0) + bar.close()

    def reached(self, name: str) -> None:
        """Stop here when that was asked for; for steps of the main round."""
        if name == self.plan.stop_after:
            raise StopWalk


def family_of(main: Round) -> QuerySet[Round]:
    """The main round and its supplementary rounds."""
    return Round.objects.filter(Q(pk=main.pk) | Q(parent=main)).order_by("id")


def day_reached(main: Round) -> date:
    """The latest business day on which anything happened to a round and its family."""
    rounds = family_of(main)
    keys = list(rounds.values_list("pk", flat=True))
    found = [main.opened_on]
    for queryset, columns in (
        (rounds, ("opened_on", "computed_on", "released_on", "closed_on")),
        (
            Batch.objects.filter(round__in=keys),
            ("drafted_on", "approved_on", "instructed_on", "settled_on"),
        ),
        (
            Notice.objects.filter(about_kind=ROUND_KIND, about_id__in=keys),
            ("starts_on", "closed_on"),
        ),
        (
            Payment.objects.filter(year=main.year, batch__round__in=keys),
            ("settled_on",),
        ),
        (VerificationSample.objects.filter(round__in=keys), ("drawn_on",)),
        (
            SampleItem.objects.filter(stratum__sample__round__in=keys),
            ("calls__on", "findings__ended_on"),
        ),
    ):
        days = queryset.aggregate(**{f"last_{name}": Max(name) for name in columns})
        found += [day for day in days.values() if day is not None]
    return max(found)
