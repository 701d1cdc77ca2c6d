"""Paying accounts on the staff site: seen by all, set by the administrator."""

import pytest
from django.urls import reverse

from assistance.models import PayingAccount
from assistance.queries.paying_accounts import key_mark
from members.enums import Role
from tests.assistance.admin.browsers import browser_of
from tests.assistance.builders import staff, union
from tests.assistance.paying import paying_account

pytestmark = pytest.mark.django_db
KEY = "银行给的密钥-7f3a9c01e5"
FORM = {
    "bank_name": "工商银行福州分行",
    "number": "1402020709001234567",
    "link": "direct",
    "layout": "delimited_gbk",
    "endpoint": "https://bank.example/link",
    "key": KEY,
    "window_seconds": "300",
}
LIST = reverse("staff_assistance:paying-accounts")


def address() -> str:
    return reverse("staff_assistance:paying-account", args=(union().pk,))


def test_the_administrator_sets_a_link_and_nobody_sees_its_key_again() -> None:
    administrator = browser_of(staff(Role.ADMINISTRATOR))
    told = administrator.post(address(), FORM, follow=True).content.decode()
    assert "付款账户已设置" in told
    account = PayingAccount.objects.get()
    assert (account.secret, account.is_idempotent) == (KEY, False)
    form = administrator.get(address()).content.decode()
    read = browser_of(staff(Role.PAYER)).get(address()).content.decode()
    for page in (told, form, read):
        assert KEY not in page
        assert key_mark(account) in page
    assert "****4567" in told
    assert "的“管理员”岗位，您没有" in read
    assert '<form method="post" class="entry"' not in read


def test_what_is_refused_stands_beside_its_field_and_forgets_the_key() -> None:
    administrator = browser_of(staff(Role.ADMINISTRATOR))
    wrong = FORM | {"endpoint": "http://bank.example"}
    told = administrator.post(address(), wrong).content.decode()
    assert "可以用 http://" in told
    assert KEY not in told
    assert not PayingAccount.objects.exists()


def test_the_list_names_link_layout_and_unions_without_an_account() -> None:
    paying_account()
    page = browser_of(staff(Role.PAYER)).get(LIST).content.decode()
    assert "文件交换" in page
    assert "1402020709001234567" not in page
    PayingAccount.objects.all().delete()
    page = browser_of(staff(Role.PAYER)).get(LIST).content.decode()
    assert "还没有登记付款账户，不能送银行" in page
    empty = browser_of(staff(Role.PAYER)).get(LIST, {"link": "direct"})
    assert "没有符合条件的工会" in empty.content.decode()
