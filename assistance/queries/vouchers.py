"""Reads of accounting vouchers: what waits for one, and what one says."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import (
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce

from assistance.enums import AccountingVoucherState, AccountKind, VoucherSide
from assistance.models import (
    AccountingVoucher,
    AccountingVoucherLine,
    Batch,
    FundSource,
    Posting,
    SubjectCode,
)
from members.models import Organisation
from unionportal.core.actor import Actor
from unionportal.core.scope import within

NOTHING = Decimal("0.00")
_LIVING = ~Q(voucher__state=AccountingVoucherState.VOID)


@dataclass(frozen=True, slots=True)
class Subject:
    """The subject that serves a union for a source; where it was set."""

    source: FundSource | None
    code: str
    name: str
    set_at: Organisation | None

    @property
    def label(self) -> str:
        """What it stands for."""
        return self.source.name if self.source else "银行存款"


def vouchers_visible_to(actor: Actor) -> QuerySet[AccountingVoucher]:
    """The vouchers of the actor's unions, newest first, each with its lines."""
    lines = AccountingVoucherLine.objects.select_related("source").order_by("id")
    return (
        AccountingVoucher.objects.filter(within(actor, "organisation__path"))
        .select_related("organisation", "batch__round__version__scheme")
        .prefetch_related(Prefetch("lines", lines))
        .order_by("-id")
    )


def not_yet_vouchered(batch: Batch) -> dict[int, Decimal]:
    """What arrived of each source (its key) and stands in no voucher, in yuan.

    Below zero where money came back after its voucher (late returns).
    """
    booked = (
        Posting.objects.filter(entry__batch=batch, account__kind=AccountKind.SPENT)
        .values_list("account__source")
        .annotate(total=Sum("amount"))
        .order_by("account__source")
    )
    told = dict(
        AccountingVoucherLine.objects.filter(
            _LIVING, voucher__batch=batch, side=VoucherSide.DEBIT
        )
        .values_list("source")
        .annotate(total=Sum("amount"))
        .order_by("source")
    )
    left = {key: total - told.pop(key, NOTHING) for key, total in booked}
    return {key: amount for key, amount in left.items() if amount}


def batches_to_voucher(organisations: Sequence[int]) -> QuerySet[Batch]:
    """Settled batches of these unions whose books and vouchers differ, oldest first."""
    booked = (
        Posting.objects.filter(
            entry__batch=OuterRef("pk"), account__kind=AccountKind.SPENT
        )
        .order_by()
        .values("entry__batch")
        .annotate(total=Sum("amount"))
        .values("total")
    )
    told = (
        AccountingVoucher.objects.filter(batch=OuterRef("pk"))
        .exclude(state=AccountingVoucherState.VOID)
        .order_by()
        .values("batch")
        .annotate(total=Sum("total"))
        .values("total")
    )
    return (
        Batch.objects.filter(organisation__in=organisations, settled_on__isnull=False)
        .annotate(
            booked=Coalesce(Subquery(booked), Value(NOTHING)),
            told=Coalesce(Subquery(told), Value(NOTHING)),
        )
        .exclude(booked=F("told"))
        .select_related("organisation", "round__version__scheme")
        .order_by("settled_on", "id")
    )


def subjects_of(organisation: Organisation) -> list[Subject]:
    """The subjects that serve a union: its own, else those of the nearest above.

    The bank deposit first; what nobody has set has an empty code.
    """
    above = [
        organisation.path[:end]
        for end in range(
            Organisation.steplen, len(organisation.path) + 1, Organisation.steplen
        )
    ]
    found: dict[int | None, SubjectCode] = {}
    set_there = SubjectCode.objects.filter(organisation__path__in=above)
    for one in set_there.select_related("organisation").order_by("organisation__path"):
        found[one.source_id] = one
    sources: list[FundSource | None] = [None, *FundSource.objects.order_by("id")]
    return [_subject(source, found) for source in sources]


def _subject(
    source: FundSource | None, found: dict[int | None, SubjectCode]
) -> Subject:
    one = found.get(source.pk if source else None)
    if one is None:
        return Subject(source, "", "", None)
    return Subject(source, one.code, one.name, one.organisation)
