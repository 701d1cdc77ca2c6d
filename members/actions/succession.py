"""What of members follows a union into its successor: people, employers; posts end."""

from datetime import date

from django.db.models import Q

from members.actions.session import forget_sessions
from members.actions.tree import leave_behind
from members.enums import OrganisationState
from members.models import Employer, Officer, Organisation, Person, Post
from unionportal.core.successions import Succession


def carry_people(from_id: int, to_id: int, on: date) -> int:
    """The people of the union belong to the other one."""
    del on
    return Person.objects.filter(organisation_id=from_id).update(organisation_id=to_id)


def carry_employers(from_id: int, to_id: int, on: date) -> int:
    """Its employers are covered and kept by the other one."""
    del on
    Employer.objects.filter(keeper_id=from_id).update(keeper_id=to_id)
    covered = Employer.objects.filter(organisation_id=from_id)
    return covered.update(organisation_id=to_id)


def end_offices(from_id: int, to_id: int, on: date) -> int:
    """Posts and offices end on the day; the steps of a post pass to the union above."""
    del to_id
    Officer.objects.filter(
        organisation_id=from_id, ends_on=None, starts_on__lte=on
    ).update(ends_on=on)
    held = Post.objects.filter(organisation_id=from_id, ends_on=None, starts_on__lte=on)
    forget_sessions(*held.values_list("user_id", flat=True))
    return held.update(ends_on=on)


def carry_dues(from_id: int, to_id: int, on: date) -> int:
    """Dues that went to the union go to the other one; whom that leads, by that alone."""
    paying = Organisation.objects.filter(dues_to_id=from_id).exclude(
        state=OrganisationState.DISSOLVED
    )
    ids = list(paying.values_list("pk", flat=True))
    leave_behind(ids, on=on)
    to = Organisation.objects.get(pk=to_id)
    led = Q(pk=to_id) | Q(path__startswith=to.path, depth=to.depth + 1)
    payers = Organisation.objects.filter(pk__in=ids)
    payers.filter(led).update(dues_to=None)
    payers.exclude(led).update(dues_to=to)
    return len(ids)


SUCCESSIONS = (
    Succession("members.people", "人员", carry_people),
    Succession("members.employers", "用人单位", carry_employers),
    Succession("members.dues", "经费隶属", carry_dues),
    Succession("members.posts", "岗位", end_offices),
)
