"""Rounds: opened once for a union and a period, supplemented, cancelled."""

from datetime import date

import pytest

from assistance.actions.computations import compute_round
from assistance.actions.determinations import reconsider_determination
from assistance.actions.notices import publish_round_notice
from assistance.actions.releases import release_round
from assistance.actions.rounds import cancel_round, open_round, open_supplementary_round
from assistance.actions.schemes import withdraw_scheme_version
from assistance.enums import Outcome, RoundState
from assistance.models import Determination, Period, Round
from members.enums import Role
from tests.assistance import builders as make
from tests.assistance.paying import AFTER_NOTICE
from unionportal.core.actor import SYSTEM
from unionportal.core.audit import history_of
from unionportal.core.errors import Refusal

pytestmark = pytest.mark.django_db


def supplement(parent: Round, as_of: date = AFTER_NOTICE) -> Round:
    opened = open_supplementary_round(
        parent_id=parent.pk, as_of=as_of, on=AFTER_NOTICE, by=SYSTEM
    )
    return compute_round(round_id=opened.pk, on=AFTER_NOTICE, by=SYSTEM)


# --- opening


def test_open_round_takes_its_keys_from_scheme_and_period() -> None:
    by = make.maker()
    round_ = make.opened_round(by=by)

    assert (round_.occurrence, round_.year) == ("2025-winter", 2025)
    assert (round_.state, round_.kind) == ("opened", "main")
    (entry,) = history_of(round_)
    assert (entry.verb, entry.user_id) == ("open_round", by.user_id)


def test_open_round_is_refused_to_another_role_and_to_another_county() -> None:
    version = make.scheme_version()
    for by in (
        make.staff(Role.CHECKER, at=make.PROVINCE),
        make.staff(Role.MAKER, at=make.NEXT_COUNTY),
    ):
        with pytest.raises(Refusal, match="“经办”岗位"):
            make.opened_round(at=make.COUNTY, version=version, by=by)
    assert Round.objects.count() == 0


def test_open_round_is_refused_a_second_time_until_the_first_is_cancelled() -> None:
    first = make.opened_round()
    with pytest.raises(Refusal, match=f"已有.*主轮次（轮次 {first.pk}）"):
        make.opened_round(version=first.version)
    cancel_round(round_id=first.pk, reason="基准日写错", on=make.ON, by=SYSTEM)

    second = make.opened_round(version=first.version)

    assert second.pk != first.pk


def test_open_round_is_refused_on_a_version_not_in_force() -> None:
    version = make.scheme_version()
    period = make.period()
    with pytest.raises(Refusal, match="基准日 2013-12-31 不在其内"):
        open_round(
            version_id=version.pk,
            organisation_id=make.union().pk,
            period_id=period.pk,
            as_of=date(2013, 12, 31),
            on=make.ON,
            by=SYSTEM,
        )
    withdraw_scheme_version(version_id=version.pk, reason="停办", on=make.ON, by=SYSTEM)
    with pytest.raises(Refusal, match="已停用，只有已发布的方案"):
        make.opened_round(version=version)
    assert Round.objects.count() == 0


# --- supplementary rounds


def test_a_supplement_takes_up_unknowns_new_dossiers_and_reopened_refusals() -> None:
    make.standard()
    paid = make.dossier("甲")
    unknown = make.dossier("乙", with_account=False)
    make.dossier("丙", homes_count=2)
    reopened = make.dossier("丁", homes_count=2)
    main = make.computed_round()
    publish_round_notice(round_id=main.pk, on=make.ON, by=SYSTEM)
    reconsider_determination(
        determination_id=make.answer_of(main, reopened).pk,
        reason="第二套住房属误登",
        on=make.ON,
        by=make.staff(Role.APPROVER),
    )
    release_round(round_id=main.pk, on=AFTER_NOTICE, by=SYSTEM)
    new = make.dossier("戊", approved_on=date(2025, 12, 10))
    make.account(unknown.principal)

    second = supplement(main)

    assert make.outcomes(second) == {
        unknown.number: (Outcome.ELIGIBLE, ""),
        reopened.number: (Outcome.INELIGIBLE, "no_excluded_property"),
        new.number: (Outcome.ELIGIBLE, ""),
    }
    assert make.answer_of(main, paid).outcome == Outcome.ELIGIBLE
    assert (second.occurrence, second.year) == (main.occurrence, main.year)


def test_a_second_supplement_leaves_out_whom_the_first_answered() -> None:
    make.standard()
    make.dossier("甲")
    unknown = make.dossier("乙", with_account=False)
    still = make.dossier("丙", with_account=False)
    main = make.computed_round()
    publish_round_notice(round_id=main.pk, on=make.ON, by=SYSTEM)
    release_round(round_id=main.pk, on=AFTER_NOTICE, by=SYSTEM)
    make.account(unknown.principal)
    first = supplement(main)
    publish_round_notice(round_id=first.pk, on=AFTER_NOTICE, by=SYSTEM)
    later = date(2026, 1, 5)
    release_round(round_id=first.pk, on=later, by=SYSTEM)

    second = supplement(main, as_of=later)

    assert list(make.outcomes(second)) == [still.number]


def test_a_supplement_is_refused_before_the_release_and_beside_another() -> None:
    make.standard()
    make.dossier("甲", with_account=False)
    make.dossier("乙")
    main = make.computed_round()
    with pytest.raises(Refusal, match="生成批次后才能开补充轮次"):
        supplement(main)
    publish_round_notice(round_id=main.pk, on=make.ON, by=SYSTEM)
    release_round(round_id=main.pk, on=AFTER_NOTICE, by=SYSTEM)
    with pytest.raises(Refusal, match="不能早于主轮次的基准日"):
        supplement(main, as_of=date(2025, 11, 30))
    first = supplement(main)
    with pytest.raises(Refusal, match="还有一个补充轮次"):
        supplement(main)
    with pytest.raises(Refusal, match="补充轮次要从主轮次开启"):
        supplement(first)
    assert Round.objects.count() == 2


# --- cancelling


def test_cancel_round_takes_its_answers_away_and_says_why() -> None:
    make.standard()
    make.dossier()
    round_ = make.computed_round()

    cancelled = cancel_round(
        round_id=round_.pk, reason="范围选错", on=make.ON, by=make.maker()
    )

    assert (cancelled.state, cancelled.population) == (RoundState.CANCELLED, 0)
    assert Determination.objects.count() == 0
    entry = history_of(round_).first()
    assert entry is not None
    assert (entry.verb, entry.reason) == ("cancel_round", "范围选错")


def test_cancel_round_is_refused_without_reason_and_after_the_notice() -> None:
    make.standard()
    make.dossier()
    round_ = make.computed_round()
    with pytest.raises(Refusal, match="请写明取消的理由"):
        cancel_round(round_id=round_.pk, reason=" ", on=make.ON, by=SYSTEM)
    publish_round_notice(round_id=round_.pk, on=make.ON, by=SYSTEM)
    with pytest.raises(Refusal, match="不能“取消”"):
        cancel_round(round_id=round_.pk, reason="改主意", on=make.ON, by=SYSTEM)
    assert Determination.objects.count() == 1
    assert Period.objects.count() == 1
