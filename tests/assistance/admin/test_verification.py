"""Verification on the staff site: draw, take, call, end, take away; phones stay masked."""

import pytest
from django.test import Client
from django.urls import reverse

from assistance.enums import SampleItemState
from assistance.models import (
    Round,
    SampleItem,
    VerificationCall,
    VerificationFinding,
    VerificationSample,
)
from assistance.queries.figures import findings_opened, payments_verified
from assistance.queries.verification_queue import verification_waiting
from members.actions.person import change_phone
from members.enums import Role
from members.models import Person
from tests.assistance.admin.browsers import browser_of, table_of, taken
from tests.assistance.api.callers import API, caller
from tests.assistance.builders import COUNTY, NEXT_COUNTY, PROVINCE, staff, union
from tests.assistance.paying import AFTER_NOTICE
from tests.assistance.verifying import (
    NOT_RECEIVED,
    called,
    drawn,
    paid_round,
    verifier,
)
from tests.assistance.verifying import taken as all_taken
from tests.core.test_documents import text_of
from unionportal.core.actor import SYSTEM

pytestmark = pytest.mark.django_db
PHONE = "13800138000"
ITEMS = "/staff/assistance/verification/"


def page(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def sample_verb(client: Client, round_: Round, verb: str, **form: str) -> None:
    address = reverse("staff_assistance:round-sample-verb", args=(round_.pk, verb))
    assert client.post(address, form).status_code == 302


def item_verb(client: Client, item: SampleItem, verb: str, **form: str) -> str:
    address = reverse("staff_assistance:sample-item-verb", args=(item.pk, verb))
    return client.post(address, form, follow=True).content.decode()


def with_phone(round_: Round) -> None:
    for person in Person.objects.filter(paymentclaim__round=round_):
        change_phone(person_id=person.pk, phone=PHONE, on=AFTER_NOTICE, by=SYSTEM)


def test_a_sample_goes_from_the_round_to_its_findings_by_buttons() -> None:
    round_ = paid_round(3)
    auditor = browser_of(verifier())
    sample_verb(
        auditor, round_, "draw", confidence="90", margin="5", expected_error="10"
    )
    sample = VerificationSample.objects.get()
    assert (sample.confidence, str(sample.margin)) == (90, "0.0500")

    sample_verb(auditor, round_, "take")
    first, *rest = SampleItem.objects.order_by("id")
    item_verb(
        auditor, first, "record", outcome="not_received", channel="phone", note="没到"
    )
    for item in rest:
        item_verb(auditor, item, "record", outcome="confirmed", channel="visit")
    assert VerificationCall.objects.count() == 3

    told = page(auditor, reverse("staff_assistance:round", args=(round_.pk,)))
    assert "已核实 3 户，其中 1 户有差错" in told
    assert "未了结的核查问题" in told
    approver = browser_of(staff(Role.APPROVER, on=AFTER_NOTICE))
    said = item_verb(
        approver, first, "end-finding", resolution="received", note="存折为证"
    )
    assert "核查问题已了结" in said
    assert VerificationFinding.objects.get().state == "ended"


def test_the_strata_page_explains_and_draws_again() -> None:
    round_ = paid_round(4)
    drawn(round_)
    told = page(
        browser_of(verifier()),
        reverse("staff_assistance:sample", args=(round_.pk,)) + "?redraw=1",
    )
    assert "应抽 4 户，现有名单（含递补）4 户全部相同" in told
    assert VerificationSample.objects.get().seed in told


def test_a_wrong_form_says_so_and_changes_nothing() -> None:
    round_ = paid_round(2)
    auditor = verifier()
    client = browser_of(auditor)
    sample_verb(client, round_, "draw", confidence="80", margin="5", expected_error="5")
    assert VerificationSample.objects.count() == 0
    drawn(round_)
    (first, *_rest) = all_taken(round_, auditor)
    said = item_verb(client, first, "record", outcome="amount_wrong", channel="phone")
    assert "请在说明里写明本人怎么说" in said
    first.refresh_from_db()
    assert first.state == SampleItemState.WAITING


def test_the_phone_is_masked_but_once_for_the_verifier() -> None:
    round_ = paid_round(1)
    drawn(round_)
    auditor, other = verifier(), verifier()
    item, *_rest = all_taken(round_, auditor)
    person = item.payment.claim.payee
    change_phone(person_id=person.pk, phone=PHONE, on=AFTER_NOTICE, by=SYSTEM)
    address = reverse("staff_assistance:sample-item", args=(item.pk,))
    assert "138****8000" in page(browser_of(auditor), address)
    assert PHONE not in page(browser_of(auditor), address)

    assert PHONE in item_verb(browser_of(auditor), item, "phone")
    assert PHONE not in page(browser_of(auditor), address)
    assert PHONE not in item_verb(browser_of(other), item, "phone")


def test_the_list_leaves_as_a_workbook_and_on_paper_with_masked_phones() -> None:
    round_ = paid_round(2)
    drawn(round_)
    auditor = verifier()
    first, _second = all_taken(round_, auditor)
    called(first, auditor, NOT_RECEIVED)
    client = browser_of(auditor)

    rows = table_of(client, f"{ITEMS}export/?round={round_.pk}")
    assert [row["状态"] for row in rows] == ["已核实", "待核查"]
    assert (rows[0]["结果"], rows[0]["核查问题"]) == ("未收到", "待查处")
    assert rows[0]["到账金额（元）"] == "600.00"

    status, kind, content = taken(client, f"{ITEMS}print/?state=waiting")
    assert (status, kind) == (200, "application/pdf")
    text = "".join(text_of(content).split())
    assert "抽样核查记录单" in text
    assert "共1户" in text


@pytest.mark.parametrize(("at", "seen"), [(COUNTY, 2), (PROVINCE, 2), (NEXT_COUNTY, 0)])
def test_people_drawn_are_seen_by_reach(at: str, seen: int) -> None:
    round_ = paid_round(2)
    drawn(round_)
    told = page(browser_of(staff(Role.CHECKER, at=at)), ITEMS)
    assert told.count("待领取</span>") == seen


def test_the_queues_name_those_not_taken_those_taken_and_the_findings() -> None:
    round_ = paid_round(2)
    drawn(round_)
    auditor, approver = verifier(), staff(Role.APPROVER, on=AFTER_NOTICE)

    def titles(actor: object) -> list[str]:
        return [item.title for item in verification_waiting(actor, AFTER_NOTICE)]  # type: ignore[arg-type]

    occasion = round_.occasion
    assert titles(auditor) == [f"{occasion}：待领取的核查 2 户"]
    first, _second = all_taken(round_, auditor)
    assert titles(auditor) == [f"{occasion}：核查 2 户是否收到"]
    called(first, auditor, NOT_RECEIVED)
    assert titles(auditor) == [f"{occasion}：核查 1 户是否收到"]
    assert titles(approver) == ["查处核查问题：未收到"]


def test_figures_count_answers_and_errors_by_union_and_period() -> None:
    round_ = paid_round(2)
    drawn(round_)
    auditor = verifier()
    first, second = all_taken(round_, auditor)
    called(first, auditor, NOT_RECEIVED)
    called(second, auditor)
    here, there = union().path, union(NEXT_COUNTY).path

    assert payments_verified(here, "2025") == 2
    assert payments_verified(there, "2025") == 0
    assert payments_verified(here, "2025-11") == 0
    assert findings_opened(here, "2025-12") == 1


def test_county_systems_read_their_strata_and_people() -> None:
    round_ = paid_round(2)
    county = caller()
    assert county.get(f"{API}/rounds/{round_.pk}/verification/").status_code == 404
    drawn(round_)
    auditor = verifier()
    called(all_taken(round_, auditor)[0], auditor)

    body = county.get(f"{API}/rounds/{round_.pk}/verification/").json()
    assert (body["estimate"], len(body["strata"])) == (None, 1)
    assert (body["strata"][0]["answered"], body["strata"][0]["size"]) == (1, 2)
    whole = caller(PROVINCE).get(f"{API}/rounds/{round_.pk}/verification/").json()
    assert whole["estimate"]["rate"]["value"] == "0.0000"
    rows = county.get(
        f"{API}/rounds/{round_.pk}/verification/items/", {"state": "answered"}
    ).json()["results"]
    assert [row["calls"][0]["outcome"] for row in rows] == ["confirmed"]
