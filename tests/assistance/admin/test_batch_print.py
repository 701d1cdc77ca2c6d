"""The printed list of a batch reads back as what was signed, and as nothing more."""

import re
from decimal import Decimal

import pytest
from django.urls import reverse

from assistance.actions.batches import approve_batch, check_batch, submit_batch
from assistance.actions.payments import hold_payment
from assistance.models import Batch, HouseholdDossier
from assistance.queries.batch_lists import batch_list_values
from members.enums import Role
from tests.assistance.admin.browsers import browser_of, taken
from tests.assistance.builders import CITY, COUNTY, staff, union
from tests.assistance.paying import (
    AFTER_NOTICE,
    batch_of,
    fund,
    instructed_batch,
    officers,
    payments_of,
    released_round,
)
from tests.core.test_documents import text_of
from unionportal.core.actor import SYSTEM
from unionportal.core.audit import audit_head
from unionportal.core.documents import render_pdf

pytestmark = pytest.mark.django_db


def drafted_batch(names: int = 3) -> Batch:
    fund("100000.00")
    return batch_of(released_round(names))


def printed(batch: Batch) -> str:
    """The text of the list as an auditor of the county prints it."""
    client = browser_of(staff(Role.AUDITOR, name="陈经审"))
    url = reverse("staff_assistance:batch-print", args=(batch.pk,))
    status, kind, content = taken(client, url)
    assert (status, kind) == (200, "application/pdf")
    return text_of(content)


def words_of(text: str) -> list[str]:
    return text.split()


def test_the_list_reads_back_what_is_paid_to_whom() -> None:
    batch = drafted_batch()
    first = payments_of(batch)[0]
    payee = first.claim.payee
    text = printed(batch)
    number = HouseholdDossier.objects.get(principal=payee).number
    masked = f"{payee.id_number[:4]}***********{payee.id_number[-3:]}"
    row = next(line for line in text.splitlines() if number in line)
    assert row.split() == [
        "1",
        payee.name,
        number,
        masked,
        first.account.bank_name,
        first.account.number[-4:],
        "600.00",
    ]
    for words in (
        f"{union().name}{batch.round.version.scheme.title}发放清单",
        batch.number,
        batch.digest,
        f"{first.source.name} 3 人 1,800.00 元",
        "3 人 人民币（大写）壹仟捌佰元整",
        "陈经审",
        "第 1 页，共 1 页",
    ):
        assert words in " ".join(words_of(text)), words
    for secret in (payee.id_number, first.account.number):
        assert secret not in text


def test_the_list_is_the_one_the_digest_covers() -> None:
    batch = drafted_batch()
    held = payments_of(batch)[1]
    hold_payment(payment_id=held.pk, reason="核对户名", by=SYSTEM, on=AFTER_NOTICE)
    batch.refresh_from_db()
    text = printed(batch)
    assert held.claim.payee.name not in words_of(text)
    assert "不在本清单内：暂缓 1 人。" in text
    assert "壹仟贰佰元整" in text
    assert batch.digest in text


def test_signatures_are_printed_with_who_signed_for_whom() -> None:
    batch = drafted_batch()
    steps = (
        (submit_batch, staff(Role.MAKER, name="甲经办", on=AFTER_NOTICE)),
        (check_batch, staff(Role.CHECKER, name="乙复核", on=AFTER_NOTICE)),
        (approve_batch, staff(Role.APPROVER, at=CITY, name="丙上级", on=AFTER_NOTICE)),
    )
    for step, by in steps:
        step(batch_id=batch.pk, digest=batch.digest, comment="", by=by, on=AFTER_NOTICE)
    batch.refresh_from_db()
    county, city = union(COUNTY).short_name, union(CITY).short_name
    signed = ["2025年12月15日", batch.digest[:16]]
    rows = [words_of(line) for line in printed(batch).splitlines()]
    assert ["经办", "甲经办", county, *signed] in rows
    assert ["复核", "乙复核", county, *signed] in rows
    assert ["审批", "丙上级", f"{city}（代审）", *signed] in rows
    assert ["出纳", "年", "月", "日"] in rows
    assert not [row for row in rows if row[:1] == ["上级审批"]]


def test_a_list_that_went_to_the_bank_keeps_its_lines_and_has_the_payer() -> None:
    fund("100000.00")
    who = officers()
    batch = instructed_batch(released_round(2), who)
    text = printed(batch)
    assert "人民币（大写）壹仟贰佰元整" in text
    assert [
        line
        for line in text.splitlines()
        if line.split()[:2] == ["出纳", who.payer.name]
    ]


def test_the_head_of_the_trail_is_printed() -> None:
    batch = drafted_batch(1)
    values = batch_list_values(batch, on=AFTER_NOTICE, printed_by="甲")
    assert values["audit_head"] == audit_head()
    assert audit_head() in text_of(render_pdf("batch_list", values))


def test_a_long_list_repeats_its_head_and_numbers_its_pages() -> None:
    values = batch_list_values(drafted_batch(1), on=AFTER_NOTICE, printed_by="甲")
    lines = values["lines"]
    assert isinstance(lines, list)
    fen = list(range(1, 151))
    pages = text_of(
        render_pdf("batch_list", values | {"lines": lines * 150, "fen": fen})
    )
    *full, _after = pages.split("\f")
    assert len(full) > 2
    assert [page.count("身份证号") for page in full] == [1] * len(full)
    assert f"第 {len(full)} 页，共 {len(full)} 页" in full[-1]
    sums = [re.search(r"本页小计\s+(\d+) 人\s+([\d.]+) 元", page) for page in full]
    told = [(int(one[1]), Decimal(one[2])) for one in sums if one]
    first, last = told[0][0], 150 - told[-1][0]
    assert sum(count for count, _ in told) == 150
    assert told[0][1] == Decimal(sum(fen[:first])) / 100
    assert told[-1][1] == Decimal(sum(fen[last:])) / 100


def test_who_neither_signs_nor_audits_reads_masked_names() -> None:
    batch = drafted_batch(1)
    payee = payments_of(batch)[0].claim.payee
    url = reverse("staff_assistance:batch-print", args=(batch.pk,))
    for role, seen in ((Role.ADMINISTRATOR, f"{payee.name[:1]}*"), (Role.PAYER, None)):
        _, kind, content = taken(browser_of(staff(role)), url)
        assert kind == "application/pdf"
        words = words_of(text_of(content))
        assert (seen or payee.name) in words
        assert (payee.name in words) is (seen is None)
