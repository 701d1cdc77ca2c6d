"""Figures: each counts what its definition says, in its reach and its period."""

from datetime import date
from decimal import Decimal

import pytest

from assistance.models import Payment
from tests.assistance import builders as make
from tests.assistance.paying import AFTER_NOTICE, released_round
from unionportal.core.figures import figure, figures

pytestmark = pytest.mark.django_db


def value(code: str, *, at: str = make.PROVINCE, period: str = "2025") -> Decimal:
    return figure(f"assistance.{code}").compute(make.union(at).path, period)


def test_dossiers_on_file_are_counted_at_the_end_of_the_period() -> None:
    first = make.dossier("甲")
    make.dossier("乙", at=make.NEXT_COUNTY)
    make.left(first, on=date(2025, 9, 30))
    assert value("dossiers_on_file", period="2025-05") == 0
    assert value("dossiers_on_file", period="2025-08") == 2
    assert value("dossiers_on_file", period="2025") == 1
    assert value("dossiers_on_file", at=make.COUNTY, period="2025") == 0


def test_money_figures_follow_the_payments() -> None:
    released_round(3)
    assert value("households_eligible") == 3
    assert value("amount_arranged") == Decimal("1800.00")
    assert value("amount_arranged", period="2025-11") == 0
    assert value("amount_arranged", at=make.NEXT_COUNTY) == 0
    assert value("amount_sent") == 0

    Payment.objects.update(state="instructed", instructed_on=AFTER_NOTICE)
    first, *others = Payment.objects.order_by("id").values_list("pk", flat=True)
    Payment.objects.filter(pk=first).update(
        state="returned", reason_code="closed", settled_on=AFTER_NOTICE
    )
    Payment.objects.filter(pk__in=others).update(
        state="paid", settled_on=date(2026, 1, 2)
    )

    assert value("amount_sent") == Decimal("1800.00")
    assert value("amount_arrived") == 0
    assert value("amount_arrived", period="2026-01") == Decimal("1200.00")
    assert value("payments_arrived", period="2026") == 2
    assert value("people_arrived", period="2026") == 2
    assert value("payments_returned") == 1
    assert value("batches_settled") == 0


def test_figures_say_what_they_are() -> None:
    own = [one for one in figures() if one.code.startswith("assistance.")]
    assert len({one.name for one in own}) == len(own) == 19
    assert {one.unit for one in own} <= {"户", "元", "人次", "人", "批", "笔"}
