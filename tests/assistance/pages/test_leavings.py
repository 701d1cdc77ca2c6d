"""A worker reads that his file is to be closed, and speaks, on the phone."""

from datetime import date

import pytest
from django.test import Client

from assistance.actions.leavings import tell_leaving
from assistance.enums import ExitReason
from members.actions.user import sign_in_worker
from members.models import Person
from tests.architecture.house import WORKER_BACKEND, signed_in
from tests.assistance import builders as make
from unionportal.core.actor import SYSTEM

pytestmark = pytest.mark.django_db


def phone_of(person: Person) -> Client:
    user = sign_in_worker(person_id=person.pk, on=make.ON)
    return signed_in(user, WORKER_BACKEND)


def test_a_worker_reads_why_and_until_when_and_says_what_he_thinks() -> None:
    dossier = make.dossier()
    leaving = tell_leaving(
        dossier_id=dossier.pk,
        exit_reason=ExitReason.RECOVERED,
        reason="家庭收入已达标",
        on=date(2025, 12, 1),
        by=SYSTEM,
    )
    phone = phone_of(dossier.principal)
    url = f"/aid/leavings/{leaving.pk}/"
    page = phone.get(url).content.decode()
    assert "家庭收入已达标" in page
    assert "到2025年12月8日为止您可以说明情况" in page
    empty = phone.post(url, {"statement": " "}).content.decode()
    assert "请写明您的意见。" in empty
    assert phone.post(url, {"statement": "上月又失业了"}).status_code == 302
    assert "上月又失业了" in phone.get(url).content.decode()
    again = phone.post(url, {"statement": "再说一句"}).content.decode()
    assert "陈述已经收到" in again
    leaving.refresh_from_db()
    assert leaving.statement == "上月又失业了"


def test_another_worker_finds_nothing_there() -> None:
    dossier = make.dossier()
    leaving = tell_leaving(
        dossier_id=dossier.pk,
        exit_reason=ExitReason.UNFIT,
        reason="核查不符",
        on=date(2025, 12, 1),
        by=SYSTEM,
    )
    stranger = phone_of(make.person("旁人"))
    assert stranger.get(f"/aid/leavings/{leaving.pk}/").status_code == 404
