"""The notice of a round: masked, per paying union, for the eligible alone."""

from datetime import date

import pytest

from assistance.actions.computations import compute_round
from assistance.actions.notices import publish_round_notice, request_publication
from assistance.enums import RoundState
from assistance.models import Round
from members.actions.consent import say_consent
from members.enums import Role
from members.models import Notice, NoticeLine
from tests.assistance import builders as make
from unionportal.core.actor import SYSTEM
from unionportal.core.errors import Refusal
from unionportal.core.jobs import run_job
from unionportal.core.messages.inbox import message_text
from unionportal.core.models.messages import Message

pytestmark = pytest.mark.django_db


def publish(round_: Round) -> Round:
    return publish_round_notice(round_id=round_.pk, on=make.ON, by=SYSTEM)


def test_publish_round_notice_lists_each_union_s_eligible_under_a_mask() -> None:
    make.standard()
    make.standard(at=make.NEXT_COUNTY)
    make.dossier("张小三")
    make.dossier("李四", homes_count=2)
    make.dossier("王五", at=make.NEXT_COUNTY)

    round_ = publish(make.computed_round())

    assert round_.state == RoundState.NOTICED
    notices = Notice.objects.order_by("organisation__path")
    assert [n.organisation.code for n in notices] == [make.COUNTY, make.NEXT_COUNTY]
    assert [n.line_count for n in notices] == [1, 1]
    assert {n.title for n in notices} == {"2026年元旦春节送温暖慰问拟发放名单公示"}
    # Five working days after Monday the first: the next Monday.
    assert {n.ends_on for n in notices} == {date(2025, 12, 8)}
    lines = NoticeLine.objects.order_by("id").values_list(
        "name_masked", "unit_name", "note"
    )
    assert list(lines) == [
        ("张*", make.union().name, "元旦春节送温暖慰问"),
        ("王*", make.union(make.NEXT_COUNTY).name, "元旦春节送温暖慰问"),
    ]


def test_publish_round_notice_tells_workers_without_naming_the_kind() -> None:
    make.standard()
    eligible = make.dossier("张小三")
    unknown = make.dossier("李四", with_account=False)
    make.dossier("王五", homes_count=2)

    publish(make.computed_round())

    texts = {one.person_id: message_text(one) for one in Message.objects.all()}
    assert set(texts) == {eligible.principal_id, unknown.principal_id}
    assert "正在公示，至2025年12月8日" in texts[eligible.principal_id]
    assert "还缺一项材料" in texts[unknown.principal_id]
    assert not any("600" in text or "送温暖" in text for text in texts.values())


def test_publish_round_notice_is_refused_without_anybody_eligible() -> None:
    make.standard()
    make.dossier(homes_count=2)
    round_ = make.computed_round()
    with pytest.raises(Refusal, match="没有可公示的名单"):
        publish(round_)
    round_.refresh_from_db()
    assert (round_.state, Notice.objects.count()) == (RoundState.COMPUTED, 0)


def test_publish_round_notice_is_refused_where_the_scheme_asks_for_none() -> None:
    make.standard()
    make.dossier()
    text = make.winter_text()
    notice = text[text.index("notice:") : text.index("funds:")]
    version = make.scheme_version({notice: "notice: null\n"})
    opened = make.opened_round(version=version)
    round_ = compute_round(round_id=opened.pk, on=make.ON, by=SYSTEM)
    with pytest.raises(Refusal, match="不要求发放前公示"):
        publish(round_)
    assert Notice.objects.count() == 0


def test_publish_round_notice_is_refused_before_the_computation_and_twice() -> None:
    make.standard()
    make.dossier()
    opened = make.opened_round()
    with pytest.raises(Refusal, match="不能“公示”"):
        publish(opened)
    compute_round(round_id=opened.pk, on=make.ON, by=SYSTEM)
    publish(opened)
    with pytest.raises(Refusal, match="不能“公示”"):
        publish(opened)
    assert Notice.objects.count() == 1


def test_request_publication_is_a_job_of_the_maker() -> None:
    make.standard()
    make.dossier()
    by = make.maker()
    round_ = make.computed_round()
    with pytest.raises(Refusal, match="“经办”岗位"):
        request_publication(round_id=round_.pk, on=make.ON, by=make.staff(Role.MAKER))

    job = request_publication(round_id=round_.pk, on=make.ON, by=by)

    assert run_job(job.pk)
    round_.refresh_from_db()
    assert round_.state == RoundState.NOTICED
    assert Notice.objects.get().published_by_name == by.name


def test_a_publication_run_again_after_its_commit_is_done_not_failed() -> None:
    make.standard()
    make.dossier()
    round_ = make.computed_round()
    by = make.maker()
    kept = request_publication(round_id=round_.pk, on=make.ON, by=by)
    publish_round_notice(round_id=round_.pk, on=make.ON, by=by)

    assert run_job(kept.pk)

    kept.refresh_from_db()
    assert (kept.state, kept.error) == ("done", "")
    assert Notice.objects.count() == 1


def test_who_withdrew_is_published_without_his_name() -> None:
    make.standard()
    shy = make.dossier("张小三").principal
    make.dossier("李四")
    say_consent(
        person_id=shy.pk,
        purpose="aid_publication",
        act="withdrawn",
        on=make.ON,
        by=make.worker(shy),
    )

    publish(make.computed_round())

    names = NoticeLine.objects.order_by("id").values_list("name_masked", flat=True)
    assert list(names) == ["应本人要求不公开姓名", "李*"]
