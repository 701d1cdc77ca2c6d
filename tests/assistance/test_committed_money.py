"""Money at the bank stands apart; batches sent before there was a place for it are moved."""

from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection

import assistance.migrations
from assistance.models import Batch, Entry, Payment
from assistance.queries.ledger import ledger_proof
from tests.assistance.builders import COUNTY
from tests.assistance.paying import (
    AFTER_NOTICE,
    answer_to,
    approved_batch,
    books,
    bring_in,
    fund,
    instructed_batch,
    officers,
    payments_of,
    released_round,
)

pytestmark = pytest.mark.django_db

SOURCE = "county_own"


def test_money_goes_from_reserved_to_committed_to_spent() -> None:
    round_ = released_round(3)
    fund("1800.00")
    who = officers()
    approved_batch(round_, who)
    assert books()[COUNTY, SOURCE, "reserved"] == Decimal("1800.00")

    batch = instructed_batch(round_, who)

    assert books() == {
        (COUNTY, SOURCE, "funding"): Decimal("-1800.00"),
        (COUNTY, SOURCE, "committed"): Decimal("1800.00"),
    }
    back = payments_of(batch)[0].reference
    bring_in(answer_to(batch, returned={back: "closed"}))
    assert books() == {
        (COUNTY, SOURCE, "funding"): Decimal("-1800.00"),
        (COUNTY, SOURCE, "available"): Decimal("600.00"),
        (COUNTY, SOURCE, "spent"): Decimal("1200.00"),
    }
    kinds = Entry.objects.filter(batch=batch).order_by("id")
    assert list(kinds.values_list("kind", flat=True)) == [
        *("reserve", "commit", "spend", "release"),
    ]


def test_a_batch_sent_before_has_its_money_committed_by_the_migration() -> None:
    round_ = released_round(2)
    fund("1200.00")
    batch = approved_batch(round_, officers())
    Payment.objects.filter(batch=batch).update(
        state="instructed", instructed_on=AFTER_NOTICE
    )
    Batch.objects.filter(pk=batch.pk).update(
        state="instructed", instructed_on=AFTER_NOTICE
    )
    assert "在途：名单为 1200.00，账上为 0" in told()

    folder = Path(assistance.migrations.__path__[0]) / "sql"
    with connection.cursor() as cursor:
        cursor.execute((folder / "committed_money.sql").read_text(encoding="utf-8"))

    assert books()[COUNTY, SOURCE, "committed"] == Decimal("1200.00")
    assert "在途" not in told()
    assert "预留" not in told()


def told() -> str:
    return "；".join(problem.sentence for problem in ledger_proof().problems)
