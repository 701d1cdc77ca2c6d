"""What-ifs: who sees which, and what the comparison came to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet, Sum

from assistance.enums import AccountKind, ChangeKind, Outcome
from assistance.models import Account, Round, WhatIf, WhatIfChange, WhatIfCount
from assistance.queries.populations import Population, population_for
from assistance.queries.schemes import scheme_of, scheme_of_text
from assistance.rules.answers import fact_name, reason_title
from assistance.rules.scheme import Scheme
from assistance.rules.what_if import Priority, read_priorities
from members.models import Organisation
from unionportal.core.actor import Actor
from unionportal.core.scope import within

NOTHING = Decimal("0.00")


def what_ifs_visible_to(actor: Actor) -> QuerySet[WhatIf]:
    """Those of places inside the actor's reach: another county's does not exist."""
    return (
        WhatIf.objects.select_related("before__scheme", "after__scheme", "organisation")
        .defer("after_source", "before__body", "after__body")
        .filter(within(actor, "organisation__path"))
        .order_by("-id")
    )


def changes_visible_to(actor: Actor) -> QuerySet[WhatIfChange]:
    """People of what-ifs, those of the unions in the actor's reach."""
    return (
        WhatIfChange.objects.select_related("organisation", "payee")
        .filter(within(actor, "organisation__path"))
        .order_by("id")
    )


# --- what is compared


def schemes_of(asked: WhatIf) -> tuple[Scheme, Scheme]:
    """The rules of both versions as they stood when it was asked."""
    after = scheme_of_text(digest=asked.after_digest, source=asked.after_source)
    return scheme_of(asked.before), after


def priorities_of(asked: WhatIf) -> tuple[Priority, ...]:
    """The order of priority, read again."""
    population = population_for(*schemes_of(asked))
    return read_priorities(asked.priorities, population.sheet.vocabulary)


def subjects_tried(asked: WhatIf, population: Population) -> QuerySet[Any, Any]:
    """The register as a round of the new version would see it, with nobody paid yet.

    The round is never saved. Its occurrence is empty, under which no claim stands:
    what was paid this season must not hide what the rules would do.
    """
    return population.subjects(
        Round(
            version=asked.after,
            organisation=asked.organisation,
            as_of=asked.as_of,
            occurrence="",
        )
    )


def free_money(place: Organisation, codes: Iterable[str]) -> list[dict[str, str]]:
    """What the place and the unions below it hold free of each source, in yuan."""
    rows = (
        Account.objects.filter(
            source__code__in=list(codes),
            kind=AccountKind.AVAILABLE,
            organisation__path__startswith=place.path,
        )
        .order_by()
        .values("source__code", "source__name")
        .annotate(free=Sum("balance"))
        .order_by("source__code")
    )
    return [
        {
            "code": row["source__code"],
            "name": row["source__name"],
            "free": f"{row['free']:.2f}",
        }
        for row in rows
    ]


