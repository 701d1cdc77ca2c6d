"""Workbooks of the staff site: what is in them, who may take them, and the trace left."""

from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assistance.actions.exports import LARGEST_EXPORT, LARGEST_PRINT, record_export
from assistance.actions.notices import publish_round_notice
from assistance.actions.payments import hold_payment
from assistance.actions.releases import release_round
from assistance.enums import VERBS, ExportedList
from assistance.models import HouseholdDossier, Round
from members.enums import Role
from members.models import Disclosure
from tests.assistance.admin.browsers import WHY, browser_of, table_of, taken
from tests.assistance.builders import (
    COUNTY,
    NEXT_COUNTY,
    ON,
    computed_round,
    dossier,
    staff,
    standard,
    union,
)
from tests.assistance.paying import (
    AFTER_NOTICE,
    NOTICED_ON,
    batch_of,
    fund,
    payments_of,
)
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.errors import Refusal
from unionportal.core.models.audit import AuditEntry

pytestmark = pytest.mark.django_db


def released(names: int = 2) -> Round:
    """A county's own round with a batch of so many lines."""
    fund("100000.00")
    standard()
    for number in range(names):
        dossier(f"张小{'一二三四'[number]}")
    round_ = computed_round(at=COUNTY)
    publish_round_notice(round_id=round_.pk, on=NOTICED_ON, by=SYSTEM)
    return release_round(round_id=round_.pk, on=AFTER_NOTICE, by=SYSTEM)


def auditor(at: str = COUNTY) -> Actor:
    return staff(Role.AUDITOR, at=at)


def url_of(name: str, round_: Round) -> str:
    """The address of an export, of the round or its county's batch where it names one."""
    if name == "counties-export":
        return reverse(f"staff_assistance:{name}", args=(round_.pk,))
    if name in {"batch-export", "batch-print"}:
        batch = batch_of(round_)
        return reverse(f"staff_assistance:{name}", args=(batch.pk,))
    asked = f"?round={round_.pk}" if name == "determinations-export" else ""
    return reverse(f"staff_assistance:{name}") + asked


EXPORTS = {
    "dossiers-export": ("export_dossiers", "assistance.householddossier"),
    "counties-export": ("export_counties", "assistance.round"),
    "determinations-export": ("export_determinations", "assistance.round"),
    "batch-export": ("export_batch_lines", "assistance.batch"),
    "batch-print": ("print_batch_list", "assistance.batch"),
    "payments-export": ("export_payments", "assistance.payment"),
}
ONE_UNION = ("counties-export", "determinations-export", "batch-export", "batch-print")


# --- what is in them


def test_counties_are_told_with_their_sum() -> None:
    standard(at=COUNTY)
    standard(at=NEXT_COUNTY)
    dossier("张小一", at=COUNTY)
    dossier("张小二", at=COUNTY, household_size=1)
    dossier("张小三", at=NEXT_COUNTY)
    round_ = computed_round()
    client = browser_of(auditor(at="350000"))
    rows = table_of(client, url_of("counties-export", round_))
    names = (union(COUNTY).name, union(NEXT_COUNTY).name, "合计")
    told = ("应纳入", "符合", "不符合", "待补材料", "符合金额（元）", "已到账")
    assert [tuple(row[title] for title in told) for row in rows] == [
        ("2", "1", "1", "0", "600.00", "0"),
        ("1", "1", "0", "0", "600.00", "0"),
        ("3", "2", "1", "0", "1200.00", "0"),
    ]
    assert tuple(row["发放工会"] for row in rows) == names


def test_a_county_takes_its_own_rows_of_a_round_above() -> None:
    standard(at=COUNTY)
    standard(at=NEXT_COUNTY)
    dossier("张小一", at=COUNTY)
    dossier("李四海", at=NEXT_COUNTY)
    round_ = computed_round()
    client = browser_of(auditor(NEXT_COUNTY))
    counties = table_of(client, url_of("counties-export", round_))
    assert [row["发放工会"] for row in counties] == [union(NEXT_COUNTY).name, "合计"]
    answers = table_of(client, url_of("determinations-export", round_))
    assert [row["姓名"] for row in answers] == ["李四海"]


