"""Verbs of bank accounts: open, verify by a second person, stop."""

from datetime import date

from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Now

from members.enums import AccountState
from members.models import BankAccount, Person
from members.permissions.people import (
    can_open_account,
    can_stop_account,
    can_verify_account,
)
from members.rules.card_number import read_card_number
from members.rules.name_pinyin import plain_name
from members.workflow import ACCOUNT
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.consequences import ACCOUNT_CHECKED, follow
from unionportal.core.errors import Refusal
from unionportal.core.messages import queue_message
from unionportal.core.secrets import blind_index

REPLACED = "已由新核验的账户替换"


def open_account(
    *,
    person_id: int,
    bank_name: str,
    number: str,
    holder_name: str,
    on: date,
    by: Actor,
) -> BankAccount:
    """Enter a card as the person's next version; it waits for verification.

    Refuses a number without a valid check digit and a holder of another name.
    """
    with transaction.atomic():
        person = _locked_person(person_id)
        can_open_account(by, person).require()
        digits = read_card_number(number)
        if plain_name(holder_name) != plain_name(person.name):
            raise Refusal(
                "户名与本人姓名不一致，请使用本人名下的银行卡；如已改名，请先更正登记姓名。",
                code="holder",
                field="holder_name",
            )
        if not bank_name.strip():
            raise Refusal("请填写开户行。", field="bank_name")
        account = BankAccount.objects.create(
            person=person,
            version=_next_version(person),
            bank_name=bank_name.strip(),
            number=digits,
            number_index=blind_index(digits, kind="account"),
            number_last4=digits[-4:],
            holder_name=plain_name(holder_name),
            created_by_id=by.user_id,
            created_by_name=by.name,
        )
        _record(by, "open", account, on)
    return account


def verify_account(*, account_id: int, on: date, by: Actor) -> BankAccount:
    """pending → verified, by another person; the account in use till now is stopped.

    Refuses who entered it, its holder, and their deputies.
    """
    with transaction.atomic():
        account = _locked_account(account_id)
        can_verify_account(by, account).require()
        source = account.state
        target = ACCOUNT.target_of("verify", source)
        in_use = BankAccount.objects.select_for_update(of=("self",)).filter(
            person_id=account.person_id, state=AccountState.VERIFIED
        )
        for replaced in in_use:
            _stop(replaced, reason=REPLACED, on=on, by=by)
        account.state = target
        account.verified_by_id = by.user_id
        account.verified_at = Now()
        account.save(update_fields=["state", "verified_by", "verified_at"])
        _record(by, "verify", account, on, source=source)
        _tell_holder(account)
        follow(ACCOUNT_CHECKED, account.person_id, on=on, by=by)
    account.refresh_from_db()
    return account


def _tell_holder(account: BankAccount) -> None:
    """Who gave a card himself waits for this; a changed one he did not give alarms him.

    The first card, which the union entered with the file, is no news.
    """
    maker = account.created_by
    if account.version == 1 and (maker is None or maker.person_id is None):
        return
    queue_message(
        person_id=account.person_id,
        template="members/notices/account_verified.txt",
        context={
            "union": account.person.organisation.short_name,
            "last4": account.number_last4,
        },
        about=(BankAccount._meta.label_lower, account.pk),
        key=f"members.account_verified-{account.pk}",
        organisation_id=account.person.organisation_id,
    )


def stop_account(*, account_id: int, reason: str, on: date, by: Actor) -> BankAccount:
    """pending or verified → stopped; nothing is paid to it any more. Needs a reason."""
    if not reason.strip():
        raise Refusal("请填写停用原因。", field="reason")
    with transaction.atomic():
        account = _locked_account(account_id)
        can_stop_account(by, account).require()
        _stop(account, reason=reason.strip(), on=on, by=by)
        follow(ACCOUNT_CHECKED, account.person_id, on=on, by=by)
    account.refresh_from_db()
    return account


def _stop(account: BankAccount, *, reason: str, on: date, by: Actor) -> None:
    source = account.state
    account.state = ACCOUNT.target_of("stop", source)
    account.stopped_by_name = by.name
    account.stopped_at = Now()
    account.stop_reason = reason
    account.save(
        update_fields=["state", "stopped_by_name", "stopped_at", "stop_reason"]
    )
    _record(by, "stop", account, on, source=source, reason=reason)


def _record(
    by: Actor,
    verb: str,
    account: BankAccount,
    on: date,
    *,
    source: str | None = None,
    reason: str = "",
) -> None:
    record(
        by=by,
        verb=verb,
        subject=account,
        on=on,
        organisation_id=account.person.organisation_id,
        changes={"state": [source, account.state]},
        reason=reason,
    )


def _locked_person(person_id: int) -> Person:
    """Accounts of one person are opened and verified one after the other."""
    return (
        Person.objects.select_for_update(of=("self",))
        .select_related("organisation")
        .get(pk=person_id)
    )


def _locked_account(account_id: int) -> BankAccount:
    person_id = BankAccount.objects.values_list("person_id", flat=True).get(
        pk=account_id
    )
    _locked_person(person_id)
    return (
        BankAccount.objects.select_for_update(of=("self",))
        .select_related("person__organisation", "created_by")
        .get(pk=account_id)
    )


def _next_version(person: Person) -> int:
    latest = BankAccount.objects.filter(person=person).aggregate(n=Max("version"))["n"]
    return (latest or 0) + 1
