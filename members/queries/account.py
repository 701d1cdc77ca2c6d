"""Reads of bank accounts."""

from django.db.models import QuerySet

from members.enums import AccountState
from members.models import BankAccount, Person
from unionportal.core.actor import Actor
from unionportal.core.scope import within


def accounts_visible_to(actor: Actor) -> QuerySet[BankAccount]:
    """The accounts of the actor's people; a worker sees his own."""
    accounts = BankAccount.objects.order_by("person_id", "-version")
    if actor.kind == "worker":
        return accounts.filter(person_id__in=[actor.person_id])
    return accounts.filter(within(actor, "person__organisation__path"))


def accounts_of(person: Person) -> QuerySet[BankAccount]:
    """Every version, the newest first."""
    return BankAccount.objects.filter(person=person).order_by("-version")


def account_in_use(person_id: int) -> BankAccount | None:
    """The verified account money goes to, if there is one."""
    return BankAccount.objects.filter(
        person_id=person_id, state=AccountState.VERIFIED
    ).first()


def has_checked_account(person_id: int) -> bool:
    """Tell whether a second person has checked an account, and none waits for it."""
    accounts = BankAccount.objects.filter(person=person_id)
    states = set(accounts.values_list("state", flat=True))
    return AccountState.VERIFIED in states and AccountState.PENDING not in states
