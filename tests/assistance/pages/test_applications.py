"""申请帮扶 on the phone: what is open, the form step by step, papers, and where it stands."""

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from assistance.actions.intake import (
    accept_aid_application,
    ask_for_more,
    refuse_aid_application,
)
from assistance.actions.windows import extend_aid_window
from assistance.models import AidApplication, AidEvidence, AidWindow
from members.models import Person
from tests.assistance import builders as make
from tests.assistance.applying import (
    ANSWERS,
    APPLYING,
    officer,
    parent,
    student,
    submitted,
    window,
)
from tests.assistance.pages.test_matters import phone_of
from tests.core.uploads.evidence_files import GPS, jpeg
from unionportal.core.actor import SYSTEM
from unionportal.core.cards import home_cards
from unionportal.core.papers import content_of

pytestmark = pytest.mark.django_db


def open_window() -> AidWindow:
    """A window that is open on the day the pages are asked for."""
    found = window()
    return extend_aid_window(
        window_id=found.pk,
        closes_on=date(2099, 12, 31),
        reason="页面测试",
        on=APPLYING,
        by=SYSTEM,
    )


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_worker_applies_on_the_phone_from_the_list_to_the_hand_in() -> None:
    within, mother = open_window(), parent()
    phone = phone_of(mother)
    listed = page(phone, "/aid/apply/")
    assert f'href="/aid/apply/{within.pk}/"' in listed
    assert "您可以申请" in listed
    told = page(phone, f"/aid/apply/{within.pk}/")
    assert "要填写“录取层次”" in told
    assert "还缺您本人的银行卡" not in told
    begun = phone.post(f"/aid/apply/{within.pk}/")
    application = AidApplication.objects.get()
    home = f"/aid/applications/{application.pk}/"
    assert begun.headers["Location"] == f"{home}form/"
    pupil = student()
    said = {
        **ANSWERS,
        "subject_name": pupil.subject_name,
        "subject_id_number": pupil.id_number,
        "has_other_aid": "false",
    }
    kept = phone.post(f"{home}form/", said)
    assert kept.headers["Location"] == f"{home}check/"
    assert "上传“录取通知书”" in page(phone, f"{home}check/")
    photo = SimpleUploadedFile("tz.jpg", jpeg(extra=GPS), "image/jpeg")
    phone.post(f"{home}papers/admission_letter/", {"evidence": photo})
    assert b"latitude" not in content_of(AidEvidence.objects.get())
    checked = page(phone, f"{home}check/")
    assert pupil.id_number not in checked
    assert "4,000.00 元" in checked
    assert "请阅读后勾选" in phone.post(f"{home}check/").content.decode()
    sent = phone.post(f"{home}check/", {"agreed": "on"})
    assert sent.headers["Location"] == home
    assert "工会核对" in page(phone, home)
    assert phone.get(f"{home}form/").status_code == 404
    assert AidApplication.objects.get().state == "submitted"


def test_a_wrong_answer_is_shown_at_its_field_and_half_is_kept() -> None:
    within, mother = open_window(), parent()
    phone = phone_of(mother)
    phone.post(f"/aid/apply/{within.pk}/")
    application = AidApplication.objects.get()
    path = f"/aid/applications/{application.pk}/form/"
    wrong = phone.post(path, {"subject_name": "陈小明", "subject_id_number": "123"})
    assert 'href="#id_subject_id_number"' in wrong.content.decode()
    phone.post(path, {"stage": "college", "later": "1"})
    assert AidApplication.objects.get().answers == {"stage": "college"}


def test_the_home_page_has_a_card_for_what_is_under_way() -> None:
    within, mother = open_window(), parent()
    pupil = student()
    submitted(mother, within, pupil)
    card = home_cards(make.worker(mother), APPLYING)
    assert [(one.title, one.state) for one in card] == [
        ("2025年秋季学期 金秋助学", "申请待受理")
    ]


def test_asked_and_refused_say_why_until_when_and_whom_to_call() -> None:
    within, mother = open_window(), parent()
    application = submitted(mother, within, student())
    phone, home = phone_of(mother), f"/aid/applications/{application.pk}/"
    keys: dict[str, Any] = {"application_id": application.pk, "by": officer()}
    ask_for_more(answer="通知书看不清", on=APPLYING, **keys)
    asked = page(phone, home)
    assert "通知书看不清" in asked
    assert "2025年8月15日" in asked
    assert 'href="tel:0591-87654321"' in asked
    refuse_aid_application(answer="没有补充", on=date(2025, 8, 18), **keys)
    refused = page(phone, home)
    assert "理由：没有补充" in refused
    assert f'href="{home}object/"' in refused
    phone.post(f"{home}object/", {"text": "我交过"})
    assert "正在由另一位工作人员复核" in page(phone, home)
    phone.post(f"{home}withdraw/")
    assert "已撤回" in page(phone, home)


def test_a_strangers_phone_finds_no_application_and_no_paper() -> None:
    within, mother = open_window(), parent()
    application = submitted(mother, within, student())
    paper = AidEvidence.objects.get(application=application)
    stranger = phone_of(make.person("外人"))
    home = f"/aid/applications/{application.pk}/"
    for path in ("", "form/", "check/", "object/", "papers/admission_letter/"):
        assert stranger.get(f"{home}{path}").status_code == 404
    assert stranger.post(f"{home}withdraw/").status_code == 404
    assert stranger.get(f"/aid/papers/{paper.pk}/").status_code == 404
    assert phone_of(mother).get(f"/aid/papers/{paper.pk}/").status_code == 200


def test_an_accepted_one_waits_for_the_round() -> None:
    within, mother = open_window(), parent()
    application = submitted(mother, within, student())
    accept_aid_application(application_id=application.pk, on=APPLYING, by=SYSTEM)
    assert "认定、公示和发放" in page(
        phone_of(mother), f"/aid/applications/{application.pk}/"
    )
    assert Person.objects.filter(name="陈小明").count() == 1
