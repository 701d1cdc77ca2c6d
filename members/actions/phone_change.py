"""Verbs of a changed phone: ask with evidence or proof, stop, let it take effect.

Who holds the old phone is told at once and has some days to stop it; meanwhile nothing
changes. Somebody without a phone needs no such days.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction

from members.actions.person import change_phone
from members.actions.session import forget_sessions
from members.enums import PhoneChangeState
from members.models import BankAccount, Membership, Person, PhoneChange, User
from members.permissions.people import can_register_person, can_stop_phone_change
from members.queries.person import person_by_id_number
from members.rules.phone_number import read_phone_number
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal
from unionportal.core.messages import queue_message

COOLING_DAYS = 3
UNPROVEN = (
    "填写的信息与登记不符，或没有可核对的登记。"
    "请核对后重填；仍不能通过的，请携带身份证到所属工会办理。"
)


@dataclass(frozen=True, slots=True)
class PhoneClaim:
    """What a worker says to show that he is who is registered.

    `fact` is something only he knows: his member number, or the last four digits of
    the card he is paid to.
    """

    name: str
    id_number: str
    fact: str


def ask_phone_change(
    *, person_id: int, phone: str, evidence: str, on: date, by: Actor
) -> PhoneChange:
    """By the staff of his union, who have seen the evidence they name."""
    with transaction.atomic():
        person = _locked(person_id)
        can_register_person(by, person.organisation).require()
        if not evidence.strip():
            raise Refusal(
                "请填写核验依据，例如“本人持身份证原件到场”。", field="evidence"
            )
        return _ask(person, phone, evidence.strip(), on=on, by=by)


def claim_phone_change(*, claim: PhoneClaim, phone: str, on: date) -> PhoneChange:
    """By the worker himself, who has proven by a code that the new phone is his.

    Refuses with one sentence whatever does not match, so that nobody learns what does.
    """
    with transaction.atomic():
        found = person_by_id_number(claim.id_number)
        if found is None or not _matches(found, claim):
            raise Refusal(UNPROVEN, code="unproven")
        person = _locked(found.pk)
        worker = Actor(kind="worker", name=person.name, person_id=person.pk)
        return _ask(person, phone, "本人网上核验", on=on, by=worker)


def stop_phone_change(
    *, change_id: int, reason: str, on: date, by: Actor
) -> PhoneChange:
    """waiting → stopped: by the worker, whose session the old phone opened, or staff."""
    with transaction.atomic():
        change = _waiting(change_id)
        can_stop_phone_change(by, change).require()
        change.state = PhoneChangeState.STOPPED
        change.ended_on, change.end_reason = on, reason.strip()[:200]
        change.save(update_fields=["state", "ended_on", "end_reason"])
        _trace(change, "stop_phone_change", on=on, by=by, reason=change.end_reason)
    return change


def settle_phone_changes(*, on: date) -> int:
    """waiting → done for all whose day has come; each in a transaction of its own."""
    due = PhoneChange.objects.filter(
        state=PhoneChangeState.WAITING, takes_effect_on__lte=on
    )
    for change_id in list(due.order_by("id").values_list("pk", flat=True)):
        with transaction.atomic():
            _take_effect(_waiting(change_id), on)
    return due.count()


def _ask(
    person: Person, phone: str, evidence: str, *, on: date, by: Actor
) -> PhoneChange:
    number = read_phone_number(phone)
    if number == person.phone:
        raise Refusal("新手机号与登记的相同，无需更换。", field="phone")
    if person.died_on is not None:
        raise Refusal("该人员已登记去世，不能更换手机号。")
    if person.phone_changes.filter(state=PhoneChangeState.WAITING).exists():
        raise Refusal("已有一件更换手机号正在等待生效，请先撤销或等其生效。")
    wait = COOLING_DAYS if person.phone else 0
    change = PhoneChange.objects.create(
        person=person,
        new_phone=number,
        evidence=evidence,
        is_own=by.kind == "worker",
        asked_on=on,
        asked_by_name=by.name,
        takes_effect_on=on + timedelta(days=wait),
    )
    _trace(change, "ask_phone_change", on=on, by=by, reason=evidence)
    if wait:
        _tell_old_phone(change)
    else:
        _take_effect(change, on)
    return change


def _take_effect(change: PhoneChange, on: date) -> None:
    """The sessions that the old phone opened end."""
    change_phone(person_id=change.person_id, phone=change.new_phone, on=on, by=SYSTEM)
    forget_sessions(
        *User.objects.filter(person_id=change.person_id).values_list("pk", flat=True)
    )
    change.state, change.ended_on = PhoneChangeState.DONE, on
    change.save(update_fields=["state", "ended_on"])


def _matches(person: Person, claim: PhoneClaim) -> bool:
    fact = claim.fact.strip()
    if person.name != claim.name.strip() or not fact:
        return False
    member = Membership.objects.filter(person=person, number=fact.upper())
    card = BankAccount.objects.filter(person=person, number_last4=fact)
    return member.exists() or card.exists()


def _tell_old_phone(change: PhoneChange) -> None:
    person = change.person
    queue_message(
        person_id=person.pk,
        template="members/notices/phone_changing.txt",
        context={
            "union": person.organisation.short_name,
            "last4": change.new_phone[-4:],
            "day": f"{change.takes_effect_on:%m月%d日}",
        },
        about=(PhoneChange._meta.label_lower, change.pk),
        key=f"members.phone_changing-{change.pk}",
        organisation_id=person.organisation_id,
    )


def _trace(change: PhoneChange, verb: str, *, on: date, by: Actor, reason: str) -> None:
    record(
        by=by,
        verb=verb,
        subject=change.person,
        on=on,
        organisation_id=change.person.organisation_id,
        changes={"change": change.pk, "takes_effect_on": change.takes_effect_on},
        reason=reason,
    )


def _locked(person_id: int) -> Person:
    people = Person.objects.select_for_update(of=("self",))
    return people.select_related("organisation").get(pk=person_id)


def _waiting(change_id: int) -> PhoneChange:
    rows = PhoneChange.objects.select_for_update(of=("self",))
    change = rows.select_related("person__organisation").get(pk=change_id)
    if change.state != PhoneChangeState.WAITING:
        raise Refusal(
            f"这件更换手机号已{PhoneChangeState(change.state).label}，不能再办理。"
        )
    return change