def test_answers_come_with_the_reason_in_words_and_a_masked_number() -> None:
    standard(at=COUNTY)
    granted = dossier("张小一")
    dossier("张小二", household_size=1)
    dossier("张小三", homes_count=None)
    round_ = computed_round(at=COUNTY)
    rows = table_of(browser_of(auditor()), url_of("determinations-export", round_))
    assert [(row["姓名"], row["结论"]) for row in rows] == [
        ("张小一", "符合"),
        ("张小二", "不符合"),
        ("张小三", "待补材料"),
    ]
    number = granted.principal.id_number
    assert rows[0] == {
        "发放工会": union(COUNTY).name,
        "档案编号": granted.number,
        "姓名": "张小一",
        "身份证号": f"{number[:4]}***********{number[-3:]}",
        "结论": "符合",
        "测算金额（元）": "600.00",
        "核定金额（元）": "600.00",
    }
    reasons = [row.get("未满足条款 / 缺少事实", "") for row in rows]
    assert reasons[0] == ""
    assert "收入" in reasons[1]
    assert reasons[2] == "住房套数"


def test_answers_are_those_of_the_search_row() -> None:
    standard(at=COUNTY)
    dossier("张小一")
    dossier("张小二", household_size=1)
    url = url_of("determinations-export", computed_round(at=COUNTY))
    client = browser_of(auditor())
    rows = table_of(client, f"{url}&outcome=ineligible")
    assert [row["姓名"] for row in rows] == ["张小二"]
    assert AuditEntry.objects.get(verb="export_determinations").changes["count"] == 1


def test_the_lines_of_a_batch_tell_the_tail_of_the_account_only() -> None:
    round_ = released()
    batch = batch_of(round_)
    first, second = payments_of(batch)
    hold_payment(payment_id=second.pk, reason="核对户名", by=SYSTEM, on=AFTER_NOTICE)
    rows = table_of(browser_of(auditor()), url_of("batch-export", round_))
    account, payee = first.account, first.claim.payee
    assert rows[0] == {
        "发放编号": first.reference,
        "姓名": payee.name,
        "档案编号": HouseholdDossier.objects.get(principal=payee).number,
        "身份证号": f"{payee.id_number[:4]}***********{payee.id_number[-3:]}",
        "开户行": account.bank_name,
        "账号尾号": account.number[-4:],
        "金额（元）": "600.00",
        "资金来源": first.source.name,
        "状态": "待发放",
    }
    assert [row["状态"] for row in rows] == ["待发放", "暂缓"]


def test_payments_are_those_of_the_search_row() -> None:
    round_ = released()
    first, _second = payments_of(batch_of(round_))
    url = url_of("payments-export", round_)
    client = browser_of(auditor())
    assert len(table_of(client, url)) == 2
    rows = table_of(client, f"{url}?reference={first.reference}")
    assert [row["发放编号"] for row in rows] == [first.reference]
    assert table_of(client, f"{url}?round={round_.pk + 1}") == []
    filters = AuditEntry.objects.filter(verb="export_payments").order_by("id")
    assert [entry.changes for entry in filters] == [
        {"filters": "", "count": 2},
        {"filters": f"reference={first.reference}", "count": 1},
        {"filters": f"round={round_.pk + 1}", "count": 0},
    ]


# --- the trace, the reach, the size


@pytest.mark.parametrize("name", EXPORTS)
def test_whoever_takes_a_list_is_written_down(name: str) -> None:
    round_ = released()
    officer = auditor()
    url = url_of(name, round_)
    assert taken(browser_of(officer), url)[0] == 200
    entry = AuditEntry.objects.latest("id")
    verb, kind = EXPORTS[name]
    assert (entry.verb, entry.subject_kind, entry.user_id) == (
        verb,
        kind,
        officer.user_id,
    )
    assert entry.changes["count"] == (1 if name == "counties-export" else 2)
    assert VERBS[verb]


@pytest.mark.parametrize("name", EXPORTS)
def test_a_list_is_not_taken_by_reading(name: str) -> None:
    round_ = released()
    url, client = url_of(name, round_), browser_of(auditor())
    before = AuditEntry.objects.count()
    assert client.get(url).status_code == 405
    assert AuditEntry.objects.count() == before


@pytest.mark.parametrize("name", ONE_UNION)
def test_the_next_county_finds_nothing(name: str) -> None:
    url, client = url_of(name, released()), browser_of(auditor(NEXT_COUNTY))
    before = AuditEntry.objects.count()
    assert client.post(url, WHY).status_code == 404
    assert AuditEntry.objects.count() == before


@pytest.mark.parametrize("name", ["dossiers-export", "payments-export"])
def test_the_next_county_takes_an_empty_list(name: str) -> None:
    round_ = released()
    assert table_of(browser_of(auditor(NEXT_COUNTY)), url_of(name, round_)) == []


@pytest.mark.parametrize("name", EXPORTS)
def test_somebody_without_login_is_asked_to_sign_in(name: str) -> None:
    answer = Client().post(url_of(name, released()))
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/staff/login/")


