"""Reads of consents: the purposes, what somebody said last, whose consent may be asked."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from django.db.models import QuerySet

from members.enums import ConsentAct
from members.models import Consent, ConsentInvitation, MembershipApplication, Person
from members.rules.consent_text import ConsentText, Purpose, read_purposes
from unionportal.core.actor import Actor
from unionportal.core.scope import within

SHIPPED = Path(__file__).resolve().parent.parent / "reference" / "consents.yaml"
MEMBERSHIP, AID, PUBLICATION, SMS = (
    "membership",
    "hardship_aid",
    "aid_publication",
    "sms",
)


@dataclass(frozen=True, slots=True)
class ConsentSubject:
    """Somebody whose data is processed, and the union that answers for it."""

    kind: str
    id: int
    name: str
    organisation_id: int
    path: str
    birth_date: date | None = None
    is_family: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """A purpose, the text in force, and what somebody said last; `said` may be nothing."""

    purpose: Purpose
    text: ConsentText
    said: Consent | None

    @property
    def is_given(self) -> bool:
        """Given, to whichever text."""
        return self.said is not None and self.said.act == ConsentAct.GIVEN

    @property
    def is_withdrawn(self) -> bool:
        """Taken back, or refused from the start."""
        return self.said is not None and self.said.act == ConsentAct.WITHDRAWN

    @property
    def is_outdated(self) -> bool:
        """Given to an earlier text: to be asked anew (art. 14)."""
        return (
            self.said is not None
            and self.is_given
            and self.said.version != self.text.version
        )


Finder = Callable[[Sequence[int]], Mapping[int, ConsentSubject]]
_finders: dict[str, tuple[str, Finder]] = {}


def register_consent_subjects(slug: str, kind: str, find: Finder) -> None:
    """Register whom else to ask; in ``AppConfig.ready()``. `slug` stands in addresses."""
    _finders[slug] = (kind, find)


def consent_subject(slug: str, number: int) -> ConsentSubject | None:
    """The subject behind an address, if there is one."""
    if slug not in _finders:
        return None
    return _finders[slug][1]([number]).get(number)


def subject_by_kind(kind: str, number: int) -> ConsentSubject | None:
    """The subject that a row names."""
    return consent_subject(slug_of(kind), number)


def slug_of(kind: str) -> str:
    """The address word of a kind; empty for one that has no page."""
    return next((slug for slug, (known, _) in _finders.items() if known == kind), "")


def subjects_of(rows: Iterable[Consent]) -> dict[tuple[str, int], ConsentSubject]:
    """Whom the rows are about, a query for each kind."""
    ids: dict[str, list[int]] = {}
    for row in rows:
        ids.setdefault(row.subject_kind, []).append(row.subject_id)
    return {
        (kind, number): subject
        for kind, find in _finders.values()
        if kind in ids
        for number, subject in find(ids[kind]).items()
    }


def person_subject(person: Person) -> ConsentSubject:
    """A person of the register."""
    return ConsentSubject(
        kind=Person._meta.label_lower,
        id=person.pk,
        name=person.name,
        organisation_id=person.organisation_id,
        path=person.organisation.path,
        birth_date=person.birth_date,
    )


def find_people(numbers: Sequence[int]) -> dict[int, ConsentSubject]:
    """The people of the register with these keys."""
    found = Person.objects.select_related("organisation").defer("id_number", "phone")
    return {one.pk: person_subject(one) for one in found.filter(pk__in=numbers)}


def application_subject(application: MembershipApplication) -> ConsentSubject:
    """An applicant whom the register may not know yet."""
    return ConsentSubject(
        kind=MembershipApplication._meta.label_lower,
        id=application.pk,
        name=application.name,
        organisation_id=application.organisation_id,
        path=application.organisation.path,
    )


@lru_cache(maxsize=1)
def purposes() -> Mapping[str, Purpose]:
    """Every purpose, in the order in which they are asked."""
    return read_purposes(SHIPPED.read_text(encoding="utf-8"))


def purposes_for(subject: ConsentSubject) -> list[Purpose]:
    """What may be asked of this subject."""
    return [
        one for one in purposes().values() if one.asks_family or not subject.is_family
    ]


def standings_of(subject: ConsentSubject, *, on: date) -> list[Standing]:
    """Where each purpose stands with a subject."""
    said = last_said(subject.kind, [subject.id])
    return [
        Standing(one, one.text_on(on), said.get((subject.id, one.code)))
        for one in purposes_for(subject)
    ]


def last_said(kind: str, ids: Sequence[int]) -> dict[tuple[int, str], Consent]:
    """What these subjects said last, by subject and purpose."""
    rows = (
        Consent.objects.filter(subject_kind=kind, subject_id__in=ids)
        .order_by("subject_id", "purpose", "-id")
        .distinct("subject_id", "purpose")
    )
    return {(row.subject_id, row.purpose): row for row in rows}


def withdrawn_among(person_ids: Sequence[int], purpose: str) -> Collection[int]:
    """Of these people, who has withdrawn the consent to a purpose."""
    rows = (
        Consent.objects.filter(
            subject_kind=Person._meta.label_lower,
            subject_id__in=person_ids,
            purpose=purpose,
        )
        .order_by("subject_id", "-id")
        .distinct("subject_id")
        .values_list("subject_id", "act")
    )
    return {number for number, act in rows if act == ConsentAct.WITHDRAWN}


def has_withdrawn(person_id: int, purpose: str) -> bool:
    """Whether this person has withdrawn the consent to a purpose."""
    return person_id in withdrawn_among([person_id], purpose)


def consents_visible_to(actor: Actor) -> QuerySet[Consent]:
    """What was said to the actor's unions; a worker sees his own."""
    rows = Consent.objects.order_by("-id")
    if actor.kind == "worker":
        return rows.filter(
            subject_kind=Person._meta.label_lower, subject_id__in=[actor.person_id]
        )
    return rows.filter(within(actor, "organisation__path"))


def invitation_by_token(token: str) -> ConsentInvitation | None:
    """An open invitation."""
    return ConsentInvitation.objects.filter(token=token, ended_on=None).first()


def invitation_of(subject: ConsentSubject) -> ConsentInvitation | None:
    """The link that a subject holds now."""
    return ConsentInvitation.objects.filter(
        subject_kind=subject.kind, subject_id=subject.id, ended_on=None
    ).first()
