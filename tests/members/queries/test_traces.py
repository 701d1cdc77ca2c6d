"""What a person's page tells beside the register: work, offices, messages, sign-ins."""

from collections import Counter
from datetime import date

import pytest
from django.apps import apps

from members.actions.consent import say_consent
from members.actions.employer import EmployerEntry, register_employer
from members.actions.employment import Tie, start_employment, tie_to_employer
from members.actions.office import Taking, leave_office, take_office
from members.actions.person_merge import propose_merge
from members.actions.phone_change import ask_phone_change
from members.actions.privacy_request import (
    ask_deletion,
    endorse_deletion,
    grant_privacy_request,
)
from members.enums import Office, Role, SignInMethod, SignInOutcome, TieKind
from members.models import EmployerTie, Officer, Person, SignInEntry, User
from members.queries.holdings import duties_of, holdings_of
from tests.members.builders import COUNTY, ON, person, staff, union, worker
from tests.members.pages.test_membership import browser_of
from unionportal.core.actor import SYSTEM
from unionportal.core.errors import Refusal
from unionportal.core.messages import queue_message

pytestmark = pytest.mark.django_db
EVERYTHING = {
    "就业": 1,
    "工会职务和用人单位关系": 2,
    "个人信息授权": 1,
    "更换手机号": 1,
    "重复登记": 1,
    "异议和请求": 1,
    "登录记录": 1,
}


def in_work_and_office(someone: Person) -> Officer:
    """Works for an employer, is tied to another, and sits on a committee."""
    entry = EmployerEntry(name="尤溪纺织厂", division_id=COUNTY)
    employer = register_employer(
        code="91350100M000100Y43", keeper_id=union().pk, entry=entry, on=ON, by=SYSTEM
    )
    start_employment(
        person_id=someone.pk,
        employer_code=employer.code,
        starts_on=date(2025, 3, 1),
        on=ON,
        by=SYSTEM,
    )
    officer = take_office(
        entry=Taking(
            organisation_id=union().pk,
            name=someone.name,
            office=Office.MEMBER,
            person_id=someone.pk,
        ),
        starts_on=ON,
        on=ON,
        by=SYSTEM,
    )
    tie_to_employer(
        employer_id=employer.pk,
        entry=Tie(
            name=someone.name, kind=TieKind.RELATIVE, id_number=someone.id_number
        ),
        starts_on=ON,
        on=ON,
        by=SYSTEM,
    )
    return officer


def test_the_page_tells_each_trace_and_the_copy_in_full() -> None:
    someone = person("欧阳有迹", phone="13812349876")
    in_work_and_office(someone)
    say_consent(
        person_id=someone.pk, purpose="sms", act="given", on=ON, by=worker(someone)
    )
    ask_phone_change(
        person_id=someone.pk,
        phone="13712341234",
        evidence="身份证原件",
        on=ON,
        by=staff(Role.MAKER),
    )
    propose_merge(
        kept_id=someone.pk,
        duplicate_id=person("欧阳旧登记").pk,
        reason="同一人",
        on=ON,
        by=staff(Role.MAKER),
    )
    queue_message(
        person_id=someone.pk,
        template="assistance/notices/paid.txt",
        context={"union": "尤溪县"},
        about=("members.person", someone.pk),
        key="traced",
        organisation_id=union().pk,
    )
    ask_deletion(person_id=someone.pk, said="", on=ON, by=worker(someone))
    browser = browser_of(someone)
    SignInEntry.objects.create(
        on=ON,
        user=User.objects.get(person=someone),
        username="worker",
        method=SignInMethod.PHONE_CODE,
        outcome=SignInOutcome.SUCCEEDED,
    )

    told = Counter(one.section for one in holdings_of(someone))
    page = browser.get("/me/record/").content.decode()
    copy = browser.get("/me/record/copy/json/").content.decode()

    assert {name: told[name] for name in EVERYTHING} == EVERYTHING
    assert told["发给您的消息"] >= 1
    assert all(name in page for name in told)
    assert ("13712341234" in page, "13712341234" in copy) == (False, True)
    assert "尤溪纺织厂" in page


def test_who_holds_an_office_leaves_it_first_and_then_no_name_is_left() -> None:
    someone = person("欧阳有迹")
    officer = in_work_and_office(someone)
    asked = ask_deletion(person_id=someone.pk, said="", on=ON, by=worker(someone))
    endorse_deletion(
        request_id=asked.pk, opinion="无须留档", on=ON, by=staff(Role.MAKER)
    )
    checker = staff(Role.CHECKER)
    with pytest.raises(Refusal, match="先卸任"):
        grant_privacy_request(request_id=asked.pk, answer="已办", on=ON, by=checker)
    leave_office(officer_id=officer.pk, ends_on=ON, on=ON, by=SYSTEM)
    assert duties_of(someone) == []
    grant_privacy_request(request_id=asked.pk, answer="已办", on=ON, by=checker)

    held = apps.get_model("members", "OfficerEvent").objects.values_list("name")
    for names in (Officer.objects.values_list("name"), held):
        assert set(names) == {("已注销",)}
    assert EmployerTie.objects.get().name == "已注销"
