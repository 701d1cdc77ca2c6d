"""A person's answers and payments, by the keys that stay fast."""

import json

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from assistance.actions.computations import compute_round
from assistance.actions.payments import withdraw_payment
from assistance.actions.rounds import cancel_round
from assistance.enums import PaymentState
from assistance.models import Determination, Payment
from assistance.queries.payees import determinations_of_payee, latest_attempts
from members.enums import Role
from tests.assistance import builders as make
from tests.assistance.paying import AFTER_NOTICE, released_round
from unionportal.core.actor import SYSTEM

pytestmark = pytest.mark.django_db


def nodes(plan: dict[str, object]) -> list[dict[str, object]]:
    """Every node of a plan, from the top."""
    below = plan.get("Plans", [])
    assert isinstance(below, list)
    return [plan, *(node for child in below for node in nodes(child))]


def scans(rows: QuerySet[Determination]) -> list[dict[str, object]]:
    """How the answers are found, where reading a whole table is the last resort."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        (plan,) = json.loads(rows.explain(format="json"))
    return [
        node
        for node in nodes(plan["Plan"])
        if "determination" in str(node.get("Relation Name", ""))
        or "determination" in str(node.get("Index Name", ""))
    ]


def test_answers_of_a_payee_are_his_own_and_stand() -> None:
    make.standard()
    mine, other = make.dossier("甲"), make.dossier("乙")
    round_ = make.computed_round()

    (answer,) = determinations_of_payee(mine.principal_id)

    assert answer == make.answer_of(round_, mine)
    assert list(determinations_of_payee(other.principal_id)) == [
        make.answer_of(round_, other)
    ]
    stranger = make.person("生人")
    assert list(determinations_of_payee(stranger.pk)) == []


def test_answers_of_a_cancelled_round_are_not_told() -> None:
    make.standard()
    mine = make.dossier("甲")
    round_ = make.computed_round()

    cancel_round(round_id=round_.pk, reason="基准日有误", on=make.ON, by=SYSTEM)

    assert list(determinations_of_payee(mine.principal_id)) == []


def test_answers_of_rounds_at_every_level_are_told() -> None:
    make.standard()
    mine = make.dossier("甲")
    version = make.scheme_version()
    for at in (make.COUNTY, make.CITY, make.PROVINCE):
        opened = make.opened_round(at=at, version=version)
        compute_round(round_id=opened.pk, on=make.ON, by=SYSTEM)

    assert determinations_of_payee(mine.principal_id).count() == 3


def test_answers_are_found_by_the_unique_key() -> None:
    make.standard()
    mine = make.dossier("甲")
    make.computed_round()

    found = scans(determinations_of_payee(mine.principal_id))

    assert [str(scan["Node Type"]) for scan in found if "Seq" in str(scan)] == []
    conditions = " ".join(str(scan.get("Index Cond")) for scan in found)
    for column in ("year", "round_id", "subject_kind", "subject_id"):
        assert column in conditions or "payee_id" in conditions


def test_attempts_of_a_withdrawn_payment_are_still_told() -> None:
    round_ = released_round(2)
    first, second = Payment.objects.order_by("id")
    withdraw_payment(
        payment_id=first.pk,
        reason="重复建档",
        by=make.staff(Role.MAKER, Role.CHECKER, Role.APPROVER, on=AFTER_NOTICE),
        on=AFTER_NOTICE,
    )

    found = latest_attempts(Determination.objects.filter(round=round_))

    states = {payment.pk: payment.state for payment in found.values()}
    assert states == {
        first.pk: PaymentState.WITHDRAWN,
        second.pk: PaymentState.PLANNED,
    }


def test_nobody_asks_nothing() -> None:
    with CaptureQueriesContext(connection) as asked:
        assert latest_attempts([]) == {}
        assert list(determinations_of_payee(0)) == []
    assert len(asked) == 2  # for his dossiers and his applications
