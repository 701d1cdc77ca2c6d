"""Joining on line: from the phone to the card, by somebody known and by a stranger."""

import pytest
from django.core.exceptions import ObjectDoesNotExist

from members.actions.application import (
    approve_application,
    ask_applicant,
    refuse_application,
    resubmit_application,
    withdraw_application,
)
from members.enums import ApplicationState, Role
from members.models import MemberCard, Membership, MembershipApplication, Person
from members.queries.membership import applications_waiting
from tests.members.builders import (
    CITY,
    COUNTY,
    NEXT_COUNTY,
    ON,
    id_number,
    person,
    staff,
    union,
    worker,
)
from tests.members.joining import (
    PHONE,
    applied,
    approved,
    basic_union,
    member,
    stranger,
)
from unionportal.core.actor import SYSTEM
from unionportal.core.errors import Refusal
from unionportal.core.models import Message
from unionportal.core.queues import waiting_for
from unionportal.core.secrets import blind_index

pytestmark = pytest.mark.django_db
HIS = stranger(blind_index(PHONE, kind="phone"))


def test_a_stranger_becomes_a_person_a_member_and_a_card_holder() -> None:
    firm = basic_union()
    number = id_number()
    application = applied(
        firm, number=number, by=HIS, trade="挡车工", nation="畲", job_kind="contract"
    )
    assert Person.objects.count() == 0
    membership = approved(application, staff(Role.CHECKER))
    someone = membership.person

    assert (someone.name, someone.id_number, someone.phone, someone.organisation) == (
        "林新芽",
        number,
        PHONE,
        firm,
    )
    assert (someone.trade, someone.nation, someone.job_kind) == (
        "挡车工",
        "畲族",
        "contract",
    )
    assert (membership.joined_on, membership.state) == (ON, "member")
    assert MemberCard.objects.get(membership=membership).state == "valid"
    application.refresh_from_db()
    assert (application.state, application.person_id, application.decided_on) == (
        ApplicationState.APPROVED,
        someone.pk,
        ON,
    )
    assert Message.objects.get().person_id == someone.pk


def test_who_is_registered_stays_one_person() -> None:
    someone, firm = person("黄阿水"), basic_union()
    application = applied(firm, of=someone, by=worker(someone), skill_grade="two")
    membership = approved(application, staff(Role.APPROVER))
    someone.refresh_from_db()
    assert (membership.person, Person.objects.count()) == (someone, 1)
    assert (someone.organisation, someone.skill_grade) == (firm, "two")


def test_a_stranger_with_another_persons_number_is_left_to_the_union() -> None:
    someone, checker = person("黄阿水"), staff(Role.CHECKER)
    application = applied(basic_union(), number=someone.id_number, name="黄水旺")
    with pytest.raises(Refusal, match="登记的姓名与申请人所填不同"):
        approved(application, checker)
    application.refresh_from_db()
    assert (application.state, Membership.objects.count()) == ("submitted", 0)


def test_the_union_asks_for_more_and_the_worker_hands_it_in() -> None:
    application, checker = applied(basic_union(), by=HIS), staff(Role.CHECKER)
    with pytest.raises(Refusal, match="请写明理由"):
        ask_applicant(application_id=application.pk, answer=" ", on=ON, by=checker)
    ask_applicant(application_id=application.pk, answer="请填写工种", on=ON, by=checker)
    with pytest.raises(Refusal, match="待补充"):
        approved(application, checker)
    with pytest.raises(Refusal, match="您本人"):
        resubmit_application(
            application_id=application.pk,
            particulars={},
            note="",
            on=ON,
            by=stranger("another"),
        )
    again = resubmit_application(
        application_id=application.pk,
        particulars={"trade": "焊工"},
        note="已补",
        on=ON,
        by=HIS,
    )
    assert (again.state, again.answer) == ("submitted", "请填写工种")
    assert approved(again, checker).person.trade == "焊工"


def test_an_application_ends_refused_or_withdrawn_and_leaves_no_member() -> None:
    firm, checker = basic_union(), staff(Role.CHECKER)
    number = id_number()
    first = applied(firm, by=HIS, number=number)
    with pytest.raises(Refusal, match="已有一份入会申请在办理"):
        applied(firm, by=HIS, number=number)
    withdraw_application(application_id=first.pk, on=ON, by=HIS)
    second = applied(firm, by=HIS, number=number)
    refuse_application(application_id=second.pk, answer="不在本单位", on=ON, by=checker)
    with pytest.raises(Refusal, match="入会申请现在是“未批准”"):
        approved(second, checker)
    states = MembershipApplication.objects.order_by("id").values_list("state", "answer")
    assert list(states) == [("withdrawn", ""), ("refused", "不在本单位")]
    assert (Person.objects.count(), Membership.objects.count()) == (0, 0)


def test_what_nobody_may_apply_for() -> None:
    someone, firm = person("黄阿水"), basic_union()
    held = member("陈阿秀", at=firm)
    with pytest.raises(Refusal, match="已是工会会员"):
        applied(firm, of=held.person, by=worker(held.person))
    with pytest.raises(Refusal, match="您本人"):
        applied(firm, of=someone, by=worker(held.person))
    with pytest.raises(Refusal, match="由职工本人申请"):
        applied(firm, by=staff(Role.MAKER))
    with pytest.raises(Refusal, match="请选择您单位的工会"):
        applied(union())
    with pytest.raises(Refusal, match="校验位"):
        applied(firm, number="110105194912310021")
    with pytest.raises(Refusal, match="民族"):
        applied(firm, nation="火星")
    assert MembershipApplication.objects.count() == 0


def test_it_is_decided_by_the_unions_checker_who_is_not_the_applicant() -> None:
    firm = basic_union()
    someone = person("黄阿水", at=firm.code)
    application = applied(firm, of=someone, by=worker(someone))
    himself = staff(Role.CHECKER, of=someone)
    for actor in (
        staff(Role.MAKER),
        staff(Role.CHECKER, at=NEXT_COUNTY),
        worker(someone),
        himself,
    ):
        with pytest.raises(Refusal):
            approved(application, actor)
    assert Membership.objects.count() == 0


def test_an_application_waits_at_the_nearest_union_with_staff() -> None:
    staffed, bare = basic_union("B1"), basic_union("B2")
    city = staff(Role.CHECKER, at=CITY)
    county = staff(Role.APPROVER, at=COUNTY)
    own = staff(Role.CHECKER, at=staffed.code)
    first, second = applied(staffed), applied(bare, name="林二")

    assert [one.pk for one in applications_waiting(own, ON)] == [first.pk]
    assert [one.pk for one in applications_waiting(county, ON)] == [second.pk]
    assert [one.pk for one in applications_waiting(city, ON)] == []
    titles = [
        (queue.title, [item.detail for item in items])
        for queue, items in waiting_for(county, ON)
        if queue.code == "members.applications"
    ]
    assert titles == [("待审核入会申请", ["林二"])]


def test_an_unknown_application_is_no_application() -> None:
    with pytest.raises(ObjectDoesNotExist):
        approve_application(application_id=0, on=ON, by=SYSTEM)