# --- what it came to


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Households and yuan before and after; `cut` are those the cap leaves out."""

    population: int
    before_eligible: int
    after_eligible: int
    before_amount: Decimal
    after_amount: Decimal
    newly: int
    no_longer: int
    unknown: int
    excluded: int
    cut_count: int
    cut_amount: Decimal
    organisation_code: str = ""
    organisation_name: str = ""

    @property
    def difference(self) -> Decimal:
        """Yuan more, or less than nothing."""
        return self.after_amount - self.before_amount

    @property
    def before_coverage(self) -> Decimal:
        """Paid under the old version, per hundred on the register."""
        return _percent(self.before_eligible, self.population)

    @property
    def after_coverage(self) -> Decimal:
        """Paid under the new version, per hundred on the register; the cap apart."""
        return _percent(self.after_eligible, self.population)

    @property
    def funded_amount(self) -> Decimal:
        """What the new version costs within the cap."""
        return self.after_amount - self.cut_amount


def _percent(part: int, whole: int) -> Decimal:
    return round(Decimal(100 * part) / whole, 2) if whole else NOTHING


_PAID_BEFORE, _PAID_AFTER = (
    Q(before_outcome=Outcome.ELIGIBLE),
    Q(after_outcome=Outcome.ELIGIBLE),
)
_MEASURES = {
    "population": Sum("count", default=0),
    "before_eligible": Sum("count", filter=_PAID_BEFORE, default=0),
    "after_eligible": Sum("count", filter=_PAID_AFTER, default=0),
    "before_sum": Sum("before_amount", default=NOTHING),
    "after_sum": Sum("after_amount", default=NOTHING),
    "newly": Sum("count", filter=Q(change=ChangeKind.NEWLY), default=0),
    "no_longer": Sum("count", filter=Q(change=ChangeKind.NO_LONGER), default=0),
    "unknown": Sum("count", filter=Q(after_outcome=Outcome.UNKNOWN), default=0),
    "excluded": Sum("count", filter=Q(after_outcome=Outcome.INELIGIBLE), default=0),
    "cut_count": Sum("count", filter=Q(is_cut=True), default=0),
    "cut_amount": Sum("after_amount", filter=Q(is_cut=True), default=NOTHING),
}


def _comparison(row: dict[str, Any]) -> Comparison:
    named = dict(row)
    named["before_amount"] = named.pop("before_sum")
    named["after_amount"] = named.pop("after_sum")
    return Comparison(**named)


def totals_of_what_if(asked: WhatIf) -> Comparison:
    """Everybody together."""
    return _comparison(WhatIfCount.objects.filter(what_if=asked).aggregate(**_MEASURES))


def counties_of_what_if(asked: WhatIf) -> list[Comparison]:
    """One row per paying union, in tree order."""
    rows = (
        WhatIfCount.objects.filter(what_if=asked)
        .order_by()
        .values(
            organisation_code=F("organisation__code"),
            organisation_name=F("organisation__name"),
            path=F("organisation__path"),
        )
        .annotate(**_MEASURES)
        .order_by("path")
    )
    return [
        _comparison({name: value for name, value in row.items() if name != "path"})
        for row in rows
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeTotal:
    """How many a kind of change meets, and their yuan before and after."""

    kind: ChangeKind
    count: int
    before_amount: Decimal
    after_amount: Decimal

    @property
    def difference(self) -> Decimal:
        """Yuan more, or less than nothing."""
        return self.after_amount - self.before_amount


def kinds_of_what_if(asked: WhatIf) -> list[ChangeTotal]:
    """Every kind of change, those that meet nobody too."""
    rows: dict[str, Any] = {
        row["change"]: row
        for row in WhatIfCount.objects.filter(what_if=asked)
        .order_by()
        .values("change")
        .annotate(
            number=Sum("count"), before=Sum("before_amount"), after=Sum("after_amount")
        )
    }
    empty: Any = {"number": 0, "before": NOTHING, "after": NOTHING}
    return [
        ChangeTotal(
            kind=kind,
            count=row["number"],
            before_amount=row["before"],
            after_amount=row["after"],
        )
        for kind in ChangeKind
        for row in (rows.get(kind, empty),)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """How many went from one answer to another; the words of both, and the yuan."""

    before: str
    after: str
    change: ChangeKind
    count: int
    difference: Decimal


def whys_of_what_if(asked: WhatIf) -> list[Why]:
    """From the first failing clause before to the one after, the most frequent first.

    Those of whom both versions say the same for the same reason are left out.
    """
    rows = (
        WhatIfCount.objects.filter(what_if=asked)
        .order_by()
        .values("change", *_SIDE["before"], *_SIDE["after"])
        .annotate(number=Sum("count"), more=Sum(F("after_amount") - F("before_amount")))
        .order_by("-number", "change", *_SIDE["before"], *_SIDE["after"])
    )
    words = words_of_answers(asked)
    return [
        Why(
            before=words("before", row),
            after=words("after", row),
            change=ChangeKind(row["change"]),
            count=row["number"],
            difference=row["more"],
        )
        for row in rows
        if row["more"]
        or [row[name] for name in _SIDE["before"]]
        != [row[name] for name in _SIDE["after"]]
    ]


_SIDE = {
    side: tuple(f"{side}_{name}" for name in ("outcome", "clause", "missing_fact"))
    for side in ("before", "after")
}


class words_of_answers:  # noqa: N801 - called like the function it stands for
    """The words of an answer on either side, by the rules of that side."""

    def __init__(self, asked: WhatIf) -> None:
        """Read both rules once."""
        before, after = schemes_of(asked)
        self.schemes = {"before": before, "after": after}
        self.words = population_for(before, after).sheet.vocabulary

    def __call__(self, side: str, row: Any) -> str:  # noqa: ANN401 - a row of values
        """Eligible, the clause that refuses, or the fact that lacks."""
        outcome, clause, missing = (row[name] for name in _SIDE[side])
        if outcome == Outcome.UNKNOWN:
            return f"缺“{fact_name(self.words, missing)}”"
        if outcome == Outcome.INELIGIBLE:
            return f"不满足“{reason_title(self.schemes[side], clause)}”"
        return str(Outcome.ELIGIBLE.label)


@dataclass(frozen=True, slots=True, kw_only=True)
class CutLine:
    """Where the cap ends: the first rank left out, how many share it, what it needs.

    `left` is what remains of the cap: less than the rank needs as a whole.
    """

    place: int
    values: Sequence[tuple[str, str]]
    count: int
    amount: Decimal
    left: Decimal


def cut_line_of(asked: WhatIf, totals: Comparison) -> CutLine | None:
    """None without a cap, and where the cap is enough for everybody."""
    cut = WhatIfChange.objects.filter(what_if=asked, is_cut=True)
    first = cut.order_by("place", "id").first()
    if asked.cap is None or first is None or first.place is None:
        return None
    same = cut.filter(place=first.place).aggregate(amount=Sum("after_amount"))
    texts = [str(one["expression"]) for one in asked.priorities]
    return CutLine(
        place=first.place,
        values=tuple(zip(texts, map(_shown, first.order_values), strict=True)),
        count=cut.filter(place=first.place).count(),
        amount=same["amount"] or NOTHING,
        left=asked.cap - totals.funded_amount,
    )


def _shown(value: object) -> str:
    """A value of the order as it stands in the record: 是, 否, 未知, or itself."""
    words = {"None": "未知", "True": "是", "False": "否"}
    return words.get(str(value), str(value))


def free_of(asked: WhatIf) -> Decimal:
    """The free money of the chosen sources together, on the day it was asked."""
    return sum((Decimal(fund["free"]) for fund in asked.funds), start=NOTHING)
