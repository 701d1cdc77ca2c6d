"""What-ifs: the statement says what the rules say in Python, and nothing is paid."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from assistance.actions.schemes import save_scheme_version
from assistance.actions.what_ifs import (
    KEPT_DAYS,
    WhatIfEntry,
    compute_what_if,
    forget_what_ifs,
    request_what_if,
)
from assistance.enums import ChangeKind, HardshipClass
from assistance.models import (
    Determination,
    HouseholdDossier,
    PaymentClaim,
    Round,
    SchemeVersion,
    WhatIf,
    WhatIfChange,
)
from assistance.queries.populations import population_named
from assistance.queries.what_ifs import (
    changes_visible_to,
    counties_of_what_if,
    cut_line_of,
    kinds_of_what_if,
    schemes_of,
    subjects_tried,
    totals_of_what_if,
    what_ifs_visible_to,
    whys_of_what_if,
)
from assistance.rules.what_if import change_of
from members.enums import Role
from tests.assistance import builders as make
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.audit import history_of
from unionportal.core.errors import Refusal
from unionportal.core.formula.ruling import Decision, Outcome, decide

pytestmark = pytest.mark.django_db

SEVERITY = '2 if 困难类别 == "深度困难" else 1'
FIRST_WORST = (
    {"expression": SEVERITY, "direction": "desc"},
    {"expression": "家庭月人均净收入", "direction": "asc"},
)
# Class-dependent amounts, a stricter line for the deep, a looser one for the relative.
NEW_RULE = {
    "version: 1": "version: 2",
    "家庭月人均净收入 <= (低保标准 if": "家庭月人均净收入 <= (0.9 * 低保标准 if",
    "(2 * 低保标准 if": "(3 * 低保标准 if",
    'amount: "600"': 'amount: >-\n  800 if 困难类别 == "深度困难" else 500',
}


def new_text(changes: dict[str, str] | None = None) -> str:
    """The next version, without examples but one, which any rule here agrees with."""
    text = make.winter_text(NEW_RULE if changes is None else changes)
    head, _examples = text.split("examples:\n")
    return (
        head
        + """examples:
  - name: 收入为负的家庭
    facts:
      困难类别: 深度困难
      家庭月人均净收入: "-320.50"
      低保标准: "750.00"
      住房套数: 1
      有机动车: false
      最近复核日期: 2025-06-01
      基准日: 2025-12-01
      收款账户已核验: true
    outcome: eligible
    amount: "%s"
