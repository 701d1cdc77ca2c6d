"""What money has against merging two registrations of a person."""

from django.db.models import Exists, OuterRef

from assistance.enums import DossierState, PaymentState
from assistance.models import HouseholdDossier, Payment, PaymentClaim
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
    unfinished = Payment.objects.filter(claim__payee=duplicate, state__in=UNFINISHED)
    if unfinished.exists():
        found.append(UNDER_WAY)
    on_file = HouseholdDossier.objects.filter(state=DossierState.ON_FILE)
    if on_file.filter(principal=duplicate).exists():
        found.append(ON_FILE)
    return found
