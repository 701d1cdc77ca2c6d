"""Totals of a round: by union, clause and missing fact, in a fixed number of queries."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assistance.models import Round
from assistance.queries.determinations import determinations_visible_to, explanation_of
from assistance.queries.rounds import (
    round_clauses,
    round_counties,
    round_unknowns,
    rounds_visible_to,
)
from members.enums import Role
from tests.assistance import builders as make
from tests.assistance.paying import released_round
from unionportal.core.actor import Actor

pytestmark = pytest.mark.django_db


def two_counties() -> Round:
    make.standard()
    make.standard(at=make.NEXT_COUNTY)
    make.dossier("甲")
    make.dossier("乙", homes_count=2)
    make.dossier("丙", with_account=False)
    make.dossier("丁", at=make.NEXT_COUNTY, homes_count=3)
    make.dossier("戊", at=make.NEXT_COUNTY, wage_income=Decimal("90000.00"))
    return make.computed_round()


def test_round_counties_add_up_to_the_round() -> None:
    round_ = two_counties()
    first, second = round_counties(round_)
    assert (first.organisation_name, first.population) == (make.union().name, 3)
    assert (first.eligible, first.ineligible, first.unknown) == (1, 1, 1)
    assert (first.amount, first.paid_amount) == (Decimal("600.00"), Decimal("0.00"))
    assert (second.population, second.ineligible, second.amount) == (2, 2, Decimal(0))
    assert first.population + second.population == round_.population


def test_round_counties_hold_the_latest_attempts() -> None:
    round_ = released_round(2)
    (county,) = round_counties(round_)
    assert (county.planned_count, county.planned_amount) == (2, Decimal("1200.00"))
    assert (county.paid_count, county.returned_count) == (0, 0)


def test_round_counties_take_as_many_queries_for_two_as_for_one() -> None:
    round_ = two_counties()
    with CaptureQueriesContext(connection) as queries:
        round_counties(round_)
    assert len(queries) == 2


def test_round_clauses_and_unknowns_are_named() -> None:
    round_ = two_counties()
    assert [(one.code, one.count) for one in round_clauses(round_)] == [
        ("no_excluded_property", 2),
        ("income_within", 1),
    ]
    assert round_clauses(round_)[0].title == "无两套以上住房、无非代步机动车"
    (unknown,) = round_unknowns(round_)
    assert (unknown.fact, unknown.name, unknown.count) == (
        "account_verified",
        "收款账户已核验",
        1,
    )


def test_rounds_are_visible_above_and_below_their_union_only() -> None:
    make.standard()
    make.dossier()
    round_ = make.computed_round(at=make.COUNTY)
    for seen_by in (make.staff(Role.MAKER), make.staff(Role.AUDITOR, at=make.CITY)):
        assert list(rounds_visible_to(seen_by)) == [round_]
    assert not rounds_visible_to(make.staff(Role.MAKER, at=make.NEXT_COUNTY)).exists()
    assert not rounds_visible_to(Actor(kind="staff", name="无岗")).exists()


def test_a_provincial_round_is_visible_to_its_counties() -> None:
    make.standard()
    make.dossier()
    round_ = make.computed_round()
    assert list(rounds_visible_to(make.staff(Role.MAKER))) == [round_]


def test_determinations_are_visible_to_their_union_and_their_payee_only() -> None:
    round_ = two_counties()
    own = determinations_visible_to(make.staff(Role.MAKER))
    assert own.count() == 3
    assert determinations_visible_to(make.maker()).count() == round_.population
    payee = own[0].payee
    assert payee is not None
    assert list(determinations_visible_to(make.worker(payee))) == [own[0]]
    stranger = make.worker(make.person("生人"))
    assert not determinations_visible_to(stranger).exists()


def test_explanation_shows_the_values_seen_and_not_those_of_today() -> None:
    make.standard()
    household = make.dossier()
    answer = make.answer_of(make.computed_round(), household)
    type(household).objects.filter(pk=household.pk).update(homes_count=5)

    explained = explanation_of(answer)

    assert explained.outcome == "eligible"
    assert explained.amount == "600.00"
    by_code = {clause.code: clause for clause in explained.clauses}
    assert by_code["income_within"].reasons == (
        "家庭月人均净收入 750.00 元，等于 低保标准 750.00 元",
    )
    assert by_code["already_granted"].reasons == ("没有查到本期的其他发放",)
    homes = {fact.name: fact.shown for fact in by_code["no_excluded_property"].facts}
    assert homes == {"住房套数": "1 套", "有机动车": "否"}
