"""The direct link between unions and the stub bank: set as an administrator sets it."""

from collections.abc import Iterable

from assistance.actions.paying_accounts import AccountSettings, set_paying_account
from assistance.enums import LinkKind
from assistance.models import PayingAccount
from members.enums import Role
from unionportal.core.errors import Refusal
from unionportal.demo.walk.bank import counter_address, counter_secret
from unionportal.demo.walk.stage import Stage

WINDOW_SECONDS = 60


def link_directly(stage: Stage, accounts: Iterable[PayingAccount]) -> None:
    """Move paying accounts to the bank's direct link; those that are on it stay."""
    stage.bank.open()
    address, key = counter_address(), counter_secret()
    for account in accounts:
        wanted = AccountSettings(
            bank_name=account.bank_name,
            number=account.number,
            link=LinkKind.DIRECT,
            endpoint=address,
            key=key,
            window_seconds=WINDOW_SECONDS,
        )
        union = account.organisation
        try:
            set_paying_account(
                organisation_id=union.pk,
                wanted=wanted,
                by=stage.cast.holder(Role.ADMINISTRATOR, union),
                on=stage.on,
            )
        except Refusal as refusal:
            if refusal.code not in ("unchanged", "on_the_way"):
                raise


def accounts_below(stage: Stage) -> list[PayingAccount]:
    """The paying accounts of the union and of those below it, in tree order."""
    found = PayingAccount.objects.filter(
        organisation__path__startswith=stage.organisation.path
    )
    return list(found.select_related("organisation").order_by("organisation__path"))
