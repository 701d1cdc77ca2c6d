"""The real-name columns of a person (实名信息): what the membership form asks for."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.db import transaction

from members.enums import (
    Education,
    HukouKind,
    JobKind,
    PoliticalStatus,
    SkillGrade,
    TargetGroup,
)
from members.models import Person
from members.permissions.people import can_describe_person
from members.queries.consent import MEMBERSHIP, has_withdrawn
from members.rules.nation import read_nation
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal

WITHDRAWN = "本人已撤回会籍管理的同意，实名信息只能由本人更正。"
Said = str | Sequence[str]
CHOICES: Mapping[str, Mapping[str, object]] = {
    "education": {each.value: each.label for each in Education},
    "political_status": {each.value: each.label for each in PoliticalStatus},
    "skill_grade": {each.value: each.label for each in SkillGrade},
    "job_kind": {each.value: each.label for each in JobKind},
    "hukou_kind": {each.value: each.label for each in HukouKind},
}
TEXTS = ("unit_name", "trade")
FIELDS = ("nation", *CHOICES, *TEXTS, "target_groups")


def describe_person(
    *, person_id: int, said: Mapping[str, Said], on: date, by: Actor
) -> Person:
    """Put what is said in the place of what was known; a field left out stays.

    Refuses a field that is none of the form, a value outside its list, and staff where
    the person has withdrawn his consent. The trail
    names the fields, not what stood in them.
    """
    with transaction.atomic():
        person = (
            Person.objects.select_for_update(of=("self",))
            .select_related("organisation")
            .get(pk=person_id)
        )
        can_describe_person(by, person).require()
        if by.kind != "worker" and has_withdrawn(person.pk, MEMBERSHIP):
            raise Refusal(WITHDRAWN, code="consent")
        changed = put_particulars(person, said)
        if changed:
            record(
                by=by,
                verb="describe",
                subject=person,
                on=on,
                organisation_id=person.organisation_id,
                changes={"fields": changed},
            )
    return person


def put_particulars(person: Person, said: Mapping[str, Said]) -> list[str]:
    """Write what differs into a locked person; return the names of what changed."""
    read = read_particulars(said)
    changed = sorted(name for name, to in read.items() if getattr(person, name) != to)
    for name in changed:
        setattr(person, name, read[name])
    if changed:
        person.save(update_fields=changed)
    return changed


def read_particulars(said: Mapping[str, Said]) -> dict[str, Said]:
    """Check each value; refuses the first that does not fit, naming its field."""
    return {name: _read(name, value) for name, value in said.items()}


def _read(name: str, value: Said) -> Said:
    if name == "target_groups":
        return _read_groups(value)
    text = str(value).strip()
    if not text:
        return ""
    if name == "nation":
        return read_nation(text)
    if name in CHOICES and text in CHOICES[name]:
        return text
    if name in TEXTS and len(text) <= _longest(name):
        return text
    raise Refusal("请从所列各项中选择，文字请勿过长。", code="value", field=name)


def _read_groups(value: Said) -> list[str]:
    known = dict(TargetGroup.choices)
    wanted = [value] if isinstance(value, str) else list(value)
    if not set(wanted) <= set(known):
        raise Refusal("请从所列的重点群体中选择。", code="value", field="target_groups")
    return [group for group in known if group in wanted]


def _longest(name: str) -> int:
    return int(Person._meta.get_field(name).max_length or 0)  # type: ignore[union-attr]
