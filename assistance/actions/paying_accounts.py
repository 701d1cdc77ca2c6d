"""Paying accounts (付款账户): where a union pays from, and how its bank's files look."""

import re
from datetime import date

from django.db import transaction

from assistance.actions.ledger import known_organisation
from assistance.models import PayingAccount
from assistance.permissions.doubts import can_set_paying_account
from assistance.rules.banks.layout import layout_named
from members.models import Organisation
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal

_NUMBER = re.compile(r"[0-9]{8,32}")


def open_paying_account(
    *,
    organisation_id: int,
    bank_name: str,
    number: str,
    layout: str,
    by: Actor,
    on: date,
) -> PayingAccount:
    """Enter the account a union pays from, once; files are exchanged in its layout.

    Refuses a second account of a union, a number that is none, and an unknown layout.
    """
    number = re.sub(r"\s", "", number)
    with transaction.atomic():
        organisation = known_organisation(organisation_id, field="organisation")
        can_set_paying_account(by, organisation).require()
        # Of two at once, the second waits here and then finds the first.
        Organisation.objects.select_for_update(of=("self",)).get(pk=organisation.pk)
        if PayingAccount.objects.filter(organisation=organisation).exists():
            raise Refusal(
                f"{organisation.short_name}已经登记了付款账户，不能再登记一个。",
                field="organisation",
            )
        if not _NUMBER.fullmatch(number):
            raise Refusal("账号应为 8 至 32 位数字，请核对后重填。", field="number")
        account = PayingAccount.objects.create(
            organisation=organisation,
            bank_name=bank_name.strip(),
            number=number,
            layout=layout_named(layout).code,
        )
        record(
            by=by,
            verb="open_paying_account",
            subject=account,
            on=on,
            organisation_id=organisation.pk,
            changes={"layout": [None, layout], "number": f"…{number[-4:]}"},
        )
    return account


def choose_layout(
    *, account_id: int, layout: str, by: Actor, on: date
) -> PayingAccount:
    """The bank wants its files in another layout from now on.

    What was instructed before keeps the layout it was signed in, and a return file is
    known by how it begins: nothing under way changes. Refuses an unknown layout and
    the one that is in force.
    """
    with transaction.atomic():
        account = (
            PayingAccount.objects.select_for_update(of=("self",))
            .select_related("organisation")
            .filter(pk=account_id)
            .first()
        )
        if account is None:
            raise Refusal("没有这个付款账户，请重新选择。", field="account")
        can_set_paying_account(by, account.organisation).require()
        before, chosen = account.layout, layout_named(layout)
        if chosen.code == before:
            raise Refusal(f"该账户本来就用“{chosen.title}”，没有改动。", field="layout")
        account.layout = chosen.code
        account.save(update_fields=["layout"])
        record(
            by=by,
            verb="choose_layout",
            subject=account,
            on=on,
            organisation_id=account.organisation_id,
            changes={"layout": [before, chosen.code]},
        )
    return account
