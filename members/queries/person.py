"""Reads of people: reach, and search by number, phone, name and pinyin."""

from collections.abc import Sequence

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from members.enums import PhoneChangeState
from members.models import Person, PhoneChange
from unionportal.core.actor import Actor
from unionportal.core.models import AuditEntry
from unionportal.core.scope import within
from unionportal.core.secrets import blind_indexes


def persons_visible_to(actor: Actor) -> QuerySet[Person]:
    """The people of the actor's unions; a worker sees himself."""
    people = Person.objects.order_by("id")
    if actor.kind == "worker":
        return people.filter(pk__in=[actor.person_id])
    return people.filter(within(actor, "organisation__path") | _entered_by(actor))


def _entered_by(actor: Actor) -> Q:
    """Who was registered by an officer with a post of the narrowest scope."""
    if not any(not seat.path for seat in actor.seats):
        return Q(pk__in=[])
    entered = AuditEntry.objects.filter(
        user_id=actor.user_id,
        subject_kind=Person._meta.label_lower,
        verb="register",
    )
    return Q(pk__in=entered.order_by().values("subject_id"))


def person_by_id_number(text: str) -> Person | None:
    """The person with this ID number, wherever he belongs."""
    if not text.strip():
        return None
    indexes = blind_indexes(text, kind="id_number")
    found = Person.objects.filter(id_number_index__in=indexes).select_related(
        "merged_into"
    )
    person = found.first()
    return person.merged_into or person if person else None


def registrations_of(person: Person) -> QuerySet[Person]:
    """A human's registration and those that were merged into it.

    As a subquery of one table: an OR over a join would read the table it hangs on whole.
    """
    own = Q(pk=person.pk) | Q(merged_into=person)
    return Person.objects.filter(own).order_by()


def waiting_phone_change(person: Person) -> PhoneChange | None:
    """The change of his phone that has not taken effect yet."""
    return person.phone_changes.filter(state=PhoneChangeState.WAITING).first()


def persons_by_phone(text: str) -> QuerySet[Person]:
    """The living people with this phone number; several may share one.

    A registration that was merged into another leads there.
    """
    if not text.strip():
        return Person.objects.none()
    indexes = blind_indexes(text, kind="phone")
    holders = Person.objects.filter(phone_index__in=indexes).order_by()
    leading = holders.values_list(Coalesce("merged_into_id", "pk"))
    return Person.objects.filter(pk__in=leading, died_on=None).order_by("id")


def persons_matching(people: QuerySet[Person], text: str) -> QuerySet[Person]:
    """Narrow by what was typed: a whole ID number or phone, a name or its pinyin."""
    found = Q()
    for _order, condition in search_conditions(text):
        found |= condition
    return people.filter(found)


def search_conditions(text: str, *, of: str = "") -> list[tuple[str, Q]]:
    """What was typed as conditions, each with the column in whose order it is read.

    Each is the beginning of an index, so that its first rows are found as quickly
    among a million as among ten thousand. Letters are pinyin first, then initials: two
    indexes and so two conditions, of which no row meets both. `of` leads to the person
    from another record (`person__`).
    """
    typed = text.strip()
    if not typed:
        return [("pk", Q())]
    if len(typed) >= 11 and typed[:-1].isdigit():
        phones = blind_indexes(typed, kind="phone")
        numbers = blind_indexes(typed, kind="id_number")
        indexes = Q((f"{of}phone_index__in", phones))
        indexes |= Q((f"{of}id_number_index__in", numbers))
        return [("pk", indexes)]
    if not typed.isascii():
        return [(f"{of}name", Q((f"{of}name__startswith", typed)))]
    spelt = typed.lower().replace(" ", "").replace("'", "")
    pinyin = Q((f"{of}name_pinyin__startswith", spelt))
    initials = Q((f"{of}name_initials__startswith", spelt))
    return [
        (f"{of}name_pinyin", pinyin),
        (f"{of}name_initials", initials & ~pinyin),
    ]


def phones_of(person_ids: Sequence[int]) -> dict[int, str]:
    """The phone numbers of living people, for the sender of messages."""
    people = Person.objects.filter(pk__in=person_ids, died_on=None)
    found = people.exclude(phone_index="").only("id", "phone")
    return {person.pk: person.phone or "" for person in found}
