"""What an administrator or auditor oversees: users of his unions, and what they did."""

from dataclasses import replace

from django.db.models import Q, QuerySet

from members.enums import Role
from members.models import Organisation, Post, SignInEntry, User
from unionportal.core.actor import Actor
from unionportal.core.models import AuditEntry
from unionportal.core.scope import within

SUPERVISORS = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})


def supervising(actor: Actor) -> Actor:
    """The actor with those of his seats that oversee others."""
    seats = tuple(seat for seat in actor.seats if seat.role in SUPERVISORS)
    return replace(actor, seats=seats)


def oversees_everything(actor: Actor) -> bool:
    """Whether he stands at the top of the tree: what belongs to nobody is his too."""
    if actor.is_system:
        return True
    top = Organisation.steplen
    return any(
        len(seat.path) == top and not seat.only_here
        for seat in supervising(actor).seats
    )


def users_overseen(actor: Actor) -> QuerySet[User]:
    """The staff who hold or held a post in his reach; at the top all the staff."""
    staff = User.objects.filter(is_staff=True).order_by("id")
    if oversees_everything(actor):
        return staff
    posts = Post.objects.filter(within(supervising(actor), "organisation__path"))
    return staff.filter(pk__in=posts.order_by().values("user_id"))


def sign_ins_overseen(actor: Actor) -> QuerySet[SignInEntry]:
    """The entries of the users and workers in his reach.

    Tries under names that nobody bears are seen from the top alone.
    """
    rows = SignInEntry.objects.select_related("user").order_by("-id")
    if oversees_everything(actor):
        return rows
    narrow = supervising(actor)
    staff = Q(user__in=users_overseen(actor).order_by().values("pk"))
    workers = Q(user__is_staff=False) & within(
        narrow, "user__person__organisation__path"
    )
    return rows.filter(staff | workers) if narrow.seats else rows.none()


def operations_overseen(actor: Actor) -> QuerySet[AuditEntry]:
    """What was done to the records of his unions, and what his users did anywhere."""
    rows = AuditEntry.objects.order_by("-id")
    if oversees_everything(actor):
        return rows
    narrow = supervising(actor)
    if not narrow.seats:
        return rows.none()
    unions = Organisation.objects.filter(within(narrow, "path")).order_by()
    users = users_overseen(actor).order_by().values("pk")
    return rows.filter(
        Q(organisation_id__in=unions.values("pk")) | Q(user_id__in=users)
    )
