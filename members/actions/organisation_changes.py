"""Acts on a standing union: rename, lock, move, merge, dissolve, follow a division."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F

from members.actions.dissolution import require_settled, require_unopposed
from members.actions.tree import (
    dues_line,
    hang,
    leave_behind,
    lock_tree,
    locked,
    require_alive,
)
from members.enums import OrganisationState
from members.models import Division, Organisation
from members.permissions.organisations import (
    can_change_organisation,
    can_move_organisation,
)
from members.workflow import ORGANISATION
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal
from unionportal.core.successions import carry_all


def rename_organisation(
    *, organisation_id: int, name: str, short_name: str, on: date, by: Actor
) -> Organisation:
    """Give a standing union another name from a day on. Refuses the name it has."""
    with transaction.atomic():
        union = _changing(organisation_id, by)
        before = [union.name, union.short_name]
        if before == [name.strip(), short_name.strip()]:
            raise Refusal("名称和简称都没有变化，请核对。", field="name")
        leave_behind([union.pk], on=on)
        union.name, union.short_name, union.since = name.strip(), short_name.strip(), on
        union.save(update_fields=["name", "short_name", "since"])
        _note(union, "rename", on=on, by=by, changes={"name": [before[0], union.name]})
    return union


def lock_organisation(
    *, organisation_id: int, reason: str, on: date, by: Actor
) -> Organisation:
    """normal → locked: its records stay as they are until the matter is cleared."""
    return _switch("lock", organisation_id, reason, on=on, by=by)


def unlock_organisation(
    *, organisation_id: int, reason: str, on: date, by: Actor
) -> Organisation:
    """locked → normal."""
    return _switch("unlock", organisation_id, reason, on=on, by=by)


def move_organisation(
    *, organisation_id: int, under_id: int, document: str, on: date, by: Actor
) -> Organisation:
    """Hang a union with all below it under another from a day on (变更隶属关系).

    Refuses a place below itself, the place it has, and a union above that is none.
    """
    with transaction.atomic():
        union, under = _both(organisation_id, under_id, by)
        if under.path.startswith(union.path):
            raise Refusal("不能隶属于自己或自己的下级，请另选上级工会。", field="under")
        above = union.path[: -Organisation.steplen]
        if under.path == above:
            raise Refusal("该工会已经隶属于这个上级，无需变更。", field="under")
        leave_behind([union.pk], on=on)
        before = Organisation.objects.filter(path=above).first()
        hang(union, under)
        changes = {"parent": [before.pk if before else None, under.pk]}
        _note(union, "move", on=on, by=by, changes=changes, reason=document)
    return union


def lead_dues(
    *, organisation_id: int, to_id: int | None, document: str, on: date, by: Actor
) -> Organisation:
    """Let a union's dues go to another union than the one that leads it, or no longer.

    Refuses the line it has, and one that comes back to the union itself.
    """
    with transaction.atomic():
        union = _changing(organisation_id, by)
        to = None if to_id is None else locked(to_id)
        if to is not None:
            require_alive(to)
            can_move_organisation(by, union, to).require()
            if union.pk in dues_line(to):
                raise Refusal("经费会绕回本工会，请另选经费隶属的工会。", field="to")
        if union.dues_to_id == to_id or to_id == union.pk:
            raise Refusal("经费隶属没有变化，请核对。", field="to")
        leave_behind([union.pk], on=on)
        changes = {"dues_to": [union.dues_to_id, to_id]}
        union.dues_to_id, union.since = to_id, on
        union.save(update_fields=["dues_to", "since"])
        _note(union, "lead_dues", on=on, by=by, changes=changes, reason=document)
    return union


def merge_organisation(
    *, organisation_id: int, into_id: int, document: str, on: date, by: Actor
) -> Organisation:
    """normal or locked → dissolved: a union goes up in another (并入).

    What is below it, its people, its employers and what other apps have registered
    follow; its posts end. Its own frozen records stay with it, and it hangs under its
    successor, whose officers reach them. Refuses a successor at or below itself, and a
    union under notice of dissolution or with an objection still open.
    """
    with transaction.atomic():
        union, into = _both(organisation_id, into_id, by)
        changes = _absorb(union, into, "merge", on=on)
        _note(union, "merge", on=on, by=by, changes=changes, reason=document)
    return union


def dissolve_organisation(
    *, organisation_id: int, document: str, on: date, by: Actor
) -> Organisation:
    """normal or locked → dissolved: its people and employers go to the union above.

    Refuses a union with standing unions below it, the topmost one, and one that is under
    notice or whose place there is disputed.
    """
    with transaction.atomic():
        union = _changing(organisation_id, by)
        target = ORGANISATION.target_of("dissolve", union.state)
        above = Organisation.objects.filter(
            path=union.path[: -Organisation.steplen]
        ).first()
        if above is None:
            raise Refusal("最上级工会不能注销。")
        if _standing_below(union):
            raise Refusal(
                "下级还有在册工会，请先变更其隶属关系或逐个注销。", code="state"
            )
        require_unopposed(union, on=on)
        leave_behind([union.pk], on=on)
        changes: dict[str, object] = {"state": [union.state, target]}
        union.state, union.since, union.dissolved_on = target, on, on
        union.save(update_fields=["state", "since", "dissolved_on"])
        changes["carried"] = carry_all(union.pk, above.pk, on)
        _note(union, "dissolve", on=on, by=by, changes=changes, reason=document)
    return union


def succeed_division(
    *, organisation_id: int, document: str, on: date, by: Actor
) -> Organisation:
    """The union of a division that has ended goes up in that of the division's successor.

    Every union that followed and whose own division has ended as well moves to the
    successor of that one. Refuses a union whose division goes on.
    """
    with transaction.atomic():
        lock_tree()
        division = Division.objects.filter(
            code=locked(organisation_id).code, valid_to__lt=on, successor__isnull=False
        ).first()
        into = Organisation.objects.filter(
            code=division.successor_id if division else ""
        ).first()
        if into is None:
            raise Refusal("该工会的区划没有停用，或没有登记承继区划，请先登记。")
        union, into = _both(organisation_id, into.pk, by)
        changes = _absorb(union, into, "merge", on=on)
        changes["divisions"] = _follow_divisions(into, on=on)
        _note(union, "succeed", on=on, by=by, changes=changes, reason=document)
    return union


# --- how


def _changing(organisation_id: int, by: Actor) -> Organisation:
    lock_tree()
    union = locked(organisation_id)
    can_change_organisation(by, union).require()
    require_alive(union)
    return union


def _both(union_id: int, other_id: int, by: Actor) -> tuple[Organisation, Organisation]:
    union = _changing(union_id, by)
    other = locked(other_id)
    can_move_organisation(by, union, other).require()
    require_alive(other)
    return union, other


def _switch(
    action: str, organisation_id: int, reason: str, *, on: date, by: Actor
) -> Organisation:
    with transaction.atomic():
        union = _changing(organisation_id, by)
        source, target = union.state, ORGANISATION.target_of(action, union.state)
        leave_behind([union.pk], on=on)
        union.state, union.since = target, on
        union.save(update_fields=["state", "since"])
        changes = {"state": [source, target]}
        _note(union, action, on=on, by=by, changes=changes, reason=reason)
    return union


def _children(union: Organisation) -> list[Organisation]:
    below = Organisation.objects.filter(
        path__startswith=union.path, depth=union.depth + 1
    )
    return list(below.order_by("path"))


def _standing_below(union: Organisation) -> bool:
    below = Organisation.objects.filter(
        path__startswith=union.path, depth__gt=union.depth
    )
    return below.exclude(state=OrganisationState.DISSOLVED).exists()


def _absorb(
    union: Organisation, into: Organisation, action: str, *, on: date
) -> dict[str, object]:
    if into.path.startswith(union.path):
        raise Refusal("不能并入自己或自己的下级，请另选工会。", field="into")
    source, target = union.state, ORGANISATION.target_of(action, union.state)
    require_settled(union, on=on)
    children = _children(union)
    leave_behind([union.pk, *(child.pk for child in children)], on=on)
    for child in children:
        hang(child, into)
    union.refresh_from_db()
    union.state, union.dissolved_on, union.successor_id = target, on, into.pk
    union.save(update_fields=["state", "dissolved_on", "successor"])
    if union.path[: -Organisation.steplen] != into.path:
        hang(union, into)
    return {
        "state": [source, target],
        "into": into.pk,
        "below": len(children),
        "carried": carry_all(union.pk, into.pk, on),
    }


def _follow_divisions(into: Organisation, *, on: date) -> int:
    """Unions below whose division has ended stand in the one that followed it."""
    ended: Any = Organisation.objects.filter(
        path__startswith=into.path,
        division__valid_to__lt=on,
        division__successor__isnull=False,
    ).exclude(state=OrganisationState.DISSOLVED)
    moved = dict(
        ended.annotate(next=F("division__successor")).values_list("pk", "next")
    )
    leave_behind(moved, on=on)
    for successor in set(moved.values()):
        ids = [pk for pk, following in moved.items() if following == successor]
        Organisation.objects.filter(pk__in=ids).update(division_id=successor)
    return len(moved)


def _note(
    union: Organisation,
    verb: str,
    *,
    on: date,
    by: Actor,
    changes: Mapping[str, object],
    reason: str = "",
) -> None:
    record(
        by=by,
        verb=verb,
        subject=union,
        on=on,
        organisation_id=union.pk,
        changes=dict(changes),
        reason=reason.strip(),
    )
