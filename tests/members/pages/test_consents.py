"""The worker's page of consents, and the link of a family member."""

import re
from pathlib import Path

import pytest
import time_machine
from django.test import Client
from pytest_django.fixtures import Settings

from members.actions.consent import invite_family_member
from members.models import Consent
from members.queries.consent import purposes
from tests.members.actions.test_consent import subject_of
from tests.members.builders import ON, person
from tests.members.pages.test_membership import browser_of
from unionportal.core.actor import SYSTEM

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> object:
    with time_machine.travel("2025-12-02T10:00:00+08:00", tick=False):
        yield


def test_withdrawing_takes_as_many_taps_as_giving_and_says_what_ends() -> None:
    client = browser_of(person())
    page = client.get("/me/consents/").content.decode()
    for purpose in purposes().values():
        assert purpose.text_on(ON).text in page
        assert purpose.stops in page
        assert purpose.keeps in page
    assert client.post("/me/consents/sms/", {"act": "given"}).status_code == 302
    assert "已同意" in client.get("/me/consents/").content.decode()
    assert client.post("/me/consents/sms/", {"act": "withdrawn"}).status_code == 302
    assert [row.act for row in Consent.objects.order_by("id")] == ["given", "withdrawn"]
    client.post("/me/consents/sms/", {"act": "perhaps"})
    assert Consent.objects.count() == 2


def test_a_family_member_consents_by_a_code_to_his_phone(
    client: Client, settings: Settings, tmp_path: Path
) -> None:
    settings.SMS_BACKEND = "unionportal.core.messages.FileBackend"
    settings.SMS_FILE = tmp_path / "sms.txt"
    link = invite_family_member(
        subject=subject_of(person("张大成")), phone="13700001234", on=ON, by=SYSTEM
    )
    page = f"/consent/{link.token}/"
    shown = client.get(page).content.decode()
    assert "张*" in shown
    assert "张大成" not in shown
    assert "137****1234" in shown
    client.post(f"{page}hardship_aid/", {"act": "given"})
    assert not Consent.objects.exists()
    client.post(f"{page}send/")
    told = settings.SMS_FILE.read_text(encoding="utf-8")
    code = re.findall(r"\d{6}", told.split("\t")[1])[0]
    client.post(f"{page}code/", {"code": "000000"})
    assert "同意“困难帮扶”" not in client.get(page).content.decode()
    client.post(f"{page}code/", {"code": code})
    assert "同意“困难帮扶”" in client.get(page).content.decode()
    client.post(f"{page}hardship_aid/", {"act": "given"})
    client.post(f"{page}hardship_aid/", {"act": "withdrawn"})
    said = Consent.objects.order_by("id").values_list("act", "channel")
    assert list(said) == [("given", "link"), ("withdrawn", "link")]
    assert client.get("/consent/unknown/").status_code == 404
