"""Verbs of merges: proposed by one person, decided by another, undone by a third act."""

from datetime import date

from django.db import IntegrityError, transaction

from members.models import Person, PersonMerge, User
from members.permissions.people import (
    can_decide_merge,
    can_propose_merge,
    can_undo_merge,
)
from members.queries.person_merge import merge_objections
from members.workflow import MERGE
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal


def propose_merge(
    *, kept_id: int, duplicate_id: int, reason: str, on: date, by: Actor
) -> PersonMerge:
    """Say that two registrations are one human, and on what evidence.

    Refuses without evidence, one and the same registration, what stands against it
    (money of one occurrence to both, open matters of the duplicate), and a second
    proposal.
    """
    if not reason.strip():
        raise Refusal("请写明认定为同一人的依据。", field="reason")
    if kept_id == duplicate_id:
        raise Refusal("两份登记是同一份，请核对。", field="duplicate")
    with transaction.atomic():
        kept, duplicate = _locked_pair(kept_id, duplicate_id)
        can_propose_merge(by, kept, duplicate).require()
        proposer = User.objects.get(pk=by.user_id or 0)
        _require_mergeable(kept, duplicate)
        try:
            with transaction.atomic():
                merge = PersonMerge.objects.create(
                    kept=kept,
                    duplicate=duplicate,
                    reason=reason.strip(),
                    proposed_on=on,
                    proposed_by=proposer,
                )
        except IntegrityError as error:
            if "merge_one_standing" not in str(error):
                raise
            raise Refusal("这份登记已提出合并，请先办结。", code="open") from None
        _record(by, "propose", merge, on)
    return merge


def merge_people(*, merge_id: int, on: date, by: Actor) -> PersonMerge:
    """proposed → merged, by a second person: the duplicate leads to the kept one.

    Both histories stay where they are. Refuses whatever stands against it today.
    """
    with transaction.atomic():
        merge = _locked(merge_id)
        can_decide_merge(by, merge).require()
        kept, duplicate = _locked_pair(merge.kept_id, merge.duplicate_id)
        before = merge.state
        merge.state = MERGE.target_of("merge", before)
        _require_mergeable(kept, duplicate)
        duplicate.merged_into = kept
        duplicate.save(update_fields=["merged_into"])
        merge.decided_on, merge.decided_by_id = on, by.user_id
        merge.save(update_fields=["state", "decided_on", "decided_by"])
        _record(by, "merge", merge, on, before=before)
    return merge


def refuse_merge(*, merge_id: int, reason: str, on: date, by: Actor) -> PersonMerge:
    """proposed → refused, by a second person, with the reason."""
    _require_reason(reason)
    with transaction.atomic():
        merge = _locked(merge_id)
        can_decide_merge(by, merge).require()
        before = merge.state
        merge.state = MERGE.target_of("refuse", before)
        merge.answer = reason.strip()
        merge.decided_on, merge.decided_by_id = on, by.user_id
        merge.save(update_fields=["state", "answer", "decided_on", "decided_by"])
        _record(by, "refuse", merge, on, before=before)
    return merge


def undo_merge(*, merge_id: int, reason: str, on: date, by: Actor) -> PersonMerge:
    """merged → undone: two humans after all, each with what was always his."""
    _require_reason(reason)
    with transaction.atomic():
        merge = _locked(merge_id)
        can_undo_merge(by, merge).require()
        before = merge.state
        merge.state = MERGE.target_of("undo", before)
        merge.answer, merge.undone_on = reason.strip(), on
        merge.save(update_fields=["state", "answer", "undone_on"])
        Person.objects.filter(pk=merge.duplicate_id).update(merged_into=None)
        _record(by, "undo", merge, on, before=before)
    return merge


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise Refusal("请填写原因。", field="reason")


def _require_mergeable(kept: Person, duplicate: Person) -> None:
    against = merge_objections(kept, duplicate)
    if against:
        raise Refusal("".join(against), code="objection")


def _locked_pair(kept_id: int, duplicate_id: int) -> tuple[Person, Person]:
    """Both rows, locked in one order whoever asks."""
    people = Person.objects.select_for_update(of=("self",)).select_related(
        "organisation"
    )
    found = {
        person.pk: person
        for person in people.filter(pk__in=(kept_id, duplicate_id)).order_by("pk")
    }
    if len(found) < 2:
        raise Refusal("没有这份登记，请核对。", code="unknown")
    return found[kept_id], found[duplicate_id]


def _locked(merge_id: int) -> PersonMerge:
    return (
        PersonMerge.objects.select_for_update(of=("self",))
        .select_related("kept__organisation", "duplicate__organisation", "proposed_by")
        .get(pk=merge_id)
    )


def _record(
    by: Actor, verb: str, merge: PersonMerge, on: date, *, before: str = ""
) -> None:
    record(
        by=by,
        verb=verb,
        subject=merge,
        on=on,
        organisation_id=merge.kept.organisation_id,
        changes={
            "state": [before, merge.state],
            "people": [merge.duplicate_id, merge.kept_id],
        },
        reason=merge.answer or merge.reason,
    )
