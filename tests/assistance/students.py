"""A scheme about students: each is a person of his own, a parent is paid.

The population is the tests' own: whoever stands in an open dossier as a child and has
a registration. In two dossiers he is the subject of both counties' rounds.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import (
    Case,
    Exists,
    Expression,
    F,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.fields import BooleanField

from assistance.actions.computations import compute_round
from assistance.actions.releases import release_round
from assistance.actions.rounds import open_round
from assistance.actions.schemes import publish_scheme_version, save_scheme_version
from assistance.enums import DossierState, Relation, SubjectKind
from assistance.models import (
    Determination,
    HouseholdDossier,
    HouseholdMember,
    Round,
    SchemeVersion,
)
from assistance.queries import populations
from assistance.queries.dossiers import earlier_grant
from assistance.queries.populations import Population
from members.enums import AccountState
from members.models import BankAccount, Person
from tests.assistance.builders import (
    AS_OF,
    COUNTY,
    ON,
    fund_sources,
    period,
    person,
    union,
)
from unionportal.core.actor import SYSTEM
from unionportal.core.facts import FactSheet
from unionportal.core.formula.declare import FactDeclaration, FactType

NAME = "test_students"
FACTS = (
    FactDeclaration(name_en="already_granted", name="本期已有发放", type=FactType.TEXT),
    FactDeclaration(
        name_en="account_verified", name="收款账户已核验", type=FactType.BOOLEAN
    ),
)
TEXT = """\
code: {code}
title: {title}
version: 1
valid_from: 2014-01-01
document: 天门市总工会 2024 年金秋助学通知
population: test_students
occurrence: "{{period}}"
delivery: bank
notice:
funds: [provincial_warmth, county_own]
approval:
  threshold: "500000.00"
{stacking}clauses:
  - code: account_known
    title: 有已核验的收款账户
    rule: 收款账户已核验
amount: "{amount}"
examples:
  - name: 家长有收款账户的学生
    facts:
      收款账户已核验: true
    outcome: eligible
    amount: "{amount}"
"""


def _reached(round_: Round) -> QuerySet[HouseholdMember]:
    """Where a student stands in the round's reach."""
    return HouseholdMember.objects.filter(
        id_number_index=OuterRef("id_number_index"),
        relation=Relation.CHILD,
        dossier__state=DossierState.ON_FILE,
        dossier__organisation__path__startswith=round_.organisation.path,
    ).order_by("dossier_id")


def _students(round_: Round) -> QuerySet[Any, Any]:
    rows = _reached(round_)
    return (
        Person.objects.filter(Exists(rows))
        .annotate(
            payer=Subquery(rows.values("dossier__organisation_id")[:1]),
            parent=Subquery(rows.values("dossier__principal_id")[:1]),
        )
        .alias(
            already_granted=earlier_grant(
                scheme_id=round_.version.scheme_id,
                occurrence=round_.occurrence,
                subject_kind=SubjectKind.PERSON,
            )
        )
    )


def _facts(_: QuerySet[Any, Any], _as_of: date) -> Mapping[str, Expression | F]:
    verified = BankAccount.objects.filter(
        person=OuterRef("parent"), state=AccountState.VERIFIED
    )
    return {
        "already_granted": F("already_granted"),
        "account_verified": Case(
            When(Exists(verified), then=Value(value=True)),
            default=None,
            output_field=BooleanField(),
        ),
    }


STUDENTS = Population(
    name=NAME,
    title="困难职工子女",
    subject_kind=SubjectKind.PERSON,
    sheet=FactSheet(name=NAME, title="学生", declarations=FACTS, expressions=_facts),
    subjects=_students,
    organisation=F("payer"),
    payee=F("parent"),
)


@pytest.fixture
def students(monkeypatch: pytest.MonkeyPatch) -> None:
    """The population, for the length of a test."""
    monkeypatch.setitem(populations._populations, NAME, STUDENTS)


def student(name: str, *homes: HouseholdDossier) -> Person:
    """A child with a registration of his own, named in each of these dossiers."""
    child = person(name)
    for home in homes:
        HouseholdMember.objects.create(
            dossier=home,
            name=name,
            relation=Relation.CHILD,
            id_number_index=child.id_number_index,
        )
    return child


def school_aid(
    amount: str = "3000.00",
    *,
    code: str = "test_school_aid",
    title: str = "金秋助学",
    stacking: str = "",
) -> SchemeVersion:
    """A published scheme about the students; `stacking` is a passage of its text."""
    fund_sources()
    text = TEXT.format(code=code, title=title, amount=amount, stacking=stacking)
    if "notice:" in stacking:
        text = text.replace("notice:\n", "", 1)
    draft = save_scheme_version(source=text, on=ON, by=SYSTEM)
    return publish_scheme_version(version_id=draft.pk, on=ON, by=SYSTEM)


def computed(
    version: SchemeVersion, at: str = COUNTY, code: str = "2025-winter"
) -> Round:
    """A round of students at a union, answered; it needs no notice."""
    opened = open_round(
        version_id=version.pk,
        organisation_id=union(at).pk,
        period_id=period(code).pk,
        as_of=AS_OF,
        on=ON,
        by=SYSTEM,
    )
    return compute_round(round_id=opened.pk, on=ON, by=SYSTEM)


def released(
    version: SchemeVersion, at: str = COUNTY, code: str = "2025-winter"
) -> Round:
    return release_round(round_id=computed(version, at, code).pk, on=ON, by=SYSTEM)


def answers(round_: Round) -> dict[str, tuple[str, str, Decimal | None]]:
    """By name of the student: outcome, clause and amount, as they stand."""
    rows = Determination.objects.filter(round=round_, superseded_by=None)
    names = dict(Person.objects.values_list("pk", "name"))
    return {
        names[row.subject_id]: (row.outcome, row.clause, row.decided_amount)
        for row in rows
    }
