"""The account a union pays from, and how its bank is reached: set by the administrator.

The key of a direct link is sealed with the account. Whoever sets it sees it never
again; the screen and the trail name it by its mark alone.
"""

import re
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction

from assistance.actions.ledger import known_organisation
from assistance.enums import LinkKind
from assistance.models import PayingAccount, Reconciliation
from assistance.permissions.doubts import can_set_paying_account
from assistance.queries.paying_accounts import (
    key_mark,
    masked_number,
    payments_on_the_way,
)
from assistance.rules.banks.endpoint import endpoint_problem
from assistance.rules.banks.layout import layouts
from members.models import Organisation
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal

SHORTEST_KEY = 16  # characters
WINDOWS = range(10, 3601)  # seconds
_NUMBER = re.compile(r"[0-9]{8,32}")
_NOTED = (
    "bank_name",
    "number",
    "link",
    "layout",
    "endpoint",
    "key",
    "is_idempotent",
    "window_seconds",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSettings:
    """What is set; an empty key leaves the one that is there.

    Of a file link the layout counts, of a direct link the rest. The window is how many
    seconds after its time the bank still accepts an order.
    """

    bank_name: str
    number: str
    link: str
    layout: str = ""
    endpoint: str = ""
    key: str = field(default="", repr=False)
    is_idempotent: bool = True
    window_seconds: int = 300


def set_paying_account(
    *, organisation_id: int, wanted: AccountSettings, by: Actor, on: date
) -> PayingAccount:
    """Set a union's paying account and its link, or enter its first one.

    Refuses while payments are on their way, an unknown layout, an address that is none
    or not encrypted, a direct link without a key, another number once the account has
    been reconciled, and what changes nothing.
    """
    with transaction.atomic():
        union = known_organisation(organisation_id, field="organisation_id")
        can_set_paying_account(by, union).require()
        account = _locked(union)
        _require_none_on_the_way(union)
        before = _told(account)
        _put(account, wanted)
        account.save()
        changes = _changes(before, _told(account))
        if not changes:
            raise Refusal("没有任何改动。", code="unchanged")
        record(
            by=by,
            verb="set_paying_account",
            subject=account,
            on=on,
            organisation_id=union.pk,
            changes=changes,
        )
    return account


def _locked(union: Organisation) -> PayingAccount:
    """The account, or a new one; whoever sends a batch holds the row meanwhile."""
    Organisation.objects.select_for_update(no_key=True).get(pk=union.pk)
    accounts = PayingAccount.objects.select_for_update(no_key=True, of=("self",))
    found = accounts.filter(organisation=union).first()
    return found or PayingAccount(organisation=union)


def _require_none_on_the_way(union: Organisation) -> None:
    count = payments_on_the_way([union.pk]).get(union.pk, 0)
    if count:
        raise Refusal(
            f"还有 {count} 笔发放已送银行、没有结果，现在不能改付款账户；"
            "请等银行答复（或存疑核实）之后再改。",
            code="on_the_way",
        )


def _put(account: PayingAccount, wanted: AccountSettings) -> None:
    account.bank_name = _required(wanted.bank_name, "bank_name", "请填写开户行。")
    _put_number(account, re.sub(r"\s", "", wanted.number))
    if wanted.link not in LinkKind.values:
        raise Refusal("请选择银行连接：文件交换或银企直联。", field="link")
    account.link = wanted.link
    if wanted.link == LinkKind.FILE:
        _put_file_link(account, wanted)
    else:
        _put_direct_link(account, wanted)


def _put_number(account: PayingAccount, number: str) -> None:
    if not _NUMBER.fullmatch(number):
        raise Refusal("账号应为 8 至 32 位数字。", field="number")
    is_other = account.pk is not None and account.number != number
    if is_other and Reconciliation.objects.filter(paying_account=account).exists():
        raise Refusal(
            "这个账户已有银行对账，不能改账号；换账户请先与上级工会商定对账的衔接。",
            field="number",
            code="reconciled",
        )
    account.number = number


def _put_file_link(account: PayingAccount, wanted: AccountSettings) -> None:
    """What a direct link had is given up: a key that serves nothing is not kept."""
    if wanted.layout not in layouts():
        known = "、".join(layout.title for layout in layouts().values())
        raise Refusal(f"没有这种文件格式；可用的有：{known}。", field="layout")
    account.layout = wanted.layout
    account.endpoint, account.secret = "", None


def _put_direct_link(account: PayingAccount, wanted: AccountSettings) -> None:
    address = wanted.endpoint.strip()
    problem = endpoint_problem(address)
    if problem:
        raise Refusal(problem, field="endpoint")
    if wanted.window_seconds not in WINDOWS:
        raise Refusal("受理时限应为 10 至 3600 秒。", field="window_seconds")
    is_elsewhere = account.endpoint not in ("", address)
    if is_elsewhere and not wanted.key:
        raise Refusal("换了直联地址，请同时填写新的密钥。", field="key")
    if wanted.key:
        account.secret = _key(wanted.key)
    if not account.secret:
        raise Refusal("银企直联须填写与银行约定的密钥。", field="key")
    account.endpoint = address
    account.is_idempotent = wanted.is_idempotent
    account.window_seconds = wanted.window_seconds


def _key(key: str) -> str:
    if len(key) < SHORTEST_KEY or key != key.strip() or not key.isprintable():
        raise Refusal(
            f"密钥至少 {SHORTEST_KEY} 个字符，首尾不能有空白；请按银行给的原样填写。",
            field="key",
        )
    return key


def _required(text: str, name: str, sentence: str) -> str:
    if not text.strip():
        raise Refusal(sentence, field=name)
    return text.strip()[:60]


def _told(account: PayingAccount) -> dict[str, object]:
    """The settings as the trail keeps them: no number in full, no key at all."""
    if account.pk is None:
        return dict.fromkeys(_NOTED)
    told: dict[str, object] = {
        name: getattr(account, name) for name in _NOTED if name not in ("number", "key")
    }
    return told | {"number": masked_number(account), "key": key_mark(account)}


def _changes(
    before: dict[str, object], after: dict[str, object]
) -> dict[str, list[object]]:
    return {
        name: [before[name], after[name]]
        for name in _NOTED
        if before[name] != after[name]
    }
