"""The first page: a worker's cards, a visitor's notices, the desk for staff."""

import pytest
from django.test import Client

from assistance.actions.notices import publish_round_notice
from members.auth.actor import business_date
from members.enums import Role
from tests.assistance import builders as make
from tests.assistance.pages.test_matters import phone_of
from unionportal.core.actor import SYSTEM

pytestmark = pytest.mark.django_db


def test_a_visitor_sees_what_is_public_and_the_way_in() -> None:
    page = Client().get("/").content.decode()

    assert 'href="/login/"' in page
    assert "现在没有公示" in page


def test_a_visitor_sees_the_notices_of_today() -> None:
    make.standard()
    make.dossier("欧阳被守")
    round_ = make.computed_round()
    publish_round_notice(round_id=round_.pk, on=business_date(), by=SYSTEM)

    page = Client().get("/").content.decode()

    assert 'href="/notices/' in page
    assert "欧阳被守" not in page


def test_a_worker_without_matters_is_told_so() -> None:
    owner = make.person("生人")
    make.account(owner)

    page = phone_of(owner).get("/").content.decode()

    assert "生人，您好" in page
    assert "没有要您处理的事" in page
    assert "还没有办理中的事" in page


def test_what_needs_the_worker_stands_on_top() -> None:
    make.standard()
    mine = make.dossier("甲某某", with_account=False)
    round_ = make.computed_round()
    answer = make.answer_of(round_, mine)

    page = phone_of(mine.principal).get("/").content.decode()

    urgent, others = page.split('id="matters"')
    assert f'href="/aid/{answer.pk}/"' in urgent
    assert f'href="/aid/{answer.pk}/"' not in others


def test_staff_are_sent_to_their_desk() -> None:
    user = make.staff_user()
    make.staff(Role.MAKER, user=user)
    client = Client()
    client.force_login(user, backend="members.auth.backends.StaffBackend")

    answer = client.get("/")

    assert (answer.status_code, answer["Location"]) == (302, "/staff/")
