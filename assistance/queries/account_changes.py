"""Payments stopped because their payee's account changed, and what waits for whom."""

from datetime import date

from django.db.models import Count, Exists, Min, OuterRef, QuerySet

from assistance.enums import ACCOUNT_CHANGED, BatchState, PaymentState
from assistance.models import Batch, Payment
from members.enums import AccountState, Role
from members.models import BankAccount
from unionportal.core.actor import Actor
from unionportal.core.queues import QueueItem

_URL = "/staff/assistance"


def payments_stopped_for(person_id: int) -> QuerySet[Payment]:
    """The payments of a payee that a changed account holds."""
    return stopped_payments().filter(claim__payee=person_id).select_related("claim")


def stopped_payments() -> QuerySet[Payment]:
    """Every payment that a changed account holds."""
    return Payment.objects.filter(
        state=PaymentState.HELD, reason_code=ACCOUNT_CHANGED
    ).order_by("id")


def left_over_payments() -> QuerySet[Payment]:
    """Payments that go on after their batch has left, or cannot go with it.

    Resumed after it had left; or on a list yet to leave, to an account that was
    replaced by one a second person has checked.
    """
    accounts = BankAccount.objects.filter(person=OuterRef("claim__payee"))
    ready = Payment.objects.filter(
        Exists(accounts.filter(state=AccountState.VERIFIED)),
        ~Exists(accounts.filter(state=AccountState.PENDING)),
        state=PaymentState.PLANNED,
    )
    replaced = ready.filter(
        batch__state=BatchState.APPROVED, account__state=AccountState.STOPPED
    )
    return ready.filter(batch__state=BatchState.INSTRUCTED) | replaced


def held_for_accounts(batch: Batch) -> int:
    """How many of a batch a changed account holds."""
    return stopped_payments().filter(year=batch.round.year, batch=batch).count()


def has_left_over(batch: Batch) -> bool:
    """Tell whether a follow-up batch would take somebody off this list."""
    left = left_over_payments().filter(year=batch.round.year, batch=batch)
    return left.exists()


def changes_waiting(actor: Actor, on: date) -> list[QueueItem]:
    """For the maker: whose account is to be renewed, and who may be paid again."""
    del on
    unions = [s.organisation_id for s in actor.seats if s.role == Role.MAKER]
    stopped = stopped_payments().filter(batch__organisation__in=unions)
    left = left_over_payments().filter(batch__organisation__in=unions)
    return [
        *_items(
            stopped,
            "收款账户变更，暂缓 {count} 笔",
            "请本人登记新账户，由另一位同事核验；核验后自动恢复",
            "?state=held",
        ),
        *_items(
            left,
            "可以重发 {count} 笔",
            "收款账户已核验或暂缓已解除，请生成重发批次",
            "?state=planned",
        ),
    ]


def _items(
    payments: QuerySet[Payment], title: str, detail: str, asked: str
) -> list[QueueItem]:
    """One item a batch."""
    rows = (
        payments.order_by()
        .values("batch", "batch__number", "batch__organisation__short_name")
        .annotate(count=Count("id"), since=Min("batch__approved_on"))
        .order_by("batch")
    )
    return [
        QueueItem(
            title=title.format(count=row["count"]),
            detail=f"批次 {row['batch__number']}：{detail}",
            url=f"{_URL}/batches/{row['batch']}/{asked}",
            organisation_name=row["batch__organisation__short_name"],
            waiting_since=row["since"],
            due_on=None,
            role=Role.MAKER,
        )
        for row in rows
    ]
