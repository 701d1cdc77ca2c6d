"""Forgetting a person: what no duty keeps is emptied, in the history tables too."""

from collections.abc import Callable
from datetime import date

from django.db import connection

from members.models import BankAccount, ConsentInvitation, Person, PhoneChange, User
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.models import Message
from unionportal.core.registry import Registry
from unionportal.core.secrets import seal

FORGOTTEN = "已注销"
Forgetting = Callable[[Person], None]
_others: Registry[Forgetting] = Registry("forgetting")

# Runs with the owner's rights: the history is closed to the role of the portal. It looks
# for itself whether two people granted it.
_FORGET = "SELECT members_forget_person(%s, %s, %s, %s)"
_FORGET_OFFICES = "SELECT members_forget_offices(%s)"
_FORGET_OBJECTIONS = "SELECT members_forget_objections(%s)"


def register_forgetting(source: Forgetting) -> None:
    """Register what an app empties when a person is wholly forgotten; in ``ready()``."""
    _others.add(f"{source.__module__}.{source.__qualname__}", source)


def forget_person(person: Person, *, is_whole: bool, on: date, by: Actor) -> None:
    """Empty a person inside the caller's transaction, whose request is granted.

    Not whole: phone and particulars go, and what he wrote in objections; name, ID number
    and accounts stay as vouchers need them. Whole: nothing is left that leads to the human; the row and its numbers
    of aid stay for the figures. The audit trail keeps who acted (网络安全法 art. 23).
    """
    field = Person._meta.get_field("id_number")
    card = BankAccount._meta.get_field("number")
    with connection.cursor() as cursor:
        cursor.execute(
            _FORGET,
            [
                person.pk,
                is_whole,
                seal(FORGOTTEN, context=field.context),
                seal(FORGOTTEN, context=card.context),
            ],
        )
        cursor.execute(_FORGET_OBJECTIONS, [person.pk])
    Message.objects.filter(person_id=person.pk, state__in=("sent", "portal")).update(
        context={}, text=FORGOTTEN
    )
    if is_whole:
        with connection.cursor() as cursor:
            cursor.execute(_FORGET_OFFICES, [person.pk])
        User.objects.filter(person=person).update(name=FORGOTTEN, is_active=False)
        ConsentInvitation.objects.filter(
            subject_kind="members.person", subject_id=person.pk
        ).delete()
        PhoneChange.objects.filter(person=person).update(
            new_phone=FORGOTTEN, evidence=FORGOTTEN, asked_by_name=FORGOTTEN
        )
        for empty in _others:
            empty(person)
    record(
        by=by,
        verb="forget",
        subject=person,
        on=on,
        organisation_id=person.organisation_id,
        changes={"whole": is_whole},
    )
