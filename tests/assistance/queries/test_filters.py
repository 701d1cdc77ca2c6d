"""Filters that say more than one column's value."""

from assistance.models import Payment
from assistance.queries.filters import PaymentFilter
from tests.assistance.paying import approved_batch, fund, officers, paying_account
from tests.assistance.paying import released_round as released
from unionportal.core.jobs import run_due_jobs


def chosen(state: str) -> set[str]:
    found = PaymentFilter({"state": state}, queryset=Payment.objects.order_by("id"))
    return set(found.qs.values_list("state", flat=True))


def test_payments_under_way_are_all_that_have_no_result(db: None) -> None:
    round_ = released(2)
    fund("6000.00")
    paying_account()
    approved_batch(round_, officers())
    run_due_jobs()
    assert chosen("under_way") == {"planned"}
    assert chosen("planned") == {"planned"}
    assert chosen("paid") == set()
