"""What money has against merging two registrations of a person."""

from django.db.models import Count, Exists, Max, OuterRef, Sum

from assistance.enums import DossierState, PaymentState
from assistance.models import (
    HouseholdDossier,
    Payment,
    PaymentClaim,
    StackingBalance,
    StackingGroup,
)
from members.models import Person

UNFINISHED = (
    PaymentState.PLANNED,
    PaymentState.HELD,
    PaymentState.INSTRUCTED,
    PaymentState.IN_DOUBT,
    PaymentState.RETURNED,
)
PAID_TWICE = (
    "两份登记在同一方案、同一期次都已安排发放（“{title}”），"
    "须先追回或终止其中一笔再合并。"
)
UNDER_WAY = "重复的登记还有没有办结的发放，请办结后再合并。"
BEYOND_CAP = (
    "两份登记合在一起，{year} 年“{covers}”合计 {amount} 元，超过上限 {limit} 元，"
    "须先追回或终止其中一笔再合并。"
)
BOTH_OF_ONE = (
    "两份登记在 {year} 年都享受了“{covers}”，同一人只享受一项，"
    "须先追回或终止其中一笔再合并。"
)
ON_FILE = (
    "重复的登记名下有在档的困难职工档案，请以它为保留的登记；两份都在档的，先退出一份。"
)


def money_against_merge(kept: Person, duplicate: Person) -> list[str]:
    """One occurrence granted to both, payments on the way, a dossier on file.

    What is granted for the duplicate alone stands, and is the kept one's from then on: a
    later release passes over both for the same occurrence (`actions.releases`).
    """
    found = []
    live = PaymentClaim.objects.filter(released=False, ended=False)
    same = live.filter(
        human=duplicate,
        scheme_id=OuterRef("scheme_id"),
        occurrence=OuterRef("occurrence"),
    )
    both = live.filter(Exists(same), human=kept).select_related("round__period")
    twice = both.order_by("id").first()
    if twice is not None:
        found.append(PAID_TWICE.format(title=twice.round.period.title))
    found += _beyond_caps(kept, duplicate)
    unfinished = Payment.objects.filter(claim__payee=duplicate, state__in=UNFINISHED)
    if unfinished.exists():
        found.append(UNDER_WAY)
    on_file = HouseholdDossier.objects.filter(state=DossierState.ON_FILE)
    if on_file.filter(principal=duplicate).exists():
        found.append(ON_FILE)
    return found


def _beyond_caps(kept: Person, duplicate: Person) -> list[str]:
    """Each group and year of which the two together have more than one human may."""
    together = (
        StackingBalance.objects.filter(human__in=(kept, duplicate))
        .values("code", "year")
        .annotate(
            times=Sum("count"),
            total=Sum("amount"),
            most=Max("count_limit"),
            limit=Max("amount_limit"),
            both=Count("id"),
        )
        .filter(both=2)
        .order_by("code", "year")
    )
    found = []
    for row in together:
        words = {"year": row["year"], "covers": _covers(row["code"], row["year"])}
        if row["limit"] is not None and row["total"] > row["limit"]:
            sums = {"amount": row["total"], "limit": row["limit"]}
            found.append(BEYOND_CAP.format(**words, **sums))
        if row["most"] is not None and row["times"] > row["most"]:
            found.append(BOTH_OF_ONE.format(**words))
    return found


def _covers(code: str, year: int) -> str:
    terms = StackingGroup.objects.filter(code=code, since__lte=year)
    latest = terms.order_by("-since").first()
    return latest.covers if latest else code
