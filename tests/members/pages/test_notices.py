"""Public notices: shown to people and not to programs, doubted, answered by receipt."""

from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from members.actions.notice import cancel_notice, decide_objection
from members.actions.notice_life import republish_notice
from members.actions.objection_evidence import look_at_evidence
from members.models import Objection, ObjectionEvidence, Person
from members.pages import notices as pages
from members.queries.notice import notice_sheet_pdf, notices_near, shown_receipt
from tests.core.uploads.evidence_files import GPS, PDF, jpeg
from tests.members.builders import (
    CITY,
    COUNTY,
    NEXT_COUNTY,
    ON,
    notice,
    person,
    staff,
    union,
)
from unionportal.core.actor import SYSTEM
from unionportal.core.errors import Refusal
from unionportal.core.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel("2025-12-02T10:00:00+08:00", tick=False):
        yield


def text_of(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def test_notice_that_ended_says_so_and_hides_its_names(client: Client) -> None:
    shown = notice(person("欧阳某"))
    with time_machine.travel("2025-12-09T10:00:00+08:00", tick=False):
        answer = client.get(f"/notices/{shown.pk}/")
    page = answer.content.decode()
    assert answer.status_code == 410
    assert "这份公示已结束" in page
    assert "欧*" not in page


def test_withdrawn_notice_says_why_and_leads_to_the_new_one(client: Client) -> None:
    someone = person("欧阳某")
    shown = notice(someone)
    made = republish_notice(
        notice_id=shown.pk, reason="名单有变", on=date(2025, 12, 2), by=SYSTEM
    )
    page = text_of(client, f"/notices/{shown.pk}/")
    assert "这份公示已撤销" in page
    assert "名单有变" in page
    assert f"/notices/{made.pk}/" in page
    assert "欧*" not in page
    assert "这是重新公示。原公示已撤销：名单有变" in text_of(
        client, f"/notices/{made.pk}/"
    )
    cancel_notice(notice_id=made.pk, reason="又有误", on=ON, by=SYSTEM)
    assert f"/notices/{made.pk}/" not in text_of(client, f"/notices/{shown.pk}/")


def test_planned_notice_does_not_exist_for_the_public(client: Client) -> None:
    planned = notice(person(), opens_on=date(2025, 12, 4))
    assert client.get(f"/notices/{planned.pk}/").status_code == 404


def test_no_search_engine_keeps_a_notice(client: Client) -> None:
    shown = notice(person())
    for path in ("/notices/", f"/notices/{shown.pk}/", "/notices/receipt/"):
        answer = client.get(path)
        assert answer["X-Robots-Tag"] == "noindex, nofollow, noarchive"
        assert '<meta name="robots" content="noindex' in answer.content.decode()
        assert "no-store" in answer["Cache-Control"]


def test_one_address_cannot_take_the_lists_in_bulk(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PAGES_AN_HOUR", 2)
    shown = notice(person("欧阳某"))
    codes = [client.get(f"/notices/{shown.pk}/").status_code for _ in range(3)]
    assert codes == [200, 200, 429]
    other = client.get(f"/notices/{shown.pk}/", REMOTE_ADDR="10.0.0.9")
    assert other.status_code == 200


def objected(client: Client, **extra: object) -> Objection:
    shown = notice(person("张三"))
    client.post(f"/notices/{shown.pk}/object/", {"text": "已不在本县", **extra})
    return Objection.objects.get()


def test_anonymous_objector_learns_the_verdict_by_receipt_from_anywhere(
    client: Client,
) -> None:
    objection = objected(client)
    assert objection.receipt is not None
    receipt = shown_receipt(objection)
    assert len(receipt) == 14
    first = text_of(client, "/notices/receipt/")
    assert receipt in first
    assert "核查中" in first
    decide_objection(
        objection_id=objection.pk,
        upheld=True,
        verdict="张三已迁往三元区",
        answer="您反映的情况属实，已从名单中去掉。",
        on=date(2025, 12, 3),
        by=staff("checker"),
    )
    elsewhere = Client()
    assert receipt not in text_of(elsewhere, "/notices/receipt/")
    told = elsewhere.post("/notices/receipt/", {"receipt": f" {receipt.lower()} "})
    page = told.content.decode()
    assert "异议成立" in page
    assert "您反映的情况属实" in page
    assert "三元区" not in page


def test_receipts_cannot_be_guessed_at_leisure(client: Client) -> None:
    objection = objected(client)
    elsewhere = Client()
    for _ in range(pages.RECEIPTS_AN_HOUR):
        page = elsewhere.post("/notices/receipt/", {"receipt": "AAAA"})
        assert "没有这个受理编号" in page.content.decode()
    late = elsewhere.post("/notices/receipt/", {"receipt": objection.receipt or ""})
    assert "过于频繁" in late.content.decode()
    assert objection.notice.title not in late.content.decode()


def test_photos_come_with_an_objection_bare_and_are_looked_at_with_a_trace(
    client: Client,
) -> None:
    photo = SimpleUploadedFile("现场.jpg", jpeg(extra=GPS), "image/jpeg")
    paper = SimpleUploadedFile("证明.pdf", PDF, "application/pdf")
    objection = objected(client, evidence=[photo, paper])
    kept = list(ObjectionEvidence.objects.order_by("number"))
    assert [(each.name, each.kind) for each in kept] == [
        ("现场.jpg", "jpeg"),
        ("证明.pdf", "pdf"),
    ]
    assert jpeg() not in bytes(kept[0].content)
    before = AuditEntry.objects.count()
    with pytest.raises(Refusal):
        look_at_evidence(
            evidence_id=kept[0].pk, on=ON, by=staff("checker", at=NEXT_COUNTY)
        )
    assert AuditEntry.objects.filter(verb="look").count() == 0
    seen = look_at_evidence(evidence_id=kept[0].pk, on=ON, by=staff("checker"))
    assert seen == jpeg()
    entry = AuditEntry.objects.get(verb="look", subject_id=objection.pk)
    assert entry.changes == {"evidence": 1}
    assert AuditEntry.objects.count() > before


def test_what_is_no_photo_is_refused_and_nothing_is_filed(client: Client) -> None:
    shown = notice(person())
    program = SimpleUploadedFile("a.jpg", b"<script>alert(1)</script>", "image/jpeg")
    many = [SimpleUploadedFile(f"{n}.pdf", PDF) for n in range(4)]
    for files, sentence in ((program, "不是 JPG"), (many, "最多上传 3 个")):
        page = client.post(
            f"/notices/{shown.pk}/object/", {"text": "不符", "evidence": files}
        )
        assert sentence in page.content.decode()
    assert not Objection.objects.exists()


def test_a_worker_is_shown_only_what_concerns_his_unions_and_his_place() -> None:
    """Somebody at a city's union does not read the lists of all its counties."""
    county = notice(person("张三"))
    someone = person("李四")
    on = date(2025, 12, 2)
    assert list(notices_near(someone.pk, on)) == [county]
    of_city = person("王五")
    Person.objects.filter(pk=of_city.pk).update(organisation=union(CITY), division=None)
    assert list(notices_near(of_city.pk, on)) == []
    Person.objects.filter(pk=of_city.pk).update(division=COUNTY)
    assert list(notices_near(of_city.pk, on)) == [county]
    Person.objects.filter(pk=of_city.pk).update(
        organisation=union(NEXT_COUNTY), division=None
    )
    assert list(notices_near(of_city.pk, on)) == []


def test_sheet_is_a_page_with_a_code_of_its_address() -> None:
    shown = notice(person("张三"))
    pdf = notice_sheet_pdf(shown, address=f"https://portal.example/notices/{shown.pk}/")
    assert pdf.startswith(b"%PDF")
