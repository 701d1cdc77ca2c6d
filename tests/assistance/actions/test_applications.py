"""Applications: handed in, asked for more, accepted, refused, withdrawn, and paid once."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from assistance.actions.application_drafts import (
    Statement,
    add_aid_evidence,
    save_aid_answers,
    start_aid_application,
)
from assistance.actions.applications import (
    object_to_refusal,
    submit_aid_application,
    withdraw_aid_application,
)
from assistance.actions.computations import compute_round
from assistance.actions.intake import (
    accept_aid_application,
    ask_for_more,
    look_at_aid_evidence,
    refuse_aid_application,
)
from assistance.actions.notices import publish_round_notice
from assistance.actions.releases import release_round
from assistance.actions.rounds import open_round
from assistance.actions.windows import extend_aid_window
from assistance.models import (
    AidApplication,
    AidEvidence,
    AidWindow,
    Determination,
    PaymentClaim,
    Round,
)
from assistance.queries.applications import applications_visible_to
from assistance.queries.figures import (
    applications_accepted,
    applications_handed_in,
    households_eligible,
)
from assistance.queries.holdings import duties_in_aid, holdings_in_aid
from assistance.queries.worker import matters_of
from members.actions.privacy_request import (
    ask_deletion,
    endorse_deletion,
    grant_privacy_request,
)
from members.enums import Role
from tests.assistance.applying import (
    APPLYING,
    DECIDED,
    accepted,
    admitted,
    autumn_version,
    drafted,
    officer,
    parent,
    student,
    submitted,
    window,
)
from tests.assistance.builders import (
    COUNTY,
    NEXT_COUNTY,
    ON,
    PROVINCE,
    dossier,
    person,
    staff,
    union,
    worker,
)
from tests.assistance.paying import (
    AFTER_NOTICE,
    answer_to,
    bring_in,
    fund,
    instructed_batch,
    officers,
    payments_of,
)
from unionportal.core.actor import SYSTEM
from unionportal.core.errors import Refusal
from unionportal.core.models import AuditEntry, Message

pytestmark = pytest.mark.django_db


def refused(verb: object, **given: object) -> str:
    """The code with which a verb refuses."""
    with pytest.raises(Refusal) as caught:
        verb(**given)  # type: ignore[operator]
    return caught.value.code


def opened(within: AidWindow) -> Round:
    return open_round(
        version_id=within.version_id,
        organisation_id=within.organisation_id,
        period_id=within.period_id,
        as_of=ON,
        on=ON,
        by=SYSTEM,
    )


def standing(application: AidApplication) -> AidApplication:
    return AidApplication.objects.get(pk=application.pk)


def verbs_of(application: AidApplication) -> list[str]:
    rows = AuditEntry.objects.filter(
        subject_kind="assistance.aidapplication", subject_id=application.pk
    )
    return list(rows.order_by("id").values_list("verb", flat=True))


def told(person_id: int) -> list[str]:
    rows = Message.objects.filter(person_id=person_id).order_by("id")
    return [row.template.split("/")[-1] for row in rows]


# --- the whole way: apply, accept, round, batch, payment


def test_two_students_of_one_parent_are_each_paid_once_into_her_account() -> None:
    within, mother = window(), parent()
    elder = accepted(mother, within, student("陈大明"))
    younger = accepted(mother, within, student("陈小明", stage="high_school"))
    father = dossier("林阿福").principal
    refused_kind = student("林小军", admission_kind="military")
    with_file = accepted(father, within, refused_kind)
    cardless = accepted(parent("郑阿珠", with_account=False), within, student("郑小珠"))
    round_ = compute_round(round_id=opened(within).pk, on=ON, by=SYSTEM)
    found = {
        row.subject_id: (row.outcome, row.missing_fact or row.clause, row.payee_id)
        for row in Determination.objects.filter(round=round_)
    }
    assert found == {
        elder.subject_id: ("eligible", "", mother.pk),
        younger.subject_id: ("eligible", "", mother.pk),
        with_file.subject_id: ("ineligible", "is_member", father.pk),
        cardless.subject_id: ("unknown", "account_verified", cardless.payee_id),
    }
    publish_round_notice(round_id=round_.pk, on=ON, by=SYSTEM)
    release_round(round_id=round_.pk, on=AFTER_NOTICE, by=SYSTEM)
    fund("100000.00")
    batch = instructed_batch(round_, officers())
    bring_in(answer_to(batch))
    assert [(one.state, one.amount) for one in payments_of(batch)] == [
        ("paid", Decimal("4000.00")),
        ("paid", Decimal("2000.00")),
    ]
    assert set(
        PaymentClaim.objects.values_list("subject_kind", "subject_id", "payee_id")
    ) == {
        ("person", elder.subject_id, mother.pk),
        ("person", younger.subject_id, mother.pk),
    }
    assert {matter.headline for matter in matters_of(mother.pk, AFTER_NOTICE)} == {
        "已到账"
    }
    path = within.organisation.path
    assert applications_handed_in(path, "2025") == applications_accepted(path, "2025")
    assert applications_handed_in(path, "2025-08") == Decimal(4)
    assert households_eligible(path, "2025") == Decimal(0)


def test_a_household_on_file_gets_the_amount_of_its_file() -> None:
    within, father = window(), dossier("林阿福").principal
    admitted(father)
    on_file = accepted(father, within, student("林小明", stage="high_school"))
    without = accepted(parent(), within, student("陈大明", stage="high_school"))
    round_ = compute_round(round_id=opened(within).pk, on=ON, by=SYSTEM)
    rows = Determination.objects.filter(round=round_)
    assert {row.subject_id: row.decided_amount for row in rows} == {
        on_file.subject_id: Decimal("3000.00"),
        without.subject_id: Decimal("2000.00"),
    }


# --- twice, by strangers, with nothing


def test_beginning_twice_gives_the_draft_that_is_there() -> None:
    within, mother = window(), parent()
    first = drafted(mother, within, student())
    again = start_aid_application(
        window_id=within.pk, applicant_id=mother.pk, on=APPLYING, by=worker(mother)
    )
    assert again.pk == first.pk


def test_handing_in_and_accepting_twice_is_done_once() -> None:
    within, mother = window(), parent()
    one = accepted(mother, within, student())
    accept_aid_application(application_id=one.pk, on=DECIDED, by=SYSTEM)
    assert verbs_of(one).count("accept_aid_application") == 1
    another = submitted(mother, within, student("陈二明"))
    submit_aid_application(
        application_id=another.pk, agreed=True, on=APPLYING, by=worker(mother)
    )
    assert verbs_of(another).count("submit_aid_application") == 1


def test_two_parents_cannot_apply_for_the_same_student() -> None:
    within, pupil = window(), student()
    submitted(parent("陈阿秀"), within, pupil)
    second = drafted(parent("陈阿强"), within, pupil)
    assert (
        refused(
            submit_aid_application,
            application_id=second.pk,
            agreed=True,
            on=APPLYING,
            by=worker(second.applicant),
        )
        == "open"
    )
    assert standing(second).state == "draft"


def test_after_withdrawal_the_other_parent_may_apply() -> None:
    within, pupil = window(), student()
    first = submitted(parent("陈阿秀"), within, pupil)
    withdraw_aid_application(
        application_id=first.pk, on=APPLYING, by=worker(first.applicant)
    )
    second = submitted(parent("陈阿强"), within, pupil)
    assert (standing(first).state, second.state) == ("withdrawn", "submitted")


def test_what_the_form_demands_is_named_when_it_is_missing() -> None:
    within, mother = window(), parent()
    by = worker(mother)
    draft = start_aid_application(
        window_id=within.pk, applicant_id=mother.pk, on=APPLYING, by=by
    )
    with pytest.raises(Refusal) as caught:
        submit_aid_application(application_id=draft.pk, agreed=True, on=APPLYING, by=by)
    assert str(caught.value) == (
        "还差：填写受助人的姓名和身份证号；填写“录取层次”；填写“录取类型”；"
        "填写“录取学校”；填写“已领其他工会助学金”；上传“录取通知书”。"
    )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"stage": "kindergarten"}, "stage"),
        ({"has_other_aid": "也许"}, "has_other_aid"),
        ({"school": "大" * 101}, "school"),
    ],
)
def test_an_answer_of_the_wrong_type_is_refused_at_its_field(
    changes: dict[str, str], field: str
) -> None:
    within, mother = window(), parent()
    by = worker(mother)
    draft = start_aid_application(
        window_id=within.pk, applicant_id=mother.pk, on=APPLYING, by=by
    )
    with pytest.raises(Refusal) as caught:
        save_aid_answers(
            application_id=draft.pk,
            statement=student("陈小明", **changes),
            on=APPLYING,
            by=by,
        )
    assert (caught.value.field, standing(draft).answers) == (field, {})


def test_a_stranger_and_the_next_county_can_do_nothing_and_see_nothing() -> None:
    within, mother = window(), parent()
    application = submitted(mother, within, student())
    paper = AidEvidence.objects.get(application=application)
    stranger = worker(person("外人"))
    neighbour = officer(NEXT_COUNTY)
    for actor in (stranger, neighbour):
        seen = applications_visible_to(actor).filter(pk=application.pk)
        assert list(seen) == []
        keys = {"application_id": application.pk, "on": APPLYING, "by": actor}
        assert refused(withdraw_aid_application, **keys) == "forbidden"
        assert refused(accept_aid_application, **keys) == "forbidden"
        assert refused(ask_for_more, answer="缺通知书", **keys) == "forbidden"
        assert refused(refuse_aid_application, answer="不符合", **keys) == "forbidden"
        assert refused(object_to_refusal, text="有误", **keys) == "forbidden"
        looking = {"evidence_id": paper.pk, "on": APPLYING, "by": actor}
        assert refused(look_at_aid_evidence, **looking) == "forbidden"
    assert standing(application).state == "submitted"


def test_nobody_accepts_his_own_application() -> None:
    within, mother = window(), parent()
    application = submitted(mother, within, student())
    own = replace(officer(), person_id=mother.pk)
    assert (
        refused(
            accept_aid_application, application_id=application.pk, on=DECIDED, by=own
        )
        == "forbidden"
    )


# --- asked, refused, looked at again


def test_asked_for_more_answered_refused_and_reviewed_by_another() -> None:
    within, mother = window(), parent()
    application = submitted(mother, within, student())
    keys = {"application_id": application.pk}
    clerk, colleague, own = officer(), officer(), worker(mother)
    asked = ask_for_more(answer="通知书看不清", on=APPLYING, by=clerk, **keys)
    assert asked.answer_by == date(2025, 8, 15)
    soon = {"answer": "没有补充", "on": date(2025, 8, 15), "by": clerk}
    assert refused(refuse_aid_application, **soon, **keys) == "early"
    submit_aid_application(agreed=False, on=date(2025, 8, 15), by=own, **keys)
    refuse_aid_application(answer="不是新生", on=DECIDED, by=clerk, **keys)
    assert refused(object_to_refusal, text=" ", on=DECIDED, by=own, **keys) == "refused"
    object_to_refusal(text="今年九月入学", on=DECIDED, by=own, **keys)
    assert refused(accept_aid_application, on=DECIDED, by=clerk, **keys) == "forbidden"
    refuse_aid_application(answer="复核维持", on=DECIDED, by=colleague, **keys)
    again = {"text": "仍有异议", "on": DECIDED, "by": own}
    assert refused(object_to_refusal, **again, **keys) == "objected"
    assert told(mother.pk) == [
        "application_received.txt",
        "application_asked.txt",
        "application_received.txt",
        "application_refused.txt",
        "application_received.txt",
    ]
    assert verbs_of(application)[3:] == [
        "submit_aid_application",
        "ask_for_more",
        "submit_aid_application",
        "refuse_aid_application",
        "object_to_refusal",
        "refuse_aid_application",
    ]


def test_a_scheme_may_name_the_last_day_to_hand_in_again() -> None:
    named = autumn_version(
        {"  closes: 09-15\n": "  closes: 09-15\n  resubmit_by: 09-25\n"}
    )
    application = submitted(parent(), window(version=named), student())
    keys: dict[str, Any] = {
        "application_id": application.pk,
        "answer": "看不清",
        "by": officer(),
    }
    assert refused(ask_for_more, on=date(2025, 9, 26), **keys) == "late"
    assert ask_for_more(on=DECIDED, **keys).answer_by == date(2025, 9, 25)


def test_papers_brought_after_the_day_are_refused_with_a_phone() -> None:
    within, mother = window(), parent()
    application = submitted(mother, within, student())
    ask_for_more(
        application_id=application.pk, answer="看不清", on=APPLYING, by=officer()
    )
    with pytest.raises(Refusal) as caught:
        submit_aid_application(
            application_id=application.pk,
            agreed=False,
            on=date(2025, 8, 16),
            by=worker(mother),
        )
    assert caught.value.code == "late"
    assert "0591-87654321" in str(caught.value)


def test_the_window_opens_and_closes_on_its_days_and_is_only_put_off() -> None:
    within, mother = window(), parent()
    first, last = within.opens_on, within.closes_on
    assert (first, last) == (date(2025, 7, 15), date(2025, 9, 15))
    keys: dict[str, Any] = {
        "window_id": within.pk,
        "applicant_id": mother.pk,
        "by": worker(mother),
    }
    day = timedelta(days=1)
    assert refused(start_aid_application, on=first - day, **keys) == "window"
    assert refused(start_aid_application, on=last + day, **keys) == "window"
    extend: dict[str, Any] = {
        "window_id": within.pk,
        "reason": "台风",
        "on": last,
        "by": SYSTEM,
    }
    assert refused(extend_aid_window, closes_on=first, **extend) == "refused"
    extend_aid_window(closes_on=last + day, **extend)
    assert start_aid_application(on=last + day, **keys).state == "draft"


def test_a_worker_of_the_next_county_is_told_whose_window_it_is() -> None:
    within, other = window(), parent(at=NEXT_COUNTY)
    assert (
        refused(
            start_aid_application,
            window_id=within.pk,
            applicant_id=other.pk,
            on=APPLYING,
            by=worker(other),
        )
        == "reach"
    )


def test_an_answered_application_is_withdrawn_at_the_round_and_not_here() -> None:
    within, mother = window(), parent()
    application = accepted(mother, within, student())
    compute_round(round_id=opened(within).pk, on=ON, by=SYSTEM)
    assert (
        refused(
            withdraw_aid_application,
            application_id=application.pk,
            on=ON,
            by=worker(mother),
        )
        == "answered"
    )


def test_the_union_applies_for_its_worker_and_the_province_decides_below() -> None:
    within, mother = window(at=PROVINCE), parent()
    clerk = officer()
    draft = start_aid_application(
        window_id=within.pk, applicant_id=mother.pk, on=APPLYING, by=clerk
    )
    assert draft.organisation_id == union(COUNTY).pk
    assert (
        refused(
            start_aid_application,
            window_id=within.pk,
            applicant_id=mother.pk,
            on=APPLYING,
            by=officer(NEXT_COUNTY),
        )
        == "forbidden"
    )


def test_a_student_known_under_another_name_is_not_accepted() -> None:
    within, mother = window(), parent()
    known = person("陈小明")
    statement = Statement(
        subject_name="陈小亮",
        id_number=known.id_number,
        answers=student().answers,
    )
    application = submitted(mother, within, statement)
    keys = {"application_id": application.pk, "on": DECIDED, "by": officer()}
    assert refused(accept_aid_application, **keys) == "name"
    assert standing(application).subject_id is None


def test_the_same_photo_twice_is_kept_once_and_never_asked_papers_are_refused() -> None:
    within, mother = window(), parent()
    draft = drafted(mother, within, student())
    paper = AidEvidence.objects.get(application=draft)
    content = look_at_aid_evidence(evidence_id=paper.pk, on=APPLYING, by=officer())
    assert (len(content), bytes(paper.content)[:2]) != (0, content[:2])
    assert (
        refused(
            add_aid_evidence,
            application_id=draft.pk,
            item="income",
            papers=[],
            on=APPLYING,
            by=worker(mother),
        )
        == "item"
    )
    assert verbs_of(draft) == [
        "start_aid_application",
        "save_aid_answers",
        "add_aid_evidence",
        "look_at_aid_evidence",
    ]


def test_of_a_forgotten_parent_no_name_number_answer_or_paper_is_left() -> None:
    within, mother = window(), person("陈阿秀")
    application = submitted(mother, within, student())
    own = worker(mother)
    duties = [one.what for one in duties_in_aid(mother)]
    assert duties == ["帮扶申请正在办理，要删除请先撤回"]
    withdraw_aid_application(application_id=application.pk, on=APPLYING, by=own)
    told = {one.label: one.value for one in holdings_in_aid(mother)}
    assert told["录取学校"] == "福州大学"
    asked = ask_deletion(person_id=mother.pk, said="", on=ON, by=own)
    endorse_deletion(
        request_id=asked.pk, opinion="无须留档", on=ON, by=staff(Role.MAKER)
    )
    grant_privacy_request(
        request_id=asked.pk, answer="已办", on=ON, by=staff(Role.CHECKER)
    )
    left = standing(application)
    assert (left.subject_name, left.id_number, left.answers) == ("已注销", None, {})
    assert (left.state, left.evidence.count()) == ("withdrawn", 0)


def test_a_paper_that_is_used_once_is_refused_the_second_time_however_typed() -> None:
    once = {"  evidence:\n": "  unique: [school]\n  evidence:\n"}
    within = window(version=autumn_version(once))
    first = submitted(parent(), within, student("陈大明", school="ab 12"))
    second = drafted(parent("林阿福"), within, student("林小军", school="AB12"))
    keys = {"application_id": second.pk, "agreed": True, "on": APPLYING}
    by = worker(second.applicant)
    assert refused(submit_aid_application, by=by, **keys) == "used"
    assert standing(second).state == "draft"
    withdraw_aid_application(
        application_id=first.pk, on=APPLYING, by=worker(first.applicant)
    )
    sent = submit_aid_application(
        application_id=second.pk, agreed=True, on=APPLYING, by=by
    )
    assert (sent.state, sent.used_once) == ("submitted", "AB12")
