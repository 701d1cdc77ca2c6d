"""我的帮扶 on the phone: one's own matters, nobody else's, and a question to the union."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assistance.actions.computations import compute_round
from assistance.actions.inquiries import answer_inquiry
from assistance.actions.notices import publish_round_notice
from assistance.models import HouseholdDossier, Inquiry, Round
from members.actions.user import sign_in_worker
from members.enums import Role
from members.models import Person
from tests.assistance import builders as make
from unionportal.core.actor import SYSTEM
from unionportal.core.models.audit import AuditEntry

pytestmark = pytest.mark.django_db
BACKEND = "members.auth.backends.PhoneCodeBackend"


def phone_of(person: Person) -> Client:
    """A worker's phone, signed in."""
    client = Client()
    user = sign_in_worker(person_id=person.pk, on=make.ON)
    client.force_login(user, backend=BACKEND)
    return client


def published(*names: str) -> tuple[Round, list[HouseholdDossier]]:
    make.standard()
    dossiers = [make.dossier(name) for name in names]
    round_ = make.computed_round()
    return publish_round_notice(round_id=round_.pk, on=make.ON, by=SYSTEM), dossiers


def test_the_list_shows_ones_own_matters_alone() -> None:
    round_, (mine, other) = published("甲某某", "乙某某")

    page = phone_of(mine.principal).get("/aid/").content.decode()

    own, foreign = (make.answer_of(round_, one).pk for one in (mine, other))
    assert f'href="/aid/{own}/"' in page
    assert f'href="/aid/{foreign}/"' not in page


def test_the_empty_list_says_what_one_may_hope_for() -> None:
    page = phone_of(make.person("生人")).get("/aid/").content.decode()

    assert "还没有您的帮扶事项" in page
    assert "申请建立困难职工档案" in page


def test_a_matter_is_a_timeline_with_its_reasons() -> None:
    round_, (mine,) = published("甲某某")
    answer = make.answer_of(round_, mine)

    page = phone_of(mine.principal).get(f"/aid/{answer.pk}/").content.decode()

    for words in (
        "建档",
        "公示",
        "审批",
        "发放",
        "为什么是这个金额",
        "家庭月人均净收入 750.00 元，等于 低保标准 750.00 元",
        "600.00 元",
        "问一问工会",
    ):
        assert words in page
    assert page.count('aria-current="step"') == 1
    assert mine.principal.id_number not in page


def test_what_is_missing_leads_to_what_to_bring() -> None:
    make.standard()
    mine = make.dossier("甲某某", with_account=False)
    round_ = make.computed_round()
    answer = make.answer_of(round_, mine)

    page = phone_of(mine.principal).get(f"/aid/{answer.pk}/").content.decode()

    assert "还缺您本人的银行卡" in page
    assert 'href="/me/accounts/new/"' in page


@pytest.mark.parametrize("tail", ["", "ask/"])
def test_another_ones_matter_does_not_exist(tail: str) -> None:
    round_, (mine, other) = published("甲某某", "乙某某")
    answer = make.answer_of(round_, other)

    response = phone_of(mine.principal).get(f"/aid/{answer.pk}/{tail}")

    assert response.status_code == 404


def test_a_question_about_another_ones_matter_is_not_taken() -> None:
    round_, (mine, other) = published("甲某某", "乙某某")
    answer = make.answer_of(round_, other)
    phone = phone_of(mine.principal)
    before = AuditEntry.objects.count()

    response = phone.post(f"/aid/{answer.pk}/ask/", {"text": "他凭什么"})

    assert response.status_code == 404
    assert not Inquiry.objects.exists()
    assert AuditEntry.objects.count() == before


def test_a_matter_that_never_was_does_not_exist() -> None:
    phone = phone_of(make.person("生人"))
    assert phone.get("/aid/999999/").status_code == 404
    assert phone.get(f"/aid/{10**30}/").status_code == 404


@pytest.mark.parametrize("path", ["/aid/", "/aid/1/", "/aid/1/ask/"])
def test_a_visitor_signs_in_first(path: str) -> None:
    response = Client().get(path)
    assert response["Location"] == f"/login/?next={path}"


def test_a_question_is_sent_and_its_answer_shown() -> None:
    round_, (mine,) = published("甲某某")
    answer = make.answer_of(round_, mine)
    phone = phone_of(mine.principal)

    sent = phone.post(f"/aid/{answer.pk}/ask/", {"text": "几号到账？"}, follow=True)

    assert sent.redirect_chain == [(f"/aid/{answer.pk}/", 302)]
    page = sent.content.decode()
    assert "已送达工会" in page
    assert "几号到账？" in page
    assert "等待" in page
    inquiry = Inquiry.objects.get()
    assert inquiry.organisation == make.union()
    answer_inquiry(
        inquiry_id=inquiry.pk,
        answer="公示期满后三个工作日内。",
        on=make.ON,
        by=make.staff(Role.MAKER),
    )
    assert (
        "公示期满后三个工作日内。" in phone.get(f"/aid/{answer.pk}/").content.decode()
    )


def test_an_empty_question_is_refused_on_the_form() -> None:
    round_, (mine,) = published("甲某某")
    answer = make.answer_of(round_, mine)
    phone = phone_of(mine.principal)

    response = phone.post(f"/aid/{answer.pk}/ask/", {"text": "  "})

    assert response.status_code == 200
    assert response.context["form"].errors
    assert not Inquiry.objects.exists()


def test_a_fourth_open_question_is_refused_with_the_reason() -> None:
    round_, (mine,) = published("甲某某")
    answer = make.answer_of(round_, mine)
    phone = phone_of(mine.principal)
    for number in range(3):
        phone.post(f"/aid/{answer.pk}/ask/", {"text": f"问题{number}"})

    response = phone.post(f"/aid/{answer.pk}/ask/", {"text": "第四个"})

    assert "三个问题等待答复" in response.content.decode()
    assert Inquiry.objects.count() == 3


def test_pages_of_a_worker_are_not_kept_by_the_browser() -> None:
    round_, (mine,) = published("甲某某")
    phone = phone_of(mine.principal)
    for path in ("/", "/aid/", f"/aid/{make.answer_of(round_, mine).pk}/"):
        assert "no-store" in phone.get(path)["Cache-Control"]


def test_the_pages_cost_as_many_queries_for_three_matters_as_for_one() -> None:
    """Rounds at three levels answer one household three times."""
    make.standard()
    mine, version = make.dossier("甲某某"), make.scheme_version()
    phone = phone_of(mine.principal)
    costs: dict[str, list[int]] = {"/": [], "/aid/": []}
    for at in (make.COUNTY, make.CITY, make.PROVINCE):
        opened = make.opened_round(at=at, version=version)
        compute_round(round_id=opened.pk, on=make.ON, by=SYSTEM)
        for path, found in costs.items():
            with CaptureQueriesContext(connection) as asked:
                assert phone.get(path).status_code == 200
            found.append(len(asked))

    assert costs["/aid/"][0] == costs["/aid/"][2]
    assert costs["/"][0] == costs["/"][2]
    assert max(costs["/aid/"]) <= 18