"""
        % ("800.00" if changes is None else "600.00")
    )


def two_versions(changes: dict[str, str] | None = None) -> tuple[SchemeVersion, ...]:
    before = make.scheme_version()
    after = save_scheme_version(source=new_text(changes), on=make.ON, by=SYSTEM)
    return before, after


def families() -> dict[str, HouseholdDossier]:
    """One family for each kind of change, in two counties."""
    make.standard()
    make.standard(at=make.NEXT_COUNTY)
    relative = HardshipClass.RELATIVE
    return {
        "gains": make.dossier("甲", wage_income=Decimal("10000.00")),
        "no_longer": make.dossier("乙", wage_income=Decimal("29000.00")),
        "loses": make.dossier("丙", hardship_class=relative),
        "newly": make.dossier(
            "丁", hardship_class=relative, wage_income=Decimal("60000.00")
        ),
        "unchanged": make.dossier("戊", homes_count=2, wage_income=Decimal("12000.00")),
        "unknown": make.dossier(
            "己",
            at=make.NEXT_COUNTY,
            with_account=False,
            wage_income=Decimal("12000.00"),
        ),
        "next": make.dossier(
            "庚", at=make.NEXT_COUNTY, wage_income=Decimal("12000.00")
        ),
    }


def asked(
    versions: tuple[SchemeVersion, ...],
    *,
    at: str = make.PROVINCE,
    by: Actor = SYSTEM,
    **more: object,
) -> WhatIf:
    before, after = versions
    entry = WhatIfEntry(
        before_id=before.pk,
        after_id=after.pk,
        organisation_id=make.union(at).pk,
        as_of=make.AS_OF,
        **more,  # type: ignore[arg-type]
    )
    return request_what_if(entry=entry, on=make.ON, by=by)


def tried(versions: tuple[SchemeVersion, ...], **more: object) -> WhatIf:
    row = asked(versions, **more)  # type: ignore[arg-type]
    return compute_what_if(what_if_id=row.pk, on=make.ON, by=SYSTEM)


def by_python(row: WhatIf) -> dict[int, tuple[Decision, Decision]]:
    """Each subject decided by both versions in Python, from the facts alone."""
    before, after = schemes_of(row)
    population = population_named(after.population)
    subjects = subjects_tried(row, population)
    facts = population.sheet.attach(subjects, as_of=row.as_of)
    named = {f"seen_{name}": column for name, column in facts.items()}
    answers = {}
    for subject in subjects.annotate(**named):
        values = {name: getattr(subject, f"seen_{name}") for name in facts}
        answers[subject.pk] = (
            decide(before.ruling, values),
            decide(after.ruling, values),
        )
    return answers


# --- the comparison


def test_what_if_says_of_everybody_what_both_rules_say_in_python() -> None:
    households = families()
    row = tried(two_versions())
    answers = by_python(row)
    kinds = {pk: change_of(*pair) for pk, pair in answers.items()}

    expected = [households[name].pk for name in ("gains", "no_longer", "loses")]
    assert [kinds[pk].value for pk in expected] == ["gains", "no_longer", "loses"]
    assert kinds[households["newly"].pk] == ChangeKind.NEWLY
    assert kinds[households["unchanged"].pk] == ChangeKind.UNCHANGED
    assert kinds[households["unknown"].pk] == ChangeKind.UNKNOWN
    found = {
        change.subject_id: (
            Decision(
                outcome=Outcome(change.before_outcome),
                clause=change.before_clause or None,
                missing_fact=change.before_missing_fact or None,
                amount=change.before_amount or None,
            ),
            Decision(
                outcome=Outcome(change.after_outcome),
                clause=change.after_clause or None,
                missing_fact=change.after_missing_fact or None,
                amount=change.after_amount or None,
            ),
            change.change,
        )
        for change in row.changes.all()
    }
    assert found == {
        pk: (*pair, kinds[pk])
        for pk, pair in answers.items()
        if kinds[pk] not in (ChangeKind.UNCHANGED, ChangeKind.UNKNOWN)
    }
    assert {one.kind: one.count for one in kinds_of_what_if(row)} == {
        kind: list(kinds.values()).count(kind) for kind in ChangeKind
    }
    totals = totals_of_what_if(row)
    assert (totals.population, row.population) == (7, 7)
    assert (totals.before_amount, totals.after_amount) == (
        sum(before.amount or 0 for before, _ in answers.values()),
        sum(after.amount or 0 for _, after in answers.values()),
    )
    assert totals.difference == Decimal("200.00")
    assert (totals.before_eligible, totals.after_eligible) == (4, 4)


def test_what_if_tells_why_and_where_and_leaves_no_trace_among_the_rounds() -> None:
    families()
    row = tried(two_versions())

    whys = {
        (why.before, why.after, why.change.value): why.count
        for why in whys_of_what_if(row)
    }
    line = "不满足“家庭月人均净收入不超过本类别的收入线”"
    assert whys == {
        ("符合", line, "no_longer"): 1,
        (line, "符合", "newly"): 1,
        ("符合", "符合", "gains"): 2,
        ("符合", "符合", "loses"): 1,
    }
    own, following = counties_of_what_if(row)
    assert (own.population, own.before_coverage, own.after_coverage) == (
        5,
        Decimal("60.00"),
        Decimal("60.00"),
    )
    assert (own.newly, own.no_longer, own.excluded) == (1, 1, 2)
    assert (following.population, following.unknown) == (2, 1)
    assert following.difference == Decimal("200.00")
    assert not Round.objects.exists()
    assert not Determination.objects.exists()
    assert not PaymentClaim.objects.exists()
    assert [entry.verb for entry in history_of(row)] == [
        "compute_what_if",
        "request_what_if",
    ]


def test_what_if_of_the_same_question_has_the_same_digest_and_cannot_be_edited() -> (
    None
):
    families()
    versions = two_versions()
    first, second = tried(versions), tried(versions)
    other = tried(versions, at=make.NEXT_COUNTY)

    assert first.digest == second.digest != other.digest
    again = compute_what_if(what_if_id=first.pk, on=make.ON, by=SYSTEM)
    assert again.changes.count() == second.changes.count() == 5
    for change in (
        lambda: WhatIf.objects.filter(pk=first.pk).update(population=1),
        lambda: first.counts.update(count=1),
        lambda: first.changes.update(after_amount=1),
        lambda: first.counts.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


# --- the cap


def test_what_if_cap_lets_in_the_first_of_the_order_and_equals_together() -> None:
    households = families()
    make.dossier("辛", hardship_class=HardshipClass.RELATIVE)
    versions = two_versions()
    # 800 (甲), 800 (庚), then 丙 and 辛 alike at 500 each, then 丁 at 500.
    row = tried(versions, cap=Decimal("2599.99"), priorities=FIRST_WORST)

    cut = row.changes.filter(is_cut=True)
    assert cut.count() == 3
    assert households["gains"].pk not in cut.values_list("subject_id", flat=True)
    totals = totals_of_what_if(row)
    assert (totals.cut_count, totals.cut_amount) == (3, Decimal("1500.00"))
    line = cut_line_of(row, totals)
    assert line is not None
    assert (line.place, line.count, line.amount) == (3, 2, Decimal("1000.00"))
    assert line.left == Decimal("999.99")
    assert line.values[0] == (SEVERITY, "1")
    enough = tried(versions, cap=Decimal("2600.00"), priorities=FIRST_WORST)
    assert enough.changes.filter(is_cut=True).count() == 1
    everybody = tried(versions, cap=Decimal("3100.00"), priorities=FIRST_WORST)
    assert cut_line_of(everybody, totals_of_what_if(everybody)) is None


def test_what_if_with_a_cap_of_nothing_pays_nobody() -> None:
    families()
    row = tried(two_versions(), cap=Decimal("0"), priorities=FIRST_WORST)
    totals = totals_of_what_if(row)
    assert totals.cut_count == totals.after_eligible == 4
    assert totals.funded_amount == Decimal("0.00")


# --- breaking it


def test_what_if_refuses_in_words_what_cannot_be_compared() -> None:
    versions = before, _after = two_versions()
    with pytest.raises(Refusal, match="没有在档的对象"):
        tried(versions)
    with pytest.raises(Refusal, match="同一版"):
        asked((before, before))
    with pytest.raises(Refusal, match="没有发布过"):
        asked((versions[1], versions[0]))
    with pytest.raises(Refusal, match="至少填一项优先次序"):
        asked(versions, cap=Decimal("100.00"))
    with pytest.raises(Refusal, match="不能是负数"):
        asked(versions, cap=Decimal("-1"), priorities=FIRST_WORST)
    for expression, words in (
        ("困难类别", "排序要用数字"),
        ("家庭月均收入", "没有名为"),
        ("1 +", "第 1 项"),
    ):
        wrong = ({"expression": expression, "direction": "asc"},)
        with pytest.raises(Refusal, match=words):
            asked(versions, priorities=wrong)


def test_what_if_of_rules_that_nobody_meets_or_that_lack_a_fact() -> None:
    families()
    before, _draft = two_versions({"version: 1": "version: 2"})
    nobody = save_scheme_version(
        source=new_text(
            {
                "version: 1": "version: 2",
                "rule: 收款账户已核验": "rule: 收款账户已核验 and 家庭人口 > 90 or 家庭月人均净收入 < -300",
            }
        ),
        on=make.ON,
        by=SYSTEM,
    )
    row = tried((before, nobody))
    totals = totals_of_what_if(row)
    assert (totals.after_eligible, totals.after_amount) == (0, Decimal("0.00"))
    lacking = save_scheme_version(
        source=new_text(
            {
                "version: 1": "version: 2",
                "rule: 收款账户已核验": "rule: 出生日期 < 基准日 and 必然 or 家庭月人均净收入 < -300".replace(
                    "必然", '档案类型 == "返困"'
                ),
            }
        ),
        on=make.ON,
        by=SYSTEM,
    )
    row = tried((before, lacking))
    answers = by_python(row)
    assert {one.kind: one.count for one in kinds_of_what_if(row)} == {
        kind: [change_of(*pair) for pair in answers.values()].count(kind)
        for kind in ChangeKind
    }


def test_what_if_of_a_version_with_the_same_rules_changes_nothing() -> None:
    families()
    row = tried(two_versions({"version: 1": "version: 2"}))
    assert not row.changes.exists()
    assert totals_of_what_if(row).difference == Decimal("0.00")
    assert whys_of_what_if(row) == []


def test_what_if_keeps_to_the_place_and_to_who_reaches_it() -> None:
    families()
    versions = two_versions()
    clerk = make.maker(make.COUNTY)
    neighbour = make.maker(make.NEXT_COUNTY)
    auditor = make.staff(Role.AUDITOR, at=make.COUNTY)
    for officer, place in (
        (neighbour, make.COUNTY),
        (clerk, make.PROVINCE),
        (auditor, make.COUNTY),
    ):
        with pytest.raises(Refusal, match="方案试算"):
            asked(versions, at=place, by=officer)
    row = asked(versions, at=make.COUNTY, by=clerk)
    row = compute_what_if(what_if_id=row.pk, on=make.ON, by=clerk)

    assert row.population == 5
    assert [one.pk for one in what_ifs_visible_to(clerk)] == [row.pk]
    assert changes_visible_to(clerk).count() == 4
    assert not what_ifs_visible_to(neighbour).exists()
    assert not changes_visible_to(neighbour).exists()


def test_what_if_forgets_its_people_after_a_year_and_keeps_its_counts() -> None:
    families()
    row = tried(two_versions())
    a_year: date = make.ON + timedelta(days=KEPT_DAYS)
    assert forget_what_ifs(on=a_year, by=SYSTEM) == 0
    assert forget_what_ifs(on=a_year + timedelta(days=1), by=SYSTEM) == 1
    row.refresh_from_db()
    assert row.forgotten_on == a_year + timedelta(days=1)
    assert not WhatIfChange.objects.exists()
    assert totals_of_what_if(row).population == 7
