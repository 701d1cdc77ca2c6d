"""What county systems read of their statements and months."""

import json

import pytest

from assistance.models import StatementLine
from tests.assistance import builders as make
from tests.assistance.api.callers import API, caller, ids, refusal
from tests.assistance.banking import Told, bring_statement, month_of, paid_county
from tests.assistance.paying import paying_account

pytestmark = pytest.mark.django_db


def test_a_statement_is_told_with_its_tail_only() -> None:
    paying_account()
    statement = bring_statement([Told("5.00", side="in")]).statement

    told = json.loads(caller().get(f"{API}/statements/{statement.pk}/").content)

    assert told == {
        "id": statement.pk,
        "organisation": make.COUNTY,
        "account_last4": "4567",
        "sequence": 1,
        "period_from": "2025-12-01",
        "period_to": "2025-12-31",
        "opening": "0.00",
        "received_total": "5.00",
        "paid_total": "0.00",
        "closing": "5.00",
        "line_count": 1,
        "on": "2026-01-05",
    }


def test_lines_are_asked_by_whether_they_are_matched() -> None:
    county = paid_county()
    bring_statement([*county.lines(), Told("3.21", side="in", summary="结息")])
    statement = StatementLine.objects.all()[0].statement_id
    address = f"{API}/statements/{statement}/lines/"

    open_ = ids(caller().get(f"{address}?is_matched=false"))
    matched = ids(caller().get(f"{address}?is_matched=true"))

    assert open_ == [StatementLine.objects.get(summary="结息").pk]
    assert len(matched) == 5
    assert refusal(caller().get(f"{address}?matched=1"))[2] == "unknown_parameter"


def test_months_and_statements_are_those_of_the_own_subtree() -> None:
    paying_account()
    statement = bring_statement().statement
    month = month_of()
    county, city, next_county = caller(), caller(make.CITY), caller(make.NEXT_COUNTY)

    for system, seen in ((county, 1), (city, 1), (next_county, 0)):
        assert ids(system.get(f"{API}/statements/")) == [statement.pk] * seen
        assert (
            ids(system.get(f"{API}/reconciliations/?state=open")) == [month.pk] * seen
        )
    assert next_county.get(f"{API}/statements/{statement.pk}/lines/").status_code == 404
