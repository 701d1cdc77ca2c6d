"""Staff screens: scoped, masked, read-only; verbs are posts."""

from datetime import date

import pytest
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from members.actions.notice import ANONYMOUS, file_objection
from members.enums import AccountState, ObjectionState
from members.models import (
    ApiClient,
    BankAccount,
    Disclosure,
    Division,
    Objection,
    Organisation,
    Person,
    Post,
    Standard,
    User,
)
from tests.members.builders import (
    COUNTY,
    NEXT_COUNTY,
    PASSWORD,
    id_number,
    notice,
    pending_account,
    person,
    staff,
    standard,
    union,
)
from unionportal.core.actor import Actor
from unionportal.core.audit import history_of

pytestmark = pytest.mark.django_db
BACKEND = "members.auth.backends.StaffBackend"
MODELS = (
    "division",
    "organisation",
    "person",
    "bankaccount",
    "post",
    "standard",
    "notice",
    "objection",
    "user",
    "apiclient",
)


def browser_of(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk__in=[actor.user_id]), backend=BACKEND)
    return client


def list_url(model: str) -> str:
    return reverse(f"admin:members_{model}_changelist")


def url_of(record: Model) -> str:
    name = f"admin:members_{record._meta.model_name}_change"
    return reverse(name, args=[record.pk])


def verb_url(record: Model, verb: str) -> str:
    name = f"admin:members_{record._meta.model_name}_verb"
    return reverse(name, args=[record.pk, verb])


def one_of_each() -> list[Model]:
    someone = person()
    shown = notice(someone)
    objection = file_objection(
        notice_id=shown.pk, line_id=None, text="x", on=shown.starts_on, by=ANONYMOUS
    )
    administrator = staff("administrator")
    return [
        union(),
        Division.objects.get(pk=COUNTY),
        someone,
        pending_account(someone),
        shown,
        objection,
        standard(),
        Post.objects.get(user_id__in=[administrator.user_id]),
        User.objects.get(pk__in=[administrator.user_id]),
    ]


@pytest.mark.parametrize("model", MODELS)
def test_lists_open_for_staff_and_refuse_strangers(model: str) -> None:
    one_of_each()
    assert (
        browser_of(staff("maker", "administrator")).get(list_url(model)).status_code
        == 200
    )
    answer = Client().get(list_url(model))
    assert (answer.status_code, "/staff/login/" in answer["Location"]) == (302, True)


def test_records_open_with_their_verbs() -> None:
    client = browser_of(staff("maker", "checker", "administrator"))
    for record in one_of_each():
        answer = client.get(url_of(record))
        assert (record, answer.status_code) == (record, 200)
        assert 'name="_save"' not in answer.content.decode()


def test_records_out_of_reach_are_not_found() -> None:
    client = browser_of(staff("maker", "checker", at=NEXT_COUNTY))
    records = [r for r in one_of_each() if r._meta.model_name not in {"division"}]
    for record in records:
        answer = client.get(url_of(record))
        assert (record, answer.status_code) == (record, 302)
    account = BankAccount.objects.get()
    assert client.post(verb_url(account, "verify")).status_code == 404
    account.refresh_from_db()
    assert account.state == AccountState.PENDING


def test_staff_without_a_post_sees_nothing() -> None:
    assert browser_of(staff()).get(list_url("person")).status_code == 403


def test_people_are_masked_in_list_and_record() -> None:
    someone = person(phone="13812341234")
    client = browser_of(staff("maker"))
    for url in (list_url("person"), url_of(someone)):
        text = client.get(url).content.decode()
        assert someone.id_number not in text
        assert "13812341234" not in text
        assert "138****1234" in text


def test_people_are_found_by_name_pinyin_number_and_phone() -> None:
    someone = person("曾小三", phone="13812341234")
    person("李四")
    client = browser_of(staff("maker"))
    for typed in ("曾小", "zengx", "zxs", someone.id_number, "13812341234"):
        text = client.get(list_url("person"), {"q": typed}).content.decode()
        assert (typed, "曾小三" in text, "李四" in text) == (typed, True, False)


def test_full_number_is_shown_for_half_an_hour_with_a_reason() -> None:
    someone = person()
    client = browser_of(staff("maker"))
    url = reverse("admin:members_person_reveal", args=[someone.pk])
    assert client.get(url).status_code == 404
    told = client.post(url, {"reason": ""}, follow=True).content.decode()
    assert "请填写查看理由" in told
    assert someone.id_number not in told
    client_of_payer = browser_of(staff("payer"))
    told = client_of_payer.post(url, {"reason": "看"}, follow=True).content.decode()
    assert "“经办”、“复核”、“审计”岗位，您没有" in told
    answer = client.post(url, {"reason": "核对银行退回"})
    assert someone.id_number in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert history_of(someone).filter(verb="reveal").count() == 1
    assert someone.id_number in client.get(url).content.decode()
    assert browser_of(staff("maker")).get(url).status_code == 404
    record = client.get(reverse("admin:members_person_change", args=[someone.pk]))
    assert someone.id_number not in record.content.decode()
    seen = Disclosure.objects.filter(person=someone).order_by("id")
    assert [row.kind for row in seen] == ["view", "view", "unmask"]


