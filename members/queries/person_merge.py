"""Reads of merges: reach, whom an old registration leads to, what stands against it."""

from collections.abc import Callable

from django.db.models import QuerySet

from members.enums import MergeState, Role
from members.models import Membership, Person, PersonMerge
from members.queries.membership import ADMITTED
from unionportal.core.actor import Actor
from unionportal.core.registry import Registry
from unionportal.core.scope import within

MergeObjections = Callable[[Person, Person], list[str]]
_registered: Registry[MergeObjections] = Registry("merge objections")


def register_merge_objections(source: MergeObjections) -> MergeObjections:
    """Register what an app has against merging (kept, duplicate); in ``ready()``."""
    _registered.add(f"{source.__module__}.{source.__qualname__}", source)
    return source


def merge_objections(kept: Person, duplicate: Person) -> list[str]:
    """Sentences that say why the two cannot be merged now; none when they can."""
    found = [*_own_objections(kept, duplicate)]
    for source in _registered:
        found += source(kept, duplicate)
    return found


def _own_objections(kept: Person, duplicate: Person) -> list[str]:
    found = []
    if kept.merged_into_id or duplicate.merged_into_id:
        found.append("其中一份登记已合并，请先还原。")
    if duplicate.duplicates.exists():
        found.append("已有登记合并到重复的那一份，请先还原，再合并到保留的登记。")
    members = Membership.objects.filter(state__in=ADMITTED)
    if members.filter(person=duplicate).exists() and not (
        members.filter(person=kept).exists()
    ):
        found.append("会籍登记在重复的那一份上，请以有会籍的登记作为保留的登记。")
    return found


def merges_visible_to(actor: Actor) -> QuerySet[PersonMerge]:
    """Merges whose both registrations lie in the actor's reach; none of a worker's."""
    if actor.kind == "worker":
        return PersonMerge.objects.none()
    found = PersonMerge.objects.filter(
        within(actor, "kept__organisation__path"),
        within(actor, "duplicate__organisation__path"),
    )
    return found.order_by("-id")


def merges_waiting(actor: Actor) -> QuerySet[PersonMerge]:
    """What another person has proposed and this checker may decide."""
    if not any(seat.role == Role.CHECKER for seat in actor.seats):
        return PersonMerge.objects.none()
    found = merges_visible_to(actor).filter(state=MergeState.PROPOSED)
    return found.exclude(proposed_by_id=actor.user_id)