@pytest.mark.parametrize("name", EXPORTS)
def test_the_number_of_queries_does_not_grow_with_the_list(name: str) -> None:
    assert queries_for(name, 1) == queries_for(name, 4)


def queries_for(name: str, names: int) -> int:
    """How many queries a list of so many takes; what was built for it is undone."""
    with transaction.atomic():
        url = url_of(name, released(names))
        client = browser_of(auditor())
        with CaptureQueriesContext(connection) as captured:
            assert taken(client, url)[0] == 200
        transaction.set_rollback(True)
    return len(captured)


def test_a_search_row_that_cannot_be_read_does_not_mean_everything() -> None:
    round_ = released()
    url = reverse("staff_assistance:payments-export")
    client = browser_of(auditor())
    before = AuditEntry.objects.count()
    answer = client.post(f"{url}?state=nonsense&round={round_.pk}", WHY, follow=True)
    assert answer.redirect_chain == [
        (f"/staff/assistance/payments/?state=nonsense&round={round_.pk}", 302)
    ]
    assert "查询条件有误，请改正后再导出。" in answer.content.decode()
    assert AuditEntry.objects.count() == before


@pytest.mark.parametrize(
    ("what", "most", "remedy"),
    [
        (ExportedList.DOSSIERS, LARGEST_EXPORT, "请先用查询条件缩小范围"),
        (ExportedList.BATCH_LINES, LARGEST_EXPORT, "请先用查询条件缩小范围"),
        (ExportedList.BATCH_PRINT, LARGEST_PRINT, "请改用“导出 Excel”"),
    ],
)
def test_a_list_that_is_too_long_is_refused(
    what: ExportedList, most: int, remedy: str
) -> None:
    officer = auditor()
    common: dict[str, Any] = {
        "what": what,
        "subject": ("assistance.payment", 0),
        "filters": "",
        "on": ON,
        "by": officer,
    }
    before = AuditEntry.objects.count()
    with pytest.raises(Refusal, match=remedy) as caught:
        record_export(**common, count=most + 1)
    assert f"{most:,}" in str(caught.value)
    assert AuditEntry.objects.count() == before
    record_export(**common, count=most)
    assert AuditEntry.objects.count() == before + 1


def test_every_list_has_its_word_in_the_trail() -> None:
    assert {one.value for one in ExportedList} <= set(VERBS)


def test_the_buttons_stand_on_the_pages_and_keep_the_search() -> None:
    round_ = released()
    batch = batch_of(round_)
    client = browser_of(auditor())
    places = {
        "dossiers-export": "dossiers/?state=on_file",
        "counties-export": f"rounds/{round_.pk}/",
        "determinations-export": f"determinations/?round={round_.pk}",
        "batch-export": f"batches/{batch.pk}/",
        "batch-print": f"batches/{batch.pk}/",
        "payments-export": "payments/?state=planned",
    }
    for name, place in places.items():
        page = client.get(f"/staff/assistance/{place}").content.decode()
        target = url_of(name, round_).partition("?")[0]
        asked = place.partition("?")[2]
        wanted = target if name == "batch-print" else f'action="{target}?{asked}"'
        assert wanted in page, name


@pytest.mark.parametrize("name", [one for one in EXPORTS if one != "counties-export"])
def test_a_list_of_people_needs_a_reason_and_each_of_them_sees_it(name: str) -> None:
    url, officer = url_of(name, released()), auditor()
    client = browser_of(officer)
    assert client.post(url).status_code == 302
    assert not AuditEntry.objects.filter(verb=EXPORTS[name][0]).exists()
    assert taken(client, url)[0] == 200
    assert AuditEntry.objects.latest("id").reason == WHY["reason"]
    seen = Disclosure.objects.filter(kind="export").order_by("person_id")
    people = HouseholdDossier.objects.order_by("principal_id")
    assert [row.person_id for row in seen] == [one.principal_id for one in people]
    assert {(row.user_id, row.reason) for row in seen} == {
        (officer.user_id, WHY["reason"])
    }


def test_a_workbook_says_who_took_it_when_and_why() -> None:
    officer = auditor()
    _, _, content = taken(browser_of(officer), url_of("dossiers-export", released()))
    with ZipFile(BytesIO(content)) as book:
        first = book.read("xl/worksheets/sheet1.xml").decode()
        told = book.read("xl/sharedStrings.xml").decode()
    for text in (first, told):
        assert f"导出人：{officer.name}" in text
        assert f"理由：{WHY['reason']}" in text
