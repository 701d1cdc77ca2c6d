"""An application for a dossier on the phone before the hand-in, and at the county's desk."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from assistance.actions.windows import extend_aid_window
from assistance.models import DossierIntake, HouseholdMember
from members.enums import Role
from tests.assistance import builders as make
from tests.assistance import intakes
from tests.assistance.admin.browsers import browser_of
from tests.assistance.pages.test_matters import phone_of
from tests.core.uploads.evidence_files import png
from unionportal.core.actor import SYSTEM

pytestmark = pytest.mark.django_db


def test_the_worker_reads_the_line_and_the_desk_takes_it_to_the_notice() -> None:
    make.standard()
    window = extend_aid_window(
        window_id=intakes.intake_window().pk,
        closes_on=date(2099, 12, 31),
        reason="页面测试",
        on=intakes.APPLYING,
        by=SYSTEM,
    )
    asking = make.person("林阿福")
    draft = intakes.intake_drafted(asking, window)
    check = phone_of(asking).get(f"/aid/applications/{draft.pk}/check/")
    line = f"林*，{asking.organisation.name}，建立困难职工档案"
    assert line in check.content.decode()
    assert "发给" not in check.content.decode()
    _names_a_household(phone_of(asking), f"/aid/applications/{draft.pk}/")

    found = intakes.intake_accepted(make.person("陈阿秀"), window)
    desk = browser_of(make.staff(Role.MAKER, on=intakes.APPLYING))
    one = f"/staff/assistance/applications/{found.pk}/"
    shown = desk.get(one).content.decode()
    assert "月人均净收入 750.00 元" in shown
    assert "按规则建议为“深度困难”" in shown
    assert "东街小学" in shown
    desk.post(f"{one}visit/", {"visited_on": "2025-08-05", "visitors": "陈走访"})
    assert not DossierIntake.objects.exists()
    visit = {
        "visited_on": "2025-08-05",
        "visitors": "陈走访、林走访",
        "papers": SimpleUploadedFile("表.png", png()),
    }
    refused = desk.post(f"{one}visit/", visit, follow=True).content.decode()
    assert "还缺王建国的授权" in refused
    signed = {
        "member": HouseholdMember.objects.get(application=found, name="王建国").pk,
        "papers": SimpleUploadedFile("授权书.png", png()),
    }
    done = desk.post(f"{one}authority/", signed, follow=True).content.decode()
    assert "授权已登记" in done
    assert "登记家人授权" not in done
    visit["papers"] = SimpleUploadedFile("表.png", png())
    desk.post(f"{one}visit/", visit)
    desk.post(f"{one}announce/", {"hardship_class": "deep", "class_reason": ""})
    found.refresh_from_db()
    assert found.state == "noticed"
    assert "公示中，至" in desk.get(one).content.decode()
    told = phone_of(found.applicant).get(f"/aid/applications/{found.pk}/")
    assert "期满没有异议" in told.content.decode()


def _names_a_household(phone: Client, home: str) -> None:
    """One more on the phone, changed, taken out; nobody's number is shown in full."""
    typed = {
        "name": "李外婆",
        "relation": "parent",
        "id_number": "123",
        "identity": "退休",
        "health": "chronic",
        "yearly_income": "8000",
    }
    wrong = phone.post(f"{home}household/new/", typed).content.decode()
    assert 'href="#id_id_number"' in wrong
    number = make.id_number(born=date(1950, 1, 2))
    phone.post(f"{home}household/new/", typed | {"id_number": number})
    member = HouseholdMember.objects.get(name="李外婆")
    listed = phone.get(f"{home}household/").content.decode()
    assert "8,000.00" in listed
    assert number not in listed
    assert "连您共 4 人" in phone.get(f"{home}check/").content.decode()
    one = f"{home}household/{member.pk}/"
    assert "不改可以空着" in phone.get(one).content.decode()
    phone.post(one, typed | {"id_number": "", "yearly_income": ""})
    member.refresh_from_db()
    assert (member.id_number, member.yearly_income) == (number, None)
    stranger = phone_of(make.person("外人"))
    assert stranger.get(one).status_code == 404
    assert stranger.post(f"{one}drop/").status_code == 404
    assert "已删去" in phone.post(f"{one}drop/", follow=True).content.decode()
    assert "连您共 4 人" not in phone.get(f"{home}check/").content.decode()
