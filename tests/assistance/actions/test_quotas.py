"""A scheme with a quota: so many places, so much money, the earlier applicant first."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistance.actions.computations import compute_round
from assistance.actions.determinations import decide_amount
from assistance.actions.payments import withdraw_payment
from assistance.actions.releases import release_round
from assistance.actions.rounds import open_round, open_supplementary_round
from assistance.models import AidApplication, Payment, Round, SchemeVersion
from assistance.queries.determinations import explanation_of
from assistance.queries.rounds import current_determinations
from assistance.queries.worker import matters_of
from members.enums import Role
from members.models import Person
from tests.assistance.applying import (
    DECIDED,
    accepted,
    autumn,
    autumn_version,
    parent,
    student,
    window,
)
from tests.assistance.builders import COUNTY, staff, union
from unionportal.core.actor import SYSTEM
from unionportal.core.errors import Refusal
from unionportal.core.models import AuditEntry

pytestmark = pytest.mark.django_db

NO_NOTICE = {
    "notice:\n  working_days: 5\n"
    "  document: 天门市总工会 2024 年“金秋助学”活动公告（先公示、后发放）\n": "notice:\n"
}
NAMES = ("甲", "乙", "丙", "丁", "戊")
START = datetime(2025, 8, 1, 1, tzinfo=UTC)


def version(quota: str) -> SchemeVersion:
    """Autumn school aid without a notice, with a quota."""
    return autumn_version({**NO_NOTICE, "clauses:\n": f"quota: {quota}\nclauses:\n"})


def applicants(within: SchemeVersion, names: Sequence[str]) -> list[Person]:
    """One student each, in this order; every second goes to a high school (2,000)."""
    opened = window(version=within)
    found = []
    for number, name in enumerate(names):
        who = parent(f"家长{name}")
        stage = "high_school" if number % 2 else "college"
        application = accepted(who, opened, student(f"学生{name}", stage=stage))
        came(application, number)
        found.append(who)
    return found


def came(application: AidApplication, minute: int) -> None:
    moment = START + timedelta(minutes=minute)
    AidApplication.objects.filter(pk=application.pk).update(submitted_at=moment)


def main_round(of: SchemeVersion) -> Round:
    opened = open_round(
        version_id=of.pk,
        organisation_id=union(COUNTY).pk,
        period_id=autumn().pk,
        as_of=DECIDED,
        on=DECIDED,
        by=SYSTEM,
    )
    return compute_round(round_id=opened.pk, on=DECIDED, by=SYSTEM)


def answers(round_: Round) -> dict[str, tuple[str, str]]:
    """By the letter of the family: outcome, and the words of the queue or the amount."""
    rows = current_determinations(round_).select_related("payee")
    return {
        row.payee.name.removeprefix("家长"): (
            row.outcome,
            str(row.facts.get("quota_place") or row.decided_amount),
        )
        for row in rows
        if row.payee is not None
    }


def test_a_place_that_comes_free_goes_to_the_next_in_the_order_of_application() -> None:
    scheme = version("{places: 2, order: application}")
    families = applicants(scheme, NAMES[:4])
    round_ = main_round(scheme)
    full = "名额已满（共 2 个），按申请先后顺序排在第 {}"
    assert answers(round_) == {
        "甲": ("eligible", "4000.00"),
        "乙": ("eligible", "2000.00"),
        "丙": ("ineligible", full.format(3)),
        "丁": ("ineligible", full.format(4)),
    }
    assert (round_.eligible_count, round_.ineligible_count) == (2, 2)
    entry = AuditEntry.objects.filter(verb="compute_round").latest("id")
    assert entry.changes["queued"] == 2

    release_round(round_id=round_.pk, on=DECIDED, by=SYSTEM)
    third = matters_of(families[2].pk, DECIDED)[0]
    assert third.headline == full.format(3)
    assert third.steps[-1].detail == "候补"
    assert third.refused_by == "排在名额（预算）以内"
    first = explanation_of(
        current_determinations(round_).get(payee=families[3])
    ).clauses[0]
    assert (first.code, first.reasons) == ("quota", (full.format(4),))

    payment = Payment.objects.get(claim__payee=families[0])
    checker = staff(Role.CHECKER, on=DECIDED)
    withdraw_payment(payment_id=payment.pk, reason="本人退出", by=checker, on=DECIDED)
    more = open_supplementary_round(
        parent_id=round_.pk, as_of=DECIDED, on=DECIDED, by=SYSTEM
    )
    more = compute_round(round_id=more.pk, on=DECIDED, by=SYSTEM)
    assert answers(more) == {
        "丙": ("eligible", "4000.00"),
        "丁": ("ineligible", full.format(3)),
    }
    release_round(round_id=more.pk, on=DECIDED, by=SYSTEM)
    assert [one.outcome for one in matters_of(families[2].pk, DECIDED)] == ["eligible"]


def test_nobody_is_beyond_the_quota_and_the_earlier_never_behind_the_later() -> None:
    scheme = version("{places: 3, budget: '9000', order: application}")
    applicants(scheme, NAMES)
    round_ = main_round(scheme)
    known = {
        one.applicant.name.removeprefix("家长"): (
            one,
            Decimal(2000 if one.answers["stage"] == "high_school" else 4000),
        )
        for one in AidApplication.objects.select_related("applicant")
    }

    @settings(max_examples=15, deadline=None)
    @given(st.permutations(NAMES))
    def holds(order: list[str]) -> None:
        for minute, name in enumerate(order):
            came(known[name][0], minute)
        compute_round(round_id=round_.pk, on=DECIDED, by=SYSTEM)
        found = answers(round_)
        spent, in_reach = Decimal(0), True
        for place, name in enumerate(order, start=1):
            spent += known[name][1]
            in_reach = in_reach and place <= 3 and spent <= 9000
            outcome, words = found[name]
            assert outcome == ("eligible" if in_reach else "ineligible")
            assert in_reach or words.endswith(f"排在第 {place}")

    holds()


def test_an_order_of_priority_goes_before_the_order_of_application() -> None:
    scheme = version(
        "{places: 2, order: [{expression: '3 if 录取层次 == \"高中\" else 5',"
        " direction: asc}]}"
    )
    applicants(scheme, NAMES[:4])
    found = answers(main_round(scheme))
    words = '名额已满（共 2 个），按3 if 录取层次 == "高中" else 5从小到大'
    assert [found[name][0] for name in NAMES[:4]] == [
        *("ineligible", "eligible", "ineligible", "eligible")
    ]
    assert found["甲"][1].startswith(words)
    assert found["甲"][1].endswith("排在第 3")


def test_an_amount_decided_beyond_the_budget_is_refused() -> None:
    scheme = version("{budget: '6500.00', order: application}")
    applicants(scheme, NAMES[:3])
    round_ = main_round(scheme)
    over = "预算已满（共 6,500.00 元），按申请先后顺序排在第 3"
    assert answers(round_)["丙"] == ("ineligible", over)
    second = current_determinations(round_).get(payee__name="家长乙")
    approver = staff(Role.APPROVER, on=DECIDED)
    with pytest.raises(Refusal, match="本轮次还可用 6,500.00 元"):
        decide_amount(
            determination_id=second.pk,
            amount=Decimal("2500.01"),
            reason="家庭特别困难",
            on=DECIDED,
            by=approver,
        )
    second.refresh_from_db()
    assert second.decided_amount == Decimal("2000.00")


def test_who_has_had_another_aid_of_the_group_holds_no_place() -> None:
    scheme = version("{places: 1, order: application}")
    applicants(scheme, NAMES[:2])
    first = AidApplication.objects.get(applicant__name="家长甲")
    grant_of_group(first)
    assert answers(main_round(scheme)) == {
        "甲": ("ineligible", "None"),
        "乙": ("eligible", "2000.00"),
    }


def grant_of_group(application: AidApplication) -> None:
    """Another scheme of the group paid for the student in the same year."""
    other = autumn_version({**NO_NOTICE, "code: autumn_school_aid": "code: other_aid"})
    same = replace(
        student(application.subject_name), id_number=application.id_number or ""
    )
    accepted(application.applicant, window(version=other), same)
    release_round(round_id=main_round(other).pk, on=DECIDED, by=SYSTEM)
