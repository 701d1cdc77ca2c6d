"""Paying accounts: one for a union, its bank's layout changed without touching a file."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from assistance.actions.paying_accounts import choose_layout, open_paying_account
from assistance.models import PayingAccount
from members.enums import Role
from tests.assistance.admin.browsers import browser_of
from tests.assistance.builders import COUNTY, NEXT_COUNTY, staff, union
from tests.assistance.paying import (
    AFTER_NOTICE,
    answer_to,
    bring_in,
    fund,
    instructed_batch,
    officers,
    released_round,
)
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.errors import Refusal
from unionportal.core.models.audit import AuditEntry

pytestmark = pytest.mark.django_db


def opened(by: Actor, **changes: object) -> PayingAccount:
    told: dict[str, Any] = {
        "organisation_id": union().pk,
        "bank_name": "农村信用社",
        "number": "6999 0000 0000 0000 001",
        "layout": "tabbed_utf16",
    }
    return open_paying_account(**(told | changes), by=by, on=AFTER_NOTICE)


def administrator(at: str = COUNTY) -> Actor:
    return staff(Role.ADMINISTRATOR, at=at, on=AFTER_NOTICE)


def test_a_union_s_paying_account_is_opened_once_by_its_administrator() -> None:
    account = opened(administrator())

    assert (account.number, account.layout_title) == (
        "6999000000000000001",
        "制表符文本（UTF-16，元，千分位）",
    )
    (entry,) = AuditEntry.objects.filter(verb="open_paying_account")
    assert entry.changes == {"layout": [None, "tabbed_utf16"], "number": "…0001"}
    with pytest.raises(Refusal, match="已经登记了付款账户"):
        opened(administrator())


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"number": "12AB"}, "账号应为 8 至 32 位数字"),
        ({"layout": "nobody"}, "没有银行文件格式“nobody”"),
        ({"organisation_id": 0}, "没有这个工会"),
    ],
)
def test_what_is_no_account_is_refused(changes: dict[str, object], told: str) -> None:
    with pytest.raises(Refusal, match=told):
        opened(administrator(), **changes)

    assert not PayingAccount.objects.exists()


def test_neither_a_payer_nor_a_neighbour_sets_the_account() -> None:
    payer = staff(Role.PAYER, at=COUNTY, on=AFTER_NOTICE)
    for stranger in (payer, administrator(NEXT_COUNTY)):
        with pytest.raises(Refusal, match="“管理员”岗位"):
            opened(stranger)
    account = opened(administrator())
    with pytest.raises(Refusal, match="“管理员”岗位"):
        choose_layout(
            account_id=account.pk, layout="fixed_utf8", by=payer, on=AFTER_NOTICE
        )

    account.refresh_from_db()
    assert account.layout == "tabbed_utf16"


def test_a_batch_under_way_keeps_its_layout_and_its_answer_is_taken() -> None:
    """The bank answers in the old layout after the new one was chosen."""
    round_ = released_round(2)
    fund("6000.00")
    batch = instructed_batch(round_, officers(), layout="fixed_gb18030")
    answer = answer_to(batch)
    account = PayingAccount.objects.get()

    choose_layout(
        account_id=account.pk, layout="tabbed_utf16", by=SYSTEM, on=AFTER_NOTICE
    )

    assert batch.bank_files.get().layout == "fixed_gb18030"
    assert "到账 2 笔" in bring_in(answer).sentence
    with pytest.raises(Refusal, match="本来就用"):
        choose_layout(
            account_id=account.pk, layout="tabbed_utf16", by=SYSTEM, on=AFTER_NOTICE
        )


def post(browser: Client, name: str, *args: int, **told: object) -> str:
    answer = browser.post(
        reverse(f"staff_assistance:{name}", args=args), told, follow=True
    )
    return answer.content.decode()


def test_the_screen_opens_an_account_and_changes_its_layout() -> None:
    browser = browser_of(administrator())
    told = {"organisation": union().pk, "bank_name": "农信社", "number": "699900000001"}

    shown = post(browser, "paying-account-new", **told, layout="fixed_utf8")
    assert "定长文本（UTF-8，分）" in shown
    again = post(browser, "paying-account-new", **told, layout="fixed_utf8")
    assert "已经登记了付款账户" in again
    account = PayingAccount.objects.get()
    changed = post(browser, "paying-account-layout", account.pk, layout="fixed_gb18030")

    assert "定长文本（GB18030，分，首末记录）" in changed
    assert "登记付款账户" in changed
    account.refresh_from_db()
    assert account.layout == "fixed_gb18030"
