"""The facts of a household: by the formula of the national form, on the right date."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from assistance.enums import Residence
from assistance.models import HouseholdDossier, Round, SchemeVersion
from assistance.queries.dossiers import (
    hardship_population,
    hardship_subjects,
)
from assistance.queries.hardship_classes import facts_of as stated_facts
from assistance.rules.household import COSTS, INCOMES, net_income_per_head
from tests.assistance import builders as make
from unionportal.core.facts import fact_sheet

pytestmark = pytest.mark.django_db
COLUMNS = (*INCOMES, *COSTS)


def facts_of(dossier: HouseholdDossier, as_of: date = make.AS_OF) -> dict[str, object]:
    """Every fact of a household, as the sheet states it to a round."""
    version = Round(as_of=as_of, occurrence="2025-winter")
    version.organisation = make.union(make.PROVINCE)
    version.version = SchemeVersion(scheme_id=0)
    sheet = fact_sheet("hardship_dossiers")
    subjects = hardship_subjects(version).filter(pk=dossier.pk)
    stated = {f"f_{n}": e for n, e in sheet.attach(subjects, as_of=as_of).items()}
    row = subjects.annotate(**stated).values(*stated).get()
    return {name.removeprefix("f_"): value for name, value in row.items()}


def test_facts_of_a_household_on_the_line() -> None:
    make.standard()
    dossier = make.dossier()
    found = facts_of(dossier)
    assert found["net_income_per_head"] == Decimal("750.00")
    assert found["subsistence_line"] == Decimal("750.00")
    assert found["yearly_income"] == Decimal("30000.00")
    assert found["yearly_rigid_cost"] == Decimal("3000.00")
    assert (found["hardship_class"], found["household_size"]) == ("deep", 3)
    assert (found["account_verified"], found["already_granted"]) == (True, None)
    assert (found["principal_died"], found["as_of"]) == (False, make.AS_OF)
    assert found["birth_date"] == date(1975, 5, 4)


@pytest.mark.parametrize("column", COLUMNS)
def test_net_income_is_unknown_while_any_part_of_it_is(column: str) -> None:
    missing: dict[str, Any] = {column: None}
    dossier = make.dossier(**missing)
    assert facts_of(dossier)["net_income_per_head"] is None


def test_the_line_is_that_of_the_application_date_and_the_residence() -> None:
    make.standard(Decimal("700.00"), since=date(2024, 1, 1))
    make.standard(Decimal("800.00"), since=date(2025, 3, 2))
    make.standard(Decimal("560.00"), residence=Residence.RURAL)
    urban, rural = make.dossier("甲"), make.dossier("乙", residence=Residence.RURAL)
    assert facts_of(urban)["subsistence_line"] == Decimal("700.00")
    assert facts_of(rural)["subsistence_line"] == Decimal("560.00")
    HouseholdDossier.objects.filter(pk=urban.pk).update(applied_on=date(2025, 3, 2))
    assert facts_of(urban)["subsistence_line"] == Decimal("800.00")


def test_an_account_that_nobody_has_checked_is_missing_not_false() -> None:
    dossier = make.dossier(with_account=False)
    make.account(dossier.principal, verified=False)
    assert facts_of(dossier)["account_verified"] is None


def test_a_death_counts_from_its_day() -> None:
    dossier = make.dossier()
    type(dossier.principal).objects.filter(pk=dossier.principal_id).update(
        died_on=date(2025, 12, 1)
    )
    assert facts_of(dossier, date(2025, 11, 30))["principal_died"] is False
    assert facts_of(dossier, date(2025, 12, 1))["principal_died"] is True


def test_every_declared_fact_has_an_expression_and_every_fact_its_meaning() -> None:
    sheet = hardship_population().sheet
    names = {fact.name_en for fact in sheet.declarations}
    found = sheet.expressions(HouseholdDossier.objects.all(), make.AS_OF)
    assert names == set(found)


class NetIncome(TestCase):
    """Held against exact arithmetic, halves of the last place included."""

    amounts = st.decimals("0", "9999999.99", places=2)

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        money=st.lists(amounts, min_size=11, max_size=11),
        size=st.integers(1, 30),
    )
    def test_net_income_is_rounded_half_up_once(
        self, money: list[Decimal], size: int
    ) -> None:
        values: dict[str, Any] = dict(zip(COLUMNS, money, strict=True))
        dossier = make.dossier(household_size=size, with_account=False, **values)
        split = len(INCOMES)
        total = sum(money[:split], Decimal(0)) - sum(money[split:], Decimal(0))
        exact = (total / (size * 12)).quantize(Decimal("1e-12"), ROUND_HALF_UP)
        assert facts_of(dossier)["net_income_per_head"] == exact
        assert net_income_per_head(stated_facts(dossier)) == exact
