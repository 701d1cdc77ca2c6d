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
    assert 'action="/notices/"' in page


def test_a_worker_sees_the_notices_of_his_own_unions_and_finds_the_rest() -> None:
    for at, name in ((make.COUNTY, "欧阳被守"), (make.NEXT_COUNTY, "邻户")):
        make.standard(at=at)
        make.dossier(name, at=at)
    round_ = make.computed_round()
    publish_round_notice(round_id=round_.pk, on=business_date(), by=SYSTEM)
    own, theirs = make.union(make.COUNTY).name, make.union(make.NEXT_COUNTY).name

    home = phone_of(make.person("生人")).get("/").content.decode()
    visitor = Client().get("/").content.decode()
    searched = Client().get("/notices/", {"q": theirs}).content.decode()

    assert (f"{own}</h2>" in home, f"{theirs}</h2>" in home) == (True, False)
    assert (f"{own}</h2>" in visitor, f"{theirs}</h2>" in visitor) == (False, False)
    assert (f"{own}</h2>" in searched, f"{theirs}</h2>" in searched) == (False, True)
    assert "欧阳被守" not in home + searched


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
    user.refresh_from_db()
    client = Client()
    client.force_login(user, backend="members.auth.backends.StaffBackend")

    answer = client.get("/")

    assert (answer.status_code, answer["Location"]) == (302, "/staff/")
