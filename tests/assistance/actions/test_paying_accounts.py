"""Setting how a union's bank is reached: what is kept, what is told, what is refused."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection

from assistance.actions.paying_accounts import AccountSettings, set_paying_account
from assistance.models import PayingAccount
from assistance.queries.paying_accounts import key_mark, settings_trail
from members.enums import Role
from tests.assistance.banking import bring_statement, paid_county
from tests.assistance.builders import CITY, COUNTY, NEXT_COUNTY, ON, staff, union
from tests.assistance.paying import (
    fund,
    instructed_batch,
    officers,
    paying_account,
    released_round,
)
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.errors import Refusal
from unionportal.core.models.audit import AuditEntry

pytestmark = pytest.mark.django_db
KEY = "银行给的密钥-7f3a9c01e5"
BY_FILE = AccountSettings(
    bank_name="工商银行福州分行",
    number="1402 0207 0900 1234567",
    link="file",
    layout="delimited_gbk",
)
DIRECT = replace(
    BY_FILE,
    link="direct",
    endpoint="https://bank.example/link",
    key=KEY,
    is_idempotent=False,
    window_seconds=120,
)


def put(
    wanted: AccountSettings, by: Actor | None = None, at: str = COUNTY
) -> PayingAccount:
    by = by or staff(Role.ADMINISTRATOR)
    return set_paying_account(organisation_id=union(at).pk, wanted=wanted, by=by, on=ON)


def stored() -> list[dict[str, object]]:
    """Every column but the sealed one, which must not be compared in the clear."""
    return [
        {**row, "mark": key_mark(PayingAccount.objects.get(pk=row["id"]))}
        for row in PayingAccount.objects.order_by("id").values(
            *("id", "bank_name", "number", "link", "layout", "endpoint"),
            *("is_idempotent", "window_seconds"),
        )
    ]


def entries() -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(verb="set_paying_account").order_by("id"))


def test_a_first_account_is_entered_with_everything_that_was_set() -> None:
    account = put(BY_FILE)
    assert (account.number, account.link, account.layout) == (
        "1402020709001234567",
        "file",
        "delimited_gbk",
    )
    (entry,) = entries()
    assert entry.changes == {
        "bank_name": [None, "工商银行福州分行"],
        "number": [None, "****4567"],
        "link": [None, "file"],
        "layout": [None, "delimited_gbk"],
        "endpoint": [None, ""],
        "key": [None, ""],
        "is_idempotent": [None, True],
        "window_seconds": [None, 300],
    }


def test_a_change_of_link_is_told_with_before_and_after_and_never_with_its_key() -> (
    None
):
    by = staff(Role.ADMINISTRATOR, at=CITY)
    account = put(BY_FILE, by)
    put(DIRECT, by)
    mark = key_mark(PayingAccount.objects.get())
    assert len(mark) == 12
    entry = entries()[-1]
    assert (entry.user_id, entry.subject_id) == (by.user_id, account.pk)
    assert entry.changes == {
        "link": ["file", "direct"],
        "endpoint": ["", "https://bank.example/link"],
        "key": ["", mark],
        "is_idempotent": [True, False],
        "window_seconds": [300, 120],
    }
    assert settings_trail(account)[0].changes == (
        "银行连接：文件交换 → 银企直联",
        "直联地址：（无） → https://bank.example/link",
        f"密钥标记：（无） → {mark}",
        "重复的指令只付一次：是 → 否",
        "受理时限（秒）：300 → 120",
    )


def test_the_key_lies_sealed_and_stands_nowhere_in_the_trail() -> None:
    account = put(DIRECT)
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM assistance_payingaccount")
        sealed = bytes(cursor.fetchone()[0])
        cursor.execute("SELECT string_agg(t::text, '') FROM core_auditentry AS t")
        trail = str(cursor.fetchone()[0])
    assert KEY.encode() not in sealed
    assert KEY not in trail
    assert KEY not in repr(DIRECT)
    assert PayingAccount.objects.get(pk=account.pk).secret == KEY


def test_an_empty_key_leaves_the_one_that_is_there() -> None:
    put(DIRECT)
    put(replace(DIRECT, key="", window_seconds=60))
    account = PayingAccount.objects.get()
    assert (account.secret, account.window_seconds) == (KEY, 60)
    assert entries()[-1].changes == {"window_seconds": [120, 60]}


def test_a_link_given_up_keeps_neither_address_nor_key() -> None:
    put(DIRECT)
    put(BY_FILE)
    account = PayingAccount.objects.get()
    assert (account.link, account.endpoint, account.secret) == ("file", "", None)


@pytest.mark.parametrize(
    ("changes", "field", "seen"),
    [
        ({"link": "fax"}, "link", "请选择银行连接"),
        ({"link": "file", "layout": "nothing"}, "layout", "没有这种文件格式"),
        ({"endpoint": "http://bank.example"}, "endpoint", "可以用 http://"),
        ({"endpoint": "gopher://x"}, "endpoint", "https://"),
        ({"endpoint": "https://other.example"}, "key", "换了直联地址"),
        ({"key": "short"}, "key", "至少 16 个字符"),
        ({"key": f" {KEY}"}, "key", "首尾不能有空白"),
        ({"window_seconds": 9}, "window_seconds", "10 至 3600 秒"),
        ({"window_seconds": 3601}, "window_seconds", "10 至 3600 秒"),
        ({"number": "6222-02"}, "number", "8 至 32 位数字"),
        ({"bank_name": "  "}, "bank_name", "请填写开户行"),
        ({}, None, "没有任何改动"),
    ],
)
def test_what_is_wrong_is_refused_at_its_field_and_changes_nothing(
    changes: dict[str, Any], field: str | None, seen: str
) -> None:
    put(DIRECT)
    before, told = stored(), len(entries())
    with pytest.raises(Refusal, match=seen) as refused:
        put(replace(replace(DIRECT, key=""), **changes))
    assert refused.value.field == field
    assert (stored(), len(entries())) == (before, told)


def test_a_direct_link_without_a_key_is_refused() -> None:
    with pytest.raises(Refusal, match="须填写与银行约定的密钥"):
        put(replace(DIRECT, key=""))
    assert stored() == []


@pytest.mark.parametrize("role", [Role.MAKER, Role.PAYER, Role.APPROVER])
def test_only_an_administrator_of_the_union_or_above_sets_it(role: Role) -> None:
    with pytest.raises(Refusal, match="“管理员”岗位"):
        put(BY_FILE, staff(role))
    with pytest.raises(Refusal, match="“管理员”岗位"):
        put(BY_FILE, staff(Role.ADMINISTRATOR, at=NEXT_COUNTY))
    assert (stored(), entries()) == ([], [])


def test_nothing_is_set_while_payments_are_on_their_way() -> None:
    round_ = released_round(3)
    fund("6000.00")
    instructed_batch(round_, officers())
    before = stored()
    with pytest.raises(Refusal, match="还有 3 笔发放已送银行") as refused:
        put(DIRECT, SYSTEM)
    assert refused.value.code == "on_the_way"
    assert (stored(), entries()) == (before, [])
    paying_account(NEXT_COUNTY)
    put(DIRECT, SYSTEM, NEXT_COUNTY)


def test_another_number_is_refused_once_the_account_is_reconciled() -> None:
    county = paid_county()
    bring_statement(county.lines())
    own = replace(BY_FILE, number="1402020709001234567")
    with pytest.raises(Refusal, match="已有银行对账") as refused:
        put(replace(own, number="1402020709007654321"), SYSTEM)
    assert refused.value.field == "number"
    put(replace(own, layout="fixed_utf8"), SYSTEM)
    assert entries()[-1].changes == {"layout": ["delimited_gbk", "fixed_utf8"]}