def test_account_is_verified_by_a_button_of_another_person() -> None:
    maker, checker = staff("maker", "checker"), staff("checker")
    account = pending_account(person(), by=maker)
    own = browser_of(maker).get(url_of(account)).content.decode()
    assert "同一人" in own
    browser_of(maker).post(verb_url(account, "verify"))
    account.refresh_from_db()
    assert account.state == AccountState.PENDING
    assert browser_of(checker).get(verb_url(account, "verify")).status_code == 404
    browser_of(checker).post(verb_url(account, "verify"))
    account.refresh_from_db()
    assert (account.state, account.verified_by_id) == (
        AccountState.VERIFIED,
        checker.user_id,
    )


def test_objection_is_decided_by_a_button() -> None:
    shown = notice(person())
    objection = file_objection(
        notice_id=shown.pk, line_id=None, text="x", on=shown.starts_on, by=ANONYMOUS
    )
    client = browser_of(staff("checker"))
    client.post(
        verb_url(objection, "dismiss"), {"verdict": "", "answer": "经核实符合条件"}
    )
    assert Objection.objects.get().state == ObjectionState.OPEN
    client.post(
        verb_url(objection, "dismiss"),
        {"verdict": "经查属实", "answer": "经核实符合条件"},
    )
    assert Objection.objects.get().state == ObjectionState.DISMISSED


@pytest.mark.parametrize("junk", ["", "张三", "²", "9" * 30, "\0", "1,2"])
def test_a_form_with_junk_for_a_union_is_shown_again(junk: str) -> None:
    client = browser_of(staff("administrator"))
    answer = client.post("/staff/members/apiclient/add/", {"organisation": junk})
    assert answer.status_code == 200
    assert not ApiClient.objects.exists()


def test_new_person_is_registered_by_a_form() -> None:
    client = browser_of(staff("maker"))
    url = reverse("admin:members_person_add")
    assert client.get(url).status_code == 200
    entered = {
        "name": "张三",
        "id_number": "110105194912310021",
        "organisation": union().pk,
    }
    assert "校验位不符" in client.post(url, entered).content.decode()
    assert not Person.objects.exists()
    foreign = entered | {"organisation": union(NEXT_COUNTY).pk}
    assert client.post(url, foreign).status_code == 200
    client.post(url, entered | {"id_number": id_number()})
    assert Person.objects.get().name == "张三"


def test_administrator_makes_user_post_and_client_by_forms() -> None:
    client = browser_of(staff("administrator"))
    client.post(
        reverse("admin:members_user_add"),
        {"username": "xin", "name": "新人", "password": PASSWORD},
    )
    made = User.objects.get(username="xin")
    client.post(
        reverse("admin:members_post_add"),
        {
            "user": made.pk,
            "organisation": union().pk,
            "role": "maker",
            "on": "2025-12-01",
        },
    )
    post = Post.objects.get(user=made)
    assert (post.role, post.starts_on, made.must_change_password) == (
        "maker",
        date(2025, 12, 1),
        True,
    )
    answer = client.post(
        reverse("admin:members_apiclient_add"),
        {"organisation": union().pk, "name": "尤溪系统", "kind": "real"},
    )
    api_client = ApiClient.objects.get()
    assert api_client.client_id in answer.content.decode()


def test_maker_sets_standard_and_founds_union_by_forms() -> None:
    client = browser_of(staff("maker"))
    client.post(
        reverse("admin:members_standard_add"),
        {
            "kind": "subsistence_line",
            "division": COUNTY,
            "residence": "urban",
            "amount": "750.00",
            "valid_from": "2025-01-01",
            "document": "明民〔2024〕1号",
        },
    )
    assert str(Standard.objects.get().amount) == "750.00"
    client.post(
        reverse("admin:members_organisation_add"),
        {"parent": union().pk, "code": "X1", "name": "某工会", "short_name": "某"},
    )
    assert Organisation.objects.get(code="X1").level == "basic"


@pytest.mark.parametrize("model", ["user", "post", "apiclient"])
def test_maker_may_not_make_users_posts_or_clients(model: str) -> None:
    client = browser_of(staff("maker"))
    assert client.get(reverse(f"admin:members_{model}_add")).status_code == 403


def test_choices_by_typing_stay_within_reach() -> None:
    client = browser_of(staff("maker"))
    found = client.get(
        reverse("admin:autocomplete"),
        {
            "app_label": "members",
            "model_name": "person",
            "field_name": "organisation",
            "term": "建宁县",
        },
    ).json()
    assert found["results"] == []


@pytest.mark.parametrize("size", [1, 30])
def test_person_list_takes_the_same_number_of_queries(
    size: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(size):
        person(f"张{number}")
    client = browser_of(staff("maker"))
    client.get(reverse("admin:index"))  # the session is written down once a minute
    with django_assert_max_num_queries(10):
        client.get(list_url("person"))
